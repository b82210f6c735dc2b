"""Notices that we were away (power, network, a pause) and, once the backlog is settled, says what it did."""

from datetime import timedelta

from connector.clock import from_ms
from connector.domain.decision import NewEvent
from connector.store import clockrow, control, outages
from connector.store.apply import append_events
from connector.store.control import Control
from connector.store.db import Store, Tx

FORWARD_LIMIT = timedelta(days=30)


def beat(tx: Tx, worker: str) -> bool:
    """Writes the heartbeat; answers False, and writes nothing, when the machine's clock cannot be trusted.

    1. Machine time before the last heartbeat, or more than 30 days after it: suspect (T-27).
    2. A gap of more than five minutes in business time: an outage, cause power. Of several workers that come
       back together the first one notes it; the lock shows the others its beat.
    """
    control.lock(tx)
    last = outages.last_beat(tx)
    if last is not None:
        drift = timedelta(milliseconds=tx.machine_ms - last.at_m)
        if drift < timedelta(seconds=-2) or drift > FORWARD_LIMIT:
            clockrow.suspect(tx, "back" if drift < timedelta() else "forward")
            return False
        if tx.now - from_ms(last.at) > outages.GAP:
            outages.begin(tx, "power", from_ms(last.at), tx.now)
    outages.beat(tx, worker)
    return True


def mind_pause(store: Store, row: Control, *, noted: bool) -> int:
    """A pause of everything is an outage too: notes its beginning and its end; answers how much that was."""
    if row.paused == noted:
        return 0
    with store.write() as tx:
        if row.paused:
            outages.begin(tx, "pause", tx.now)
        else:
            outages.finish(tx, "pause")
    return 1


def report(tx: Tx) -> int:
    """Emits `blackout_recovered` for each outage whose backlog is settled; answers how many were closed."""
    closed = 0
    for outage in outages.unreported(tx):
        found = outages.counts(tx, outage)
        if found["left"]:
            continue
        outages.mark_reported(tx, outage.id, found)
        closed += 1
        if found["late"] or found["superseded"]:
            append_events(
                tx,
                [
                    NewEvent(
                        "blackout_recovered",
                        tx.now,
                        data={
                            "cause": outage.cause,
                            "from_at": from_ms(outage.from_at).isoformat(),
                            "to_at": from_ms(outage.to_at).isoformat(),
                            **{k: found[k] for k in ("late", "superseded", "lost", "doubled")},
                        },
                        once=f"blackout_recovered:{outage.id}",
                    )
                ],
            )
    return closed
