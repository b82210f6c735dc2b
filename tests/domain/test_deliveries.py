"""After an attempt: what is lost is never silent, what is wrong with the receiver is not the event's fault."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.deliveries import (
    LARGEST_BODY,
    LEAST_TRIES,
    MOST_REFUSALS,
    PATIENCE,
    SCHEDULE_S,
    Attempt,
    DeliveryState,
    Health,
    Verdict,
    after,
    delay,
    fitted,
    verdict_of,
)

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
STATUSES = st.one_of(st.none(), st.integers(200, 599))


def attempt(status: int | None, **more: object) -> Attempt:
    return Attempt(**{"status": status, "left": True, "refusals": 0, "doubts": 0, "first_at": NOW, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "left", "verdict"),
    [
        (200, True, Verdict.DELIVERED),
        (202, True, Verdict.DELIVERED),
        (301, True, Verdict.AWAY),
        (400, True, Verdict.REFUSED),
        (401, True, Verdict.AWAY),
        (404, True, Verdict.AWAY),
        (408, True, Verdict.ILL),
        (410, True, Verdict.GONE),
        (422, True, Verdict.REFUSED),
        (429, True, Verdict.AWAY),
        (500, True, Verdict.ILL),
        (502, True, Verdict.AWAY),
        (503, True, Verdict.AWAY),
        (504, True, Verdict.ILL),
        (None, False, Verdict.AWAY),
        (None, True, Verdict.ILL),
    ],
)
def test_whose_fault_an_answer_is(status: int | None, left: bool, verdict: Verdict) -> None:
    assert verdict_of(status, left=left) is verdict


@given(st.integers(1, 200), st.one_of(st.none(), st.floats(0, 1e9)), st.integers(0, 2**32))
def test_a_wait_is_at_least_its_step_and_what_was_asked_for_and_never_endless(
    tries: int, asked: float | None, seed: int
) -> None:
    step = SCHEDULE_S[min(tries, len(SCHEDULE_S)) - 1]

    waits = delay(tries, random.Random(seed), asked).total_seconds()

    assert waits >= max(step, min(asked or 0.0, 86_400.0)) - 1e-6
    assert waits <= 86_400 * 1.2


def test_waits_spread_out() -> None:
    rng = random.Random(7)

    assert len({delay(6, rng) for _ in range(50)}) == 50


@given(
    STATUSES,
    st.booleans(),
    st.integers(0, MOST_REFUSALS - 1),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 200),
    st.one_of(st.none(), st.integers(0, 30)),
    st.integers(0, 30),
)
def test_only_a_delivery_or_a_visible_failure_ends_it(
    status: int | None,
    left: bool,
    refusals: int,
    doubts: int,
    downs: int,
    tries: int,
    failing_days: int | None,
    age_days: int,
) -> None:
    since = None if failing_days is None else NOW - timedelta(days=failing_days)
    tried = attempt(
        status, left=left, refusals=refusals, doubts=doubts, first_at=NOW - timedelta(days=age_days)
    )

    found = after(tried, Health(downs, tries, since), NOW, random.Random(1))

    verdict = verdict_of(status, left=left)
    assert (found.state is DeliveryState.DELIVERED) == (verdict is Verdict.DELIVERED)
    if found.state is DeliveryState.WAITING:
        assert found.again_at is not None and found.again_at >= NOW
    if found.state is DeliveryState.FAILED:
        own_fault = verdict is Verdict.REFUSED and refusals + 1 == MOST_REFUSALS
        given_up = verdict is Verdict.ILL and age_days >= PATIENCE.days
        assert own_fault or given_up
    if found.stop == "subscription_unreachable":
        assert since is not None and NOW - since >= PATIENCE
        assert found.health.tries >= LEAST_TRIES
    if verdict is Verdict.AWAY:  # no event pays for a receiver that is not there
        assert (found.state, found.refusals, found.doubts) == (DeliveryState.WAITING, refusals, doubts)
        assert found.wait_until is not None and found.wait_until > found.again_at == NOW


def test_a_success_makes_everything_well() -> None:
    found = after(attempt(200), Health(9, 20, NOW - PATIENCE), NOW, random.Random(1))

    assert found.health == Health()
    assert found.wake_others and found.wait_until is None and found.stop is None


def test_the_receivers_fault_is_counted_once_from_where_it_was() -> None:
    together = {after(attempt(503), Health(2, 2, NOW), NOW, random.Random(1)).health for _ in range(8)}

    assert together == {Health(3, 3, NOW)}


def test_five_days_with_few_tries_are_our_own_power_cut() -> None:
    long_ago = NOW - timedelta(days=9)

    few = after(attempt(None, left=False), Health(3, 3, long_ago), NOW, random.Random(1))
    many = after(attempt(None, left=False), Health(20, 20, long_ago), NOW, random.Random(1))

    assert (few.stop, many.stop) == (None, "subscription_unreachable")


@given(st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=9_000), max_size=12))
def test_a_body_is_always_small_enough_and_keeps_every_key(texts: dict[str, str]) -> None:
    import json

    body = fitted({**texts, "type": "needs_human", "amount": 1})

    assert len(body) < LARGEST_BODY
    assert set(json.loads(body)) == {*texts, "type", "amount"}


def test_a_small_body_is_left_alone() -> None:
    assert fitted({"a": "é", "b": None}) == '{"a":"é","b":null}'.encode()
