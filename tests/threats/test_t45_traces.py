"""T-45 (its audit part): who did what cannot be changed unseen, by a key, by a hand in SQL, or by cutting the end."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from threats.conftest import Guarded
from threats.doors import Door

from connector.store import audit, audit_chain, schema
from connector.store.audit_chain import Verdict
from connector.store.db import Store, Tx
from connector.store.schema import append_only

AUDIT, CHAIN, WORDS = schema.audit, schema.audit_chain, schema.audit_words


def acts(store: Store, number: int, *, start: int = 1) -> None:
    with store.write() as tx:
        for n in range(start, start + number):
            given = {"object": f"inv_{n}", "result": "recorded", "reason": f"sebab {n}"}
            audit.add(tx, actor="key:staff", action="mark_paid", **given)


def sealed(store: Store) -> None:
    with store.write() as tx:
        audit_chain.seal_all(tx)


def verdict(store: Store) -> Verdict:
    with store.read() as tx:
        return audit_chain.verify(tx)


def disarm(tx: Tx) -> None:
    """Somebody with the database's own rights takes the triggers away first."""
    for guard in append_only.GUARDS:
        names = (
            [f"{guard.table}_no_update", f"{guard.table}_no_delete"]
            if tx.dialect == "sqlite"
            else [f"{guard.table}_append_only", f"{guard.table}_no_truncate"]
        )
        for name in names:
            on = "" if tx.dialect == "sqlite" else f" ON {guard.table}"
            tx.conn.exec_driver_sql(f"DROP TRIGGER {name}{on}")


@pytest.mark.parametrize("table", [AUDIT, CHAIN])
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_t45_the_database_itself_refuses_to_change_or_delete(
    store: Store, table: sa.Table, deed: str
) -> None:
    acts(store, 2)
    sealed(store)
    column = "actor" if table is AUDIT else "link"
    statement = table.update().values({column: "x"}) if deed == "update" else table.delete()

    with pytest.raises(DatabaseError, match="append-only"), store.write() as tx:
        tx.conn.execute(statement)

    assert verdict(store).bad_row is None
    assert verdict(store).rows == 2


def test_t45_a_row_changed_in_sql_is_named(store: Store) -> None:
    acts(store, 5)
    sealed(store)
    with store.write() as tx:
        disarm(tx)
        tx.conn.execute(AUDIT.update().where(AUDIT.c.id.in_([3, 5])).values(actor="key:somebody"))

    found = verdict(store)

    assert (found.bad_row, found.rows) == (3, 2)


def test_t45_a_row_taken_out_is_named(store: Store) -> None:
    acts(store, 5)
    sealed(store)
    with store.write() as tx:
        disarm(tx)
        tx.conn.execute(AUDIT.delete().where(AUDIT.c.id == 4))

    assert (verdict(store).bad_row, verdict(store).why) == (4, "the row is gone")


def test_t45_other_words_beside_a_row_are_noticed_and_erased_ones_are_not(store: Store) -> None:
    acts(store, 3)
    sealed(store)
    with store.write() as tx:
        tx.conn.execute(WORDS.update().where(WORDS.c.audit_id == 2).values(words="sebab lain"))
    assert verdict(store).bad_row == 2

    with store.write() as tx:
        audit.forget_words(tx, ["inv_2"])

    assert verdict(store).bad_row is None


def test_t45_a_tail_cut_off_shows_against_a_head_kept_elsewhere(store: Store) -> None:
    acts(store, 5)
    sealed(store)
    with store.read() as tx:
        kept = audit_chain.head(tx)
    with store.write() as tx:
        disarm(tx)
        tx.conn.execute(CHAIN.delete().where(CHAIN.c.no > 3))
        tx.conn.execute(AUDIT.delete().where(AUDIT.c.id > 3))

    with store.read() as tx:
        assert audit_chain.verify(tx).bad_row is None  # alone it looks whole
        assert not audit_chain.holds(tx, kept)


def test_t45_sealing_goes_on_where_it_stopped_and_takes_late_commits(store: Store) -> None:
    acts(store, 3)
    sealed(store)
    acts(store, 2, start=4)
    assert verdict(store).unsealed == 2

    sealed(store)

    assert (verdict(store).rows, verdict(store).unsealed) == (5, 0)


def test_t45_the_retention_cuts_the_beginning_and_the_rest_stays_provable(store: Store) -> None:
    acts(store, 5)
    sealed(store)

    with store.write() as tx:
        gone = audit_chain.forget_old(tx, tx.machine_ms + 1, limit=3)

    found = verdict(store)
    assert (gone, found.rows, found.cut_before, found.bad_row) == (3, 2, 3, None)


def test_t45_a_backup_carries_the_head(sqlite_store: Store, tmp_path: Path) -> None:
    from connector.store import migrate

    acts(sqlite_store, 2)
    sealed(sqlite_store)
    copy = migrate.backup(sqlite_store.url.render_as_string(), tmp_path / "copy.db")

    with sqlite_store.read() as tx:
        assert audit_chain.holds(tx, audit_chain.head_of_file(copy))


def test_t45_an_export_leaves_a_trace_and_staff_may_not_make_one(home: Guarded) -> None:
    home.world.invoice(customer_ref="A3")

    assert Door(home, "write").act("export_customer", customer="A3").status_code == 403
    assert Door(home).act("export_customer", customer="A3").status_code == 200

    with home.world.store.read() as tx:
        newest = audit.latest(tx, limit=1)[0]
    assert (newest.action, newest.result) == ("export_customer", "exported")
    Door(home).act("export_customer", customer="A3")
    told = [e for e in home.world.rows(schema.events) if e.data.get("reason") == "data_exported"]
    (case,) = home.world.rows(schema.cases, schema.cases.c.reason == "data_exported")
    assert (len(told), len((case.note or "").splitlines())) == (1, 2), "announced once, each one counted"
    assert "Siti" not in case.note and "+62" not in case.note
