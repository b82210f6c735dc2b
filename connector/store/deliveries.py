"""Deliveries as a queue: what is due, who holds it, what came of it, and the log.

A delivery or a subscription's pause is over when either clock has passed it: business time, so that a walked
clock delivers what was due on the way, or machine time, so that a clock that stands does not stop a retry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.clock import to_ms
from connector.domain.deliveries import DeliveryState, Next
from connector.domain.subscriptions import Subscription, SubscriptionState
from connector.store import schema, subscriptions
from connector.store.db import Row, Tx
from connector.store.present import MACHINE, NOW, any_by, present

SUBSCRIPTIONS = schema.subscriptions
DELIVERIES = schema.deliveries
LEASE = timedelta(seconds=60)  # longer than a request may last
AT_ONCE = 8  # live events of different invoices on their way to one receiver
PILED_UP_MS = 60_000  # what waited longer goes one by one, in order
_WAITING = DELIVERIES.c.state == sa.literal_column("'waiting'")
_SENDING = DELIVERIES.c.state == sa.literal_column("'sending'")
_OPEN = DELIVERIES.c.state.in_([sa.literal_column("'waiting'"), sa.literal_column("'sending'")])


def _due(tx: Tx) -> sa.ColumnElement[bool]:
    return sa.or_(DELIVERIES.c.due_at <= tx.now_ms, DELIVERIES.c.due_at_m <= tx.machine_ms)


_ACTIVE = SUBSCRIPTIONS.c.state == SubscriptionState.ACTIVE
_AWAKE = sa.or_(
    SUBSCRIPTIONS.c.wait_until.is_(None),
    SUBSCRIPTIONS.c.wait_until <= NOW,
    SUBSCRIPTIONS.c.wait_until_m <= MACHINE,
)
_MINE = DELIVERIES.c.subscription_id == SUBSCRIPTIONS.c.id
_IS_DUE = sa.or_(
    any_by(DELIVERIES.c.due_at, _MINE, _WAITING, DELIVERIES.c.due_at <= NOW),
    any_by(DELIVERIES.c.due_at_m, _MINE, _WAITING, DELIVERIES.c.due_at_m <= MACHINE),
)
_READY = sa.select(SUBSCRIPTIONS.c.id).where(_ACTIVE, _AWAKE, _IS_DUE)
ANY_READY = _READY.exists()
ANY_LOST = any_by(DELIVERIES.c.lease_until_m, _SENDING, DELIVERIES.c.lease_until_m < MACHINE)
_LOST = sa.select(ANY_LOST)


def ready(tx: Tx) -> list[str]:
    """Subscriptions for which something is due."""
    return list(tx.conn.execute(_READY, present(tx)).scalars())


def has_expired(tx: Tx) -> bool:
    """Whether a delivery lies in the hands of a dead worker."""
    return bool(tx.conn.execute(_LOST, present(tx)).scalar_one())


def take_back(tx: Tx, *, everything: bool = False) -> int:
    """What a dead worker held waits again; `everything`: at the boot of a lone worker. It may arrive twice."""
    lost = [_SENDING] if everything else [_SENDING, DELIVERIES.c.lease_until_m < tx.machine_ms]
    values = {"state": DeliveryState.WAITING.value, "worker": None, "due_at": tx.now_ms}
    done = tx.conn.execute(DELIVERIES.update().where(*lost).values(due_at_m=tx.machine_ms, **values))
    return int(done.rowcount)


def put_back(tx: Tx, ids: Sequence[str]) -> None:
    """These were claimed and cannot leave: they wait, and have not been tried."""
    if ids:
        mine = (DELIVERIES.c.id.in_(ids), _SENDING)
        back = {"state": DeliveryState.WAITING.value, "attempts": DELIVERIES.c.attempts - 1}
        tx.conn.execute(DELIVERIES.update().where(*mine).values(lease_until_m=None, **back))


def candidates(tx: Tx, subscription: Subscription) -> list[Row[Any]]:
    """What may go to this receiver now, in its order; per invoice never more than the oldest.

    While the receiver fails, one at a time asks whether it is back: an event that is itself under suspicion
    leaves the others their turn. What has piled up goes one by one, so that it arrives in order.
    """
    earlier = DELIVERIES.alias("earlier")
    blocked = sa.exists().where(
        earlier.c.subscription_id == DELIVERIES.c.subscription_id,
        earlier.c.lane == DELIVERIES.c.lane,
        earlier.c.event_number < DELIVERIES.c.event_number,
        earlier.c.state.in_([sa.literal_column("'waiting'"), sa.literal_column("'sending'")]),
    )
    order = [DELIVERIES.c.event_number, DELIVERIES.c.id]
    if subscription.downs:
        order.insert(0, DELIVERIES.c.doubts)
    rows = list(
        tx.conn.execute(
            sa.select(DELIVERIES)
            .where(DELIVERIES.c.subscription_id == subscription.id, _WAITING, _due(tx))
            .where(sa.or_(DELIVERIES.c.urgent, ~blocked))
            .order_by(*order)
            .limit(AT_ONCE)
        )
    )
    flying = _flying(tx, subscription.id)
    alone = (
        subscription.downs > 0
        or any(_piled_up(tx, row) for row in rows)
        or any(_piled_up(tx, row, first=1) for row in flying)
    )
    if alone:
        return [] if flying else rows[:1]
    return rows[: AT_ONCE - len(flying)]


def _piled_up(tx: Tx, row: Row[Any], *, first: int = 0) -> bool:
    """Whether it is no live event any more; `first`: how many attempts a first one shows."""
    waited = max(tx.now_ms - row.created_at, tx.machine_ms - row.created_at_m)
    return not row.urgent and (row.attempts > first or row.is_replay or waited > PILED_UP_MS)


def _flying(tx: Tx, subscription_id: str) -> list[Row[Any]]:
    mine = sa.select(DELIVERIES).where(DELIVERIES.c.subscription_id == subscription_id, _SENDING)
    return list(tx.conn.execute(mine))


def take(tx: Tx, ids: Sequence[str], *, worker: str) -> list[Row[Any]]:
    """Marks these as on their way, and answers them; the fence rises each time."""
    if not ids:
        return []
    tx.conn.execute(
        DELIVERIES.update()
        .where(DELIVERIES.c.id.in_(ids))
        .values(
            state=DeliveryState.SENDING.value,
            worker=worker[:60],
            lease_until_m=tx.machine_ms + LEASE // timedelta(milliseconds=1),
            attempts=DELIVERIES.c.attempts + 1,
            fence=DELIVERIES.c.fence + 1,
            first_at=sa.func.coalesce(DELIVERIES.c.first_at, tx.now_ms),
            last_at=tx.now_ms,
            last_at_m=tx.machine_ms,
        )
    )
    order = (DELIVERIES.c.event_number, DELIVERIES.c.id)
    return list(tx.conn.execute(sa.select(DELIVERIES).where(DELIVERIES.c.id.in_(ids)).order_by(*order)))


def hold_ordinary(tx: Tx, subscription_id: str, until: datetime) -> int:
    """Puts off what is due and not urgent to the end of the quiet hours: by business time alone."""
    mine = (DELIVERIES.c.subscription_id == subscription_id, _WAITING, DELIVERIES.c.urgent.is_(False))
    late = DELIVERIES.update().where(*mine, _due(tx)).values(due_at=to_ms(until), due_at_m=None)
    return int(tx.conn.execute(late).rowcount)


def let_go(tx: Tx, subscription_id: str) -> None:
    """What quiet hours alone hold is due now, in its order; hours that are quiet still hold it anew."""
    mine = (DELIVERIES.c.subscription_id == subscription_id, _WAITING, DELIVERIES.c.due_at_m.is_(None))
    tx.conn.execute(DELIVERIES.update().where(*mine).values(due_at=tx.now_ms, due_at_m=tx.machine_ms))


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one attempt, as it is written down."""

    delivery_id: str
    fence: int
    status: int | None
    answer: str | None


