"""Claims as they were made and answered."""

from collections.abc import Iterable

import sqlalchemy as sa

from connector.domain.claims import CLAIM_TICK
from connector.domain.model import Claim, ClaimState, StepState
from connector.store import schema
from connector.store.db import Tx
from connector.store.rows import value_of

CLAIMS = schema.claims

_BY_ID = sa.select(CLAIMS).where(CLAIMS.c.id == sa.bindparam("id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_BY_IDS = sa.select(CLAIMS).where(CLAIMS.c.id.in_(sa.bindparam("ids", expanding=True)))
_OF_CUSTOMER = sa.select(CLAIMS).where(CLAIMS.c.customer_id == sa.bindparam("customer"))
_ABOUT_ONE = _OF_CUSTOMER.where(CLAIMS.c.invoice_id == sa.bindparam("invoice")).order_by(CLAIMS.c.no)
_ABOUT_ALL = _OF_CUSTOMER.where(CLAIMS.c.invoice_id.is_(None)).order_by(CLAIMS.c.no)
_WAITING_OF_CUSTOMER = _OF_CUSTOMER.where(CLAIMS.c.state == ClaimState.WAITING).order_by(
    CLAIMS.c.made_at, CLAIMS.c.id
)
_TICKS = sa.select(schema.steps.c.id).where(
    schema.steps.c.key == sa.bindparam("tick"), schema.steps.c.state == StepState.PLANNED.value
)


def by_id(tx: Tx, claim_id: str, *, lock: bool = False) -> Claim | None:
    row = tx.conn.execute(_BY_ID_LOCKED if lock else _BY_ID, {"id": claim_id}).first()
    return value_of(Claim, row._mapping) if row else None


def about(tx: Tx, customer_id: str, invoice_id: str | None) -> list[Claim]:
    """Every claim on this invoice, or (None) on all that the customer owes, the first one first."""
    query = _ABOUT_ALL if invoice_id is None else _ABOUT_ONE
    rows = tx.conn.execute(query, {"customer": customer_id, "invoice": invoice_id})
    return [value_of(Claim, row._mapping) for row in rows]


def on_invoice(tx: Tx, customer_id: str, invoice_id: str) -> list[Claim]:
    """Every claim that speaks of this invoice, alone or with all else that the customer owes."""
    return about(tx, customer_id, invoice_id) + about(tx, customer_id, None)


def waiting_about(tx: Tx, customer_id: str, invoice_id: str | None) -> Claim | None:
    """The claim that nobody has answered yet, if there is one; there is at most one for a subject."""
    return next((c for c in about(tx, customer_id, invoice_id) if c.state is ClaimState.WAITING), None)


def waiting_of_customer(tx: Tx, customer_id: str) -> list[Claim]:
    """Every unanswered claim of the customer, whatever it is about."""
    rows = tx.conn.execute(_WAITING_OF_CUSTOMER, {"customer": customer_id})
    return [value_of(Claim, row._mapping) for row in rows]


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, Claim]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_BY_IDS, {"ids": wanted})
    return {row.id: value_of(Claim, row._mapping) for row in rows}


def add_proof(tx: Tx, claim_id: str, *, file_id: str, file_type: str | None) -> None:
    """Notes the file that the customer sent as a proof; a later one replaces it."""
    tx.conn.execute(
        CLAIMS.update()
        .where(CLAIMS.c.id == claim_id)
        .values(proof_file_id=file_id, proof_type=None if file_type is None else file_type[:80])
    )


def tick_ids(tx: Tx, claim_id: str) -> tuple[str, ...]:
    """The planned end of the claim's truce."""
    return tuple(tx.conn.execute(_TICKS, {"tick": f"{CLAIM_TICK}{claim_id}"}).scalars())


def options(tx: Tx, limit: int = 50) -> list[tuple[str, str]]:
    """(id, label) of unanswered claims, the longest waiting first, for drop-downs."""
    customers, invoices = schema.customers, schema.invoices
    join = CLAIMS.outerjoin(customers, customers.c.id == CLAIMS.c.customer_id).outerjoin(
        invoices, invoices.c.id == CLAIMS.c.invoice_id
    )
    rows = tx.conn.execute(
        sa.select(CLAIMS.c.id, customers.c.name, invoices.c.number)
        .select_from(join)
        .where(CLAIMS.c.state == ClaimState.WAITING)
        .order_by(CLAIMS.c.made_at)
        .limit(limit)
    )
    return [(row.id, f"{row.name or '-'}: {row.number or '…'}") for row in rows]
