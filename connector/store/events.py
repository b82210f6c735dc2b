"""Stored events: numbered after their commit by one sequencer, read by cursor.

Ids commit out of order on PostgreSQL, so a cursor over ids could step over an event that commits late. A
number is given only to what is already committed, under the lock of the one control row.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from connector.store.db import Tx
from connector.store.schema import control, events, invoices


def number_events(tx: Tx, limit: int = 500) -> int:
    """Number the oldest committed events that have none; the count of those numbered."""
    lock = sa.select(control.c.next_event_number).where(control.c.id == 1)
    if tx.dialect == "postgresql":
        lock = lock.with_for_update()
    first = tx.conn.execute(lock).scalar_one()
    # Within one invoice its own count decides, and its lock has made that the order of the commits: a
    # transaction that began early and wrote late comes after those that it waited for.
    mine = sa.func.max(events.c.created_at_m).over(
        partition_by=sa.func.coalesce(events.c.invoice_id, events.c.id),
        order_by=events.c.invoice_event_number,
    )
    told = (
        sa.select(events.c.id, events.c.invoice_event_number.label("own"), mine.label("at"))
        .where(events.c.number.is_(None))
        .subquery("told")
    )
    order = (told.c.at, told.c.own, told.c.id)
    waiting = (
        sa.select(told.c.id, sa.func.row_number().over(order_by=order).label("place"))
        .order_by(*order)
        .limit(limit)
        .subquery("waiting")
    )
    done = tx.conn.execute(
        events.update().where(events.c.id == waiting.c.id).values(number=first - 1 + waiting.c.place)
    )
    if done.rowcount:
        tx.conn.execute(
            control.update().where(control.c.id == 1).values(next_event_number=first + done.rowcount)
        )
    return int(done.rowcount)


def unnumbered(tx: Tx) -> int:
    """How many committed events wait for their number."""
    count = sa.select(sa.func.count()).select_from(events).where(events.c.number.is_(None))
    return int(tx.conn.execute(count).scalar_one())


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
    query = sa.select(events).where(events.c.id.in_(ids)).order_by(events.c.number)
    return [row._mapping for row in tx.conn.execute(query)]
