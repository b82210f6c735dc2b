"""What waits: for whom there is work at this instant, and when the next instant with work will be.

Nothing is locked. All questions of one kind are one prepared statement: a turn of the worker asks them often.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from connector.domain.model import StepState
from connector.store import deliveries, fanout, files, network, schema, subscriptions
from connector.store.db import Tx
from connector.store.present import MACHINE, NOW, any_by, present
from connector.store.queue import MESSAGE, NO_MESSAGE, NOWHERE, PLANNED

STEPS = schema.steps
SEQUENCES = schema.sequences
_UNKNOWN = STEPS.c.state == sa.literal_column("'unknown'")
_SENDING = STEPS.c.state == sa.literal_column("'sending'")
_PAUSED = SEQUENCES.c.state == sa.literal_column("'paused'")
_DUE = sa.and_(PLANNED, STEPS.c.due_at <= NOW, MESSAGE, STEPS.c.address_id.is_not(None))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which parts of a turn have anything to do."""

    speech: bool  # the sandbox's provider has something to tell
    inbox: bool
    settling: bool  # a tick, a task, a hold, a dead lease, the end of a pause
    files: bool
    messages: bool  # due; whether they may leave is not asked
    events: bool  # without a number
    outages: bool  # not reported
    pause: bool  # noted as an outage that lasts
    deliveries: bool
    cut_off: bool  # the sandbox's network is off


_LIMITED = schema.addresses.c.state_until


def _settling() -> sa.ColumnElement[bool]:
    return sa.or_(
        any_by(STEPS.c.due_at, PLANNED, STEPS.c.due_at <= NOW, NO_MESSAGE),
        any_by(STEPS.c.due_at, PLANNED, STEPS.c.due_at <= NOW, MESSAGE, NOWHERE),
        any_by(STEPS.c.hold_until, _UNKNOWN, STEPS.c.hold_until <= NOW),
        any_by(STEPS.c.lease_until_m, _SENDING, STEPS.c.lease_until_m < MACHINE),
        any_by(SEQUENCES.c.paused_until, _PAUSED, SEQUENCES.c.paused_until <= NOW),
        sa.exists().where(_LIMITED.is_not(None), _LIMITED <= NOW),
        sa.exists().where(schema.templates.c.paused_until <= NOW),
    )


_HOOKS, _INBOX, _OUTAGES = schema.emu_webhooks, schema.inbox, schema.blackouts
_LOOK = sa.select(
    any_by(_HOOKS.c.due_at, _HOOKS.c.done_at.is_(None), _HOOKS.c.due_at <= NOW).label("speech"),
    sa.exists().where(_INBOX.c.state == sa.literal_column("'new'")).label("inbox"),
    _settling().label("settling"),
    files.ANY_DUE.label("files"),
    any_by(STEPS.c.due_at, _DUE).label("messages"),
    sa.exists().where(schema.events.c.number.is_(None)).label("events"),
    sa.exists().where(_OUTAGES.c.reported_at.is_(None), _OUTAGES.c.to_at.is_not(None)).label("outages"),
    sa.exists().where(_OUTAGES.c.cause == "pause", _OUTAGES.c.to_at.is_(None)).label("pause"),
    sa.or_(subscriptions.ANY_ENDED, fanout.ANY_BEHIND, deliveries.ANY_LOST, deliveries.ANY_READY).label(
        "deliveries"
    ),
    network.IS_OFF.label("cut_off"),
)


def look(tx: Tx) -> Waiting:
    """What waits at this instant."""
    row = tx.conn.execute(_LOOK, present(tx)).one()
    return Waiting(*map(bool, row))


_OPEN_CHANNELS = sa.select(schema.senders.c.channel).where(schema.senders.c.state == "ok")
_LEAVES_SOON = sa.select(any_by(STEPS.c.due_at, _DUE, STEPS.c.channel.in_(_OPEN_CHANNELS)))


def waits_for_tokens(tx: Tx) -> bool:
    """Whether due messages wait only because their sender's bucket is empty at this moment."""
    return bool(tx.conn.execute(_LEAVES_SOON, present(tx)).scalar_one())


def _earliest(column: sa.Column[int], *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """The first instant after now at which something of a table waits."""
    return sa.select(sa.func.min(column)).where(column > NOW, *where).scalar_subquery()


_NEXT = sa.select(
    _earliest(STEPS.c.due_at, PLANNED),
    _earliest(STEPS.c.hold_until, _UNKNOWN),
    _earliest(SEQUENCES.c.paused_until, _PAUSED),
    _earliest(schema.templates.c.paused_until),
    _earliest(_HOOKS.c.due_at, _HOOKS.c.done_at.is_(None)),
    _earliest(schema.files.c.next_try_at, files.WAITING),
)


def next_instant(tx: Tx) -> int | None:
    """The next business instant at which something is due, in ms; what is due now does not count."""
    found = [*tx.conn.execute(_NEXT, present(tx)).one(), deliveries.next_instant(tx)]
    return min((at for at in found if at is not None), default=None)


def waiting_on(tx: Tx, channel: str) -> int:
    """How many messages of a channel are due and cannot leave while its sender stands."""
    here = (STEPS.c.state.in_([StepState.PLANNED, StepState.SENDING]), STEPS.c.due_at <= tx.now_ms, MESSAGE)
    count = sa.select(sa.func.count()).where(
        *here, STEPS.c.channel == channel, STEPS.c.address_id.is_not(None)
    )
    return int(tx.conn.execute(count).scalar_one())
