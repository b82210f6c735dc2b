"""Recording money that came in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.actions import cards, plans, references
from connector.actions.context import Context
from connector.domain import cases as case_rules
from connector.domain import payments as rules
from connector.domain import promises as promise_rules
from connector.domain.cases import Next
from connector.domain.decision import Decision
from connector.domain.model import Invoice, InvoiceStatus, Recipe, Sequence
from connector.domain.money import decimal_string, format_money, parse_amount
from connector.domain.payments import Fact, Part, Receipt
from connector.domain.problems import Conflict, Invalid
from connector.domain.texts import format_date
from connector.domain.windows import next_open
from connector.store import cases, control, customers, invoices, payments, promises, sequences
from connector.store.payments import Recorded

_CLAIMS = ("claim_waiting", "payment_claim")


@dataclass(frozen=True, slots=True)
class _Done:
    """One invoice after its part of the payment."""

    invoice: Invoice
    payment_id: str
    confirmation_at: datetime | None
    promise_id: str | None
    promise_kept: bool | None


def mark_paid(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Records a payment, whole or part, of one invoice, of several, or of a customer; never one twice."""
    control.lock_identities(ctx.tx)
    ref = given.get("payment_ref")
    told_before = payments.by_ref(ctx.tx, ref) if ref is not None else []
    if told_before:
        return _told_before(ctx, given, told_before)
    open_ones = _meant(ctx, given)
    fact = _fact(ctx, given)
    if not any(invoice.due for invoice in open_ones) and "amount" not in given:
        return _nothing_open(ctx, open_ones)
    amount = _amount(ctx, given, open_ones)
    if ref is None:
        twin = _twin(ctx, open_ones, amount, fact)
        if twin is not None:
            return twin
    parts = _parts(ctx, given, open_ones, amount)
    tell = given.get("tell_customer", True) and not ctx.quiet
    done = [_record(ctx, part, place, ref, fact, tell) for place, part in enumerate(parts)]
    over = sum(max(d.invoice.paid - d.invoice.amount, 0) for d in done)
    ctx.apply(Decision(events=(_received(ctx, parts, done, over, fact),)))
    return _answer(ctx, "recorded", done, amount, over)


def _meant(ctx: Context, given: dict[str, Any]) -> list[Invoice]:
    """The invoices that the payment is for, locked; a void one takes no money."""
    if "invoice" in given:
        found = references.invoices_named(ctx, given["invoice"], lock=True)
    else:
        customer = references.customer(ctx, given["customer"])
        found = invoices.owed_by(ctx.tx, customer.id, lock=True)
        if not found:
            raise Invalid("allocation_unclear", field="customer", params={"candidates": "-"})
    for invoice in found:
        if invoice.status is InvoiceStatus.VOID:
            raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": "void"})
    if len({(invoice.customer_id, invoice.currency) for invoice in found}) > 1:
        numbers = ", ".join(invoice.number for invoice in found)
        raise Invalid("allocation_unclear", field="invoice", params={"candidates": numbers})
    return found


def _amount(ctx: Context, given: dict[str, Any], some: list[Invoice]) -> int:
    """What was paid; blank means all that is open."""
    currency = some[0].currency
    code = str(given.get("currency") or currency).upper()
    if code != currency:
        raise Invalid("currency_mismatch", field="currency", params={"expected": currency, "given": code})
    if "amount" not in given:
        return sum(invoice.due for invoice in some)
    from_tool = given.get("payment_ref") is not None
    return parse_amount(given["amount"], currency, allow_fraction=from_tool).minor


def _fact(ctx: Context, given: dict[str, Any]) -> Fact:
    paid_on = references.day(given, "paid_on") or ctx.today
    if paid_on > ctx.today + timedelta(days=1) or paid_on < ctx.today - timedelta(days=366 * 5):
        raise Invalid("date_out_of_range", field="paid_on", params={"date": paid_on.isoformat()})
    return Fact(
        paid_on=paid_on,
        method=given.get("payment_method"),
        source=given.get("source") or "person",
        by=given.get("by") or ctx.actor,
        note=given.get("note"),
    )


def _parts(ctx: Context, given: dict[str, Any], some: list[Invoice], amount: int) -> tuple[Part, ...]:
    """Which invoice gets how much."""
    total = sum(invoice.due for invoice in some)
    allow_over = bool(given.get("allow_over"))
    if amount > total and not allow_over:
        text = format_money(total, some[0].currency, ctx.language)
        raise Invalid("amount_exceeds_due", field="amount", params={"amount_due_text": text})
    if len(some) == 1:
        return (Part(some[0], amount),)
    if amount >= total or given.get("allocate") == "oldest_first":
        return rules.oldest_first(some, amount)
    parts = rules.exact(some, amount)
    if parts is None:
        numbers = ", ".join(invoice.number for invoice in some)
        raise Invalid("allocation_unclear", field="amount", params={"candidates": numbers})
    return parts


def _twin(ctx: Context, some: list[Invoice], amount: int, fact: Fact) -> dict[str, Any] | None:
    """The same invoice and amount within a few days, without a reference, is probably one told twice."""
    since, until = rules.twin_days(fact.paid_on)
    for invoice in some:
        sums = {amount, invoice.due} if len(some) > 1 else {amount}
        for value in sorted(sums):
            twin = payments.alike(ctx.tx, invoice_id=invoice.id, amount=value, since=since, until=until)
            if twin is not None:
                when = format_date(twin.paid_on, ctx.language)
                card = cards.invoice_card(ctx, invoice, "probable_duplicate", detail=when)
                return card | _payment_keys([twin], [invoice])
    return None


