"""The steps make exactly the declared tables; a database of the future is refused."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import migrations
from storage.database import Database, metadata
from storage.errors import HomeTooNew
from storage.tables import document, document_key


@pytest.fixture
def engine(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'rows.db'}")
    yield engine
    engine.dispose()


def test_the_steps_make_the_declared_tables_of_the_spool(engine):
    migrations.upgrade(engine)
    ours = {document.name, document_key.name}
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or name in ours,
                "include_object": lambda _o, name, kind, _r, _c: kind != "table" or name in ours,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_a_second_start_changes_nothing(engine):
    migrations.upgrade(engine)

    def schema():
        with engine.connect() as connection:
            return connection.exec_driver_sql("SELECT sql FROM sqlite_master ORDER BY name").all()

    before = schema()
    migrations.upgrade(engine)
    assert schema() == before


async def test_a_newer_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "rows.db"
    await (await Database.open(path)).close()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    before = path.read_bytes()
    with pytest.raises(HomeTooNew, match="newer version of Printgate"):
        await Database.open(path)
    assert path.read_bytes() == before
