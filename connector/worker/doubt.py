"""Numbers that may be somebody else's by now: a neutral first message, and no figures before an answer (T-33).

A doubt begins with 90 silent days (the policy says how many), or when WhatsApp tells that another person
holds the number. It ends with the button "yes, that is right", or with somebody's own yes in the office.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from connector.clock import from_ms, to_ms
from connector.domain import customers as rules
from connector.domain.model import Channel, Inbound, Permission
from connector.store import customers, inbound
from connector.store.apply import add_steps, append_events
from connector.store.db import Row, Tx

ANSWER_DAYS = 2  # nobody answered the neutral message for so long: people are told
_FREE = frozenset({rules.NEUTRAL, "optout_confirm"})  # say nothing that only the customer may know


def says_figures(template: str | None) -> bool:
    """Whether a message must not go to a number that nobody has confirmed."""
    return template not in _FREE


def doubted(
    tx: Tx, addresses: Mapping[str, Row[Any]], steps: Iterable[Row[Any]], *, after_days: int | None
) -> set[str]:
    """Of these addresses those that must not hear figures; for a new doubt the neutral message is planned."""
    wanted = {row.address_id: row for row in steps if says_figures(row.template)}
    known = {id for id in wanted if addresses[id].doubted_at is not None}
    _call_people(tx, [(addresses[id], wanted[id].customer_id) for id in sorted(known)])
    fresh = _silent(tx, [addresses[id] for id in wanted if id not in known], after_days)
    for id in sorted(fresh):
        begin(tx, id, wanted[id].customer_id, channel=wanted[id].channel)
    return known | fresh


def begin(
    tx: Tx,
    address_id: str,
    customer_id: str | None,
    *,
    channel: str = Channel.WHATSAPP,
    permission: Permission = Permission.NOTICE,
) -> None:
    """The doubt is noted, and the neutral message asks, once."""
    if not customers.doubt(tx, address_id) or customer_id is None:
        return
    step = rules.neutral_step(
        tx.ids.new("stp"),
        customer_id=customer_id,
        address_id=address_id,
        due_at=tx.now,
        channel=Channel(channel),
        permission=permission,
    )
    add_steps(tx, [step])


def on_inbound(tx: Tx, said: Inbound, *, after_days: int | None) -> bool:
    """Whether this number is doubted; words out of a long silence begin a doubt of their own."""
    address = customers.address_by_phone(tx, said.phone) if said.phone else None
    if address is None:
        return False
    if address.doubted_at is not None:
        return True
    people = customers.customers_at(tx, address.id)
    row = customers.address_row_of(tx, address.id)
    if not people or row is None or not _silent(tx, [row], after_days):
        return False
    begin(tx, address.id, people[0], permission=Permission.REPLY)
    return True


def _silent(tx: Tx, rows: Iterable[Row[Any]], after_days: int | None) -> set[str]:
    """The numbers without any sign of life; the messages are asked only where the cheap signs are old."""
    if after_days is None:
        return set()
    before = to_ms(tx.now - timedelta(days=after_days))
    old = [r for r in rows if r.created_at <= before and (r.last_inbound_at or 0) <= before]
    arrived = inbound.last_arrived(tx, [r.id for r in old], since_ms=before)
    return {
        r.id
        for r in old
        if rules.is_silent(
            tx.now,
            after_days=after_days,
            known_since=from_ms(r.created_at),
            last_inbound_at=None if r.last_inbound_at is None else from_ms(r.last_inbound_at),
            last_arrived_at=None if r.id not in arrived else from_ms(arrived[r.id]),
        )
    }


def _call_people(tx: Tx, doubts: Iterable[tuple[Row[Any], str | None]]) -> None:
    since = tx.now_ms - ANSWER_DAYS * 86_400_000
    told = [
        rules.contact_problem(customer, "unreachable", now=tx.now, about=f"{address.id}:{address.doubted_at}")
        for address, customer in doubts
        if customer is not None and address.doubted_at <= since
    ]
    append_events(tx, told)
