"""Upgrades: one transaction from any released schema to the newest, backed up before, refused when newer."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from connector.store import migrate, schema
from connector.store.db import Store

NEWER = """
revision = "{revision}"
down_revision = "{before}"
branch_labels = depends_on = None


def upgrade() -> None:
    from alembic import op
    import sqlalchemy as sa

    op.create_table("novelty_{revision}", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE invoices SET description = 'touched by {revision}'")
    {ending}


def downgrade() -> None:
    raise NotImplementedError
"""


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[sa.Engine]:
    made = sa.create_engine(empty_database_url, poolclass=sa.pool.NullPool)
    yield made
    made.dispose()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of our migrations to which a test may add."""
    copy = tmp_path / "migrations"
    shutil.copytree(migrate.HERE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "HERE", copy)
    return copy / "versions"


def add(shelf: Path, revision: str, before: str, ending: str = "return") -> None:
    (shelf / f"{revision}_novelty.py").write_text(
        NEWER.format(revision=revision, before=before, ending=ending)
    )


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def with_an_invoice(url: str) -> None:
    """One customer and one invoice, as an older Tagih left them."""
    store = Store(url)
    with store.write() as tx:
        row: dict[str, Any] = {"extra": {}, "created_at": tx.now_ms, "updated_at": tx.now_ms}
        tx.conn.execute(schema.customers.insert().values(id="cus_1", name="Siti", folded_name="siti", **row))
        tx.conn.execute(
            schema.invoices.insert().values(
                id="inv_1",
                number="A3-2026-12",
                customer_id="cus_1",
                source="api",
                amount=150_000_000,
                paid=0,
                currency="IDR",
                issue_on="2026-11-28",
                due_on="2026-12-05",
                status="open",
                description="Sewa",
                plan_no=1,
                version=1,
                event_count=0,
                **row,
            )
        )
    store.close()


def invoice(engine: sa.Engine) -> Any:
    with engine.connect() as conn:
        return conn.execute(sa.select(schema.invoices.c.amount, schema.invoices.c.description)).one()


def released() -> list[str]:
    """Every revision that a database out there may stand at, the oldest first."""
    from alembic.script import ScriptDirectory

    known = ScriptDirectory.from_config(migrate._config("")).walk_revisions()
    return [script.revision for script in reversed(list(known))]


def upgrade_to(url: str, revision: str) -> None:
    from alembic import command

    command.upgrade(migrate._config(url), revision)


def test_the_newest_file_is_the_head_that_alembic_sees() -> None:
    assert migrate.newest_file() == migrate.head() == released()[-1]


def test_there_is_one_line_of_migrations() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(migrate._config("")).get_heads() == [migrate.head()]


def test_from_nothing_it_becomes_exactly_the_schema(empty_database_url: str, engine: sa.Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert migrate.current(empty_database_url) is None
    assert migrate.upgrade(empty_database_url) == migrate.head()

    assert migrate.current(empty_database_url) == migrate.head()
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


def test_the_partial_indexes_are_those_of_the_schema(empty_database_url: str, engine: sa.Engine) -> None:
    """Alembic does not compare the conditions of indexes, and the queue's speed hangs on them."""
    migrate.upgrade(empty_database_url)
    kind = engine.dialect.name

    found = {
        index["name"]: str(index["dialect_options"][f"{kind}_where"])
        for table in tables(engine)
        for index in sa.inspect(engine).get_indexes(table)
        if f"{kind}_where" in index.get("dialect_options", {})
    }
    wanted = {
        str(index.name): str(index.dialect_options[kind]["where"])
        for table in schema.metadata.tables.values()
        for index in table.indexes
        if index.dialect_options[kind].get("where") is not None
    }
    assert set(found) == set(wanted)
    if kind == "sqlite":  # PostgreSQL shows them in words of its own
        assert found == wanted
    assert "planned" in found["ix_steps_due"]


@pytest.mark.parametrize("revision", released())
def test_from_every_release_with_data_in_it(
    empty_database_url: str, engine: sa.Engine, revision: str
) -> None:
    upgrade_to(empty_database_url, revision)
    with_an_invoice(empty_database_url)

    assert migrate.upgrade(empty_database_url) == migrate.head()

    assert tuple(invoice(engine)) == (150_000_000, "Sewa")
    assert tables(engine) == {*schema.metadata.tables, "alembic_version"}


def test_a_second_upgrade_changes_nothing(empty_database_url: str, tmp_path: Path) -> None:
    migrate.upgrade(empty_database_url)

    assert migrate.upgrade(empty_database_url, backup_to=tmp_path / "copy.db") == migrate.head()

    assert not (tmp_path / "copy.db").exists()


def test_a_newer_database_is_refused_and_left_alone(empty_database_url: str, engine: sa.Engine) -> None:
    migrate.upgrade(empty_database_url)
    with engine.begin() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(migrate.NewerSchema, match="revision 9999"):
        migrate.upgrade(empty_database_url)

    assert migrate.current(empty_database_url) == "9999"


def test_a_new_migration_is_applied_after_a_backup(
    empty_sqlite_url: str, tmp_path: Path, shelf: Path
) -> None:
    migrate.upgrade(empty_sqlite_url)
    with_an_invoice(empty_sqlite_url)
    add(shelf, "9001", migrate.head())
    copy = tmp_path / "before.db"

    assert migrate.upgrade(empty_sqlite_url, backup_to=copy) == "9001"

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    before = sa.create_engine(f"sqlite:///{copy}", poolclass=sa.pool.NullPool)
    assert invoice(before).description == "Sewa"
    assert not any(name.startswith("novelty") for name in tables(before))
    after = sa.create_engine(empty_sqlite_url, poolclass=sa.pool.NullPool)
    assert invoice(after).description == "touched by 9001"
    assert list(tmp_path.glob("before.db*")) == [copy]


def test_a_backup_that_fails_stops_the_upgrade(empty_sqlite_url: str, tmp_path: Path, shelf: Path) -> None:
    standing = migrate.upgrade(empty_sqlite_url)
    add(shelf, "9001", standing)

    with pytest.raises(OSError, match="nowhere"):
        migrate.upgrade(empty_sqlite_url, backup_to=tmp_path / "nowhere" / "before.db")

    assert migrate.current(empty_sqlite_url) == standing


def test_when_one_migration_fails_all_of_them_are_undone(
    empty_database_url: str, engine: sa.Engine, shelf: Path
) -> None:
    standing = migrate.upgrade(empty_database_url)
    with_an_invoice(empty_database_url)
    add(shelf, "9001", standing)
    add(shelf, "9002", "9001", ending="raise RuntimeError('half way')")

    with pytest.raises(RuntimeError, match="half way"):
        migrate.upgrade(empty_database_url)

    assert migrate.current(empty_database_url) == standing
    assert not any(name.startswith("novelty") for name in tables(engine))
    assert invoice(engine).description == "Sewa"


def test_a_backup_can_be_opened_and_is_complete(empty_sqlite_url: str, tmp_path: Path) -> None:
    migrate.upgrade(empty_sqlite_url)
    with_an_invoice(empty_sqlite_url)
    store = Store(empty_sqlite_url)
    with store.write():  # a writer is at work while the copy is made
        copy = migrate.backup(empty_sqlite_url, tmp_path / "copy.db")
    store.close()

    opened = sa.create_engine(f"sqlite:///{copy}", poolclass=sa.pool.NullPool)
    with opened.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert invoice(opened).amount == 150_000_000


def test_postgresql_has_its_own_backups(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pg_dump"):
        migrate.backup("postgresql+psycopg://tagih@/tagih", tmp_path / "copy.db")
    assert make_url("postgresql+psycopg://tagih@/tagih").get_backend_name() == "postgresql"
