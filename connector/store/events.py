"""Stored events: numbered after their commit by one sequencer, read by cursor.

Ids commit out of order on PostgreSQL, so a cursor over ids could step over an event that commits late. A
number is given only to what is already committed, under the lock of the one control row.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from connector.store.db import Tx
from connector.store.schema import control, events, invoices

_LOCKED_NEXT = sa.select(control.c.next_event_number).where(control.c.id == 1).with_for_update()
_SET_NEXT = control.update().where(control.c.id == 1).values(next_event_number=sa.bindparam("next"))

# Within one invoice its own count decides, and its lock has made that the order of the commits: a
# transaction that began early and wrote late comes after those that it waited for.
_MINE = sa.func.max(events.c.created_at_m).over(
    partition_by=sa.func.coalesce(events.c.invoice_id, events.c.id),
    order_by=events.c.invoice_event_number,
)
_TOLD = (
    sa.select(events.c.id, events.c.invoice_event_number.label("own"), _MINE.label("at"))
    .where(events.c.number.is_(None))
    .subquery("told")
)
_ORDER = (_TOLD.c.at, _TOLD.c.own, _TOLD.c.id)
_WAITING = (
    sa.select(_TOLD.c.id, sa.func.row_number().over(order_by=_ORDER).label("place"))
    .order_by(*_ORDER)
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .subquery("waiting")
)
_NUMBER = (
    events.update()
    .where(events.c.id == _WAITING.c.id)
    .values(number=sa.bindparam("before", type_=sa.BigInteger) + _WAITING.c.place)
)
_UNNUMBERED = sa.select(sa.func.count()).select_from(events).where(events.c.number.is_(None))
_BY_IDS = (
    sa.select(events).where(events.c.id.in_(sa.bindparam("ids", expanding=True))).order_by(events.c.number)
)


def number_events(tx: Tx, limit: int = 500) -> int:
    """Number the oldest committed events that have none; the count of those numbered."""
    first = tx.conn.execute(_LOCKED_NEXT).scalar_one()
    done = tx.conn.execute(_NUMBER, {"before": first - 1, "limit": limit})
    if done.rowcount:
        tx.conn.execute(_SET_NEXT, {"next": first + done.rowcount})
    return int(done.rowcount)


def unnumbered(tx: Tx) -> int:
    """How many committed events wait for their number."""
    return int(tx.conn.execute(_UNNUMBERED).scalar_one())


def read_events(
    tx: Tx,
    *,
    after: int = 0,
    type: str | None = None,
    limit: int = 100,
    sources: frozenset[str] | None = None,
) -> list[sa.RowMapping]:
    """The events numbered above `after`, in the order of their numbers; with `sources` about their invoices alone."""
    query = sa.select(events).where(events.c.number > after)
    if sources is not None:
        brought = sa.select(invoices.c.id).where(invoices.c.source.in_(sorted(sources)))
        query = query.where(events.c.invoice_id.in_(brought))
    if type is not None:
        query = query.where(events.c.type == type)
    return [row._mapping for row in tx.conn.execute(query.order_by(events.c.number).limit(limit))]


def newest_events(tx: Tx, type: str, limit: int = 3) -> list[sa.RowMapping]:
    """The newest numbered events of a type, newest first: real samples for a flow builder."""
    query = (
        sa.select(events)
        .where(events.c.type == type, events.c.number.is_not(None))
        .order_by(events.c.number.desc())
        .limit(limit)
    )
    return [row._mapping for row in tx.conn.execute(query)]


def by_ids(tx: Tx, ids: Sequence[str]) -> list[sa.RowMapping]:
    """These events, in the order of their numbers."""
    return [row._mapping for row in tx.conn.execute(_BY_IDS, {"ids": ids})]
