"""The ways to the providers: while nothing leaves on one, a single probe at a time; the gap is an outage too."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.clock import from_ms, to_ms
from connector.domain.model import Outcome
from connector.domain.retry import retry_delay
from connector.store import outages
from connector.store.db import Store, Tx
from connector.worker.recording import Answered

SHORT_CUT = timedelta(hours=6)  # a cut of some hours is made up within minutes ...
PROBE_SOON = timedelta(minutes=4)  # ... so nobody waits longer than this for the next probe


@dataclass(slots=True)
class _Road:
    """The way of one sender to its provider while nothing leaves on it: one probe at a time."""

    down_since: datetime
    probe_at: datetime
    tries: int = 0
    probing: bool = False


@dataclass(slots=True)
class Roads:
    """Each sender has its own: a gateway that is gone must not keep the other channel from sending."""

    store: Store
    rng: random.Random
    _down: dict[str, _Road] = field(default_factory=dict)
    _noted: bool = False  # an outage of the network lies in the database, by whomever it was noted

    @property
    def down(self) -> frozenset[str]:
        return frozenset(self._down)

    def recall(self, tx: Tx) -> None:
        """Asks whether an outage is noted: one whose worker never came back ends with our next good answer."""
        self._noted = outages.lasting_since(tx, "network") is not None

    def to_probe(self, now: datetime) -> list[str]:
        """Senders whose next probe is due."""
        return [s for s, road in self._down.items() if now >= road.probe_at and not road.probing]

    def probes(self, sender: str, *, going: bool) -> None:
        self._down[sender].probing = going

    def next_probes(self, now: datetime) -> list[datetime]:
        return [road.probe_at for road in self._down.values() if road.probe_at > now]

    def mind(self, answers: Sequence[Answered]) -> None:
        """Learns from what came back; notes the beginning or the end of an outage."""
        by_sender: dict[str, list[Outcome]] = {}
        for answer in answers:
            by_sender.setdefault(answer.sender_id, []).append(answer.outcome)
        now = self.store.now()
        for sender, outcomes in by_sender.items():
            if all(outcome.action == "connect" for outcome in outcomes):
                road = self._down.setdefault(sender, _Road(now, now))
                road.tries += 1
                road.probing = False
                road.probe_at = self._next_probe(road, outcomes[0], now)
            else:
                self._down.pop(sender, None)
        if bool(self._down) != self._noted:
            with self.store.write() as tx:
                if self._down:
                    outages.begin(tx, "network", now)
                else:
                    outages.finish(tx, "network")
            self._noted = bool(self._down)

    def _next_probe(self, road: _Road, outcome: Outcome, now: datetime) -> datetime:
        delay = retry_delay(outcome, road.tries, self.rng) or timedelta(minutes=1)
        if now - road.down_since < SHORT_CUT:
            delay = min(delay, PROBE_SOON)
        # On whole milliseconds: the stored clock knows nothing finer and would never get there.
        return from_ms(to_ms(now + max(delay, timedelta(seconds=1))))
