"""From events to deliveries: each subscription looks at every numbered event once, by a cursor of its own.

The cursor moves in the transaction that makes the deliveries, so a kill loses none and makes none twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.domain.deliveries import DeliveryState
from connector.domain.subscriptions import SAFETY, Subscription, SubscriptionState, Told, tags_of, wants
from connector.store import schema, subscriptions
from connector.store.db import Tx
from connector.store.events import read_events

SUBSCRIPTIONS = schema.subscriptions
DELIVERIES = schema.deliveries
PAGE = 500  # events in one look
Event = Mapping[Any, Any]  # a row of the events table

# Events that are about safety whatever they say.
_SAFETY = frozenset({"channel_unhealthy"})


_NEWEST = sa.select(schema.control.c.next_event_number - 1).scalar_subquery()
_LATE = sa.and_(SUBSCRIPTIONS.c.state == SubscriptionState.ACTIVE, SUBSCRIPTIONS.c.cursor < _NEWEST)
_BEHIND = sa.select(SUBSCRIPTIONS.c.id).where(_LATE)
ANY_BEHIND = _BEHIND.exists()


def behind(tx: Tx) -> list[str]:
    """Active subscriptions that have not looked at the newest events."""
    return list(tx.conn.execute(_BEHIND).scalars())


def look(tx: Tx, ids: Iterable[str]) -> int:
    """Lets these subscriptions look at one page of events each; answers how many deliveries were made."""
    by_cursor: dict[int, list[Subscription]] = {}
    for found in subscriptions.lock(tx, ids, wait=False).values():
        by_cursor.setdefault(found.cursor, []).append(found)
    made = 0
    newest = subscriptions.newest_number(tx)  # asked first: what is numbered meanwhile is not stepped over
    for cursor, some in by_cursor.items():
        events = read_events(tx, after=cursor, limit=PAGE)
        seen = events[-1]["number"] if events else newest  # what is not there any more was forgotten
        facts = _facts(tx, events)
        for one in some:
            wanted = [event for event in events if wants(one.events, one.filters, facts.of(event))]
            made += _queue(tx, one, wanted, facts)
            tx.conn.execute(SUBSCRIPTIONS.update().where(SUBSCRIPTIONS.c.id == one.id).values(cursor=seen))
    return made


def replay(tx: Tx, subscription: Subscription, *, after: int, most: int) -> tuple[int, int | None]:
    """Sends again what the subscription wants of the events above a number, up to its cursor.

    What is on its way already stays as it is and is not counted. Answers how many, and after which number the
    rest waits (None: nothing is left).
    """
    queued, cursor = 0, after
    while queued < most:
        events = [e for e in read_events(tx, after=cursor, limit=PAGE) if e["number"] <= subscription.cursor]
        if not events:
            return queued, None
        facts = _facts(tx, events)
        wanted = [e for e in events if wants(subscription.events, subscription.filters, facts.of(e))]
        fitting = wanted[: most - queued]
        queued += _queue(tx, subscription, fitting, facts, again=True)
        if len(fitting) < len(wanted):
            return queued, int(fitting[-1]["number"]) if fitting else cursor
        cursor = int(events[-1]["number"])
    return queued, cursor if cursor < subscription.cursor else None


def number_before(tx: Tx, at_ms: int) -> int:
    """The number after which everything was known at this instant or later."""
    events = schema.events
    first = sa.select(sa.func.min(events.c.number)).where(events.c.known_at >= at_ms)
    found = tx.conn.execute(first).scalar_one_or_none()
    return subscriptions.newest_number(tx) if found is None else int(found) - 1


def _queue(
    tx: Tx, subscription: Subscription, events: Sequence[Event], facts: "_Facts", *, again: bool = False
) -> int:
    """Answers how many were queued."""
    rows = [
        delivery_row(
            tx,
            subscription.id,
            event_id=event["id"],
            event_number=event["number"],
            type=event["type"],
            lane=event["invoice_id"] or event["id"],
            urgent=facts.of(event).severity == SAFETY,
            is_replay=again,
        )
        | {"created_at": event["known_at"], "created_at_m": tx.machine_ms if again else event["created_at_m"]}
        for event in events
    ]
    make = sqlite.insert if tx.dialect == "sqlite" else postgresql.insert
    insert = make(DELIVERIES)
    key = [DELIVERIES.c.subscription_id, DELIVERIES.c.event_id]
    if again:
        anew = ("state", "due_at", "due_at_m", "attempts", "refusals", "doubts", "was_woken", "first_at")
        values = {name: insert.excluded[name] for name in (*anew, "is_replay", "created_at", "created_at_m")}
        over = DELIVERIES.c.state.in_([DeliveryState.DELIVERED, DeliveryState.FAILED])
        statement = insert.on_conflict_do_update(index_elements=key, set_=values, where=over)
    else:
        statement = insert.on_conflict_do_nothing(index_elements=key)
    counted = {"preserve_rowcount": True}
    return sum(tx.conn.execute(statement, row, execution_options=counted).rowcount for row in rows)


def delivery_row(
    tx: Tx,
    subscription_id: str,
    *,
    event_id: str,
    event_number: int,
    type: str,
    lane: str,
    urgent: bool,
    is_replay: bool = False,
    is_test: bool = False,
) -> dict[str, Any]:
    """A delivery that is due now."""
    return {
        "id": tx.ids.new("dlv"),
        "subscription_id": subscription_id,
        "event_id": event_id,
        "event_number": event_number,
        "type": type,
        "lane": lane,
        "urgent": urgent,
        "is_test": is_test,
        "is_replay": is_replay,
        "state": DeliveryState.WAITING.value,
        "due_at": tx.now_ms,
        "due_at_m": tx.machine_ms,
        "attempts": 0,
        "refusals": 0,
        "doubts": 0,
        "was_woken": False,
        "fence": 0,
        "first_at": None,
        "created_at": tx.now_ms,
        "created_at_m": tx.machine_ms,
    }


# --- what filters ask -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a page of events refers to."""

    invoices: Mapping[str, Any]
    customers: Mapping[str, Any]
    cases: Mapping[str, Any]
    recipes: Mapping[str, str]  # by invoice

    def of(self, event: Event) -> Told:
        data = event["data"]
        invoice = self.invoices.get(event["invoice_id"] or "")
        owner = event["customer_id"] or (invoice.customer_id if invoice else None)
        customer = self.customers.get(owner or "")
        case = self.cases.get(data.get("case_id") or "")
        extras = [one.extra for one in (customer, invoice) if one is not None]
        severity = SAFETY if event["type"] in _SAFETY else data.get("severity")
        return Told(
            type=event["type"],
            about_customer=owner is not None,
            about_invoice=event["invoice_id"] is not None,
            tags=tags_of(extras),
            recipe=self.recipes.get(event["invoice_id"] or ""),
            threshold_days=data.get("threshold_days"),
            reason=case.reason if case is not None else data.get("reason"),
            severity=case.severity if case is not None else severity,
            source=invoice.source
            if invoice is not None
            else customer.source
            if customer is not None
            else None,
            customer_id=owner,
        )


