"""Who did what: one row for each change that a person or a key asked for; the table only grows.

The chain over it lies in `audit_chain`. Words that people wrote are kept apart, with the salt of their digest.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.clock import from_ms
from connector.store import schema
from connector.store.db import Tx

AUDIT = schema.audit
WORDS = schema.audit_words

_ADD = AUDIT.insert()
_ADD_WORDS = WORDS.insert()


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
    salt = secrets.token_hex(16) if reason else None
    row = {
        "at": tx.now_ms,
        "at_m": tx.machine_ms,
        "actor": actor[:80],
        "action": action,
        "object": None if object is None else object[:160],
        "result": None if result is None else result[:40],
        "words_digest": None if salt is None or reason is None else digest(salt, reason),
    }
    made = tx.conn.execute(_ADD, row)
    if salt is not None:
        row_id = made.inserted_primary_key[0] if made.inserted_primary_key else None
        tx.conn.execute(_ADD_WORDS, {"audit_id": row_id, "salt": salt, "words": reason})


def digest(salt: str, words: str) -> str:
    """What the hashed record keeps of somebody's words; without the salt it says nothing."""
    return hmac.new(salt.encode(), words.encode(), hashlib.sha256).hexdigest()


def forget_words(tx: Tx, objects: Iterable[str]) -> int:
    """Erases what was written about these objects; the rows and their chain stay whole."""
    about = sa.select(AUDIT.c.id).where(AUDIT.c.object.in_(sorted(set(objects))))
    return int(tx.conn.execute(WORDS.delete().where(WORDS.c.audit_id.in_(about))).rowcount)


def latest(tx: Tx, *, limit: int = 100, object: str | None = None) -> list[Entry]:
    """The newest rows first, of one object if it is named."""
    query = (
        sa.select(AUDIT, WORDS.c.words)
        .outerjoin(WORDS, WORDS.c.audit_id == AUDIT.c.id)
        .order_by(AUDIT.c.id.desc())
        .limit(limit)
    )
    if object is not None:
        query = query.where(AUDIT.c.object == object)
    return [
        Entry(r.id, from_ms(r.at), r.actor, r.action, r.object, r.result, r.words)
        for r in tx.conn.execute(query)
    ]
