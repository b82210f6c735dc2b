"""The invoice card and the customer card: the answer of every action on an invoice or a customer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from connector.actions.context import Context
from connector.domain.cases import STOPS_NOTHING, effect_of
from connector.domain.model import (
    Address,
    Case,
    Customer,
    Invoice,
    InvoiceStatus,
    Promise,
    Sequence,
    SequenceState,
    Step,
)
from connector.domain.money import amount_number, decimal_string, format_money
from connector.domain.results import invoice_words, sentence, stage_words, status_words
from connector.domain.texts import format_date, format_date_long, format_time
from connector.store import cases, control, customers, invoices, promises, senders, sequences
from connector.store.sequences import LastMessage

WINDOW = timedelta(hours=24)
INVOICE_KEYS = (
    "result",
    "result_text",
    "invoice_id",
    "invoice_number",
    "invoice_status",
    "waiting_for",
    "customer_id",
    "customer_name",
    "customer_phone",
    "amount",
    "amount_paid",
    "amount_due",
    "amount_due_number",
    "amount_due_text",
    "currency",
    "due_date",
    "due_date_text",
    "days_overdue",
    "sequence_status",
    "hold_reason",
    "last_message_text",
    "next_step_at",
    "next_step_text",
    "why_not_text",
    "console_url",
)


@dataclass(frozen=True, slots=True)
class Stops:
    """What keeps every message, or every message of a channel, from leaving."""

    everything: str | None = None  # the reason code
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Around:
    """What a card tells beside the invoice itself, read for many invoices at once."""

    customers: dict[str, Customer]
    addresses: dict[str, Address]
    sequences: dict[str, Sequence]
    steps: dict[str, Step]
    messages: dict[str, LastMessage]
    cases: dict[str, list[Case]]
    promises: dict[str, Promise]
    stops: Stops


def around(ctx: Context, some: Iterable[Invoice], people: Iterable[str] = ()) -> Around:
    """Everything around these invoices (and these customers) in seven queries, however many they are."""
    some = list(some)
    ids = [i.id for i in some]
    people = {i.customer_id for i in some} | set(people)
    return Around(
        customers=customers.by_ids(ctx.tx, people),
        addresses=customers.addresses_of(ctx.tx, people),
        sequences=sequences.of_invoices(ctx.tx, ids),
        steps=sequences.next_steps(ctx.tx, ids),
        messages=sequences.last_messages(ctx.tx, ids),
        cases=cases.opens_of(ctx.tx, ids),
        promises=promises.opens_of(ctx.tx, ids),
        stops=_stops(ctx),
    )


def _stops(ctx: Context) -> Stops:
    found = ctx.cache.get("stops")
    if found is None:
        row = control.state(ctx.tx)
        suspect = "clock_suspect" if row.clock_suspect is not None else None
        everything = "paused_all" if row.paused else suspect
        found = ctx.cache["stops"] = Stops(everything, senders.stopped_channels(ctx.tx))
    return cast(Stops, found)


def invoice_card(
    ctx: Context, invoice: Invoice, result: str, *, detail: str = "", **params: str
) -> dict[str, Any]:
    """One invoice's card with the result of the action that asked."""
    card = invoice_cards(ctx, [invoice], result)[0]
    words = {"subject": invoice.number, "detail": detail, **params}
    return card | {"result_text": sentence(result, ctx.language, words)}


def found_card(ctx: Context, invoice: Invoice) -> dict[str, Any]:
    return found_cards(ctx, [invoice])[0]


def found_cards(ctx: Context, some: Iterable[Invoice]) -> list[dict[str, Any]]:
    """The cards of invoices that somebody looks at, each with its state in a sentence."""
    some = list(some)
    filled = []
    for invoice, card in zip(some, invoice_cards(ctx, some, "found"), strict=True):
        detail = f"{invoice_words(invoice.status.value, ctx.language)}, {card['amount_due_text']}"
        words = {"subject": invoice.number, "detail": detail}
        filled.append(card | {"result_text": sentence("found", ctx.language, words)})
    return filled


def invoice_cards(ctx: Context, some: Iterable[Invoice], result: str) -> list[dict[str, Any]]:
    """The cards of many invoices, in their order."""
    some = list(some)
    facts = around(ctx, some)
    return [_card(ctx, invoice, facts, result) for invoice in some]


