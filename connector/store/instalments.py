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

_BY_ID = sa.select(PLANS).where(PLANS.c.id == sa.bindparam("id"))
_NEWEST_OF = (
    sa.select(PLANS).where(PLANS.c.invoice_id == sa.bindparam("invoice")).order_by(PLANS.c.id.desc()).limit(1)
)
_OF_PLAN = (
    sa.select(INVOICES)
    .where(INVOICES.c.plan_id == sa.bindparam("plan"), INVOICES.c.parent_id.is_not(None))
    .order_by(INVOICES.c.instalment_no)
)
_OPEN_OF = (
    sa.select(INVOICES)
    .where(INVOICES.c.parent_id == sa.bindparam("invoice"), INVOICES.c.status.in_(_OWED))
    .order_by(INVOICES.c.due_on, INVOICES.c.instalment_no)
)
_COUNT_OF = (
    sa.select(sa.func.count()).select_from(INVOICES).where(INVOICES.c.parent_id == sa.bindparam("invoice"))
)
_INSTALMENTS = sa.select(INVOICES.c.id).where(
    INVOICES.c.parent_id.in_(sa.bindparam("invoices", expanding=True))
)


def by_id(tx: Tx, plan_id: str) -> PaymentPlan | None:
    row = tx.conn.execute(_BY_ID, {"id": plan_id}).first()
    return value_of(PaymentPlan, row._mapping) if row else None


def newest_of(tx: Tx, invoice_id: str) -> PaymentPlan | None:
    """The last plan of a debt, whatever became of it."""
    row = tx.conn.execute(_NEWEST_OF, {"invoice": invoice_id}).first()
    return value_of(PaymentPlan, row._mapping) if row else None


def of_plan(tx: Tx, plan_id: str) -> list[Invoice]:
    """The instalments of a plan in their order."""
    rows = tx.conn.execute(_OF_PLAN, {"plan": plan_id})
    return [value_of(Invoice, row._mapping) for row in rows]


def open_of(tx: Tx, invoice_id: str) -> list[Invoice]:
    """The instalments of a debt that are still owed, the oldest due date first."""
    rows = tx.conn.execute(_OPEN_OF, {"invoice": invoice_id})
    return [value_of(Invoice, row._mapping) for row in rows]


def reminded_for(tx: Tx, invoice: Invoice) -> list[Invoice]:
    """The invoices whose reminders are meant when this one is named: of a split debt its open instalments."""
    return (open_of(tx, invoice.id) if invoice.is_split else []) or [invoice]


def count_of(tx: Tx, invoice_id: str) -> int:
    """How many instalments the debt has ever had: the next one's number follows from it."""
    return int(tx.conn.execute(_COUNT_OF, {"invoice": invoice_id}).scalar_one())


def family_ids(tx: Tx, invoice_ids: Iterable[str]) -> set[str]:
    """These debts and all their instalments."""
    wanted = sorted(set(invoice_ids))
    if not wanted:
        return set()
    return {*wanted, *tx.conn.execute(_INSTALMENTS, {"invoices": wanted}).scalars()}


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
