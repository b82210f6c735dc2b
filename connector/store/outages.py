"""Heartbeats and the outages that their gaps show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.clock import from_ms, to_ms
from connector.domain.model import StepKind, StepState
from connector.store import control, schema
from connector.store.db import Tx
from connector.store.present import MACHINE

BEATS = schema.heartbeats
OUTAGES = schema.blackouts
STEPS = schema.steps
GAP = timedelta(minutes=5)
# Time alone decides what waits for one of these; anything else waits for a person, and no report does that.
_GOES_ON = (
    "quiet_hours",
    "sunday",
    "holiday",
    "minimum_gap",
    "cap_7_days",
    "settling",
    "retry_later",
    "resent_once",
    "fallback_planned",
    "reply_window_over",
)


_LAST_BEAT = sa.select(BEATS).order_by(BEATS.c.at_m.desc()).limit(1)
_BEAT = (
    BEATS.update()
    .where(BEATS.c.worker == sa.bindparam("who"))
    .values(at=sa.bindparam("business"), at_m=MACHINE)
)
_OPEN = sa.select(OUTAGES).where(OUTAGES.c.cause == sa.bindparam("cause"), OUTAGES.c.to_at.is_(None))
_UNREPORTED = sa.select(OUTAGES).where(OUTAGES.c.reported_at.is_(None), OUTAGES.c.to_at.is_not(None))


def last_beat(tx: Tx) -> Row[Any] | None:
    """The newest heartbeat of any worker."""
    return tx.conn.execute(_LAST_BEAT).first()


def beat(tx: Tx, worker: str, *, at: datetime | None = None) -> None:
    """Says that this worker lives, at this business time (now, or where the clock goes) and machine time."""
    business = tx.now_ms if at is None else to_ms(at)
    done = tx.conn.execute(_BEAT, {"who": worker, "business": business, "machine": tx.machine_ms})
    if done.rowcount == 0:
        tx.conn.execute(BEATS.insert().values(worker=worker, at=business, at_m=tx.machine_ms))


def forget_beats(tx: Tx, *, older_than_ms: int) -> None:
    """Drops the rows of workers that ended long ago."""
    tx.conn.execute(BEATS.delete().where(BEATS.c.at_m < older_than_ms))


def begin(tx: Tx, cause: str, since: datetime, until: datetime | None = None) -> None:
    """Notes an outage; one of the same cause that is still open is not noted twice."""
    control.lock(tx)
    if until is None and _open(tx, cause) is not None:
        return
    tx.conn.execute(
        OUTAGES.insert().values(
            id=tx.ids.new("out"),
            cause=cause,
            from_at=to_ms(since),
            to_at=None if until is None else to_ms(until),
            late=0,
            superseded=0,
            lost=0,
            doubled=0,
        )
    )


def finish(tx: Tx, cause: str) -> None:
    """Ends the open outage of this cause; one under five minutes is forgotten."""
    control.lock(tx)
    row = _open(tx, cause)
    if row is None:
        return
    if tx.now_ms - row.from_at < GAP.total_seconds() * 1000:
        tx.conn.execute(OUTAGES.delete().where(OUTAGES.c.id == row.id))
    else:
        tx.conn.execute(OUTAGES.update().where(OUTAGES.c.id == row.id).values(to_at=tx.now_ms))


def _open(tx: Tx, cause: str) -> Row[Any] | None:
    return tx.conn.execute(_OPEN, {"cause": cause}).first()


def longest_since(tx: Tx, since_ms: int) -> timedelta:
    """The longest outage that ended (or still lasts) after this instant."""
    rows = tx.conn.execute(
        sa.select(OUTAGES.c.from_at, OUTAGES.c.to_at).where(
            sa.func.coalesce(OUTAGES.c.to_at, tx.now_ms) > since_ms, OUTAGES.c.cause != "pause"
        )
    )
    longest = max(((r.to_at or tx.now_ms) - r.from_at for r in rows), default=0)
    return timedelta(milliseconds=longest)


def lasting_since(tx: Tx, cause: str) -> datetime | None:
    """Since when an outage of this cause lasts; None when there is none."""
    row = _open(tx, cause)
    return None if row is None else from_ms(row.from_at)


def unreported(tx: Tx) -> Sequence[Row[Any]]:
    return list(tx.conn.execute(_UNREPORTED))


def counts(tx: Tx, outage: Row[Any]) -> dict[str, int]:
    """What the outage did to the plan, counted from the steps themselves; `left` still waits for its turn."""
    inside = sa.and_(
        STEPS.c.kind == StepKind.MESSAGE,
        STEPS.c.planned_for >= outage.from_at,
        STEPS.c.planned_for <= outage.to_at,
    )
    # Without a network the worker goes on thinking: what is no longer true ends while it still lasts.
    ended_since = outage.from_at if outage.cause == "network" else outage.to_at
    touched = sa.or_(
        STEPS.c.updated_at >= outage.to_at,
        sa.and_(STEPS.c.state == StepState.SUPERSEDED, STEPS.c.updated_at >= ended_since),
    )
    found = {
        (r.state): r.n
        for r in tx.conn.execute(
            sa.select(STEPS.c.state, sa.func.count().label("n"))
            .where(inside, touched)
            .group_by(STEPS.c.state)
        )
    }
    soon = sa.and_(
        STEPS.c.due_at <= tx.now_ms + 86_400_000,
        sa.or_(STEPS.c.reason.is_(None), STEPS.c.reason.in_(_GOES_ON)),
    )
    left = tx.conn.execute(
        sa.select(sa.func.count()).where(
            inside,
            sa.or_(
                STEPS.c.state.in_([StepState.SENDING, StepState.UNKNOWN]),
                sa.and_(STEPS.c.state == StepState.PLANNED, sa.or_(STEPS.c.due_at <= tx.now_ms, soon)),
            ),
        )
    ).scalar_one()
    return {
        "late": found.get(StepState.SENT, 0),
        "superseded": found.get(StepState.SUPERSEDED, 0),
        "lost": found.get(StepState.FAILED, 0),
        "doubled": doubled(tx, since_ms=outage.from_at),
        "left": left,
    }


def doubled(tx: Tx, *, since_ms: int = 0) -> int:
    """Steps for which a provider accepted more than one message: the number that must be 0."""
    items, messages = schema.message_items, schema.messages
    per_step = (
        sa.select(items.c.step_id)
        .join_from(items, messages, items.c.message_id == messages.c.id)
        .where(messages.c.intent_at >= since_ms, messages.c.sent_at.is_not(None))
        .group_by(items.c.step_id)
        .having(sa.func.count() > 1)
        .subquery()
    )
    return int(tx.conn.execute(sa.select(sa.func.count()).select_from(per_step)).scalar_one())


def mark_reported(tx: Tx, outage_id: str, found: dict[str, int]) -> None:
    tx.conn.execute(
        OUTAGES.update()
        .where(OUTAGES.c.id == outage_id)
        .values(reported_at=tx.now_ms, **{k: found[k] for k in ("late", "superseded", "lost", "doubled")})
    )