def _card(ctx: Context, invoice: Invoice, facts: Around, result: str) -> dict[str, Any]:
    customer = facts.customers[invoice.customer_id]
    address = facts.addresses.get(invoice.customer_id)
    sequence = facts.sequences.get(invoice.id)
    code = hold_reason(invoice, facts)
    step = None if code is not None and code != "promise_active" else facts.steps.get(invoice.id)
    zone = ctx.zone_of(customer, invoice)
    message = facts.messages.get(invoice.id)
    return {
        "result": result,
        "result_text": sentence(result, ctx.language, {"subject": invoice.number}),
        "invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "invoice_status": invoice.status.value,
        "waiting_for": invoice.waiting_for,
        "customer_id": customer.id,
        "customer_name": customer.name,
        "customer_phone": address.phone if address else None,
        **money_keys(ctx, invoice),
        "due_date": invoice.due_date.isoformat(),
        "due_date_text": format_date_long(invoice.due_date, ctx.language),
        "days_overdue": days_overdue(ctx, invoice, zone),
        "sequence_status": sequence_status(sequence),
        "hold_reason": code,
        "last_message_text": None if message is None else last_message_text(ctx, message, zone),
        "next_step_at": None if step is None else ctx.local(step.due_at),
        "next_step_text": None if step is None else next_step_text(ctx, step, zone),
        "why_not_text": ctx.catalog.reason_text(code or closed_reason(invoice, sequence), ctx.language),
        "console_url": ctx.link(f"/invoices/{invoice.id}"),
    }


def person_card(ctx: Context, customer: Customer, result: str, *, detail: str = "") -> dict[str, Any]:
    """The invoice card of an act about a customer and no single invoice: the invoice's keys are null."""
    address = customers.address_of(ctx.tx, customer.id)
    words = {"subject": customer.name, "detail": detail}
    return dict.fromkeys(INVOICE_KEYS) | {
        "result": result,
        "result_text": sentence(result, ctx.language, words),
        "customer_id": customer.id,
        "customer_name": customer.name,
        "customer_phone": address.phone if address else None,
        "console_url": ctx.link(f"/customers/{customer.id}"),
    }


def money_keys(ctx: Context, invoice: Invoice) -> dict[str, Any]:
    """The amounts of an invoice, each the three ways that people use."""
    return {
        "amount": decimal_string(invoice.amount, invoice.currency),
        "amount_paid": decimal_string(invoice.paid, invoice.currency),
        "amount_due": decimal_string(invoice.due, invoice.currency),
        "amount_due_number": amount_number(invoice.due, invoice.currency),
        "amount_due_text": format_money(invoice.due, invoice.currency, ctx.language),
        "currency": invoice.currency,
    }


def days_overdue(ctx: Context, invoice: Invoice, zone: str) -> int:
    """Whole days since the due date in the customer's zone; 0 before it, and 0 when nothing is owed."""
    if invoice.status is InvoiceStatus.VOID:
        return 0
    end = invoice.paid_at if invoice.status is InvoiceStatus.PAID and invoice.paid_at else ctx.now
    return max((end.astimezone(ZoneInfo(zone)).date() - invoice.due_date).days, 0)


def sequence_status(sequence: Sequence | None) -> str:
    return "none" if sequence is None else sequence.state.value


def hold_reason(invoice: Invoice, facts: Around) -> str | None:
    """The reason code for which no reminder goes now, the strongest first; None when they go."""
    if invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        return None
    address = facts.addresses.get(invoice.customer_id)
    sequence = facts.sequences.get(invoice.id)
    customer = facts.customers.get(invoice.customer_id)
    if is_out(address, None, customer):
        return "opted_out"
    if invoice.hold_reason is not None:
        return invoice.hold_reason
    open_cases = [c for c in facts.cases.get(invoice.id, []) if c.reason not in STOPS_NOTHING]
    if open_cases:
        return effect_of(open_cases[0].reason).hold_reason
    if invoice.waiting_for is not None:
        return f"waiting_for_{invoice.waiting_for}"
    if address is not None and address.doubted_at is not None:
        return "number_unconfirmed"
    if sequence is not None and sequence.state is SequenceState.PAUSED:
        return "paused"
    if sequence is not None and sequence.state in (SequenceState.HELD, SequenceState.HANDED_OFF):
        return sequence.reason or "case_open"
    step = facts.steps.get(invoice.id)
    if step is not None and facts.stops.everything is not None:
        return facts.stops.everything
    if step is not None and step.channel is not None and step.channel.value in facts.stops.channels:
        return "sender_stopped"
    return "promise_active" if invoice.id in facts.promises else None


def closed_reason(invoice: Invoice, sequence: Sequence | None) -> str | None:
    """Why no reminder will ever go again; None while one may."""
    if invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        return invoice.status.value
    if invoice.is_split:
        return "plan_split"
    if sequence is not None and sequence.state is SequenceState.CANCELLED:
        return "sequence_cancelled"
    return None


