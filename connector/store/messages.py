"""Messages: intents, what the provider answered, and statuses that never go back."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.domain.holds import AWAITS_WORD, NEVER_KNOWN
from connector.domain.model import STATUS_RANK, MessageStatus, StepState
from connector.store import locking, many, schema
from connector.store.db import Tx
from connector.store.present import NOW

MESSAGES = schema.messages
ITEMS = schema.message_items
STEPS = schema.steps

# Word for word as in the partial index `ix_messages_open`: a bound value hides it from the planner.
_OPEN = sa.text("messages.status IN ('sending','unknown')")
_THESE: sa.BindParameter[str] = sa.bindparam("messages", expanding=True)

_BY_IDS = sa.select(MESSAGES).where(MESSAGES.c.id.in_(_THESE))
_LOCKED = _BY_IDS.order_by(MESSAGES.c.id).with_for_update()
_BY_PROVIDER_IDS = sa.select(MESSAGES).where(
    MESSAGES.c.provider == sa.bindparam("provider"),
    MESSAGES.c.provider_id.in_(sa.bindparam("theirs", expanding=True)),
)

# Steps whose present message is one of these; found through the items, which are indexed.
_CARRIED = sa.and_(
    STEPS.c.id.in_(sa.select(ITEMS.c.step_id).where(ITEMS.c.message_id.in_(_THESE))),
    STEPS.c.message_id.in_(_THESE),
)
_STEPS_SENT = (
    STEPS.update()
    .where(
        _CARRIED,
        sa.or_(
            STEPS.c.state.in_([StepState.SENDING, StepState.UNKNOWN, StepState.HELD, StepState.PLANNED]),
            sa.and_(
                STEPS.c.state == StepState.CANCELLED,
                sa.or_(STEPS.c.reason == NEVER_KNOWN, STEPS.c.resend),
            ),
        ),
    )
    .values(state=StepState.SENT.value, reason=None, hold_until=None, updated_at=NOW)
)
_REFUSED = (
    MESSAGES.update()
    .where(MESSAGES.c.id == sa.bindparam("message"), MESSAGES.c.rank < STATUS_RANK[MessageStatus.FAILED])
    .values(
        status=MessageStatus.FAILED.value,
        rank=STATUS_RANK[MessageStatus.FAILED],
        failed_at=NOW,
        error_code=sa.bindparam("code"),
        error_title=sa.bindparam("title"),
        answer=sa.bindparam("told"),
    )
)
_UNKNOWN = (
    MESSAGES.update()
    .where(MESSAGES.c.id.in_(_THESE), MESSAGES.c.rank == 0)
    .values(status=MessageStatus.UNKNOWN.value, hold_until=sa.bindparam("until"), answer=sa.bindparam("told"))
)
_STEPS_UNKNOWN = (
    STEPS.update()
    .where(_CARRIED, STEPS.c.state == StepState.SENDING)
    .values(
        state=StepState.UNKNOWN.value, reason=AWAITS_WORD, hold_until=sa.bindparam("until"), updated_at=NOW
    )
)
_HELD_UNTIL = (
    MESSAGES.update()
    .where(MESSAGES.c.id.in_(_THESE), MESSAGES.c.status == MessageStatus.UNKNOWN)
    .values(hold_until=sa.bindparam("until"))
)
_STEPS_HELD_UNTIL = (
    STEPS.update()
    .where(_CARRIED, STEPS.c.state == StepState.UNKNOWN)
    .values(hold_until=sa.bindparam("until"))
)
_ALSO_DELIVERED = MESSAGES.update().where(MESSAGES.c.id.in_(_THESE)).values(also_delivered=True)

_OVER = sa.and_(STEPS.c.state == sa.literal_column("'unknown'"), STEPS.c.hold_until <= NOW)
_FIRST_OVER = (
    sa.select(STEPS.c.id, STEPS.c.invoice_id)
    .where(_OVER)
    .order_by(STEPS.c.hold_until)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_HOLD_OVER = (
    sa.select(
        MESSAGES,
        STEPS.c.id.label("step_id"),
        STEPS.c.resend,
        STEPS.c.sequence_id.label("step_sequence_id"),
        STEPS.c.stage.label("step_stage"),
        schema.invoices.c.status.label("invoice_status"),
    )
    .join_from(STEPS, MESSAGES, STEPS.c.message_id == MESSAGES.c.id)
    .outerjoin(schema.invoices, schema.invoices.c.id == STEPS.c.invoice_id)
    .where(STEPS.c.id.in_(sa.bindparam("steps", expanding=True)), _OVER)
    .order_by(STEPS.c.hold_until)
    .with_for_update(of=(STEPS, MESSAGES), skip_locked=True)
)

# Each of these steps beside its twin, the same step on another channel.
_FIRST = sa.alias(STEPS)
_TWINS = sa.join(
    _FIRST,
    STEPS,
    sa.and_(
        STEPS.c.sequence_id == _FIRST.c.sequence_id,
        STEPS.c.plan_no == _FIRST.c.plan_no,
        STEPS.c.key == _FIRST.c.key,
        STEPS.c.channel != _FIRST.c.channel,
    ),
)
_OF_STEPS = _FIRST.c.id.in_(sa.bindparam("steps", expanding=True))
_WAITING_TWINS = (
    sa.select(STEPS.c.id)
    .select_from(_TWINS)
    .where(_OF_STEPS, STEPS.c.state.in_([StepState.PLANNED, StepState.HELD]))
)
_HAVE_SENT_TWINS = (
    sa.select(_FIRST.c.id)
    .select_from(_TWINS)
    .where(_OF_STEPS, STEPS.c.state.in_([StepState.SENDING, StepState.UNKNOWN, StepState.SENT]))
)
_CANCELLED = (
    STEPS.update()
    .where(STEPS.c.id.in_(sa.bindparam("steps", expanding=True)))
    .values(state=StepState.CANCELLED.value, reason=sa.bindparam("why"), updated_at=NOW)
)

_INSTANTS = {
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.READ: "read_at",
    MessageStatus.FAILED: "failed_at",
}
_RAISED = {
    status: MESSAGES.update()
    .where(MESSAGES.c.id == sa.bindparam("message"), MESSAGES.c.rank < STATUS_RANK[status])
    .values(
        {
            "status": status.value,
            "rank": STATUS_RANK[status],
            column: sa.bindparam("when"),
            "provider_id": sa.func.coalesce(MESSAGES.c.provider_id, sa.bindparam("theirs", type_=sa.String)),
            "sent_at": sa.func.coalesce(MESSAGES.c.sent_at, sa.bindparam("when")),
        }
    )
    for status, column in _INSTANTS.items()
}


def insert_intents(tx: Tx, rows: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]]) -> None:
    """Commits us to the calls that follow: one row per message, one item per step that it carries."""
    many.insert(tx, MESSAGES, rows)
    many.insert(tx, ITEMS, items)


def by_ids(tx: Tx, ids: Sequence[str]) -> dict[str, Row[Any]]:
    if not ids:
        return {}
    return {r.id: r for r in tx.conn.execute(_BY_IDS, {"messages": ids})}


def locked(tx: Tx, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """The messages, locked in one order for everybody: answers and statuses of one message may meet."""
    return {r.id: r for r in tx.conn.execute(_LOCKED, {"messages": sorted(ids)})}


def by_provider_ids(tx: Tx, provider: str, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Messages by the provider's own ids."""
    if not ids:
        return {}
    rows = tx.conn.execute(_BY_PROVIDER_IDS, {"provider": provider, "theirs": ids})
    return {r.provider_id: r for r in rows}


