"""Actions on invoices: create or update, change, void, find."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from connector.actions import cards, people, plans, references
from connector.actions.context import Context
from connector.actions.people import Found
from connector.domain import customers as customer_rules
from connector.domain import invoices as rules
from connector.domain import promises as promise_rules
from connector.domain import sequences as sequence_rules
from connector.domain.customers import PHONE_CHANGE, Consent
from connector.domain.decision import Decision
from connector.domain.invoices import Draft
from connector.domain.model import Channel, Invoice, InvoiceStatus
from connector.domain.money import decimals, parse_amount
from connector.domain.names import clean_text
from connector.domain.numbers import stable_number
from connector.domain.problems import Conflict, Invalid
from connector.store import cases, control, customers, invoices, promises, sequences

# A date further away than this is a slip of the keyboard.
FAR = timedelta(days=366 * 5)
_UNAPPROVED = "destination_unapproved"


def create_invoice(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """An upsert: the number, or the identity of a row without one, finds it; a new invoice is planned."""
    control.lock_identities(ctx.tx)
    currency = currency_of(ctx, given)
    amount = parse_amount(given["amount"], currency).minor
    due = due_date(ctx, given)
    number = _number(ctx, given, due)
    known = invoices.by_number(ctx.tx, number, lock=True)
    if known is not None:
        return _again(ctx, given, known, currency, amount, due)
    found = people.find_or_make(ctx, given)
    draft = Draft(
        number=number,
        customer_id=found.customer.id,
        source=given.get("source") or _source(given),
        amount=amount,
        currency=currency,
        due_date=due,
        issue_date=references.day(given, "issue_date") or ctx.today,
        list_name=given.get("list"),
        zone=references.zone(given),
        language=given.get("language"),
        channel=Channel(given["channel"]) if "channel" in given else None,
        recipe=given.get("recipe"),
        extra=given.get("extra", {}),
        **_texts(ctx, given),
    )
    invoice, decision = rules.create(
        draft,
        invoice_id=ctx.new("inv"),
        waiting_for=None if found.address else "phone",
        hold_reason=PHONE_CHANGE if found.phone_waits else _destination(ctx, draft.pay_url),
        settles_at=ctx.settles_at,
        now=ctx.now,
    )
    ctx.apply(decision)
    _begin(ctx, given, invoice, found)
    return _answer(ctx, invoice, "created", found)


def _begin(ctx: Context, given: dict[str, Any], invoice: Invoice, found: Found) -> None:
    """What follows a new invoice: its sequence, a record of consent, a word about a missing phone."""
    if found.address is None:
        told = customer_rules.phone_missing(found.customer.id, invoice.id, now=ctx.now)
        ctx.apply(Decision(events=(told,)))
    if "consent_source" in given and customers.latest_consent(ctx.tx, found.customer.id) is None:
        consent = Consent(ctx.new("con"), None, True, "consent", given["consent_source"], ctx.today, None)
        ctx.apply(Decision(changes=(customer_rules.consent_row(found.customer.id, consent, now=ctx.now),)))
    if ctx.quiet:
        return
    recipe = plans.recipe_for(ctx, invoice)
    if recipe is not None:
        paused = bool(given.get("hold"))
        _, decision = plans.start(ctx, invoice, found.customer, found.address, recipe, paused=paused)
        ctx.apply(decision)


def _again(
    ctx: Context, given: dict[str, Any], known: Invoice, currency: str, amount: int, due: date
) -> dict[str, Any]:
    """It is there already: what differs is changed, what is equal is `unchanged` and tells nobody."""
    source = given.get("source") or _source(given)
    if source != known.source:
        raise Conflict(
            "invoice_conflict", field="source", params={"invoice": known.number, "source": known.source}
        )
    if currency != known.currency:
        raise Invalid(
            "currency_mismatch", field="currency", params={"expected": known.currency, "given": currency}
        )
    customer = customers.by_id(ctx.tx, known.customer_id)
    if customer is None:
        raise LookupError(f"invoice {known.id} has no customer")
    people.of_invoice(ctx, given, customer)
    found = people.find_or_make(ctx, given, known=customer)
    known = invoices.by_id(ctx.tx, known.id, lock=True) or known
    wanted: dict[str, Any] = {"amount": amount, "due_date": due, **_texts(ctx, given)}
    wanted |= _settings(ctx, given, known)
    if "issue_date" in given:
        wanted["issue_date"] = references.day(given, "issue_date")
    return _changed(ctx, known, wanted, found)


def update_invoice(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Changes what is given of one invoice; the plan follows a moved due date."""
    invoice = references.invoice(ctx, given["invoice"], lock=True)
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    if customer is None:
        raise LookupError(f"invoice {invoice.id} has no customer")
    confirm = bool(given.get("confirm_phone_change"))
    found = people.set_phone(ctx, customer, people.given_phone(ctx, given), confirm=confirm)
    invoice = invoices.by_id(ctx.tx, invoice.id, lock=True) or invoice
    wanted: dict[str, Any] = {**_texts(ctx, given), **_settings(ctx, given, invoice)}
    if "amount" in given:
        wanted["amount"] = parse_amount(given["amount"], invoice.currency).minor
    if "due_date" in given:
        wanted["due_date"] = due_date(ctx, given)
    return _changed(ctx, invoice, wanted, found)