def record(tx: Tx, result: Result, found: Next) -> bool:
    """Writes down what follows; False when another worker holds it by now."""
    values: dict[str, Any] = {
        "state": found.state.value,
        "refusals": found.refusals,
        "doubts": found.doubts,
        "status": result.status,
        "answer": result.answer,
        "lease_until_m": None,
    }
    if found.again_at is not None:
        values |= _both_clocks(tx, "due_at", found.again_at)
    if found.state is DeliveryState.DELIVERED:
        values["delivered_at"] = tx.now_ms
    mine = (DELIVERIES.c.id == result.delivery_id, DELIVERIES.c.fence == result.fence, _SENDING)
    return bool(tx.conn.execute(DELIVERIES.update().where(*mine).values(**values)).rowcount)


def record_health(tx: Tx, subscription_id: str, found: Next) -> None:
    """How the receiver is now, and until when it is left in peace."""
    values: dict[str, Any] = {
        "downs": found.health.downs,
        "tries": found.health.tries,
        "failing_since": found.health.failing_since,
        "wait_until": None,
        "wait_until_m": None,
    }
    if found.wait_until is not None:
        values |= _both_clocks(tx, "wait_until", found.wait_until)
    if found.state is DeliveryState.DELIVERED:
        values["last_delivered_at"] = tx.now
    subscriptions.change(tx, subscription_id, values)
    if found.wake_others:
        mine = (DELIVERIES.c.subscription_id == subscription_id, _WAITING)
        put_off = (DELIVERIES.c.doubts > 0, DELIVERIES.c.was_woken.is_(False))
        due = {"due_at": tx.now_ms, "due_at_m": tx.machine_ms}
        tx.conn.execute(DELIVERIES.update().where(*mine, *put_off).values(was_woken=True, **due))


