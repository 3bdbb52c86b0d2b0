"""The two tables of the spool: where a document's bytes are, and (apart, in no backup) its wrapped key."""

import sqlalchemy as sa

from storage.database import metadata

# A row of a small document goes when its key does; that of a large one stays, shredded, until its file is unlinked.
# Nothing refers to these tables by foreign key: documents come and go without their jobs.
document = sa.Table(
    "document",
    metadata,
    sa.Column("document_id", sa.LargeBinary(16), primary_key=True),
    sa.Column("kind", sa.String(7), nullable=False),  # 'segment' or 'file'
    sa.Column("name", sa.String(120), nullable=False),  # below the spool's folder
    sa.Column("offset", sa.BigInteger, nullable=False),  # bytes; 0 in a file
    sa.Column("stored_length", sa.BigInteger, nullable=False),  # bytes on disk
    sa.Column("size", sa.BigInteger, nullable=False),  # bytes of the document
    sa.Column("created_at", sa.BigInteger, nullable=False),  # seconds since 1970, UTC
    sa.Column("shredded_at", sa.BigInteger),
    sa.CheckConstraint("kind in ('segment', 'file')", name="document_kind"),
)
sa.Index("document_name", document.c.name)
sa.Index(
    "document_shredded",
    document.c.shredded_at,
    sqlite_where=document.c.shredded_at.is_not(None),
    postgresql_where=document.c.shredded_at.is_not(None),
)

document_key = sa.Table(
    "document_key",
    metadata,
    sa.Column("document_id", sa.LargeBinary(16), primary_key=True),
    sa.Column("kek", sa.String(10), nullable=False),  # name of the wrapping key: its day
    sa.Column("wrapped", sa.LargeBinary(60), nullable=False),
)
sa.Index("document_key_kek", document_key.c.kek)
