"""Actions on invoices: create or update, change, void, find."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from connector.actions import (
    amounts,
    appointments,
    cards,
    destinations,
    documents,
    known,
    parking,
    people,
    plans,
    references,
    splitting,
)
from connector.actions.context import Context
from connector.actions.people import Found
from connector.domain import customers as customer_rules
from connector.domain import destinations as places
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
from connector.domain.problems import Conflict, Invalid, together
from connector.store import cases, claims, control, customers, invoices, promises, sequences
from connector.store.destinations import approved as approved_places

# A date further away than this is a slip of the keyboard.
FAR = timedelta(days=366 * 5)


def create_invoice(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """An upsert: the number, or the identity of a row without one, finds it; a new invoice is planned."""
    control.lock_identities(ctx.tx)
    currency, amount, due, _ = together(
        lambda: currency_of(ctx, given),
        lambda: parse_amount(given["amount"], _currency_or_own(ctx, given)).minor,
        lambda: due_date(ctx, given),
        lambda: people.given_phone(ctx, given),
    )
    number = _number(ctx, given, due)
    known = invoices.by_number(ctx.tx, number, lock=True)
    if known is not None:
        return _again(ctx, given, known, currency, amount, due)
    found = people.find_or_make(ctx, given)
    draft = draft_of(ctx, given, number, found.customer.id, (amount, currency), due)
    invoice, decision = rules.create(
        draft,
        invoice_id=ctx.new("inv"),
        waiting_for=None if found.address else "phone",
        hold_reason=PHONE_CHANGE if found.phone_waits else hold_of(ctx, draft),
        settles_at=ctx.settles_at,
        now=ctx.now,
    )
    ctx.apply(decision)
    born(ctx, invoice)
    _begin(ctx, given, invoice, found)
    if parking.found(ctx, invoice):
        invoice = invoices.by_id(ctx.tx, invoice.id) or invoice
    return _answer(ctx, invoice, "created", found)


def draft_of(
    ctx: Context, given: dict[str, Any], number: str, customer_id: str, money: tuple[int, str], due: date
) -> Draft:
    """What is given as a draft; `money` is the amount in minor units with its currency."""
    return Draft(
        number=number,
        customer_id=customer_id,
        source=people.born_in(ctx, given),
        amount=money[0],
        currency=money[1],
        due_date=due,
        issue_date=references.day(given, "issue_date") or ctx.today,
        list_name=given.get("list"),
        zone=references.zone(given),
        language=given.get("language"),
        channel=Channel(given["channel"]) if "channel" in given else None,
        recipe=given.get("recipe"),
        appointment_at=references.instant(given, "appointment_at", ctx.business.zone),
        extra=given.get("extra", {}),
        **_texts(ctx, given),
    )


def hold_of(ctx: Context, draft: Draft) -> str | None:
    """Why the messages of a new invoice wait for a person's yes; None when they need none."""
    return places.UNAPPROVED if _unapproved(ctx, draft.pay_url, draft.extra) else None


def born(ctx: Context, invoice: Invoice) -> None:
    """What every new invoice needs, whoever made it: its document, and a person's eye on where money goes."""
    documents.attach(ctx, invoice)
    _mind_destination(ctx, invoice, was_held=False)


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
    source = people.born_in(ctx, given)
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
    wanted = wanted_of(ctx, given, invoice)
    return _changed(ctx, invoice, wanted, found)


def wanted_of(ctx: Context, given: dict[str, Any], invoice: Invoice) -> dict[str, Any]:
    """What is given of an invoice's own fields, read and checked."""
    wanted: dict[str, Any] = {**_texts(ctx, given), **_settings(ctx, given, invoice)}
    if "amount" in given:
        wanted["amount"] = parse_amount(given["amount"], invoice.currency).minor
    if "due_date" in given:
        wanted["due_date"] = due_date(ctx, given)
    return wanted


def _changed(ctx: Context, invoice: Invoice, wanted: dict[str, Any], found: Found) -> dict[str, Any]:
    """Applies a change to an invoice, and moves its plan when the due date or the zone moved."""
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if documents.is_same(ctx, invoice, wanted.get("pdf_url")):
        del wanted["pdf_url"]
    if {"pay_url", "extra"} & set(wanted) and invoice.hold_reason in (None, places.UNAPPROVED):
        found_bad = _unapproved(
            ctx, wanted.get("pay_url", invoice.pay_url), wanted.get("extra", invoice.extra)
        )
        wanted["hold_reason"] = places.UNAPPROVED if found_bad else None
    wanted |= amounts.waits_then_for(invoice, wanted, found)
    money = {"amount", "due_date", "issue_date"} & {n for n in wanted if getattr(invoice, n) != wanted[n]}
    if money and invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": invoice.status.value})
    if {"amount", "due_date"} & money:
        splitting.refuse_instalment(invoice)
    changed, decision = rules.change(invoice, wanted, now=ctx.now, settles_at=ctx.settles_at)
    ctx.apply(decision)
    if changed.pdf_url != invoice.pdf_url:
        documents.attach(ctx, changed)
    if changed.appointment_at != invoice.appointment_at:
        appointments.moved(ctx, changed)
    if decision.result != "unchanged":
        _mind_destination(ctx, changed, was_held=invoice.hold_reason == places.UNAPPROVED)
    if changed.status is InvoiceStatus.PAID and invoice.status is not InvoiceStatus.PAID:
        _settle(ctx, changed)
    elif decision.result != "unchanged":
        _move_plan(ctx, invoice, changed, found)
        amounts.arrived(ctx, invoice, changed, found)
    if "amount" in money:
        splitting.debt_changed(ctx, changed)
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
    splitting.refuse_instalment(invoice)
    splitting.debt_void(ctx, invoice)
    planned = sequences.steps_of_invoice(ctx.tx, invoice.id)
    promise = promises.open_of(ctx.tx, invoice.id)
    sequence = sequences.live_of(ctx.tx, invoice.id)
    voided, decision = rules.void(invoice, now=ctx.now)
    if promise is not None:
        decision = decision.then(promise_rules.cancel(promise, now=ctx.now, planned=planned))
    if sequence is not None:
        decision = decision.then(sequence_rules.cancel(sequence, reason="void", now=ctx.now))
    ctx.apply(replace(decision, result="void"))
    known.settle(ctx.tx, invoice_id=invoice.id, outcome="other", by=ctx.actor)
    return cards.invoice_card(ctx, voided, "void")


