"""The subscriptions: kept, changed, stopped and taken up again; and the hosts that events ever went to."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.domain.deliveries import DeliveryState
from connector.domain.subscriptions import SWITCHED_OFF, Subscription, SubscriptionState
from connector.store import events, schema
from connector.store import secrets as vaults
from connector.store.db import Tx
from connector.store.present import MACHINE
from connector.store.rows import row_of, value_of

SUBSCRIPTIONS = schema.subscriptions
DELIVERIES = schema.deliveries
KEYS = schema.api_keys
PURPOSE = "subscription"
_WELL = {"downs": 0, "tries": 0, "failing_since": None, "wait_until": None, "wait_until_m": None}


def add(tx: Tx, values: dict[str, Any]) -> Subscription:
    """A new subscription, which hears of everything that happens from now on."""
    row = {
        "id": tx.ids.new("sub"),
        "state": SubscriptionState.ACTIVE,
        "cursor": newest_number(tx) + events.unnumbered(tx),
        "created_at": tx.now_ms,
        "updated_at": tx.now_ms,
        **_WELL,
        **values,
    }
    tx.conn.execute(SUBSCRIPTIONS.insert().values(**row_of(row)))
    return known(tx, row["id"])


def by_id(tx: Tx, id: str) -> Subscription | None:
    row = tx.conn.execute(sa.select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == id)).first()
    return value_of(Subscription, row._mapping) if row else None


def known(tx: Tx, id: str) -> Subscription:
    """One that is there."""
    found = by_id(tx, id)
    if found is None:
        raise LookupError(f"there is no subscription {id}")
    return found


def every(tx: Tx) -> list[Subscription]:
    """All of them, in the order of their making."""
    rows = tx.conn.execute(sa.select(SUBSCRIPTIONS).order_by(SUBSCRIPTIONS.c.created_at, SUBSCRIPTIONS.c.id))
    return [value_of(Subscription, row._mapping) for row in rows]


def lock(tx: Tx, ids: Iterable[str], *, wait: bool = True) -> dict[str, Subscription]:
    """These rows, locked until the end of the transaction; without `wait` those that nobody else holds."""
    query = sa.select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id.in_(sorted(set(ids))))
    query = query.order_by(SUBSCRIPTIONS.c.id)
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=not wait)
    return {row.id: value_of(Subscription, row._mapping) for row in tx.conn.execute(query)}


def change(tx: Tx, id: str, values: dict[str, Any]) -> None:
    tx.conn.execute(SUBSCRIPTIONS.update().where(SUBSCRIPTIONS.c.id == id).values(**row_of(values)))


def stop(tx: Tx, id: str, reason: str) -> bool:
    """Sends nothing more; answers whether it ran until now.

    What waits stays, and what happens from now on is looked at when it goes on.
    """
    active = (SUBSCRIPTIONS.c.id == id, SUBSCRIPTIONS.c.state == SubscriptionState.ACTIVE)
    stopped = {"state": SubscriptionState.STOPPED, "state_reason": reason, "updated_at": tx.now}
    return bool(tx.conn.execute(SUBSCRIPTIONS.update().where(*active).values(**row_of(stopped))).rowcount)


def stopped(tx: Tx) -> list[Subscription]:
    """Those that ended without their user's doing, the longest first."""
    ended = (SUBSCRIPTIONS.c.state == SubscriptionState.STOPPED, SUBSCRIPTIONS.c.state_reason != SWITCHED_OFF)
    order = (SUBSCRIPTIONS.c.updated_at, SUBSCRIPTIONS.c.id)
    rows = tx.conn.execute(sa.select(SUBSCRIPTIONS).where(*ended).order_by(*order))
    return [value_of(Subscription, row._mapping) for row in rows]


def go_on(tx: Tx, id: str) -> None:
    """Sends again, at once, beginning with what has waited longest."""
    active = {"state": SubscriptionState.ACTIVE, "state_reason": None, "updated_at": tx.now}
    change(tx, id, {**active, **_WELL})
    waiting = (DELIVERIES.c.subscription_id == id, DELIVERIES.c.state == DeliveryState.WAITING)
    tx.conn.execute(DELIVERIES.update().where(*waiting).values(due_at=tx.now_ms, due_at_m=tx.machine_ms))


ANY_ENDED = sa.exists().where(SUBSCRIPTIONS.c.ends_at_m <= MACHINE)


def ended(tx: Tx) -> list[str]:
    """Those whose own end has come."""
    over = sa.select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.ends_at_m <= tx.machine_ms)
    return list(tx.conn.execute(over.order_by(SUBSCRIPTIONS.c.id)).scalars())


def remove(tx: Tx, id: str) -> None:
    """The subscription with its secrets and its log."""
    tx.conn.execute(DELIVERIES.delete().where(DELIVERIES.c.subscription_id == id))
    vaults.forget(tx, purpose=PURPOSE, owner=id)
    tx.conn.execute(SUBSCRIPTIONS.delete().where(SUBSCRIPTIONS.c.id == id))


def waiting_counts(tx: Tx) -> dict[str, int]:
    """How much waits for each subscription."""
    open_now = DELIVERIES.c.state.in_([DeliveryState.WAITING, DeliveryState.SENDING])
    rows = tx.conn.execute(
        sa.select(DELIVERIES.c.subscription_id, sa.func.count())
        .where(open_now)
        .group_by(DELIVERIES.c.subscription_id)
    )
    return {id: int(count) for id, count in rows}


def newest_number(tx: Tx) -> int:
    """The newest event number that was given."""
    return int(tx.conn.execute(sa.select(schema.control.c.next_event_number)).scalar_one()) - 1


def is_first_use(tx: Tx, host: str, by: str) -> bool:
    """Notes the host; answers whether no event has ever gone there."""
    make = sqlite.insert if tx.dialect == "sqlite" else postgresql.insert
    noted = make(schema.hook_hosts).values(host=host, first_by=by[:80], first_at=tx.now_ms)
    fresh = noted.on_conflict_do_nothing().returning(schema.hook_hosts.c.host)
    return tx.conn.execute(fresh).first() is not None


def hosts_of_key(tx: Tx, key_id: str) -> list[str] | None:
    """The hosts that a key may name; None: any."""
    found = tx.conn.execute(sa.select(KEYS.c.hook_hosts).where(KEYS.c.id == key_id)).scalar_one_or_none()
    return None if found is None else [str(host).lower() for host in found]


def sources_of_key(tx: Tx, key_id: str) -> list[str] | None:
    """The sources that a key is bound to; None: all."""
    found = tx.conn.execute(sa.select(KEYS.c.sources).where(KEYS.c.id == key_id)).scalar_one_or_none()
    return None if found is None else [str(source) for source in found]


def revoked_keys(tx: Tx, key_ids: Iterable[str]) -> set[str]:
    """Those of these keys that are revoked or gone."""
    wanted = set(key_ids)
    valid = sa.select(KEYS.c.id).where(KEYS.c.id.in_(wanted), KEYS.c.revoked_at_m.is_(None))
    return wanted - set(tx.conn.execute(valid).scalars())
