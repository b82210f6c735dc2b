"""The keys of events about messages, replies, cases and what went wrong on the way."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.actions import cards
from connector.actions.event_facts import Of, Own
from connector.clock import from_ms
from connector.domain.cases import STOPS_NOTHING
from connector.domain.model import Case
from connector.domain.money import decimal_string
from connector.domain.recurring import PERIOD_REASONS
from connector.domain.summaries import CAUSES, CHANNELS, length_text, problem_text
from connector.domain.texts import SHORT_MONTHS, format_time
from connector.store import invoices, told


def claimed(of: Of) -> Own:
    reply = of.refers.replies.get(of.data.get("reply_id", ""))
    amount, currency = of.data.get("claimed_amount"), of.data.get("claimed_currency") or of.currency
    keys = {
        "reply_text": reply.text if reply else None,
        "claimed_amount": None if amount is None else decimal_string(amount, currency),
    }
    proof = of.file()
    if proof["id"] is not None:
        keys |= {"proof_file_id": proof["id"], "proof_url": proof["url"], "proof_type": proof["type"]}
    return keys, {}


_ARRIVED = ("message_delivered", "message_read")


def message(of: Of) -> Own:
    message = of.refers.messages.get(of.data.get("message_id", ""))
    if message is None:
        return {}, {}
    kind = of.event["type"]
    numbers = ",".join(of.refers.numbers.get(message.id, [])) or (of.invoice.number if of.invoice else None)
    reason = of.data.get("reason")
    keys = {
        "message_channel": message.channel,
        "message_provider": message.provider,
        "message_stage": message.stage,
        "message_step": of.data.get("stage"),
        "message_template": message.template,
        "message_text": message.text,
        "message_invoice_numbers": numbers,
        "message_attempt": message.attempt,
        "sent_at": of.at(message.sent_at),
        "delivered_at": of.at(message.delivered_at) if kind in _ARRIVED else None,
        "read_at": of.at(message.read_at) if kind == "message_read" else None,
        "failed_at": of.at(message.failed_at) if kind == "message_failed" else None,
        "also_delivered": bool(of.data.get("also_delivered", False)),
        "error_text": of.data.get("error_title"),
        "reason": reason,
        "reason_text": of.ctx.catalog.reason_text(reason, of.ctx.language),
    }
    fallback = of.data.get("fallback_channel")
    planned = "is planned" if of.ctx.language == "en" else "disiapkan"
    words = {
        "step": of.data.get("stage"),
        "numbers": numbers,
        "channel": CHANNELS.get(message.channel, message.channel),
        "tail": f"; {CHANNELS.get(fallback, fallback)} {planned}" if fallback else "",
    }
    return keys, words


def reply(of: Of) -> Own:
    reply = of.refers.replies.get(of.data.get("reply_id", ""))
    text = reply.text if reply else None
    closes = from_ms(reply.at) + timedelta(hours=24) if reply else None
    keys = {
        "reply_text": text,
        **{f"file_{key}": value for key, value in of.file().items()},
        "window_closes_at": of.ctx.local(closes) if closes else None,
    }
    said = f'"{text}"' if text else of.data.get("button_id") or of.data.get("reply_kind")
    return keys, {"words": said}


def case(of: Of) -> Own:
    case = of.refers.cases.get(of.data.get("case_id", ""))
    if case is None:
        return {}, {}
    reason_text = of.case_words("case_reasons", case.reason)
    if reason_text == case.reason:
        reason_text = of.ctx.catalog.reason_text(case.reason, of.ctx.language)
    address = of.around.addresses.get(case.customer_id or "")
    keys = {
        "case_status": "open" if of.event["type"] == "needs_human" else case.state.value,
        "reason": case.reason,
        "reason_text": reason_text,
        "severity": case.severity,
        "customer_words": case.words,
        "note": case.note,
        "case_url": of.ctx.link(f"/cases/{case.id}"),
        "waiting_since": of.ctx.local(case.opened_at),
        "window_closes_at": cards.window_closes_at(of.ctx, address),
        "external_id": case.external_id,
        "external_url": case.external_url,
    }
    if of.event["type"] == "needs_human":
        keys |= _context(of, case)
    words = {
        "reason": reason_text,
        "words": f': "{case.words}"' if case.words else "",
        "outcome": of.case_words("outcomes", case.outcome),
        "calm": case.reason in STOPS_NOTHING,
    }
    if case.reason in PERIOD_REASONS:  # which months it is about
        words["words"] = f": {case.note}" if case.note else ""
    if case.customer_id is None:  # about the business itself
        words |= {"who": of.ctx.business.name, "words": f": {case.note}" if case.note else ""}
    return keys, words


def _context(of: Of, case: Case) -> dict[str, Any]:
    """What a person wants to know before acting."""
    kept, broken = of.refers.kept.get(case.customer_id or "", (0, 0))
    owed = invoices.owed_by(of.ctx.tx, case.customer_id) if case.customer_id else []
    act = _ACTS.get(case.reason, "look_and_resolve")
    return {
        "open_invoices_text": cards.open_invoices_text(of.ctx, owed),
        "promises_kept": kept,
        "promises_broken": broken,
        "thread_text": _thread(of, case),
        "suggested_act": act,
        "suggested_act_text": _ACT_TEXTS[act][of.ctx.language],
    }


_ACTS = {
    "dispute": "correct_amount_or_answer",
    "claim_waiting": "look_at_account",
    "payment_claim": "look_at_account",
    "call": "call_customer",
    "overdue": "call_customer",
    "overdue_long": "call_customer",
    "terms": "agree_date",
    "hardship": "agree_date",
    "promise_broken": "call_customer",
    "missed_periods": "issue_or_skip_periods",
    "double_billing_suspected": "issue_or_skip_periods",
    "amount_missing": "give_amount",
}
_ACT_TEXTS: dict[str, dict[str, str]] = {
    "correct_amount_or_answer": {
        "id": "Betulkan jumlah tagihan, atau jawab pelanggan.",
        "en": "Correct the amount, or answer the customer.",
    },
    "look_at_account": {
        "id": "Periksa rekening, lalu catat pembayaran atau jawab pelanggan.",
        "en": "Look at the account, then record the payment or answer the customer.",
    },
    "call_customer": {"id": "Telepon pelanggan.", "en": "Call the customer."},
    "agree_date": {"id": "Sepakati tanggal, lalu catat janjinya.", "en": "Agree on a date and record it."},
    "issue_or_skip_periods": {
        "id": "Selesaikan kasus dengan periods_issued untuk menagih bulan-bulan itu, atau periods_skipped.",
        "en": "Resolve the case with periods_issued to bill those months, or with periods_skipped.",
    },
    "give_amount": {
        "id": "Isi jumlahnya dengan Perbarui Tagihan; pesan menunggu sampai itu.",
        "en": "Give the amount with Update Invoice; the message waits for it.",
    },
    "look_and_resolve": {"id": "Lihat, lalu selesaikan kasusnya.", "en": "Look, then resolve the case."},
}


def _thread(of: Of, case: Case) -> str | None:
    if case.customer_id is None:
        return None
    name = of.customer.contact_name or of.customer.name if of.customer else "?"
    us = "Us" if of.ctx.language == "en" else "Kami"
    lines = told.thread(of.ctx.tx, case.customer_id, until_ms=of.event["occurred_at"])
    shown = [
        f"{_moment(of, from_ms(at))} {us if ours else name.split()[0]}: {' '.join(text.split())[:160]}"
        for at, ours, text in lines
    ]
    return "\n".join(shown) or None


def _moment(of: Of, at: datetime) -> str:
    local = at.astimezone(ZoneInfo(of.ctx.business.zone))
    return f"{local.day:02d} {SHORT_MONTHS[of.ctx.language][local.month - 1]} {format_time(local)}"


def contact(of: Of) -> Own:
    problem = of.data.get("problem")
    text = problem_text(problem, of.ctx.language)
    new_phone = of.data.get("new_phone") or of.refers.addresses.get(of.data.get("address_id", ""))
    waiting = of.data.get("invoices_waiting")
    if waiting is None and of.event["customer_id"]:
        waiting = len(invoices.owed_by(of.ctx.tx, of.event["customer_id"]))
    keys = {"problem_text": text, "new_phone": new_phone, "invoices_waiting": waiting}
    return keys, {"problem": text}


def opt(of: Of) -> Own:
    by = of.data.get("opt_by") or ("customer" if of.data.get("via") == "reply" else None)
    return {"opt_channel": of.data.get("opt_channel") or of.data.get("channel"), "opt_by": by}, {}


def channel(of: Of) -> Own:
    channel = of.data.get("channel") or of.data.get("message_channel")
    reason = of.data.get("reason") or "sender_stopped"
    text = of.ctx.catalog.reason_text(reason, of.ctx.language)
    keys = {
        "sender": of.data.get("sender_id") or of.data.get("sender"),
        "message_channel": channel,
        "message_provider": of.data.get("provider"),
        "channel_state": of.data.get("channel_state") or "stopped",
        "reason": reason,
        "reason_text": text,
        "severity": "safety",
    }
    count = of.data.get("waiting_messages")
    return keys, {"channel": CHANNELS.get(channel or "", channel), "reason": text, "count": count}


def blackout(of: Of) -> Own:
    start, end = (_instant(of.data.get(key)) for key in ("from_at", "to_at"))
    minutes = None if start is None or end is None else int((end - start) / timedelta(minutes=1))
    keys = {
        "blackout_from": None if start is None else of.ctx.local(start),
        "blackout_to": None if end is None else of.ctx.local(end),
        "blackout_minutes": minutes,
    }
    cause = CAUSES.get(str(of.data.get("cause")), {}).get(of.ctx.language)
    length = None if minutes is None else length_text(minutes, of.ctx.language)
    counts = {key: of.data.get(key, 0) for key in ("late", "superseded", "lost", "doubled")}
    return keys, {"cause": cause, "length": length, **counts}


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    return from_ms(value) if isinstance(value, int) else datetime.fromisoformat(value)
