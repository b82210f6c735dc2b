"""Payment plans: one debt, and the instalments that stand for it."""

from collections.abc import Iterable

import sqlalchemy as sa

from connector.domain.model import Invoice, InvoiceStatus, PaymentPlan, PlanState
from connector.store import schema
from connector.store.db import Tx
from connector.store.rows import value_of

PLANS = schema.payment_plans
INVOICES = schema.invoices
_OWED = (InvoiceStatus.OPEN.value, InvoiceStatus.PARTLY_PAID.value, InvoiceStatus.WAITING.value)
_LIVE = (PlanState.ACTIVE.value, PlanState.FROZEN.value)


def by_id(tx: Tx, plan_id: str) -> PaymentPlan | None:
    row = tx.conn.execute(sa.select(PLANS).where(PLANS.c.id == plan_id)).first()
    return value_of(PaymentPlan, row._mapping) if row else None


def newest_of(tx: Tx, invoice_id: str) -> PaymentPlan | None:
    """The last plan of a debt, whatever became of it."""
    query = sa.select(PLANS).where(PLANS.c.invoice_id == invoice_id).order_by(PLANS.c.id.desc()).limit(1)
    row = tx.conn.execute(query).first()
    return value_of(PaymentPlan, row._mapping) if row else None


def of_plan(tx: Tx, plan_id: str) -> list[Invoice]:
    """The instalments of a plan in their order."""
    rows = tx.conn.execute(
        sa.select(INVOICES)
        .where(INVOICES.c.plan_id == plan_id, INVOICES.c.parent_id.is_not(None))
        .order_by(INVOICES.c.instalment_no)
    )
    return [value_of(Invoice, row._mapping) for row in rows]


def open_of(tx: Tx, invoice_id: str) -> list[Invoice]:
    """The instalments of a debt that are still owed, the oldest due date first."""
    rows = tx.conn.execute(
        sa.select(INVOICES)
        .where(INVOICES.c.parent_id == invoice_id, INVOICES.c.status.in_(_OWED))
        .order_by(INVOICES.c.due_on, INVOICES.c.instalment_no)
    )
    return [value_of(Invoice, row._mapping) for row in rows]


def reminded_for(tx: Tx, invoice: Invoice) -> list[Invoice]:
    """The invoices whose reminders are meant when this one is named: of a split debt its open instalments."""
    return (open_of(tx, invoice.id) if invoice.is_split else []) or [invoice]


def count_of(tx: Tx, invoice_id: str) -> int:
    """How many instalments the debt has ever had: the next one's number follows from it."""
    count = sa.select(sa.func.count()).select_from(INVOICES).where(INVOICES.c.parent_id == invoice_id)
    return int(tx.conn.execute(count).scalar_one())


def family_ids(tx: Tx, invoice_ids: Iterable[str]) -> set[str]:
    """These debts and all their instalments."""
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return set()
    rows = tx.conn.execute(sa.select(INVOICES.c.id).where(INVOICES.c.parent_id.in_(wanted)))
    return {*wanted, *rows.scalars()}


def options(tx: Tx, limit: int = 50) -> list[tuple[str, str]]:
    """(id, label) of the plans that run, for drop-downs."""
    customers = schema.customers
    rows = tx.conn.execute(
        sa.select(PLANS.c.id, customers.c.name, INVOICES.c.number)
        .join(customers, customers.c.id == PLANS.c.customer_id)
        .join(INVOICES, INVOICES.c.id == PLANS.c.invoice_id)
        .where(PLANS.c.state.in_(_LIVE))
        .order_by(PLANS.c.id)
        .limit(limit)
    )
    return [(row.id, f"{row.name}: {row.number}") for row in rows]
