"""Money that came in: which invoice it fills, and what follows from it. Amounts are minor units."""

from collections.abc import Sequence as Many
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from connector.domain.decision import CancelSteps, Decision, Insert, NewEvent
from connector.domain.invoices import status_of, update
from connector.domain.model import (
    Invoice,
    InvoiceStatus,
    Permission,
    Recipe,
    Sequence,
    Stage,
    Step,
    StepState,
)
from connector.domain.sequences import finish, notice

# Without a reference the same invoice and amount within these days is probably one payment told twice.
TWIN_DAYS = 3
# More invoices than this are not tried out in every combination: a person says which ones are meant.
_TRIED = 14


@dataclass(frozen=True, slots=True)
class Part:
    """What one payment gives to one invoice."""

    invoice: Invoice
    amount: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the confirmation of a payment needs: its words and its way."""

    recipe: Recipe
    address_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """A payment as it was told."""

    paid_on: date
    method: str | None
    source: str
    by: str | None
    note: str | None


def twin_days(paid_on: date) -> tuple[date, date]:
    """The days within which a like payment is probably the same one.

    >>> twin_days(date(2026, 12, 12))
    (datetime.date(2026, 12, 9), datetime.date(2026, 12, 15))
    """
    return paid_on - timedelta(days=TWIN_DAYS), paid_on + timedelta(days=TWIN_DAYS)


def exact(invoices: Many[Invoice], amount: int) -> tuple[Part, ...] | None:
    """The only set of invoices whose open amounts add up to the payment; None when not exactly one."""
    if amount == sum(invoice.due for invoice in invoices):
        return tuple(Part(invoice, invoice.due) for invoice in invoices)
    if len(invoices) > _TRIED:
        return None
    found: tuple[Invoice, ...] | None = None
    for size in range(1, len(invoices)):
        for some in combinations(invoices, size):
            if sum(invoice.due for invoice in some) == amount:
                if found is not None:
                    return None
                found = some
    return tuple(Part(invoice, invoice.due) for invoice in found) if found else None


def oldest_first(invoices: Many[Invoice], amount: int) -> tuple[Part, ...]:
    """Fills the oldest due date first; what is left over lies on the last one."""
    parts: list[Part] = []
    left = amount
    for invoice in sorted(invoices, key=lambda i: (i.due_date, i.number)):
        if left <= 0:
            break
        given = min(left, invoice.due)
        if given > 0:
            parts.append(Part(invoice, given))
            left -= given
    if left > 0 and parts:
        parts[-1] = replace(parts[-1], amount=parts[-1].amount + left)
    elif left > 0:
        parts.append(Part(invoices[-1], left))
    return tuple(parts)


def record(
    part: Part,
    *,
    payment_id: str,
    ref: str | None,
    fact: Fact,
    sequence: Sequence | None,
    receipt: Receipt | None,
    step_id: str,
    now: datetime,
) -> tuple[Invoice, Decision]:
    """The invoice with this payment on it.

    Paid in full: planned reminders end with the reason `paid` and the sequence has done its work. Paid in
    part: the plan goes on, its texts name what is left. Either way the customer gets a confirmation, if there
    is a template for it and a way to send it.
    """
    before = part.invoice
    paid = before.paid + part.amount
    status = status_of(amount=before.amount, paid=paid, waiting_for=before.waiting_for)
    whole = status is InvoiceStatus.PAID
    after = replace(
        before,
        paid=paid,
        status=status,
        waiting_for=None if whole else before.waiting_for,
        paid_at=now if whole else None,
        version=before.version + 1,
    )
    row = {
        "id": payment_id,
        "invoice_id": before.id,
        "customer_id": before.customer_id,
        "amount": part.amount,
        "currency": before.currency,
        "paid_on": fact.paid_on,
        "method": fact.method,
        "ref": ref,
        "source": fact.source,
        "by": fact.by,
        "note": fact.note,
        "state": "applied",
        "created_at": now,
    }
    decision = Decision(changes=(Insert("payments", row), update(before, after, now)), result="recorded")
    if whole:
        decision = decision.then(_settled(after, payment_id, fact, sequence, now))
    step = _receipt(after, payment_id, part.amount, fact, sequence, receipt, step_id)
    return after, replace(decision, steps=decision.steps + step, result="recorded")


def _settled(
    invoice: Invoice, payment_id: str, fact: Fact, sequence: Sequence | None, now: datetime
) -> Decision:
    ended = finish(sequence, invoice, reason="paid", now=now) if sequence else Decision()
    paid = NewEvent(
        "invoice_paid",
        occurred_at=now,
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        data={
            "payment_id": payment_id,
            "days_to_pay": days_to_pay(invoice, fact.paid_on),
            **as_it_is(invoice),
        },
        once=f"invoice_paid:{invoice.id}:{payment_id}",
    )
    stop = CancelSteps(
        StepState.CANCELLED, "paid", invoice_id=invoice.id, keep_stages=frozenset({Stage.RECEIPT.value})
    )
    return Decision(cancels=(stop,), events=(paid,)).then(ended)


def _receipt(
    invoice: Invoice,
    payment_id: str,
    amount: int,
    fact: Fact,
    sequence: Sequence | None,
    receipt: Receipt | None,
    step_id: str,
) -> tuple[Step, ...]:
    if receipt is None:
        return ()
    whole = invoice.status is InvoiceStatus.PAID
    template = receipt.recipe.receipt if whole else (receipt.recipe.receipt_partial or receipt.recipe.receipt)
    if template is None:
        return ()
    return (
        notice(
            invoice,
            step_id=step_id,
            key=f"receipt:{payment_id}",
            template=template,
            stage=Stage.RECEIPT,
            permission=Permission.NOTICE,
            sequence=sequence,
            address_id=receipt.address_id,
            due_at=receipt.due_at,
            data={
                "payment_id": payment_id,
                "paid_amount": amount,
                "paid_on": fact.paid_on.isoformat(),
                "payment_method": fact.method,
            },
        ),
    )


def as_it_is(invoice: Invoice) -> dict[str, Any]:
    """The invoice's money at the moment of an event, kept with it."""
    return {
        "invoice_amount": invoice.amount,
        "invoice_paid": invoice.paid,
        "invoice_status": invoice.status,
    }


