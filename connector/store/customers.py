"""Customers, their references and their addresses (a number may belong to several people, and change)."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from connector.domain.model import Address, Customer, Tie
from connector.store import erasing, schema
from connector.store.db import Row, Tx
from connector.store.present import NOW
from connector.store.rows import value_of

CUSTOMERS = schema.customers
REFS = schema.customer_refs
ADDRESSES = schema.addresses
LINKS = schema.customer_addresses
CONSENTS = schema.consents
_WHO = sa.bindparam("customer", type_=sa.String)
_WHERE = sa.bindparam("address", type_=sa.String)
_PHONE = sa.bindparam("phone", type_=sa.String)
_IDS = sa.bindparam("ids", type_=sa.String, expanding=True)

_BY_ID = sa.select(CUSTOMERS).where(CUSTOMERS.c.id == _WHO)
_BY_REF = sa.select(CUSTOMERS).where(CUSTOMERS.c.ref == sa.bindparam("ref"))
_BY_EXTERNAL = (
    sa.select(CUSTOMERS)
    .join_from(CUSTOMERS, REFS, REFS.c.customer_id == CUSTOMERS.c.id)
    .where(REFS.c.source == sa.bindparam("source"), REFS.c.external_id == sa.bindparam("external"))
)
_BY_FOLDED_NAME = (
    sa.select(CUSTOMERS).where(CUSTOMERS.c.folded_name == sa.bindparam("folded")).order_by(CUSTOMERS.c.id)
)
_BY_IDS = sa.select(CUSTOMERS).where(CUSTOMERS.c.id.in_(_IDS))
_KNOWN_UNDER = (
    sa.select(CUSTOMERS)
    .join_from(CUSTOMERS, LINKS, LINKS.c.customer_id == CUSTOMERS.c.id)
    .join(ADDRESSES, ADDRESSES.c.id == LINKS.c.address_id)
    .where(ADDRESSES.c.phone == _PHONE)
    .order_by(CUSTOMERS.c.id)
)
_BY_PHONE = _KNOWN_UNDER.where(LINKS.c.is_primary)


def by_id(tx: Tx, customer_id: str) -> Customer | None:
    return _one(tx, _BY_ID, customer=customer_id)


def by_ref(tx: Tx, ref: str) -> Customer | None:
    return _one(tx, _BY_REF, ref=ref)


def by_external(tx: Tx, source: str, external_id: str) -> Customer | None:
    """The customer whom a tool knows under its own id."""
    return _one(tx, _BY_EXTERNAL, source=source, external=external_id)


def by_phone(tx: Tx, phone: str) -> list[Customer]:
    """Everybody who is reached under this number, the first comer first."""
    return [value_of(Customer, row._mapping) for row in tx.conn.execute(_BY_PHONE, {"phone": phone})]


def by_folded_name(tx: Tx, folded: str) -> list[Customer]:
    return [value_of(Customer, row._mapping) for row in tx.conn.execute(_BY_FOLDED_NAME, {"folded": folded})]


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, Customer]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row.id: value_of(Customer, row._mapping) for row in tx.conn.execute(_BY_IDS, {"ids": wanted})}


_ADDRESS_BY_PHONE = sa.select(ADDRESSES).where(ADDRESSES.c.phone == _PHONE)
_ADDRESS = sa.select(ADDRESSES).where(ADDRESSES.c.id == _WHERE)
_ADDRESSES_OF = (
    sa.select(ADDRESSES, LINKS.c.customer_id)
    .join_from(LINKS, ADDRESSES, ADDRESSES.c.id == LINKS.c.address_id)
    .where(LINKS.c.customer_id.in_(_IDS), LINKS.c.is_primary)
)


def address_by_phone(tx: Tx, phone: str) -> Address | None:
    row = tx.conn.execute(_ADDRESS_BY_PHONE, {"phone": phone}).first()
    return value_of(Address, row._mapping) if row else None


def address_row_of(tx: Tx, address_id: str) -> Row[Any] | None:
    """The whole row of an address, with what the engine keeps beside the value."""
    return tx.conn.execute(_ADDRESS, {"address": address_id}).first()


def address_of(tx: Tx, customer_id: str) -> Address | None:
    """The number under which this customer is reached now."""
    return addresses_of(tx, [customer_id]).get(customer_id)


def addresses_of(tx: Tx, customer_ids: Iterable[str]) -> dict[str, Address]:
    """The primary address of each customer who has one."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_ADDRESSES_OF, {"ids": wanted})
    return {row.customer_id: value_of(Address, row._mapping) for row in rows}


