"""Writes a payment into the book, with all that follows from it on every invoice that it fills."""

from dataclasses import dataclass, replace
from datetime import datetime

from connector.actions import allocating, plans, splitting, truces
from connector.actions.context import Context
from connector.domain import payments as rules
from connector.domain import promises as promise_rules
from connector.domain.allocations import Part
from connector.domain.decision import Decision, NewEvent
from connector.domain.model import Invoice, InvoiceStatus, Recipe, Sequence
from connector.domain.payments import Fact, Receipt
from connector.domain.windows import next_open
from connector.store import customers, promises, sequences
from connector.store.payments import Recorded


@dataclass(frozen=True, slots=True)
class Done:
    """One invoice after its part of the payment."""

    invoice: Invoice
    over: int
    confirmation_at: datetime | None
    promise_id: str | None
    promise_kept: bool | None
    claim_id: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A payment as it stands in the book."""

    payment_id: str
    amount: int
    done: tuple[Done, ...]

    @property
    def over(self) -> int:
        return sum(d.over for d in self.done)

    @property
    def invoices(self) -> list[Invoice]:
        return [d.invoice for d in self.done]

    @property
    def confirmation_at(self) -> datetime | None:
        return min((d.confirmation_at for d in self.done if d.confirmation_at), default=None)


def write(
    ctx: Context,
    parts: tuple[Part, ...],
    fact: Fact,
    *,
    tell: bool,
    parked: Recorded | None = None,
) -> Written:
    """The payment with its items; one that was parked gets them now."""
    first, amount = parts[0].invoice, sum(part.amount for part in parts)
    payment_id = parked.id if parked else ctx.new("pay")
    if parked is not None:
        ctx.apply(Decision(changes=(rules.matched(parked.id, first.customer_id),)))
    else:
        row = rules.transfer(
            payment_id,
            fact,
            amount=amount,
            currency=first.currency,
            customer_id=first.customer_id,
            now=ctx.now,
        )
        ctx.apply(Decision(changes=(row,)))
    alone = len(parts) == 1
    done = tuple(
        _fill(ctx, allocating.again(ctx, part), payment_id, fact, tell, alone=alone) for part in parts
    )
    written = Written(payment_id, amount, done)
    if not ctx.history:
        ctx.apply(Decision(events=(_received(ctx, parts, written, fact),)))
    return written


def _fill(ctx: Context, part: Part, payment_id: str, fact: Fact, tell: bool, *, alone: bool) -> Done:
    """One invoice's part, with all that follows from it."""
    invoice = part.invoice
    sequence = sequences.live_of(ctx.tx, invoice.id)
    recipe = plans.pinned(ctx, sequence) if sequence else plans.recipe_for(ctx, invoice)
    wants = tell and recipe is not None and not invoice.is_split
    receipt = _receipt(ctx, invoice, recipe, alone=alone) if wants and recipe else None
    after, decision = rules.fill(
        part,
        payment_id=payment_id,
        item_id=ctx.new("pit"),
        fact=fact,
        sequence=sequence or sequences.of_invoice(ctx.tx, invoice.id),
        receipt=receipt,
        step_id=ctx.new("stp"),
        now=ctx.now,
    )
    promise = promises.open_of(ctx.tx, invoice.id)
    kept = None
    if promise is not None:
        settled = after.status is InvoiceStatus.PAID
        planned = sequences.steps_of_invoice(ctx.tx, invoice.id)
        upheld = promise_rules.on_payment(promise, after.paid, ctx.now, settled=settled, planned=planned)
        kept = upheld.result == "kept"
        decision = decision.then(upheld)
    ctx.apply(replace(decision, events=()) if ctx.history else decision)
    if invoice.parent_id is not None:
        splitting.paid_more(ctx, invoice, part.amount, payment_id, fact)
    claim_id = None
    if after.status is InvoiceStatus.PAID:
        if after.is_split:
            splitting.settle(ctx, after)
        claim_id = truces.settled_by_payment(ctx, after, payment_id, fact.by or ctx.actor)
    at = _confirmation_at(ctx, invoice, recipe, sequence, decision)
    over = after.credit - invoice.credit
    return Done(after, over, at, promise.id if promise else None, kept, claim_id)


def _receipt(ctx: Context, invoice: Invoice, recipe: Recipe, *, alone: bool) -> Receipt | None:
    """The way to confirm; None without a phone."""
    address = customers.address_of(ctx.tx, invoice.customer_id)
    if address is None:
        return None
    return Receipt(recipe=recipe, address_id=address.id, due_at=ctx.settles_at, alone=alone)


def _confirmation_at(
    ctx: Context, invoice: Invoice, recipe: Recipe | None, sequence: Sequence | None, decision: Decision
) -> datetime | None:
    """When the confirmation will probably leave: settled, and in the window of notices."""
    planned = [step for step in decision.steps if step.key.startswith(rules.RECEIPT_KEY)]
    if not planned or recipe is None:
        return None
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    return next_open(planned[0].due_at, recipe.policy.notice_window, ctx.zone_of(customer, invoice))


def _received(ctx: Context, parts: tuple[Part, ...], written: Written, fact: Fact) -> NewEvent:
    promise = next((d for d in written.done if d.promise_id is not None), None)
    return rules.received(
        parts,
        written.invoices,
        payment_id=written.payment_id,
        over=written.over,
        confirmation_at=written.confirmation_at,
        claim_id=next((d.claim_id for d in written.done if d.claim_id), None),
        promise_id=promise.promise_id if promise else None,
        promise_kept=promise.promise_kept if promise else None,
        fact=fact,
        now=ctx.now,
    )
