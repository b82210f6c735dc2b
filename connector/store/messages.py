"""Messages: intents, what the provider answered, and statuses that never go back."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.domain.holds import AWAITS_WORD, NEVER_KNOWN
from connector.domain.model import STATUS_RANK, MessageStatus, StepState
from connector.store import locking, many, schema
from connector.store.db import Tx

MESSAGES = schema.messages
ITEMS = schema.message_items
STEPS = schema.steps

# Word for word as in the partial index `ix_messages_open`: a bound value hides it from the planner.
_OPEN = sa.text("messages.status IN ('sending','unknown')")

_INSTANTS = {
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.READ: "read_at",
    MessageStatus.FAILED: "failed_at",
}


def insert_intents(tx: Tx, rows: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]]) -> None:
    """Commits us to the calls that follow: one row per message, one item per step that it carries."""
    many.insert(tx, MESSAGES, rows)
    many.insert(tx, ITEMS, items)


def by_ids(tx: Tx, ids: Sequence[str]) -> dict[str, Row[Any]]:
    if not ids:
        return {}
    return {r.id: r for r in tx.conn.execute(sa.select(MESSAGES).where(MESSAGES.c.id.in_(ids)))}


def locked(tx: Tx, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """The messages, locked in one order for everybody: answers and statuses of one message may meet."""
    query = sa.select(MESSAGES).where(MESSAGES.c.id.in_(sorted(ids))).order_by(MESSAGES.c.id)
    if tx.dialect == "postgresql":
        query = query.with_for_update()
    return {r.id: r for r in tx.conn.execute(query)}


def by_provider_ids(tx: Tx, provider: str, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Messages by the provider's own ids."""
    if not ids:
        return {}
    rows = tx.conn.execute(
        sa.select(MESSAGES).where(MESSAGES.c.provider == provider, MESSAGES.c.provider_id.in_(ids))
    )
    return {r.provider_id: r for r in rows}


def accepted(tx: Tx, answers: Sequence[tuple[str, str | None]]) -> None:
    """The provider took these messages: (message id, provider's id). A higher status stays as it is."""
    if tx.dialect == "postgresql":
        pairs = many.pairs(answers, "message", "theirs")
        tx.conn.execute(_taken(tx, pairs.c.message, pairs.c.theirs))
        return
    tx.conn.execute(
        _taken(tx, sa.bindparam("message"), sa.bindparam("theirs", type_=sa.String)),
        [{"message": m, "theirs": p} for m, p in answers],
    )


def _taken(tx: Tx, message: sa.ColumnElement[str], theirs: sa.ColumnElement[str]) -> sa.Update:
    return (
        MESSAGES.update()
        .where(MESSAGES.c.id == message)
        .values(
            provider_id=sa.func.coalesce(MESSAGES.c.provider_id, theirs),
            sent_at=sa.func.coalesce(MESSAGES.c.sent_at, tx.now_ms),
            status=sa.case((MESSAGES.c.rank < 1, MessageStatus.SENT.value), else_=MESSAGES.c.status),
            rank=sa.case((MESSAGES.c.rank < 1, 1), else_=MESSAGES.c.rank),
        )
    )


def _carried_by(message_ids: Sequence[str]) -> sa.ColumnElement[bool]:
    """Steps whose present message is one of these; found through the items, which are indexed."""
    carried = sa.select(ITEMS.c.step_id).where(ITEMS.c.message_id.in_(message_ids))
    return sa.and_(STEPS.c.id.in_(carried), STEPS.c.message_id.in_(message_ids))


def steps_sent(tx: Tx, message_ids: Sequence[str]) -> None:
    """The steps of accepted messages are done, also those that were unknown, held, given up or to be sent again."""
    on_its_way = STEPS.c.state.in_([StepState.SENDING, StepState.UNKNOWN, StepState.HELD, StepState.PLANNED])
    in_doubt = sa.or_(STEPS.c.reason == NEVER_KNOWN, STEPS.c.resend)
    tx.conn.execute(
        STEPS.update()
        .where(
            _carried_by(message_ids),
            sa.or_(on_its_way, sa.and_(STEPS.c.state == StepState.CANCELLED, in_doubt)),
        )
        .values(state=StepState.SENT.value, reason=None, hold_until=None, updated_at=tx.now_ms)
    )


def refused(tx: Tx, message_id: str, *, code: str | None, title: str | None, answer: str | None) -> None:
    """This attempt is over and did not reach anybody."""
    tx.conn.execute(
        MESSAGES.update()
        .where(MESSAGES.c.id == message_id, MESSAGES.c.rank < STATUS_RANK[MessageStatus.FAILED])
        .values(
            status=MessageStatus.FAILED.value,
            rank=STATUS_RANK[MessageStatus.FAILED],
            failed_at=tx.now_ms,
            error_code=code,
            error_title=title,
            answer=answer,
        )
    )


