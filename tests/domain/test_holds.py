"""An unknown outcome is resent only when the provider's silence about it is itself an answer."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_samples import at, instants

from connector.domain.holds import LONGEST_GAP, Person, ResendOnce, Wait, settle_unknown
from connector.domain.model import UnknownPolicy

INTENT = at("2026-12-05 09:00")
HOLD = INTENT + timedelta(minutes=15)


def settle(policy: UnknownPolicy = UnknownPolicy.RESEND_ONCE, **changes: Any) -> Wait | ResendOnce | Person:
    given: dict[str, Any] = {
        "hold_until": HOLD,
        "now": HOLD,
        "intent_at": INTENT,
        "last_webhook_at": INTENT + timedelta(minutes=3),
        "echoes_token": True,
        "already_resent": False,
        "longest_gap_since_intent": timedelta(seconds=20),
    }
    return settle_unknown(policy, **(given | changes))


def test_while_the_hold_runs_it_waits() -> None:
    assert settle(now=HOLD - timedelta(seconds=1)) == Wait(HOLD)


def test_when_others_were_reported_since_it_is_sent_once_more() -> None:
    assert settle() == ResendOnce()


def test_the_policy_may_prefer_a_person() -> None:
    assert settle(UnknownPolicy.PERSON) == Person()


@pytest.mark.parametrize("heard", [None, INTENT, INTENT - timedelta(minutes=1)])
def test_a_provider_that_has_not_spoken_since_proves_nothing(heard: datetime | None) -> None:
    assert settle(last_webhook_at=heard) == Person()


def test_a_provider_that_echoes_nothing_is_not_waited_for() -> None:
    assert settle(echoes_token=False) == Person()
    assert settle(echoes_token=False, now=INTENT) == Person()


def test_who_was_away_may_have_missed_the_word() -> None:
    assert settle(longest_gap_since_intent=LONGEST_GAP) == ResendOnce()
    assert settle(longest_gap_since_intent=LONGEST_GAP + timedelta(seconds=1)) == Person()


def test_a_second_resend_never_happens() -> None:
    assert settle(already_resent=True) == Person()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(UnknownPolicy),
    instants,
    st.timedeltas(timedelta(0), timedelta(hours=1)),
    st.timedeltas(timedelta(0), timedelta(hours=2)),
    st.one_of(st.none(), st.timedeltas(timedelta(minutes=-30), timedelta(hours=1))),
    st.booleans(),
    st.booleans(),
    st.timedeltas(timedelta(0), timedelta(minutes=10)),
)
def test_it_is_never_resent_without_proof(
    policy: UnknownPolicy,
    intent: datetime,
    hold: timedelta,
    passed: timedelta,
    heard: timedelta | None,
    echoes: bool,
    resent: bool,
    gap: timedelta,
) -> None:
    verdict = settle_unknown(
        policy,
        hold_until=intent + hold,
        now=intent + passed,
        intent_at=intent,
        last_webhook_at=None if heard is None else intent + heard,
        echoes_token=echoes,
        already_resent=resent,
        longest_gap_since_intent=gap,
    )

    proven = heard is not None and heard > timedelta(0) and echoes and gap <= LONGEST_GAP
    allowed = policy is UnknownPolicy.RESEND_ONCE and not resent and passed >= hold
    assert isinstance(verdict, ResendOnce) == (proven and allowed)
    if isinstance(verdict, Wait):
        assert verdict.until > intent + passed
