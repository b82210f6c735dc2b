"""Spreadsheets by name: a list's messages stay at home until somebody starts it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from connector.clock import from_ms
from connector.store import schema
from connector.store.db import Tx

LISTS = schema.lists


@dataclass(frozen=True, slots=True)
class SheetList:
    name: str
    started_at: datetime | None


def get(tx: Tx, name: str) -> SheetList | None:
    row = tx.conn.execute(sa.select(LISTS).where(LISTS.c.name == name)).first()
    if row is None:
        return None
    return SheetList(row.name, None if row.started_at is None else from_ms(row.started_at))


def ensure(tx: Tx, name: str) -> SheetList:
    """The list, made silent when it is new."""
    known = get(tx, name)
    if known is not None:
        return known
    tx.conn.execute(LISTS.insert().values(name=name, created_at=tx.now_ms))
    return SheetList(name, None)


def start(tx: Tx, name: str) -> bool:
    """Lets the list's messages go; answers whether it was silent until now."""
    ensure(tx, name)
    done = tx.conn.execute(
        LISTS.update().where(LISTS.c.name == name, LISTS.c.started_at.is_(None)).values(started_at=tx.now_ms)
    )
    return bool(done.rowcount)


def names(tx: Tx) -> list[str]:
    return list(tx.conn.execute(sa.select(LISTS.c.name).order_by(LISTS.c.name)).scalars())