def _both_clocks(tx: Tx, column: str, at: datetime) -> dict[str, int]:
    """An instant of business time, and the same length of time from now on the machine's clock."""
    return {column: to_ms(at), f"{column}_m": tx.machine_ms + (to_ms(at) - tx.now_ms)}


_EARLIER = DELIVERIES.alias("earlier")
_IS_FIRST = ~sa.exists().where(
    _EARLIER.c.subscription_id == DELIVERIES.c.subscription_id,
    _EARLIER.c.lane == DELIVERIES.c.lane,
    _EARLIER.c.event_number < DELIVERIES.c.event_number,
    _EARLIER.c.state.in_([sa.literal_column("'waiting'"), sa.literal_column("'sending'")]),
)
_FIRSTS = (
    sa.select(sa.func.min(DELIVERIES.c.due_at).label("due"), SUBSCRIPTIONS.c.wait_until)
    .join_from(DELIVERIES, SUBSCRIPTIONS, _MINE)
    .where(_WAITING, _ACTIVE, sa.or_(DELIVERIES.c.urgent, _IS_FIRST))
    .group_by(SUBSCRIPTIONS.c.id, SUBSCRIPTIONS.c.wait_until)
)


def next_instant(tx: Tx) -> int | None:
    """The next business instant at which something goes, in ms: where a walked clock stops."""
    instants = [max(row.due, row.wait_until or 0) for row in tx.conn.execute(_FIRSTS)]
    return min((at for at in instants if at > tx.now_ms), default=None)


# --- the log --------------------------------------------------------------------------------------------------


def log(tx: Tx, subscription_id: str, *, state: str | None, before: str | None, limit: int) -> list[Row[Any]]:
    """The newest first; `before`: older than this delivery."""
    query = sa.select(DELIVERIES).where(DELIVERIES.c.subscription_id == subscription_id)
    if state is not None:
        query = query.where(DELIVERIES.c.state == state)
    if before is not None:
        query = query.where(DELIVERIES.c.id < before)
    return list(tx.conn.execute(query.order_by(DELIVERIES.c.id.desc()).limit(limit)))


def by_id(tx: Tx, id: str) -> Row[Any] | None:
    return tx.conn.execute(sa.select(DELIVERIES).where(DELIVERIES.c.id == id)).first()


def add(tx: Tx, row: dict[str, Any]) -> None:
    tx.conn.execute(DELIVERIES.insert().values(**row))


def forget(tx: Tx, *, before_m: int, answers_before_m: int) -> None:
    """Drops what is over and old from the log, and earlier what receivers said."""
    tx.conn.execute(DELIVERIES.delete().where(~_OPEN, DELIVERIES.c.last_at_m < before_m))
    told = (DELIVERIES.c.answer.is_not(None), DELIVERIES.c.last_at_m < answers_before_m)
    tx.conn.execute(DELIVERIES.update().where(*told).values(answer=None))
