"""What a test of the actions holds in its hand: the database, the clock, and questions to both."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connector.actions.payloads import event_payloads
from connector.actions.run import run_action
from connector.clock import FixedClock
from connector.domain.model import Invoice, Sequence, Step
from connector.specs import Catalog
from connector.store import business, invoices, schema, sequences
from connector.store.db import Store

ROOT = Path(__file__).parents[2]
MORNING = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)  # Saturday, 08:00 in Jakarta


class Shop:
    def __init__(self, store: Store, clock: FixedClock, catalog: Catalog) -> None:
        self.store, self.clock, self.catalog = store, clock, catalog

    def act(
        self, action: str, *, settle: int = 300, dry_run: bool = False, mode: str = "sandbox", **body: Any
    ) -> dict[str, Any]:
        return run_action(
            self.store,
            self.catalog,
            action,
            body,
            "key:test",
            settle_seconds=settle,
            mode=mode,
            dry_run=dry_run,
            public_url="https://tagih.example",
        )

    def new(self, number: str | None = "N-1", **more: Any) -> dict[str, Any]:
        """An invoice of Rp1.500.000 for a new tenant, due on 5 December."""
        given = {
            "customer_name": "Rina Wulandari",
            "customer_phone": "0813-1111-2222",
            "amount": "1500000",
            "due_date": "2026-12-05",
            **({} if number is None else {"invoice_number": number}),
            **more,
        }
        return self.act("create_invoice", **{k: v for k, v in given.items() if v is not None})

    def pass_time(self, **time: float) -> None:
        self.clock.at += timedelta(**time)

    def invoice(self, number: str) -> Invoice:
        with self.store.read() as tx:
            found = invoices.by_number(tx, number)
        assert found is not None
        return found

    def steps(self, number: str) -> list[Step]:
        invoice = self.invoice(number)
        with self.store.read() as tx:
            return sequences.steps_of_invoice(tx, invoice.id)

    def step(self, number: str, key: str, plan_no: int = 1) -> Step:
        return next(s for s in self.steps(number) if s.key == key and s.plan_no == plan_no)

    def states(self, number: str) -> dict[str, str]:
        """Key -> state of the messages, the newest plan winning."""
        found = [s for s in self.steps(number) if s.kind.value == "message"]
        return {s.key.partition(":")[0]: s.state.value for s in sorted(found, key=lambda s: s.plan_no)}

    def sequence(self, number: str) -> Sequence:
        invoice = self.invoice(number)
        with self.store.read() as tx:
            found = sequences.of_invoice(tx, invoice.id)
        assert found is not None
        return found

    def mark_sent(self, number: str, key: str) -> None:
        """As if the worker had sent it."""
        step = self.step(number, key)
        with self.store.write() as tx:
            tx.conn.execute(schema.steps.update().where(schema.steps.c.id == step.id).values(state="sent"))

    def events(self, number: str | None = None) -> list[str]:
        """Types of the events told so far, of one invoice if it is named."""
        return [row["type"] for row in self.event_rows(number)]

    def event_rows(self, number: str | None = None) -> list[Any]:
        table = schema.events
        query = sa.select(table).order_by(table.c.created_at_m, table.c.id)
        if number is not None:
            query = query.where(table.c.invoice_id == self.invoice(number).id)
        with self.store.read() as tx:
            return [row._mapping for row in tx.conn.execute(query)]

    def payloads(self, *types: str) -> list[dict[str, Any]]:
        """The bodies of the events of these types as subscribers get them."""
        rows = [row for row in self.event_rows() if not types or row["type"] in types]
        with self.store.read() as tx:
            own = business.get(tx)
            assert own is not None
            return event_payloads(tx, rows, own, self.catalog, public_url="https://tagih.example")

    def rows(self, table: str) -> list[Any]:
        with self.store.read() as tx:
            return [r._mapping for r in tx.conn.execute(sa.select(schema.metadata.tables[table]))]