def accepted(tx: Tx, answers: Sequence[tuple[str, str | None]]) -> None:
    """The provider took these messages: (message id, provider's id). A higher status stays as it is."""
    if tx.dialect == "postgresql":
        pairs = many.pairs(answers, "message", "theirs")
        tx.conn.execute(_taken(pairs.c.message, pairs.c.theirs), {"now": tx.now_ms})
        return
    tx.conn.execute(_TAKEN, [{"message": m, "theirs": p, "now": tx.now_ms} for m, p in answers])


def _taken(message: sa.ColumnElement[str], theirs: sa.ColumnElement[str]) -> sa.Update:
    return (
        MESSAGES.update()
        .where(MESSAGES.c.id == message)
        .values(
            provider_id=sa.func.coalesce(MESSAGES.c.provider_id, theirs),
            sent_at=sa.func.coalesce(MESSAGES.c.sent_at, NOW),
            status=sa.case((MESSAGES.c.rank < 1, MessageStatus.SENT.value), else_=MESSAGES.c.status),
            rank=sa.case((MESSAGES.c.rank < 1, 1), else_=MESSAGES.c.rank),
        )
    )


_TAKEN = _taken(sa.bindparam("message"), sa.bindparam("theirs", type_=sa.String))


def steps_sent(tx: Tx, message_ids: Sequence[str]) -> None:
    """The steps of accepted messages are done, also those that were unknown, held, given up or to be sent again."""
    tx.conn.execute(_STEPS_SENT, {"messages": message_ids, "now": tx.now_ms})


