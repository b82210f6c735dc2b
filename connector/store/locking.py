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
_OWED = ("waiting", "open", "partly_paid")


@dataclass(frozen=True, slots=True)
class Named:
    """How a webhook names one of our messages: by our token, else by the provider's own id."""

    provider: str
    token: str | None
    their_id: str | None
    failed: bool = False


def invoices(tx: Tx, ids: Iterable[str], *, wait: bool = True) -> set[str]:
    """Locks these invoices until the end of the transaction; answers those that are ours."""
    wanted = sorted(set(ids))
    if not wanted or tx.dialect != "postgresql":
        return set(wanted)
    query = sa.select(INVOICES.c.id).where(INVOICES.c.id.in_(wanted)).order_by(INVOICES.c.id)
    return set(tx.conn.execute(query.with_for_update(key_share=True, skip_locked=not wait)).scalars())


def of_messages(tx: Tx, message_ids: Sequence[str], *, refused: Sequence[str] = ()) -> None:
    """Locks the invoices that these messages are about; of the `refused` ones also the addresses."""
    if tx.dialect == "postgresql" and message_ids:
        invoices(tx, _about(tx, message_ids))
        _addresses(tx, _addresses_of(tx, refused))


def of_webhooks(tx: Tx, named: Sequence[Named], phones: Iterable[str]) -> None:
    """Locks all that a batch of webhooks may touch: what it names, and what those who have written still owe."""
    if tx.dialect != "postgresql":
        return
    ids, failed = _message_ids(tx, named)
    said = _who_said(tx, phones)
    links = schema.customer_addresses
    owed = (
        sa.select(INVOICES.c.id)
        .join(links, links.c.customer_id == INVOICES.c.customer_id)
        .where(links.c.address_id.in_(said), INVOICES.c.status.in_(_OWED))
    )
    theirs = set(tx.conn.execute(owed).scalars()) if said else set()
    invoices(tx, _about(tx, ids) | theirs)
    _addresses(tx, said | _addresses_of(tx, failed))


def _about(tx: Tx, message_ids: Iterable[str]) -> set[str]:
    wanted = sorted(set(message_ids))
    if not wanted:
        return set()
    query = sa.select(ITEMS.c.invoice_id).where(ITEMS.c.message_id.in_(wanted))
    return {i for i in tx.conn.execute(query).scalars() if i is not None}


def _addresses_of(tx: Tx, message_ids: Iterable[str]) -> set[str]:
    wanted = sorted(set(message_ids))
    if not wanted:
        return set()
    return set(tx.conn.execute(sa.select(MESSAGES.c.address_id).where(MESSAGES.c.id.in_(wanted))).scalars())


def _who_said(tx: Tx, phones: Iterable[str]) -> set[str]:
    wanted = sorted(set(phones))
    if not wanted:
        return set()
    return set(tx.conn.execute(sa.select(ADDRESSES.c.id).where(ADDRESSES.c.phone.in_(wanted))).scalars())


def _message_ids(tx: Tx, named: Sequence[Named]) -> tuple[set[str], set[str]]:
    """Our ids of the messages that are named, and of those among them that failed."""
    ids = {n.token for n in named if n.token}
    failed = {n.token for n in named if n.token and n.failed}
    for provider in sorted({n.provider for n in named}):
        theirs = {n.their_id: n.failed for n in named if n.provider == provider and n.their_id}
        if theirs:
            query = sa.select(MESSAGES.c.id, MESSAGES.c.provider_id).where(
                MESSAGES.c.provider == provider, MESSAGES.c.provider_id.in_(sorted(theirs))
            )
            for row in tx.conn.execute(query):
                ids.add(row.id)
                if theirs[row.provider_id]:
                    failed.add(row.id)
    return ids, failed


def _addresses(tx: Tx, ids: Iterable[str]) -> None:
    wanted = sorted(set(ids))
    if wanted:
        query = sa.select(ADDRESSES.c.id).where(ADDRESSES.c.id.in_(wanted)).order_by(ADDRESSES.c.id)
        tx.conn.execute(query.with_for_update(key_share=True))