def _record(ctx: Context, part: Part, place: int, ref: str | None, fact: Fact, tell: bool) -> _Done:
    """One invoice's part, with all that follows from it."""
    invoice = part.invoice
    sequence = sequences.live_of(ctx.tx, invoice.id)
    recipe = plans.pinned(ctx, sequence) if sequence else plans.recipe_for(ctx, invoice)
    receipt = _receipt(ctx, invoice, recipe) if tell and recipe else None
    payment_id = ctx.new("pay")
    after, decision = rules.record(
        part,
        payment_id=payment_id,
        ref=None if ref is None else (ref if place == 0 else f"{ref}#{place + 1}"),
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
    ctx.apply(decision)
    if after.status is InvoiceStatus.PAID:
        _close_claims(ctx, after, fact)
    at = _confirmation_at(ctx, invoice, recipe, sequence, decision)
    return _Done(after, payment_id, at, promise.id if promise else None, kept)


def _receipt(ctx: Context, invoice: Invoice, recipe: Recipe) -> Receipt | None:
    """The way to confirm; None without a phone."""
    address = customers.address_of(ctx.tx, invoice.customer_id)
    if address is None:
        return None
    return Receipt(recipe=recipe, address_id=address.id, due_at=ctx.settles_at)


def _confirmation_at(
    ctx: Context, invoice: Invoice, recipe: Recipe | None, sequence: Sequence | None, decision: Decision
) -> datetime | None:
    """When the confirmation will probably leave: settled, and in the window of notices."""
    planned = [step for step in decision.steps if step.key.startswith("receipt:")]
    if not planned or recipe is None:
        return None
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    return next_open(planned[0].due_at, recipe.policy.notice_window, ctx.zone_of(customer, invoice))


def _close_claims(ctx: Context, invoice: Invoice, fact: Fact) -> None:
    """The customer was right: the case that waited for a look at the account is answered by the payment."""
    for case in cases.open_of(ctx.tx, invoice.id):
        if case.reason in _CLAIMS:
            _, decision = case_rules.resolve(
                case,
                outcome="payment_found",
                next_step=Next.END,
                note=None,
                by=fact.by or ctx.actor,
                now=ctx.now,
            )
            ctx.apply(decision)


def _received(ctx: Context, parts: tuple[Part, ...], done: list[_Done], over: int, fact: Fact) -> Any:
    promise = next((d for d in done if d.promise_id is not None), None)
    return rules.received(
        parts,
        [d.invoice for d in done],
        payment_id=done[0].payment_id,
        over=over,
        confirmation_at=_earliest(done),
        promise_id=promise.promise_id if promise else None,
        promise_kept=promise.promise_kept if promise else None,
        fact=fact,
        now=ctx.now,
    )


def _earliest(done: list[_Done]) -> datetime | None:
    return min((d.confirmation_at for d in done if d.confirmation_at), default=None)


def _answer(ctx: Context, result: str, done: list[_Done], amount: int, over: int) -> dict[str, Any]:
    first = done[0].invoice
    currency = first.currency
    at = _earliest(done)
    card = cards.invoice_card(ctx, first, result, detail=format_money(amount, currency, ctx.language))
    return card | {
        "payment_id": done[0].payment_id,
        "payment_amount": decimal_string(amount, currency),
        "settles_invoice": all(d.invoice.status is InvoiceStatus.PAID for d in done),
        "payment_invoice_numbers": ",".join(d.invoice.number for d in done),
        "overpaid_amount": decimal_string(over, currency),
        "confirmation_at": None if at is None else ctx.local(at),
    }


def _told_before(ctx: Context, given: dict[str, Any], known: list[Recorded]) -> dict[str, Any]:
    """This reference is in the book: the same payment is `already_recorded`, another one is refused."""
    found = invoices.by_ids(ctx.tx, [p.invoice_id for p in known if p.invoice_id])
    some = [found[p.invoice_id] for p in known if p.invoice_id in found]
    if "invoice" in given:
        meant = references.invoices_named(ctx, given["invoice"])
        if {i.id for i in meant}.isdisjoint(found):
            raise Conflict("payment_ref_taken", field="payment_ref")
    else:
        customer = references.customer(ctx, given["customer"])
        if customer.id not in {p.customer_id for p in known}:
            raise Conflict("payment_ref_taken", field="payment_ref")
    total = sum(p.amount for p in known)
    if "amount" in given:
        amount = parse_amount(given["amount"], known[0].currency, allow_fraction=True).minor
        if amount != total:
            raise Conflict("payment_ref_taken", field="payment_ref")
    return cards.invoice_card(ctx, some[0], "already_recorded") | _payment_keys(known, some)


def _nothing_open(ctx: Context, some: list[Invoice]) -> dict[str, Any]:
    """Paid already, and no amount was named: there is nothing to add."""
    known = payments.of_invoice(ctx.tx, some[0].id)
    return cards.invoice_card(ctx, some[0], "already_recorded") | _payment_keys(known[-1:], some)


def _payment_keys(known: list[Recorded], some: list[Invoice]) -> dict[str, Any]:
    total = sum(p.amount for p in known)
    currency = some[0].currency
    return {
        "payment_id": known[0].id if known else None,
        "payment_amount": decimal_string(total, currency) if known else None,
        "settles_invoice": all(i.status is InvoiceStatus.PAID for i in some),
        "payment_invoice_numbers": ",".join(i.number for i in some),
        "overpaid_amount": decimal_string(sum(max(i.paid - i.amount, 0) for i in some), currency),
        "confirmation_at": None,
    }