def _changed(ctx: Context, invoice: Invoice, wanted: dict[str, Any], found: Found) -> dict[str, Any]:
    """Applies a change to an invoice, and moves its plan when the due date or the zone moved."""
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if "pay_url" in wanted and invoice.hold_reason in (None, _UNAPPROVED):
        wanted["hold_reason"] = _destination(ctx, wanted["pay_url"])
    money = {"amount", "due_date", "issue_date"} & {n for n in wanted if getattr(invoice, n) != wanted[n]}
    if money and invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": invoice.status.value})
    changed, decision = rules.change(invoice, wanted, now=ctx.now, settles_at=ctx.settles_at)
    ctx.apply(decision)
    if changed.status is InvoiceStatus.PAID and invoice.status is not InvoiceStatus.PAID:
        _settle(ctx, changed)
    elif decision.result != "unchanged":
        _move_plan(ctx, invoice, changed, found)
    result = "updated" if found.changed or found.phone_waits else decision.result
    return _answer(ctx, invoices.by_id(ctx.tx, invoice.id) or changed, result, found)


def _settle(ctx: Context, paid: Invoice) -> None:
    """The amount was corrected down to what is paid: nothing is owed, the promise is kept, the plan ends."""
    promise = promises.open_of(ctx.tx, paid.id)
    sequence = sequences.live_of(ctx.tx, paid.id)
    decision = rules.stop(paid, "paid").then(rules.settled(paid, now=ctx.now))
    if promise is not None:
        decision = decision.then(promise_rules.on_payment(promise, paid.paid, ctx.now, settled=True))
    if sequence is not None:
        decision = decision.then(sequence_rules.finish(sequence, paid, reason="paid", now=ctx.now))
    ctx.apply(decision)


def _move_plan(ctx: Context, before: Invoice, after: Invoice, found: Found) -> None:
    sequence = sequences.live_of(ctx.tx, after.id)
    if sequence is None:
        return
    moved = (before.due_date, before.issue_date, before.zone, before.channel)
    if moved != (after.due_date, after.issue_date, after.zone, after.channel):
        ctx.apply(plans.replan(ctx, after, found.customer, found.address, sequence, old_due=before.due_date))


