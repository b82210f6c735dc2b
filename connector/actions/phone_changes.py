"""Another number for a customer, said outright by somebody who may say it."""

from datetime import date, datetime, timedelta
from typing import Any

from connector.actions import cards, messages, people, references
from connector.actions.context import Context
from connector.domain import customers as rules
from connector.domain.decision import Decision, Update
from connector.domain.model import (
    Address,
    Channel,
    Customer,
    Invoice,
    Permission,
    Stage,
    StepKind,
    StepState,
    Tie,
)
from connector.domain.phones import parse_phone
from connector.domain.plan import window_of
from connector.domain.problems import Invalid
from connector.domain.truth import is_true
from connector.domain.windows import local_date, next_open
from connector.store import control, customers, invoices, sequences

# With these the owner says yes; the other reasons are a guess at a number that somebody must still confirm.
OWNERS_YES = frozenset({"asked", "wrong_number"})
AFTER_INTRO = timedelta(minutes=15)  # so long has whoever holds the number to say that it is not theirs


def change_phone(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Moves a customer to another number; the old one never gets their data again.

    The yes of the owner lies in the reason; a source-bound key and the other reasons only propose. Nothing
    with figures leaves before the neutral introduction has had its quarter of an hour.
    """
    control.lock_identities(ctx.tx)
    customer = references.customer(ctx, given["customer"])
    phone = parse_phone(given["new_phone"], ctx.business.country, field="new_phone")
    reason = given.get("reason") or "asked"
    current = customers.address_of(ctx.tx, customer.id)
    if current is not None and current.phone == phone:
        confirmed = ctx.sources is None and people.confirm_number(ctx, customer, current)
        return _answer(ctx, customer, "confirmed" if confirmed else "unchanged")
    address = customers.ensure_address(ctx.tx, phone)
    if reason not in OWNERS_YES or ctx.sources is not None:
        people.wait_for_yes(ctx, customer, address)
        return _answer(ctx, customer, "waiting") | {"phone_change": "waiting"}
    wrong = reason == "wrong_number" and current is not None
    people.use_number(ctx, customer, address, old=Tie.WRONG if wrong else Tie.FORMER)
    if wrong and current is not None and not customers.customers_at(ctx.tx, current.id):
        customers.set_state(ctx.tx, current.id, "wrong")
    return _answer(ctx, customer, "changed") | _introduce(ctx, customer, address, bool(given.get("resend")))


def _introduce(ctx: Context, customer: Customer, address: Address, resend: bool) -> dict[str, Any]:
    """The neutral message first; with `resend`, then each open invoice's last text for the new number."""
    card = cards.customer_card(ctx, customer, "changed")
    if card["opted_out"]:
        return {"intro_planned_at": None, "resent": 0}
    zone = ctx.zone_of(customer)
    window = window_of(messages.policy_of(ctx, None), Permission.NOTICE)
    at = next_open(ctx.now, window, zone)
    step = rules.neutral_step(
        ctx.new("stp"),
        customer_id=customer.id,
        address_id=address.id,
        due_at=at,
        channel=customer.channel or Channel.WHATSAPP,
    )
    ctx.apply(Decision(steps=(step,)))
    owed = invoices.owed_by(ctx.tx, customer.id, lock=True)
    later = at + AFTER_INTRO
    waits = tuple(Update("invoices", i.id, {"settles_at": max(later, i.settles_at or later)}) for i in owed)
    ctx.apply(Decision(changes=waits))
    today = local_date(later, zone)
    again = sum(_again(ctx, invoice, today, later) for invoice in owed) if resend else 0
    return {"intro_planned_at": ctx.local(at), "resent": again}


_TOLD = (Stage.CREATED, Stage.PRE_DUE, Stage.DUE, Stage.OVERDUE)


def _again(ctx: Context, invoice: Invoice, today: date, at: datetime) -> bool:
    """Says to the new number what the old one was told last, if that is still true; the plan says the rest."""
    told = [
        s
        for s in sequences.steps_of_invoice(ctx.tx, invoice.id)
        if s.kind is StepKind.MESSAGE and s.state is StepState.SENT and s.stage in _TOLD and s.template
    ]
    if not told or not is_true(told[-1], invoice, today):
        return False
    given = {"invoice": invoice.number, "template": told[-1].template}
    try:
        return bool(messages.plan_one(ctx, given, at=at, again=True)["result"] == "planned")
    except Invalid:  # a value that the text needs is gone: the plan goes on without it
        return False


def _answer(ctx: Context, customer: Customer, result: str) -> dict[str, Any]:
    card = cards.customer_card(ctx, customers.by_id(ctx.tx, customer.id) or customer, result)
    return card | {"phone_change": None, "intro_planned_at": None, "resent": 0}
