"""What alembic runs for each upgrade: on the connection it is given, in that connection's transaction."""

import sqlalchemy
from alembic import context

_connection: sqlalchemy.Connection = context.config.attributes["connection"]
# SQLite cannot alter most things in place: batch mode rebuilds the table.
context.configure(connection=_connection, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
