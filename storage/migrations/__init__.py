"""The steps by which the tables came to be, run by alembic when the database is opened."""

import sqlite3
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.errors import HomeTooNew

_FOLDER = Path(__file__).parent


def upgrade(engine: sqlalchemy.Engine) -> None:
    """Bring the tables up to date in one transaction; raises HomeTooNew for a database of a newer gateway."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        _check_foreign_keys_later(connection)
        with connection.begin():
            # Read under the write lock: nobody upgrades between the look and the step.
            found = MigrationContext.configure(connection).get_current_heads()
            _refuse_newer(script, found)
            if set(found) != set(script.get_heads()):
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                _refuse_broken_references(connection)
        # The pool must not hand out a connection that does not check its references.
        connection.invalidate()


def _check_foreign_keys_later(connection: sqlalchemy.Connection) -> None:
    """Stop SQLite from cascading while a table is rebuilt; the pragma does nothing inside a transaction."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute("PRAGMA foreign_keys=OFF")


def _refuse_newer(script: ScriptDirectory, found: tuple[str, ...]) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    unknown = sorted(set(found) - known)
    if unknown:
        raise HomeTooNew(
            f"The database was written by a newer version of Printgate (tables of {unknown[0]}): "
            "install that version or a later one, or restore a backup made by this one."
        )


def _refuse_broken_references(connection: sqlalchemy.Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sqlalchemy.exc.IntegrityError("PRAGMA foreign_key_check", None, ValueError(str(broken[:5])))
