"""What waits is asked once for a turn: cheaply with a long plan, and never past what is written meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from world import World, at, world

from connector.domain.decision import NewEvent
from connector.store import agenda, schema
from connector.store.apply import append_events

PLANNED = 20_000


@pytest.fixture
def kost(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        yield made


@pytest.fixture
def kost_on_postgres(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    with world(tmp_path / "home", postgres_url) as made:
        yield made


def test_the_clock_does_not_pass_what_is_written_while_it_is_about_to_go(
    kost: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    breathe, began = kost.worker._breathe, kost.now
    moments: list[Any] = []

    async def somebody_writes_meanwhile() -> None:
        await breathe()
        if not moments:
            moments.append(kost.now)
            with kost.store.write() as tx:
                append_events(tx, [NewEvent("channel_unhealthy", tx.now, data={"reason": "x"})])

    monkeypatch.setattr(type(kost.worker), "_breathe", lambda _: somebody_writes_meanwhile())
    numbered: list[Any] = []
    number = kost.worker._closer.close

    def close(tx: Any) -> int:
        numbered.append(tx.now.astimezone(began.tzinfo))
        return number(tx)

    monkeypatch.setattr(type(kost.worker._closer), "close", lambda _, tx: close(tx))

    kost.advance(at("2026-11-30 08:00"))

    assert moments == [began] and numbered[0] == began
    assert kost.rows(schema.events, schema.events.c.number.is_(None)) == []


def test_a_long_plan_is_not_read_from_its_beginning(kost_on_postgres: World) -> None:
    kost_on_postgres.invoice()
    template = sa.select(schema.steps).where(schema.steps.c.kind == "message").limit(1).cte()
    turn = sa.func.generate_series(1, PLANNED).table_valued("n").render_derived()
    apart = {"id": sa.func.concat("stp_", turn.c.n), "plan_no": turn.c.n + 1000}
    columns = [apart.get(c.name, template.c[c.name]).label(c.name) for c in schema.steps.columns]
    many = sa.select(*columns).select_from(template.join(turn, sa.true()))
    with kost_on_postgres.store.write() as tx:
        tx.conn.execute(schema.steps.insert().from_select(list(schema.steps.c.keys()), many))
        tx.conn.exec_driver_sql("ANALYZE steps")

    with kost_on_postgres.store.read() as tx:
        asked = {"now": tx.now_ms, "machine": tx.machine_ms}
        compiled = agenda._LOOK.compile(dialect=PGDialect_asyncpg())
        assert compiled.positiontup is not None
        tx.conn.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        tx.conn.exec_driver_sql(f"PREPARE looked AS {compiled}")
        values = [asked.get(name, compiled.params[name]) for name in compiled.positiontup]
        given = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)
        plan = tx.conn.exec_driver_sql(f"EXPLAIN EXECUTE looked({given})").scalars().all()

    assert any("ix_steps_due" in line for line in plan)
    assert not [line for line in plan if "Seq Scan on steps" in line], plan


def test_every_value_that_is_given_has_its_column(kost: World) -> None:
    """A prepared INSERT drops what it has no column for, without a word: nothing may be dropped."""
    lost: list[Any] = []

    @sa.event.listens_for(kost.store._writer, "before_execute")
    def watch(_: Any, statement: Any, many: Any, one: Any, __: Any) -> None:
        if isinstance(statement, sa.Insert):
            known = {*statement.table.c.keys(), *statement.compile(dialect=kost.store._writer.dialect).params}
            lost.extend((statement.table.name, set(row) - known) for row in [*many, one] if set(row) - known)

    kost.act(
        "upsert_recurring_charge",
        charge_ref="K1",
        customer_name="Rini Uji",
        customer_phone="0812-9000-2222",
        amount="1500000",
        due_day=5,
        recipe="kost",
    )
    kost.invoice()
    kost.advance(at("2026-12-05 10:00"))
    kost.say("+6281290001111", "Sudah saya bayar ya kak")
    kost.act("mark_paid", invoice="T-1")
    kost.act("erase_customer", customer="0812-9000-2222", reason="asked")
    kost.advance(at("2026-12-06 10:00"))

    assert lost == []
    assert kost.rows(schema.charge_periods) or kost.rows(schema.recurring_charges)
