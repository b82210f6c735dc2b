"""What the plan waits for: whether anything is due now, and when the next thing will be. Nothing is locked."""

import sqlalchemy as sa

from connector.domain.model import StepKind, StepState
from connector.store import schema
from connector.store.db import Tx
from connector.store.queue import MESSAGE, NO_MESSAGE, NOWHERE, PLANNED

STEPS = schema.steps
ADDRESSES = schema.addresses


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
        sa.select(STEPS.c.id).where(PLANNED, STEPS.c.due_at <= tx.now_ms, NO_MESSAGE),
        sa.select(STEPS.c.id).where(PLANNED, STEPS.c.due_at <= tx.now_ms, MESSAGE, NOWHERE),
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


def waiting_on(tx: Tx, channel: str) -> int:
    """How many messages of a channel are due and cannot leave while its sender stands."""
    here = (STEPS.c.state.in_([StepState.PLANNED, StepState.SENDING]), STEPS.c.due_at <= tx.now_ms, MESSAGE)
    count = sa.select(sa.func.count()).where(
        *here, STEPS.c.channel == channel, STEPS.c.address_id.is_not(None)
    )
    return int(tx.conn.execute(count).scalar_one())
