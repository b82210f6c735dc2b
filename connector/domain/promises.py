"""Promises to pay: made, kept, broken with grace, replaced, cancelled. One is open for an invoice at most.

While it is open no reminder leaves: the steps that would have come in that time end as `promise_active`, the
rest of the plan stays. The day after the grace a tick asks whether the promise was kept; a broken one is told
once, in a friendly text, and the plan goes on with what is true then.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from connector.domain import promise_steps
from connector.domain.decision import CancelSteps, Decision, Insert, NewEvent, Update
from connector.domain.model import (
    Channel,
    Invoice,
    InvoiceStatus,
    Permission,
    Promise,
    PromiseState,
    Recipe,
    Step,
    StepKind,
    StepState,
)
from connector.domain.problems import Invalid
from connector.domain.promise_steps import grace_ends_on
from connector.domain.windows import local_date

DAY = timedelta(days=1)


def record(
    invoice: Invoice,
    *,
    on: date,
    amount: int | None,
    words: str | None,
    by: str | None,
    via: str | None,
    now: datetime,
    zone: str,
    recipe: Recipe,
    previous: Promise | None,
    promise_no: int,
    new_id: Callable[[str], str],
    sequence_id: str | None = None,
    address_id: str | None = None,
    plan_no: int | None = None,
    channel: Channel | None = None,
    planned: Sequence[Step] = (),
    confirm: bool = False,
) -> Decision:
    """A promise to pay `amount` (None, or more than is owed: all of it) on a local day.

    Results: `recorded`, `already_recorded` (the open promise says the same), `not_needed` (nothing is owed).
    Refused: a day that has passed, a day later than the recipe allows, an amount of nothing. `planned` are
    the invoice's planned steps; `confirm` plans the recipe's confirmation, for callers that do not answer
    themselves.
    """
    if not invoice.status.is_owed:
        return Decision(result="not_needed")
    _check_day(on, local_date(now, zone), recipe.promise_max_days)
    promised = _checked_amount(amount, invoice.due)
    if previous is not None and previous.state is not PromiseState.OPEN:
        previous = None
    if previous is not None and (previous.on, previous.amount) == (on, promised):
        return Decision(result="already_recorded")
    promise = Promise(
        id=new_id("prm"),
        no=promise_no,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        on=on,
        amount=promised,
        state=PromiseState.OPEN,
        made_at=now,
        words=words,
        by=by,
        via=via,
        grace_days=recipe.grace_days,
        paid_before=invoice.paid,
        replaces=previous.id if previous else None,
    )
    frame = promise_steps.frame(invoice, promise, now, sequence_id, address_id, plan_no, channel)
    ends_on = grace_ends_on(promise, invoice.due_date)
    steps = [promise_steps.tick(frame, promise, ends_on, zone, new_id)]
    if confirm and recipe.promise_confirm is not None and address_id is not None:
        steps.append(promise_steps.confirmation(frame, promise, recipe, now, zone, new_id))
    made = Decision(
        changes=(
            Insert("promises", _columns(promise)),
            Update("invoices", invoice.id, {"version": invoice.version + 1}),
        ),
        cancels=_cancels(StepState.CANCELLED, "promise_active", _stopped(planned, ends_on, zone)),
        steps=tuple(steps),
        events=(_event("promise_made", promise, now),),
        result="recorded",
    )
    if previous is None:
        return made
    return _closed(previous, now, planned, StepState.SUPERSEDED, "superseded").then(made)


def check(
    promise: Promise,
    invoice: Invoice,
    *,
    now: datetime,
    zone: str,
    recipe: Recipe | None,
    new_id: Callable[[str], str],
    sequence_id: str | None = None,
    address_id: str | None = None,
    plan_no: int | None = None,
    channel: Channel | None = None,
    planned: Sequence[Step] = (),
) -> Decision:
    """What the tick after the grace finds: `kept`, `broken`, `cancelled` (void) or `unchanged` (too early).

    A broken promise plans one friendly text at the next open instant; the reminders planned for that same
    local day give way to it, later ones stay.
    """
    if promise.state is not PromiseState.OPEN:
        return Decision(result="unchanged")
    if invoice.status is InvoiceStatus.VOID:
        return cancel(promise, now=now, planned=planned)
    kept = on_payment(promise, invoice.paid, now, settled=invoice.due == 0)
    if kept.result == "kept" or local_date(now, zone) <= grace_ends_on(promise, invoice.due_date):
        return kept
    steps: tuple[Step, ...] = ()
    giving_way: list[Step] = []
    if recipe is not None and recipe.promise_broken is not None and address_id is not None:
        frame = promise_steps.frame(invoice, promise, now, sequence_id, address_id, plan_no, channel)
        steps = (promise_steps.broken_text(frame, promise, recipe, now, zone, new_id),)
        day = local_date(steps[0].due_at, zone)
        giving_way = [s for s in planned if _reminds(s) and local_date(s.due_at, zone) == day]
    paid = min(_paid_toward(promise, invoice.paid), promise.amount)
    own_keys = {
        "grace_ended_on": grace_ends_on(promise, invoice.due_date).isoformat(),
        "promise_paid": paid,
        "promise_short": promise.amount - paid,
        "what_next": "send_promise_broken" if steps else "continue_sequence",
    }
    return Decision(
        changes=(_ended(promise, PromiseState.BROKEN, now),),
        cancels=_cancels(StepState.SUPERSEDED, "superseded", giving_way),
        steps=steps,
        events=(_event("promise_broken", promise, now, own_keys),),
        result="broken",
    )


def on_payment(
    promise: Promise,
    invoice_paid_minor: int,
    now: datetime,
    *,
    settled: bool = False,
    planned: Sequence[Step] = (),
) -> Decision:
    """Keeps an open promise once its amount was paid since it was made, or nothing is owed (`settled`)."""
    if promise.state is not PromiseState.OPEN:
        return Decision(result="unchanged")
    if not settled and _paid_toward(promise, invoice_paid_minor) < promise.amount:
        return Decision(result="unchanged")
    return Decision(
        changes=(_ended(promise, PromiseState.KEPT, now),),
        cancels=_cancels(StepState.CANCELLED, "paid", _own(promise, planned)),
        events=(_event("promise_kept", promise, now),),
        result="kept",
    )


def cancel(promise: Promise, *, now: datetime, planned: Sequence[Step] = ()) -> Decision:
    """Takes back an open promise with the steps that it made; a closed one stays as it is."""
    if promise.state is not PromiseState.OPEN:
        return Decision(result="unchanged")
    return _closed(promise, now, planned, StepState.CANCELLED, "sequence_cancelled")


def _check_day(on: date, today: date, max_days: int) -> None:
    if on < today:
        raise Invalid("promise_date_past", field="promise_date", params={"date": on.isoformat()})
    last = today + max_days * DAY
    if on > last:
        params = {"date": on.isoformat(), "max_days": max_days, "limit": last.isoformat()}
        raise Invalid("promise_too_far", field="promise_date", params=params)


def _checked_amount(amount: int | None, owed: int) -> int:
    if amount is not None and amount <= 0:
        raise Invalid("amount_invalid", field="promise_amount")
    return owed if amount is None else min(amount, owed)


def _paid_toward(promise: Promise, paid: int) -> int:
    """What was paid since the promise was made; a reversal never counts below nothing."""
    return max(paid - promise.paid_before, 0)


def _reminds(step: Step) -> bool:
    return step.kind is StepKind.MESSAGE and step.permission is Permission.REMINDER


def _own(promise: Promise, planned: Iterable[Step]) -> list[Step]:
    """The planned steps that this promise made: their keys end in its id."""
    return [s for s in planned if s.key.endswith(f":{promise.id}")]


def _stopped(planned: Iterable[Step], until: date, zone: str) -> list[Step]:
    """The reminders that would have come before the day on which the plan goes on."""
    return [s for s in planned if _reminds(s) and local_date(s.due_at, zone) <= until]


def _cancels(state: StepState, reason: str, steps: Sequence[Step]) -> tuple[CancelSteps, ...]:
    ids = tuple(s.id for s in steps if s.state in (StepState.PLANNED, StepState.HELD))
    return (CancelSteps(state, reason, step_ids=ids),) if ids else ()


def _closed(
    promise: Promise, now: datetime, planned: Sequence[Step], state: StepState, reason: str
) -> Decision:
    return Decision(
        changes=(_ended(promise, PromiseState.CANCELLED, now),),
        cancels=_cancels(state, reason, _own(promise, planned)),
        events=(_event("promise_cancelled", promise, now),),
        result="cancelled",
    )


def _ended(promise: Promise, state: PromiseState, now: datetime) -> Update:
    return Update("promises", promise.id, {"state": state, "ended_at": now}, while_state=PromiseState.OPEN)


def _columns(promise: Promise) -> dict[str, Any]:
    return {f.name: getattr(promise, f.name) for f in fields(promise)} | {"ended_at": None}


def _event(kind: str, promise: Promise, now: datetime, own: dict[str, Any] | None = None) -> NewEvent:
    """Ids and facts only: the customer's words are joined from the promise when the event is delivered."""
    data: dict[str, Any] = {
        "promise_id": promise.id,
        "promise_no": promise.no,
        "promise_date": promise.on.isoformat(),
        "promise_next_date": (promise.on + DAY).isoformat(),
        "promise_amount": promise.amount,
        "promised_at": promise.made_at,
        "promised_via": promise.via,
        "grace_days": promise.grace_days,
        "replaces_promise_id": promise.replaces,
    }
    return NewEvent(
        kind,
        occurred_at=now,
        customer_id=promise.customer_id,
        invoice_id=promise.invoice_id,
        data=data | (own or {}),
        once=f"{kind}:{promise.id}",
    )