def refused(tx: Tx, message_id: str, *, code: str | None, title: str | None, answer: str | None) -> None:
    """This attempt is over and did not reach anybody."""
    told = {"code": code, "title": title, "told": answer}
    tx.conn.execute(_REFUSED, {"message": message_id, "now": tx.now_ms} | told)


def unknown(tx: Tx, message_ids: Sequence[str], *, hold_until: int, answer: str | None = None) -> None:
    """It may have been accepted: message and steps wait for the provider's word until `hold_until`."""
    if not message_ids:
        return
    held = {"messages": message_ids, "until": hold_until}
    tx.conn.execute(_UNKNOWN, held | {"told": answer})
    tx.conn.execute(_STEPS_UNKNOWN, held | {"now": tx.now_ms})


def restart_holds(tx: Tx, *, hold_until: int) -> int:
    """At boot every hold begins anew: while we were away no webhook could reach us.

    What another worker settles at this moment needs no hold any more.
    """
    query = sa.select(MESSAGES.c.id).where(_OPEN, MESSAGES.c.status == MessageStatus.UNKNOWN)
    if tx.dialect == "postgresql":
        query = query.order_by(MESSAGES.c.id).with_for_update(skip_locked=True)
    ids = list(tx.conn.execute(query).scalars())
    for place in range(0, len(ids), 1000):
        unknown_until(tx, ids[place : place + 1000], hold_until=hold_until)
    return len(ids)


def hold_over(tx: Tx, *, limit: int) -> list[Row[Any]]:
    """Messages of unknown outcome whose hold is over and whose steps still wait, locked with their invoices."""
    found = list(tx.conn.execute(_FIRST_OVER, {"now": tx.now_ms, "limit": limit}))
    ours = locking.invoices(tx, [r.invoice_id for r in found if r.invoice_id], wait=False)
    ids = [r.id for r in found if r.invoice_id is None or r.invoice_id in ours]
    if not ids:
        return []
    return list(tx.conn.execute(_HOLD_OVER, {"steps": ids, "now": tx.now_ms}))


def set_statuses(tx: Tx, updates: Sequence[tuple[str, MessageStatus, int, str | None]]) -> None:
    """Raises statuses: (message id, status, instant in ms, provider's id). Callers have checked the rank."""
    for status, raised in _RAISED.items():
        rows = [u for u in updates if u[1] is status]
        if rows:
            tx.conn.execute(
                raised, [{"message": m, "when": at, "theirs": theirs} for m, _, at, theirs in rows]
            )


def cancel_fallbacks(tx: Tx, step_ids: Sequence[str], *, reason: str) -> None:
    """The first channel arrived: the planned second one is not needed."""
    if not step_ids:
        return
    found = list(tx.conn.execute(_WAITING_TWINS, {"steps": step_ids}).scalars())
    if found:
        tx.conn.execute(_CANCELLED, {"steps": found, "why": reason, "now": tx.now_ms})


def unknown_until(tx: Tx, message_ids: Sequence[str], *, hold_until: int) -> None:
    """Moves the end of holds."""
    held = {"messages": message_ids, "until": hold_until}
    tx.conn.execute(_HELD_UNTIL, held)
    tx.conn.execute(_STEPS_HELD_UNTIL, held)


def mark_also_delivered(tx: Tx, message_ids: Sequence[str]) -> None:
    """A first message that arrived after its stand-in had left: reported, never hidden."""
    if message_ids:
        tx.conn.execute(_ALSO_DELIVERED, {"messages": message_ids})


def stand_ins_sent(tx: Tx, step_ids: Sequence[str]) -> set[str]:
    """Of these steps, the ones whose stand-in on another channel has left already."""
    if not step_ids:
        return set()
    return set(tx.conn.execute(_HAVE_SENT_TWINS, {"steps": step_ids}).scalars())
