"""What people say and what follows: days that are offered, promises that may still be kept, doubts that end."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schedule_samples import JAKARTA, at, wall

from connector.domain.cases import STOPS_NOTHING
from connector.domain.claims import REPEATED
from connector.domain.holds import after_person
from connector.domain.model import Promise, PromiseState, Stage, Step, StepKind, StepState
from connector.domain.promise_steps import asked_at, grace_ends_on
from connector.domain.replies import promise_dates

TODAY = date(2026, 12, 6)
DAY = timedelta(days=1)


@given(st.integers(-60, 90), st.integers(1, 60))
def test_every_day_that_is_offered_can_be_promised(until_due: int, max_days: int) -> None:
    due = TODAY + until_due * DAY

    days = promise_dates(TODAY, due=due, max_days=max_days)

    assert len(days) <= 3
    assert list(days) == sorted(set(days))
    assert all(TODAY < day <= TODAY + max_days * DAY and day >= due for day in days)
    assert bool(days) == (due <= TODAY + max_days * DAY)


@given(st.integers(-30, 30), st.integers(0, 7))
def test_nothing_is_broken_before_the_invoice_is_due_plus_grace(after_due: int, grace: int) -> None:
    due = date(2026, 12, 5)
    promise = Promise(
        id="prm_1",
        no=1,
        invoice_id="inv_1",
        customer_id="cus_1",
        on=due + after_due * DAY,
        amount=1,
        state=PromiseState.OPEN,
        made_at=at("2026-12-01 10:00"),
        grace_days=grace,
    )

    ends = grace_ends_on(promise, due)

    assert ends >= due + grace * DAY
    assert ends >= promise.on + grace * DAY
    assert ends in (due + grace * DAY, promise.on + grace * DAY)
    assert wall(asked_at(ends, JAKARTA)) == f"{ends + DAY} 07:00"


HELD = Step(
    "stp_1",
    StepKind.MESSAGE,
    "H",
    Stage.DUE,
    at("2026-12-05 09:00"),
    state=StepState.HELD,
    reason="unknown_person",
)


@pytest.mark.parametrize(
    ("outcome", "state", "resend"),
    [("send_again", "planned", True), ("message_arrived", "sent", None), ("explained", "cancelled", None)],
)
def test_a_persons_word_settles_what_nobody_knew(outcome: str, state: str, resend: bool | None) -> None:
    waits_for_phone = replace(HELD, id="stp_2", reason="phone_missing")

    decision = after_person([HELD, waits_for_phone], outcome, now=at("2026-12-05 12:00"))

    (change,) = decision.changes
    assert (change.id, change.values["state"], change.values.get("resend")) == ("stp_1", state, resend)
    assert change.while_state == "held"


def test_a_claim_without_a_truce_calls_a_person_and_rests_nothing() -> None:
    assert REPEATED in STOPS_NOTHING
