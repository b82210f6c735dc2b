"""Carries out many decisions at once, in one open transaction: the same rows as one by one, in few statements.

For what nobody else touches meanwhile (an import under its locks): each decision is about another invoice, so
that all inserts, then all updates, cancellations, steps and events give what one after the other would give.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from connector.domain.decision import CancelSteps, Decision, Insert, Update
from connector.domain.model import StepState
from connector.store import changes, schema, tags
from connector.store.apply import add_steps, append_events, apply, cancel_steps
from connector.store.db import Tx
from connector.store.rows import row_of

AT_ONCE = 2000  # ids in one statement; SQLite takes 32,766 variables, PostgreSQL 65,535
STEPS = schema.steps
T = TypeVar("T")
_ORDER = {table.name: place for place, table in enumerate(schema.metadata.sorted_tables)}


@dataclass(frozen=True, slots=True)
class Readied:
    """Decisions made ready to be written: inserts as the driver takes them, the rest as it was decided."""

    inserts: tuple[tuple[str, list[Any]], ...]  # (SQL, parameters of each row), tables before their children
    rest: tuple[Decision, ...]


def ready(tx: Tx, decisions: Iterable[Decision], steps: Sequence[dict[str, Any]] = ()) -> Readied:
    """Does whatever needs no lock: on SQLite nobody else writes while a transaction does.

    `steps` are whole rows of new steps of sequences that begin with these decisions.
    """
    rows: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    rest: list[Decision] = []
    for decision in decisions:
        for one in decision.changes:
            if isinstance(one, Insert):
                row = _whole(tx, one)
                rows[one.noun, tuple(row)].append(row)
        updates = tuple(c for c in decision.changes if isinstance(c, Update))
        if updates or decision.cancels or decision.steps or decision.events:
            rest.append(Decision(updates, decision.cancels, decision.steps, decision.events))
    for step in steps:
        rows[STEPS.name, tuple(step)].append(step)
    ordered = sorted(rows.items(), key=lambda item: _ORDER[item[0][0]])
    return Readied(tuple(_statement(tx, noun, names, some) for (noun, names), some in ordered), tuple(rest))


def _whole(tx: Tx, one: Insert) -> dict[str, Any]:
    table = schema.metadata.tables[one.noun]
    row = tags.noted(table, row_of(one.values))
    for name in ("created_at", "updated_at"):
        if name in table.c:
            row.setdefault(name, tx.now_ms)
    return row


def _statement(
    tx: Tx, noun: str, names: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> tuple[str, list[Any]]:
    """An INSERT as text, with every value turned into what the driver takes."""
    table, dialect = schema.metadata.tables[noun], tx.conn.dialect
    compiled = table.insert().compile(dialect=dialect, column_keys=list(names))
    ordered = list(compiled.positiontup or names) if compiled.positional else list(names)
    columns = [_turned(table.c[name], dialect, [row[name] for row in rows]) for name in ordered]
    lines = zip(*columns, strict=True)
    values = list(lines) if compiled.positional else [dict(zip(ordered, one, strict=True)) for one in lines]
    return str(compiled), values


def _turned(column: sa.Column[Any], dialect: sa.Dialect, values: list[Any]) -> list[Any]:
    """The values of one column as the driver takes them; what many rows share is turned once."""
    turn = column.type.dialect_impl(dialect).bind_processor(dialect)
    if turn is None:
        return values
    if not isinstance(column.type, sa.JSON):
        return [turn(value) for value in values]
    done: dict[int, Any] = {}  # by identity: the rows keep every value alive meanwhile
    empty = turn({})
    for value in values:
        if id(value) not in done:
            done[id(value)] = empty if value == {} else turn(value)
    return [done[id(value)] for value in values]


def apply_ready(tx: Tx, readied: Readied) -> None:
    """All of it or nothing."""
    for sql, values in readied.inserts:
        tx.conn.exec_driver_sql(sql, values)
    kept = readied.rest
    updates = [c for d in kept for c in d.changes if isinstance(c, Update)]
    _update(tx, [one for one in updates if one.while_state is None])
    for one in updates:
        if one.while_state is not None:
            apply(tx, Decision(changes=(one,)))
    _cancel(tx, [cancel for d in kept for cancel in d.cancels])
    for some in _pieces([step for d in kept for step in d.steps]):
        add_steps(tx, some)
    for some_updates in _pieces(sorted((u for u in updates if u.while_state is None), key=lambda u: u.id)):
        changes.noted(tx, some_updates, ())
    for told in _pieces(sorted((e for d in kept for e in d.events), key=lambda e: e.invoice_id or "")):
        append_events(tx, told)


def _update(tx: Tx, updates: Iterable[Update]) -> None:
    """One statement for each set of columns; the order within one row stays."""
    rows: dict[tuple[int, str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    rounds: dict[tuple[str, str], int] = defaultdict(int)
    for one in updates:
        values = tags.noted(schema.metadata.tables[one.noun], row_of(one.values))
        if "updated_at" in schema.metadata.tables[one.noun].c:
            values.setdefault("updated_at", tx.now_ms)
        turn = rounds[one.noun, one.id]
        rounds[one.noun, one.id] += 1
        bound = {f"new_{name}": value for name, value in values.items()} | {"of_id": one.id}
        rows[turn, one.noun, tuple(sorted(values))].append(bound)
    for (_, noun, names), some in sorted(rows.items()):
        table = schema.metadata.tables[noun]
        done = tx.conn.execute(
            table.update()
            .where(table.c.id == sa.bindparam("of_id"))
            .values({name: sa.bindparam(f"new_{name}") for name in names}),
            some,
        )
        if done.rowcount != len(some):
            raise LookupError(f"some {noun} are not there to be changed")


def _cancel(tx: Tx, cancels: Iterable[CancelSteps]) -> None:
    """Those that speak of one invoice each and are else alike go together."""
    alike: dict[tuple[StepState, str, frozenset[str]], list[str]] = defaultdict(list)
    for one in cancels:
        plain = CancelSteps(one.state, one.reason, invoice_id=one.invoice_id, keep_stages=one.keep_stages)
        if one.invoice_id is not None and one == plain:
            alike[one.state, one.reason, one.keep_stages].append(one.invoice_id)
        else:
            cancel_steps(tx, one)
    for (state, reason, keep), ids in alike.items():
        for some in _pieces(ids):
            where = [
                STEPS.c.state.in_([StepState.PLANNED, StepState.HELD]),
                STEPS.c.invoice_id.in_(some),
                STEPS.c.key != changes.KEY,
            ]
            if keep:
                where.append(STEPS.c.stage.not_in(sorted(keep)))
            tx.conn.execute(
                STEPS.update().where(*where).values(state=state, reason=reason, updated_at=tx.now_ms)
            )


def _pieces(values: Sequence[T]) -> Iterable[Sequence[T]]:
    """Pieces for one statement; an invoice's events, which lie side by side, may fall into two."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
