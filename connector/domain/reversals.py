"""A payment taken back: the invoice is owed again, and its reminders go on with what is true now.

What was sent is never sent again: the sequence that the payment had ended goes on under its own number, so
that passed stages keep their place. Confirmations that have not left are cancelled.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from connector.domain import promise_steps
from connector.domain.decision import CancelSteps, Decision, NewEvent, Update
from connector.domain.invoices import status_of, update
from connector.domain.model import (
    Channel,
    Invoice,
    InvoiceStatus,
    Permission,
    Promise,
    PromiseState,
    Sequence,
    SequenceState,
    Stage,
    Step,
    StepKind,
    StepState,
)
from connector.domain.payments import RECEIPT_KEY, as_it_is, paid_values
from connector.domain.sequences import running_state

REVERSED = "payment_reversed"
SPLIT = "plan_split"  # the reason with which the reminders of a debt end when it is split


@dataclass(frozen=True, slots=True)
class Taken:
    """An item of a payment that is to be taken back."""

    item_id: str
    payment_id: str
    amount: int
    paid_on: date
    method: str | None


def take_back(
    before: Invoice,
    taken: Taken,
    *,
    planned: Iterable[Step],
    reason: str,
    by: str,
    settles_at: datetime,
    now: datetime,
) -> tuple[Invoice, Decision]:
    """The invoice without this item; its receipt, if it has not left, never does."""
    after, decision = owed_again(before, taken.amount, settles_at=settles_at, now=now)
    values = {"reversed_at": now, "reversed_by": by, "reason": reason}
    key = f"{RECEIPT_KEY}{taken.payment_id}"
    waiting = (StepState.PLANNED, StepState.HELD)
    receipts = tuple(s.id for s in planned if s.key == key and s.state in waiting)
    cancels = (CancelSteps(StepState.CANCELLED, REVERSED, step_ids=receipts),) if receipts else ()
    item = Update("payment_items", taken.item_id, values)
    return after, replace(decision, changes=(item, *decision.changes), cancels=cancels, result="reversed")


def owed_again(
    before: Invoice, amount: int, *, settles_at: datetime, now: datetime
) -> tuple[Invoice, Decision]:
    """The invoice with less paid on it. A void one stays void; the first text waits until facts settle."""
    paid = before.paid - amount
    if paid < 0:
        raise ValueError(f"invoice {before.id}: more is taken back than was paid")
    status = status_of(amount=before.amount, paid=paid, waiting_for=before.waiting_for)
    if before.status is InvoiceStatus.VOID:
        status = InvoiceStatus.VOID
    after = replace(
        before,
        paid=paid,
        status=status,
        paid_at=before.paid_at if status is InvoiceStatus.PAID else None,
        settles_at=settles_at if status is not before.status else before.settles_at,
        version=before.version + 1,
    )
    return after, Decision(changes=(update(before, after, now),))


def reopens(before: Invoice, after: Invoice) -> bool:
    """Whether something is owed that was not."""
    return before.status is InvoiceStatus.PAID and after.status is not InvoiceStatus.PAID


def speaks_of(step: Step) -> bool:
    """Whether this step tells, or told, a person of the invoice itself, not of a payment of it."""
    return step.kind is StepKind.MESSAGE and step.stage is not Stage.RECEIPT


# What ended a sequence that may live again; one that a person ended stays ended.
_REVIVED = {(SequenceState.FINISHED, "paid"), (SequenceState.CANCELLED, SPLIT)}


def goes_on(sequence: Sequence, known: Iterable[Step], now: datetime) -> Update | None:
    """The sequence that a payment or a payment plan had ended lives again; None for any other."""
    if (sequence.state, sequence.reason) not in _REVIVED:
        return None
    values = {"state": running_state(known), "reason": None, "paused_until": None, "updated_at": now}
    return Update("sequences", sequence.id, values)


def promise_again(
    promise: Promise,
    invoice: Invoice,
    *,
    sequence_id: str | None,
    zone: str,
    step_id: str,
    now: datetime,
) -> Decision:
    """A promise that this payment had kept waits again; the tick after its grace decides, at once if it is over."""
    toward = max(invoice.paid - promise.paid_before, 0)
    if promise.state is not PromiseState.KEPT or invoice.due == 0 or toward >= promise.amount:
        return Decision()
    again = replace(promise, state=PromiseState.OPEN)
    frame = promise_steps.frame(invoice, again, now, sequence_id, None, None, None)
    ends_on = promise_steps.grace_ends_on(again, invoice.due_date)
    tick = promise_steps.tick(frame, again, ends_on, zone, lambda _: step_id)
    # A key of its own: the first tick may have done its work already.
    key = f"{promise_steps.PROMISE_TICK}{step_id}:{promise.id}"
    values = {"state": PromiseState.OPEN, "ended_at": None}
    return Decision(changes=(Update("promises", promise.id, values),), steps=(replace(tick, key=key),))


def told(
    after: Iterable[Invoice],
    *,
    payment_id: str,
    amount: int,
    items: Iterable[str],
    customer_id: str | None,
    reason: str,
    by: str,
    now: datetime,
) -> NewEvent:
    """One event for one reversal; about several invoices it names none of them alone."""
    some = list(after)
    only = some[0] if len(some) == 1 else None
    data: dict[str, Any] = {
        "payment_id": payment_id,
        "payment_amount": amount,
        "payment_invoice_numbers": ",".join(invoice.number for invoice in some),
        "reason": reason,
        "by": by,
        **(as_it_is(only) if only else {}),
    }
    return NewEvent(
        REVERSED,
        occurred_at=now,
        customer_id=customer_id,
        invoice_id=only.id if only else None,
        data=data,
        once=f"{REVERSED}:{payment_id}:{','.join(sorted(items))}",
    )


def word_to_customer(
    invoice: Invoice,
    taken: Taken,
    *,
    step_id: str,
    template: str,
    sequence_id: str | None,
    address_id: str,
    channel: Channel | None,
    due_at: datetime,
) -> Step:
    """The apology to a customer who was told, or will be, that a payment did not arrive after all."""
    return Step(
        id=step_id,
        kind=StepKind.MESSAGE,
        key=f"reversed:{taken.item_id}",
        stage=Stage.OTHER,
        due_at=due_at,
        planned_for=due_at,
        sequence_id=sequence_id,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        address_id=address_id,
        plan_no=invoice.plan_no,
        channel=invoice.channel or channel or Channel.WHATSAPP,
        template=template,
        permission=Permission.NOTICE,
        data=dict(paid_values(taken.payment_id, taken.amount, taken.paid_on, taken.method)),
    )
