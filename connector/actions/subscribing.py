"""What may be done with a subscription: made, changed, ended, tested, given a new secret, replayed.

Not actions: a subscription belongs to the key that makes it, so these know their caller. A key that is bound to
hosts sees, makes and changes only subscriptions to those (T-16). Whoever changes one takes it over: it stands in
the name of that key from then on, sees no more than that key may, and ends when that key is revoked.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.domain import cases as case_rules
from connector.domain import signing
from connector.domain.problems import Conflict, Forbidden, Invalid, NotFound
from connector.domain.subscriptions import (
    NIGHT,
    SWITCHED_OFF,
    Place,
    Subscription,
    SubscriptionState,
    awake_hours,
    place_of,
)
from connector.store import audit, deliveries, fanout, subscriptions
from connector.store import secrets as vaults
from connector.store.apply import apply
from connector.store.db import Tx
from connector.store.secrets import Vault

MOST = 200
MOST_REPLAYED = 5_000
FORMER_ACCEPTED = timedelta(hours=24)  # while a secret is changed both sign
FIRST_USE = "hook_host"  # the case
_LISTS = ("only_tags", "only_recipes", "days_overdue", "reasons")
_MORE = ("quiet", "language", "name", "only_customers", "once")
_SAME = ("url", "events", *_LISTS, *_MORE, "ends_at_m", "pii")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what that key may do with subscriptions."""

    key_id: str
    pii: str
    hosts: list[str] | None = None  # None: any
    sources: list[str] | None = None

    @classmethod
    def of(cls, tx: Tx, key_id: str, pii: str) -> "Caller":
        return cls(
            key_id, pii, subscriptions.hosts_of_key(tx, key_id), subscriptions.sources_of_key(tx, key_id)
        )

    @property
    def actor(self) -> str:
        return f"key:{self.key_id}"

    def may_use(self, host: str) -> bool:
        return self.hosts is None or host in self.hosts


@dataclass(frozen=True, slots=True)
class Made:
    """A subscription with its secret, to be shown once."""

    result: str
    subscription: Subscription
    secret: str = field(repr=False)


def seen(tx: Tx, caller: Caller) -> list[Subscription]:
    """What this caller may know of."""
    return [one for one in subscriptions.every(tx) if caller.may_use(one.host)]


def find(tx: Tx, caller: Caller, id: str, *, lock: bool = False) -> Subscription:
    found = subscriptions.lock(tx, [id]).get(id) if lock else subscriptions.by_id(tx, id)
    if found is None or not caller.may_use(found.host):
        raise NotFound("subscription_not_found", params={"given": id[:40]})
    return found


def create(tx: Tx, vault: Vault, caller: Caller, given: Mapping[str, Any], private: frozenset[str]) -> Made:
    """Subscribes. The same wish again, after a lost answer, finds what the first one made."""
    place = _place(caller, given["url"], private)
    values = _values(caller, given) | _where(place)
    values |= {name: given.get(name, []) for name in _LISTS}
    values |= {
        "quiet": given.get("quiet", NIGHT),
        "language": given.get("language"),
        "name": given.get("name"),
        "only_customers": given.get("only_customers"),
        "once": given.get("once"),
        "ends_at_m": _ends_at(tx, given),
    }
    known = subscriptions.every(tx)
    for one in known:
        same = all(getattr(one, name) == values[name] for name in _SAME)
        if same and one.key_id == caller.key_id and one.state is SubscriptionState.ACTIVE:
            held = vaults.of_owners(tx, vault, purpose=subscriptions.PURPOSE, owners=[one.id])
            if one.id in held:
                return Made("unchanged", one, held[one.id][0])
    if len(known) >= MOST:
        raise Conflict("subscriptions_full", params={"limit": MOST})
    _announce(tx, caller, place.host)  # before: the new subscription is not told of itself
    made = subscriptions.add(tx, values)
    secret = signing.secret_text(os.urandom(signing.SECRET_BYTES))
    vaults.put(tx, vault, purpose=subscriptions.PURPOSE, owner=made.id, text=secret)
    _write_down(tx, caller, "create_webhook", made.id, "created", made.host)
    return Made("created", made, secret)


def change(
    tx: Tx, caller: Caller, id: str, given: Mapping[str, Any], private: frozenset[str]
) -> tuple[str, Subscription]:
    """Changes what is given; the caller's key stands for it from now on."""
    found = find(tx, caller, id, lock=True)
    values = {name: given[name] for name in (*_LISTS, *_MORE) if name in given}
    values |= {"ends_at_m": _ends_at(tx, given)} if "ends_at" in given else {}
    values |= _values(caller, {"events": found.events, **given}, found)
    if "url" in given:
        place = _place(caller, given["url"], private)
        values |= _where(place)
        _announce(tx, caller, place.host)
    changes = {name: value for name, value in values.items() if getattr(found, name) != value}
    if changes:
        subscriptions.change(tx, id, changes)
    if "quiet" in changes:
        deliveries.let_go(tx, id)
    moved = _switch(tx, found, given.get("active"))
    if not changes and not moved:
        return "unchanged", found
    _write_down(tx, caller, "change_webhook", id, "updated", ", ".join(sorted({*changes, *moved})))
    return "updated", subscriptions.known(tx, id)


