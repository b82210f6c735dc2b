"""Asks for a later business time and waits until the worker, who alone moves the clock, has walked there."""

import time
from datetime import datetime

from connector.store import clockrow, vitals
from connector.store.db import Store

LOOK_EVERY_S = 0.02
STUCK_S = 3.0  # a stopped sender keeps its steps due: the clock has arrived all the same


def walk(store: Store, target: datetime) -> None:
    """Raises the clock's target; a walk that is under way to a later instant goes on."""
    with store.write() as tx:
        clockrow.request_advance(tx, target)


def wait(store: Store, target: datetime, *, patience_s: float) -> tuple[datetime, bool]:
    """(business time, whether the clock is there and the worker at rest).

    Work that does not move for three seconds is not waited for.
    """
    began = moved = time.monotonic()
    seen: tuple[object, ...] = ()
    while True:
        with store.read() as tx:
            now, left = tx.now, vitals.unfinished(tx)
        if (now, *left) != seen:
            seen, moved = (now, *left), time.monotonic()
        arrived = now >= target and (not any(left) or time.monotonic() - moved > STUCK_S)
        if arrived or time.monotonic() - began >= patience_s:
            return now, arrived
        time.sleep(LOOK_EVERY_S)
