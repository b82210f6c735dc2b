"""Planned hours that follow the business into another zone: nine in the morning stays nine in the morning."""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from connector.clock import from_ms, to_ms
from connector.domain.model import Stage, StepKind, StepState
from connector.store import locking, schema
from connector.store.db import Tx

STEPS = schema.steps
CUSTOMERS = schema.customers
INVOICES = schema.invoices
_OF_THE_PLAN = (Stage.CREATED, Stage.PRE_DUE, Stage.DUE, Stage.OVERDUE)


def follow_business(tx: Tx, old: str, new: str) -> None:
    """Moves what is planned about people and invoices without a zone of their own.

    Only what still stands where it was planned: a retry or a gap is no hour of the day. One statement, so that
    no step is moved twice.
    """
    theirs = (
        sa.select(STEPS.c.id, STEPS.c.invoice_id, STEPS.c.due_at)
        .join_from(STEPS, INVOICES, INVOICES.c.id == STEPS.c.invoice_id)
        .join(CUSTOMERS, CUSTOMERS.c.id == INVOICES.c.customer_id)
        .where(
            STEPS.c.state == StepState.PLANNED,
            STEPS.c.due_at == STEPS.c.planned_for,
            STEPS.c.due_at > tx.now_ms,
            sa.or_(STEPS.c.kind != StepKind.MESSAGE, STEPS.c.stage.in_(_OF_THE_PLAN)),
            ~STEPS.c.key.startswith("manual:"),
            CUSTOMERS.c.zone.is_(None),
            INVOICES.c.zone.is_(None),
        )
    )
    rows = list(tx.conn.execute(theirs))
    locking.invoices(tx, {row.invoice_id for row in rows})
    dues: dict[int, list[int]] = {}
    for due in sorted({row.due_at for row in rows}):
        dues.setdefault(_shift(due, ZoneInfo(old), ZoneInfo(new)), []).append(due)
    if not dues:
        return
    by = sa.case(*((STEPS.c.due_at.in_(some), shift) for shift, some in dues.items()), else_=0)
    values = {"due_at": STEPS.c.due_at + by, "planned_for": STEPS.c.due_at + by, "updated_at": tx.now_ms}
    mine = theirs.with_only_columns(STEPS.c.id).correlate(None).scalar_subquery()
    tx.conn.execute(STEPS.update().where(STEPS.c.id.in_(mine)).values(**values))


def _shift(due: int, old: ZoneInfo, new: ZoneInfo) -> int:
    """How far the same wall time lies away in the other zone, in milliseconds."""
    wall = from_ms(due).astimezone(old).replace(tzinfo=None)
    return to_ms(datetime.combine(wall.date(), wall.time(), new)) - due
