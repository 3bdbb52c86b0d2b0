"""A job whose documents were still coming when the gateway was brought up to date goes on with those that had come."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage import migrations


def test_the_document_that_had_come_is_the_first_of_several(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'rows.db'}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        table = sa.Table("job", sa.MetaData(), autoload_with=connection)
        row = {"node": "n", "queue_id": "q", "state": 4, "reasons": "none", "created_at": 7, "document_name": "a.pdf"}
        row |= {"user_name": "", "title": "", "message": "", "ticket": "{}", "declared_format": "", "peer": ""}
        row |= {"document_format": "application/pdf", "verdict": "", "uncertain": False}
        for number, size, incoming in ((1, 10, True), (2, 10, False), (3, 0, True)):
            document = number.to_bytes(16, "big") if size else None
            own = {"id": f"job {number}", "job_id": number, "size": size, "incoming": incoming, "document_id": document}
            connection.execute(table.insert(), row | own)
    migrations.upgrade(engine)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT * FROM job_document").mappings().all()
        jobs = connection.exec_driver_sql("SELECT job_id, documents, rank FROM job ORDER BY job_id").all()
    engine.dispose()
    (document,) = [dict(one) for one in found]
    assert (document["job_id"], document["number"], document["size"], document["name"]) == ("job 1", 1, 10, "a.pdf")
    assert document["document_id"] == (1).to_bytes(16, "big") and not document["canceled"]
    first = 50 << 40
    assert [tuple(job) for job in jobs] == [(1, 1, first + 256), (2, 1, first + 512), (3, 0, first + 768)]