def last_message_text(ctx: Context, message: LastMessage, zone: str) -> str:
    """ "8 Des 2026 09:00 dibaca"."""
    at = message.at.astimezone(ZoneInfo(zone))
    words = status_words(message.status, ctx.language)
    return f"{format_date(at.date(), ctx.language)} {format_time(at)} {words}"


def next_step_text(ctx: Context, step: Step, zone: str) -> str:
    """ "Pengingat H-3, 2 Des 2026 09:00"."""
    at = step.due_at.astimezone(ZoneInfo(zone))
    key = f" {step.key}" if step.key.startswith("H") else ""
    when = f"{format_date(at.date(), ctx.language)} {format_time(at)}"
    return f"{stage_words(step.stage.value, ctx.language)}{key}, {when}"


def customer_card(ctx: Context, customer: Customer, result: str, *, detail: str = "") -> dict[str, Any]:
    """What is known of one customer."""
    address = customers.address_of(ctx.tx, customer.id)
    consent = customers.latest_consent(ctx.tx, customer.id)
    owed = invoices.owed_by(ctx.tx, customer.id)
    phone = address.phone if address else None
    return {
        "result": result,
        "result_text": sentence(result, ctx.language, {"subject": customer.name, "detail": detail}),
        "customer_id": customer.id,
        "customer_ref": customer.ref,
        "customer_name": customer.name,
        "contact_name": customer.contact_name,
        "customer_phone": phone,
        "other_phones": customers.other_phones(ctx.tx, customer.id),
        "customer_email": customer.email,
        "customer_language": customer.language or ctx.business.language,
        "chat_url": chat_url(phone),
        "time_zone": customer.zone or ctx.business.zone,
        "channel": customer.channel.value if customer.channel else None,
        "rep_name": customer.rep_name,
        "rep_email": customer.rep_email,
        "phone_state": address.state.value if address else None,
        "opted_out": is_out(address, consent, customer),
        "consent_basis": consent["basis"] if consent else "contract",
        "window_closes_at": window_closes_at(ctx, address),
        "open_invoices": len(owed),
        **totals(ctx, owed),
        **credit(ctx, customer),
        "open_invoices_text": open_invoices_text(ctx, owed),
        "console_url": ctx.link(f"/customers/{customer.id}"),
    }


def totals(ctx: Context, owed: list[Invoice]) -> dict[str, Any]:
    """What is owed in the business's currency, or in the only currency that there is."""
    codes = {i.currency for i in owed} or {ctx.business.currency}
    code = ctx.business.currency if ctx.business.currency in codes else sorted(codes)[0]
    total = sum(i.due for i in owed if i.currency == code)
    return {
        "total_due": decimal_string(total, code),
        "total_due_text": format_money(total, code, ctx.language),
    }


def credit(ctx: Context, customer: Customer) -> dict[str, Any]:
    """What the customer has paid and does not owe, in the business's currency or the only one there is."""
    found = invoices.credits_of(ctx.tx, customer.id)
    code = ctx.business.currency if ctx.business.currency in found or not found else sorted(found)[0]
    amount = found.get(code, 0)
    return {
        "credit_amount": decimal_string(amount, code),
        "credit_text": format_money(amount, code, ctx.language),
    }


def open_invoices_text(ctx: Context, owed: list[Invoice]) -> str | None:
    """ "A3-2026-12 Rp1.500.000 (5 Des 2026)", one after the other; None when nothing is owed."""
    words = ctx.language
    items = [
        f"{i.number} {format_money(i.due, i.currency, words)} ({format_date(i.due_date, words)})"
        for i in owed[:15]
    ]
    if len(owed) > len(items):
        items.append(f"+{len(owed) - len(items)}")
    return "; ".join(items) or None


def is_out(address: Address | None, consent: dict[str, Any] | None, customer: Customer | None = None) -> bool:
    """Whether the customer said no, by a word to us or in a record."""
    if address is not None and address.opted_out_at is not None:
        return True
    if customer is not None and customer.opted_out_at is not None:
        return True
    return consent is not None and not consent["allowed"] and consent["channel"] is None


def chat_url(phone: str | None) -> str | None:
    return None if phone is None else f"https://wa.me/{phone.removeprefix('+')}"


def window_closes_at(ctx: Context, address: Address | None) -> str | None:
    """When the 24 hours of free messages end; None when they are not open."""
    if address is None or address.last_inbound_at is None:
        return None
    closes = address.last_inbound_at + WINDOW
    return ctx.local(closes) if closes > ctx.now else None
