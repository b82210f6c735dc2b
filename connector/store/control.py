"""The one row that stops everything, and the order in which new identities are made."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.clock import from_ms, to_ms
from connector.store import schema, senders
from connector.store.db import Tx

CONTROL = schema.control
_ROW = 1
_STATE = sa.select(CONTROL)
# Any number of our own: it names the lock under which new identities are made on PostgreSQL.
_IDENTITIES = 7_461_001


@dataclass(frozen=True, slots=True)
class Control:
    """What stops or moves everything, as it stands. `paused_until` is machine time."""

    paused: bool = False  # at the moment of reading: a pause ends by itself
    pause_reason: str | None = None
    paused_until: datetime | None = None
    clock_suspect: str | None = None
    power_on: bool = True
    clock_mode: str = "system"
    target: datetime | None = None  # where the virtual clock goes


def ensure(tx: Tx, *, clock_mode: str = "system", clock_now: datetime | None = None) -> None:
    """Makes the row when the database is new; an existing one is left as it is."""
    if tx.conn.execute(sa.select(CONTROL.c.id)).first() is None:
        tx.conn.execute(
            CONTROL.insert().values(
                id=_ROW,
                power_on=True,
                clock_mode=clock_mode,
                clock_now=None if clock_now is None else to_ms(clock_now),
                next_event_number=1,
            )
        )


def state(tx: Tx) -> Control:
    """The row; everything runs when it has not been made yet."""
    row = tx.conn.execute(_STATE).first()
    if row is None:
        return Control()
    over = row.paused_until_m is not None and row.paused_until_m <= tx.machine_ms
    return Control(
        paused=row.paused_at_m is not None and not over,
        pause_reason=row.pause_reason,
        paused_until=_instant(row.paused_until_m),
        clock_suspect=row.clock_suspect,
        power_on=bool(row.power_on),
        clock_mode=row.clock_mode,
        target=_instant(row.clock_target),
    )


def lock(tx: Tx) -> None:
    """Until the end of the transaction only this one notes beats, outages and numbers: the last of all locks."""
    if tx.dialect == "postgresql":
        tx.conn.execute(sa.select(CONTROL.c.id).with_for_update())


def pause_all(tx: Tx, reason: str, until: datetime | None) -> None:
    """From the commit on nothing more is claimed, also after a restart, until `until` or `resume_all`."""
    ensure(tx)
    tx.conn.execute(
        CONTROL.update().values(
            paused_at_m=tx.machine_ms,
            pause_reason=reason,
            paused_until_m=None if until is None else to_ms(until),
        )
    )


def resume_all(tx: Tx) -> bool:
    """Lifts `pause_all`, trusts the clock, lets stopped senders go on; answers whether anything stood.

    What was missed meanwhile goes by the rule of the missed.
    """
    stops = sa.or_(CONTROL.c.paused_at_m.is_not(None), CONTROL.c.clock_suspect.is_not(None))
    values = {"paused_at_m": None, "pause_reason": None, "paused_until_m": None, "clock_suspect": None}
    lifted = tx.conn.execute(CONTROL.update().where(stops).values(**values)).rowcount
    if lifted:
        # The clock was confirmed: the next heartbeat begins a new count.
        tx.conn.execute(schema.heartbeats.update().values(at_m=tx.machine_ms))
    return bool(lifted) | bool(senders.release_all(tx))


def lock_identities(tx: Tx) -> None:
    """Until the end of the transaction only this one makes customers, invoices and payments.

    SQLite has one writer anyway; PostgreSQL would let two callers miss each other's new row and then fail
    on the unique key.
    """
    if tx.dialect == "postgresql":
        tx.conn.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _IDENTITIES})


def _instant(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)
