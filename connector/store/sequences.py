"""Sequences and their steps, as a person asks about them (the worker's claim lies in `queue`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connector.clock import from_ms
from connector.domain.model import Sequence, SequenceState, Step, StepKind, StepState
from connector.store import schema
from connector.store.changes import KEY as CHANGED
from connector.store.db import Tx
from connector.store.rows import value_of

SEQUENCES = schema.sequences
STEPS = schema.steps
MESSAGES = schema.messages
ITEMS = schema.message_items
_ENDED = (SequenceState.FINISHED.value, SequenceState.CANCELLED.value)

_INVOICES: sa.BindParameter[str] = sa.bindparam("invoices", expanding=True)
_BY_ID = sa.select(SEQUENCES).where(SEQUENCES.c.id == sa.bindparam("id"))
_OF_INVOICES = (
    sa.select(SEQUENCES)
    .where(SEQUENCES.c.invoice_id.in_(_INVOICES))
    .order_by(SEQUENCES.c.created_at, SEQUENCES.c.id)
)
_TEMPLATE_VERSIONS = sa.select(SEQUENCES.c.template_versions).where(SEQUENCES.c.id == sa.bindparam("id"))
_STEPS_OF = (
    sa.select(STEPS)
    .where(STEPS.c.sequence_id == sa.bindparam("sequence"))
    .order_by(STEPS.c.due_at, STEPS.c.id)
)
_STEPS_OF_INVOICE = (
    sa.select(STEPS)
    .where(STEPS.c.invoice_id == sa.bindparam("invoice"), STEPS.c.key != CHANGED)
    .order_by(STEPS.c.due_at, STEPS.c.id)
)
_PLANNED = (
    sa.select(
        STEPS.c.id,
        sa.func.row_number()
        .over(partition_by=STEPS.c.invoice_id, order_by=(STEPS.c.due_at, STEPS.c.id))
        .label("turn"),
    )
    .where(
        STEPS.c.invoice_id.in_(_INVOICES),
        STEPS.c.state == StepState.PLANNED.value,
        STEPS.c.kind == StepKind.MESSAGE.value,
        STEPS.c.reason.is_distinct_from("fallback_planned"),
    )
    .subquery()
)
_NEXT_STEPS = sa.select(STEPS).join(_PLANNED, _PLANNED.c.id == STEPS.c.id).where(_PLANNED.c.turn == 1)
_LAST_MESSAGES = (
    sa.select(
        ITEMS.c.invoice_id,
        MESSAGES.c.id,
        MESSAGES.c.intent_at,
        MESSAGES.c.sent_at,
        MESSAGES.c.channel,
        MESSAGES.c.stage,
        MESSAGES.c.status,
        STEPS.c.key,
    )
    .select_from(
        ITEMS.join(MESSAGES, MESSAGES.c.id == ITEMS.c.message_id).join(STEPS, STEPS.c.id == ITEMS.c.step_id)
    )
    .where(ITEMS.c.invoice_id.in_(_INVOICES))
    .order_by(MESSAGES.c.intent_at, MESSAGES.c.id)
)
_LINES = (
    sa.select(
        STEPS,
        MESSAGES.c.status.label("message_status"),
        sa.func.coalesce(MESSAGES.c.sent_at, MESSAGES.c.intent_at).label("message_at"),
    )
    .select_from(STEPS.outerjoin(MESSAGES, MESSAGES.c.id == STEPS.c.message_id))
    .where(STEPS.c.invoice_id == sa.bindparam("invoice"))
    .order_by(STEPS.c.due_at, STEPS.c.id)
)
_COUNT_PLANNED = (
    sa.select(sa.func.count())
    .select_from(STEPS)
    .where(STEPS.c.state == StepState.PLANNED.value, STEPS.c.kind == StepKind.MESSAGE.value)
)


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The newest message about an invoice that left or is leaving."""

    id: str
    at: datetime
    channel: str
    stage: str
    status: str
    key: str  # of the step that it carried


@dataclass(frozen=True, slots=True)
class Line:
    """A step with what became of its message."""

    step: Step
    reason_data: dict[str, Any] | None
    message_id: str | None
    message_status: str | None
    message_at: datetime | None


def by_id(tx: Tx, sequence_id: str) -> Sequence | None:
    row = tx.conn.execute(_BY_ID, {"id": sequence_id}).first()
    return value_of(Sequence, row._mapping) if row else None


