"""Claims: a customer's word that something is paid. It rests the reminders for a while and never lowers a balance.

The truce lasts as long as the recipe says. When it ends unanswered a person is asked again and the reminders
stay held: nobody is chased while we owe an answer. Claims without a proof get only so many truces (T-31);
further ones go straight to a person.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta

from connector.domain.decision import CancelSteps, Decision, Insert, NewEvent, Update
from connector.domain.model import (
    Channel,
    Claim,
    ClaimState,
    Invoice,
    InvoiceStatus,
    Permission,
    Recipe,
    Stage,
    Step,
    StepKind,
    StepState,
)
from connector.domain.payments import twin_days
from connector.domain.ticks import day_start_or_now
from connector.domain.windows import local_date

CLAIM_TICK = "tick:claim:"
# The reasons of the cases that a claim opens: at once, when its truce ends unanswered, without a truce.
ASKED, UNANSWERED, REPEATED = "payment_claim", "claim_waiting", "claim_repeated"
CASES = (ASKED, UNANSWERED, REPEATED)
CALL_AGAIN = timedelta(days=7)  # a claim that nobody answers calls a person once a week
SPEAKS_FIRST = timedelta(days=2)  # after "not found" the customer has so long to answer
# What a claim gets in a world without a recipe: the same as a recipe that says nothing.
_HOURS, _TRUCES = 48, 2


def has_truce(earlier: Iterable[Claim], *, truces: int, proof: bool) -> bool:
    """Whether one more claim rests the reminders: with a proof always, without one only so often.

    A claim that turned out true does not count against the customer.
    """
    true_ones = (ClaimState.RECEIVED, ClaimState.RECEIVED_PART)
    unproved = [c for c in earlier if c.proof_file_id is None and c.state not in true_ones]
    return proof or len(unproved) < truces


def case_reason(claim: Claim) -> str:
    """The reason of the case that a new claim opens."""
    return ASKED if claim.held_until is not None else REPEATED


def make(
    *,
    claim_id: str,
    customer_id: str,
    invoice: Invoice | None,
    earlier: Iterable[Claim],
    recipe: Recipe | None,
    zone: str,
    now: datetime,
    reply_id: str | None = None,
    by: str | None = None,
    words: str | None = None,
    amount: int | None = None,
    paid_on: date | None = None,
    proof_file_id: str | None = None,
    proof_type: str | None = None,
) -> Claim:
    """A new claim on an invoice, or (None) on all that the customer owes; `earlier` are those before it."""
    before = list(earlier)
    truces = _TRUCES if recipe is None else recipe.claim_truces
    hours = _HOURS if recipe is None else recipe.claim_truce_hours
    rests = has_truce(before, truces=truces, proof=proof_file_id is not None)
    return Claim(
        id=claim_id,
        no=1 + max((c.no for c in before), default=0),
        customer_id=customer_id,
        state=ClaimState.WAITING,
        made_at=now,
        invoice_id=invoice.id if invoice else None,
        reply_id=reply_id,
        by=by,
        words=words,
        amount=amount,
        paid_on=paid_on,
        proof_file_id=proof_file_id,
        proof_type=proof_type,
        held_until=day_start_or_now(now + timedelta(hours=hours), zone) if rests else None,
    )


def record(claim: Claim, *, step_id: str, zone: str, currency: str) -> Decision:
    """Writes the claim down, tells of it and plans the end of its truce."""
    row = {f.name: getattr(claim, f.name) for f in fields(claim)}
    until = None if claim.held_until is None else local_date(claim.held_until, zone).isoformat()
    told = NewEvent(
        "payment_claimed",
        occurred_at=claim.made_at,
        customer_id=claim.customer_id,
        invoice_id=claim.invoice_id,
        data={
            "claim_id": claim.id,
            "reply_id": claim.reply_id,
            "case_id": claim.case_id,
            "proof_file_id": claim.proof_file_id,
            "proof_type": claim.proof_type,
            "claimed_amount": claim.amount,
            "claimed_currency": currency,
            "claimed_on": None if claim.paid_on is None else claim.paid_on.isoformat(),
            "reminders_held_until": until,
        },
        once=f"payment_claimed:{claim.id}",
    )
    asked_at = claim.held_until or calls_again_at(claim.made_at, zone)
    steps = (tick(claim, step_id=step_id, due_at=asked_at),)
    return Decision(changes=(Insert("claims", row),), steps=steps, events=(told,), result="claimed")


def calls_again_at(now: datetime, zone: str) -> datetime:
    """When a person is called again for a claim that waits."""
    return day_start_or_now(now + CALL_AGAIN, zone)


def tick(claim: Claim, *, step_id: str, due_at: datetime) -> Step:
    """Time passing: the end of the truce, then week after week, from 07:00 on. It stands outside every sequence."""
    return Step(
        id=step_id,
        kind=StepKind.TICK,
        key=f"{CLAIM_TICK}{claim.id}",
        stage=Stage.OTHER,
        due_at=due_at,
        planned_for=due_at,
        invoice_id=claim.invoice_id,
        customer_id=claim.customer_id,
        permission=Permission.NOTICE,
    )


def is_unanswered(claim: Claim | None) -> bool:
    """Whether the tick finds the claim still waiting: then a person is called."""
    return claim is not None and claim.state is ClaimState.WAITING


def waiting_reason(claim: Claim) -> str:
    """The reason of the case that calls then: one that got no truce holds no reminder now either."""
    return UNANSWERED if claim.held_until is not None else REPEATED


def comes_first(claims: Iterable[Claim], now: datetime) -> bool:
    """Whether other tasks about the money wait: for our answer, or for the customer's to "not found"."""
    return any(
        c.state is ClaimState.WAITING
        or (
            c.state is ClaimState.NOT_FOUND
            and c.answered_at is not None
            and now - c.answered_at < SPEAKS_FIRST
        )
        for c in claims
    )


