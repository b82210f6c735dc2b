"""Payments as they were recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from connector.clock import from_ms
from connector.store import schema
from connector.store.db import Tx

PAYMENTS = schema.payments


@dataclass(frozen=True, slots=True)
class Recorded:
    """One payment in the book. `amount` is in minor units."""

    id: str
    invoice_id: str | None
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
    created_at: datetime


def by_id(tx: Tx, payment_id: str) -> Recorded | None:
    row = tx.conn.execute(sa.select(PAYMENTS).where(PAYMENTS.c.id == payment_id)).first()
    return _recorded(row) if row else None


def by_ref(tx: Tx, ref: str) -> list[Recorded]:
    """The payment with this reference, or its parts when it settled several invoices (`ref`, `ref#2` ...)."""
    rows = tx.conn.execute(
        sa.select(PAYMENTS)
        .where(sa.or_(PAYMENTS.c.ref == ref, PAYMENTS.c.ref.startswith(f"{ref}#", autoescape=True)))
        .order_by(PAYMENTS.c.id)
    )
    return [_recorded(row) for row in rows if row.ref == ref or row.ref[len(ref) + 1 :].isdigit()]


def alike(tx: Tx, *, invoice_id: str, amount: int, since: date, until: date) -> Recorded | None:
    """A payment of the same invoice and amount made in these days: probably the same one told twice."""
    row = tx.conn.execute(
        sa.select(PAYMENTS)
        .where(
            PAYMENTS.c.invoice_id == invoice_id,
            PAYMENTS.c.amount == amount,
            PAYMENTS.c.state == "applied",
            PAYMENTS.c.paid_on >= since.isoformat(),
            PAYMENTS.c.paid_on <= until.isoformat(),
        )
        .order_by(PAYMENTS.c.id.desc())
        .limit(1)
    ).first()
    return _recorded(row) if row else None


def of_invoice(tx: Tx, invoice_id: str) -> list[Recorded]:
    rows = tx.conn.execute(
        sa.select(PAYMENTS).where(PAYMENTS.c.invoice_id == invoice_id).order_by(PAYMENTS.c.id)
    )
    return [_recorded(row) for row in rows]


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, Recorded]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(sa.select(PAYMENTS).where(PAYMENTS.c.id.in_(wanted)))
    return {row.id: _recorded(row) for row in rows}


def _recorded(row: sa.Row[tuple[object, ...]]) -> Recorded:
    return Recorded(
        id=row.id,
        invoice_id=row.invoice_id,
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
        created_at=from_ms(row.created_at),
    )
