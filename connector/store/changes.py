"""Notes which invoices have changed, so that a sheet or a CRM is told once a minute what became of each.

The note is a tick of the invoice: the first change plans it a minute ahead, what changes until then joins it,
and it goes when it has been told.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from connector.domain.decision import Insert, NewEvent, Update
from connector.domain.model import Permission, Stage, Step, StepKind
from connector.store import many, schema
from connector.store.db import Tx
from connector.store.rows import columns_of

STEPS = schema.steps
KEY = "tick:changed"
MINUTE_MS = 60_000

_THEIR_INVOICES = sa.select(schema.sequences.c.invoice_id).where(
    schema.sequences.c.id.in_(sa.bindparam("sequences", expanding=True))
)
_WAITING = sa.select(STEPS.c.id, STEPS.c.invoice_id, STEPS.c.data).where(
    STEPS.c.invoice_id.in_(sa.bindparam("invoices", expanding=True)), STEPS.c.key == KEY
)
_JOIN = STEPS.update().where(STEPS.c.id == sa.bindparam("step")).values(data=sa.bindparam("words"))
_FORGET = STEPS.delete().where(STEPS.c.id.in_(sa.bindparam("told", expanding=True)))

# What each event says has changed; an event that is not here changes nothing that a sheet shows.
_BY_EVENT: dict[str, str] = {
    "payment_received": "payment",
    "payment_reversed": "payment",
    "invoice_paid": "payment",
    "payment_claimed": "claim",
    "message_sent": "message",
    "message_delivered": "message",
    "message_read": "message",
    "message_failed": "message",
    "promise_made": "promise",
    "promise_kept": "promise",
    "promise_broken": "promise",
    "promise_cancelled": "promise",
    "needs_human": "case",
    "case_resolved": "case",
    "sequence_completed": "reminders",
}
_BY_COLUMN: dict[str, str] = {
    "amount": "amount",
    "due_on": "due_date",
    "status": "status",
    "hold_reason": "reminders",
    "waiting_for": "reminders",
    "description": "details",
    "pay_url": "details",
    "appointment_at": "details",
}


def noted(tx: Tx, changes: Iterable[Insert | Update], events: Iterable[NewEvent]) -> None:
    """Plans the word about every invoice that these changes and events touch."""
    found: dict[str, set[str]] = {}
    sequences: set[str] = set()
    for change in changes:
        if not isinstance(change, Update):
            continue
        if change.noun == "invoices":
            what = {_BY_COLUMN[name] for name in change.values if name in _BY_COLUMN}
            if what:
                found.setdefault(change.id, set()).update(what)
        elif change.noun == "sequences" and {"state", "paused_until"} & set(change.values):
            sequences.add(change.id)
    for event in events:
        if event.invoice_id is not None and event.type in _BY_EVENT:
            found.setdefault(event.invoice_id, set()).add(_BY_EVENT[event.type])
    if sequences:
        for row in tx.conn.execute(_THEIR_INVOICES, {"sequences": list(sequences)}):
            found.setdefault(row.invoice_id, set()).add("reminders")
    if found:
        _plan(tx, found)


def _plan(tx: Tx, found: Mapping[str, set[str]]) -> None:
    rows = tx.conn.execute(_WAITING, {"invoices": list(found)})
    waiting = {row.invoice_id: row for row in rows}
    joined = [
        {"step": row.id, "words": {"what": sorted({*row.data["what"], *found[invoice_id]})}}
        for invoice_id, row in waiting.items()
        if not found[invoice_id] <= set(row.data["what"])
    ]
    if joined:
        tx.conn.execute(_JOIN, joined)
    fresh = [_row(tx, invoice_id, what) for invoice_id, what in found.items() if invoice_id not in waiting]
    many.insert(tx, STEPS, fresh)


def told(tx: Tx, step_ids: Iterable[str]) -> None:
    """Forgets notes that have been told: the next change makes a new one."""
    tx.conn.execute(_FORGET, {"told": list(step_ids)})


def _row(tx: Tx, invoice_id: str, what: set[str]) -> dict[str, Any]:
    step = Step(
        id=tx.ids.new("stp"),
        kind=StepKind.TICK,
        key=KEY,
        stage=Stage.OTHER,
        due_at=tx.now,
        invoice_id=invoice_id,
        permission=Permission.NOTICE,
        data={"what": sorted(what)},
    )
    due = tx.now_ms + MINUTE_MS
    times = {"due_at": due, "planned_for": due, "created_at": tx.now_ms, "updated_at": tx.now_ms}
    return columns_of(step) | times
