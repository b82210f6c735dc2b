"""The steps that a promise makes: the tick after its grace, the confirmation, the text when it was broken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from connector.domain.model import Channel, Invoice, Permission, Promise, Recipe, Stage, Step, StepKind
from connector.domain.ticks import DAY_STARTS
from connector.domain.windows import local_instant, next_open

PROMISE_TICK = "tick:promise:"
# A promise that came this way was the customer's own message: the confirmation is a reply to it.
_OWN_MESSAGE = frozenset({Channel.WHATSAPP.value, Channel.SMS.value})


def grace_ends_on(promise: Promise, due: date) -> date:
    """The last day on which payment still keeps the promise: nothing is broken before the invoice is even due."""
    return max(promise.on, due) + timedelta(days=promise.grace_days)


def asked_at(ends_on: date, zone: str) -> datetime:
    """The morning after the grace, when somebody asks whether the promise was kept."""
    return local_instant(ends_on + timedelta(days=1), DAY_STARTS, zone)


def frame(
    invoice: Invoice,
    promise: Promise,
    now: datetime,
    sequence_id: str | None,
    address_id: str | None,
    plan_no: int | None,
    channel: Channel | None,
) -> Step:
    """What every step of a promise shares."""
    return Step(
        id="",
        kind=StepKind.MESSAGE,
        key="",
        stage=Stage.OTHER,
        due_at=now,
        sequence_id=sequence_id,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        address_id=address_id,
        plan_no=invoice.plan_no if plan_no is None else plan_no,
        channel=invoice.channel or channel or Channel.WHATSAPP,
        data={
            "promise_id": promise.id,
            "promise_on": promise.on.isoformat(),
            "promise_amount": promise.amount,
        },
    )


def tick(frame: Step, promise: Promise, ends_on: date, zone: str, new_id: Callable[[str], str]) -> Step:
    """Time passing: the morning after the grace asks whether the promise was kept."""
    at = asked_at(ends_on, zone)
    return replace(
        frame,
        id=new_id("stp"),
        kind=StepKind.TICK,
        key=f"{PROMISE_TICK}{promise.id}",
        due_at=at,
        planned_for=at,
        permission=Permission.NOTICE,
    )


def confirmation(
    frame: Step, promise: Promise, recipe: Recipe, now: datetime, zone: str, new_id: Callable[[str], str]
) -> Step:
    """What was agreed, in writing: a reply to the customer's own message, else a notice."""
    replies = promise.via in _OWN_MESSAGE
    at = now if replies else next_open(now, recipe.policy.notice_window, zone)
    return replace(
        frame,
        id=new_id("stp"),
        key=f"promise_confirm:{promise.id}",
        due_at=at,
        planned_for=at,
        template=recipe.promise_confirm,
        permission=Permission.REPLY if replies else Permission.NOTICE,
    )


def broken_text(
    frame: Step, promise: Promise, recipe: Recipe, now: datetime, zone: str, new_id: Callable[[str], str]
) -> Step:
    """The friendly text about a broken promise, at the next open instant."""
    at = next_open(now, recipe.policy.window, zone)
    return replace(
        frame,
        id=new_id("stp"),
        key=f"promise_broken:{promise.id}",
        due_at=at,
        planned_for=at,
        template=recipe.promise_broken,
        permission=Permission.REMINDER,  # it asks for money: caps, minimum gap and holidays apply
    )
