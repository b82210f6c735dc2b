"""Finding invoices: one by its reference, many by what a person asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from connector.clock import to_ms
from connector.domain.model import Invoice, InvoiceStatus
from connector.store import locking, schema
from connector.store.db import Tx
from connector.store.rows import value_of
from connector.store.tags import among_tagged

INVOICES = schema.invoices
_OWED = (InvoiceStatus.OPEN.value, InvoiceStatus.PARTLY_PAID.value, InvoiceStatus.WAITING.value)


# Word for word the condition of the index ix_invoices_owed, or SQLite does not use it. A debt that is split
# into instalments is owed through them, not a second time.
OWED_NOW = sa.text(schema.OWED)


@dataclass(frozen=True, slots=True)
class Query:
    """What `find_invoices` may ask; every part that is None does not matter."""

    statuses: tuple[InvoiceStatus, ...] | None = None
    customer_id: str | None = None
    list_name: str | None = None
    due_from: date | None = None
    due_to: date | None = None
    changed_after: datetime | None = None
    overdue_on_or_before: date | None = None  # owed, and due on this day or earlier
    extra: tuple[tuple[str, str], ...] = ()
    tag: str | None = None
    sources: frozenset[str] | None = None  # of a source-bound key


def counted() -> sa.ColumnElement[bool]:
    """Whether an invoice counts in lists and totals: one that is split is counted by its instalments."""
    return sa.or_(INVOICES.c.plan_id.is_(None), INVOICES.c.parent_id.is_not(None))


_ALL = sa.select(INVOICES)
_IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
_BY_ID = _ALL.where(INVOICES.c.id == sa.bindparam("id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_NUMBER = _ALL.where(INVOICES.c.number == sa.bindparam("number"))
_BY_NUMBER_LOCKED = _BY_NUMBER.with_for_update()
_BY_IDS = _ALL.where(INVOICES.c.id.in_(_IDS))

_EXACTLY = _ALL.where(
    sa.or_(INVOICES.c.id == sa.bindparam("reference"), INVOICES.c.number == sa.bindparam("reference"))
).order_by(INVOICES.c.id)
_IN_ANY_CASE = _ALL.where(
    sa.func.lower(INVOICES.c.number) == sa.bindparam("lower", type_=sa.String)
).order_by(INVOICES.c.id)
_FINDING = (_EXACTLY, _IN_ANY_CASE)
_FINDING_LOCKED = (_EXACTLY.with_for_update(), _IN_ANY_CASE.with_for_update())

_HAS_SOURCE = (
    sa.select(INVOICES.c.id)
    .where(
        INVOICES.c.customer_id == sa.bindparam("customer"),
        INVOICES.c.source.in_(sa.bindparam("sources", expanding=True)),
    )
    .limit(1)
)
_CURRENCIES = sa.select(INVOICES.c.id, INVOICES.c.currency).where(INVOICES.c.id.in_(_IDS))

_OF_CUSTOMER = INVOICES.c.customer_id == sa.bindparam("customer")
_OWED_IDS = sa.select(INVOICES.c.id).where(_OF_CUSTOMER, INVOICES.c.status.in_(_OWED))
_OWED_BY = _ALL.where(_OF_CUSTOMER, INVOICES.c.status.in_(_OWED), counted()).order_by(
    INVOICES.c.due_on, INVOICES.c.number
)
_OWED_TOTALS = (
    sa.select(
        INVOICES.c.customer_id,
        INVOICES.c.currency,
        sa.func.count(),
        sa.func.sum(INVOICES.c.amount - INVOICES.c.paid),
    )
    .where(
        INVOICES.c.customer_id.in_(sa.bindparam("customers", expanding=True)),
        INVOICES.c.status.in_(_OWED),
        counted(),
    )
    .group_by(INVOICES.c.customer_id, INVOICES.c.currency)
)
_OVER = sa.case(
    (INVOICES.c.status == InvoiceStatus.VOID, INVOICES.c.paid), else_=INVOICES.c.paid - INVOICES.c.amount
)
_CREDITS = (
    sa.select(INVOICES.c.currency, sa.func.sum(_OVER))
    .where(_OF_CUSTOMER, INVOICES.c.parent_id.is_(None), _OVER > 0)
    .group_by(INVOICES.c.currency)
)
_OF_LIST = _ALL.where(INVOICES.c.list_name == sa.bindparam("list")).order_by(INVOICES.c.id)


def by_id(tx: Tx, invoice_id: str, *, lock: bool = False) -> Invoice | None:
    """The invoice; with `lock` nobody else changes it until the transaction ends."""
    row = tx.conn.execute(_BY_ID_LOCKED if lock else _BY_ID, {"id": invoice_id}).first()
    return value_of(Invoice, row._mapping) if row else None


def by_number(tx: Tx, number: str, *, lock: bool = False) -> Invoice | None:
    row = tx.conn.execute(_BY_NUMBER_LOCKED if lock else _BY_NUMBER, {"number": number}).first()
    return value_of(Invoice, row._mapping) if row else None


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, Invoice]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_BY_IDS, {"ids": wanted})
    return {row.id: value_of(Invoice, row._mapping) for row in rows}


def find(tx: Tx, reference: str, *, lock: bool = False) -> list[Invoice]:
    """Every invoice that the reference may mean: its id or number exactly, else its number in any case."""
    asked = {"reference": reference, "lower": reference.lower()}
    for query in _FINDING_LOCKED if lock else _FINDING:
        rows = tx.conn.execute(query, asked).all()
        if rows:
            return [value_of(Invoice, row._mapping) for row in rows]
    return []


def has_source(tx: Tx, customer_id: str, sources: Iterable[str]) -> bool:
    """Whether any of these sources ever billed the customer."""
    asked = {"customer": customer_id, "sources": sorted(sources)}
    return tx.conn.execute(_HAS_SOURCE, asked).first() is not None


def currencies(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """The currency of each of these invoices."""
    rows = tx.conn.execute(_CURRENCIES, {"ids": sorted(ids)})
    return {row.id: row.currency for row in rows}


def owed_by(tx: Tx, customer_id: str, *, lock: bool = False) -> list[Invoice]:
    """What a customer still owes, the oldest due date first; locked in the order that everybody keeps."""
    if lock:
        locking.invoices(tx, tx.conn.execute(_OWED_IDS, {"customer": customer_id}).scalars())
    rows = tx.conn.execute(_OWED_BY, {"customer": customer_id})
    return [value_of(Invoice, row._mapping) for row in rows]


def owed_totals(tx: Tx, customer_ids: Iterable[str]) -> dict[tuple[str, str], tuple[int, int]]:
    """(customer, currency) -> (number of owed invoices, minor units owed)."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_OWED_TOTALS, {"customers": wanted})
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}


