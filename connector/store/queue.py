"""The steps table as a queue: what is due, who holds it, and how a claim ends.

PostgreSQL locks the address first (`SKIP LOCKED`): two workers can never take two due steps of one phone at
the same moment. Then it locks what the steps are about, so that what a person was told is true; on SQLite the
write transaction itself is both locks.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.domain.model import StepKind, StepState
from connector.store import locking, schema
from connector.store.db import Tx

STEPS = schema.steps
ADDRESSES = schema.addresses
INVOICES = schema.invoices

# Written as literals, word for word as in the partial indexes: a bound value hides them from the planner.
PLANNED = STEPS.c.state == sa.literal_column("'planned'")
MESSAGE = STEPS.c.kind == sa.literal_column("'message'")
# Said twice: the first half is the condition of `ix_steps_due_others`, the second lets SQLite prefer it.
NO_MESSAGE = sa.and_(
    STEPS.c.kind != sa.literal_column("'message'"),
    STEPS.c.kind.in_([sa.literal_column("'tick'"), sa.literal_column("'task'")]),
)
NOWHERE = STEPS.c.address_id.is_(None)


def due_addresses(tx: Tx, *, limit: int, channels: Sequence[str]) -> list[str]:
    """Addresses with due messages, the longest waiting first; at most `limit` steps are looked at."""
    if limit <= 0 or not channels:
        return []
    rows = tx.conn.execute(
        sa.select(STEPS.c.address_id)
        .where(
            STEPS.c.state == sa.literal_column("'planned'"),
            STEPS.c.due_at <= tx.now_ms,
            STEPS.c.kind == StepKind.MESSAGE,
            STEPS.c.channel.in_(channels),
            STEPS.c.address_id.is_not(None),
        )
        .order_by(STEPS.c.due_at)
        .limit(limit)
    ).scalars()
    return list(dict.fromkeys(rows))


def lock_addresses(tx: Tx, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """The address rows, locked; those that another worker holds at this moment are left out."""
    if not ids:
        return {}
    query = sa.select(ADDRESSES).where(ADDRESSES.c.id.in_(ids))
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return {row.id: row for row in tx.conn.execute(query)}


def _due_there(tx: Tx, address_ids: Sequence[str], channels: Sequence[str]) -> sa.ColumnElement[bool]:
    """Due message steps of these addresses."""
    return sa.and_(
        STEPS.c.address_id.in_(address_ids),
        STEPS.c.state == sa.literal_column("'planned'"),
        STEPS.c.due_at <= tx.now_ms,
        STEPS.c.kind == StepKind.MESSAGE,
        STEPS.c.channel.in_(channels),
    )


def due_invoices(tx: Tx, address_ids: Sequence[str], *, channels: Sequence[str]) -> dict[str, Row[Any]]:
    """The invoices that the due messages of these addresses are about, locked; those that somebody holds are not
    among them: a payment or a pause that is being written is heard first, and its messages go by the next claim.
    """
    about = sa.select(STEPS.c.invoice_id).where(_due_there(tx, address_ids, channels))
    ids = sorted({i for i in tx.conn.execute(about).scalars() if i is not None})
    return _locked_invoices(tx, ids)


def _locked_invoices(tx: Tx, ids: Sequence[str]) -> dict[str, Row[Any]]:
    if not ids:
        return {}
    query = sa.select(INVOICES).where(INVOICES.c.id.in_(ids)).order_by(INVOICES.c.id)
    if tx.dialect == "postgresql":
        query = query.with_for_update(key_share=True, skip_locked=True)
    return {row.id: row for row in tx.conn.execute(query)}


def due_messages(
    tx: Tx, address_ids: Sequence[str], invoice_ids: Sequence[str], *, channels: Sequence[str]
) -> list[Row[Any]]:
    """Every due message step of these addresses about these invoices or none, oldest first, locked."""
    query = (
        sa.select(STEPS)
        .where(_due_there(tx, address_ids, channels), _about(invoice_ids))
        .order_by(STEPS.c.due_at, STEPS.c.id)
    )
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return list(tx.conn.execute(query))


def _about(invoice_ids: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.or_(STEPS.c.invoice_id.is_(None), STEPS.c.invoice_id.in_(invoice_ids))


def due_others(tx: Tx, *, limit: int) -> tuple[list[Row[Any]], bool]:
    """Due ticks and tasks, oldest first, locked with their invoices; and whether somebody else holds some."""
    due = sa.and_(PLANNED, STEPS.c.due_at <= tx.now_ms, NO_MESSAGE)
    first = sa.select(STEPS.c.id, STEPS.c.invoice_id).where(due).order_by(STEPS.c.due_at, STEPS.c.id)
    found = list(tx.conn.execute(first.limit(limit)))
    if not found:
        return [], False
    ours = locking.invoices(tx, [r.invoice_id for r in found if r.invoice_id], wait=False)
    ids = [r.id for r in found if r.invoice_id is None or r.invoice_id in ours]
    query = sa.select(STEPS).where(STEPS.c.id.in_(ids), due).order_by(STEPS.c.due_at, STEPS.c.id)
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    rows = list(tx.conn.execute(query))
    return rows, len(rows) < len(found)


def unplaced_messages(tx: Tx, *, limit: int) -> list[Row[Any]]:
    """Due message steps without an address: they cannot go anywhere until the customer has a phone."""
    query = (
        sa.select(STEPS)
        .where(PLANNED, STEPS.c.due_at <= tx.now_ms, MESSAGE, NOWHERE)
        .order_by(STEPS.c.due_at)
        .limit(limit)
    )
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return list(tx.conn.execute(query))


def take(tx: Tx, message_ids: Sequence[str], *, worker: str, lease_until_m: int) -> None:
    """Marks the steps of these intents as on their way; a step's own message is its fence."""
    items, messages = schema.message_items, schema.messages
    tx.conn.execute(
        STEPS.update()
        .where(
            STEPS.c.id == items.c.step_id,
            items.c.message_id == messages.c.id,
            messages.c.id.in_(message_ids),
        )
        .values(
            state=StepState.SENDING.value,
            reason=None,
            worker=worker,
            lease_until_m=lease_until_m,
            attempt=STEPS.c.attempt + 1,
            message_id=messages.c.id,
            sender_id=messages.c.sender_id,
            updated_at=tx.now_ms,
        )
    )


