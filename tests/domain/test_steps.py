"""The state machine of a step: every pair of states is allowed by the table or refused."""

import itertools

import pytest

from connector.domain.model import StepKind, StepState
from connector.domain.steps import ALLOWED, FINAL, ImpossibleMove, check_move, may_move

DESIGNED = {
    ("planned", "sending"),
    ("planned", "skipped"),
    ("planned", "superseded"),
    ("planned", "merged"),
    ("planned", "cancelled"),
    ("planned", "held"),
    ("sending", "sent"),
    ("sending", "unknown"),
    ("sending", "failed"),
    ("sending", "planned"),
    ("unknown", "sent"),
    ("unknown", "planned"),
    ("unknown", "held"),
    ("held", "planned"),
    ("held", "cancelled"),
    ("held", "sent"),
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(StepState, StepState)))
def test_exactly_the_designed_moves_are_allowed(old: StepState, new: StepState) -> None:
    if (old.value, new.value) in DESIGNED:
        check_move(old, new)
    else:
        with pytest.raises(ImpossibleMove, match=f"from {old.value} to {new.value}"):
            check_move(old, new)


def test_every_state_has_its_row() -> None:
    assert set(ALLOWED) == set(StepState)


def test_what_is_sent_skipped_or_ended_stays_so() -> None:
    assert {s.value for s in FINAL} == {"sent", "skipped", "superseded", "merged", "cancelled", "failed"}


def test_nothing_on_its_way_can_be_recalled() -> None:
    assert not may_move(StepState.SENDING, StepState.CANCELLED)
    assert not may_move(StepState.UNKNOWN, StepState.CANCELLED)


@pytest.mark.parametrize("kind", [StepKind.TICK, StepKind.TASK])
def test_ticks_and_tasks_are_done_in_one_move(kind: StepKind) -> None:
    check_move(StepState.PLANNED, StepState.SENT, kind)
    with pytest.raises(ImpossibleMove):
        check_move(StepState.CANCELLED, StepState.SENT, kind)


def test_a_message_cannot_be_sent_without_its_intent() -> None:
    with pytest.raises(ImpossibleMove):
        check_move(StepState.PLANNED, StepState.SENT)


def test_every_state_can_be_reached_from_planned() -> None:
    reached = {StepState.PLANNED}
    while True:
        more = reached | {new for old in reached for new in ALLOWED[old]}
        if more == reached:
            break
        reached = more
    assert reached == set(StepState)
