"""Payments that an import brings: recorded by the rules of mark_paid, from what was read before."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from connector.actions.context import Context
from connector.domain import payments as rules
from connector.domain.allocations import Part
from connector.domain.decision import Decision
from connector.domain.model import Invoice, Recipe, Sequence
from connector.domain.money import parse_amount
from connector.domain.payments import Fact, Receipt
from connector.domain.problems import Invalid
from connector.domain.windows import next_open
from connector.store.imports import StagedRow, source_of

_OLDEST = timedelta(days=366 * 5)


@dataclass(frozen=True, slots=True)
class Telling:
    """How the customer is told: without an address, or of what is history, not at all."""

    recipe: Recipe | None = None
    address_id: str | None = None
    zone: str = ""


def pay(
    ctx: Context,
    list_name: str,
    row: StagedRow,
    invoice: Invoice,
    *,
    telling: Telling | None,
    history: bool,
    sequence: Sequence | None = None,
) -> Invoice:
    """The invoice with what the row says was paid. History tells nobody: it happened before our time."""
    fact = _fact(ctx, list_name, row)
    given = row.fields["fields"].get("paid_amount")
    amount = invoice.due if given is None else parse_amount(given, invoice.currency).minor
    part, payment_id = Part(invoice, amount), ctx.new("pay")
    receipt = None
    if telling is not None and telling.recipe is not None and telling.address_id is not None:
        receipt = Receipt(telling.recipe, telling.address_id, ctx.settles_at)
    after, decision = rules.fill(
        part,
        payment_id=payment_id,
        item_id=ctx.new("pit"),
        fact=fact,
        sequence=sequence,
        receipt=receipt,
        step_id=ctx.new("stp"),
        now=ctx.now,
    )
    transfer = rules.transfer(
        payment_id,
        fact,
        amount=amount,
        currency=invoice.currency,
        customer_id=invoice.customer_id,
        now=ctx.now,
    )
    ctx.apply(Decision(changes=(transfer,)))
    ctx.apply(replace(decision, events=()) if history else decision)
    if not history:
        told_at = _told_at(decision, telling)
        received = rules.received(
            (part,),
            [after],
            payment_id=payment_id,
            over=max(after.paid - after.amount, 0),
            confirmation_at=told_at,
            claim_id=None,
            promise_id=None,
            promise_kept=None,
            fact=fact,
            now=ctx.now,
        )
        ctx.apply(Decision(events=(received,)))
    return after


def _fact(ctx: Context, list_name: str, row: StagedRow) -> Fact:
    given = row.fields["fields"].get("paid_on")
    paid_on = ctx.today if given is None else date.fromisoformat(given)
    if not ctx.today - _OLDEST <= paid_on <= ctx.today + timedelta(days=1):
        raise Invalid("date_out_of_range", field="paid_on", params={"date": paid_on.isoformat()})
    return Fact(paid_on=paid_on, method=None, source=source_of(list_name), by=ctx.actor, note=None)


def _told_at(decision: Decision, telling: Telling | None) -> datetime | None:
    """When the confirmation will probably leave: settled, and in the window of notices."""
    planned = [step for step in decision.steps if step.key.startswith(rules.RECEIPT_KEY)]
    if not planned or telling is None or telling.recipe is None:
        return None
    return next_open(planned[0].due_at, telling.recipe.policy.notice_window, telling.zone)
