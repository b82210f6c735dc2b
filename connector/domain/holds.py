"""What becomes of a message whose outcome nobody knows: wait, send once more, or ask a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.domain.decision import Decision, Update
from connector.domain.model import Step, StepState, UnknownPolicy

# A longer silence of ours since the intent means that the status may have come while nobody listened.
LONGEST_GAP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wait:
    """The provider's own status may still settle it."""

    until: datetime


@dataclass(frozen=True, slots=True)
class ResendOnce:
    """The provider has spoken since, and not of this message: it never arrived there."""


@dataclass(frozen=True, slots=True)
class Person:
    """Nothing proves that it did not arrive: sending again would be a guess."""


def settle_unknown(
    policy: UnknownPolicy,
    *,
    hold_until: datetime,
    now: datetime,
    intent_at: datetime,
    last_webhook_at: datetime | None,
    echoes_token: bool,
    already_resent: bool,
    longest_gap_since_intent: timedelta,
) -> Wait | ResendOnce | Person:
    """Resends only when the silence about this message is itself an answer.

    1. A provider that echoes nothing can never settle it: a person, without waiting.
    2. The hold runs: wait.
    3. No verified webhook of that provider later than the intent: its silence says nothing: a person.
    4. We were away (worker or door) for more than five minutes since the intent: a person.
    5. Sent once more already: a person. Else the policy decides.
    """
    if not echoes_token:
        return Person()
    if now < hold_until:
        return Wait(hold_until)
    if last_webhook_at is None or last_webhook_at <= intent_at:
        return Person()
    if longest_gap_since_intent > LONGEST_GAP:
        return Person()
    if already_resent:
        return Person()
    return ResendOnce() if policy is UnknownPolicy.RESEND_ONCE else Person()


# What a person found out, in the words of the outcomes of a case.
SEND_AGAIN, ARRIVED = "send_again", "message_arrived"
# The reason of the case, and those of its step: the provider's word is awaited, a person's, nobody's any more.
CASE = "unknown_outcome"
AWAITS_WORD, AWAITS_PERSON, NEVER_KNOWN = "unknown_outcome", "unknown_person", "never_known"


def awaits_person(step: Step) -> bool:
    """Whether this step waits for somebody to say what became of its message."""
    return step.state is StepState.HELD and step.reason == AWAITS_PERSON


def nobody_knows(step: Step) -> bool:
    """A person is asked what became of its message, or has left it at that: it may have arrived."""
    return awaits_person(step) or (step.state is StepState.CANCELLED and step.reason == NEVER_KNOWN)


def after_person(steps: Iterable[Step], outcome: str, *, now: datetime) -> Decision:
    """A person has looked at an unknown outcome: once more, it had arrived, or it is left at that.

    Whatever else they say, nothing is sent again on a guess: the step ends as `never_known`.
    """
    values: dict[str, Any] = {"state": StepState.CANCELLED, "reason": NEVER_KNOWN, "hold_until": None}
    if outcome == SEND_AGAIN:
        values = {"state": StepState.PLANNED, "reason": "resent_once", "due_at": now, "resend": True}
    elif outcome == ARRIVED:
        values = {"state": StepState.SENT, "reason": None, "hold_until": None}
    held = [step for step in steps if awaits_person(step)]
    return Decision(
        changes=tuple(Update("steps", step.id, values, while_state=StepState.HELD) for step in held),
        result="settled" if held else "unchanged",
    )
