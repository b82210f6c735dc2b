"""The test bench itself: both databases are real, fresh for each test, and carry the whole schema."""

import sqlalchemy as sa

from connector.store import schema
from connector.store.db import Store


def _lists(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.conn.execute(sa.select(schema.lists.c.name)).scalars())


def test_a_store_starts_empty_and_keeps_what_is_written(store: Store) -> None:
    assert _lists(store) == []

    with store.write() as tx:
        tx.conn.execute(schema.lists.insert().values(name="kost", created_at=tx.now_ms))

    assert _lists(store) == ["kost"]


def test_the_next_test_starts_empty_again(store: Store) -> None:
    assert _lists(store) == []


def test_each_database_is_the_kind_it_says(sqlite_store: Store, postgres_store: Store) -> None:
    with sqlite_store.read() as tx:
        assert tx.conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with postgres_store.read() as tx:
        assert "PostgreSQL" in tx.conn.exec_driver_sql("SELECT version()").scalar_one()


def test_the_clock_stands_on_the_morning_of_the_samples(store: Store) -> None:
    assert store.now().isoformat() == "2026-11-28T01:00:00+00:00"