def end(tx: Tx, endings: Sequence[tuple[str, StepState, str]]) -> None:
    """Ends planned steps: (step id, state, reason)."""
    if endings:
        tx.conn.execute(
            STEPS.update()
            .where(
                STEPS.c.id == sa.bindparam("step"),
                # Not `in_`: SQLAlchemy cannot expand a list when several rows are written at once.
                sa.or_(STEPS.c.state == StepState.PLANNED, STEPS.c.state == StepState.HELD),
            )
            .values(state=sa.bindparam("to"), reason=sa.bindparam("why"), updated_at=tx.now_ms),
            [{"step": s, "to": state.value, "why": why} for s, state, why in endings],
        )


def move(tx: Tx, moves: Sequence[tuple[str, int, str]]) -> None:
    """Moves planned steps to a later instant: (step id, new due_at in ms, reason)."""
    if moves:
        tx.conn.execute(
            STEPS.update()
            .where(STEPS.c.id == sa.bindparam("step"), STEPS.c.state == StepState.PLANNED)
            .values(due_at=sa.bindparam("to"), reason=sa.bindparam("why"), updated_at=tx.now_ms),
            [{"step": s, "to": to, "why": why} for s, to, why in moves],
        )


def done(tx: Tx, step_ids: Sequence[str], *, reason: str | None = None) -> None:
    """Ticks and tasks that were carried out."""
    if step_ids:
        tx.conn.execute(
            STEPS.update()
            .where(STEPS.c.id.in_(step_ids))
            .values(state=StepState.SENT, reason=reason, updated_at=tx.now_ms)
        )


def plan_again(tx: Tx, step_id: str, *, due_at: int) -> None:
    """A tick that came too early: it comes again."""
    tx.conn.execute(
        STEPS.update()
        .where(STEPS.c.id == step_id)
        .values(state=StepState.PLANNED.value, due_at=due_at, reason=None, updated_at=tx.now_ms)
    )


def steps_of_messages(tx: Tx, message_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """The steps that each message carries, by message id; a step's own `message_id` is its newest message."""
    found: dict[str, list[Row[Any]]] = {}
    if message_ids:
        items = schema.message_items
        rows = tx.conn.execute(
            sa.select(items.c.message_id.label("carried_by"), *STEPS.c)
            .join_from(items, STEPS, items.c.step_id == STEPS.c.id)
            .where(items.c.message_id.in_(message_ids))
        )
        for row in rows:
            found.setdefault(row.carried_by, []).append(row)
    return found


def expired_leases(tx: Tx, *, everything: bool = False) -> list[str]:
    """Messages whose sender died after its intent. `everything`: at the boot of a lone worker."""
    messages = schema.messages
    query = (
        sa.select(messages.c.id)
        .distinct()
        .join_from(STEPS, messages, STEPS.c.message_id == messages.c.id)
        .where(STEPS.c.state == sa.literal_column("'sending'"))
    )
    if not everything:
        query = query.where(STEPS.c.lease_until_m < tx.machine_ms)
    return list(tx.conn.execute(query).scalars())
