"""Actions on sequences: start, pause, resume, cancel, preview."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from connector.actions import cards, explain, plans, references
from connector.actions.context import Context
from connector.actions.references import Target
from connector.domain import sequences as rules
from connector.domain.model import Invoice, InvoiceStatus, Step, StepKind, StepState
from connector.domain.plan import plan_steps
from connector.domain.problems import Conflict
from connector.domain.texts import format_date
from connector.domain.windows import local_instant
from connector.store import cases, customers, sequences


def start_sequence(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Starts the reminders of an invoice; a running sequence goes on unless `restart` asks for a new one."""
    target = references.target(ctx, given)
    invoice = target.invoices[0]
    _must_be_owed(invoice)
    running = sequences.live_of(ctx.tx, invoice.id)
    restart = bool(given.get("restart"))
    if running is not None and not restart:
        return _with_steps(ctx, invoice, target, "already_running")
    name = given.get("recipe")
    recipe = plans.recipe_named(ctx, name) if name else plans.recipe_for(ctx, invoice)
    if recipe is None:
        return _with_steps(ctx, invoice, target, "not_needed")
    if running is not None:
        ctx.apply(rules.cancel(running, reason="sequence_cancelled", now=ctx.now))
    address = customers.address_of(ctx.tx, target.customer.id)
    fresh = replace(invoice, settles_at=ctx.settles_at)
    _, decision = plans.start(ctx, fresh, target.customer, address, recipe)
    ctx.apply(decision)
    return _with_steps(ctx, invoice, target, "restarted" if running else "started")


def _must_be_owed(invoice: Invoice) -> None:
    if invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": invoice.status.value})


def _with_steps(ctx: Context, invoice: Invoice, target: Target, result: str) -> dict[str, Any]:
    sequence = sequences.of_invoice(ctx.tx, invoice.id)
    steps = sequences.steps_of(ctx.tx, sequence.id) if sequence else []
    return cards.invoice_card(ctx, invoice, result) | {"steps": _lines(ctx, invoice, target, steps)}


def _lines(ctx: Context, invoice: Invoice, target: Target, steps: list[Step]) -> list[dict[str, Any]]:
    shown = [step for step in steps if step.kind is not StepKind.TICK]
    return [explain.step_of(ctx, invoice, target.customer, step) for step in shown]


def pause_sequence(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Stops the reminders of an invoice, or of all that a customer owes, until a day or until resumed."""
    target = references.target(ctx, given)
    until = references.later_than_today(ctx, given)
    results, waiting = set(), 0
    for invoice in target.invoices:
        sequence = sequences.live_of(ctx.tx, invoice.id)
        if sequence is None:
            continue
        ends = _end_of(ctx, until, ctx.zone_of(target.customer, invoice))
        decision = rules.pause(sequence, until=ends, reason="paused", now=ctx.now)
        ctx.apply(decision)
        results.add(decision.result)
        waiting += _within(sequences.waiting_steps(ctx.tx, invoice_id=invoice.id), ends)
    result = _first(results, ("paused", "already_paused"))
    detail = "" if until is None else _until_words(ctx, until)
    return _card(ctx, target, result, detail) | {
        "paused_until": until.isoformat() if until else None,
        "cancelled_steps": waiting if result == "paused" else 0,
    }


def _end_of(ctx: Context, until: date | None, zone: str) -> datetime | None:
    """The first instant after the last day of the pause."""
    return None if until is None else local_instant(until + timedelta(days=1), time(0), zone)


def _within(steps: list[Step], ends: datetime | None) -> int:
    """How many planned messages will not leave at their time."""
    return sum(1 for step in steps if ends is None or step.due_at < ends)


def _until_words(ctx: Context, until: date) -> str:
    head = " sampai " if ctx.language == "id" else " until "
    return head + format_date(until, ctx.language)


def _first(results: set[str], order: tuple[str, ...]) -> str:
    return next((result for result in order if result in results), "not_needed")


def _card(ctx: Context, target: Target, result: str, detail: str = "") -> dict[str, Any]:
    if target.only is not None:
        return cards.invoice_card(ctx, target.only, result, detail=detail)
    return cards.person_card(ctx, target.customer, result, detail=detail)


def resume_sequence(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Lets the reminders go on; an open case must be resolved first."""
    target = references.target(ctx, given)
    results = {resume(ctx, invoice) for invoice in target.invoices}
    return _card(ctx, target, _first(results, ("resumed", "case_open")))


def resume(ctx: Context, invoice: Invoice) -> str:
    """Lets one invoice's sequence go on; answers the result."""
    sequence = sequences.live_of(ctx.tx, invoice.id)
    if sequence is None:
        return "not_needed"
    decision = rules.resume(
        sequence,
        sequences.steps_of_invoice(ctx.tx, invoice.id),
        now=ctx.now,
        cases_open=bool(cases.open_of(ctx.tx, invoice.id)),
    )
    ctx.apply(decision)
    return decision.result


def cancel_sequence(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Ends the reminders of an invoice for good; what is owed stays owed."""
    target = references.target(ctx, given)
    invoice = target.invoices[0]
    sequence = sequences.live_of(ctx.tx, invoice.id)
    if sequence is None:
        return cards.invoice_card(ctx, invoice, "not_needed") | {"cancelled_steps": 0}
    waiting = sequences.waiting_steps(ctx.tx, invoice_id=invoice.id)
    ended = [s for s in waiting if s.sequence_id == sequence.id and s.stage.value != "receipt"]
    ctx.apply(rules.cancel(sequence, reason="sequence_cancelled", now=ctx.now))
    return cards.invoice_card(ctx, invoice, "cancelled") | {"cancelled_steps": len(ended)}


def preview_sequence(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """What would be sent when: the living plan, or that of another recipe as if it started now."""
    target = references.target(ctx, given, lock=False)
    invoice = target.invoices[0]
    running = sequences.live_of(ctx.tx, invoice.id)
    name = given.get("recipe")
    if running is not None and name in (None, running.recipe):
        steps = sequences.steps_of(ctx.tx, running.id)
        recipe_name: str | None = running.recipe
    else:
        recipe = plans.recipe_named(ctx, name) if name else plans.recipe_for(ctx, invoice)
        recipe_name = recipe.name if recipe else None
        address = customers.address_of(ctx.tx, target.customer.id)
        steps = (
            []
            if recipe is None
            else list(
                plan_steps(
                    recipe,
                    invoice=replace(invoice, settles_at=ctx.settles_at),
                    sequence_id="",
                    customer_id=invoice.customer_id,
                    address_id=address.id if address else None,
                    zone=ctx.zone_of(target.customer, invoice),
                    now=ctx.now,
                    new_id=ctx.new,
                    channel=target.customer.channel,
                )
            )
        )
    return _preview(ctx, target, invoice, recipe_name, steps)


def _preview(
    ctx: Context, target: Target, invoice: Invoice, recipe: str | None, steps: list[Step]
) -> dict[str, Any]:
    ahead = [s for s in steps if s.kind is StepKind.MESSAGE and s.state is StepState.PLANNED]
    detail = f"{len(ahead)} pesan" if ctx.language == "id" else f"{len(ahead)} messages"
    if ahead:
        zone = ctx.zone_of(target.customer, invoice)
        first = min(ahead, key=lambda s: s.due_at)
        head = "berikutnya" if ctx.language == "id" else "next"
        detail += f", {head} {explain.when_text(ctx, first.due_at, zone)}"
    return cards.invoice_card(ctx, invoice, "found", detail=detail) | {
        "recipe": recipe,
        "steps": _lines(ctx, invoice, target, steps),
    }
