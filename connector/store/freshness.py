"""Whether what we know of payments can be trusted after a cut: what came in while we were dark is lost to us."""

from datetime import timedelta

import sqlalchemy as sa

from connector.clock import to_ms
from connector.domain.model import Invoice
from connector.store import schema
from connector.store.db import Tx

CUTS = schema.blackouts
IMPORTS = schema.imports
DOUBT = timedelta(hours=24)  # tools give up after minutes to a day; a person or a sync speaks within a day

_SINCE = sa.bindparam("since", type_=sa.BigInteger)
_NEWEST_CUT = sa.select(sa.func.max(CUTS.c.to_at)).where(CUTS.c.cause != "pause", CUTS.c.to_at > _SINCE)
_PAID_SINCE = sa.select(sa.exists().where(schema.payments.c.created_at >= _SINCE))
_SYNCED_SINCE = sa.select(
    sa.exists().where(IMPORTS.c.list_name == sa.bindparam("list"), IMPORTS.c.applied_at >= _SINCE)
)


def payment_source_fresh(tx: Tx, invoice: Invoice) -> bool:
    """False within a day after a cut, until a payment or the invoice's own list has been heard again."""
    ended = tx.conn.execute(_NEWEST_CUT, {"since": to_ms(tx.now - DOUBT)}).scalar_one()
    return ended is None or _paid_since(tx, ended) or _synced_since(tx, invoice.list_name, ended)


def _paid_since(tx: Tx, since_ms: int) -> bool:
    return tx.conn.execute(_PAID_SINCE, {"since": since_ms}).scalar_one()


def _synced_since(tx: Tx, list_name: str | None, since_ms: int) -> bool:
    if list_name is None:
        return False
    return tx.conn.execute(_SYNCED_SINCE, {"list": list_name, "since": since_ms}).scalar_one()