def _facts(tx: Tx, events: Sequence[Event]) -> _Facts:
    invoices = _rows(
        tx, schema.invoices, ("customer_id", "source", "extra"), [e["invoice_id"] for e in events]
    )
    owners = [e["customer_id"] for e in events] + [i.customer_id for i in invoices.values()]
    cases = _rows(tx, schema.cases, ("reason", "severity"), [e["data"].get("case_id") for e in events])
    sequences = schema.sequences
    newest = (
        sa.select(sequences.c.invoice_id, sequences.c.recipe)
        .where(sequences.c.invoice_id.in_(sorted(invoices)))
        .order_by(sequences.c.created_at, sequences.c.id)
    )
    recipes = {row.invoice_id: row.recipe for row in tx.conn.execute(newest)} if invoices else {}
    return _Facts(invoices, _rows(tx, schema.customers, ("extra", "source"), owners), cases, recipes)


def _rows(tx: Tx, table: sa.Table, columns: Sequence[str], ids: Iterable[str | None]) -> dict[str, Any]:
    wanted = sorted({id for id in ids if id})
    if not wanted:
        return {}
    query = sa.select(table.c.id, *(table.c[name] for name in columns)).where(table.c.id.in_(wanted))
    return {row.id: row for row in tx.conn.execute(query)}
