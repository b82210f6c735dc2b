"""The one order in which rows are locked, so that no two transactions ever wait for each other in a ring.

1. Invoices, by id: an invoice's lock is the lock of everything about it (its steps, its sequence, its promises,
   its claims and cases), so those need none of their own.
2. Addresses, by id.
3. Messages, by id.
4. Senders, by id.

Whoever cannot keep the order leaves out what somebody else holds at this moment (`wait=False`) and takes it
the next time: claims and ticks do. SQLite has one writer, so all this costs nothing there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from connector.store import schema
from connector.store.db import Tx

INVOICES = schema.invoices
ADDRESSES = schema.addresses
ITEMS = schema.message_items
MESSAGES = schema.messages
LINKS = schema.customer_addresses
_OWED = ("waiting", "open", "partly_paid")
_IDS = sa.bindparam("ids", type_=sa.String, expanding=True)


@dataclass(frozen=True, slots=True)
class Named:
    """How a webhook names one of our messages: by our token, else by the provider's own id."""

    provider: str
    token: str | None
    their_id: str | None
    failed: bool = False


_INVOICES = sa.select(INVOICES.c.id).where(INVOICES.c.id.in_(_IDS)).order_by(INVOICES.c.id)
_LOCK_INVOICES = _INVOICES.with_for_update(key_share=True)
_LOCK_FREE_INVOICES = _INVOICES.with_for_update(key_share=True, skip_locked=True)


def invoices(tx: Tx, ids: Iterable[str], *, wait: bool = True) -> set[str]:
    """Locks these invoices until the end of the transaction; answers those that are ours."""
    wanted = sorted(set(ids))
    if not wanted or tx.dialect != "postgresql":
        return set(wanted)
    query = _LOCK_INVOICES if wait else _LOCK_FREE_INVOICES
    return set(tx.conn.execute(query, {"ids": wanted}).scalars())


def of_messages(tx: Tx, message_ids: Sequence[str], *, refused: Sequence[str] = ()) -> None:
    """Locks the invoices that these messages are about; of the `refused` ones also the addresses."""
    if tx.dialect == "postgresql" and message_ids:
        invoices(tx, _about(tx, message_ids))
        _addresses(tx, _addresses_of(tx, refused))


_OWED_BY = (
    sa.select(INVOICES.c.id)
    .join(LINKS, LINKS.c.customer_id == INVOICES.c.customer_id)
    .where(LINKS.c.address_id.in_(_IDS), INVOICES.c.status.in_(_OWED))
)


def of_webhooks(tx: Tx, named: Sequence[Named], phones: Iterable[str]) -> None:
    """Locks all that a batch of webhooks may touch: what it names, and what those who have written still owe."""
    if tx.dialect != "postgresql":
        return
    ids, failed = _message_ids(tx, named)
    said = _who_said(tx, phones)
    theirs = set(tx.conn.execute(_OWED_BY, {"ids": said}).scalars()) if said else set()
    invoices(tx, _about(tx, ids) | theirs)
    _addresses(tx, said | _addresses_of(tx, failed))


_INVOICES_OF = sa.select(ITEMS.c.invoice_id).where(ITEMS.c.message_id.in_(_IDS))
_ADDRESSES_OF = sa.select(MESSAGES.c.address_id).where(MESSAGES.c.id.in_(_IDS))
_BY_PHONE = sa.select(ADDRESSES.c.id).where(ADDRESSES.c.phone.in_(sa.bindparam("phones", expanding=True)))


def _about(tx: Tx, message_ids: Iterable[str]) -> set[str]:
    wanted = sorted(set(message_ids))
    if not wanted:
        return set()
    return {i for i in tx.conn.execute(_INVOICES_OF, {"ids": wanted}).scalars() if i is not None}


def _addresses_of(tx: Tx, message_ids: Iterable[str]) -> set[str]:
    wanted = sorted(set(message_ids))
    if not wanted:
        return set()
    return set(tx.conn.execute(_ADDRESSES_OF, {"ids": wanted}).scalars())


def _who_said(tx: Tx, phones: Iterable[str]) -> set[str]:
    wanted = sorted(set(phones))
    if not wanted:
        return set()
    return set(tx.conn.execute(_BY_PHONE, {"phones": wanted}).scalars())


_BY_THEIR_ID = sa.select(MESSAGES.c.id, MESSAGES.c.provider_id).where(
    MESSAGES.c.provider == sa.bindparam("provider"),
    MESSAGES.c.provider_id.in_(sa.bindparam("theirs", expanding=True)),
)


def _message_ids(tx: Tx, named: Sequence[Named]) -> tuple[set[str], set[str]]:
    """Our ids of the messages that are named, and of those among them that failed."""
    ids = {n.token for n in named if n.token}
    failed = {n.token for n in named if n.token and n.failed}
    for provider in sorted({n.provider for n in named}):
        theirs = {n.their_id: n.failed for n in named if n.provider == provider and n.their_id}
        if theirs:
            for row in tx.conn.execute(_BY_THEIR_ID, {"provider": provider, "theirs": sorted(theirs)}):
                ids.add(row.id)
                if theirs[row.provider_id]:
                    failed.add(row.id)
    return ids, failed


_LOCK_ADDRESSES = (
    sa.select(ADDRESSES.c.id)
    .where(ADDRESSES.c.id.in_(_IDS))
    .order_by(ADDRESSES.c.id)
    .with_for_update(key_share=True)
)


def _addresses(tx: Tx, ids: Iterable[str]) -> None:
    wanted = sorted(set(ids))
    if wanted:
        tx.conn.execute(_LOCK_ADDRESSES, {"ids": wanted})
