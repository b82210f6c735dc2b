"""Events as subscribers get them: one flat object, every key always there, personal fields joined now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.actions import cards, event_facts, event_keys
from connector.actions.cards import Around
from connector.actions.context import Context
from connector.actions.event_facts import Refers
from connector.clock import from_ms
from connector.domain.model import Business, Customer, Invoice, InvoiceStatus
from connector.domain.money import decimal_string, format_money
from connector.domain.summaries import summary
from connector.domain.texts import format_date_long
from connector.specs.catalog import Catalog
from connector.store import invoices
from connector.store.db import Tx

Event = Mapping[str, Any]  # a row of the events table


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page of events refers to."""

    invoices: dict[str, Invoice]
    around: Around
    totals: dict[tuple[str, str], tuple[int, int]]
    refers: Refers


def event_payload(
    tx: Tx, event: Event, business: Business, catalog: Catalog, *, public_url: str = "", test: bool = False
) -> dict[str, Any]:
    """One event as its subscribers get it."""
    return event_payloads(tx, [event], business, catalog, public_url=public_url, test=test)[0]


def event_payloads(
    tx: Tx,
    events: Sequence[Event],
    business: Business,
    catalog: Catalog,
    *,
    public_url: str = "",
    test: bool = False,
    file_link: Callable[[str], str] | None = None,
) -> list[dict[str, Any]]:
    """A page of events in a fixed number of queries; only a `needs_human` reads its own thread."""
    ctx = Context(tx, catalog, business, "events", 0, "", public_url, file_link=file_link)
    page = _page(ctx, events)
    return [_payload(ctx, event, page, test) for event in events]


def _page(ctx: Context, events: Sequence[Event]) -> _Page:
    some = invoices.by_ids(ctx.tx, _ids(events, "invoice_id"))
    people = {i.customer_id for i in some.values()} | set(_ids(events, "customer_id"))
    around = cards.around(ctx, some.values(), people)
    return _Page(
        invoices=some,
        around=around,
        totals=invoices.owed_totals(ctx.tx, people),
        refers=event_facts.refers(ctx, events),
    )


def _ids(events: Iterable[Event], column: str) -> list[str]:
    return [event[column] for event in events if event[column]]


def _payload(ctx: Context, event: Event, page: _Page, test: bool) -> dict[str, Any]:
    invoice = page.invoices.get(event["invoice_id"] or "")
    if invoice is not None:
        invoice = _as_it_was(invoice, event["data"])
    customer_id = event["customer_id"] or (invoice.customer_id if invoice else "")
    customer = page.around.customers.get(customer_id)
    found: dict[str, Any] = {
        **_head(ctx, event, test),
        **_person(ctx, event, customer, page),
        **_invoice(ctx, event, invoice, customer, page),
    }
    own, words = event_keys.own(ctx, event, page.refers, invoice, customer, page.around)
    found |= own
    found["summary"] = summary(event["type"], ctx.language, _words(found, invoice) | words)
    spec = ctx.catalog.triggers.get(event["type"])
    keys = list(found) if spec is None else list(spec.payload["properties"])
    return {key: found.get(key) for key in keys} | _extra(invoice, customer)


def _as_it_was(invoice: Invoice, data: Mapping[str, Any]) -> Invoice:
    """The money of the moment of the event, where the event kept it."""
    if "invoice_paid" not in data:
        return invoice
    return replace(
        invoice,
        amount=data["invoice_amount"],
        paid=data["invoice_paid"],
        status=InvoiceStatus(data["invoice_status"]),
        due_date=date.fromisoformat(data.get("invoice_due_on") or invoice.due_date.isoformat()),
    )


def _head(ctx: Context, event: Event, test: bool) -> dict[str, Any]:
    at, known = from_ms(event["occurred_at"]), from_ms(event["known_at"])
    return {
        "event_id": event["id"],
        "type": event["type"],
        "event_number": event["number"],
        "invoice_event_number": event["invoice_event_number"],
        "occurred_at": ctx.local(at),
        "occurred_on": _local_day(ctx, at),
        "late_minutes": max(int((known - at) / timedelta(minutes=1)), 0),
        "test": test,
        "business_id": ctx.business.id,
        "business_name": ctx.business.name,
    }


