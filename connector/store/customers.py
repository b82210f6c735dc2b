"""Customers, their references and their addresses (a number may belong to several people, and change)."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from connector.domain.model import Address, Customer
from connector.store import schema
from connector.store.db import Tx
from connector.store.rows import value_of

CUSTOMERS = schema.customers
REFS = schema.customer_refs
ADDRESSES = schema.addresses
LINKS = schema.customer_addresses
CONSENTS = schema.consents


def by_id(tx: Tx, customer_id: str) -> Customer | None:
    return _one(tx, CUSTOMERS.c.id == customer_id)


def by_ref(tx: Tx, ref: str) -> Customer | None:
    return _one(tx, CUSTOMERS.c.ref == ref)


def by_external(tx: Tx, source: str, external_id: str) -> Customer | None:
    """The customer whom a tool knows under its own id."""
    join = CUSTOMERS.join(REFS, REFS.c.customer_id == CUSTOMERS.c.id)
    row = tx.conn.execute(
        sa.select(CUSTOMERS)
        .select_from(join)
        .where(REFS.c.source == source, REFS.c.external_id == external_id)
    ).first()
    return value_of(Customer, row._mapping) if row else None


def by_phone(tx: Tx, phone: str) -> list[Customer]:
    """Everybody who is reached under this number, the first comer first."""
    join = CUSTOMERS.join(LINKS, LINKS.c.customer_id == CUSTOMERS.c.id).join(
        ADDRESSES, ADDRESSES.c.id == LINKS.c.address_id
    )
    rows = tx.conn.execute(
        sa.select(CUSTOMERS)
        .select_from(join)
        .where(ADDRESSES.c.phone == phone, LINKS.c.is_primary)
        .order_by(CUSTOMERS.c.id)
    )
    return [value_of(Customer, row._mapping) for row in rows]


def by_folded_name(tx: Tx, folded: str) -> list[Customer]:
    rows = tx.conn.execute(
        sa.select(CUSTOMERS).where(CUSTOMERS.c.folded_name == folded).order_by(CUSTOMERS.c.id)
    )
    return [value_of(Customer, row._mapping) for row in rows]


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, Customer]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(sa.select(CUSTOMERS).where(CUSTOMERS.c.id.in_(wanted)))
    return {row.id: value_of(Customer, row._mapping) for row in rows}


def address_by_phone(tx: Tx, phone: str) -> Address | None:
    row = tx.conn.execute(sa.select(ADDRESSES).where(ADDRESSES.c.phone == phone)).first()
    return value_of(Address, row._mapping) if row else None


def address_of(tx: Tx, customer_id: str) -> Address | None:
    """The number under which this customer is reached now."""
    return addresses_of(tx, [customer_id]).get(customer_id)


def addresses_of(tx: Tx, customer_ids: Iterable[str]) -> dict[str, Address]:
    """The primary address of each customer who has one."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return {}
    join = LINKS.join(ADDRESSES, ADDRESSES.c.id == LINKS.c.address_id)
    rows = tx.conn.execute(
        sa.select(ADDRESSES, LINKS.c.customer_id)
        .select_from(join)
        .where(LINKS.c.customer_id.in_(wanted), LINKS.c.is_primary)
    )
    return {row.customer_id: value_of(Address, row._mapping) for row in rows}


def customers_at(tx: Tx, address_id: str) -> list[str]:
    """Ids of everybody at this address."""
    return list(
        tx.conn.execute(
            sa.select(LINKS.c.customer_id)
            .where(LINKS.c.address_id == address_id)
            .order_by(LINKS.c.customer_id)
        ).scalars()
    )


def waiting_addresses(tx: Tx, customer_id: str) -> list[str]:
    """Ids of the numbers that were given for this customer and wait for a yes."""
    return list(
        tx.conn.execute(
            sa.select(LINKS.c.address_id).where(LINKS.c.customer_id == customer_id, ~LINKS.c.is_primary)
        ).scalars()
    )


def forget_waiting(tx: Tx, customer_id: str) -> None:
    """Nobody said yes to the other numbers: they are no longer joined to the customer."""
    tx.conn.execute(LINKS.delete().where(LINKS.c.customer_id == customer_id, ~LINKS.c.is_primary))


def move(tx: Tx, customer_id: str, address_id: str) -> None:
    """The customer is reached at this address alone; the old number never gets their data again."""
    tx.conn.execute(LINKS.delete().where(LINKS.c.customer_id == customer_id))
    tx.conn.execute(LINKS.insert().values(customer_id=customer_id, address_id=address_id, is_primary=True))


def address_row(tx: Tx, address: Address) -> dict[str, Any]:
    """The columns of a new address, with its full pair limit."""
    return {
        "id": address.id,
        "kind": "phone",
        "phone": address.phone,
        "state": address.state,
        "pair_tokens": 45.0,
        "pair_at": tx.now_ms,
        "created_at": tx.now_ms,
    }


def latest_consent(tx: Tx, customer_id: str, *, channel: str | None = None) -> dict[str, Any] | None:
    """The newest consent record about this channel, or about all; None: the basis is the contract."""
    where = [CONSENTS.c.customer_id == customer_id]
    if channel is None:
        where.append(CONSENTS.c.channel.is_(None))
    else:
        where.append(sa.or_(CONSENTS.c.channel == channel, CONSENTS.c.channel.is_(None)))
    row = tx.conn.execute(
        sa.select(CONSENTS).where(*where).order_by(CONSENTS.c.at.desc(), CONSENTS.c.id.desc()).limit(1)
    ).first()
    return dict(row._mapping) if row else None


def options(tx: Tx, text: str, limit: int = 50) -> list[tuple[str, str]]:
    """(id, label) of customers whose name or reference begins like `text` (folded), for drop-downs."""
    query = sa.select(CUSTOMERS.c.id, CUSTOMERS.c.name, CUSTOMERS.c.ref).order_by(CUSTOMERS.c.name)
    if text:
        query = query.where(
            sa.or_(
                CUSTOMERS.c.folded_name.startswith(text, autoescape=True),
                CUSTOMERS.c.ref.startswith(text, autoescape=True),
            )
        )
    rows = tx.conn.execute(query.limit(limit))
    return [(row.id, f"{row.name} ({row.ref})" if row.ref else row.name) for row in rows]


def _one(tx: Tx, where: sa.ColumnElement[bool]) -> Customer | None:
    row = tx.conn.execute(sa.select(CUSTOMERS).where(where)).first()
    return value_of(Customer, row._mapping) if row else None
