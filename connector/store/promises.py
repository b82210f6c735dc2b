"""Promises to pay."""

from collections.abc import Iterable

import sqlalchemy as sa

from connector.domain.model import Promise, PromiseState
from connector.store import schema
from connector.store.db import Tx
from connector.store.rows import value_of

PROMISES = schema.promises

_BY_ID = sa.select(PROMISES).where(PROMISES.c.id == sa.bindparam("id"))
_BY_IDS = sa.select(PROMISES).where(PROMISES.c.id.in_(sa.bindparam("ids", expanding=True)))
_OPENS_OF = (
    sa.select(PROMISES)
    .where(
        PROMISES.c.invoice_id.in_(sa.bindparam("invoices", expanding=True)),
        PROMISES.c.state == PromiseState.OPEN,
    )
    .order_by(PROMISES.c.no)
)
_OF_INVOICE = (
    sa.select(PROMISES).where(PROMISES.c.invoice_id == sa.bindparam("invoice")).order_by(PROMISES.c.no)
)
_LAST_NO = sa.select(sa.func.max(PROMISES.c.no)).where(PROMISES.c.invoice_id == sa.bindparam("invoice"))
_COUNTS = (
    sa.select(PROMISES.c.customer_id, PROMISES.c.state, sa.func.count())
    .where(PROMISES.c.customer_id.in_(sa.bindparam("customers", expanding=True)))
    .group_by(PROMISES.c.customer_id, PROMISES.c.state)
)


def by_id(tx: Tx, promise_id: str) -> Promise | None:
    row = tx.conn.execute(_BY_ID, {"id": promise_id}).first()
    return value_of(Promise, row._mapping) if row else None


def open_of(tx: Tx, invoice_id: str) -> Promise | None:
    """The promise that waits for its day, if there is one; there is at most one for an invoice."""
    return opens_of(tx, [invoice_id]).get(invoice_id)


def opens_of(tx: Tx, invoice_ids: Iterable[str]) -> dict[str, Promise]:
    """The open promise of each invoice that has one."""
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_OPENS_OF, {"invoices": wanted})
    return {row.invoice_id: value_of(Promise, row._mapping) for row in rows}


def of_invoice(tx: Tx, invoice_id: str) -> list[Promise]:
    rows = tx.conn.execute(_OF_INVOICE, {"invoice": invoice_id})
    return [value_of(Promise, row._mapping) for row in rows]


def next_no(tx: Tx, invoice_id: str) -> int:
    """The number of the next promise on this invoice, counting from 1."""
    last = tx.conn.execute(_LAST_NO, {"invoice": invoice_id}).scalar_one()
    return (last or 0) + 1


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, Promise]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_BY_IDS, {"ids": wanted})
    return {row.id: value_of(Promise, row._mapping) for row in rows}


def counts_of_customers(tx: Tx, customer_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Customer -> (promises kept, promises broken)."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_COUNTS, {"customers": wanted})
    found: dict[str, tuple[int, int]] = {}
    for customer_id, state, number in rows:
        kept, broken = found.get(customer_id, (0, 0))
        if state == PromiseState.KEPT:
            kept = number
        elif state == PromiseState.BROKEN:
            broken = number
        found[customer_id] = (kept, broken)
    return found


def options(tx: Tx, limit: int = 50) -> list[tuple[str, str]]:
    """(id, label) of open promises, the next day first, for drop-downs."""
    join = PROMISES.outerjoin(schema.customers, schema.customers.c.id == PROMISES.c.customer_id)
    rows = tx.conn.execute(
        sa.select(PROMISES.c.id, PROMISES.c.on, schema.customers.c.name)
        .select_from(join)
        .where(PROMISES.c.state == PromiseState.OPEN)
        .order_by(PROMISES.c.on)
        .limit(limit)
    )
    return [(row.id, f"{row.name or '-'}: {row.on}") for row in rows]