def _local_day(ctx: Context, at: datetime) -> str:
    return at.astimezone(ZoneInfo(ctx.business.zone)).date().isoformat()


def _person(ctx: Context, event: Event, customer: Customer | None, page: _Page) -> dict[str, Any]:
    if customer is None:
        return {}
    address = page.around.addresses.get(customer.id)
    phone = address.phone if address else None
    count, total, code = _owed(ctx, event, customer.id, page)
    return {
        "customer_id": customer.id,
        "customer_ref": customer.ref,
        "customer_name": customer.name,
        "contact_name": customer.contact_name,
        "customer_phone": phone,
        "customer_email": customer.email,
        "customer_language": customer.language or ctx.business.language,
        "chat_url": cards.chat_url(phone),
        "rep_name": customer.rep_name,
        "rep_email": customer.rep_email,
        "open_invoices": count,
        "total_due": decimal_string(total, code),
        "total_due_text": format_money(total, code, ctx.language),
        "console_url": ctx.link(f"/customers/{customer.id}"),
    }


def _owed(ctx: Context, event: Event, customer_id: str, page: _Page) -> tuple[int, int, str]:
    """How many invoices were open, and the sum in the business's currency or the only other one."""
    kept = event["data"].get("owed")
    if kept is None:
        mine = {code: found for (owner, code), found in page.totals.items() if owner == customer_id}
    else:
        mine = {code: (count, total) for code, count, total in kept}
    count = sum(number for number, _ in mine.values())
    code = ctx.business.currency if ctx.business.currency in mine or not mine else sorted(mine)[0]
    return count, mine.get(code, (0, 0))[1], code


def _invoice(
    ctx: Context, event: Event, invoice: Invoice | None, customer: Customer | None, page: _Page
) -> dict[str, Any]:
    if invoice is None:
        return {}
    sequence = page.around.sequences.get(invoice.id)
    code = cards.hold_reason(invoice, page.around)
    step = page.around.steps.get(invoice.id) if code in (None, "promise_active") else None
    return {
        "invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "invoice_status": invoice.status.value,
        "description": invoice.description,
        **cards.money_keys(ctx, invoice),
        "due_date": invoice.due_date.isoformat(),
        "due_date_text": format_date_long(invoice.due_date, ctx.language),
        "days_overdue": _days_overdue(event, invoice, ctx.zone_of(customer, invoice)),
        "pay_url": invoice.pay_url,
        "console_url": ctx.link(f"/invoices/{invoice.id}"),
        "source": invoice.source,
        "source_url": None,
        "sequence_status": cards.sequence_status(sequence),
        "hold_reason": code,
        "next_step_at": None if step is None else ctx.local(step.due_at),
    }


def _days_overdue(event: Event, invoice: Invoice, zone: str) -> int:
    """Whole days from the due date to the event."""
    if invoice.status is InvoiceStatus.VOID:
        return 0
    on = from_ms(event["occurred_at"]).astimezone(ZoneInfo(zone)).date()
    return max((on - invoice.due_date).days, 0)


def _words(found: Mapping[str, Any], invoice: Invoice | None) -> dict[str, Any]:
    """What every sentence may say."""
    name, ref = found.get("customer_name"), found.get("customer_ref")
    return {
        "name": name,
        "who": f"{name} ({ref})" if name and ref else name,
        "number": found.get("invoice_number"),
        "numbers": found.get("invoice_number"),
        "due": found.get("amount_due_text"),
        "due_day": found.get("due_date_text"),
        "days": found.get("days_overdue"),
    }


def _extra(invoice: Invoice | None, customer: Customer | None) -> dict[str, Any]:
    """The user's own fields: the customer's, and the invoice's before them."""
    both = {**(customer.extra if customer else {}), **(invoice.extra if invoice else {})}
    return {f"extra_{name}": value for name, value in list(both.items())[:10]}
