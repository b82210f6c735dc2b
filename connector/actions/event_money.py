"""The keys of events about invoices, payments and promises."""

from connector.actions import cards
from connector.actions.event_facts import Of, Own
from connector.domain.money import decimal_string, format_money
from connector.domain.results import invoice_words
from connector.domain.summaries import completed_words
from connector.domain.texts import format_date, format_date_long


def created(of: Of) -> Own:
    if of.invoice is None:
        return {}, {}
    sequence = of.around.sequences.get(of.invoice.id)
    keys = {
        "issue_date": of.invoice.issue_date.isoformat(),
        "recipe": sequence.recipe if sequence else of.invoice.recipe,
        "waiting_for": of.invoice.waiting_for,
    }
    return keys, {"due_day": format_date(of.invoice.due_date, of.ctx.language)}


def changed(of: Of) -> Own:
    """What a sheet or a CRM writes back: the state in words, as it is now."""
    if of.invoice is None:
        return {}, {}
    zone = of.ctx.zone_of(of.customer, of.invoice)
    message = of.around.messages.get(of.invoice.id)
    code = cards.hold_reason(of.invoice, of.around)
    step = of.around.steps.get(of.invoice.id) if code in (None, "promise_active") else None
    why = code or cards.closed_reason(of.invoice, of.around.sequences.get(of.invoice.id))
    keys = {
        "last_message": None if message is None else cards.last_message_text(of.ctx, message, zone),
        "why_not": of.ctx.catalog.reason_text(why, of.ctx.language),
        "next_send": None if step is None else cards.next_step_text(of.ctx, step, zone),
    }
    state = invoice_words(of.invoice.status.value, of.ctx.language)
    left = keys["next_send"] or keys["why_not"] or keys["last_message"]
    return keys, {"state": state, "tail": f" {left}" if left else ""}


def due(of: Of) -> Own:
    """What the event kept of its own moment."""
    keys = {"last_message_at": of.at(of.data.get("last_message_ms"))}
    return keys, {"days": of.data.get("threshold_days")}


def payment(of: Of) -> Own:
    payment = of.refers.payments.get(of.data.get("payment_id", ""))
    if payment is None:
        return {}, {}
    currency = payment.currency
    amount = of.data.get("payment_amount", payment.amount)
    over = of.data.get("overpaid_amount")
    confirmed = of.data.get("confirmation_at")
    keys = {
        **of.money("payment_amount", amount, currency),
        "paid_on": payment.paid_on.isoformat(),
        "paid_on_text": format_date_long(payment.paid_on, of.ctx.language),
        "payment_method": payment.method,
        "payment_ref": payment.ref,
        "payment_source": payment.source,
        "payment_by": payment.by,
        "overpaid_amount": None if over is None else decimal_string(over, currency),
        "confirmation_at": of.at(confirmed),
    }
    words = {
        "amount": keys["payment_amount_text"],
        "numbers": of.data.get("payment_invoice_numbers"),
        "state": _payment_state(of),
    }
    return keys, words


def unmatched(of: Of) -> Own:
    """Money that fits nothing yet, with what it may be for."""
    keys, words = payment(of)
    parked = of.refers.payments.get(of.data.get("payment_id", ""))
    told = parked.told_invoice if parked else None
    keys |= {
        "payment_told_invoice": told,
        "candidates_text": of.data.get("candidates_text"),
        "answer_url": None,
        "case_id": parked.case_id if parked else None,
    }
    return keys, words | {"told": told or of.data.get("candidates_text")}


def reversed_again(of: Of) -> Own:
    """A payment taken back: as much of it as was, on the invoices that it had filled."""
    keys, words = payment(of)
    own = {
        "payment_invoice_numbers": of.data.get("payment_invoice_numbers"),
        "reason": of.data.get("reason"),
        "by": of.data.get("by"),
    }
    return keys | own, words | {"reason": own["reason"]}


def _payment_state(of: Of) -> str:
    language = of.ctx.language
    if of.data.get("settles_invoice"):
        return "paid in full" if language == "en" else "lunas"
    if of.invoice is None:
        return "in part" if language == "en" else "sebagian"
    left = format_money(of.invoice.due, of.currency, language)
    return f"{left} is left" if language == "en" else f"sisa {left}"


def promise(of: Of) -> Own:
    promise = of.refers.promises.get(of.data.get("promise_id", ""))
    if promise is None:
        return {}, {}
    currency, kind = of.currency, of.event["type"]
    keys = {
        **of.money("promise_amount", promise.amount, currency),
        "promise_date_text": format_date_long(promise.on, of.ctx.language),
        "promise_words": promise.words,
        "promised_at": of.ctx.local(promise.made_at),
        "by": of.data.get("by") or promise.by,
    }
    for name in ("promise_paid", "promise_short"):
        if of.data.get(name) is not None:
            keys[name] = decimal_string(of.data[name], currency)
    if kind == "promise_kept":
        keys |= {"promise_paid": decimal_string(promise.amount, currency), "promise_short": "0"}
    what = of.data.get("what_next")
    keys["what_next_text"] = _NEXT.get(what or "", {}).get(of.ctx.language)
    return keys, {
        "amount": keys["promise_amount_text"],
        "day": format_date(promise.on, of.ctx.language),
    }


_NEXT: dict[str, dict[str, str]] = {
    "send_promise_broken": {
        "id": "Satu pesan ramah pada jam buka berikutnya; sesudah itu pengingat berjalan lagi.",
        "en": "One friendly message at the next open hour; then the reminders go on.",
    },
    "continue_sequence": {"id": "Pengingat berjalan lagi.", "en": "The reminders go on."},
}


def completed(of: Of) -> Own:
    count = of.refers.sent.get(of.data.get("sequence_id", ""), 0)
    result = str(of.data.get("sequence_result") or "")
    state = completed_words(result, of.ctx.language)
    keys = {"recipe": of.data.get("recipe_name") or of.data.get("recipe"), "messages_sent": count}
    return keys, {"state": state, "count": str(count)}
