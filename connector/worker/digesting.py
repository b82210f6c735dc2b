"""Tells what gathers: the owner's digest in the morning, and once a minute which invoices have changed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from connector.clock import from_ms, to_ms
from connector.domain.decision import NewEvent
from connector.domain.model import Business
from connector.domain.ticks import day_starts_of, told_from
from connector.domain.windows import local_date, local_instant
from connector.store import audit_chain, changes, digests, figures, invoices, queue
from connector.store.apply import append_events
from connector.store.db import Row, Tx

_FIRST = timedelta(days=1)
_LONGEST = timedelta(days=31)  # after a long sleep the digest is about a month, not about a year


def tell(tx: Tx, row: Row[Any], business: Business) -> None:
    """The figures of this moment, since the digest before; then plans the next. Never before the day starts."""
    starts = day_starts_of(business.settings)
    opens = told_from(tx.now, business.zone, starts)
    if opens is not None:
        queue.move(tx, [(row.id, to_ms(opens), "quiet_hours")])
        return
    today = local_date(tx.now, business.zone)
    told = local_instant(today, starts, business.zone)
    before = max(digests.last_told(tx) or told - _FIRST, told - _LONGEST)
    yesterday = today - timedelta(days=1)
    found = figures.figures(
        tx,
        today=today,
        first=min(local_date(before, business.zone), yesterday),
        last=yesterday,
        since=before,
        zone=business.zone,
        audit_head=audit_chain.head(tx).short,
    )
    append_events(
        tx,
        [
            NewEvent(
                "owner_digest",
                told,
                known_at=tx.now,
                data={"figures": found.kept()},
                once=f"owner_digest:{today.isoformat()}",
            )
        ],
    )
    queue.done(tx, [row.id])
    digests.plan(tx, after=tx.now, zone=business.zone, settings=business.settings)


def tell_changes(tx: Tx, rows: Sequence[Row[Any]]) -> None:
    """One word for each of these invoices about all that changed in the last minute."""
    if not rows:
        return
    known = invoices.by_ids(tx, [row.invoice_id for row in rows])
    append_events(
        tx,
        [
            NewEvent(
                "invoice_changed",
                from_ms(row.due_at),
                known_at=tx.now,
                customer_id=known[row.invoice_id].customer_id,
                invoice_id=row.invoice_id,
                data={"what_changed": ", ".join(row.data.get("what", ()))},
            )
            for row in rows
            if row.invoice_id in known
        ],
    )
    changes.told(tx, [row.id for row in rows])
