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
    items, invoices = schema.message_items, schema.invoices
    rows = tx.conn.execute(
        sa.select(items.c.message_id, invoices.c.number)
        .select_from(items.join(invoices, invoices.c.id == items.c.invoice_id))
        .where(items.c.message_id.in_(wanted))
        .order_by(invoices.c.due_on, invoices.c.number)
    )
    found: dict[str, list[str]] = {}
    for message_id, number in rows:
        known = found.setdefault(message_id, [])
        if number not in known:
            known.append(number)
    return found


def was_told(tx: Tx, kind: str, invoice_id: str) -> bool:
    """Whether an event of this type has been told about the invoice."""
    events = schema.events
    found = sa.exists().where(events.c.invoice_id == invoice_id, events.c.type == kind)
    return bool(tx.conn.execute(sa.select(found)).scalar_one())


def sent_counts(tx: Tx, sequence_ids: Iterable[str]) -> dict[str, int]:
    """How many messages each sequence has sent."""
    wanted = sorted(set(sequence_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(
        sa.select(STEPS.c.sequence_id, sa.func.count(sa.distinct(STEPS.c.message_id)))
        .where(
            STEPS.c.sequence_id.in_(wanted),
            STEPS.c.kind == StepKind.MESSAGE.value,
            STEPS.c.state == StepState.SENT.value,
        )
        .group_by(STEPS.c.sequence_id)
    )
    return {sequence_id: int(count) for sequence_id, count in rows}


def thread(tx: Tx, customer_id: str, *, until_ms: int, limit: int = 6) -> list[tuple[int, bool, str]]:
    """The newest texts with a customer up to a moment, oldest first: (at, is ours, text)."""
    ours = tx.conn.execute(
        sa.select(sa.func.coalesce(MESSAGES.c.sent_at, MESSAGES.c.intent_at).label("at"), MESSAGES.c.text)
        .where(
            MESSAGES.c.customer_id == customer_id,
            MESSAGES.c.text.is_not(None),
            MESSAGES.c.intent_at <= until_ms,
        )
        .order_by(MESSAGES.c.intent_at.desc())
        .limit(limit)
    )
    theirs = tx.conn.execute(
        sa.select(REPLIES.c.at, REPLIES.c.text)
        .where(REPLIES.c.customer_id == customer_id, REPLIES.c.text.is_not(None), REPLIES.c.at <= until_ms)
        .order_by(REPLIES.c.at.desc())
        .limit(limit)
    )
    lines = [(row.at, True, row.text) for row in ours] + [(row.at, False, row.text) for row in theirs]
    return sorted(lines)[-limit:]


def _by_id(tx: Tx, table: sa.Table, ids: Iterable[str]) -> dict[str, Row[Any]]:
    wanted = sorted({i for i in ids if i})
    if not wanted:
        return {}
    return {row.id: row for row in tx.conn.execute(sa.select(table).where(table.c.id.in_(wanted)))}
