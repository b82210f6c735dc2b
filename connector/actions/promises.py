"""Actions on promises to pay."""

from dataclasses import replace
from typing import Any

from connector.actions import cards, plans, references
from connector.actions.context import Context
from connector.domain import promises as rules
from connector.domain.model import Invoice, InvoiceStatus, Promise, Recipe, StepState
from connector.domain.money import format_money, parse_amount
from connector.domain.problems import Conflict, Invalid
from connector.domain.results import sentence
from connector.domain.texts import format_date
from connector.store import customers, invoices, promises, recipes, sequences


def record_promise(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Writes down what a customer promised; until then, and through the grace, no reminder leaves."""
    target = references.target(ctx, given)
    invoice = target.invoices[0]
    if invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": invoice.status.value})
    on = references.day(given, "promise_date")
    if on is None:
        raise Invalid("date_invalid", field="promise_date")
    sequence = sequences.live_of(ctx.tx, invoice.id)
    recipe = plans.pinned(ctx, sequence) if sequence else _any_recipe(ctx, invoice)
    address = customers.address_of(ctx.tx, target.customer.id)
    planned = sequences.steps_of_invoice(ctx.tx, invoice.id)
    decision = rules.record(
        # A debt without a phone can be promised too: by word of mouth.
        replace(invoice, status=_money_status(invoice)),
        on=on,
        amount=_amount(ctx, given, invoice),
        words=given.get("promise_words"),
        by=given.get("by") or ctx.actor,
        via="person",
        now=ctx.now,
        zone=ctx.zone_of(target.customer, invoice),
        recipe=recipe,
        previous=promises.open_of(ctx.tx, invoice.id),
        promise_no=promises.next_no(ctx.tx, invoice.id),
        new_id=ctx.new,
        sequence_id=sequence.id if sequence else None,
        address_id=address.id if address else None,
        plan_no=sequence.plan_no if sequence else None,
        channel=target.customer.channel,
        planned=[s for s in planned if s.state in (StepState.PLANNED, StepState.HELD)],
    )
    ctx.apply(decision)
    promise = promises.open_of(ctx.tx, invoice.id)
    now = invoices.by_id(ctx.tx, invoice.id) or invoice
    detail = "" if promise is None else _words(ctx, promise, invoice)
    return cards.invoice_card(ctx, now, decision.result, detail=detail) | {
        "promise_id": promise.id if promise else None,
        "promise_no": promise.no if promise else None,
        "promise_date": promise.on.isoformat() if promise else None,
    }


def _money_status(invoice: Invoice) -> InvoiceStatus:
    if invoice.status is not InvoiceStatus.WAITING:
        return invoice.status
    return InvoiceStatus.PARTLY_PAID if invoice.paid else InvoiceStatus.OPEN


def _amount(ctx: Context, given: dict[str, Any], invoice: Invoice) -> int | None:
    if "promise_amount" not in given:
        return None
    amount = parse_amount(given["promise_amount"], invoice.currency, field="promise_amount").minor
    if amount > invoice.due:
        text = format_money(invoice.due, invoice.currency, ctx.language)
        raise Invalid("amount_exceeds_due", field="promise_amount", params={"amount_due_text": text})
    return amount


def _any_recipe(ctx: Context, invoice: Invoice) -> Recipe:
    """The rules of promises come from a recipe, also when no sequence runs."""
    recipe = plans.recipe_for(ctx, invoice)
    if recipe is not None:
        return recipe
    known = recipes.active_recipes(ctx.tx)
    if not known:
        raise LookupError("no recipe is stored")
    return plans.recipe_named(ctx, known[0].name)


def _words(ctx: Context, promise: Promise, invoice: Invoice) -> str:
    amount = format_money(promise.amount, invoice.currency, ctx.language)
    head = "Janji" if ctx.language == "id" else "The promise of"
    joint = "untuk" if ctx.language == "id" else "for"
    return f"{head} {amount} {joint} {format_date(promise.on, ctx.language)}"


def cancel_promise(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a promise back; the reminders that it had stopped are planned again where they are still true."""
    promise = references.promise(ctx, given["promise"])
    invoice = references.invoice(ctx, promise.invoice_id, lock=True)
    promise = references.promise(ctx, promise.id)  # as it stands under the lock: a payment may have kept it
    decision = rules.cancel(promise, now=ctx.now, planned=sequences.steps_of_invoice(ctx.tx, invoice.id))
    ctx.apply(decision)
    cancelled = decision.result == "cancelled"
    if cancelled:
        _plan_again(ctx, invoice)
    now = invoices.by_id(ctx.tx, invoice.id) or invoice
    card = cards.invoice_card(ctx, now, "cancelled" if cancelled else "not_needed")
    if cancelled:
        card["result_text"] = sentence("promise_cancelled", ctx.language, {"subject": now.number})
    return card | {"promise_id": promise.id}


def _plan_again(ctx: Context, invoice: Invoice) -> None:
    sequence = sequences.live_of(ctx.tx, invoice.id)
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    if sequence is None or customer is None:
        return
    address = customers.address_of(ctx.tx, customer.id)
    ctx.apply(plans.replan(ctx, invoice, customer, address, sequence))