def unknown(tx: Tx, message_ids: Sequence[str], *, hold_until: int, answer: str | None = None) -> None:
    """It may have been accepted: message and steps wait for the provider's word until `hold_until`."""
    if not message_ids:
        return
    tx.conn.execute(
        MESSAGES.update()
        .where(MESSAGES.c.id.in_(message_ids), MESSAGES.c.rank == 0)
        .values(status=MessageStatus.UNKNOWN.value, hold_until=hold_until, answer=answer)
    )
    tx.conn.execute(
        STEPS.update()
        .where(_carried_by(message_ids), STEPS.c.state == StepState.SENDING)
        .values(
            state=StepState.UNKNOWN.value,
            reason=AWAITS_WORD,
            hold_until=hold_until,
            updated_at=tx.now_ms,
        )
    )


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
    over = sa.and_(STEPS.c.state == sa.literal_column("'unknown'"), STEPS.c.hold_until <= tx.now_ms)
    first = sa.select(STEPS.c.id, STEPS.c.invoice_id).where(over).order_by(STEPS.c.hold_until).limit(limit)
    found = list(tx.conn.execute(first))
    ours = locking.invoices(tx, [r.invoice_id for r in found if r.invoice_id], wait=False)
    ids = [r.id for r in found if r.invoice_id is None or r.invoice_id in ours]
    if not ids:
        return []
    query = (
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
        .where(STEPS.c.id.in_(ids), over)
        .order_by(STEPS.c.hold_until)
    )
    if tx.dialect == "postgresql":
        query = query.with_for_update(of=(STEPS, MESSAGES), skip_locked=True)
    return list(tx.conn.execute(query))


def set_statuses(tx: Tx, updates: Sequence[tuple[str, MessageStatus, int, str | None]]) -> None:
    """Raises statuses: (message id, status, instant in ms, provider's id). Callers have checked the rank."""
    for status, column in _INSTANTS.items():
        rows = [u for u in updates if u[1] is status]
        if rows:
            tx.conn.execute(
                MESSAGES.update()
                .where(MESSAGES.c.id == sa.bindparam("message"), MESSAGES.c.rank < STATUS_RANK[status])
                .values(
                    {
                        "status": status.value,
                        "rank": STATUS_RANK[status],
                        column: sa.bindparam("when"),
                        "provider_id": sa.func.coalesce(
                            MESSAGES.c.provider_id, sa.bindparam("theirs", type_=sa.String)
                        ),
                        "sent_at": sa.func.coalesce(MESSAGES.c.sent_at, sa.bindparam("when")),
                    }
                ),
                [{"message": m, "when": at, "theirs": theirs} for m, _, at, theirs in rows],
            )


def cancel_fallbacks(tx: Tx, step_ids: Sequence[str], *, reason: str) -> None:
    """The first channel arrived: the planned second one is not needed."""
    if not step_ids:
        return
    first = sa.alias(STEPS)
    twins = (
        sa.select(STEPS.c.id)
        .join_from(
            first,
            STEPS,
            sa.and_(
                STEPS.c.sequence_id == first.c.sequence_id,
                STEPS.c.plan_no == first.c.plan_no,
                STEPS.c.key == first.c.key,
                STEPS.c.channel != first.c.channel,
            ),
        )
        .where(first.c.id.in_(step_ids), STEPS.c.state.in_([StepState.PLANNED, StepState.HELD]))
    )
    found = list(tx.conn.execute(twins).scalars())
    if found:
        tx.conn.execute(
            STEPS.update()
            .where(STEPS.c.id.in_(found))
            .values(state=StepState.CANCELLED.value, reason=reason, updated_at=tx.now_ms)
        )


def twin_of(tx: Tx, step: Row[Any]) -> Row[Any] | None:
    """The same step on another channel, if it is planned, sent or was."""
    return tx.conn.execute(
        sa.select(STEPS).where(
            STEPS.c.sequence_id == step.sequence_id,
            STEPS.c.plan_no == step.plan_no,
            STEPS.c.key == step.key,
            STEPS.c.channel != step.channel,
        )
    ).first()


def unknown_until(tx: Tx, message_ids: Sequence[str], *, hold_until: int) -> None:
    """Moves the end of holds."""
    tx.conn.execute(
        MESSAGES.update()
        .where(MESSAGES.c.id.in_(message_ids), MESSAGES.c.status == MessageStatus.UNKNOWN)
        .values(hold_until=hold_until)
    )
    tx.conn.execute(
        STEPS.update()
        .where(_carried_by(message_ids), STEPS.c.state == StepState.UNKNOWN)
        .values(hold_until=hold_until)
    )


def mark_also_delivered(tx: Tx, message_ids: Sequence[str]) -> None:
    """A first message that arrived after its stand-in had left: reported, never hidden."""
    if message_ids:
        tx.conn.execute(MESSAGES.update().where(MESSAGES.c.id.in_(message_ids)).values(also_delivered=True))


def stand_ins_sent(tx: Tx, step_ids: Sequence[str]) -> set[str]:
    """Of these steps, the ones whose stand-in on another channel has left already."""
    if not step_ids:
        return set()
    first = sa.alias(STEPS)
    rows = tx.conn.execute(
        sa.select(first.c.id)
        .join_from(
            first,
            STEPS,
            sa.and_(
                STEPS.c.sequence_id == first.c.sequence_id,
                STEPS.c.plan_no == first.c.plan_no,
                STEPS.c.key == first.c.key,
                STEPS.c.channel != first.c.channel,
            ),
        )
        .where(
            first.c.id.in_(step_ids),
            STEPS.c.state.in_([StepState.SENDING, StepState.UNKNOWN, StepState.SENT]),
        )
    )
    return set(rows.scalars())
