"""How the service is doing, by count: for /readyz, /metrics and the first page."""

from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from connector.store import control, schema, subscriptions
from connector.store.db import Overtaken, Tx
from connector.store.present import NOW

INBOX = schema.inbox
EVENTS = schema.events
MESSAGES = schema.messages
STEPS = schema.steps
HOOKS = schema.emu_webhooks


def _counted(table: sa.Table, *where: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(table).where(*where)


_NEWEST_BEAT = sa.select(sa.func.max(schema.heartbeats.c.at_m))
_ONE = sa.select(sa.literal(1))
_INBOX_NEW = _counted(INBOX, INBOX.c.state == sa.literal_column("'new'"))
_INBOX_FAILED = _counted(INBOX, INBOX.c.state == "failed")
_UNNUMBERED = _counted(EVENTS, EVENTS.c.number.is_(None))
_SENDING = _counted(MESSAGES, MESSAGES.c.status == sa.literal_column("'sending'"))
_UNTOLD = _counted(HOOKS, HOOKS.c.done_at.is_(None), HOOKS.c.due_at <= NOW)
_DUE = _counted(
    STEPS,
    STEPS.c.state == sa.literal_column("'planned'"),
    STEPS.c.due_at <= NOW,
    sa.or_(STEPS.c.address_id.is_not(None), STEPS.c.kind != "message"),
)


def heartbeat_age_s(tx: Tx) -> float | None:
    """Seconds of machine time since a worker last gave a sign of life; None when none ever did."""
    newest = tx.conn.execute(_NEWEST_BEAT).scalar_one()
    return None if newest is None else max(tx.machine_ms - newest, 0) / 1000


def is_reachable(tx: Tx) -> bool:
    """Whether the database answers at all."""
    return bool(tx.conn.execute(_ONE).scalar_one())


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by state, without a single personal value."""

    invoices: dict[str, int] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    inbox_new: int = 0
    inbox_failed: int = 0
    events_unnumbered: int = 0
    paused: bool = False
    clock_suspect: bool = False
    stopped_webhooks: dict[str, int] = field(default_factory=dict)


def counts(tx: Tx) -> Counts:
    """Everything that the metrics show."""
    row = control.state(tx)
    return Counts(
        invoices=_by(tx, schema.invoices.c.status),
        steps=_by(tx, schema.steps.c.state),
        messages=_by(tx, schema.messages.c.status),
        cases=_by(tx, schema.cases.c.state),
        inbox_new=tx.conn.execute(_INBOX_NEW).scalar_one(),
        inbox_failed=tx.conn.execute(_INBOX_FAILED).scalar_one(),
        events_unnumbered=tx.conn.execute(_UNNUMBERED).scalar_one(),
        paused=row.paused,
        clock_suspect=row.clock_suspect is not None,
        stopped_webhooks=Counter(one.state_reason or "" for one in subscriptions.stopped(tx)),
    )


def _by(tx: Tx, column: sa.Column[str]) -> dict[str, int]:
    rows = tx.conn.execute(sa.select(column, sa.func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


def is_busy(error: BaseException) -> bool:
    """Whether trying again helps: no free connection in time, locked, restarting, or somebody was first."""
    return isinstance(error, sa.exc.OperationalError | sa.exc.TimeoutError | Overtaken)


def unfinished(tx: Tx) -> tuple[int, ...]:
    """What the worker still has to do at this very instant, by sort; all zero when it is at rest.

    Dark (the sandbox's power is off) nothing is expected of it; paused or with a suspect clock, no sending.
    """
    row = control.state(tx)
    if not row.power_on:
        return ()
    sorts = [_INBOX_NEW, _UNNUMBERED, _SENDING, _UNTOLD]
    if not row.paused and row.clock_suspect is None:
        sorts.append(_DUE)
    now = {"now": tx.now_ms}
    return tuple(tx.conn.execute(sort, now).scalar_one() for sort in sorts)
