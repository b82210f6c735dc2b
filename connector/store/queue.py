"""The steps table as a queue: what is due, who holds it, and how a claim ends.

PostgreSQL locks the address first (`SKIP LOCKED`): two workers can never take two due steps of one phone at
the same moment. Then it locks what the steps are about, so that what a person was told is true; on SQLite the
write transaction itself is both locks, and its statements leave the FOR UPDATE out.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.domain.model import StepState
from connector.store import locking, schema
from connector.store.db import Tx
from connector.store.present import MACHINE, NOW

STEPS = schema.steps
ADDRESSES = schema.addresses
INVOICES = schema.invoices
ITEMS = schema.message_items
MESSAGES = schema.messages

# Written as literals, word for word as in the partial indexes: a bound value hides them from the planner.
PLANNED = STEPS.c.state == sa.literal_column("'planned'")
MESSAGE = STEPS.c.kind == sa.literal_column("'message'")
# Said twice: the first half is the condition of `ix_steps_due_others`, the second lets SQLite prefer it.
NO_MESSAGE = sa.and_(
    STEPS.c.kind != sa.literal_column("'message'"),
    STEPS.c.kind.in_([sa.literal_column("'tick'"), sa.literal_column("'task'")]),
)
NOWHERE = STEPS.c.address_id.is_(None)

_IDS = sa.bindparam("ids", type_=sa.String, expanding=True)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)
_DUE = sa.and_(PLANNED, STEPS.c.due_at <= NOW)
_DUE_MESSAGE = sa.and_(_DUE, MESSAGE, STEPS.c.channel.in_(sa.bindparam("channels", expanding=True)))
_DUE_OTHER = sa.and_(_DUE, NO_MESSAGE)
_DUE_THERE = sa.and_(STEPS.c.address_id.in_(sa.bindparam("addresses", expanding=True)), _DUE_MESSAGE)

_DUE_ADDRESSES = (
    sa.select(STEPS.c.address_id)
    .where(_DUE_MESSAGE, STEPS.c.address_id.is_not(None))
    .order_by(STEPS.c.due_at)
    .limit(_LIMIT)
)


def due_addresses(tx: Tx, *, limit: int, channels: Sequence[str]) -> list[str]:
    """Addresses with due messages, the longest waiting first; at most `limit` steps are looked at."""
    if limit <= 0 or not channels:
        return []
    asked = {"now": tx.now_ms, "channels": channels, "limit": limit}
    return list(dict.fromkeys(tx.conn.execute(_DUE_ADDRESSES, asked).scalars()))


_LOCK_ADDRESSES = sa.select(ADDRESSES).where(ADDRESSES.c.id.in_(_IDS)).with_for_update(skip_locked=True)


def lock_addresses(tx: Tx, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """The address rows, locked; those that another worker holds at this moment are left out."""
    if not ids:
        return {}
    return {row.id: row for row in tx.conn.execute(_LOCK_ADDRESSES, {"ids": ids})}


_ABOUT_DUE = sa.select(STEPS.c.invoice_id).where(_DUE_THERE)


def due_invoices(tx: Tx, address_ids: Sequence[str], *, channels: Sequence[str]) -> dict[str, Row[Any]]:
    """The invoices that the due messages of these addresses are about, locked; those that somebody holds are not
    among them: a payment or a pause that is being written is heard first, and its messages go by the next claim.
    """
    there = {"now": tx.now_ms, "addresses": address_ids, "channels": channels}
    ids = sorted({i for i in tx.conn.execute(_ABOUT_DUE, there).scalars() if i is not None})
    return _locked_invoices(tx, ids)


_LOCK_INVOICES = (
    sa.select(INVOICES)
    .where(INVOICES.c.id.in_(_IDS))
    .order_by(INVOICES.c.id)
    .with_for_update(key_share=True, skip_locked=True)
)


def _locked_invoices(tx: Tx, ids: Sequence[str]) -> dict[str, Row[Any]]:
    if not ids:
        return {}
    return {row.id: row for row in tx.conn.execute(_LOCK_INVOICES, {"ids": ids})}


_ABOUT = sa.or_(
    STEPS.c.invoice_id.is_(None), STEPS.c.invoice_id.in_(sa.bindparam("invoices", expanding=True))
)
_DUE_MESSAGES = (
    sa.select(STEPS)
    .where(_DUE_THERE, _ABOUT)
    .order_by(STEPS.c.due_at, STEPS.c.id)
    .with_for_update(skip_locked=True)
)


def due_messages(
    tx: Tx, address_ids: Sequence[str], invoice_ids: Sequence[str], *, channels: Sequence[str]
) -> list[Row[Any]]:
    """Every due message step of these addresses about these invoices or none, oldest first, locked."""
    there = {"now": tx.now_ms, "addresses": address_ids, "channels": channels, "invoices": invoice_ids}
    return list(tx.conn.execute(_DUE_MESSAGES, there))


_DUE_OTHERS = (
    sa.select(STEPS.c.id, STEPS.c.invoice_id)
    .where(_DUE_OTHER)
    .order_by(STEPS.c.due_at, STEPS.c.id)
    .limit(_LIMIT)
)
_LOCK_OTHERS = (
    sa.select(STEPS)
    .where(STEPS.c.id.in_(_IDS), _DUE_OTHER)
    .order_by(STEPS.c.due_at, STEPS.c.id)
    .with_for_update(skip_locked=True)
)


def due_others(tx: Tx, *, limit: int) -> tuple[list[Row[Any]], bool]:
    """Due ticks and tasks, oldest first, locked with their invoices; and whether somebody else holds some."""
    found = list(tx.conn.execute(_DUE_OTHERS, {"now": tx.now_ms, "limit": limit}))
    if not found:
        return [], False
    ours = locking.invoices(tx, [r.invoice_id for r in found if r.invoice_id], wait=False)
    ids = [r.id for r in found if r.invoice_id is None or r.invoice_id in ours]
    rows = list(tx.conn.execute(_LOCK_OTHERS, {"now": tx.now_ms, "ids": ids}))
    return rows, len(rows) < len(found)


_UNPLACED = (
    sa.select(STEPS)
    .where(_DUE, MESSAGE, NOWHERE)
    .order_by(STEPS.c.due_at)
    .limit(_LIMIT)
    .with_for_update(skip_locked=True)
)


def unplaced_messages(tx: Tx, *, limit: int) -> list[Row[Any]]:
    """Due message steps without an address: they cannot go anywhere until the customer has a phone."""
    return list(tx.conn.execute(_UNPLACED, {"now": tx.now_ms, "limit": limit}))


_TAKE = (
    STEPS.update()
    .where(STEPS.c.id == ITEMS.c.step_id, ITEMS.c.message_id == MESSAGES.c.id, MESSAGES.c.id.in_(_IDS))
    .values(
        state=StepState.SENDING.value,
        reason=None,
        worker=sa.bindparam("by"),
        lease_until_m=sa.bindparam("until"),
        attempt=STEPS.c.attempt + 1,
        message_id=MESSAGES.c.id,
        sender_id=MESSAGES.c.sender_id,
        updated_at=NOW,
    )
)


def take(tx: Tx, message_ids: Sequence[str], *, worker: str, lease_until_m: int) -> None:
    """Marks the steps of these intents as on their way; a step's own message is its fence."""
    taken = {"ids": message_ids, "by": worker, "until": lease_until_m, "now": tx.now_ms}
    tx.conn.execute(_TAKE, taken)


