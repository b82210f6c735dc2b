"""What events refer to, read for a whole page of events at once: messages, replies, what was said to whom."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.domain.model import StepKind, StepState
from connector.store import schema
from connector.store.db import Tx

MESSAGES = schema.messages
REPLIES = schema.replies
STEPS = schema.steps
EVENTS = schema.events
ITEMS, INVOICES = schema.message_items, schema.invoices

_BY_ID = {
    table.name: sa.select(table).where(table.c.id.in_(sa.bindparam("ids", expanding=True)))
    for table in (MESSAGES, REPLIES, schema.addresses)
}
_NUMBERS_OF = (
    sa.select(ITEMS.c.message_id, INVOICES.c.number)
    .select_from(ITEMS.join(INVOICES, INVOICES.c.id == ITEMS.c.invoice_id))
    .where(ITEMS.c.message_id.in_(sa.bindparam("messages", expanding=True)))
    .order_by(INVOICES.c.due_on, INVOICES.c.number)
)
_WAS_TOLD = sa.select(
    sa.exists().where(EVENTS.c.invoice_id == sa.bindparam("invoice"), EVENTS.c.type == sa.bindparam("kind"))
)
_SENT_COUNTS = (
    sa.select(STEPS.c.sequence_id, sa.func.count(sa.distinct(STEPS.c.message_id)))
    .where(
        STEPS.c.sequence_id.in_(sa.bindparam("sequences", expanding=True)),
        STEPS.c.kind == StepKind.MESSAGE.value,
        STEPS.c.state == StepState.SENT.value,
    )
    .group_by(STEPS.c.sequence_id)
)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_OUR_WORDS = (
    sa.select(sa.func.coalesce(MESSAGES.c.sent_at, MESSAGES.c.intent_at).label("at"), MESSAGES.c.text)
    .where(
        MESSAGES.c.customer_id == sa.bindparam("customer"),
        MESSAGES.c.text.is_not(None),
        MESSAGES.c.intent_at <= sa.bindparam("until"),
    )
    .order_by(MESSAGES.c.intent_at.desc())
    .limit(_LIMIT)
)
_THEIR_WORDS = (
    sa.select(REPLIES.c.at, REPLIES.c.text)
    .where(
        REPLIES.c.customer_id == sa.bindparam("customer"),
        REPLIES.c.text.is_not(None),
        REPLIES.c.at <= sa.bindparam("until"),
    )
    .order_by(REPLIES.c.at.desc())
    .limit(_LIMIT)
)


def messages(tx: Tx, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Rows of messages by id."""
    return _by_id(tx, MESSAGES, ids)


def replies(tx: Tx, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Rows of replies by id."""
    return _by_id(tx, REPLIES, ids)


def addresses(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Phone numbers by address id."""
    return {key: row.phone for key, row in _by_id(tx, schema.addresses, ids).items()}


def numbers_of(tx: Tx, message_ids: Iterable[str]) -> dict[str, list[str]]:
    """The numbers of the invoices that each message was about."""
    wanted = sorted(set(message_ids))
    if not wanted:
        return {}
    found: dict[str, list[str]] = {}
    for message_id, number in tx.conn.execute(_NUMBERS_OF, {"messages": wanted}):
        known = found.setdefault(message_id, [])
        if number not in known:
            known.append(number)
    return found


def was_told(tx: Tx, kind: str, invoice_id: str) -> bool:
    """Whether an event of this type has been told about the invoice."""
    return bool(tx.conn.execute(_WAS_TOLD, {"invoice": invoice_id, "kind": kind}).scalar_one())


def sent_counts(tx: Tx, sequence_ids: Iterable[str]) -> dict[str, int]:
    """How many messages each sequence has sent."""
    wanted = sorted(set(sequence_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_SENT_COUNTS, {"sequences": wanted})
    return {sequence_id: int(count) for sequence_id, count in rows}


def thread(tx: Tx, customer_id: str, *, until_ms: int, limit: int = 6) -> list[tuple[int, bool, str]]:
    """The newest texts with a customer up to a moment, oldest first: (at, is ours, text)."""
    asked = {"customer": customer_id, "until": until_ms, "limit": limit}
    ours, theirs = tx.conn.execute(_OUR_WORDS, asked), tx.conn.execute(_THEIR_WORDS, asked)
    lines = [(row.at, True, row.text) for row in ours] + [(row.at, False, row.text) for row in theirs]
    return sorted(lines)[-limit:]


def _by_id(tx: Tx, table: sa.Table, ids: Iterable[str]) -> dict[str, Row[Any]]:
    wanted = sorted({i for i in ids if i})
    if not wanted:
        return {}
    return {row.id: row for row in tx.conn.execute(_BY_ID[table.name], {"ids": wanted})}
