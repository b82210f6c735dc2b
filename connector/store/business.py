"""The one business of this database."""

from typing import Any

import sqlalchemy as sa

from connector.domain.model import Business
from connector.store import destinations, schema
from connector.store.db import Tx
from connector.store.rows import columns_of, value_of

BUSINESS = schema.business


_THE_ONE = sa.select(BUSINESS).limit(1)


def get(tx: Tx) -> Business | None:
    """The business, or None before set-up."""
    row = tx.conn.execute(_THE_ONE).first()
    return value_of(Business, row._mapping) if row else None


def create(tx: Tx, business: Business) -> None:
    """Sets the business up, and approves its account and host; a second one is refused.

    One database is one business.
    """
    if get(tx) is not None:
        raise LookupError("this database already has its business")
    tx.conn.execute(BUSINESS.insert().values(**columns_of(business), created_at=tx.now_ms))
    destinations.note_set_up(tx, business)


def change(tx: Tx, business_id: str, values: dict[str, Any]) -> None:
    """Writes the given columns of the business."""
    if values:
        tx.conn.execute(BUSINESS.update().where(BUSINESS.c.id == business_id).values(**values))