def known_under(tx: Tx, phone: str) -> list[Customer]:
    """Everybody who is, was or may be reached under this number: so that no sheet makes a person twice."""
    return [value_of(Customer, row._mapping) for row in tx.conn.execute(_KNOWN_UNDER, {"phone": phone})]


_OF_CUSTOMER = LINKS.c.customer_id == _WHO
_AT_ADDRESS = LINKS.c.address_id == _WHERE
_THEIRS = sa.or_(LINKS.c.is_primary, LINKS.c.state == Tie.OTHER)  # in use, or the person's as well
_WAITS = sa.and_(~LINKS.c.is_primary, sa.or_(LINKS.c.state.is_(None), LINKS.c.state == Tie.WAITING))

_CUSTOMERS_AT = sa.select(LINKS.c.customer_id).where(_AT_ADDRESS, _THEIRS).order_by(LINKS.c.customer_id)
_NUMBERS_OF = (
    sa.select(LINKS.c.customer_id, LINKS.c.address_id)
    .where(LINKS.c.customer_id.in_(_IDS), _THEIRS)
    .order_by(LINKS.c.customer_id, LINKS.c.is_primary.desc(), LINKS.c.address_id)
)
_WAITING_ADDRESSES = sa.select(LINKS.c.address_id).where(_OF_CUSTOMER, _WAITS)
_HOLDERS = sa.select(LINKS.c.customer_id).where(_AT_ADDRESS, LINKS.c.is_primary)
_WAITING_FOR = sa.select(LINKS.c.customer_id, LINKS.c.address_id).where(
    LINKS.c.customer_id.in_(_HOLDERS), _WAITS
)
_TIES = sa.select(LINKS.c.address_id, LINKS.c.state).where(_OF_CUSTOMER, ~LINKS.c.is_primary)
_OTHER_PHONES = (
    sa.select(ADDRESSES.c.phone)
    .join_from(LINKS, ADDRESSES, ADDRESSES.c.id == LINKS.c.address_id)
    .where(_OF_CUSTOMER, ~LINKS.c.is_primary, LINKS.c.state == Tie.OTHER)
)


def customers_at(tx: Tx, address_id: str) -> list[str]:
    """Ids of everybody whose number this is."""
    return list(tx.conn.execute(_CUSTOMERS_AT, {"address": address_id}).scalars())


def numbers_of(tx: Tx, customer_ids: Iterable[str]) -> dict[str, list[str]]:
    """Ids of each person's numbers, the one in use first."""
    found: dict[str, list[str]] = {}
    for row in tx.conn.execute(_NUMBERS_OF, {"ids": sorted(set(customer_ids))}):
        found.setdefault(row.customer_id, []).append(row.address_id)
    return found


def waiting_addresses(tx: Tx, customer_id: str) -> list[str]:
    """Ids of the numbers that were given for this customer and wait for a yes."""
    return list(tx.conn.execute(_WAITING_ADDRESSES, {"customer": customer_id}).scalars())


def waiting_for(tx: Tx, address_id: str) -> list[tuple[str, str]]:
    """(customer, new address) of the changes that wait for a yes from whoever holds this number now."""
    rows = tx.conn.execute(_WAITING_FOR, {"address": address_id})
    return [(row.customer_id, row.address_id) for row in rows]


def ties(tx: Tx, customer_id: str) -> dict[str, Tie]:
    """How each number that is not in use is tied to the customer, by its id."""
    rows = tx.conn.execute(_TIES, {"customer": customer_id})
    return {row.address_id: Tie(row.state or Tie.WAITING) for row in rows}


def other_phones(tx: Tx, customer_id: str) -> list[str]:
    """The person's numbers beside the one in use."""
    return sorted(tx.conn.execute(_OTHER_PHONES, {"customer": customer_id}).scalars())


_FORGET_WAITING = LINKS.delete().where(_OF_CUSTOMER, _WAITS)


def forget_waiting(tx: Tx, customer_id: str) -> None:
    """Nobody said yes to the other numbers: they are no longer joined to the customer."""
    tx.conn.execute(_FORGET_WAITING, {"customer": customer_id})


def tie(tx: Tx, customer_id: str, address_id: str, state: Tie) -> None:
    """Joins a number to a customer without using it; one in use becomes what it is said to be now."""
    mine = sa.and_(LINKS.c.customer_id == customer_id, LINKS.c.address_id == address_id)
    changed = tx.conn.execute(LINKS.update().where(mine).values(is_primary=False, state=state))
    if not changed.rowcount:
        tx.conn.execute(
            LINKS.insert().values(
                customer_id=customer_id, address_id=address_id, is_primary=False, state=state
            )
        )


