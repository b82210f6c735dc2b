"""Why every message and every silence: the steps of an invoice in words."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.actions import cards, references
from connector.actions.context import Context
from connector.domain.model import Business, Customer, Invoice, Step, StepKind, StepState
from connector.domain.problems import Problem
from connector.domain.results import stage_words, state_words, status_words
from connector.domain.templates import Template, render, values_for
from connector.domain.texts import SHORT_MONTHS, WEEKDAYS, format_time
from connector.specs.templates import template_from_body
from connector.store import customers, recipes, sequences
from connector.store.sequences import Line

_ENDED = (StepState.SKIPPED, StepState.SUPERSEDED, StepState.MERGED, StepState.CANCELLED, StepState.FAILED)


def explain_invoice(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """The whole story of one invoice: what was sent, what is planned, what was not sent and why."""
    invoice = references.invoice(ctx, given["invoice"])
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    if customer is None:
        raise LookupError(f"invoice {invoice.id} has no customer")
    told = sequences.lines_of_invoice(ctx.tx, invoice.id)
    messages = _each_once([line for line in told if line.step.kind is not StepKind.TICK])
    lines = [line_of(ctx, invoice, customer, line) for line in messages]
    card = cards.found_card(ctx, invoice)
    return card | {"story_text": story(ctx, card, messages), "lines": lines}


def _each_once(lines: list[Line]) -> list[Line]:
    """Every message that left, and of what did not the newest plan's word: a plan made anew repeats its stages."""
    newest: dict[tuple[str, str], int] = {}
    for line in lines:
        place = (line.step.key, line.step.channel.value)
        newest[place] = max(newest.get(place, 0), line.step.plan_no)
    return [
        line
        for line in lines
        if line.message_id is not None
        or (
            line.step.reason != "fallback_not_needed"
            and line.step.plan_no == newest[line.step.key, line.step.channel.value]
        )
    ]


def story(ctx: Context, card: dict[str, Any], lines: list[Line]) -> str:
    """Two or three sentences: what went, what was left out and why, what comes next or why nothing does."""
    words = ctx.language
    sent = [line for line in lines if line.message_id is not None]
    closed = card["invoice_status"] if card["invoice_status"] in ("paid", "void") else None
    left_out = [
        line
        for line in lines
        if line.step.state in _ENDED
        and line.message_id is None
        and line.step.reason not in (closed, "fallback_not_needed")
    ]
    parts = [card["result_text"]]
    if sent:
        last = card["last_message_text"] or ""
        count = "{} pesan, terakhir {}." if words == "id" else "{} messages, last {}."
        parts.append(count.format(len(sent), last))
    if left_out:
        line = left_out[-1]
        why = ctx.catalog.reason_text(line.step.reason, words) or state_words(line.step.state.value, words)
        head = "Tidak dikirim" if words == "id" else "Not sent"
        parts.append(f"{head}: {label(ctx, line.step)}. {why}")
    if card["next_step_text"]:
        parts.append(f"{'Berikutnya' if words == 'id' else 'Next'}: {card['next_step_text']}.")
    elif card["why_not_text"]:
        parts.append(card["why_not_text"])
    return " ".join(parts)


def label(ctx: Context, step: Step) -> str:
    """ "Pengingat H-3"."""
    key = f" {step.key}" if step.key.startswith("H") else ""
    return f"{stage_words(step.stage.value, ctx.language)}{key}"


def line_of(ctx: Context, invoice: Invoice, customer: Customer, line: Line) -> dict[str, Any]:
    """One step with what became of it."""
    found = step_of(ctx, invoice, customer, line.step)
    if line.message_status is not None:
        found["state"] = line.message_status
        found["reason_text"] = found["reason_text"] or status_words(line.message_status, ctx.language)
    if line.message_at is not None:
        found["at"] = ctx.local(line.message_at)
        found["at_text"] = when_text(ctx, line.message_at, ctx.zone_of(customer, invoice))
    return found


def step_of(ctx: Context, invoice: Invoice, customer: Customer, step: Step) -> dict[str, Any]:
    """One step of a plan as an answer shows it, with the text that would go now."""
    at = _meant_for(step)
    return {
        "step": step.key,
        "at": ctx.local(at),
        "at_text": when_text(ctx, at, ctx.zone_of(customer, invoice)),
        "kind": step.kind.value,
        "stage": step.stage.value,
        "channel": step.channel.value if step.kind is StepKind.MESSAGE else None,
        "template": step.template,
        "state": step.state.value,
        "reason": step.reason,
        "reason_text": ctx.catalog.reason_text(step.reason, ctx.language),
        "text": text_of(ctx, invoice, customer, step),
    }


_NEVER_WENT = frozenset({StepState.SUPERSEDED, StepState.SKIPPED, StepState.CANCELLED})


def _meant_for(step: Step) -> datetime:
    """When it goes, went, or should have gone: what ended while it waited ended for the hour of its plan."""
    if step.state in _NEVER_WENT and step.planned_for is not None:
        return min(step.planned_for, step.due_at)
    return step.due_at


def text_of(ctx: Context, invoice: Invoice, customer: Customer, step: Step) -> str | None:
    """The text of a message that is still to go, from what is true now; None when it cannot be told yet."""
    if step.template is None or step.state not in (StepState.PLANNED, StepState.HELD):
        return None
    template = template_named(ctx, step.template)
    if template is None:
        return None
    language = language_of(ctx.business, customer, invoice)
    today = step.due_at.astimezone(ZoneInfo(ctx.zone_of(customer, invoice))).date()
    data = step.data
    values = values_for(
        invoice,
        customer,
        ctx.business,
        language,
        today=today,
        paid_amount=data.get("paid_amount"),
        paid_on=date.fromisoformat(data["paid_on"]) if data.get("paid_on") else None,
        payment_method=data.get("payment_method"),
    )
    values |= {name: str(value) for name, value in step.data.get("variables", {}).items()}
    try:
        return render(template, language, values).text
    except Problem:
        return None


def template_named(ctx: Context, name: str) -> Template | None:
    """The active version of a template."""
    key = f"template:{name}"
    if key not in ctx.cache:
        stored = recipes.active_template(ctx.tx, name)
        ctx.cache[key] = None if stored is None else template_from_body(stored.body, stored.version)
    return ctx.cache[key]  # type: ignore[no-any-return]


def language_of(business: Business, customer: Customer, invoice: Invoice | None) -> str:
    """The language of a message: the invoice's, else the customer's, else the business's."""
    own = invoice.language if invoice is not None else None
    return own or customer.language or business.language


def when_text(ctx: Context, at: datetime, zone: str) -> str:
    """ "Sabtu 28 Nov 09:00"."""
    local = at.astimezone(ZoneInfo(zone))
    words = ctx.language
    month = SHORT_MONTHS[words][local.month - 1]
    return f"{WEEKDAYS[words][local.weekday()]} {local.day} {month} {format_time(local)}"
