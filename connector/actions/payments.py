"""Recording money that came in: once, on the invoices that it was meant for."""

from datetime import timedelta
from typing import Any

from connector.actions import ahead, allocating, cards, parking, recording, references, twins
from connector.actions.allocating import Meant
from connector.actions.context import Context
from connector.actions.recording import Written
from connector.domain.allocations import by_age
from connector.domain.model import Invoice, InvoiceStatus
from connector.domain.money import decimal_string, decimals, format_money, parse_amount
from connector.domain.payments import REVERSED, UNMATCHED, Fact
from connector.domain.problems import Conflict, Invalid, NotFound, Problem, required
from connector.domain.results import sentence
from connector.domain.texts import format_date
from connector.store import control, invoices, payments
from connector.store.payments import Recorded

_UNKNOWN = ("invoice_not_found", "customer_not_found")


def mark_paid(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Records a payment, whole or part, of one invoice, of several, or of a customer; never one twice."""
    return {"candidates": []} | (_born_again(ctx, given) or _record(ctx, given))


def _born_again(ctx: Context, given: dict[str, Any]) -> dict[str, Any] | None:
    """A month that was given back is paid by its number: it is born again for it, or not at all."""
    waiting = ahead.named_again(ctx, given)
    if not waiting:
        return None
    control.lock_identities(ctx.tx)
    savepoint = ctx.tx.conn.begin_nested()
    try:
        born = ahead.bear(ctx, waiting)
        answer = _record(ctx, given) if born else None
    except Problem:
        savepoint.rollback()
        raise
    if answer is not None and answer["result"] == "recorded":
        ahead.remind_of_the_rest(ctx, born)
        savepoint.commit()
        return answer
    savepoint.rollback()
    return None


def _record(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """What came in, by its one road: known already, parked, told twice, unclear, or recorded."""
    control.lock_identities(ctx.tx)
    known = _known(ctx, given)
    if known is not None and known.state != UNMATCHED:
        return _told_before(ctx, given, known)
    try:
        said = allocating.meant(ctx, given)
    except NotFound as missing:
        if not given.get("park") or missing.code not in _UNKNOWN:
            raise
        return _parked(ctx, given, known)
    fact = parking.fact_of(known) if known else fact_of(ctx, given)
    if not said.blank and "amount" not in given and known is None:
        return _nothing_open(ctx, said)
    amount = _amount(ctx, given, said, known)
    whole, rest = "invoice" not in given, bool(given.get("is_rest"))
    twin = twins.find(ctx, said, amount, fact, whole=whole, rest=rest) if known is None else None
    if twin is not None and twin.state != UNMATCHED:
        return _told_twice(ctx, twin, said)
    if twin is not None:  # what was kept is told once more, with more to go by
        known, fact = twin, parking.fact_of(twin)
    if "invoice" not in given and amount > said.most:
        months = ahead.covered(ctx, said.customer, amount - said.most)
        if months.far is not None and not given.get("allow_over"):
            return _ask(ctx, said, fact, amount, far=months.far)
        said = allocating.meant(ctx, given) if ahead.issue(ctx, months) else said
    parts = allocating.parts(
        ctx,
        said,
        amount,
        allocate=given.get("allocate"),
        allow_over=bool(given.get("allow_over")),
        chosen=known is not None and "invoice" in given,
    )
    if parts is None:
        return _ask(ctx, said, fact, amount)
    written = recording.write(ctx, parts, fact, tell=tells(ctx, given), parked=known)
    if known is not None:
        parking.close(ctx, known)
    return recorded(ctx, written, said)


def _known(ctx: Context, given: dict[str, Any]) -> Recorded | None:
    """The payment that the reference (or the id of a parked one) names, when it is in the book."""
    if "payment" in given:
        found = payments.by_id(ctx.tx, given["payment"].strip())
        if found is None:
            raise NotFound("payment_not_found", field="payment", params={"given": given["payment"][:40]})
        return found
    ref = given.get("payment_ref")
    return None if ref is None else payments.by_ref(ctx.tx, ref)


def tells(ctx: Context, given: dict[str, Any]) -> bool:
    """Whether the customer gets a confirmation."""
    return bool(given.get("tell_customer", True)) and not ctx.quiet


def fact_of(ctx: Context, given: dict[str, Any]) -> Fact:
    """The payment as the caller tells it; a day far away is a slip of the keyboard."""
    paid_on = references.day(given, "paid_on") or ctx.today
    if paid_on > ctx.today + timedelta(days=1) or paid_on < ctx.today - timedelta(days=366 * 5):
        raise Invalid("date_out_of_range", field="paid_on", params={"date": paid_on.isoformat()})
    return Fact(
        paid_on=paid_on,
        method=given.get("payment_method"),
        source=given.get("source") or "person",
        by=given.get("by") or ctx.actor,
        note=given.get("note"),
        ref=given.get("payment_ref"),
    )


def _amount(ctx: Context, given: dict[str, Any], said: Meant, known: Recorded | None) -> int:
    """What was paid; blank means all that is open of what was named."""
    currency = said.currency or ctx.business.currency
    code = str(given.get("currency") or (known.currency if known else currency)).upper()
    if code != currency:
        raise Invalid("currency_mismatch", field="currency", params={"expected": currency, "given": code})
    if known is not None:
        _same_amount(given, known)
        return known.amount
    if "amount" not in given:
        return said.blank
    # A fraction of a rupiah is refused from people and kept from tools, which bring a reference.
    return parse_amount(given["amount"], currency, allow_fraction="payment_ref" in given).minor


def _same_amount(given: dict[str, Any], known: Recorded) -> None:
    """A reference belongs to one payment: with another amount it is not the same."""
    if "amount" in given:
        amount = parse_amount(given["amount"], known.currency, allow_fraction=True).minor
        if amount != known.amount:
            raise Conflict("payment_ref_taken", field="payment_ref")


def _told_twice(ctx: Context, twin: Recorded, said: Meant) -> dict[str, Any]:
    """The answer about money that is probably in the book already, shown where it lies."""
    own = {item.invoice_id for item in payments.items_of(ctx.tx, twin.id)}
    family = [i for i in said.named if i.id in own or len(said.named) == 1]
    some = family or [i for i in invoices.by_ids(ctx.tx, own).values() if ctx.sees(i.source)]
    when = format_date(twin.paid_on, ctx.language)
    if not some:  # it filled another source's invoices: nothing of them is shown
        card = cards.person_card(ctx, said.customer, "probable_duplicate", detail=when)
        return card | _payment_keys(twin, some)
    card = cards.invoice_card(ctx, some[0], "probable_duplicate", detail=when)
    return card | _payment_keys(twin, some)


def recorded(ctx: Context, written: Written, said: Meant) -> dict[str, Any]:
    """The answer: the first invoice's card, as it is now, with what became of the payment."""
    first = _shown(ctx, written, said)
    currency = first.currency
    at = written.confirmation_at
    words = format_money(written.amount, currency, ctx.language)
    card = cards.invoice_card(ctx, first, "recorded", detail=words)
    return card | {
        "payment_id": written.payment_id,
        "payment_amount": decimal_string(written.amount, currency),
        "settles_invoice": all(i.status is InvoiceStatus.PAID for i in written.invoices),
        "payment_invoice_numbers": ",".join(i.number for i in written.invoices),
        "overpaid_amount": decimal_string(written.over, currency),
        "confirmation_at": None if at is None else ctx.local(at),
    }


def _shown(ctx: Context, written: Written, said: Meant) -> Invoice:
    """The invoice that was named, if it was one; else the first that was filled."""
    wanted = said.named[0].id if len(said.named) == 1 else written.done[0].invoice.id
    return invoices.by_id(ctx.tx, wanted) or written.done[0].invoice


def _told_before(ctx: Context, given: dict[str, Any], known: Recorded) -> dict[str, Any]:
    """This reference is in the book: the same payment adds nothing, another one is refused.

    One that was taken back stays taken back, however often its first report is repeated (T-08).
    """
    items = payments.items_of(ctx.tx, known.id)
    found = invoices.by_ids(ctx.tx, [item.invoice_id for item in items])
    if not all(ctx.sees(invoice.source) for invoice in found.values()):
        raise Conflict("payment_ref_taken", field="payment_ref")  # another source's: nothing of it is shown
    family = set(found) | {i.parent_id for i in found.values() if i.parent_id}
    if "invoice" in given:
        named = references.invoices_named(ctx, given["invoice"])
        if {i.id for i in named}.isdisjoint(family):
            raise Conflict("payment_ref_taken", field="payment_ref")
    elif "customer" in given and references.customer(ctx, given["customer"]).id != known.customer_id:
        raise Conflict("payment_ref_taken", field="payment_ref")
    _same_amount(given, known)
    some = list(dict.fromkeys(found[item.invoice_id].id for item in items))
    shown = [found[invoice_id] for invoice_id in some]
    result = "already_reversed" if known.state == REVERSED else "already_recorded"
    return cards.invoice_card(ctx, shown[0], result) | _payment_keys(known, shown)


def _nothing_open(ctx: Context, said: Meant) -> dict[str, Any]:
    """Paid already, and no amount was named: there is nothing to add."""
    if not said.named:
        return cards.person_card(ctx, said.customer, "not_needed")
    some = list(said.named)
    items = payments.of_family(ctx.tx, some[0].id)
    last = payments.by_id(ctx.tx, items[-1].payment_id) if items else None
    return cards.invoice_card(ctx, some[0], "already_recorded") | _payment_keys(last, some)


def _payment_keys(known: Recorded | None, some: list[Invoice]) -> dict[str, Any]:
    credit = decimal_string(sum(i.credit for i in some), some[0].currency) if some else None
    return {
        "payment_id": known.id if known else None,
        "payment_amount": decimal_string(known.amount, known.currency) if known else None,
        "settles_invoice": all(i.status is InvoiceStatus.PAID for i in some) if some else None,
        "payment_invoice_numbers": ",".join(i.number for i in some) or None,
        "overpaid_amount": credit,
        "confirmation_at": None,
    }


def _ask(ctx: Context, said: Meant, fact: Fact, amount: int, *, far: int | None = None) -> dict[str, Any]:
    """Nobody can tell what is meant: the money is kept, and a person chooses.

    `far` is for how many months ahead it would be: so many are paid only when somebody says so.
    """
    parked = parking.park(
        ctx,
        fact,
        amount=amount,
        currency=said.currency or ctx.business.currency,
        told_invoice=None,
        customer=said.customer,
        candidates=list(said.fills),
    )
    words = format_money(parked.amount, parked.currency, ctx.language)
    card = cards.person_card(ctx, said.customer, "needs_choice", detail=words)
    if far is not None:
        told = {"subject": said.customer.name, "detail": words, "months": str(far)}
        card |= {"result_text": sentence("needs_choice_ahead", ctx.language, told)}
    return card | _parked_keys(ctx, parked, by_age(said.fills))


def _parked(ctx: Context, given: dict[str, Any], known: Recorded | None) -> dict[str, Any]:
    """A payment for something that is not in the book: kept, and recorded when that appears."""
    if known is not None:
        _same_amount(given, known)
    if "amount" not in given:
        raise required("amount")
    currency = str(given.get("currency") or ctx.business.currency).upper()
    decimals(currency)
    amount = parse_amount(given["amount"], currency, allow_fraction="payment_ref" in given).minor
    named = given.get("invoice", given.get("customer"))
    told = ", ".join(named) if isinstance(named, list) else str(named)
    parked = parking.park(
        ctx,
        fact_of(ctx, given),
        amount=amount,
        currency=currency,
        told_invoice=told[:500],
        customer=None,
        candidates=[],
    )
    result = "parked" if known is None else "already_recorded"
    words = {"subject": told[:120], "detail": format_money(parked.amount, currency, ctx.language)}
    card = dict.fromkeys(cards.INVOICE_KEYS) | {
        "result": result,
        "result_text": sentence(result, ctx.language, words),
    }
    return card | _parked_keys(ctx, parked, [])


def _parked_keys(ctx: Context, parked: Recorded, some: list[Invoice]) -> dict[str, Any]:
    shown = some[:20]
    return {
        "payment_id": parked.id,
        "payment_amount": decimal_string(parked.amount, parked.currency),
        "settles_invoice": False,
        "payment_invoice_numbers": None,
        "overpaid_amount": "0",
        "case_id": parked.case_id,
        "case_url": None if parked.case_id is None else ctx.link(f"/cases/{parked.case_id}"),
        "candidates_text": cards.open_invoices_text(ctx, some),
        "candidates": [
            {
                "invoice_number": i.number,
                "due_date": i.due_date.isoformat(),
                "amount_due": decimal_string(i.due, i.currency),
            }
            for i in shown
        ],
    }
