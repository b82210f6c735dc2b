"""Senders and their speed: a token bucket per sender in the database, so that all workers share one rate."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from connector.store import schema
from connector.store.db import Tx
from connector.store.present import MACHINE, NOW, present

SENDERS = schema.senders
ADDRESSES = schema.addresses
# Meta: one message per 6 s to one person, bursts of 45 (facts/messaging.md, pair limit, error 131056).
PAIR_BURST = 45.0
PAIR_PER_MS = 1 / 6000


def ensure(tx: Tx, *, sender_id: str, provider: str, channel: str, external_id: str, rate: float) -> None:
    """Makes the sender known, or follows a change of its settings."""
    values = {
        "provider": provider,
        "channel": channel,
        "external_id": external_id,
        "rate": rate,
        "burst": rate,
    }
    changed = tx.conn.execute(SENDERS.update().where(SENDERS.c.id == sender_id).values(**values))
    if changed.rowcount == 0:
        insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
        fresh = {"id": sender_id, "tokens": rate, "tokens_at_m": tx.machine_ms, "state": "ok", **values}
        # Two workers that start together both find nothing; the second one must not die of it.
        tx.conn.execute(insert(SENDERS).values(**fresh).on_conflict_do_nothing())


_OPEN = sa.select(SENDERS).where(SENDERS.c.state == "ok").order_by(SENDERS.c.id).with_for_update()


def open_senders(tx: Tx) -> list[Row[Any]]:
    """Senders that may send now, with their tokens filled up to this instant; locked on PostgreSQL."""
    return list(tx.conn.execute(_OPEN))


_LOCK = (
    sa.select(SENDERS.c.id)
    .where(SENDERS.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(SENDERS.c.id)
    .with_for_update()
)


def lock(tx: Tx, ids: Iterable[str]) -> None:
    """Before several of them are written, in the order that everybody keeps."""
    wanted = sorted(set(ids))
    if wanted and tx.dialect == "postgresql":
        tx.conn.execute(_LOCK, {"ids": wanted})


def filled(row: Row[Any], machine_ms: int) -> float:
    """The tokens of a bucket at this instant; a throttled sender fills at half its rate."""
    rate = row.rate / 2 if row.slow_until_m and row.slow_until_m > machine_ms else row.rate
    passed = max(machine_ms - row.tokens_at_m, 0) / 1000
    return float(min(row.burst, row.tokens + passed * rate))


_SPEND = (
    SENDERS.update()
    .where(SENDERS.c.id == sa.bindparam("sender"))
    .values(tokens=sa.bindparam("left"), tokens_at_m=MACHINE)
)


def spend(tx: Tx, left: dict[str, float]) -> None:
    """Writes back what is left in each bucket."""
    if left:
        machine = tx.machine_ms
        tx.conn.execute(_SPEND, [{"sender": s, "left": n, "machine": machine} for s, n in left.items()])


def stop(tx: Tx, sender_id: str, reason: str) -> bool:
    """Stops a sender until a person lets it go on; answers whether it was running."""
    done = tx.conn.execute(
        SENDERS.update()
        .where(SENDERS.c.id == sender_id, SENDERS.c.state == "ok")
        .values(state="stopped", reason=reason)
    )
    return bool(done.rowcount)


_STATES = sa.select(SENDERS.c.channel, SENDERS.c.state)


def stopped_channels(tx: Tx) -> frozenset[str]:
    """The channels on which no sender may send."""
    states = tx.conn.execute(_STATES).all()
    return frozenset({row.channel for row in states} - {row.channel for row in states if row.state == "ok"})


def release_all(tx: Tx) -> int:
    """Lets stopped senders go on (resume_all, a new token)."""
    done = tx.conn.execute(SENDERS.update().where(SENDERS.c.state != "ok").values(state="ok", reason=None))
    return int(done.rowcount)


def slow_down(tx: Tx, sender_id: str, *, seconds: float) -> None:
    """Halves a sender's rate for a while (130429 and its like)."""
    tx.conn.execute(
        SENDERS.update()
        .where(SENDERS.c.id == sender_id)
        .values(slow_until_m=tx.machine_ms + int(seconds * 1000), tokens=0.0, tokens_at_m=tx.machine_ms)
    )


def pair_tokens(row: Row[Any], machine_ms: int) -> float:
    """What an address may still take under the pair limit."""
    return float(min(PAIR_BURST, row.pair_tokens + max(machine_ms - row.pair_at, 0) * PAIR_PER_MS))


def give_back(tx: Tx, *, sender_id: str, address_id: str) -> None:
    """A request that never left used nothing up."""
    tx.conn.execute(
        ADDRESSES.update().where(ADDRESSES.c.id == address_id).values(pair_tokens=ADDRESSES.c.pair_tokens + 1)
    )
    tx.conn.execute(SENDERS.update().where(SENDERS.c.id == sender_id).values(tokens=SENDERS.c.tokens + 1))


_SPEND_PAIRS = (
    ADDRESSES.update()
    .where(ADDRESSES.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(pair_tokens=sa.bindparam("left"), pair_at=MACHINE, last_message_at=NOW)
)


def spend_pairs(tx: Tx, left: Sequence[tuple[str, float]]) -> None:
    """Writes back each address's pair tokens and the instant of its last message."""
    for tokens in {n for _, n in left}:  # nearly always one value: a full bucket less one
        alike = [address for address, n in left if n == tokens]
        tx.conn.execute(_SPEND_PAIRS, present(tx) | {"ids": alike, "left": tokens})
