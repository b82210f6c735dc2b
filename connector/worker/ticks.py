"""Lets time pass: due days, overdue thresholds, promises' last days, and a recipe's tasks for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from connector.clock import from_ms, to_ms
from connector.domain import claims, promises
from connector.domain.decision import NewEvent
from connector.domain.model import (
    Invoice,
    InvoiceStatus,
    PromiseState,
    SequenceState,
    StepKind,
    StepState,
)
from connector.domain.promise_steps import asked_at, grace_ends_on
from connector.domain.ticks import OVERDUE_DAYS, day_starts_of, told_from
from connector.store import changes, digests, queue
from connector.store import claims as claim_store
from connector.store import customers as customer_store
from connector.store import invoices as invoice_store
from connector.store import promises as promise_store
from connector.store import sequences as sequence_store
from connector.store.apply import append_events, apply
from connector.store.db import Row, Tx
from connector.worker import attention, digesting, lateness
from connector.worker.composing import Composer

_CLOSED = (InvoiceStatus.PAID, InvoiceStatus.VOID)  # an invoice that waits grows old like any other


@dataclass(slots=True)
class Ticks:
    """`timed` carries out, by their sort, the ticks that are about no invoice (yet)."""

    composer: Composer
    timed: Mapping[str, Callable[[Tx, Row[Any]], None]] = field(default_factory=dict)

    def run(self, tx: Tx, *, limit: int = 200) -> tuple[set[str], bool]:
        """Carries out what is due; answers the sequences that were touched, and whether there was anything.

        Under the invoices' locks: a payment that keeps a promise at this very moment is seen, or its invoice's
        ticks wait for the next time.
        """
        rows, left = queue.due_others(tx, limit=limit)
        if not rows:
            return set(), left
        self.composer.refresh(tx)
        changed = [row for row in rows if row.key == changes.KEY]
        digesting.tell_changes(tx, changed)
        for row in rows:
            if row.key == changes.KEY:
                continue
            if row.kind == StepKind.TASK:
                self._task(tx, row)
            else:
                self._tick(tx, row)
        return {r.sequence_id for r in rows if r.sequence_id}, True

    def _tick(self, tx: Tx, row: Row[Any]) -> None:
        if row.key == digests.KEY:
            digesting.tell(tx, row, self.composer.business)
            return
        sort = row.key.removeprefix("tick:").partition(":")[0]
        if sort in self.timed:
            self.timed[sort](tx, row)
            return
        invoice = invoice_store.by_id(tx, row.invoice_id or "")
        if sort == "claim" and invoice is None:  # about all that the customer owes
            queue.done(tx, [row.id])
            self._claim(tx, row)
            return
        if invoice is None or invoice.status in _CLOSED:
            queue.end(tx, [(row.id, StepState.SKIPPED, invoice.status.value if invoice else "void")])
            return
        if self._too_early(tx, row, invoice):
            return
        if not self._true_now(tx, row, invoice):
            queue.end(tx, [(row.id, StepState.SKIPPED, "stage_over")])
            return
        handlers: dict[str, Callable[[Tx, Row[Any], Invoice], None]] = {
            "due": self._due,
            "overdue": self._overdue,
            "promise": self._promise,
            "claim": lambda tx, row, _: self._claim(tx, row),
        }
        queue.done(tx, [row.id])
        handlers[sort](tx, row, invoice)

    def _too_early(self, tx: Tx, row: Row[Any], invoice: Invoice) -> bool:
        """After a cut in the night: what the date decides is told when the day starts, not now."""
        zone = self.composer.zone(customer_store.by_id(tx, invoice.customer_id), invoice)
        opens = told_from(tx.now, zone, day_starts_of(self.composer.business.settings))
        if opens is not None:
            queue.move(tx, [(row.id, to_ms(opens), "quiet_hours")])
        return opens is not None

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
                    data=lateness.facts(tx, invoice),
                    once=f"invoice_due:{invoice.id}:{invoice.due_date.isoformat()}",
                )
            ],
        )

    def _overdue(self, tx: Tx, row: Row[Any], invoice: Invoice) -> None:
        threshold = int(row.key.rpartition(":")[2])
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
                        "first_time": lateness.first_time(tx, invoice),
                        **lateness.facts(tx, invoice),
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
        zone = self.composer.zone(customer_store.by_id(tx, invoice.customer_id), invoice)
        decision = promises.check(
            promise,
            invoice,
            now=tx.now,
            zone=zone,
            # Reminders that a person ended do not come back as a word about a broken promise.
            recipe=None if sequence and sequence.state is SequenceState.CANCELLED else recipe,
            new_id=tx.ids.new,
            sequence_id=sequence.id if sequence else None,
            address_id=address.id if address else None,
            channel=invoice.channel,
            planned=[s for s in sequence_store.steps_of_invoice(tx, invoice.id) if s.id != row.id],
        )
        apply(tx, decision)
        if decision.result == "unchanged":  # the due day has moved behind the promised one meanwhile
            at = asked_at(grace_ends_on(promise, invoice.due_date), zone)
            queue.plan_again(tx, row.id, due_at=to_ms(at))

    def _claim(self, tx: Tx, row: Row[Any]) -> None:
        """The truce is over. While nobody has answered the customer the reminders stay held, and a person hears it
        again, every week.
        """
        claim = claim_store.by_id(tx, row.key.rpartition(":")[2])
        if claim is None or not claims.is_unanswered(claim):
            return
        attention.open_case(
            tx,
            reason=claims.waiting_reason(claim),
            invoice_id=claim.invoice_id,
            customer_id=claim.customer_id,
            words=claim.words,
            again=True,
        )
        zone = self.composer.zone(customer_store.by_id(tx, claim.customer_id), None)
        queue.plan_again(tx, row.id, due_at=to_ms(claims.calls_again_at(tx.now, zone)))

    def _task(self, tx: Tx, row: Row[Any]) -> None:
        invoice = invoice_store.by_id(tx, row.invoice_id or "")
        if invoice is None or invoice.status in _CLOSED:
            queue.end(tx, [(row.id, StepState.SKIPPED, invoice.status.value if invoice else "void")])
            return
        since = row.data.get("unless_message_since")
        if since is not None and _heard(tx, invoice.id, since):
            queue.end(tx, [(row.id, StepState.SKIPPED, "message_arrived")])
            return
        promise = promise_store.open_of(tx, invoice.id)
        zone = self.composer.zone(customer_store.by_id(tx, invoice.customer_id), invoice)
        today = tx.now.astimezone(ZoneInfo(zone)).date()
        ends = grace_ends_on(promise, invoice.due_date) if promise is not None else None
        if ends is not None and today <= ends:
            # A running promise keeps the owner's hands free as well; the task comes after it.
            days = (ends - today).days + 1
            queue.move(tx, [(row.id, row.due_at + days * 86_400_000, "promise_active")])
            return
        if claims.comes_first(claim_store.on_invoice(tx, invoice.customer_id, invoice.id), tx.now):
            # Whoever looks into the claim looks at the money: one call is enough.
            days = (to_ms(tx.now) - row.due_at) // 86_400_000 + 1
            queue.move(tx, [(row.id, row.due_at + days * 86_400_000, "claim_waiting")])
            return
        queue.done(tx, [row.id])
        attention.ask_person(tx, row, reason=str(row.data.get("reason") or "overdue_long"))


def _heard(tx: Tx, invoice_id: str, since_ms: int) -> bool:
    """Whether a message about the invoice has left since then."""
    last = sequence_store.last_messages(tx, [invoice_id]).get(invoice_id)
    return last is not None and to_ms(last.at) >= since_ms
