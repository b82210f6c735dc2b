"""Recurring charges and their decided periods."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from connector.domain.model import Invoice, InvoiceStatus
from connector.domain.recurring import Charge, ChargeState, Period, PeriodState
from connector.store import schema
from connector.store.db import Tx
from connector.store.rows import columns_of, value_of

CHARGES = schema.recurring_charges
PERIODS = schema.charge_periods
INVOICES = schema.invoices

_ALL = sa.select(CHARGES)
_BY_ID = _ALL.where(CHARGES.c.id == sa.bindparam("id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_ID_UNLESS_TAKEN = _BY_ID.with_for_update(skip_locked=True)
_BY_REF = _ALL.where(CHARGES.c.ref == sa.bindparam("ref")).order_by(CHARGES.c.id)
_BY_REF_LOCKED = _BY_REF.with_for_update()
_NAMED = sa.or_(
    sa.and_(CHARGES.c.ref == sa.bindparam("name"), CHARGES.c.numbered_as.is_(None)),
    CHARGES.c.numbered_as == sa.bindparam("name"),
)
_IS_CALLED = sa.select(CHARGES.c.id).where(_NAMED)
_CALLED = _ALL.where(_NAMED, CHARGES.c.customer_id == sa.bindparam("customer"))
_CALLED_LOCKED = _CALLED.with_for_update()
_OF_CUSTOMER = _ALL.where(
    CHARGES.c.customer_id == sa.bindparam("customer"), CHARGES.c.state == ChargeState.ACTIVE
).order_by(CHARGES.c.ref)
_OF_CUSTOMER_LOCKED = _OF_CUSTOMER.with_for_update()
_OF_LIST = _ALL.where(CHARGES.c.list_name == sa.bindparam("list")).order_by(CHARGES.c.ref)
_SET_STEP = (
    CHARGES.update().where(CHARGES.c.id == sa.bindparam("charge")).values(step_id=sa.bindparam("step"))
)

_DECIDED = sa.select(PERIODS).where(PERIODS.c.charge_id == sa.bindparam("charge"))
_DECIDED_OF = sa.select(PERIODS).where(PERIODS.c.charge_id.in_(sa.bindparam("charges", expanding=True)))
_PERIOD_OF = sa.select(PERIODS.c.charge_id, PERIODS.c.period).where(
    PERIODS.c.invoice_id == sa.bindparam("invoice")
)
_WAITING_OF_CASE = (
    sa.select(PERIODS)
    .where(PERIODS.c.case_id == sa.bindparam("case"), PERIODS.c.state == PeriodState.WAITING)
    .order_by(PERIODS.c.charge_id, PERIODS.c.period)
)
_ADD = PERIODS.insert()

_RIVALS = (
    sa.select(INVOICES)
    .where(
        sa.or_(
            INVOICES.c.number == sa.bindparam("number"),
            sa.and_(
                INVOICES.c.customer_id == sa.bindparam("customer"),
                INVOICES.c.due_on >= sa.bindparam("first"),
                INVOICES.c.due_on <= sa.bindparam("last"),
                INVOICES.c.source != "recurring",
                INVOICES.c.status != InvoiceStatus.VOID,
                INVOICES.c.parent_id.is_(None),  # the instalments of an older debt bill nothing new
            ),
        )
    )
    .order_by(INVOICES.c.due_on)
)


def by_id(tx: Tx, charge_id: str, *, lock: bool = False, wait: bool = True) -> Charge | None:
    """The charge; locked until the end of the transaction, or None when another has it and we do not wait."""
    query = _BY_ID if not lock else _BY_ID_LOCKED if wait else _BY_ID_UNLESS_TAKEN
    return _one(tx.conn.execute(query, {"id": charge_id}).first())


def by_ref(tx: Tx, ref: str, *, lock: bool = False) -> list[Charge]:
    """The charges with this reference, at most one of each list."""
    rows = tx.conn.execute(_BY_REF_LOCKED if lock else _BY_REF, {"ref": ref})
    return [value_of(Charge, row._mapping) for row in rows]


def is_called(tx: Tx, name: str) -> bool:
    """Whether the invoices of some charge are called so already."""
    return tx.conn.execute(_IS_CALLED, {"name": name}).first() is not None


def called(tx: Tx, name: str, customer_id: str, *, lock: bool = False) -> Charge | None:
    """The customer's charge whose invoices are called so."""
    asked = {"name": name, "customer": customer_id}
    return _one(tx.conn.execute(_CALLED_LOCKED if lock else _CALLED, asked).first())


def _one(row: sa.Row[Any] | None) -> Charge | None:
    return value_of(Charge, row._mapping) if row else None


def of_customer(tx: Tx, customer_id: str, *, lock: bool = False) -> list[Charge]:
    """The customer's charges that still run."""
    rows = tx.conn.execute(_OF_CUSTOMER_LOCKED if lock else _OF_CUSTOMER, {"customer": customer_id})
    return [value_of(Charge, row._mapping) for row in rows]


