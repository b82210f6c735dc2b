"""Time and power as they are stored: the virtual clock, the sandbox's switch, a clock that is not trusted."""

from datetime import datetime

import sqlalchemy as sa

from connector.clock import to_ms
from connector.store import schema
from connector.store.db import Tx

CONTROL = schema.control
_AT = sa.bindparam("at", type_=sa.BigInteger)
_BEHIND = sa.or_(CONTROL.c.clock_now.is_(None), CONTROL.c.clock_now < _AT)
_FORWARD = CONTROL.update().where(_BEHIND).values(clock_now=_AT)


def start_virtual(tx: Tx, at: datetime) -> None:
    """Sets the virtual clock of a new database; one that runs already keeps its time."""
    tx.conn.execute(
        CONTROL.update()
        .where(CONTROL.c.clock_now.is_(None))
        .values(clock_mode="virtual", clock_now=to_ms(at), clock_target=to_ms(at))
    )


def request_advance(tx: Tx, target: datetime) -> None:
    """Asks the worker to walk the virtual clock to `target`; an earlier target changes nothing."""
    tx.conn.execute(
        CONTROL.update()
        .where(sa.or_(CONTROL.c.clock_target.is_(None), CONTROL.c.clock_target < to_ms(target)))
        .values(clock_target=to_ms(target))
    )


def set_now(tx: Tx, at: datetime) -> None:
    """Moves the virtual clock forward; only the worker does."""
    tx.conn.execute(_FORWARD, {"at": to_ms(at)})


def set_power(tx: Tx, on: bool) -> None:
    """The sandbox's power switch."""
    tx.conn.execute(CONTROL.update().values(power_on=on))


def suspect(tx: Tx, why: str) -> None:
    """The machine's clock cannot be trusted: nothing is sent until a person confirms it (resume_all)."""
    tx.conn.execute(CONTROL.update().where(CONTROL.c.clock_suspect.is_(None)).values(clock_suspect=why))
