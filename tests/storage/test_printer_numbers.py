"""Queues of before are numbered by the step that brings printer numbers."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage import migrations


def test_queues_of_before_are_numbered_in_the_order_of_their_names(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'rows.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        table = sa.Table("queue", sa.MetaData(), autoload_with=connection)
        row = {"node": "n", "kind": "direct", "info": "", "location": "", "devices": "[]", "trusted_networks": "[]"}
        row |= {"accept_unowned": False, "retention": 1, "retain_for": 0, "max_bytes": 1, "accepting": True}
        row |= {"refuse_mismatch": False, "stamp": "off", "stamp_text": "", "stamp_qr": False, "require_stamp": False}
        row |= {"banner": "none", "changed_at": 0}
        for name in ("beta", "gamma", "alpha"):
            connection.execute(table.insert(), row | {"id": f"id of {name}", "name": name})
    migrations.upgrade(engine)
    with engine.connect() as connection:
        numbered = connection.exec_driver_sql("SELECT name, number, resources FROM queue ORDER BY number").all()
    engine.dispose()
    assert [tuple(found) for found in numbered] == [("alpha", 1, "[]"), ("beta", 2, "[]"), ("gamma", 3, "[]")]
