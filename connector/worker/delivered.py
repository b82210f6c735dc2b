"""What becomes of a delivery and its subscription after an attempt: written down, told, stopped."""

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connector.clock import from_ms, http_date
from connector.domain import deliveries as rules
from connector.domain.decision import NewEvent
from connector.domain.subscriptions import Subscription
from connector.store import deliveries, outages, subscriptions
from connector.store.apply import append_events
from connector.store.db import Row, Tx
from connector.worker.outgoing import Answer, Transport

log = logging.getLogger(__name__)

SHOWN = 200  # characters of a refusal that the log keeps


class Telling(Protocol):
    """What events say: joined, masked and put into words by those who know how."""

    def payloads(
        self, tx: Tx, event_ids: Sequence[str], *, language: str | None, pii: str
    ) -> dict[str, dict[str, Any]]:
        """By event id, as a subscriber with these rights and this language gets them."""
        ...

    def sample(self, tx: Tx, type: str, event_id: str, *, pii: str) -> dict[str, Any]:
        """An example of an event, marked as a test."""
        ...

    def masked(self, text: str, payload: Mapping[str, Any]) -> str:
        """A receiver's words without the people that the payload names."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One request on its way."""

    row: Row[Any]
    subscription: Subscription
    payload: dict[str, Any] = field(repr=False)
    body: bytes = field(repr=False)
    secrets: Sequence[str] = field(repr=False)


class Setting(Protocol):
    """What the deliverer knows, as it is now."""

    telling: Telling
    private: frozenset[str]
    rng: random.Random


@dataclass(slots=True)
class Endings:
    """Judges attempts."""

    setting: Setting

    def write_down(self, tx: Tx, job: Job, answer: Answer | Transport) -> bool:
        """What came of an attempt; answers whether the subscription ended with it."""
        status = answer.status if isinstance(answer, Answer) else None
        attempt = rules.Attempt(
            status=status,
            left=not (isinstance(answer, Transport) and answer.kind == "not_sent"),
            refusals=job.row.refusals,
            doubts=job.row.doubts,
            first_at=from_ms(job.row.first_at),
            retry_after_s=_retry_after(answer, tx.machine),
        )
        now_known = subscriptions.known(tx, job.subscription.id)
        # As it was when this request left: eight that fail together are one failure of the receiver.
        then = rules.Health(job.subscription.downs, job.subscription.tries, now_known.failing_since)
        found = rules.after(attempt, then, tx.now, self.setting.rng)
        result = deliveries.Result(job.row.id, job.row.fence, status, self._kept(job, answer))
        if not deliveries.record(tx, result, found):
            return False
        if now_known.once and found.state is rules.DeliveryState.DELIVERED and not job.row.is_test:
            subscriptions.remove(tx, job.subscription.id)
            return True
        deliveries.record_health(tx, job.subscription.id, found)
        if found.stop is not None:
            self.stop(tx, job.subscription, found.stop, status)
        return False

    def _kept(self, job: Job, answer: Answer | Transport) -> str | None:
        """What the log may show of a refusal: nothing of our own network, no people (T-15)."""
        if not isinstance(answer, Answer) or answer.status < 300 or not answer.body:
            return None
        if job.subscription.place in self.setting.private:
            return None
        text = answer.body[: SHOWN * 10].decode("utf-8", errors="replace").replace("\0", "")
        return self.setting.telling.masked(text, job.payload)[:SHOWN]

    def stop(self, tx: Tx, one: Subscription, reason: str, status: int | None) -> None:
        """Ends sending to this receiver, once; the owner hears of it."""
        if reason == "subscription_unreachable" and outages.lasting_since(tx, "network") is not None:
            return  # it is we who are cut off
        if not subscriptions.stop(tx, one.id, reason):
            return  # another answer of those that flew together was first
        log.warning("subscription_stopped", extra={"subscription": one.id, "reason": reason})
        told = {
            "channel": "webhook",
            "provider": one.host,
            "sender_id": one.name or one.id,
            "channel_state": "stopped",
            "error_code": None if status is None else str(status),
            "reason": reason,
        }
        append_events(tx, [NewEvent("channel_unhealthy", tx.now, data=told)])


def _retry_after(answer: Answer | Transport, machine: datetime) -> float | None:
    """The receiver's own wish in seconds, as a number or a date."""
    if not isinstance(answer, Answer) or answer.status < 300:
        return None
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    at = http_date(text)
    return None if at is None else max((at - machine).total_seconds(), 0.0)