def remove(tx: Tx, caller: Caller, id: str) -> str:
    """Ends it with its log and secrets; a second time, or for a stranger's id, nothing happens."""
    found = subscriptions.lock(tx, [id]).get(id)
    if found is None or not caller.may_use(found.host):
        return "already_deleted"
    subscriptions.remove(tx, id)
    _write_down(tx, caller, "delete_webhook", id, "deleted", found.host)
    return "deleted"


def rotate(tx: Tx, vault: Vault, caller: Caller, id: str) -> tuple[str, datetime]:
    """A new secret; deliveries bear both signatures until the former one's time is over (machine time)."""
    find(tx, caller, id, lock=True)
    secret = signing.secret_text(os.urandom(signing.SECRET_BYTES))
    vaults.put(
        tx,
        vault,
        purpose=subscriptions.PURPOSE,
        owner=id,
        text=secret,
        keep_former_ms=FORMER_ACCEPTED // timedelta(milliseconds=1),
    )
    _write_down(tx, caller, "rotate_webhook_secret", id, "rotated", None)
    return secret, tx.machine + FORMER_ACCEPTED


def test(tx: Tx, caller: Caller, id: str, type: str | None) -> tuple[str, str]:
    """Queues the sample of an event; answers the delivery's and the event's id."""
    found = find(tx, caller, id)
    if found.state is not SubscriptionState.ACTIVE:
        raise Conflict("subscription_stopped", params={"why": found.state_reason or "active: false"})
    event_id = tx.ids.new("evt")
    row = fanout.delivery_row(
        tx,
        id,
        event_id=event_id,
        event_number=0,
        type=type or found.events[0],
        lane=event_id,
        urgent=True,
        is_test=True,
    )
    deliveries.add(tx, row)
    return row["id"], event_id


def replay(
    tx: Tx, caller: Caller, id: str, *, number: int | None, time_ms: int | None
) -> tuple[int, int | None]:
    """Sends again from an event's number, or from a time; the same ids, in the same order.

    Answers how many, and with which number to go on when they were too many for one call.
    """
    found = find(tx, caller, id, lock=True)
    after = number - 1 if number is not None else fanout.number_before(tx, time_ms or 0)
    count, rest = fanout.replay(tx, found, after=after, most=MOST_REPLAYED)
    _write_down(tx, caller, "replay_webhook", id, "queued", f"{count}")
    return count, None if rest is None else rest + 1


# --- parts ----------------------------------------------------------------------------------------------------


def _place(caller: Caller, url: str, private: frozenset[str]) -> Place:
    place = place_of(url, private)
    if place is None:
        raise Invalid("hook_url_refused", field="url")
    if not caller.may_use(place.host):
        raise Forbidden("hook_host_forbidden", params={"host": place.host[:100]})
    return place


def _where(place: Place) -> dict[str, Any]:
    return {"url": place.url, "host": place.host, "place": place.exact}


def _values(caller: Caller, given: Mapping[str, Any], former: Subscription | None = None) -> dict[str, Any]:
    """The events, whose name it bears, and what that key may see."""
    pii = given.get("pii") or (former.pii if former else caller.pii)
    if given.get("pii") == "full" and caller.pii != "full":
        raise Forbidden("forbidden", params={"scope": "read_pii"})
    if "quiet" in given:
        try:
            awake_hours(given["quiet"])
        except ValueError:
            raise Invalid(
                "field_invalid", field="quiet", params={"expected": "off or like 21:00-07:00"}
            ) from None
    return {
        "events": sorted(given["events"]),
        "pii": "full" if pii == caller.pii == "full" else "masked",
        "key_id": caller.key_id,
        "sources": caller.sources,
    }


def _ends_at(tx: Tx, given: Mapping[str, Any]) -> datetime | None:
    if given.get("ends_at") is None:
        return None
    try:
        ends = datetime.fromisoformat(given["ends_at"]).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise Invalid("time_invalid", field="ends_at") from None
    if ends <= tx.machine:
        raise Invalid("time_past", field="ends_at", params={"time": given["ends_at"]})
    return ends


def _switch(tx: Tx, found: Subscription, active: bool | None) -> set[str]:
    """Stops it or lets it go on; answers what has changed."""
    stopped = found.state is SubscriptionState.STOPPED
    if active is None or active is not stopped:
        return set()
    if active:
        subscriptions.go_on(tx, found.id)
    else:
        subscriptions.stop(tx, found.id, SWITCHED_OFF)
    return {"active"}


def _announce(tx: Tx, caller: Caller, host: str) -> None:
    """Events go to a host for the first time: the owner is told, whoever's key it was (T-16)."""
    if not subscriptions.is_first_use(tx, host, caller.actor):
        return
    _, decision = case_rules.open_case(
        case_id=tx.ids.new("cas"),
        reason=FIRST_USE,
        customer_id=None,
        invoice_id=None,
        severity=None,
        words=None,
        note=f"{host} ({caller.actor})",
        by=caller.actor,
        now=tx.now,
    )
    apply(tx, decision)


def _write_down(tx: Tx, caller: Caller, action: str, id: str, result: str, about: str | None) -> None:
    audit.add(tx, actor=caller.actor, action=action, object=id, result=result, reason=about)
