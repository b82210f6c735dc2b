"""Taking a payment back: the invoice is owed again and its reminders go on with what is true now."""

from typing import Any

from connector.actions import cards, explain, references, reviving, splitting
from connector.actions.context import Context
from connector.domain import reversals as rules
from connector.domain.decision import Decision, Update
from connector.domain.model import Invoice, PromiseState
from connector.domain.money import decimal_string, format_money
from connector.domain.payments import REVERSED, UNMATCHED
from connector.domain.problems import Conflict, NotFound, ambiguous
from connector.domain.reversals import Taken
from connector.store import cases as case_store
from connector.store import control, customers, instalments, invoices, locking, payments, promises, sequences
from connector.store.payments import Item, Recorded

_TEMPLATE = "payment_reversed"


def reverse_payment(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a payment back, whole, or the part of it that one invoice got."""
    control.lock_identities(ctx.tx)
    found, items = _meant(ctx, given)
    if found.state == UNMATCHED:
        raise Conflict("payment_unmatched", params={"payment": found.id})
    if not items:
        return _already(ctx, found)
    _lock(ctx, items)
    reason, by = given["reason"], given.get("by") or ctx.actor
    after = [_take_back(ctx, found, item, given, reason, by) for item in items]
    left = [item for item in payments.items_of(ctx.tx, found.id) if item.reversed_at is None]
    if not left:
        values = {"state": REVERSED, "reversed_at": ctx.now}
        ctx.apply(Decision(changes=(Update("payments", found.id, values),)))
    amount = sum(item.amount for item in items)
    told = rules.told(
        after,
        payment_id=found.id,
        amount=amount,
        items=[item.id for item in items],
        customer_id=found.customer_id,
        reason=reason,
        by=by,
        now=ctx.now,
    )
    ctx.apply(Decision(events=(told,)))
    return _answer(ctx, found, after, amount, "reversed")


def _meant(ctx: Context, given: dict[str, Any]) -> tuple[Recorded, list[Item]]:
    """The payment that is meant, and its items that still stand."""
    if "payment" in given:
        named = given["payment"].strip()
        found = payments.by_id(ctx.tx, named) or payments.by_ref(ctx.tx, named)
        if found is None:
            raise NotFound("payment_not_found", field="payment", params={"given": named[:40]})
        items = payments.items_of(ctx.tx, found.id)
        if "invoice" in given:
            own = references.invoice(ctx, given["invoice"])
            items = [item for item in items if item.invoice_id == own.id]
        return found, [item for item in items if item.reversed_at is None]
    invoice = references.invoice(ctx, given["invoice"])
    standing = payments.of_family(ctx.tx, invoice.id)
    ids = list(dict.fromkeys(item.payment_id for item in standing))
    if len(ids) > 1:
        raise ambiguous("invoice", ids)
    if not ids:
        last = payments.last_of_family(ctx.tx, invoice.id)
        if last is None:
            raise NotFound("payment_not_found", field="invoice", params={"given": invoice.number})
        return last, []
    found = payments.by_id(ctx.tx, ids[0])
    if found is None:
        raise LookupError(f"payment {ids[0]} is gone")
    return found, standing


def _lock(ctx: Context, items: list[Item]) -> None:
    found = invoices.by_ids(ctx.tx, [item.invoice_id for item in items])
    families = {i.parent_id or i.id for i in found.values() if i.plan_id or i.parent_id}
    locking.invoices(ctx.tx, set(found) | instalments.family_ids(ctx.tx, families))


def _take_back(
    ctx: Context, found: Recorded, item: Item, given: dict[str, Any], reason: str, by: str
) -> Invoice:
    invoice = invoices.by_id(ctx.tx, item.invoice_id)
    if invoice is None:
        raise LookupError(f"invoice {item.invoice_id} is gone")
    taken = Taken(item.id, found.id, item.amount, found.paid_on, found.method)
    planned = sequences.steps_of_invoice(ctx.tx, invoice.id)
    after, decision = rules.take_back(
        invoice, taken, planned=planned, reason=reason, by=by, settles_at=ctx.settles_at, now=ctx.now
    )
    ctx.apply(decision)
    debt = splitting.owed_again(ctx, invoice, item.amount) if invoice.parent_id is not None else None
    _promise_again(ctx, after)
    if rules.reopens(invoice, after) and not after.is_split:
        reviving.remind_again(ctx, after)
        if after.parent_id is not None:
            splitting.watch(ctx, after)
    whole = debt or after
    if whole.is_split:
        splitting.debt_changed(ctx, whole)  # paid before this plan was made: its instalments are too few now
    elif debt is not None and after.due == 0:
        reviving.remind_again(ctx, debt)  # the plan was cancelled: the debt itself is reminded again
    if given.get("tell_customer"):
        _tell(ctx, after, taken)
    return invoices.by_id(ctx.tx, after.id) or after


def _promise_again(ctx: Context, invoice: Invoice) -> None:
    """The last promise, if this payment had kept it, waits for its money again."""
    made = promises.of_invoice(ctx.tx, invoice.id)
    if not made or any(p.state is PromiseState.OPEN for p in made):
        return
    sequence = sequences.of_invoice(ctx.tx, invoice.id)
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    decision = rules.promise_again(
        made[-1],
        invoice,
        sequence_id=sequence.id if sequence else None,
        zone=ctx.zone_of(customer, invoice),
        step_id=ctx.new("stp"),
        now=ctx.now,
    )
    ctx.apply(decision)


def _tell(ctx: Context, invoice: Invoice, taken: Taken) -> None:
    address = customers.address_of(ctx.tx, invoice.customer_id)
    if address is None or explain.template_named(ctx, _TEMPLATE) is None:
        return
    sequence = sequences.live_of(ctx.tx, invoice.id)
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    step = rules.word_to_customer(
        invoice,
        taken,
        step_id=ctx.new("stp"),
        template=_TEMPLATE,
        sequence_id=sequence.id if sequence else None,
        address_id=address.id,
        channel=customer.channel if customer else None,
        due_at=ctx.settles_at,
    )
    ctx.apply(Decision(steps=(step,)))


def _already(ctx: Context, found: Recorded) -> dict[str, Any]:
    """Nothing of it stands any more: it was taken back before."""
    items = payments.items_of(ctx.tx, found.id)
    some = invoices.by_ids(ctx.tx, [item.invoice_id for item in items])
    shown = [some[item.invoice_id] for item in items][:1]
    return _answer(ctx, found, shown, sum(item.amount for item in items), "already_reversed")


def _answer(ctx: Context, found: Recorded, after: list[Invoice], amount: int, result: str) -> dict[str, Any]:
    shown = invoices.by_id(ctx.tx, after[0].id) or after[0]
    detail = format_money(amount, found.currency, ctx.language)
    waiting = [c.id for i in after for c in case_store.open_of(ctx.tx, i.id)]
    return cards.invoice_card(ctx, shown, result, detail=detail) | {
        "payment_id": found.id,
        "payment_amount": decimal_string(amount, found.currency),
        "payment_invoice_numbers": ",".join(i.number for i in after),
        "reopened": result == "reversed" and any(i.due for i in after),
        "case_id": waiting[0] if waiting else None,
    }