def get_invoice(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """One invoice as it stands."""
    invoice = references.invoice(ctx, given["invoice"])
    promise = promises.open_of(ctx.tx, invoice.id)
    waiting = cases.open_of(ctx.tx, invoice.id)
    claim = claims.waiting_about(ctx.tx, invoice.customer_id, invoice.id)
    return cards.found_card(ctx, invoice) | {
        **appointments.key(ctx, invoice),
        "promise_id": promise.id if promise else None,
        "claim_id": claim.id if claim else None,
        "case_id": waiting[0].id if waiting else None,
        "pdf_file_id": invoice.pdf_file_id,
        "pdf_status": documents.status(ctx, invoice),
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
        changed_after=references.instant(given, "changed_after", ctx.business.zone),
        tag=given.get("tag"),
        extra=tuple((name, str(value)) for name, value in given.get("extra", {}).items()),
        sources=ctx.sources,
    )


def currency_of(ctx: Context, given: dict[str, Any]) -> str:
    """The currency's code in capitals; an unknown one is refused."""
    code = str(given.get("currency") or ctx.business.currency).upper()
    decimals(code)
    return code


def _currency_or_own(ctx: Context, given: dict[str, Any]) -> str:
    """For reading an amount whose currency is refused by itself."""
    try:
        return currency_of(ctx, given)
    except Invalid:
        return ctx.business.currency


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


def _texts(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """The free texts and links of an invoice that are given, checked."""
    found: dict[str, Any] = {}
    if "description" in given:
        found["description"] = clean_text(given["description"], 500, field="description")
    if "pay_url" in given:
        found["pay_url"] = references.https(ctx, given["pay_url"], "pay_url")
    if "pdf" in given:
        pdf = given["pdf"].strip()
        is_file = documents.is_file(pdf)
        found["pdf_url"] = documents.checked(ctx, pdf) if is_file else references.https(ctx, pdf, "pdf")
    return found


def _settings(ctx: Context, given: dict[str, Any], invoice: Invoice) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "language" in given:
        found["language"] = given["language"]
    if "channel" in given:
        found["channel"] = Channel(given["channel"])
    if "time_zone" in given:
        found["zone"] = references.zone(given)
    if "appointment_at" in given:
        found["appointment_at"] = references.instant(
            given, "appointment_at", invoice.zone or ctx.business.zone
        )
    if "extra" in given:
        found["extra"] = {**invoice.extra, **given["extra"]}
    if "recipe" in given and given["recipe"] != invoice.recipe:
        found["recipe"] = plans.recipe_named(ctx, given["recipe"]).name
    return found


def _unapproved(ctx: Context, pay_url: str | None, extra: Mapping[str, Any]) -> places.Carried | None:
    """The place for money that an invoice would name and nobody has approved."""
    if "approved" not in ctx.cache:
        ctx.cache["approved"] = approved_places(ctx.tx)
    carried = places.carried_by(ctx.business, pay_url, extra)
    return places.unapproved(carried, ctx.cache["approved"], live=ctx.mode == "live")


def _mind_destination(ctx: Context, invoice: Invoice, *, was_held: bool) -> None:
    """Calls a person for a new place for money; tells them when it was mended.

    While decisions are still collected the invoice is not there yet: the claim asks in time.
    """
    if ctx.drawer is not None:
        return
    if invoice.hold_reason == places.UNAPPROVED:
        found = _unapproved(ctx, invoice.pay_url, invoice.extra)
        if found is not None:
            destinations.ask_about(ctx.tx, found, invoice, by=ctx.actor)
    elif was_held:
        destinations.mended(ctx.tx, invoice.id, by=ctx.actor)


def _answer(ctx: Context, invoice: Invoice, result: str, found: Found) -> dict[str, Any]:
    card = cards.invoice_card(ctx, invoice, result) | appointments.key(ctx, invoice)
    return card | {"phone_change": "waiting"} if found.phone_waits else card
