"""The step that tells the owner's digest: one is planned at any time, and it plans the next."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.clock import from_ms
from connector.domain.model import Permission, Stage, Step, StepKind, StepState
from connector.domain.ticks import day_starts_of
from connector.domain.windows import local_date, local_instant
from connector.store import business, schema
from connector.store.apply import add_steps
from connector.store.db import Tx

STEPS = schema.steps
KEY = "tick:owner_digest"

_PLANNED = (
    sa.select(STEPS.c.id)
    .where(STEPS.c.key == KEY, STEPS.c.kind != StepKind.MESSAGE, STEPS.c.state == StepState.PLANNED)
    .limit(1)
)


def ensure(tx: Tx) -> None:
    """Plans the next digest, unless one is planned."""
    own = business.get(tx)
    if own is not None and tx.conn.execute(_PLANNED).first() is None:
        plan(tx, after=tx.now, zone=own.zone, settings=own.settings)


def plan(tx: Tx, *, after: datetime, zone: str, settings: dict[str, object]) -> None:
    """Plans the digest of the first local morning after this instant."""
    at = local_instant(local_date(after, zone), day_starts_of(settings), zone)
    if at <= after:
        at = local_instant(local_date(after, zone) + timedelta(days=1), day_starts_of(settings), zone)
    step = Step(
        id=tx.ids.new("stp"),
        kind=StepKind.TICK,
        key=KEY,
        stage=Stage.OTHER,
        due_at=at,
        planned_for=at,
        permission=Permission.NOTICE,
    )
    add_steps(tx, [step])


def last_told(tx: Tx) -> datetime | None:
    """When the newest digest was told."""
    events = schema.events
    newest = sa.select(sa.func.max(events.c.occurred_at)).where(events.c.type == "owner_digest")
    found = tx.conn.execute(newest).scalar_one_or_none()
    return None if found is None else from_ms(found)