def void_invoice(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """The invoice is owed no more and never was; its messages, its sequence and its promise end."""
    invoice = references.invoice(ctx, given["invoice"], lock=True)
    if invoice.status is InvoiceStatus.VOID:
        return cards.invoice_card(ctx, invoice, "already_void")
    if invoice.status is InvoiceStatus.PAID:
        raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": "paid"})
    planned = sequences.steps_of_invoice(ctx.tx, invoice.id)
    promise = promises.open_of(ctx.tx, invoice.id)
    sequence = sequences.live_of(ctx.tx, invoice.id)
    voided, decision = rules.void(invoice, now=ctx.now)
    if promise is not None:
        decision = decision.then(promise_rules.cancel(promise, now=ctx.now, planned=planned))
    if sequence is not None:
        decision = decision.then(sequence_rules.cancel(sequence, reason="void", now=ctx.now))
    ctx.apply(replace(decision, result="void"))
    return cards.invoice_card(ctx, voided, "void")


def get_invoice(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """One invoice as it stands."""
    invoice = references.invoice(ctx, given["invoice"])
    promise = promises.open_of(ctx.tx, invoice.id)
    waiting = cases.open_of(ctx.tx, invoice.id)
    claims = [case for case in waiting if case.reason in ("claim_waiting", "payment_claim")]
    return cards.found_card(ctx, invoice) | {
        "promise_id": promise.id if promise else None,
        "claim_id": claims[0].id if claims else None,
        "case_id": waiting[0].id if waiting else None,
    }


def find_invoices(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Cards of the invoices asked for, a page at a time."""
    limit = int(given.get("limit") or 50)
    query = _query(ctx, given)
    found = invoices.search(ctx.tx, query, limit=limit + 1, after=given.get("cursor"))
    page = found[:limit]
    return {
        "items": cards.found_cards(ctx, page),
        "next": page[-1].id if len(found) > limit else None,
    }


_OWED = (InvoiceStatus.WAITING, InvoiceStatus.OPEN, InvoiceStatus.PARTLY_PAID)


def _query(ctx: Context, given: dict[str, Any]) -> invoices.Query:
    status = given.get("status")
    overdue_min = given.get("overdue_days_min")
    if status == "overdue":
        overdue_min = max(overdue_min or 0, 1)
    statuses: tuple[InvoiceStatus, ...] | None = None
    if status is not None:
        statuses = _OWED if status in ("owed", "overdue") else (InvoiceStatus(status),)
    customer = given.get("customer")
    return invoices.Query(
        statuses=statuses,
        customer_id=None if customer is None else references.customer(ctx, customer).id,
        due_from=references.day(given, "due_from"),
        due_to=references.day(given, "due_to"),
        overdue_on_or_before=None if overdue_min is None else ctx.today - timedelta(days=overdue_min),
    )


def currency_of(ctx: Context, given: dict[str, Any]) -> str:
    """The currency's code in capitals; an unknown one is refused."""
    code = str(given.get("currency") or ctx.business.currency).upper()
    decimals(code)
    return code


def due_date(ctx: Context, given: dict[str, Any]) -> date:
    day = references.day(given, "due_date")
    if day is None:
        raise Invalid("date_invalid", field="due_date")
    if abs(day - ctx.today) > FAR:
        raise Invalid("date_out_of_range", field="due_date", params={"date": day.isoformat()})
    return day


def _number(ctx: Context, given: dict[str, Any], due: date) -> str:
    """The number, or the stable one of an invoice that was given none."""
    number = given.get("invoice_number")
    if number is not None:
        return clean_text(number, 120, field="invoice_number")
    phone = people.given_phone(ctx, given)
    return stable_number(given.get("list"), phone, given["customer_name"], given.get("description"), due)


def _source(given: dict[str, Any]) -> str:
    """Where an invoice was born when nobody says: its list, else the API."""
    return f"sheet:{given['list']}" if "list" in given else "api"


def _texts(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """The free texts and links of an invoice that are given, checked."""
    found: dict[str, Any] = {}
    if "description" in given:
        found["description"] = clean_text(given["description"], 500, field="description")
    for field, own in (("pay_url", "pay_url"), ("pdf", "pdf_url")):
        if field in given:
            found[own] = _https(ctx, given[field], field)
    return found


def _settings(ctx: Context, given: dict[str, Any], invoice: Invoice) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "language" in given:
        found["language"] = given["language"]
    if "channel" in given:
        found["channel"] = Channel(given["channel"])
    if "time_zone" in given:
        found["zone"] = references.zone(given)
    if "extra" in given:
        found["extra"] = {**invoice.extra, **given["extra"]}
    if "recipe" in given and given["recipe"] != invoice.recipe:
        found["recipe"] = plans.recipe_named(ctx, given["recipe"]).name
    return found


def _https(ctx: Context, url: str, field: str) -> str:
    """An https address with a host; the sandbox also takes http."""
    parts = urlsplit(url.strip())
    allowed = ("https",) if ctx.mode == "live" else ("https", "http")
    if parts.scheme not in allowed or not parts.hostname or parts.username or parts.password:
        raise Invalid("url_invalid", field=field)
    return url.strip()


def _destination(ctx: Context, pay_url: str | None) -> str | None:
    """Holds the messages of an invoice whose pay link leads to a host that nobody approved.

    What was given at set-up is approved. The sandbox without a pay host has nothing to protect.
    """
    if pay_url is None or (ctx.business.pay_host is None and ctx.mode != "live"):
        return None
    host = (urlsplit(pay_url).hostname or "").lower()
    approved = {str(h).lower() for h in ctx.business.settings.get("approved_hosts", [])}
    if ctx.business.pay_host:
        approved.add(ctx.business.pay_host.lower())
    return None if host in approved else _UNAPPROVED


def _answer(ctx: Context, invoice: Invoice, result: str, found: Found) -> dict[str, Any]:
    card = cards.invoice_card(ctx, invoice, result)
    return card | {"phone_change": "waiting"} if found.phone_waits else card
