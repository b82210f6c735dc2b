"""Payments as they were recorded, and what each gave to which invoice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from connector.clock import from_ms
from connector.domain.payments import APPLIED, UNMATCHED
from connector.store import schema
from connector.store.db import Tx

PAYMENTS = schema.payments
ITEMS = schema.payment_items
INVOICES = schema.invoices


@dataclass(frozen=True, slots=True)
class Recorded:
    """One payment in the book. `amount` is in minor units."""

    id: str
    customer_id: str | None
    amount: int
    currency: str
    paid_on: date
    method: str | None
    ref: str | None
    source: str
    by: str | None
    note: str | None
    state: str
    told_invoice: str | None
    case_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """What a payment gave to an invoice. `amount` is in minor units."""

    id: str
    payment_id: str
    invoice_id: str
    amount: int
    reversed_at: datetime | None


def by_id(tx: Tx, payment_id: str) -> Recorded | None:
    row = tx.conn.execute(sa.select(PAYMENTS).where(PAYMENTS.c.id == payment_id)).first()
    return _recorded(row) if row else None


def by_ref(tx: Tx, ref: str) -> Recorded | None:
    """The payment with this reference, whichever road it came by; there is at most one."""
    row = tx.conn.execute(sa.select(PAYMENTS).where(PAYMENTS.c.ref == ref)).first()
    return _recorded(row) if row else None


def items_of(tx: Tx, payment_id: str) -> list[Item]:
    """What the payment gave, reversed items included, in the order of their making."""
    rows = tx.conn.execute(sa.select(ITEMS).where(ITEMS.c.payment_id == payment_id).order_by(ITEMS.c.id))
    return [_item(row) for row in rows]


def standing_of_invoice(tx: Tx, invoice_id: str) -> list[Item]:
    """What was paid on this invoice itself and not taken back, the first one first."""
    rows = tx.conn.execute(
        sa.select(ITEMS)
        .where(ITEMS.c.invoice_id == invoice_id, ITEMS.c.reversed_at.is_(None))
        .order_by(ITEMS.c.id)
    )
    return [_item(row) for row in rows]


def of_family(tx: Tx, invoice_id: str) -> list[Item]:
    """The standing items of an invoice and of its instalments, the first one first."""
    family = sa.or_(INVOICES.c.id == invoice_id, INVOICES.c.parent_id == invoice_id)
    rows = tx.conn.execute(
        sa.select(ITEMS)
        .join(INVOICES, INVOICES.c.id == ITEMS.c.invoice_id)
        .where(family, ITEMS.c.reversed_at.is_(None))
        .order_by(ITEMS.c.id)
    )
    return [_item(row) for row in rows]


def last_of_family(tx: Tx, invoice_id: str) -> Recorded | None:
    """The newest payment of an invoice or of its instalments, whatever became of it."""
    family = sa.or_(INVOICES.c.id == invoice_id, INVOICES.c.parent_id == invoice_id)
    joined = PAYMENTS.join(ITEMS, ITEMS.c.payment_id == PAYMENTS.c.id).join(
        INVOICES, INVOICES.c.id == ITEMS.c.invoice_id
    )
    query = sa.select(PAYMENTS).select_from(joined).where(family).order_by(PAYMENTS.c.id.desc()).limit(1)
    row = tx.conn.execute(query).first()
    return _recorded(row) if row else None


def alike_on_invoice(
    tx: Tx, invoice_id: str, amounts: Iterable[int], *, since: date, until: date, without_ref: bool = False
) -> Recorded | None:
    """A payment of one of these amounts to this invoice (or its instalments) in these days."""
    family = sa.or_(INVOICES.c.id == invoice_id, INVOICES.c.parent_id == invoice_id)
    some = sorted(set(amounts))
    where = [family, ITEMS.c.reversed_at.is_(None)]
    where.append(sa.or_(ITEMS.c.amount.in_(some), PAYMENTS.c.amount.in_(some)))
    joined = PAYMENTS.join(ITEMS, ITEMS.c.payment_id == PAYMENTS.c.id).join(
        INVOICES, INVOICES.c.id == ITEMS.c.invoice_id
    )
    where.append(PAYMENTS.c.state == APPLIED)
    where.append(PAYMENTS.c.paid_on.between(since.isoformat(), until.isoformat()))
    if without_ref:
        where.append(PAYMENTS.c.ref.is_(None))
    query = sa.select(PAYMENTS).select_from(joined).where(*where).order_by(PAYMENTS.c.id.desc()).limit(1)
    row = tx.conn.execute(query).first()
    return _recorded(row) if row else None


def alike_of_customer(
    tx: Tx,
    customer_id: str,
    amount: int,
    *,
    since: date,
    until: date,
    states: Iterable[str],
    without_ref: bool,
) -> Recorded | None:
    """A transfer of this sum by this customer in these days; what still waits for a person comes first."""
    where = [PAYMENTS.c.customer_id == customer_id, PAYMENTS.c.amount == amount]
    where.append(PAYMENTS.c.state.in_(sorted(states)))
    where.append(PAYMENTS.c.paid_on.between(since.isoformat(), until.isoformat()))
    if without_ref:
        where.append(PAYMENTS.c.ref.is_(None))
    order = (PAYMENTS.c.state != UNMATCHED, PAYMENTS.c.id.desc())
    row = tx.conn.execute(sa.select(PAYMENTS).where(*where).order_by(*order).limit(1)).first()
    return _recorded(row) if row else None


def parked(tx: Tx, *, limit: int = 200) -> list[Recorded]:
    """The payments that fit nothing yet, the first one first."""
    rows = tx.conn.execute(
        sa.select(PAYMENTS).where(PAYMENTS.c.state == UNMATCHED).order_by(PAYMENTS.c.id).limit(limit)
    )
    return [_recorded(row) for row in rows]


def parked_for(tx: Tx, names: Iterable[str]) -> list[Recorded]:
    """The parked payments that were told to be for one of these numbers, in any case of letters."""
    wanted = sorted({name.lower() for name in names if name})
    if not wanted:
        return []
    told = sa.or_(
        sa.func.lower(PAYMENTS.c.told_invoice).in_(wanted), sa.func.lower(PAYMENTS.c.ref).in_(wanted)
    )
    rows = tx.conn.execute(
        sa.select(PAYMENTS).where(PAYMENTS.c.state == UNMATCHED, told).order_by(PAYMENTS.c.id)
    )
    return [_recorded(row) for row in rows]


def count_parked(tx: Tx) -> int:
    """How many payments wait for a person to say what they are for."""
    count = sa.select(sa.func.count()).select_from(PAYMENTS).where(PAYMENTS.c.state == UNMATCHED)
    return int(tx.conn.execute(count).scalar_one())


def adopt_ref(tx: Tx, payment_id: str, ref: str) -> None:
    """Gives a payment that had none the reference by which another road knows it."""
    tx.conn.execute(
        PAYMENTS.update().where(PAYMENTS.c.id == payment_id, PAYMENTS.c.ref.is_(None)).values(ref=ref)
    )


def told_by(tx: Tx, source: str) -> set[str]:
    """The invoices for which this source has told a payment that stands; an instalment's debt with it."""
    query = (
        sa.select(INVOICES.c.id, INVOICES.c.parent_id)
        .join(ITEMS, ITEMS.c.invoice_id == INVOICES.c.id)
        .join(PAYMENTS, PAYMENTS.c.id == ITEMS.c.payment_id)
        .where(PAYMENTS.c.source == source, ITEMS.c.reversed_at.is_(None))
    )
    found: set[str] = set()
    for row in tx.conn.execute(query):
        found |= {row.id, row.parent_id} - {None}
    return found


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, Recorded]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(sa.select(PAYMENTS).where(PAYMENTS.c.id.in_(wanted)))
    return {row.id: _recorded(row) for row in rows}


def _item(row: sa.Row[tuple[object, ...]]) -> Item:
    return Item(
        id=row.id,
        payment_id=row.payment_id,
        invoice_id=row.invoice_id,
        amount=row.amount,
        reversed_at=None if row.reversed_at is None else from_ms(row.reversed_at),
    )


def _recorded(row: sa.Row[tuple[object, ...]]) -> Recorded:
    return Recorded(
        id=row.id,
        customer_id=row.customer_id,
        amount=row.amount,
        currency=row.currency,
        paid_on=date.fromisoformat(row.paid_on),
        method=row.method,
        ref=row.ref,
        source=row.source,
        by=row.by,
        note=row.note,
        state=row.state,
        told_invoice=row.told_invoice,
        case_id=row.case_id,
        created_at=from_ms(row.created_at),
    )
