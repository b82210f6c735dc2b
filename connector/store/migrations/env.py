"""Alembic's entry: one transaction for the whole upgrade, on both databases."""

import sqlalchemy as sa
from alembic import context

from connector.store import schema

url = context.config.attributes["url"]
engine = sa.create_engine(url)
sqlite = engine.dialect.name == "sqlite"
if sqlite:
    # pysqlite would commit before each DDL statement; we say BEGIN ourselves: all or nothing.
    @sa.event.listens_for(engine, "connect")
    def _connect(raw, _):  # type: ignore[no-untyped-def]
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode=WAL")

    @sa.event.listens_for(engine, "begin")
    def _begin(conn):  # type: ignore[no-untyped-def]
        conn.exec_driver_sql("BEGIN IMMEDIATE")


try:
    with engine.begin() as connection:
        if not sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(847361)"))
        context.configure(
            connection=connection,
            target_metadata=schema.metadata,
            render_as_batch=True,
            transactional_ddl=True,
            compare_type=True,
        )
        context.run_migrations()
finally:
    engine.dispose()
