"""What happens to an invoice: born, changed, voided, held. Amounts are minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from connector.domain.decision import CancelSteps, Decision, Insert, NewEvent, Update
from connector.domain.model import Channel, Invoice, InvoiceStatus, Stage, StepState

# How the fields of an invoice are called in its table where the names differ.
_COLUMNS = {"issue_date": "issue_on", "due_date": "due_on"}


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice as somebody brings it, already understood: parsed amount, dates and customer."""

    number: str
    customer_id: str
    source: str
    amount: int
    currency: str
    due_date: date
    issue_date: date
    description: str | None = None
    pay_url: str | None = None
    pdf_url: str | None = None
    zone: str | None = None
    language: str | None = None
    channel: Channel | None = None
    recipe: str | None = None
    list_name: str | None = None
    appointment_at: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def status_of(*, amount: int, paid: int, waiting_for: str | None) -> InvoiceStatus:
    """The status that follows from the money, and from what is missing.

    >>> status_of(amount=100, paid=40, waiting_for=None)
    <InvoiceStatus.PARTLY_PAID: 'partly_paid'>
    """
    if waiting_for == "amount":
        return InvoiceStatus.WAITING  # nobody knows yet what is owed: it is 0 only until then
    if paid >= amount:
        return InvoiceStatus.PAID
    if waiting_for is not None:
        return InvoiceStatus.WAITING
    return InvoiceStatus.PARTLY_PAID if paid else InvoiceStatus.OPEN


def create(
    draft: Draft,
    *,
    invoice_id: str,
    waiting_for: str | None,
    hold_reason: str | None,
    settles_at: datetime | None,
    now: datetime,
) -> tuple[Invoice, Decision]:
    """A new invoice, and the event that tells of it."""
    invoice = Invoice(
        id=invoice_id,
        number=draft.number,
        customer_id=draft.customer_id,
        source=draft.source,
        amount=draft.amount,
        paid=0,
        currency=draft.currency,
        issue_date=draft.issue_date,
        due_date=draft.due_date,
        status=status_of(amount=draft.amount, paid=0, waiting_for=waiting_for),
        description=draft.description,
        waiting_for=waiting_for,
        hold_reason=hold_reason,
        pay_url=draft.pay_url,
        pdf_url=draft.pdf_url,
        zone=draft.zone,
        language=draft.language,
        channel=draft.channel,
        recipe=draft.recipe,
        list_name=draft.list_name,
        settles_at=settles_at,
        created_at=now,
        appointment_at=draft.appointment_at,
        extra=dict(draft.extra),
    )
    return invoice, born(invoice, now=now)


def born(invoice: Invoice, *, now: datetime) -> Decision:
    """The row of a new invoice, and the event that tells of it."""
    row = columns(invoice) | {"event_count": 0, "updated_at": now}
    told = NewEvent(
        "invoice_created",
        occurred_at=now,
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        data={"amount": invoice.amount, "source": invoice.source},
        once=f"invoice_created:{invoice.id}",
    )
    return Decision(changes=(Insert("invoices", row),), events=(told,), result="created")


def born_again(
    before: Invoice,
    draft: Draft,
    *,
    waiting_for: str | None,
    hold_reason: str | None,
    now: datetime,
) -> tuple[Invoice, Decision]:
    """A void invoice that nobody heard of is the invoice of its draft now, under its own id; it is told as changed.

    A link that was made for another amount is gone.
    """
    fresh, _ = create(
        draft,
        invoice_id=before.id,
        waiting_for=waiting_for,
        hold_reason=hold_reason,
        settles_at=None,
        now=before.created_at or now,
    )
    link = before.pay_url if (before.amount, before.currency) == (fresh.amount, fresh.currency) else None
    after = replace(fresh, pay_url=fresh.pay_url or link, plan_no=before.plan_no, version=before.version + 1)
    return after, Decision(changes=(update(before, after, now),), result="created")


def columns(invoice: Invoice) -> dict[str, Any]:
    """The columns of an invoice under the names of its table."""
    values = {name: getattr(invoice, name) for name in Invoice.__dataclass_fields__}
    return {_COLUMNS.get(name, name): value for name, value in values.items()}


def change(
    invoice: Invoice, wanted: Mapping[str, Any], *, now: datetime, settles_at: datetime | None = None
) -> tuple[Invoice, Decision]:
    """The invoice with the wanted fields (of `Invoice`); what is equal already is no change.

    The status follows from the amount. A void invoice stays void.
    """
    fields = {name: value for name, value in wanted.items() if getattr(invoice, name) != value}
    if not fields:
        return invoice, Decision(result="unchanged")
    changed = replace(invoice, **fields, version=invoice.version + 1)
    if invoice.status is not InvoiceStatus.VOID:
        status = status_of(amount=changed.amount, paid=changed.paid, waiting_for=changed.waiting_for)
        paid_at = (changed.paid_at or now) if status is InvoiceStatus.PAID else None
        changed = replace(changed, status=status, paid_at=paid_at)
    if settles_at is not None:
        changed = replace(changed, settles_at=settles_at)
    return changed, Decision(changes=(update(invoice, changed, now),), result="updated")


def update(before: Invoice, after: Invoice, now: datetime) -> Update:
    """The change of an invoice's row; its version rises with every one."""
    old, new = columns(before), columns(after)
    values = {name: new[name] for name in new if new[name] != old[name]}
    values["version"] = before.version + 1
    values["updated_at"] = now
    return Update("invoices", before.id, values)


def void(invoice: Invoice, *, now: datetime) -> tuple[Invoice, Decision]:
    """The invoice is owed no more and never was: nothing is sent about it."""
    voided = replace(
        invoice,
        status=InvoiceStatus.VOID,
        waiting_for=None,
        hold_reason=None,
        version=invoice.version + 1,
    )
    decision = Decision(
        changes=(update(invoice, voided, now),),
        cancels=(CancelSteps(StepState.CANCELLED, "void", invoice_id=invoice.id),),
        result="void",
    )
    return voided, decision


def settled(invoice: Invoice, *, now: datetime) -> Decision:
    """Tells that nothing is owed although no payment came: the amount was corrected down to what is paid."""
    told = NewEvent(
        "invoice_paid",
        occurred_at=now,
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        data={
            "invoice_amount": invoice.amount,
            "invoice_paid": invoice.paid,
            "invoice_status": invoice.status,
        },
        once=f"invoice_paid:{invoice.id}:v{invoice.version}",
    )
    return Decision(events=(told,))


def renumbered(invoice: Invoice, *, now: datetime) -> Update:
    """A void invoice under a number that nobody else will ever want: the old one is needed for another person."""
    return update(invoice, replace(invoice, number=f"{invoice.number[:60]}~{invoice.id[-8:]}"), now)


def stop(invoice: Invoice, reason: str) -> Decision:
    """Ends the planned steps of an invoice; a confirmation still goes."""
    keep = frozenset({Stage.RECEIPT.value})
    return Decision(
        cancels=(CancelSteps(StepState.CANCELLED, reason, invoice_id=invoice.id, keep_stages=keep),)
    )


def hold(invoice: Invoice, reason: str | None, *, now: datetime) -> tuple[Invoice, Decision]:
    """Holds the invoice's messages for a reason, or lets them go with None."""
    if invoice.hold_reason == reason:
        return invoice, Decision()
    held = replace(invoice, hold_reason=reason, version=invoice.version + 1)
    return held, Decision(changes=(update(invoice, held, now),), result="updated")
