"""The emulator's rows: what its phones received and typed, its webhooks to come, its faults."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.clock import from_ms
from connector.store import control, schema
from connector.store.db import Store, Tx
from connector.store.present import NOW, present

MESSAGES = schema.emu_messages
WEBHOOKS = schema.emu_webhooks
FAULTS = schema.emu_faults
# A later word never gives way to an earlier one.
_BEFORE: dict[str, tuple[str, ...]] = {
    "sent": ("accepted",),
    "failed": ("accepted", "sent"),
    "delivered": ("accepted", "sent"),
    "read": ("accepted", "sent", "delivered"),
}


def open_own(url: str) -> Store:
    """A database of the emulator's own, made when it is new."""
    engine = sa.create_engine(url)
    schema.metadata.create_all(engine)
    engine.dispose()
    store = Store(url)
    with store.write() as tx:
        control.ensure(tx)
    return store


def add_messages(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.conn.execute(MESSAGES.insert(), [dict(row) for row in rows])


def add_webhooks(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Webhooks to come; `due_at` in milliseconds."""
    if rows:
        tx.conn.execute(WEBHOOKS.insert(), [dict(row) for row in rows])


_DUE = (
    sa.select(WEBHOOKS)
    .where(WEBHOOKS.c.done_at.is_(None), WEBHOOKS.c.due_at <= NOW)
    .order_by(WEBHOOKS.c.due_at, WEBHOOKS.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def due_webhooks(tx: Tx, limit: int) -> list[Row[Any]]:
    """What is due by now and not yet told, the oldest first."""
    return list(tx.conn.execute(_DUE, {"most": limit, **present(tx)}))


def webhook_payload(tx: Tx, webhook_id: int) -> dict[str, Any] | None:
    """What one webhook tells, told or not."""
    found: dict[str, Any] | None = tx.conn.execute(
        sa.select(WEBHOOKS.c.payload).where(WEBHOOKS.c.id == webhook_id)
    ).scalar_one_or_none()
    return found


def next_webhook_due(tx: Tx) -> datetime | None:
    """When the next webhook is due: the virtual clock stops there. It may be past."""
    due = tx.conn.execute(
        sa.select(sa.func.min(WEBHOOKS.c.due_at)).where(WEBHOOKS.c.done_at.is_(None))
    ).scalar()
    return None if due is None else from_ms(int(due))


def webhooks_done(tx: Tx, ids: Sequence[int], statuses: Mapping[str, Iterable[str]]) -> None:
    """Told: `statuses` are the message ids by the status that they have now."""
    tx.conn.execute(WEBHOOKS.update().where(WEBHOOKS.c.id.in_(ids)).values(done_at=tx.now_ms))
    for status, message_ids in statuses.items():
        tx.conn.execute(
            MESSAGES.update()
            .where(MESSAGES.c.id.in_(list(message_ids)), MESSAGES.c.status.in_(_BEFORE[status]))
            .values(status=status)
        )


def last_typed(tx: Tx, provider: str, phone: str) -> datetime | None:
    """When the person last wrote: it opens the 24-hour window."""
    at = tx.conn.execute(
        sa.select(sa.func.max(MESSAGES.c.at)).where(
            MESSAGES.c.phone == phone, MESSAGES.c.provider == provider, MESSAGES.c.direction == "in"
        )
    ).scalar()
    return None if at is None else from_ms(int(at))


def of_phone(
    tx: Tx,
    phone: str,
    *,
    direction: str | None = None,
    after: tuple[int, str] | None = None,
    limit: int = 200,
) -> list[Row[Any]]:
    """A phone's messages in order, with our own rendered text beside each template (`our_text`)."""
    query = _with_text().where(MESSAGES.c.phone == phone)
    if direction is not None:
        query = query.where(MESSAGES.c.direction == direction)
    if after is not None:
        query = query.where(sa.tuple_(MESSAGES.c.at, MESSAGES.c.id) > sa.tuple_(*after))
    return list(tx.conn.execute(query.order_by(MESSAGES.c.at, MESSAGES.c.id).limit(limit)))


def last_to(tx: Tx, phone: str) -> list[Row[Any]]:
    """The newest 50 messages that the phone received, the latest first."""
    query = _with_text().where(MESSAGES.c.phone == phone, MESSAGES.c.direction == "out")
    return list(tx.conn.execute(query.order_by(MESSAGES.c.at.desc(), MESSAGES.c.id.desc()).limit(50)))


def newest(tx: Tx, phone: str, limit: int = 100) -> list[Row[Any]]:
    """What was received and typed on a phone, the latest first."""
    query = _with_text().where(MESSAGES.c.phone == phone)
    return list(tx.conn.execute(query.order_by(MESSAGES.c.at.desc(), MESSAGES.c.id.desc()).limit(limit)))


def _with_text() -> sa.Select[Any]:
    ours = schema.messages
    return sa.select(MESSAGES, ours.c.text.label("our_text")).join_from(
        MESSAGES, ours, ours.c.id == MESSAGES.c.token, isouter=True
    )


def zone(tx: Tx) -> str | None:
    """The business's zone, for the times on the phones."""
    found: str | None = tx.conn.execute(sa.select(schema.business.c.zone)).scalar()
    return found


def phones(tx: Tx, limit: int = 30) -> list[str]:
    """The phones with the latest messages."""
    latest = sa.func.max(MESSAGES.c.at)
    query = sa.select(MESSAGES.c.phone).group_by(MESSAGES.c.phone).order_by(latest.desc()).limit(limit)
    return list(tx.conn.execute(query).scalars())


def names(tx: Tx, phones: Iterable[str]) -> dict[str, list[str]]:
    """Whose phones these are, by name; a couple shares one, a stranger's has none."""
    people, holds, places = schema.customers, schema.customer_addresses, schema.addresses
    query = (
        sa.select(places.c.phone, people.c.name)
        .join(holds, holds.c.address_id == places.c.id)
        .join(people, people.c.id == holds.c.customer_id)
        .where(places.c.phone.in_(list(phones)))
        .order_by(places.c.phone, people.c.name)
    )
    found: dict[str, list[str]] = {}
    for phone, name in tx.conn.execute(query):
        found.setdefault(phone, []).append(name)
    return found


def faults(tx: Tx) -> list[Row[Any]]:
    return list(tx.conn.execute(sa.select(FAULTS).order_by(FAULTS.c.created_at, FAULTS.c.id)))


def add_fault(tx: Tx, values: Mapping[str, Any]) -> str:
    fault_id = tx.ids.new("flt")
    tx.conn.execute(FAULTS.insert().values(id=fault_id, created_at=tx.now_ms, **values))
    return fault_id


def use_fault(tx: Tx, fault_id: str) -> None:
    """One of its `next` times is used up; the last one ends the fault."""
    tx.conn.execute(FAULTS.update().where(FAULTS.c.id == fault_id).values(next=FAULTS.c.next - 1))
    tx.conn.execute(FAULTS.delete().where(FAULTS.c.id == fault_id, FAULTS.c.next <= 0))


def remove_faults(tx: Tx, fault_id: str | None = None) -> int:
    """Ends one fault, or all; answers how many."""
    query = FAULTS.delete()
    if fault_id is not None:
        query = query.where(FAULTS.c.id == fault_id)
    return tx.conn.execute(query).rowcount


def set_power(tx: Tx, on: bool) -> None:
    """The sandbox's switch: without power our worker sleeps, while the world goes on."""
    control.ensure(tx)
    tx.conn.execute(schema.control.update().values(power_on=on))


def accepted_counts(tx: Tx) -> tuple[int, int]:
    """How many messages were accepted, and how many tokens: equal when nothing was doubled."""
    query = sa.select(sa.func.count(), sa.func.count(sa.distinct(MESSAGES.c.token)))
    count, tokens = tx.conn.execute(query.where(MESSAGES.c.direction == "out")).one()
    return int(count), int(tokens)
