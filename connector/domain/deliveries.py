"""What follows from an attempt to deliver an event: delivered, again when, given up, or the end of a subscription.

Three things may be wrong. The receiver is not there (nobody answers, 404 while n8n starts, 502 of its proxy): the
subscription waits, its oldest event asks now and then whether it is back, and nothing is lost. The receiver fails
(500, a time-out): that may be this one event's doing, so the next event is tried before all wait. The event is
refused (400, 422): it is tried four times, then kept as failed, so that it does not stand in the others' way.
"""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

SCHEDULE_S = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0)  # then every hour, each up to a fifth longer
PATIENCE = timedelta(days=5)
LEAST_TRIES = 10  # our own power cut of a week is not the receiver's fault
MOST_REFUSALS = 4
LONGEST_RETRY_AFTER_S = 86_400.0
LARGEST_BODY = 20_000
_SHORTEST_CUT = 100  # characters that stay of a text that was cut


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"  # given up, visibly; a replay sends it again


class Verdict(StrEnum):
    DELIVERED = "delivered"
    REFUSED = "refused"  # this event is not wanted
    AWAY = "away"  # the receiver is not there: no event's fault
    ILL = "ill"  # it fails, perhaps because of this event
    GONE = "gone"  # it says that nobody will ever be there again


# What says nothing about the event: no right to enter, n8n before its workflow is active, a proxy without its server.
_AWAY = frozenset({401, 402, 403, 404, 405, 407, 421, 425, 429, 502, 503, 521, 522, 523, 530})


def verdict_of(status: int | None, *, left: bool = True) -> Verdict:
    """What a status means; None: no answer came, and `left` tells whether the request was on its way at all.

    >>> [verdict_of(status).value for status in (204, 302, 410, 422, 429, 500, None)]
    ['delivered', 'away', 'gone', 'refused', 'away', 'ill', 'ill']
    """
    if status is None:
        return Verdict.ILL if left else Verdict.AWAY
    if 200 <= status < 300:
        return Verdict.DELIVERED
    if status == 410:
        return Verdict.GONE
    if status < 400 or status in _AWAY:
        return Verdict.AWAY
    return Verdict.REFUSED if status < 500 and status != 408 else Verdict.ILL


def delay(tries: int, rng: random.Random, retry_after_s: float | None = None) -> timedelta:
    """How long to wait after this many tries (the first is 1); the receiver's Retry-After is a floor."""
    base = SCHEDULE_S[min(max(tries, 1), len(SCHEDULE_S)) - 1]
    least = min(max(retry_after_s or 0.0, 0.0), LONGEST_RETRY_AFTER_S)
    return timedelta(seconds=max(base, least) * rng.uniform(1.0, 1.2))


@dataclass(frozen=True, slots=True)
class Health:
    """How a subscription's receiver has been since it last took something."""

    downs: int = 0  # in a row
    tries: int = 0  # without success, of any kind
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one delivery. `refusals` and `doubts` count the earlier ones that were the event's own."""

    status: int | None
    left: bool
    refusals: int
    doubts: int
    first_at: datetime
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """What follows for the delivery (`again_at` while it waits) and for its subscription."""

    state: DeliveryState
    health: Health
    refusals: int = 0
    doubts: int = 0
    again_at: datetime | None = None
    wait_until: datetime | None = None  # the subscription's pause
    wake_others: bool = False  # the receiver is back: what was put off goes now, each once
    stop: str | None = None  # why the subscription ends


def after(attempt: Attempt, health: Health, now: datetime, rng: random.Random) -> Next:
    """What one attempt changes."""
    verdict = verdict_of(attempt.status, left=attempt.left)
    refusals, doubts = attempt.refusals, attempt.doubts
    if verdict is Verdict.DELIVERED:
        return Next(DeliveryState.DELIVERED, Health(), refusals, doubts, wake_others=health.downs > 1)
    down = verdict in (Verdict.AWAY, Verdict.ILL)
    since = health.failing_since or now
    failing = Health(health.downs + down, health.tries + 1, since)
    stop = "subscription_unreachable" if now - since >= PATIENCE and failing.tries >= LEAST_TRIES else None
    if verdict is Verdict.GONE:
        return Next(DeliveryState.WAITING, failing, refusals, doubts, again_at=now, stop="subscription_gone")
    if verdict is Verdict.REFUSED:
        refusals += 1
        if refusals >= MOST_REFUSALS:
            return Next(DeliveryState.FAILED, failing, refusals, doubts, stop=stop)
        again = now + delay(refusals + 2, rng, attempt.retry_after_s)
        return Next(DeliveryState.WAITING, failing, refusals, doubts, again_at=again, stop=stop)
    pause = now + delay(failing.downs, rng, attempt.retry_after_s)
    if verdict is Verdict.AWAY:
        # The event itself is ready: only the pause keeps it, so the oldest asks first.
        return Next(DeliveryState.WAITING, failing, refusals, doubts, now, wait_until=pause, stop=stop)
    if stop is None and now - attempt.first_at >= PATIENCE and since > attempt.first_at:
        return Next(DeliveryState.FAILED, failing, refusals, doubts + 1)  # others went through meanwhile
    again = now + delay(doubts + 1, rng, attempt.retry_after_s)
    return Next(DeliveryState.WAITING, failing, refusals, doubts + 1, again, wait_until=pause, stop=stop)


def untold() -> Next:
    """What nobody can put into words, or into the limit: it fails alone, and says nothing of the receiver.

    No refusal and no doubt stand beside it, so that the log can tell it from every other failure.
    """
    return Next(DeliveryState.FAILED, Health())


def fitted(payload: dict[str, Any], limit: int = LARGEST_BODY) -> bytes:
    """The body, below the limit: the longest texts are cut first, no key is ever left out.

    >>> len(fitted({"thread_text": "a" * 30_000, "type": "needs_human"})) < 20_000
    True
    """
    body = _written(payload)
    shown = dict(payload)
    while len(body) >= limit:
        name = max(shown, key=lambda key: _weight(shown[key]))
        text = shown[name]
        if not isinstance(text, str) or len(text) <= _SHORTEST_CUT:
            raise ValueError("this event cannot be made smaller")
        shown[name] = text[: max(len(text) // 2, _SHORTEST_CUT - 1)] + "…"
        body = _written(shown)
    return body


def _written(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _weight(value: Any) -> int:
    return len(value.encode("utf-8")) if isinstance(value, str) else 0
