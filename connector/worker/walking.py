"""Moves the virtual clock: from due instant to due instant while there is power, in one jump while there is none."""

from collections.abc import Iterable
from datetime import datetime

from connector.clock import from_ms
from connector.store import agenda, clockrow, outages
from connector.store.agenda import Waiting
from connector.store.control import Control
from connector.store.db import Store


def waits_for_tokens(store: Store) -> bool:
    """Whether what is due only waits for a sender's bucket, or for a row that somebody holds."""
    with store.read() as tx:
        return agenda.waits_for_tokens(tx)


def step(store: Store, worker: str, goals: Iterable[datetime], *, seen: Waiting) -> bool:
    """Goes to the next due instant, or to the earliest of these goals; walked, so nobody was away.

    Not while anything waits that was not `seen`: what was written meanwhile belongs to this instant. Answers
    whether it went.
    """
    with store.write() as tx:
        if agenda.look(tx) != seen:
            return False
        following = agenda.next_instant(tx)
        known = [*goals] if following is None else [*goals, from_ms(following)]
        clockrow.set_now(tx, min(known))
        outages.beat(tx, worker, at=min(known))
    return True


def jump(store: Store, control: Control, now: datetime) -> bool:
    """The sandbox's power is off: time jumps, nobody writes a heartbeat, nothing else happens."""
    if control.target is None or now >= control.target:
        return False
    with store.write() as tx:
        clockrow.set_now(tx, control.target)
    return True
