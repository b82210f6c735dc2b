"""How the service is doing, by count: for /readyz, /metrics and the first page."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from connector.store import control, schema
from connector.store.db import Overtaken, Tx


def heartbeat_age_s(tx: Tx) -> float | None:
    """Seconds of machine time since a worker last gave a sign of life; None when none ever did."""
    newest = tx.conn.execute(sa.select(sa.func.max(schema.heartbeats.c.at_m))).scalar_one()
    return None if newest is None else max(tx.machine_ms - newest, 0) / 1000


def is_reachable(tx: Tx) -> bool:
    """Whether the database answers at all."""
    return bool(tx.conn.execute(sa.select(sa.literal(1))).scalar_one())


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


def counts(tx: Tx) -> Counts:
    """Everything that the metrics show."""
    inbox = {state: _count(tx, schema.inbox, schema.inbox.c.state == state) for state in ("new", "failed")}
    row = control.state(tx)
    return Counts(
        invoices=_by(tx, schema.invoices.c.status),
        steps=_by(tx, schema.steps.c.state),
        messages=_by(tx, schema.messages.c.status),
        cases=_by(tx, schema.cases.c.state),
        inbox_new=inbox["new"],
        inbox_failed=inbox["failed"],
        events_unnumbered=_count(tx, schema.events, schema.events.c.number.is_(None)),
        paused=row.paused,
        clock_suspect=row.clock_suspect is not None,
    )


def _by(tx: Tx, column: sa.Column[str]) -> dict[str, int]:
    rows = tx.conn.execute(sa.select(column, sa.func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


def _count(tx: Tx, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
    return int(tx.conn.execute(sa.select(sa.func.count()).select_from(table).where(where)).scalar_one())


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
    steps, hooks = schema.steps, schema.emu_webhooks
    due = [
        _count(tx, schema.inbox, schema.inbox.c.state == sa.literal_column("'new'")),
        _count(tx, schema.events, schema.events.c.number.is_(None)),
        _count(tx, schema.messages, schema.messages.c.status == sa.literal_column("'sending'")),
        _count(tx, hooks, sa.and_(hooks.c.done_at.is_(None), hooks.c.due_at <= tx.now_ms)),
    ]
    if not row.paused and row.clock_suspect is None:
        reachable = sa.or_(steps.c.address_id.is_not(None), steps.c.kind != "message")
        planned = steps.c.state == sa.literal_column("'planned'")
        due.append(_count(tx, steps, sa.and_(planned, steps.c.due_at <= tx.now_ms, reachable)))
    return tuple(due)
