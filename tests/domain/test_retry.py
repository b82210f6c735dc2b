"""What follows from each class of refusal, and how long the next try waits."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.model import Outcome, OutcomeKind
from connector.domain.retry import Consequence, consequence, is_patient, retry_delay

# The vocabulary of the shared error table: every word has its consequence.
WORDS = {
    "retry": Consequence.RETRY,
    "retry_pair": Consequence.RETRY,
    "throttle": Consequence.RETRY,
    "fallback": Consequence.FALLBACK,
    "switch_to_template": Consequence.SWITCH_TO_TEMPLATE,
    "fix": Consequence.HOLD_FOR_PERSON,
    "pause_template": Consequence.PAUSE_TEMPLATE,
    "suppress": Consequence.SUPPRESS,
    "stop_all": Consequence.STOP_SENDER,
    "unknown_outcome": Consequence.UNKNOWN,
    "give_up": Consequence.HOLD_FOR_PERSON,
    "needs_human": Consequence.HOLD_FOR_PERSON,
    "wait": Consequence.NONE,
}
NOT_LEFT = Outcome(OutcomeKind.RETRY, "retry", code="connect")
DOWN = Outcome(OutcomeKind.RETRY, "retry", code="131016")
WRONG = Outcome(OutcomeKind.RETRY, "retry", code="131000")
PAIR = Outcome(OutcomeKind.RETRY, "retry_pair", code="131056")
THROTTLE = Outcome(OutcomeKind.RETRY, "throttle", code="130429")


def seconds(outcome: Outcome, attempt: int, seed: int = 1) -> float:
    delay = retry_delay(outcome, attempt, random.Random(seed))
    assert delay is not None
    return delay.total_seconds()


@pytest.mark.parametrize(("action", "expected"), list(WORDS.items()))
def test_each_word_of_the_error_table(action: str, expected: Consequence) -> None:
    assert consequence(Outcome(OutcomeKind.REFUSED, action), 1) is expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (OutcomeKind.RETRY, Consequence.RETRY),
        (OutcomeKind.UNDELIVERABLE, Consequence.FALLBACK),
        (OutcomeKind.REFUSED, Consequence.HOLD_FOR_PERSON),
        (OutcomeKind.UNKNOWN, Consequence.UNKNOWN),
        (OutcomeKind.ACCEPTED, Consequence.NONE),
    ],
)
def test_a_word_that_nobody_listed_follows_the_kind(kind: OutcomeKind, expected: Consequence) -> None:
    assert consequence(Outcome(kind, "something_new"), 1) is expected


def test_an_unknown_outcome_is_never_retried_whatever_its_word() -> None:
    assert consequence(Outcome(OutcomeKind.UNKNOWN, "retry"), 1) is Consequence.UNKNOWN
    assert retry_delay(Outcome(OutcomeKind.UNKNOWN, "retry"), 1, random.Random(1)) is None


def test_a_listed_retry_is_tried_three_times_more_and_then_falls_back() -> None:
    assert [consequence(WRONG, n) for n in (1, 2, 3, 4)] == [Consequence.RETRY] * 3 + [Consequence.FALLBACK]
    assert retry_delay(WRONG, 4, random.Random(1)) is None


def test_code_one_may_be_our_own_fault_and_ends_with_a_person() -> None:
    odd = Outcome(OutcomeKind.RETRY, "retry", code="1")

    assert [consequence(odd, n) for n in (1, 2, 3)] == [
        Consequence.RETRY,
        Consequence.RETRY,
        Consequence.HOLD_FOR_PERSON,
    ]


@pytest.mark.parametrize("outcome", [NOT_LEFT, DOWN, Outcome(OutcomeKind.RETRY, "connect")])
def test_a_dead_road_never_uses_up_the_tries(outcome: Outcome) -> None:
    assert is_patient(outcome)
    assert consequence(outcome, 5_000) is Consequence.RETRY
    assert seconds(outcome, 5_000) <= 900


def test_the_jitter_is_full_and_grows_fourfold() -> None:
    for attempt, ceiling in ((1, 1), (2, 4), (3, 16), (4, 64), (5, 256), (6, 900), (7, 900)):
        waits = [seconds(NOT_LEFT, attempt, seed) for seed in range(200)]
        assert max(waits) <= ceiling
        assert max(waits) > ceiling * 0.9
        assert min(waits) < ceiling * 0.1


def test_the_pair_limit_waits_four_to_the_power_of_the_tries() -> None:
    assert 4 <= seconds(PAIR, 1) <= 5
    assert 16 <= seconds(PAIR, 2) <= 20
    assert seconds(PAIR, 9) <= 900 * 1.25


def test_a_throttle_waits_for_minutes() -> None:
    assert 30 <= seconds(THROTTLE, 1) <= 60
    assert 120 <= seconds(THROTTLE, 3) <= 240


def test_the_providers_own_word_is_a_floor() -> None:
    told = Outcome(OutcomeKind.RETRY, "retry", code="131000", after_s=120)

    assert 120 <= seconds(told, 1) <= 121


@settings(max_examples=150)
@given(
    st.sampled_from(OutcomeKind),
    st.sampled_from([*WORDS, "connect", "novel"]),
    st.sampled_from([None, "1", "2", "131000", "connect"]),
    st.integers(0, 10_000),
    st.integers(0, 2**32),
)
def test_a_delay_is_given_exactly_when_it_is_retried(
    kind: OutcomeKind, action: str, code: str | None, attempt: int, seed: int
) -> None:
    outcome = Outcome(kind, action, code=code)

    delay = retry_delay(outcome, attempt, random.Random(seed))

    assert (delay is not None) == (consequence(outcome, attempt) is Consequence.RETRY)
    if delay is not None:
        assert timedelta(0) <= delay <= timedelta(seconds=900 * 1.25)
