"""Remembered answers of actions: one per (API key, action, Idempotency-Key), for 24 hours.

1. `reserve` commits a row without an answer before the action runs, so that a second request meanwhile is
   told to wait. 2. `remember` fills a 2xx answer in, in the transaction of the action itself; `release` takes
   the row away after any other.
3. A row that stays in flight longer than `ABANDONED_S` belongs to a process that died: it is taken over.
"""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.store.db import Tx
from connector.store.schema import idempotency as table

KEPT_S = 24 * 3600
ABANDONED_S = 60  # longer than any request may take

_THIS = sa.and_(
    table.c.key_id == sa.bindparam("of_key"),
    table.c.action == sa.bindparam("of_action"),
    table.c.key == sa.bindparam("of_request"),
)
_FIND = sa.select(table).where(_THIS)
_FORGET = table.delete().where(_THIS)
_FORGET_UNANSWERED = _FORGET.where(table.c.status.is_(None))
_FORGET_STALE = _FORGET.where(
    sa.or_(
        table.c.created_at_m < sa.bindparam("kept_since"),
        sa.and_(table.c.status.is_(None), table.c.created_at_m < sa.bindparam("abandoned_before")),
    )
)
_TAKE = {
    "sqlite": sqlite.insert(table).on_conflict_do_nothing().returning(table.c.key_id),
    "postgresql": postgresql.insert(table).on_conflict_do_nothing().returning(table.c.key_id),
}
_ANSWER = table.update().where(_THIS).values(status=sa.bindparam("code"), answer=sa.bindparam("told"))


class Found(StrEnum):
    NEW = "new"  # reserved for the caller, who must remember or release
    IN_FLIGHT = "in_flight"
    MISMATCH = "mismatch"  # the same key with another body
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Slot:
    """Names one remembered request."""

    key_id: str
    action: str
    key: str


@dataclass(frozen=True, slots=True)
class Reservation:
    found: Found
    status: int = 0
    answer: str = ""


def _named(slot: Slot) -> dict[str, str | int]:
    return {"of_key": slot.key_id, "of_action": slot.action, "of_request": slot.key}


def reserve(tx: Tx, slot: Slot, body_hash: str) -> Reservation:
    """Take the slot, or say what stands in it."""
    now = tx.machine_ms
    stale = {"kept_since": now - KEPT_S * 1000, "abandoned_before": now - ABANDONED_S * 1000}
    tx.conn.execute(_FORGET_STALE, _named(slot) | stale)
    fresh: dict[str, str | int] = {"key_id": slot.key_id, "action": slot.action, "key": slot.key}
    fresh |= {"body_hash": body_hash, "created_at_m": now}
    taken = tx.conn.execute(_TAKE[tx.dialect], fresh).one_or_none()
    if taken is not None:
        return Reservation(Found.NEW)
    row = tx.conn.execute(_FIND, _named(slot)).one_or_none()
    if row is None:  # released between our two statements (PostgreSQL): the caller tries again
        return Reservation(Found.IN_FLIGHT)
    if row.body_hash != body_hash:
        return Reservation(Found.MISMATCH)
    if row.status is None:
        return Reservation(Found.IN_FLIGHT)
    return Reservation(Found.ANSWERED, row.status, row.answer)


def remember(tx: Tx, slot: Slot, status: int, answer: str) -> None:
    """Keep a 2xx answer for the next 24 hours."""
    tx.conn.execute(_ANSWER, _named(slot) | {"code": status, "told": answer})


def release(tx: Tx, slot: Slot) -> None:
    """Free a slot whose request did not end in 2xx: the same key may try again."""
    tx.conn.execute(_FORGET_UNANSWERED, _named(slot))


def forget_old(tx: Tx, limit: int = 1000) -> int:
    """Drop the answers older than 24 hours: they hold personal data."""
    old = sa.select(table.c.key_id, table.c.action, table.c.key)
    rows = tx.conn.execute(old.where(table.c.created_at_m < tx.machine_ms - KEPT_S * 1000).limit(limit)).all()
    for row in rows:
        tx.conn.execute(_FORGET, _named(Slot(row.key_id, row.action, row.key)))
    return len(rows)
