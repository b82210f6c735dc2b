"""Carries out a Decision inside one open transaction: state, events and steps together or not at all."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from connector.domain.decision import CancelSteps, Decision, Insert, NewEvent, Update
from connector.domain.holds import AWAITS_PERSON, NEVER_KNOWN
from connector.domain.model import Step, StepState
from connector.store import changes, many, schema, tags
from connector.store.db import Overtaken, Tx
from connector.store.invoices import owed_totals
from connector.store.present import NOW
from connector.store.rows import columns_of, row_of

STEPS = schema.steps
EVENTS = schema.events
INVOICES = schema.invoices

# A step in one of these may be planned anew under the same key: it never reached a provider.
_REVIVABLE = {StepState.CANCELLED, StepState.SKIPPED, StepState.SUPERSEDED, StepState.PLANNED, StepState.HELD}

_KNOWN_KEYS = sa.select(
    STEPS.c.id, STEPS.c.sequence_id, STEPS.c.plan_no, STEPS.c.key, STEPS.c.channel, STEPS.c.state
).where(STEPS.c.sequence_id.in_(sa.bindparam("sequences", expanding=True)))

_TOLD = sa.select(EVENTS.c.once_key).where(EVENTS.c.once_key.in_(sa.bindparam("once", expanding=True)))

# Raises the counts of some invoices, and says how each of them stands.
_RAISED = (
    INVOICES.update()
    .where(INVOICES.c.id.in_(sa.bindparam("raised", expanding=True)))
    .values(event_count=INVOICES.c.event_count + sa.bindparam("more"))
    .returning(
        *(
            INVOICES.c[name]
            for name in ("id", "customer_id", "event_count", "amount", "paid", "status", "due_on")
        )
    )
)


def apply(tx: Tx, decision: Decision) -> None:
    """Applies changes, then cancellations, then new steps, then events, in the order of the decision."""
    for change in decision.changes:
        _change(tx, change)
    for cancel in decision.cancels:
        cancel_steps(tx, cancel)
    if decision.steps:
        add_steps(tx, decision.steps)
    events = _not_yet_told(tx, decision.events)
    _append(tx, events)
    changes.noted(tx, decision.changes, events)


def _change(tx: Tx, change: Insert | Update) -> None:
    table = schema.metadata.tables[change.noun]
    values = tags.noted(table, row_of(change.values))
    if "updated_at" in table.c and "updated_at" not in values:
        values["updated_at"] = tx.now_ms
    if isinstance(change, Insert):
        if "created_at" in table.c and "created_at" not in values:
            values["created_at"] = tx.now_ms
        tx.conn.execute(_inserting(table, tuple(values)), _new(values))
        return
    where = {"that_id": change.id}
    if change.while_state is not None:
        where["that_state"] = change.while_state
    done = tx.conn.execute(_updating(table, tuple(values), tuple(where)), where | _new(values))
    if done.rowcount != 1:
        if change.while_state is not None:
            raise Overtaken(f"{change.noun} {change.id} is {change.while_state} no more")
        raise LookupError(f"{change.noun} {change.id} is not there to be changed")


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


@cache
def _inserting(table: sa.Table, names: tuple[str, ...]) -> sa.Insert:
    """The insert of these columns: made once, because to make it costs more than its run."""
    return table.insert().values({name: sa.bindparam(f"new_{name}") for name in names})


@cache
def _updating(table: sa.Table, names: tuple[str, ...], where: tuple[str, ...]) -> sa.Update:
    """The update of these columns of one row, also made once."""
    those = [table.c[name.removeprefix("that_")] == sa.bindparam(name) for name in where]
    return table.update().where(*those).values({name: sa.bindparam(f"new_{name}") for name in names})


def cancel_steps(tx: Tx, cancel: CancelSteps) -> int:
    """Ends what is planned or held; answers how many steps ended.

    Of which nobody knows whether it had arrived, that stays said: planned anew it might arrive twice.
    """
    asked = {
        "that_invoice": cancel.invoice_id,
        "that_customer": cancel.customer_id,
        "that_sequence": cancel.sequence_id,
        "those_steps": cancel.step_ids,
    }
    named: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if not named:
        raise ValueError("a cancellation must name an invoice, a customer, a sequence or steps")
    if cancel.keep_stages:
        named["not_stages"] = sorted(cancel.keep_stages)
    ended = {"ended": cancel.state, "why": cancel.reason, "now": tx.now_ms}
    return int(tx.conn.execute(_ending(tuple(named), cancel.keep_keys), named | ended).rowcount)


@cache
def _ending(named: tuple[str, ...], keep_keys: str | None) -> sa.Update:
    """The update that ends what is named so, made once."""
    conditions: dict[str, sa.ColumnElement[bool]] = {
        "that_invoice": STEPS.c.invoice_id == sa.bindparam("that_invoice"),
        "that_customer": STEPS.c.customer_id == sa.bindparam("that_customer"),
        "that_sequence": STEPS.c.sequence_id == sa.bindparam("that_sequence"),
        "those_steps": STEPS.c.id.in_(sa.bindparam("those_steps", expanding=True)),
        "not_stages": STEPS.c.stage.not_in(sa.bindparam("not_stages", expanding=True)),
    }
    where = [
        STEPS.c.state.in_([StepState.PLANNED, StepState.HELD]),
        STEPS.c.key != changes.KEY,  # that an invoice has changed is told whatever ends
        *(conditions[name] for name in named),
    ]
    if keep_keys is not None:
        where.append(~STEPS.c.key.startswith(keep_keys, autoescape=True))
    in_doubt = sa.and_(STEPS.c.state == StepState.HELD, STEPS.c.reason == AWAITS_PERSON)
    why = sa.case((in_doubt, NEVER_KNOWN), else_=sa.bindparam("why", type_=sa.String))
    ended = {"state": sa.bindparam("ended"), "reason": why, "updated_at": NOW}
    return STEPS.update().where(*where).values(ended)


def add_steps(tx: Tx, steps: Sequence[Step]) -> None:
    """Plans steps; a key that already ended unsent is planned anew, one that was sent is left as it is."""
    known = _known_keys(tx, {s.sequence_id for s in steps if s.sequence_id})
    fresh: list[dict[str, Any]] = []
    for step in steps:
        row = step_row(tx, step)
        old = known.get((step.sequence_id, step.plan_no, step.key, step.channel.value))
        if old is None:
            fresh.append(row)
        elif old.state in _REVIVABLE:
            for name in ("id", "created_at"):
                del row[name]
            tx.conn.execute(_updating(STEPS, tuple(row), ("that_id",)), {"that_id": old.id} | _new(row))
    many.insert(tx, STEPS, fresh)


def _known_keys(tx: Tx, sequence_ids: set[str]) -> dict[tuple[str | None, int, str, str], Any]:
    if not sequence_ids:
        return {}
    rows = tx.conn.execute(_KNOWN_KEYS, {"sequences": list(sequence_ids)})
    return {(r.sequence_id, r.plan_no, r.key, r.channel): r for r in rows}


def step_row(tx: Tx, step: Step) -> dict[str, Any]:
    """The whole row of a new step."""
    row = columns_of(step)
    row["planned_for"] = row["planned_for"] or row["due_at"]
    row["created_at"] = row["updated_at"] = tx.now_ms
    return row


def append_events(tx: Tx, events: Sequence[NewEvent]) -> list[str]:
    """Appends events, still without their cursor number (the sequencer gives it); answers the new ids."""
    events = _not_yet_told(tx, events)
    ids = _append(tx, events)
    changes.noted(tx, (), events)
    return ids


def _append(tx: Tx, events: Sequence[NewEvent]) -> list[str]:
    if not events:
        return []
    numbers, moments = _invoice_numbers(tx, events)
    owed = _owed(tx, events, moments)
    rows = []
    for event in events:
        known = event.known_at or event.occurred_at
        numbered = None
        if event.invoice_id is not None:
            numbered = numbers[event.invoice_id] = numbers[event.invoice_id] + 1
        rows.append(
            {
                "id": tx.ids.new("evt"),
                "type": event.type,
                "customer_id": event.customer_id,
                "invoice_id": event.invoice_id,
                "invoice_event_number": numbered,
                "once_key": event.once,
                "data": _kept(event, moments, owed) | row_of(event.data),
                "created_at_m": tx.machine_ms,
                **row_of({"occurred_at": event.occurred_at, "known_at": known}),
            }
        )
    many.insert(tx, EVENTS, rows, ignore=True)
    return [row["id"] for row in rows]


def _not_yet_told(tx: Tx, events: Sequence[NewEvent]) -> list[NewEvent]:
    once = {e.once for e in events if e.once is not None}
    told: set[str] = set()
    if once:
        told = set(tx.conn.execute(_TOLD, {"once": list(once)}).scalars())
    fresh = []
    for event in events:
        if event.once is not None:
            if event.once in told:
                continue
            told.add(event.once)
        fresh.append(event)
    return fresh


def _invoice_numbers(tx: Tx, events: Sequence[NewEvent]) -> tuple[dict[str, int], dict[str, sa.Row[Any]]]:
    """Each invoice's count before these events, and the invoice as it stands now.

    The stored count is raised in the same breath.
    """
    counts: dict[str, int] = {}
    for event in events:
        if event.invoice_id is not None:
            counts[event.invoice_id] = counts.get(event.invoice_id, 0) + 1
    if not counts:
        return {}, {}
    moments: dict[str, sa.Row[Any]] = {}
    for more in sorted(set(counts.values())):  # nearly always one statement for all
        raised = sorted(invoice for invoice, n in counts.items() if n == more)
        moments |= {row.id: row for row in tx.conn.execute(_RAISED, {"raised": raised, "more": more})}
    return {key: row.event_count - counts[key] for key, row in moments.items()}, moments


def _owed(
    tx: Tx, events: Sequence[NewEvent], moments: Mapping[str, sa.Row[Any]]
) -> dict[str, list[list[Any]]]:
    """Customer -> [[currency, number of owed invoices, minor units]] at this moment."""
    people = {e.customer_id for e in events if e.customer_id} | {m.customer_id for m in moments.values()}
    found: dict[str, list[list[Any]]] = {person: [] for person in people}
    for (person, currency), (count, total) in sorted(owed_totals(tx, people).items()):
        found[person].append([currency, count, total])
    return found


def _kept(
    event: NewEvent, moments: Mapping[str, sa.Row[Any]], owed: Mapping[str, list[list[Any]]]
) -> dict[str, Any]:
    """The money of the moment of the event: what is told later says what was true then."""
    kept: dict[str, Any] = {}
    moment = moments.get(event.invoice_id or "")
    if moment is not None:
        kept = {
            "invoice_amount": moment.amount,
            "invoice_paid": moment.paid,
            "invoice_status": moment.status,
            "invoice_due_on": moment.due_on,
        }
    person = event.customer_id or (moment.customer_id if moment is not None else None)
    return kept if person is None else kept | {"owed": owed[person]}