_END = (
    STEPS.update()
    .where(
        STEPS.c.id == sa.bindparam("step"),
        # Not `in_`: SQLAlchemy cannot expand a list when several rows are written at once.
        sa.or_(STEPS.c.state == StepState.PLANNED, STEPS.c.state == StepState.HELD),
    )
    .values(state=sa.bindparam("to"), reason=sa.bindparam("why"), updated_at=NOW)
)


def end(tx: Tx, endings: Sequence[tuple[str, StepState, str]]) -> None:
    """Ends planned steps: (step id, state, reason)."""
    if endings:
        now = tx.now_ms
        tx.conn.execute(
            _END, [{"step": s, "to": state.value, "why": why, "now": now} for s, state, why in endings]
        )


_MOVE = (
    STEPS.update()
    .where(STEPS.c.id == sa.bindparam("step"), STEPS.c.state == StepState.PLANNED)
    .values(due_at=sa.bindparam("to"), reason=sa.bindparam("why"), updated_at=NOW)
)


def move(tx: Tx, moves: Sequence[tuple[str, int, str]]) -> None:
    """Moves planned steps to a later instant: (step id, new due_at in ms, reason)."""
    if moves:
        now = tx.now_ms
        tx.conn.execute(_MOVE, [{"step": s, "to": to, "why": why, "now": now} for s, to, why in moves])


_DONE = (
    STEPS.update()
    .where(STEPS.c.id.in_(_IDS))
    .values(state=StepState.SENT, reason=sa.bindparam("why"), updated_at=NOW)
)


def done(tx: Tx, step_ids: Sequence[str], *, reason: str | None = None) -> None:
    """Ticks and tasks that were carried out."""
    if step_ids:
        tx.conn.execute(_DONE, {"ids": step_ids, "why": reason, "now": tx.now_ms})


_PLAN_AGAIN = (
    STEPS.update()
    .where(STEPS.c.id == sa.bindparam("step"))
    .values(state=StepState.PLANNED.value, due_at=sa.bindparam("to"), reason=None, updated_at=NOW)
)


def plan_again(tx: Tx, step_id: str, *, due_at: int) -> None:
    """A tick that came too early: it comes again."""
    tx.conn.execute(_PLAN_AGAIN, {"step": step_id, "to": due_at, "now": tx.now_ms})


_CARRIED = (
    sa.select(ITEMS.c.message_id.label("carried_by"), *STEPS.c)
    .join_from(ITEMS, STEPS, ITEMS.c.step_id == STEPS.c.id)
    .where(ITEMS.c.message_id.in_(_IDS))
)


def steps_of_messages(tx: Tx, message_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """The steps that each message carries, by message id; a step's own `message_id` is its newest message."""
    found: dict[str, list[Row[Any]]] = {}
    if message_ids:
        for row in tx.conn.execute(_CARRIED, {"ids": message_ids}):
            found.setdefault(row.carried_by, []).append(row)
    return found


_ON_THEIR_WAY = (
    sa.select(MESSAGES.c.id)
    .distinct()
    .join_from(STEPS, MESSAGES, STEPS.c.message_id == MESSAGES.c.id)
    .where(STEPS.c.state == sa.literal_column("'sending'"))
)
_LEASE_OVER = _ON_THEIR_WAY.where(STEPS.c.lease_until_m < MACHINE)


def expired_leases(tx: Tx, *, everything: bool = False) -> list[str]:
    """Messages whose sender died after its intent. `everything`: at the boot of a lone worker."""
    query = _ON_THEIR_WAY if everything else _LEASE_OVER
    return list(tx.conn.execute(query, {"machine": tx.machine_ms}).scalars())
