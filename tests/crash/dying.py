"""Deaths by SIGKILL at a named place of the real code: around its commits and its calls to the provider.

Nothing in the product knows of this. A store and a client that die are handed to it from outside; the place
is the function that opened the transaction.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from connector.providers import HttpRequest
from connector.store.db import Store, Tx
from connector.worker.outgoing import Answer, Outgoing, Transport

BEFORE, AFTER = "before the commit", "after the commit"
UNSENT, FLIGHT, ANSWERED = "before it leaves", "while it is on its way", "answered, not recorded"
CALL = "call"
# Who opens a transaction -> the word for it in plans and reports.
PLACES = {
    "Worker.boot": "boot",
    "Worker._beat": "heartbeat",
    "Worker._take": "claim",
    "Worker._record": "record",
    "InboxApplier.apply": "statuses",
    "Worker._settle": "settle",
    "Worker._close": "close",
    "InboxWriter._commit": "webhook",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How one life of a process ends: at a place for the nth time, or `after_s` at the parent's hand."""

    place: str
    phase: str
    nth: int = 1
    after_s: float | None = None

    def __str__(self) -> str:
        return f"{self.place}, {self.phase}"


class Death:
    """Waits for its place and phase; comes only once, and nothing survives it."""

    def __init__(self, plan: Plan | None) -> None:
        self._plan = plan if plan is not None and plan.after_s is None else None
        self._left = plan.nth if plan is not None else 0
        self.settled = ""  # what a settling transaction did: "dead leases" or "holds"

    def is_near(self, place: str, phase: str) -> bool:
        """Counts one passage; answers whether it is the fatal one."""
        if self._plan is None or (place, phase) != (self._plan.place, self._plan.phase):
            return False
        self._left -= 1
        return self._left == 0

    def at(self, place: str, phase: str) -> None:
        if self.is_near(place, phase):
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingStore(Store):
    """The real store, whose process may die on either side of a commit."""

    def __init__(self, url: str, death: Death, **options: Any) -> None:
        super().__init__(url, **options)
        self._death = death

    @contextmanager
    def write(self) -> Iterator[Tx]:
        # The frames: this generator, contextlib's __enter__, the function that says `with store.write()`.
        place = PLACES.get(sys._getframe(2).f_code.co_qualname, "other")
        self._death.settled = ""
        with super().write() as tx:
            yield tx
            place = self._named(place)
            self._death.at(place, BEFORE)
        self._death.at(place, AFTER)

    def _named(self, place: str) -> str:
        return self._death.settled if place == "settle" and self._death.settled else place


class DyingOutgoing(Outgoing):
    """The real client, whose process may die before, during and after a request."""

    def __init__(self, death: Death, **options: Any) -> None:
        super().__init__(**options)
        self._death = death

    async def send(self, request: HttpRequest) -> Answer | Transport:
        self._death.at(CALL, UNSENT)
        if self._death.is_near(CALL, FLIGHT):
            asyncio.get_running_loop().call_later(0.004, die)
        answer = await super().send(request)
        self._death.at(CALL, ANSWERED)
        return answer
