"""The action that tells how the business stands: for a chat, a sheet or a dashboard."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from connector.actions import references
from connector.actions.context import Context
from connector.domain.digest import (
    Figures,
    Line,
    Period,
    Sums,
    days_of,
    digest_summary,
    digest_text,
    sums_text,
)
from connector.domain.model import Customer, Invoice
from connector.domain.money import amount_number, decimal_string, format_money
from connector.domain.problems import Invalid
from connector.domain.waiting import claim_lines, parked_lines, stopped_lines
from connector.domain.windows import local_instant
from connector.store import claims, customers, figures, invoices, payments

_LONGEST_DAYS = 366


def get_summary(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """What is owed now, what came in and went wrong in the period, as figures and as one chat message."""
    first, last = _days(ctx, given)
    language = given.get("language") or ctx.language
    found = figures.figures(
        ctx.tx,
        today=ctx.today,
        first=first,
        last=last,
        since=local_instant(first, time(0), ctx.business.zone),
        tag=given.get("tag"),
        zone=ctx.business.zone,
    )
    told = summary_keys(ctx, found, language=language)
    short = digest_summary(found, currency=ctx.business.currency, language=language)
    head = {"result": "found", "result_text": short}
    return head | {"period_from": first.isoformat(), "period_to": last.isoformat()} | told


def _days(ctx: Context, given: Mapping[str, Any]) -> tuple[date, date]:
    """The period by its name, or from a day to a day; today when nothing is said."""
    if "from" not in given and "to" not in given:
        return days_of(Period(given.get("period") or Period.TODAY), ctx.today)
    last = references.day(dict(given), "to") or ctx.today
    first = references.day(dict(given), "from") or last
    if first > last or last - first > timedelta(days=_LONGEST_DAYS):
        raise Invalid("date_out_of_range", field="from", params={"date": first.isoformat()})
    return first, last


def summary_keys(ctx: Context, found: Figures, *, language: str) -> dict[str, Any]:
    """The figures as answers and events show them; people are joined now, so that the erased stay erased."""
    known = invoices.by_ids(ctx.tx, [one.invoice_id for one in found.worst])
    people = customers.by_ids(ctx.tx, {i.customer_id for i in known.values()})
    lines = [
        line(
            known[one.invoice_id],
            people.get(known[one.invoice_id].customer_id),
            one.amount,
            one.days,
            language,
        )
        for one in found.worst
        if one.invoice_id in known
    ]
    words = [
        Line(o["invoice_number"], o["customer_name"] or "-", o["amount_due_text"], o["days_overdue"])
        for o in lines
    ]
    currency = ctx.business.currency
    parked, claimed = _parked_text(ctx, found, language), _claims_text(ctx, found, language)
    stopped = _stopped_text(ctx, found, language)
    text = digest_text(
        found,
        words,
        business=ctx.business.name,
        currency=currency,
        language=language,
        waiting=[text for text in (parked, claimed, stopped) if text],
    )
    return {
        "text": text,
        "overdue_count": found.overdue_count,
        **_total(ctx, "overdue_total", found.overdue, language),
        "due_today": found.due_today,
        **_total(ctx, "promised_total", found.promised, language),
        **_total(ctx, "received_total", found.received, language),
        "waiting_cases": found.waiting_cases,
        "unmatched_count": found.unmatched_count,
        **_total(ctx, "unmatched_total", found.unmatched, language),
        "unmatched_text": parked,
        "open_claims": found.open_claims,
        "claims_text": claimed,
        "stopped_webhooks": found.stopped_webhooks,
        "webhooks_text": stopped,
        "failures": found.failures,
        "lines": lines,
        "more_count": max(found.overdue_count - len(lines), 0),
    }


def _parked_text(ctx: Context, found: Figures, language: str) -> str | None:
    """The payments that nobody can place, with what they were told to be for; None when there is none."""
    known = payments.by_ids(ctx.tx, [one.payment_id for one in found.parked])
    told = {payment_id: payment.told_invoice or "" for payment_id, payment in known.items()}
    total = sums_text(found.unmatched, ctx.business.currency, language)
    lines = parked_lines(found.parked, told, count=found.unmatched_count, total=total, language=language)
    return "\n".join(lines) or None


def _claims_text(ctx: Context, found: Figures, language: str) -> str | None:
    """What is said to be paid and has no answer; None when everybody has one."""
    known = claims.by_ids(ctx.tx, [one.claim_id for one in found.claims])
    about = invoices.by_ids(ctx.tx, [c.invoice_id for c in known.values() if c.invoice_id])
    people = customers.by_ids(ctx.tx, {c.customer_id for c in known.values()})
    named: dict[str, str] = {}
    for claim_id, claim in known.items():
        invoice, customer = about.get(claim.invoice_id or ""), people.get(claim.customer_id)
        named[claim_id] = (invoice.number if invoice else None) or (customer.ref if customer else None) or ""
    return "\n".join(claim_lines(found.claims, named, count=found.open_claims, language=language)) or None


def _stopped_text(ctx: Context, found: Figures, language: str) -> str | None:
    """The webhooks that stopped, each with its host, its day and why; None while all run."""
    sentences = {one.reason: ctx.catalog.reason_text(one.reason, language) or "" for one in found.stopped}
    lines = stopped_lines(found.stopped, sentences, count=found.stopped_webhooks, language=language)
    return "\n".join(lines) or None


def line(
    invoice: Invoice, customer: Customer | None, amount: int, days: int, language: str
) -> dict[str, Any]:
    """One overdue invoice of the digest."""
    return {
        "invoice_id": invoice.id,
        "invoice_number": invoice.number,
        "customer_name": customer.name if customer else None,
        "amount_due": decimal_string(amount, invoice.currency),
        "amount_due_number": amount_number(amount, invoice.currency),
        "amount_due_text": format_money(amount, invoice.currency, language),
        "currency": invoice.currency,
        "due_date": invoice.due_date.isoformat(),
        "days_overdue": days,
    }


def _total(ctx: Context, name: str, sums: Sums, language: str) -> dict[str, Any]:
    """The sum in the business's own currency; the text names the other currencies too."""
    code = ctx.business.currency
    return {
        name: decimal_string(sums.get(code, 0), code),
        f"{name}_text": sums_text(sums, code, language),
    }
