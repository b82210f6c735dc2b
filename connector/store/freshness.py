"""Whether what we know of payments can be trusted after a cut: what came in while we were dark is lost to us."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.clock import to_ms
from connector.domain.model import Invoice
from connector.store import schema
from connector.store.db import Tx

DOUBT = timedelta(hours=24)  # tools give up after minutes to a day; a person or a sync speaks within a day


def payment_source_fresh(tx: Tx, invoice: Invoice) -> bool:
    """False within a day after a cut, until a payment or the invoice's own list has been heard again."""
    dark = schema.blackouts
    ended = tx.conn.execute(
        sa.select(sa.func.max(dark.c.to_at)).where(
            dark.c.cause != "pause", dark.c.to_at > to_ms(_since(tx.now))
        )
    ).scalar_one()
    return ended is None or _paid_since(tx, ended) or _synced_since(tx, invoice.list_name, ended)


def _since(now: datetime) -> datetime:
    return now - DOUBT


def _paid_since(tx: Tx, since_ms: int) -> bool:
    payments = schema.payments
    return tx.conn.execute(sa.select(sa.exists().where(payments.c.created_at >= since_ms))).scalar_one()


def _synced_since(tx: Tx, list_name: str | None, since_ms: int) -> bool:
    if list_name is None:
        return False
    imports = schema.imports
    found = sa.exists().where(imports.c.list_name == list_name, imports.c.applied_at >= since_ms)
    return tx.conn.execute(sa.select(found)).scalar_one()