def of_list(tx: Tx, list_name: str) -> list[Charge]:
    """Every charge of a spreadsheet's roster."""
    rows = tx.conn.execute(_OF_LIST, {"list": list_name})
    return [value_of(Charge, row._mapping) for row in rows]


def made_by_hand(tx: Tx, refs: Iterable[str]) -> list[Charge]:
    """The charges of no list that bear one of these references."""
    wanted = sorted(set(refs))
    if not wanted:
        return []
    query = sa.select(CHARGES).where(CHARGES.c.list_name == "", CHARGES.c.ref.in_(wanted))
    return [value_of(Charge, row._mapping) for row in tx.conn.execute(query)]


def of_other_lists(tx: Tx, refs: Iterable[str], list_name: str, *, since: str) -> list[Charge]:
    """The charges of other lists that bear one of these references and still bill in the period `since`."""
    wanted = sorted(set(refs))
    if not wanted:
        return []
    runs = sa.or_(CHARGES.c.last_period.is_(None), CHARGES.c.last_period >= since)
    other = (CHARGES.c.list_name.notin_(["", list_name]), CHARGES.c.state == ChargeState.ACTIVE, runs)
    query = sa.select(CHARGES).where(CHARGES.c.ref.in_(wanted), *other)
    return [value_of(Charge, row._mapping) for row in tx.conn.execute(query)]


def decided(tx: Tx, charge_id: str) -> dict[str, Period]:
    """The periods of a charge that were decided."""
    rows = tx.conn.execute(_DECIDED, {"charge": charge_id})
    return {row.period: value_of(Period, row._mapping) for row in rows}


def decided_of(tx: Tx, charge_ids: Iterable[str]) -> dict[str, dict[str, Period]]:
    """The decided periods of many charges."""
    wanted = sorted(set(charge_ids))
    found: dict[str, dict[str, Period]] = {charge_id: {} for charge_id in wanted}
    if wanted:
        for row in tx.conn.execute(_DECIDED_OF, {"charges": wanted}):
            found[row.charge_id][row.period] = value_of(Period, row._mapping)
    return found


def of_invoice(tx: Tx, invoice_id: str) -> tuple[Charge, str] | None:
    """The charge, locked, and the period of the invoice that it issued; None for any other invoice."""
    row = tx.conn.execute(_PERIOD_OF, {"invoice": invoice_id}).first()
    charge = None if row is None else by_id(tx, row.charge_id, lock=True)
    return None if row is None or charge is None else (charge, row.period)


def forget(tx: Tx, charge_id: str, period: str) -> None:
    """The period is undecided again, as if its day had not come."""
    tx.conn.execute(PERIODS.delete().where(PERIODS.c.charge_id == charge_id, PERIODS.c.period == period))


def waiting_of_case(tx: Tx, case_id: str) -> list[Period]:
    """The periods that a case is about and that nobody has decided yet, the oldest first."""
    rows = tx.conn.execute(_WAITING_OF_CASE, {"case": case_id})
    return [value_of(Period, row._mapping) for row in rows]


def add(tx: Tx, period: Period) -> None:
    """Writes down what became of a period, once for ever."""
    tx.conn.execute(_ADD, columns_of(period) | {"created_at": tx.now_ms})


def decide(tx: Tx, period: Period) -> None:
    """A period that waited for a person is decided, or waits with its case."""
    tx.conn.execute(
        PERIODS.update()
        .where(
            PERIODS.c.charge_id == period.charge_id,
            PERIODS.c.period == period.period,
            PERIODS.c.state == PeriodState.WAITING,
        )
        .values(**columns_of(period))
    )


def set_step(tx: Tx, charge_id: str, step_id: str | None) -> None:
    """Names the step that issues the next period."""
    tx.conn.execute(_SET_STEP, {"charge": charge_id, "step": step_id})


def remove(tx: Tx, charge_id: str) -> None:
    """Takes away a charge of which no period was ever decided."""
    tx.conn.execute(CHARGES.delete().where(CHARGES.c.id == charge_id))


def rivals(tx: Tx, customer_id: str, number: str, first: date, last: date) -> list[Invoice]:
    """Invoices that may bill the same thing: the number itself, or another source's for these days."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    rows = tx.conn.execute(_RIVALS, days | {"number": number, "customer": customer_id})
    return [value_of(Invoice, row._mapping) for row in rows]


def options(tx: Tx, text: str, limit: int = 50) -> list[tuple[str, str]]:
    """(id, label) of the charges that run and whose reference begins like `text`, for drop-downs."""
    query = (
        sa.select(CHARGES.c.id, CHARGES.c.ref, schema.customers.c.name)
        .join_from(CHARGES, schema.customers, schema.customers.c.id == CHARGES.c.customer_id)
        .where(CHARGES.c.state == ChargeState.ACTIVE)
        .order_by(CHARGES.c.ref)
    )
    if text:
        query = query.where(sa.func.lower(CHARGES.c.ref).startswith(text.lower(), autoescape=True))
    return [(row.id, f"{row.ref} · {row.name}") for row in tx.conn.execute(query.limit(limit))]