def spoken_of_since(claim: Claim, zone: str) -> date:
    """The first day on which the money that a claim speaks of may have been recorded."""
    made = local_date(claim.made_at, zone)
    return twin_days(min(made, claim.paid_on or made))[0]


def answer(
    claim: Claim,
    state: ClaimState,
    *,
    payment_id: str | None,
    note: str | None,
    by: str,
    now: datetime,
    tick_ids: tuple[str, ...] = (),
) -> Decision:
    """A person (or a payment) has answered; a second answer changes nothing."""
    if claim.state is not ClaimState.WAITING:
        return Decision(result="already_answered")
    values = {
        "state": state,
        "payment_id": payment_id,
        "note": note,
        "answered_by": by,
        "answered_at": now,
    }
    ended = (CancelSteps(StepState.CANCELLED, "claim_answered", step_ids=tick_ids),) if tick_ids else ()
    return Decision(changes=(Update("claims", claim.id, values),), cancels=ended, result="answered")


def not_found_text(
    claim: Claim,
    invoice: Invoice,
    *,
    step_id: str,
    template: str,
    sequence_id: str | None,
    address_id: str,
    channel: Channel | None,
    due_at: datetime,
) -> Step | None:
    """The kind word that no payment was found; it asks for money, so that caps and hours of reminders apply."""
    if invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        return None
    return Step(
        id=step_id,
        kind=StepKind.MESSAGE,
        key=f"claim_not_found:{claim.id}",
        stage=Stage.OTHER,
        due_at=due_at,
        planned_for=due_at,
        sequence_id=sequence_id,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        address_id=address_id,
        plan_no=invoice.plan_no,
        channel=invoice.channel or channel or Channel.WHATSAPP,
        template=template,
        permission=Permission.REMINDER,
    )


def gives_way(planned: Iterable[Step], text: Step, zone: str) -> CancelSteps | None:
    """Ends the reminders of the day on which the kind word goes: it says what is open and how to pay."""
    day = local_date(text.due_at, zone)
    ids = tuple(
        s.id
        for s in planned
        if s.kind is StepKind.MESSAGE
        and s.permission is Permission.REMINDER
        and s.state in (StepState.PLANNED, StepState.HELD)
        and local_date(s.due_at, zone) <= day
    )
    return CancelSteps(StepState.SUPERSEDED, "superseded", step_ids=ids) if ids else None
