"""Answering a customer who says that it is paid: received, received in part, not found."""

from typing import Any

from connector.actions import (
    allocating,
    cards,
    explain,
    parking,
    payments,
    recording,
    sequences,
    truces,
    twins,
)
from connector.actions.context import Context
from connector.domain import claims as rules
from connector.domain.cases import Next
from connector.domain.decision import Decision
from connector.domain.model import Claim, ClaimState, Customer, Invoice, InvoiceStatus
from connector.domain.money import decimal_string, format_money, parse_amount
from connector.domain.payments import UNMATCHED
from connector.domain.problems import Conflict, Invalid, NotFound, required
from connector.domain.results import sentence
from connector.store import claims, control, customers, invoices
from connector.store import payments as payment_store
from connector.store import sequences as sequence_store

_TEMPLATE = "claim_not_found"
_STATES = {
    "received": ClaimState.RECEIVED,
    "received_part": ClaimState.RECEIVED_PART,
    "not_found": ClaimState.NOT_FOUND,
}


def answer_payment_claim(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Records what was found, or ends the truce kindly; a second answer changes nothing."""
    control.lock_identities(ctx.tx)
    claim = claims.by_id(ctx.tx, given["claim"].strip(), lock=True)
    if claim is None:
        raise NotFound("claim_not_found", field="claim", params={"given": given["claim"][:40]})
    customer = customers.by_id(ctx.tx, claim.customer_id)
    if customer is None:
        raise LookupError(f"claim {claim.id} has no customer")
    about = _about(ctx, claim)
    if claim.state is not ClaimState.WAITING:
        return _answer(ctx, claim, customer, about, "already_answered", claim.payment_id)
    by = given.get("by") or ctx.actor
    state = _STATES[given["answer"]]
    if state is ClaimState.NOT_FOUND:
        return _not_found(ctx, given, claim, customer, about, by)
    return _received(ctx, given, claim, customer, about, state, by)


def _about(ctx: Context, claim: Claim) -> list[Invoice]:
    """The invoices that the claim is about: one, or all that the customer owes."""
    if claim.invoice_id is None:
        return invoices.owed_by(ctx.tx, claim.customer_id, lock=True)
    found = invoices.by_id(ctx.tx, claim.invoice_id, lock=True)
    return [found] if found else []


def _received(
    ctx: Context,
    given: dict[str, Any],
    claim: Claim,
    customer: Customer,
    about: list[Invoice],
    state: ClaimState,
    by: str,
) -> dict[str, Any]:
    """The money is there: the payment is recorded once, on the invoice or on the oldest ones."""
    if state is ClaimState.RECEIVED_PART and "amount" not in given:
        raise required("amount")
    known = _known(ctx, given, customer)
    if known is not None or not any(invoice.due for invoice in about):
        # Somebody was faster, or the invoice is closed by now: the claim is answered, nothing is added.
        payment_id = known.id if known else None
        _close(ctx, given, claim, about, state, payment_id, by)
        return _answer(ctx, claim, customer, about, "already_recorded", payment_id)
    said = allocating.of_invoices(ctx, customer, about)
    amount = _amount(ctx, given, claim, said.blank, about[0].currency)
    fact = payments.fact_of(ctx, given)
    # Whatever was recorded since the customer said so, or shortly before, may be what they spoke of.
    spoken = rules.spoken_of_since(claim, ctx.zone_of(customer))
    twin = twins.find(ctx, said, amount, fact, whole=claim.invoice_id is None, since=spoken)
    if twin is not None and twin.state != UNMATCHED:
        _close(ctx, given, claim, about, state, twin.id, by)
        return _answer(ctx, claim, customer, about, "already_recorded", twin.id)
    parts = allocating.parts(
        ctx, said, amount, allocate="oldest_first", allow_over=bool(given.get("allow_over"))
    )
    if parts is None:
        raise Conflict("invoice_closed", params={"invoice": about[0].number, "status": about[0].status.value})
    written = recording.write(ctx, parts, fact, tell=payments.tells(ctx, given), parked=twin)
    if twin is not None:
        parking.close(ctx, twin)
    waiting = claims.by_id(ctx.tx, claim.id) or claim
    _close(ctx, given, waiting, about, state, written.payment_id, by)
    return _answer(ctx, claim, customer, about, "recorded", written.payment_id)


def _close(
    ctx: Context,
    given: dict[str, Any],
    claim: Claim,
    about: list[Invoice],
    state: ClaimState,
    payment_id: str | None,
    by: str,
) -> None:
    """The claim is answered, and the reminders that it had rested go on, unless another case holds them."""
    note = given.get("note")
    truces.close(ctx, claim, state, payment_id=payment_id, note=note, by=by, next_step=Next.RESUME)
    for invoice in about:
        sequences.resume(ctx, invoice)


def _known(ctx: Context, given: dict[str, Any], customer: Customer) -> payment_store.Recorded | None:
    """The payment that this reference names already; it must be this customer's."""
    ref = given.get("payment_ref")
    known = None if ref is None else payment_store.by_ref(ctx.tx, ref)
    if known is not None and known.customer_id != customer.id:
        raise Conflict("payment_ref_taken", field="payment_ref")
    return known


def _amount(ctx: Context, given: dict[str, Any], claim: Claim, blank: int, currency: str) -> int:
    """What was found; blank means what the customer claimed, else all that is open."""
    if "amount" not in given:
        return min(claim.amount or blank, blank)
    amount = parse_amount(given["amount"], currency, allow_fraction="payment_ref" in given).minor
    if given["answer"] == "received_part" and amount >= blank:
        raise Invalid("amount_not_part", field="amount")
    return amount


def _not_found(
    ctx: Context, given: dict[str, Any], claim: Claim, customer: Customer, about: list[Invoice], by: str
) -> dict[str, Any]:
    """The truce ends with a kind word; after it the reminders go on with what is true then."""
    _close(ctx, given, claim, about, ClaimState.NOT_FOUND, None, by)
    only = about[0] if len(about) == 1 and payments.tells(ctx, given) else None
    told = only is not None and _kind_word(ctx, claim, only, customer)
    answer = _answer(ctx, claim, customer, about, "not_found", None)
    if told and answer["reminders"] != "held":
        return answer
    told_later = "not_found_held" if told else "not_found_silent"
    why = str(answer["why_not_text"] or "")
    words = {"subject": str(answer["invoice_number"] or customer.name), "detail": why}
    return answer | {"result_text": sentence(told_later, ctx.language, words)}


def _kind_word(ctx: Context, claim: Claim, invoice: Invoice, customer: Customer) -> bool:
    """What is said instead of the reminder of this day: it names what is open and asks for the proof.

    Answers whether it is planned; a case that is still open holds it like any text that asks for money.
    """
    address = customers.address_of(ctx.tx, customer.id)
    if address is None or explain.template_named(ctx, _TEMPLATE) is None:
        return False
    sequence = sequence_store.live_of(ctx.tx, invoice.id)
    text = rules.not_found_text(
        claim,
        invoice,
        step_id=ctx.new("stp"),
        template=_TEMPLATE,
        sequence_id=sequence.id if sequence else None,
        address_id=address.id,
        channel=customer.channel,
        due_at=ctx.settles_at,
    )
    if text is None:
        return False
    planned = sequence_store.steps_of_invoice(ctx.tx, invoice.id)
    yielding = rules.gives_way(planned, text, ctx.zone_of(customer, invoice))
    ctx.apply(Decision(cancels=(yielding,) if yielding else (), steps=(text,)))
    return True


def _answer(
    ctx: Context,
    claim: Claim,
    customer: Customer,
    about: list[Invoice],
    result: str,
    payment_id: str | None,
) -> dict[str, Any]:
    now = list(invoices.by_ids(ctx.tx, [i.id for i in about]).values())
    if len(now) == 1:
        card = cards.invoice_card(ctx, now[0], result)
    else:
        card = cards.person_card(ctx, customer, result)
    recorded = payment_store.by_id(ctx.tx, payment_id) if payment_id else None
    amount = recorded.amount if recorded else None
    words = "" if recorded is None else format_money(recorded.amount, recorded.currency, ctx.language)
    told = {"subject": str(card["invoice_number"] or customer.name), "detail": words}
    return card | {
        "result_text": sentence(result, ctx.language, told),
        "claim_id": claim.id,
        "payment_id": payment_id,
        "payment_amount": None
        if recorded is None or amount is None
        else decimal_string(amount, recorded.currency),
        "reminders": _reminders(ctx, now),
    }


def _reminders(ctx: Context, now: list[Invoice]) -> str:
    """How the reminders stand: none of them goes while something else holds every invoice that is open."""
    owed = [i for i in now if i.status not in (InvoiceStatus.PAID, InvoiceStatus.VOID)]
    facts = cards.around(ctx, owed)
    held = [i for i in owed if cards.hold_reason(i, facts) not in (None, "promise_active")]
    return "stopped" if not owed else "held" if len(held) == len(owed) else "resumed"