def move(tx: Tx, customer_id: str, address_id: str, *, old: Tie = Tie.FORMER) -> None:
    """The customer is reached at this address alone; the old number never gets their data again."""
    own = LINKS.c.customer_id == customer_id
    tx.conn.execute(LINKS.update().where(own, LINKS.c.is_primary).values(is_primary=False, state=old))
    forget_waiting(tx, customer_id)
    tx.conn.execute(LINKS.delete().where(own, LINKS.c.address_id == address_id))
    tx.conn.execute(LINKS.insert().values(customer_id=customer_id, address_id=address_id, is_primary=True))


def stop(tx: Tx, customer_ids: Iterable[str]) -> None:
    """These people said stop themselves; a number that they take later stays silent too."""
    tx.conn.execute(
        CUSTOMERS.update()
        .where(CUSTOMERS.c.id.in_(sorted(set(customer_ids))), CUSTOMERS.c.opted_out_at.is_(None))
        .values(opted_out_at=tx.now_ms, updated_at=tx.now_ms)
    )


def unstop(tx: Tx, customer_ids: Iterable[str]) -> None:
    """These people took their stop back."""
    tx.conn.execute(
        CUSTOMERS.update()
        .where(CUSTOMERS.c.id.in_(sorted(set(customer_ids))), CUSTOMERS.c.opted_out_at.is_not(None))
        .values(opted_out_at=None, updated_at=tx.now_ms)
    )


_ERASED_AT = sa.select(CUSTOMERS.c.erased_at).where(CUSTOMERS.c.id == _WHO)
_ACTIVE_CHARGES = (
    sa.select(schema.recurring_charges.c.id)
    .where(schema.recurring_charges.c.customer_id == _WHO, schema.recurring_charges.c.state == "active")
    .order_by(schema.recurring_charges.c.id)
)


def is_erased(tx: Tx, customer_id: str) -> bool:
    """Whether the person behind this id was erased."""
    return tx.conn.execute(_ERASED_AT, {"customer": customer_id}).scalar_one_or_none() is not None


def active_charges(tx: Tx, customer_id: str) -> list[str]:
    """Ids of the recurring charges that would go on issuing invoices to this customer."""
    return list(tx.conn.execute(_ACTIVE_CHARGES, {"customer": customer_id}).scalars())


def set_state(tx: Tx, address_id: str, state: str) -> None:
    """What is known of a number itself: ok, wrong, unreachable."""
    tx.conn.execute(ADDRESSES.update().where(ADDRESSES.c.id == address_id).values(state=state))


_DOUBT = (
    ADDRESSES.update()
    .where(ADDRESSES.c.id == _WHERE, ADDRESSES.c.doubted_at.is_(None))
    .values(doubted_at=NOW)
)
_TRUST = (
    ADDRESSES.update()
    .where(ADDRESSES.c.id == _WHERE, ADDRESSES.c.doubted_at.is_not(None))
    .values(doubted_at=None)
)


def doubt(tx: Tx, address_id: str) -> bool:
    """From now on nobody knows whose number this is; answers whether that is new."""
    return bool(tx.conn.execute(_DOUBT, {"address": address_id, "now": tx.now_ms}).rowcount)


def trust(tx: Tx, address_id: str) -> bool:
    """Somebody said whose number this is; answers whether it was doubted."""
    return bool(tx.conn.execute(_TRUST, {"address": address_id}).rowcount)


def ensure_address(tx: Tx, phone: str) -> Address:
    """The address with this number, made when it is new; one that was erased comes back with its stop."""
    known = address_by_phone(tx, phone)
    if known is None and erasing.revive(tx, phone) is not None:
        known = address_by_phone(tx, phone)
    if known is not None:
        return known
    address = Address(id=tx.ids.new("adr"), phone=phone)
    tx.conn.execute(ADDRESSES.insert().values(**address_row(tx, address)))
    return address


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


_NEWEST_CONSENT = (
    sa.select(CONSENTS)
    .where(
        CONSENTS.c.customer_id == _WHO,
        sa.or_(CONSENTS.c.channel == sa.bindparam("channel"), CONSENTS.c.channel.is_(None)),
    )
    .order_by(CONSENTS.c.at.desc(), CONSENTS.c.id.desc())
    .limit(1)
)


def latest_consent(tx: Tx, customer_id: str, *, channel: str | None = None) -> dict[str, Any] | None:
    """The newest consent record about this channel, or about all; None: the basis is the contract."""
    # Without a channel the comparison holds for no row: what is left is about all channels.
    row = tx.conn.execute(_NEWEST_CONSENT, {"customer": customer_id, "channel": channel}).first()
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


def _one(tx: Tx, query: sa.Select[Any], **asked: str) -> Customer | None:
    row = tx.conn.execute(query, asked).first()
    return value_of(Customer, row._mapping) if row else None
