"""The steps table as a queue: what is due, who holds it, and how a claim ends.

PostgreSQL locks the address first (`FOR UPDATE SKIP LOCKED`): two workers can never take two due steps
of one phone at the same moment; on SQLite the write transaction itself is that lock.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.domain.model import StepKind, StepState
from connector.store import schema
from connector.store.db import Tx

STEPS = schema.steps
ADDRESSES = schema.addresses

# Written as literals, word for word as in the partial indexes: a bound value hides them from the planner.
_PLANNED = STEPS.c.state == sa.literal_column("'planned'")
_MESSAGE = STEPS.c.kind == sa.literal_column("'message'")
# Said twice: the first half is the condition of `ix_steps_due_others`, the second lets SQLite prefer it.
_NO_MESSAGE = sa.and_(
    STEPS.c.kind != sa.literal_column("'message'"),
    STEPS.c.kind.in_([sa.literal_column("'tick'"), sa.literal_column("'task'")]),
)
_NOWHERE = STEPS.c.address_id.is_(None)


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


def due_messages(tx: Tx, address_ids: Iterable[str], *, channels: Sequence[str]) -> list[Row[Any]]:
    """Every due message step of these addresses, oldest first, locked for this transaction."""
    query = (
        sa.select(STEPS)
        .where(
            STEPS.c.address_id.in_(list(address_ids)),
            STEPS.c.state == sa.literal_column("'planned'"),
            STEPS.c.due_at <= tx.now_ms,
            STEPS.c.kind == StepKind.MESSAGE,
            STEPS.c.channel.in_(channels),
        )
        .order_by(STEPS.c.due_at, STEPS.c.id)
    )
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return list(tx.conn.execute(query))


def due_others(tx: Tx, *, limit: int) -> list[Row[Any]]:
    """Due ticks and tasks, oldest first, locked."""
    query = (
        sa.select(STEPS)
        .where(_PLANNED, STEPS.c.due_at <= tx.now_ms, _NO_MESSAGE)
        .order_by(STEPS.c.due_at, STEPS.c.id)
        .limit(limit)
    )
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return list(tx.conn.execute(query))


def unplaced_messages(tx: Tx, *, limit: int) -> list[Row[Any]]:
    """Due message steps without an address: they cannot go anywhere until the customer has a phone."""
    query = (
        sa.select(STEPS)
        .where(_PLANNED, STEPS.c.due_at <= tx.now_ms, _MESSAGE, _NOWHERE)
        .order_by(STEPS.c.due_at)
        .limit(limit)
    )
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return list(tx.conn.execute(query))


def take(tx: Tx, message_ids: Sequence[str], *, worker: str, lease_until_m: int) -> None:
    """Marks the steps of these intents as on their way; the fence rises each time."""
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
            fence=STEPS.c.fence + 1,
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


def next_instant(tx: Tx) -> int | None:
    """The next business instant at which something is due, in ms; what is due now counts too."""
    planned = sa.select(sa.func.min(STEPS.c.due_at)).where(
        STEPS.c.state == sa.literal_column("'planned'"), STEPS.c.due_at > tx.now_ms
    )
    held = sa.select(sa.func.min(STEPS.c.hold_until)).where(
        STEPS.c.state == sa.literal_column("'unknown'"), STEPS.c.hold_until > tx.now_ms
    )
    paused = sa.select(sa.func.min(schema.sequences.c.paused_until)).where(
        schema.sequences.c.state == sa.literal_column("'paused'"), schema.sequences.c.paused_until > tx.now_ms
    )
    templates = sa.select(sa.func.min(schema.templates.c.paused_until)).where(
        schema.templates.c.paused_until > tx.now_ms
    )
    hooks = sa.select(sa.func.min(schema.emu_webhooks.c.due_at)).where(
        schema.emu_webhooks.c.done_at.is_(None), schema.emu_webhooks.c.due_at > tx.now_ms
    )
    found = [tx.conn.execute(q).scalar_one_or_none() for q in (planned, held, paused, templates, hooks)]
    return min((f for f in found if f is not None), default=None)


def anything_due(tx: Tx) -> bool:
    """Whether a message step is due: asked before the write lock is taken."""
    return (
        tx.conn.execute(
            sa.select(sa.literal(1))
            .select_from(STEPS)
            .where(
                STEPS.c.state == sa.literal_column("'planned'"),
                STEPS.c.due_at <= tx.now_ms,
                STEPS.c.kind == StepKind.MESSAGE,
                STEPS.c.address_id.is_not(None),
            )
            .limit(1)
        ).first()
        is not None
    )


def anything_to_settle(tx: Tx) -> bool:
    """Whether a tick, a task, a hold, a dead lease or the end of a pause waits."""
    questions = (
        sa.select(STEPS.c.id).where(_PLANNED, STEPS.c.due_at <= tx.now_ms, _NO_MESSAGE),
        sa.select(STEPS.c.id).where(_PLANNED, STEPS.c.due_at <= tx.now_ms, _MESSAGE, _NOWHERE),
        sa.select(STEPS.c.id).where(
            STEPS.c.state == sa.literal_column("'unknown'"), STEPS.c.hold_until <= tx.now_ms
        ),
        sa.select(STEPS.c.id).where(
            STEPS.c.state == sa.literal_column("'sending'"), STEPS.c.lease_until_m < tx.machine_ms
        ),
        sa.select(schema.sequences.c.id).where(
            schema.sequences.c.state == sa.literal_column("'paused'"),
            schema.sequences.c.paused_until <= tx.now_ms,
        ),
        sa.select(ADDRESSES.c.id).where(ADDRESSES.c.state_until <= tx.now_ms),
        sa.select(schema.templates.c.name).where(schema.templates.c.paused_until <= tx.now_ms),
    )
    return any(tx.conn.execute(q.limit(1)).first() is not None for q in questions)


def waits_for_tokens(tx: Tx) -> bool:
    """Whether due messages wait only because their sender's bucket is empty at this moment."""
    open_channels = sa.select(schema.senders.c.channel).where(schema.senders.c.state == "ok")
    return (
        tx.conn.execute(
            sa.select(sa.literal(1))
            .select_from(STEPS)
            .where(
                STEPS.c.state == sa.literal_column("'planned'"),
                STEPS.c.due_at <= tx.now_ms,
                STEPS.c.kind == StepKind.MESSAGE,
                STEPS.c.address_id.is_not(None),
                STEPS.c.channel.in_(open_channels),
            )
            .limit(1)
        ).first()
        is not None
    )
