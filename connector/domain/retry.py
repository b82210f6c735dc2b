"""What follows from a provider's refusal, and how long to wait before the next try. Tables, not ladders."""

import random
from datetime import timedelta
from enum import StrEnum

from connector.domain.model import Channel, Outcome, OutcomeKind


class Consequence(StrEnum):
    NONE = "none"  # accepted, or nothing to do yet
    RETRY = "retry"
    FALLBACK = "fallback"  # the second channel, if the recipe declares one
    HOLD_FOR_PERSON = "hold_for_person"
    STOP_SENDER = "stop_sender"  # the queue is kept; a person mends the sender
    PAUSE_TEMPLATE = "pause_template"
    SWITCH_TO_TEMPLATE = "switch_to_template"
    SUPPRESS = "suppress"  # the provider says that this person wants nothing more
    UNKNOWN = "unknown"


# The words of the error table (action) -> what we do.
_CONSEQUENCES: dict[str, Consequence] = {
    "connect": Consequence.RETRY,
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

# An action that the table does not know: the coarse kind decides.
_BY_KIND: dict[OutcomeKind, Consequence] = {
    OutcomeKind.ACCEPTED: Consequence.NONE,
    OutcomeKind.RETRY: Consequence.RETRY,
    OutcomeKind.UNDELIVERABLE: Consequence.FALLBACK,
    OutcomeKind.REFUSED: Consequence.HOLD_FOR_PERSON,
    OutcomeKind.UNKNOWN: Consequence.UNKNOWN,
}

# The request never left, or the provider is down as a whole: patience until the text is no longer true.
_PATIENT_CODES = frozenset({"connect", "dns", "tls", "network", "2", "131016"})
# Meta's code 1 may hide an invalid request: two tries more, then a person. Others: three, then the fallback.
_TRIES: dict[str, tuple[int, Consequence]] = {"1": (2, Consequence.HOLD_FOR_PERSON)}
_DEFAULT_TRIES = (3, Consequence.FALLBACK)

_CAP_S = 900.0
_THROTTLE_BASE_S = 60.0


def is_patient(outcome: Outcome) -> bool:
    """Whether tries do not count: the fault is the road's or the whole provider's, not this message's."""
    return outcome.action == "connect" or (outcome.code or "") in _PATIENT_CODES


def consequence(outcome: Outcome, attempt: int) -> Consequence:
    """What follows after this many attempts (the first is 1).

    >>> consequence(Outcome(OutcomeKind.RETRY, "retry", code="131000"), 3)
    <Consequence.RETRY: 'retry'>
    >>> consequence(Outcome(OutcomeKind.RETRY, "retry", code="131000"), 4)
    <Consequence.FALLBACK: 'fallback'>
    """
    if outcome.kind is OutcomeKind.ACCEPTED:
        return Consequence.NONE
    if outcome.kind is OutcomeKind.UNKNOWN:
        return Consequence.UNKNOWN
    found = _CONSEQUENCES.get(outcome.action, _BY_KIND[outcome.kind])
    if outcome.action != "retry" or is_patient(outcome):
        return found
    tries, then = _TRIES.get(outcome.code or "", _DEFAULT_TRIES)
    return Consequence.RETRY if attempt <= tries else then


# Undeliverable for a reason of the provider's or the account's own: the number may be as good as ever.
_OF_THE_ROAD = frozenset({"130472", "130497", "131036", "131049", "131062"})


def contact_problem_of(outcome: Outcome, channel: Channel, *, taken: bool) -> str | None:
    """What a final failure says about the number, or None when it says something about the road.

    A text that its gateway had `taken` and could not deliver has reached nobody, whatever the gateway calls it.

    >>> contact_problem_of(Outcome(OutcomeKind.UNDELIVERABLE, "fallback", code="131026"), Channel.WHATSAPP, taken=False)
    'not_on_whatsapp'
    >>> contact_problem_of(Outcome(OutcomeKind.REFUSED, "fix"), Channel.SMS, taken=True)
    'unreachable'
    """
    if outcome.code == "131026":
        return "not_on_whatsapp"
    undeliverable = outcome.kind is OutcomeKind.UNDELIVERABLE and outcome.code not in _OF_THE_ROAD
    return "unreachable" if undeliverable or (taken and channel is Channel.SMS) else None


def retry_delay(outcome: Outcome, attempt: int, rng: random.Random) -> timedelta | None:
    """How long to wait after this many attempts (the first is 1); None: this request is not tried again.

    Full jitter: anywhere between nothing and 1, 4, 16, 64 ... seconds, at most 15 minutes. The pair limit
    wants at least 4^X seconds, a throttle at least half of 1, 2, 4 ... minutes, and the provider's own
    Retry-After is a floor.
    """
    if consequence(outcome, attempt) is not Consequence.RETRY:
        return None
    tried = min(max(attempt, 1), 10)  # beyond, every class has reached its cap
    floor, ceiling = _range_s(outcome.action, tried)
    wait = rng.uniform(floor, ceiling)
    return timedelta(seconds=wait + max(outcome.after_s or 0.0, 0.0))


def _range_s(action: str, tried: int) -> tuple[float, float]:
    if action == "retry_pair":
        least = min(_CAP_S, 4.0**tried)
        return least, least * 1.25
    if action == "throttle":
        most = min(_CAP_S, _THROTTLE_BASE_S * 2.0 ** (tried - 1))
        return most / 2, most
    return 0.0, min(_CAP_S, 4.0 ** (tried - 1))
