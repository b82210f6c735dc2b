"""The state machine of a step, as a table.

    planned ──> sending ──> sent | failed | unknown | planned (retry)
       │                              unknown ──> sent | held | planned (one resend)
       ├──> skipped | superseded | merged | cancelled
       └──> held ──> planned | cancelled | sent (a person knows that it had arrived)

What is on its way cannot be recalled: nothing leads from `sending` to `cancelled`. Ticks and tasks need no
provider and are done in one move. Planning a key anew (a resumed sequence) is a new step, not a move.
"""

from connector.domain.model import StepKind, StepState

ALLOWED: dict[StepState, frozenset[StepState]] = {
    StepState.PLANNED: frozenset(
        {
            StepState.SENDING,
            StepState.SKIPPED,
            StepState.SUPERSEDED,
            StepState.MERGED,
            StepState.CANCELLED,
            StepState.HELD,
        }
    ),
    StepState.SENDING: frozenset({StepState.SENT, StepState.UNKNOWN, StepState.FAILED, StepState.PLANNED}),
    StepState.UNKNOWN: frozenset({StepState.SENT, StepState.PLANNED, StepState.HELD}),
    StepState.HELD: frozenset({StepState.PLANNED, StepState.CANCELLED, StepState.SENT}),
    StepState.SENT: frozenset(),
    StepState.SKIPPED: frozenset(),
    StepState.SUPERSEDED: frozenset(),
    StepState.MERGED: frozenset(),
    StepState.CANCELLED: frozenset(),
    StepState.FAILED: frozenset(),
}

FINAL: frozenset[StepState] = frozenset(state for state, after in ALLOWED.items() if not after)


class ImpossibleMove(ValueError):
    """A step was asked to do what its state forbids: a fault of the program, never of the caller."""


def may_move(old: StepState, new: StepState, kind: StepKind = StepKind.MESSAGE) -> bool:
    """Whether a step may go from one state to the other.

    >>> may_move(StepState.PLANNED, StepState.SENDING), may_move(StepState.SENDING, StepState.CANCELLED)
    (True, False)
    >>> may_move(StepState.PLANNED, StepState.SENT, StepKind.TICK)
    True
    """
    if kind is not StepKind.MESSAGE and (old, new) == (StepState.PLANNED, StepState.SENT):
        return True
    return new in ALLOWED[old]


def check_move(old: StepState, new: StepState, kind: StepKind = StepKind.MESSAGE) -> None:
    """Raises ImpossibleMove unless the table allows it."""
    if not may_move(old, new, kind):
        raise ImpossibleMove(f"a {kind.value} step cannot go from {old.value} to {new.value}")
