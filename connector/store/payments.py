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

_ALL = sa.select(PAYMENTS)
_BY_ID = _ALL.where(PAYMENTS.c.id == sa.bindparam("id"))
_BY_IDS = _ALL.where(PAYMENTS.c.id.in_(sa.bindparam("ids", expanding=True)))
_BY_REF = _ALL.where(PAYMENTS.c.ref == sa.bindparam("ref"))
_ITEMS_OF = sa.select(ITEMS).where(ITEMS.c.payment_id == sa.bindparam("payment")).order_by(ITEMS.c.id)
_STANDING = (
    sa.select(ITEMS)
    .where(ITEMS.c.invoice_id == sa.bindparam("invoice"), ITEMS.c.reversed_at.is_(None))
    .order_by(ITEMS.c.id)
)

# An invoice and its instalments.
_FAMILY = sa.or_(INVOICES.c.id == sa.bindparam("invoice"), INVOICES.c.parent_id == sa.bindparam("invoice"))
_STANDING_OF_FAMILY = (
    sa.select(ITEMS)
    .join(INVOICES, INVOICES.c.id == ITEMS.c.invoice_id)
    .where(_FAMILY, ITEMS.c.reversed_at.is_(None))
    .order_by(ITEMS.c.id)
)
_LAST_OF_FAMILY = (
    _ALL.select_from(
        PAYMENTS.join(ITEMS, ITEMS.c.payment_id == PAYMENTS.c.id).join(
            INVOICES, INVOICES.c.id == ITEMS.c.invoice_id
        )
    )
    .where(_FAMILY)
    .order_by(PAYMENTS.c.id.desc())
    .limit(1)
)

_IN_THESE_DAYS = PAYMENTS.c.paid_on.between(sa.bindparam("since"), sa.bindparam("until"))
_AMOUNTS: sa.BindParameter[int] = sa.bindparam("amounts", expanding=True)
_ALIKE_ON_INVOICE = _LAST_OF_FAMILY.where(
    ITEMS.c.reversed_at.is_(None),
    sa.or_(ITEMS.c.amount.in_(_AMOUNTS), PAYMENTS.c.amount.in_(_AMOUNTS)),
    PAYMENTS.c.state == APPLIED,
    _IN_THESE_DAYS,
)
_ALIKE_OF_CUSTOMER = (
    _ALL.where(
        PAYMENTS.c.customer_id == sa.bindparam("customer"),
        PAYMENTS.c.amount == sa.bindparam("amount"),
        PAYMENTS.c.state.in_(sa.bindparam("states", expanding=True)),
        _IN_THESE_DAYS,
    )
    .order_by(PAYMENTS.c.state != UNMATCHED, PAYMENTS.c.id.desc())
    .limit(1)
)
_WITHOUT_REF = PAYMENTS.c.ref.is_(None)
_ALIKE_ON_INVOICE_WITHOUT_REF = _ALIKE_ON_INVOICE.where(_WITHOUT_REF)
_ALIKE_OF_CUSTOMER_WITHOUT_REF = _ALIKE_OF_CUSTOMER.where(_WITHOUT_REF)

_PARKED = _ALL.where(PAYMENTS.c.state == UNMATCHED).order_by(PAYMENTS.c.id)
_NAMES: sa.BindParameter[str] = sa.bindparam("names", expanding=True, type_=sa.String)
_PARKED_FOR = _PARKED.where(
    sa.or_(sa.func.lower(PAYMENTS.c.told_invoice).in_(_NAMES), sa.func.lower(PAYMENTS.c.ref).in_(_NAMES))
)
_COUNT_PARKED = sa.select(sa.func.count()).select_from(PAYMENTS).where(PAYMENTS.c.state == UNMATCHED)
_ADOPT_REF = (
    PAYMENTS.update()
    .where(PAYMENTS.c.id == sa.bindparam("payment"), _WITHOUT_REF)
    .values(ref=sa.bindparam("told"))
)


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
    row = tx.conn.execute(_BY_ID, {"id": payment_id}).first()
    return _recorded(row) if row else None


def by_ref(tx: Tx, ref: str) -> Recorded | None:
    """The payment with this reference, whichever road it came by; there is at most one."""
    row = tx.conn.execute(_BY_REF, {"ref": ref}).first()
    return _recorded(row) if row else None


def items_of(tx: Tx, payment_id: str) -> list[Item]:
    """What the payment gave, reversed items included, in the order of their making."""
    rows = tx.conn.execute(_ITEMS_OF, {"payment": payment_id})
    return [_item(row) for row in rows]


def standing_of_invoice(tx: Tx, invoice_id: str) -> list[Item]:
    """What was paid on this invoice itself and not taken back, the first one first."""
    rows = tx.conn.execute(_STANDING, {"invoice": invoice_id})
    return [_item(row) for row in rows]


def of_family(tx: Tx, invoice_id: str) -> list[Item]:
    """The standing items of an invoice and of its instalments, the first one first."""
    rows = tx.conn.execute(_STANDING_OF_FAMILY, {"invoice": invoice_id})
    return [_item(row) for row in rows]


def last_of_family(tx: Tx, invoice_id: str) -> Recorded | None:
    """The newest payment of an invoice or of its instalments, whatever became of it."""
    row = tx.conn.execute(_LAST_OF_FAMILY, {"invoice": invoice_id}).first()
    return _recorded(row) if row else None


def alike_on_invoice(
    tx: Tx, invoice_id: str, amounts: Iterable[int], *, since: date, until: date, without_ref: bool = False
) -> Recorded | None:
    """A payment of one of these amounts to this invoice (or its instalments) in these days."""
    query = _ALIKE_ON_INVOICE_WITHOUT_REF if without_ref else _ALIKE_ON_INVOICE
    days = {"since": since.isoformat(), "until": until.isoformat()}
    row = tx.conn.execute(query, days | {"invoice": invoice_id, "amounts": sorted(set(amounts))}).first()
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
    query = _ALIKE_OF_CUSTOMER_WITHOUT_REF if without_ref else _ALIKE_OF_CUSTOMER
    days = {"since": since.isoformat(), "until": until.isoformat()}
    payment = {"customer": customer_id, "amount": amount, "states": sorted(states)}
    row = tx.conn.execute(query, days | payment).first()
    return _recorded(row) if row else None


def parked(tx: Tx, *, limit: int = 200) -> list[Recorded]:
    """The payments that fit nothing yet, the first one first."""
    return [_recorded(row) for row in tx.conn.execute(_PARKED.limit(limit))]


def parked_for(tx: Tx, names: Iterable[str]) -> list[Recorded]:
    """The parked payments that were told to be for one of these numbers, in any case of letters."""
    wanted = sorted({name.lower() for name in names if name})
    if not wanted:
        return []
    return [_recorded(row) for row in tx.conn.execute(_PARKED_FOR, {"names": wanted})]


def count_parked(tx: Tx) -> int:
    """How many payments wait for a person to say what they are for."""
    return int(tx.conn.execute(_COUNT_PARKED).scalar_one())


def adopt_ref(tx: Tx, payment_id: str, ref: str) -> None:
    """Gives a payment that had none the reference by which another road knows it."""
    tx.conn.execute(_ADOPT_REF, {"payment": payment_id, "told": ref})


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
    rows = tx.conn.execute(_BY_IDS, {"ids": wanted})
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