def credits_of(tx: Tx, customer_id: str) -> dict[str, int]:
    """Currency -> minor units paid beyond what was owed; of instalments their debt tells."""
    rows = tx.conn.execute(_CREDITS, {"customer": customer_id})
    return {row[0]: int(row[1]) for row in rows}


def search(tx: Tx, query: Query, *, limit: int, after: str | None = None) -> list[Invoice]:
    """Invoices in the order of their making, from the one after `after`."""
    where = _where(tx, query)
    if after is not None:
        where.append(INVOICES.c.id > after)
    rows = tx.conn.execute(sa.select(INVOICES).where(*where).order_by(INVOICES.c.id).limit(limit))
    return [value_of(Invoice, row._mapping) for row in rows]


def _where(tx: Tx, query: Query) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = [counted()]
    if query.statuses is not None:
        where.append(INVOICES.c.status.in_([status.value for status in query.statuses]))
    if query.customer_id is not None:
        where.append(INVOICES.c.customer_id == query.customer_id)
    if query.list_name is not None:
        where.append(INVOICES.c.list_name == query.list_name)
    if query.due_from is not None:
        where.append(INVOICES.c.due_on >= query.due_from.isoformat())
    if query.due_to is not None:
        where.append(INVOICES.c.due_on <= query.due_to.isoformat())
    if query.changed_after is not None:
        # By the index of the time of change: few have changed, however many there are.
        again = INVOICES.alias("again")
        lately = sa.select(again.c.id).where(again.c.updated_at > to_ms(query.changed_after))
        where.append(INVOICES.c.id.in_(lately))
    if query.overdue_on_or_before is not None:
        where.append(INVOICES.c.due_on <= query.overdue_on_or_before.isoformat())
        where.append(INVOICES.c.status.in_(_OWED))
    if query.sources is not None:
        where.append(INVOICES.c.source.in_(sorted(query.sources)))
    where += [_has_extra(name, value) for name, value in query.extra]
    if query.tag is not None:
        where.append(among_tagged(tx, query.tag))
    return where


def _has_extra(name: str, value: str) -> sa.ColumnElement[bool]:
    """Whether the invoice's own field, else the customer's, has this value."""
    people = schema.customers
    owner = sa.select(people.c.extra[name].as_string()).where(people.c.id == INVOICES.c.customer_id)
    return sa.func.coalesce(INVOICES.c.extra[name].as_string(), owner.scalar_subquery()) == value


def of_list(tx: Tx, list_name: str) -> list[Invoice]:
    """Every invoice of a spreadsheet's list."""
    rows = tx.conn.execute(_OF_LIST, {"list": list_name})
    return [value_of(Invoice, row._mapping) for row in rows]


def options(tx: Tx, text: str, limit: int = 50) -> list[tuple[str, str]]:
    """(id, label) of owed invoices whose number begins like `text`, for drop-downs."""
    query = (
        sa.select(INVOICES.c.id, INVOICES.c.number, schema.customers.c.name)
        .join(schema.customers, schema.customers.c.id == INVOICES.c.customer_id)
        .where(INVOICES.c.status.in_(_OWED))
        .order_by(INVOICES.c.due_on, INVOICES.c.number)
    )
    if text:
        query = query.where(sa.func.lower(INVOICES.c.number).startswith(text.lower(), autoescape=True))
    return [(row.id, f"{row.number} · {row.name}") for row in tx.conn.execute(query.limit(limit))]
