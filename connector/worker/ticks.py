"""Lets time pass: due days, overdue thresholds, promises' last days, and a recipe's tasks for people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.clock import from_ms
from connector.domain import promises
from connector.domain.decision import NewEvent
from connector.domain.model import (
    Invoice,
    InvoiceStatus,
    PromiseState,
    SequenceState,
    StepKind,
    StepState,
)
from connector.domain.ticks import OVERDUE_DAYS
from connector.store import cases, queue
from connector.store import customers as customer_store
from connector.store import invoices as invoice_store
from connector.store import promises as promise_store
from connector.store import sequences as sequence_store
from connector.store.apply import append_events, apply
from connector.store.db import Row, Tx
from connector.worker import attention
from connector.worker.composing import Composer

_CLOSED = (InvoiceStatus.PAID, InvoiceStatus.VOID)  # an invoice that waits grows old like any other


@dataclass(slots=True)
class Ticks:
    composer: Composer

    def run(self, tx: Tx, *, limit: int = 200) -> set[str]:
        """Carries out what is due; answers the sequences that were touched."""
        rows = queue.due_others(tx, limit=limit)
        if not rows:
            return set()
        self.composer.refresh(tx)
        for row in rows:
            if row.kind == StepKind.TASK:
                self._task(tx, row)
            else:
                self._tick(tx, row)
        return {r.sequence_id for r in rows if r.sequence_id}

    def _tick(self, tx: Tx, row: Row[Any]) -> None:
        # Locked: a payment that keeps the promise at this very moment is seen or waits.
        invoice = invoice_store.by_id(tx, row.invoice_id or "", lock=True)
        if invoice is None or invoice.status in _CLOSED:
            queue.end(tx, [(row.id, StepState.SKIPPED, invoice.status.value if invoice else "void")])
            return
        if not self._true_now(tx, row, invoice):
            queue.end(tx, [(row.id, StepState.SKIPPED, "stage_over")])
            return
        sort = row.key.removeprefix("tick:").partition(":")[0]
        handlers: dict[str, Callable[[Tx, Row[Any], Invoice], None]] = {
            "due": self._due,
            "overdue": self._overdue,
            "promise": self._promise,
        }
        handlers[sort](tx, row, invoice)
        queue.done(tx, [row.id])

    def _true_now(self, tx: Tx, row: Row[Any], invoice: Invoice) -> bool:
        """After a gap only the newest of the days that passed is told."""
        zone = self.composer.zone(customer_store.by_id(tx, invoice.customer_id), invoice)
        late = (tx.now.astimezone(ZoneInfo(zone)).date() - invoice.due_date).days
        if row.key == "tick:due":
            return late == 0
        if row.key.startswith("tick:overdue:"):
            return int(row.key.rpartition(":")[2]) == max((n for n in OVERDUE_DAYS if n <= late), default=0)
        return True

    def _due(self, tx: Tx, row: Row[Any], invoice: Invoice) -> None:
        append_events(
            tx,
            [
                NewEvent(
                    "invoice_due",
                    from_ms(row.due_at),
                    known_at=tx.now,
                    customer_id=invoice.customer_id,
                    invoice_id=invoice.id,
                    once=f"invoice_due:{invoice.id}:{invoice.due_date.isoformat()}",
                )
            ],
        )

    def _overdue(self, tx: Tx, row: Row[Any], invoice: Invoice) -> None:
        threshold = int(row.key.rpartition(":")[2])
        last = sequence_store.last_messages(tx, [invoice.id]).get(invoice.id)
        promise = promise_store.open_of(tx, invoice.id)
        waiting = [*cases.open_of(tx, invoice.id), *cases.open_of_customer(tx, invoice.customer_id)]
        claimed = any(c.reason == "payment_claim" for c in waiting)
        safe, why = _safe(claimed=claimed, promised=promise is not None, cases_open=bool(waiting))
        append_events(
            tx,
            [
                NewEvent(
                    "invoice_overdue",
                    from_ms(row.due_at),
                    known_at=tx.now,
                    customer_id=invoice.customer_id,
                    invoice_id=invoice.id,
                    data={
                        "threshold_days": threshold,
                        "first_time": threshold == 1,
                        "last_message_id": last.id if last else None,
                        "active_promise_date": promise.on.isoformat() if promise else None,
                        "payment_claim_waiting": claimed,
                        "payment_source_fresh": True,
                        "safe_to_act": safe,
                        "safe_to_act_reason": why,
                    },
                    once=f"invoice_overdue:{invoice.id}:{threshold}:{invoice.plan_no}",
                )
            ],
        )

    def _promise(self, tx: Tx, row: Row[Any], invoice: Invoice) -> None:
        promise = promise_store.by_id(tx, row.key.rpartition(":")[2])
        if promise is None or promise.state is not PromiseState.OPEN:
            return
        sequence = sequence_store.of_invoice(tx, invoice.id)
        recipe = self.composer.recipe_by_version(tx, sequence.recipe_version if sequence else None)
        if recipe is None:
            attention.ask_person(tx, row, reason="promise_broken")
            return
        address = customer_store.address_of(tx, invoice.customer_id)
        customer = customer_store.by_id(tx, invoice.customer_id)
        decision = promises.check(
            promise,
            invoice,
            now=tx.now,
            zone=self.composer.zone(customer, invoice),
            # Reminders that a person ended do not come back as a word about a broken promise.
            recipe=None if sequence and sequence.state is SequenceState.CANCELLED else recipe,
            new_id=tx.ids.new,
            sequence_id=sequence.id if sequence else None,
            address_id=address.id if address else None,
            channel=invoice.channel,
            planned=[s for s in sequence_store.steps_of_invoice(tx, invoice.id) if s.id != row.id],
        )
        apply(tx, decision)

    def _task(self, tx: Tx, row: Row[Any]) -> None:
        invoice = invoice_store.by_id(tx, row.invoice_id or "")
        if invoice is None or invoice.status in _CLOSED:
            queue.end(tx, [(row.id, StepState.SKIPPED, invoice.status.value if invoice else "void")])
            return
        promise = promise_store.open_of(tx, invoice.id)
        zone = self.composer.zone(customer_store.by_id(tx, invoice.customer_id), invoice)
        today = tx.now.astimezone(ZoneInfo(zone)).date()
        if promise is not None and today <= promise.on + timedelta(days=promise.grace_days):
            # A running promise keeps the owner's hands free as well; the task comes after it.
            days = (promise.on + timedelta(days=promise.grace_days + 1) - today).days
            queue.move(tx, [(row.id, row.due_at + days * 86_400_000, "promise_active")])
            return
        queue.done(tx, [row.id])
        attention.ask_person(tx, row, reason=str(row.data.get("reason") or "overdue_long"))


def _safe(*, claimed: bool, promised: bool, cases_open: bool) -> tuple[bool, str | None]:
    """Whether a flow may act harshly on this (lock, suspend), and if not, why."""
    if claimed:
        return False, "payment_claim_waiting"
    if promised:
        return False, "promise_active"
    if cases_open:
        return False, "case_open"
    return True, None
