"""Cases: what a human must look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.clock import to_ms
from connector.domain.model import Case, CaseState
from connector.store import schema
from connector.store.db import Tx
from connector.store.rows import value_of

CASES = schema.cases

_BY_ID = sa.select(CASES).where(CASES.c.id == sa.bindparam("id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_IDS = sa.select(CASES).where(CASES.c.id.in_(sa.bindparam("ids", expanding=True)))
_BY_EXTERNAL = sa.select(CASES).where(CASES.c.external_id == sa.bindparam("external")).order_by(CASES.c.id)

_OPEN = sa.select(CASES).where(CASES.c.state == CaseState.OPEN).order_by(CASES.c.opened_at, CASES.c.id)
_OPENS_OF = _OPEN.where(CASES.c.invoice_id.in_(sa.bindparam("invoices", expanding=True)))
_OPEN_ABOUT = _OPEN.where(CASES.c.customer_id == sa.bindparam("customer"))
_OPEN_OF_CUSTOMER = _OPEN_ABOUT.where(CASES.c.invoice_id.is_(None))


@dataclass(frozen=True, slots=True)
class Query:
    """What `find_cases` may ask; every part that is None does not matter."""

    state: CaseState | None = None
    reason: str | None = None
    customer_id: str | None = None
    external_id: str | None = None
    opened_until: datetime | None = None


def by_id(tx: Tx, case_id: str, *, lock: bool = False) -> Case | None:
    """The case; with `lock` nobody else changes it until the transaction ends."""
    row = tx.conn.execute(_BY_ID_LOCKED if lock else _BY_ID, {"id": case_id}).first()
    return value_of(Case, row._mapping) if row else None


def by_external(tx: Tx, external_id: str) -> list[Case]:
    """Cases that another tool knows under its own id."""
    rows = tx.conn.execute(_BY_EXTERNAL, {"external": external_id})
    return [value_of(Case, row._mapping) for row in rows]


def open_of(tx: Tx, invoice_id: str) -> list[Case]:
    """The open cases of one invoice, the first opened first."""
    return opens_of(tx, [invoice_id]).get(invoice_id, [])


def opens_of(tx: Tx, invoice_ids: Iterable[str]) -> dict[str, list[Case]]:
    """The open cases of each invoice that has any."""
    wanted = sorted(set(invoice_ids))
    found: dict[str, list[Case]] = {}
    if wanted:
        for row in tx.conn.execute(_OPENS_OF, {"invoices": wanted}):
            found.setdefault(row.invoice_id, []).append(value_of(Case, row._mapping))
    return found


def open_of_customer(tx: Tx, customer_id: str) -> list[Case]:
    """The open cases about the customer as a whole, not about one invoice."""
    rows = tx.conn.execute(_OPEN_OF_CUSTOMER, {"customer": customer_id})
    return [value_of(Case, row._mapping) for row in rows]


def open_about(tx: Tx, customer_id: str) -> list[Case]:
    """Every open case of the customer, about one invoice or about all, the first opened first."""
    rows = tx.conn.execute(_OPEN_ABOUT, {"customer": customer_id})
    return [value_of(Case, row._mapping) for row in rows]


def search(tx: Tx, query: Query, *, limit: int, after: str | None = None) -> list[Case]:
    """Cases in the order of their opening, from the one after `after`."""
    where: list[sa.ColumnElement[bool]] = []
    for column, value in (
        (CASES.c.state, query.state),
        (CASES.c.reason, query.reason),
        (CASES.c.customer_id, query.customer_id),
        (CASES.c.external_id, query.external_id),
    ):
        if value is not None:
            where.append(column == value)
    if query.opened_until is not None:
        where.append(CASES.c.opened_at <= to_ms(query.opened_until))
    if after is not None:
        last = sa.select(CASES.c.opened_at).where(CASES.c.id == after).scalar_subquery()
        where.append(sa.or_(CASES.c.opened_at > last, sa.and_(CASES.c.opened_at == last, CASES.c.id > after)))
    rows = tx.conn.execute(
        sa.select(CASES).where(*where).order_by(CASES.c.opened_at, CASES.c.id).limit(limit)
    )
    return [value_of(Case, row._mapping) for row in rows]


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, Case]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_BY_IDS, {"ids": wanted})
    return {row.id: value_of(Case, row._mapping) for row in rows}


def options(tx: Tx, limit: int = 50) -> list[tuple[str, str]]:
    """(id, label) of open cases, the longest waiting first, for drop-downs."""
    join = CASES.outerjoin(schema.customers, schema.customers.c.id == CASES.c.customer_id)
    rows = tx.conn.execute(
        sa.select(CASES.c.id, CASES.c.reason, schema.customers.c.name)
        .select_from(join)
        .where(CASES.c.state == CaseState.OPEN)
        .order_by(CASES.c.opened_at)
        .limit(limit)
    )
    return [(row.id, f"{row.name or '-'}: {row.reason}") for row in rows]
