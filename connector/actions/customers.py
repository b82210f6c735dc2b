"""Actions on customers: create or update, find, consent."""

from typing import Any

from connector.actions import cards, people, references
from connector.actions.context import Context
from connector.domain import customers as rules
from connector.domain.customers import Consent
from connector.domain.decision import CancelSteps, Decision
from connector.domain.model import Channel, Customer, StepState, Tie
from connector.domain.phones import parse_phone
from connector.domain.problems import Conflict
from connector.store import control, customers, invoices, sequences


def upsert_customer(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Writes what is given about a customer; another number is used only once somebody has confirmed it."""
    control.lock_identities(ctx.tx)
    _refuse_two_people(ctx, given)
    confirm = bool(given.get("confirm_phone_change"))
    found = people.find_or_make(ctx, given, explicit=True, confirm_phone=confirm)
    more = _keep_others(ctx, found.customer, given.get("other_phones", []))
    changed = found.changed or found.phone_waits or more
    result = "created" if found.made else "updated" if changed else "unchanged"
    customer = customers.by_id(ctx.tx, found.customer.id) or found.customer
    passed_over = "former" if found.tie in (Tie.FORMER, Tie.WRONG) else None
    card = cards.customer_card(ctx, customer, result)
    return card | {"phone_change": "waiting" if found.phone_waits else passed_over}


def _keep_others(ctx: Context, customer: Customer, given: list[str]) -> bool:
    """Notes the person's other numbers: a reply from one counts, a message goes to the first alone."""
    known = customers.ties(ctx.tx, customer.id)
    current = customers.address_of(ctx.tx, customer.id)
    changed = False
    for text in given:
        phone = parse_phone(text, ctx.business.country, field="other_phones")
        address = customers.ensure_address(ctx.tx, phone)
        if known.get(address.id) is Tie.OTHER or (current is not None and current.id == address.id):
            continue
        customers.tie(ctx.tx, customer.id, address.id, Tie.OTHER)
        changed = True
    return changed


def _refuse_two_people(ctx: Context, given: dict[str, Any]) -> None:
    """A reference of one customer with the number that is another's alone: nothing is merged by a guess."""
    ref, phone = given.get("customer_ref"), people.given_phone(ctx, given)
    if ref is None or phone is None:
        return
    by_ref = customers.by_ref(ctx.tx, ref)
    others = customers.by_phone(ctx.tx, phone)
    if by_ref is None or not others or by_ref.id in {c.id for c in others}:
        return
    if any(c.folded_name == by_ref.folded_name for c in others):
        raise Conflict("customer_conflict", field="customer_phone")


def find_customer(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """One customer as they stand."""
    customer = references.customer(ctx, given["customer"])
    owed = len(invoices.owed_by(ctx.tx, customer.id))
    detail = f"{owed} tagihan terbuka" if ctx.language == "id" else f"{owed} open invoices"
    return cards.customer_card(ctx, customer, "found", detail=detail)


def set_consent(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Records a yes or a no. A no ends what is planned; a yes plans anew what is still true."""
    customer = references.customer(ctx, given["customer"])
    channel = Channel(given["channel"]) if "channel" in given else None
    consent = Consent(
        id=ctx.new("con"),
        channel=channel,
        allowed=bool(given["allowed"]),
        basis=given.get("basis") or ("consent" if given["allowed"] else "contract"),
        source=given.get("consent_source") or ctx.actor,
        given_on=references.day(given, "consent_on") or ctx.today,
        wording=given.get("wording"),
    )
    was_out = _is_out(ctx, customer, channel)
    if not consent.allowed:
        return _withdraw(ctx, customer, consent, was_out)
    address = customers.address_of(ctx.tx, customer.id)
    if not was_out and _same(customers.latest_consent(ctx.tx, customer.id), consent):
        return cards.customer_card(ctx, customer, "unchanged") | {"cancelled_steps": 0}
    ctx.apply(rules.give_consent(customer.id, consent, address, was_out=was_out, by=ctx.actor, now=ctx.now))
    if was_out:
        people.plan_again(ctx, customer, address)
    return cards.customer_card(ctx, customer, "recorded") | {"cancelled_steps": 0}


def _withdraw(ctx: Context, customer: Customer, consent: Consent, was_out: bool) -> dict[str, Any]:
    if was_out:
        return cards.customer_card(ctx, customer, "unchanged") | {"cancelled_steps": 0}
    waiting = sequences.waiting_steps(ctx.tx, customer_id=customer.id)
    ended = tuple(s.id for s in waiting if consent.channel in (None, s.channel))
    decision = rules.withdraw_consent(customer.id, consent, by=ctx.actor, now=ctx.now)
    if ended:
        stop = CancelSteps(StepState.CANCELLED, "consent_withdrawn", step_ids=ended)
        decision = Decision(cancels=(stop,)).then(decision)
    ctx.apply(decision)
    return cards.customer_card(ctx, customer, "recorded") | {"cancelled_steps": len(ended)}


def _is_out(ctx: Context, customer: Customer, channel: Channel | None) -> bool:
    """Whether the newest record about this channel, or the person's own word, says no."""
    if cards.is_out(customers.address_of(ctx.tx, customer.id), None, customer):
        return True
    record = customers.latest_consent(ctx.tx, customer.id, channel=channel)
    return record is not None and not record["allowed"]


def _same(record: dict[str, Any] | None, consent: Consent) -> bool:
    if record is None:
        return False
    new = (consent.channel, consent.allowed, consent.basis, consent.source, consent.wording)
    return new == tuple(record[k] for k in ("channel", "allowed", "basis", "source", "wording"))