def of_invoice(tx: Tx, invoice_id: str) -> Sequence | None:
    """The newest sequence of the invoice, ended or not."""
    return of_invoices(tx, [invoice_id]).get(invoice_id)


def live_of(tx: Tx, invoice_id: str) -> Sequence | None:
    """The sequence that has not ended, if there is one; there is at most one."""
    found = of_invoice(tx, invoice_id)
    if found is None or found.state in _ENDED:
        return None
    return found


def of_invoices(tx: Tx, invoice_ids: Iterable[str]) -> dict[str, Sequence]:
    """The newest sequence of each invoice that has any."""
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_OF_INVOICES, {"invoices": wanted})
    return {row.invoice_id: value_of(Sequence, row._mapping) for row in rows}


def template_versions(tx: Tx, sequence_id: str) -> dict[str, str]:
    """The pinned template versions by name."""
    found = tx.conn.execute(_TEMPLATE_VERSIONS, {"id": sequence_id}).scalar_one_or_none()
    return dict(found or {})


def steps_of(tx: Tx, sequence_id: str) -> list[Step]:
    """Every step of the sequence in the order of its time."""
    rows = tx.conn.execute(_STEPS_OF, {"sequence": sequence_id})
    return [value_of(Step, row._mapping) for row in rows]


def steps_of_invoice(tx: Tx, invoice_id: str) -> list[Step]:
    """Every step about the invoice in the order of its time."""
    rows = tx.conn.execute(_STEPS_OF_INVOICE, {"invoice": invoice_id})
    return [value_of(Step, row._mapping) for row in rows]


def waiting_steps(tx: Tx, *, invoice_id: str | None = None, customer_id: str | None = None) -> list[Step]:
    """Planned and held message steps of an invoice or a customer, the next first."""
    where = [
        STEPS.c.state.in_([StepState.PLANNED.value, StepState.HELD.value]),
        STEPS.c.kind == StepKind.MESSAGE.value,
    ]
    if invoice_id is not None:
        where.append(STEPS.c.invoice_id == invoice_id)
    if customer_id is not None:
        where.append(STEPS.c.customer_id == customer_id)
    rows = tx.conn.execute(sa.select(STEPS).where(*where).order_by(STEPS.c.due_at, STEPS.c.id))
    return [value_of(Step, row._mapping) for row in rows]


def next_steps(tx: Tx, invoice_ids: Iterable[str]) -> dict[str, Step]:
    """The next planned message of each invoice that has one.

    A second channel that waits behind a message is none: it goes only if that one does not arrive.
    """
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_NEXT_STEPS, {"invoices": wanted})
    return {row.invoice_id: value_of(Step, row._mapping) for row in rows}


def last_messages(tx: Tx, invoice_ids: Iterable[str]) -> dict[str, LastMessage]:
    """The newest message about each invoice that had one."""
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_LAST_MESSAGES, {"invoices": wanted})
    return {
        row.invoice_id: LastMessage(
            row.id, from_ms(row.sent_at or row.intent_at), row.channel, row.stage, row.status, row.key
        )
        for row in rows
    }


def lines_of_invoice(tx: Tx, invoice_id: str) -> list[Line]:
    """Every step about the invoice with its message, in the order of its time."""
    rows = tx.conn.execute(_LINES, {"invoice": invoice_id})
    return [
        Line(
            step=value_of(Step, row._mapping),
            reason_data=row.reason_data,
            message_id=row.message_id,
            message_status=row.message_status,
            message_at=None if row.message_at is None else from_ms(row.message_at),
        )
        for row in rows
    ]


def last_inbound_words(tx: Tx, invoice_id: str | None, customer_id: str) -> str | None:
    """The customer's newest own text, about this invoice if it is named."""
    replies = schema.replies
    where = [replies.c.customer_id == customer_id, replies.c.text.is_not(None)]
    if invoice_id is not None:
        where.append(sa.or_(replies.c.invoice_id == invoice_id, replies.c.invoice_id.is_(None)))
    return tx.conn.execute(
        sa.select(replies.c.text).where(*where).order_by(replies.c.at.desc()).limit(1)
    ).scalar_one_or_none()


def count_planned(tx: Tx) -> int:
    """How many messages are planned in all."""
    return int(tx.conn.execute(_COUNT_PLANNED).scalar_one())
