"""Who did what: one row for each change that a person or a key asked for."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.clock import from_ms
from connector.store import schema
from connector.store.db import Tx

AUDIT = schema.audit


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    at: datetime
    actor: str
    action: str
    object: str | None
    result: str | None
    reason: str | None


def add(
    tx: Tx, *, actor: str, action: str, object: str | None, result: str | None, reason: str | None = None
) -> None:
    """Appends one row; it carries ids and codes, never a phone number or a text to a customer."""
    tx.conn.execute(
        AUDIT.insert().values(
            at=tx.now_ms,
            at_m=tx.machine_ms,
            actor=actor[:80],
            action=action,
            object=None if object is None else object[:160],
            result=None if result is None else result[:40],
            reason=reason,
        )
    )


def latest(tx: Tx, *, limit: int = 100, object: str | None = None) -> list[Entry]:
    """The newest rows first, of one object if it is named."""
    query = sa.select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
    if object is not None:
        query = query.where(AUDIT.c.object == object)
    return [
        Entry(r.id, from_ms(r.at), r.actor, r.action, r.object, r.result, r.reason)
        for r in tx.conn.execute(query)
    ]
