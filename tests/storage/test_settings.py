"""The gateway's own settings."""

from storage import settings
from storage.database import Database


async def test_settings_are_set_changed_and_forgotten(tmp_path):
    database = await Database.open(tmp_path / "rows.db")
    try:
        for value in ("one", "two"):
            await database.write(lambda connection, value=value: settings.put(connection, "node", "name", value))
        await database.write(lambda connection: settings.put(connection, "node", "other", ""))
        assert await database.read(settings.read) == {"name": "two", "other": ""}
        await database.write(lambda connection: settings.put(connection, "node", "name", None))
        assert await database.read(settings.read) == {"other": ""}
    finally:
        await database.close()