def days_to_pay(invoice: Invoice, paid_on: date) -> int:
    """Days from the issue date to the payment; paid ahead counts as 0."""
    return max((paid_on - invoice.issue_date).days, 0)


def received(
    parts: Many[Part],
    after: Many[Invoice],
    *,
    payment_id: str,
    over: int,
    confirmation_at: datetime | None,
    promise_id: str | None,
    promise_kept: bool | None,
    fact: Fact,
    now: datetime,
) -> NewEvent:
    """One event for one transfer; about several invoices it names none of them alone."""
    only = after[0] if len(after) == 1 else None
    first = after[0]
    return NewEvent(
        "payment_received",
        occurred_at=now,
        customer_id=first.customer_id,
        invoice_id=only.id if only else None,
        data={
            "payment_id": payment_id,
            "payment_amount": sum(part.amount for part in parts),
            "payment_currency": first.currency,
            "payment_invoice_numbers": ",".join(invoice.number for invoice in after),
            "settles_invoice": all(invoice.status is InvoiceStatus.PAID for invoice in after),
            "overpaid_amount": over,
            "confirmation": "planned" if confirmation_at else "none",
            "confirmation_at": confirmation_at,
            "days_to_pay": days_to_pay(first, fact.paid_on),
            "promise_id": promise_id,
            "promise_kept": promise_kept,
            **(as_it_is(only) if only else {}),
        },
        once=f"payment_received:{payment_id}",
    )
