"""Money that came in: what it does to an invoice, and what follows from it. Amounts are minor units.

One payment is one transfer; its items say what it gave to which invoice. What is paid on an invoice is the
sum of its items, and on an invoice that was split also that of its instalments.
"""

from collections.abc import Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from connector.domain.allocations import Part
from connector.domain.decision import CancelSteps, Decision, Insert, NewEvent, Update
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
from connector.domain.recurring import SOURCE
from connector.domain.sequences import finish, notice
from connector.domain.truth import PART

# Without a reference the same invoice and amount within these days is probably one payment told twice.
TWIN_DAYS = 3
APPLIED, REVERSED, UNMATCHED = "applied", "reversed", "unmatched"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the confirmation of a payment needs: its words and its way."""

    recipe: Recipe
    address_id: str
    due_at: datetime
    alone: bool = True  # the transfer fills nothing but this invoice


@dataclass(frozen=True, slots=True)
class Fact:
    """A payment as it was told."""

    paid_on: date
    method: str | None
    source: str
    by: str | None
    note: str | None
    ref: str | None = None


def twin_days(paid_on: date) -> tuple[date, date]:
    """The days within which a like payment is probably the same one.

    >>> twin_days(date(2026, 12, 12))
    (datetime.date(2026, 12, 9), datetime.date(2026, 12, 15))
    """
    return paid_on - timedelta(days=TWIN_DAYS), paid_on + timedelta(days=TWIN_DAYS)


def transfer(
    payment_id: str,
    fact: Fact,
    *,
    amount: int,
    currency: str,
    customer_id: str | None,
    now: datetime,
    state: str = APPLIED,
    told_invoice: str | None = None,
    case_id: str | None = None,
) -> Insert:
    """The row of a payment; which invoices it fills follows with its items."""
    row = {
        "id": payment_id,
        "customer_id": customer_id,
        "amount": amount,
        "currency": currency,
        "paid_on": fact.paid_on,
        "method": fact.method,
        "ref": fact.ref,
        "source": fact.source,
        "by": fact.by,
        "note": fact.note,
        "state": state,
        "told_invoice": told_invoice,
        "case_id": case_id,
        "created_at": now,
    }
    return Insert("payments", row)


def matched(payment_id: str, customer_id: str) -> Update:
    """A parked payment has found what it was for."""
    return Update("payments", payment_id, {"state": APPLIED, "customer_id": customer_id})


def fill(
    part: Part,
    *,
    payment_id: str,
    item_id: str,
    fact: Fact,
    sequence: Sequence | None,
    receipt: Receipt | None,
    step_id: str,
    now: datetime,
) -> tuple[Invoice, Decision]:
    """The invoice with this part of a payment on it.

    Paid in full: planned reminders end with the reason `paid` and the sequence has done its work. Paid in
    part: the plan goes on, its texts name what is left. Either way the customer gets a confirmation, if there
    is a template for it and a way to send it.
    """
    item = {
        "id": item_id,
        "payment_id": payment_id,
        "invoice_id": part.invoice.id,
        "amount": part.amount,
        "created_at": now,
    }
    after, decision = paid_more(
        part.invoice, part.amount, payment_id=payment_id, fact=fact, sequence=sequence, now=now
    )
    step = _receipt(after, payment_id, part.amount, fact, sequence, receipt, step_id)
    changes = (Insert("payment_items", item), *decision.changes)
    return after, replace(decision, changes=changes, steps=decision.steps + step, result="recorded")


def paid_more(
    before: Invoice,
    amount: int,
    *,
    payment_id: str,
    fact: Fact,
    sequence: Sequence | None,
    now: datetime,
) -> tuple[Invoice, Decision]:
    """The invoice with more paid on it, by its own item or by that of an instalment.

    A void invoice stays void: money on it is the customer's credit.
    """
    paid = before.paid + amount
    status = status_of(amount=before.amount, paid=paid, waiting_for=before.waiting_for)
    status = InvoiceStatus.VOID if before.status is InvoiceStatus.VOID else status
    whole = status is InvoiceStatus.PAID
    after = replace(
        before,
        paid=paid,
        status=status,
        waiting_for=None if whole else before.waiting_for,
        paid_at=(before.paid_at or now) if whole else None,
        version=before.version + 1,
    )
    decision = Decision(changes=(update(before, after, now),))
    if whole and before.status is not InvoiceStatus.PAID:
        decision = decision.then(_settled(after, payment_id, fact, sequence, now))
    return after, decision


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
            key=f"{RECEIPT_KEY}{payment_id}",
            template=template,
            stage=Stage.RECEIPT,
            permission=Permission.NOTICE,
            sequence=sequence,
            address_id=receipt.address_id,
            due_at=receipt.due_at,
            data={
                **paid_values(payment_id, amount, fact.paid_on, fact.method),
                TOGETHER: _together(payment_id, fact),
                **({} if whole or not receipt.alone else {PART: True}),
            },
        ),
    )


RECEIPT_KEY = "receipt:"
TOGETHER = "together"  # confirmations with the same word leave as one message that names their invoices


def _together(payment_id: str, fact: Fact) -> str:
    """One transfer is one confirmation, and so are the months that a roster says were paid on one day."""
    return f"{SOURCE}:{fact.paid_on.isoformat()}" if fact.source == SOURCE else payment_id


def paid_values(payment_id: str, amount: int, paid_on: date, method: str | None) -> Mapping[str, Any]:
    """What a text about a payment says beside the invoice itself."""
    return {
        "payment_id": payment_id,
        "paid_amount": amount,
        "paid_on": paid_on.isoformat(),
        "payment_method": method,
    }


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
    claim_id: str | None,
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
            "claim_id": claim_id,
            "promise_id": promise_id,
            "promise_kept": promise_kept,
            **(as_it_is(only) if only else {}),
        },
        once=f"payment_received:{payment_id}",
    )


def unmatched(
    payment_id: str, *, amount: int, customer_id: str | None, candidates: str | None, now: datetime
) -> NewEvent:
    """Tells of money that fits nothing yet, with what it may be for."""
    return NewEvent(
        "payment_unmatched",
        occurred_at=now,
        customer_id=customer_id,
        data={"payment_id": payment_id, "payment_amount": amount, "candidates_text": candidates},
        once=f"payment_unmatched:{payment_id}",
    )
