"""What the rows of an import meet in the book: people, numbers, invoices, sequences, read for all of them at once.

Read before the publishing, and once more inside it: equal means that what was prepared is still right.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from connector.domain import model
from connector.domain.model import CaseState, Customer, Invoice, PromiseState, Step
from connector.store import erasing, schema
from connector.store.db import Tx
from connector.store.rows import value_of

AT_ONCE = 1000
CUSTOMERS, LINKS, ADDRESSES = schema.customers, schema.customer_addresses, schema.addresses
INVOICES, SEQUENCES, STEPS = schema.invoices, schema.sequences, schema.steps
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What the rows of an import name."""

    refs: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    invoices: frozenset[str] = frozenset()  # ids of the invoices that are changed, paid or begun
    moved: frozenset[str] = frozenset()  # those of them whose plan moves
    late_since: date | None = None  # something begins: who came in late on or after this day counts


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The answer. `tied`: people and numbers with more than a plain tie to each other."""

    by_ref: Mapping[str, Customer] = field(default_factory=dict)
    at_phone: Mapping[str, tuple[Customer, ...]] = field(default_factory=dict)
    address_ids: Mapping[str, str] = field(default_factory=dict)  # phone -> address
    reached: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # customer -> address, phone
    people: Mapping[str, Customer] = field(default_factory=dict)  # whose invoices are touched
    tied: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()  # people with a consent record
    contacted: frozenset[str] = frozenset()  # people who have had a message from us
    invoices: Mapping[str, Invoice] = field(default_factory=dict)
    sequences: Mapping[str, model.Sequence] = field(default_factory=dict)  # invoice -> its newest
    steps: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)  # sequence -> steps, of moved ones
    paid_before: frozenset[str] = frozenset()  # invoices with a payment, kept or reversed
    entangled: frozenset[str] = frozenset()  # invoices with an open promise, case or claim
    entries: tuple[tuple[str, date, date], ...] = ()  # customer, day of entry, due date


def look(tx: Tx, asked: Question) -> Surroundings:
    """Everything around the rows of an import, in a few queries for each thousand."""
    invoices = {i.id: i for i in _values(tx, Invoice, INVOICES, INVOICES.c.id, asked.invoices)}
    by_ref = {c.ref or "": c for c in _values(tx, Customer, CUSTOMERS, CUSTOMERS.c.ref, asked.refs)}
    at_phone, tied_phones = _at_phones(tx, asked.phones)
    known = {c.id for c in by_ref.values()} | {c.id for some in at_phone.values() for c in some}
    owners = {i.customer_id for i in invoices.values()}
    reached, tied = _reached(tx, known | owners)
    sequences = _newest_sequences(tx, asked.invoices)
    moved = {sequences[i].id for i in asked.moved if i in sequences}
    return Surroundings(
        by_ref=by_ref,
        at_phone=at_phone,
        address_ids=_pairs(tx, ADDRESSES.c.phone, ADDRESSES.c.id, asked.phones),
        reached=reached,
        people={c.id: c for c in _values(tx, Customer, CUSTOMERS, CUSTOMERS.c.id, owners)},
        tied=frozenset(tied | tied_phones),
        consented=_those(tx, schema.consents.c.customer_id, known),
        contacted=contacted(tx, known | owners),
        invoices=invoices,
        sequences=sequences,
        steps=_steps(tx, moved),
        paid_before=_those(tx, schema.payment_items.c.invoice_id, asked.invoices),
        entangled=_entangled(tx, asked.invoices),
        entries=() if asked.late_since is None else entries(tx, asked.late_since),
    )


def contacted(tx: Tx, customers: Iterable[str]) -> frozenset[str]:
    """Those of the customers who have had a message from us."""
    return _those(tx, STEPS.c.customer_id, customers, STEPS.c.message_id.is_not(None))


def _pieces(values: Iterable[T]) -> Iterator[Sequence[T]]:
    ordered = sorted(set(values))  # type: ignore[type-var]
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _values(
    tx: Tx, kind: type[T], table: sa.Table, column: sa.Column[Any], wanted: Iterable[str]
) -> Iterator[T]:
    for some in _pieces(wanted):
        for row in tx.conn.execute(sa.select(table).where(column.in_(some))):
            yield value_of(kind, row._mapping)


def _pairs(tx: Tx, key: sa.Column[Any], value: sa.Column[Any], wanted: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in _pieces(wanted):
        found |= {row[0]: row[1] for row in tx.conn.execute(sa.select(key, value).where(key.in_(some)))}
    return found


def _those(
    tx: Tx, column: sa.Column[Any], wanted: Iterable[str], *where: sa.ColumnElement[bool]
) -> frozenset[str]:
    """Those of the wanted for which there is a row."""
    found: set[str] = set()
    for some in _pieces(wanted):
        found |= set(tx.conn.execute(sa.select(column).where(column.in_(some), *where).distinct()).scalars())
    return frozenset(found)


def _at_phones(tx: Tx, phones: Iterable[str]) -> tuple[dict[str, tuple[Customer, ...]], set[str]]:
    """Who is reached under each number, the first comer first; and the numbers tied to people in other ways.

    An erased number is tied to its tombstone, which keeps its stop.
    """
    found: dict[str, list[Customer]] = {}
    tied: set[str] = set()
    join = LINKS.join(ADDRESSES, ADDRESSES.c.id == LINKS.c.address_id).join(
        CUSTOMERS, CUSTOMERS.c.id == LINKS.c.customer_id
    )
    for some in _pieces(phones):
        query = sa.select(CUSTOMERS, ADDRESSES.c.phone, LINKS.c.is_primary).select_from(join)
        for row in tx.conn.execute(query.where(ADDRESSES.c.phone.in_(some)).order_by(CUSTOMERS.c.id)):
            if row.is_primary:
                found.setdefault(row.phone, []).append(value_of(Customer, row._mapping))
            else:
                tied.add(row.phone)
        tied |= erasing.erased_among(tx, some)
    return {phone: tuple(people) for phone, people in found.items()}, tied


def _reached(tx: Tx, people: Iterable[str]) -> tuple[dict[str, tuple[str, str]], set[str]]:
    """The number in use of each; and who has any other."""
    found: dict[str, tuple[str, str]] = {}
    tied: set[str] = set()
    join = LINKS.join(ADDRESSES, ADDRESSES.c.id == LINKS.c.address_id)
    for some in _pieces(people):
        query = sa.select(LINKS, ADDRESSES.c.phone).select_from(join).where(LINKS.c.customer_id.in_(some))
        for row in tx.conn.execute(query):
            if row.is_primary:
                found[row.customer_id] = (row.address_id, row.phone)
            else:
                tied.add(row.customer_id)
    return found, tied


def _newest_sequences(tx: Tx, invoices: Iterable[str]) -> dict[str, model.Sequence]:
    found: dict[str, model.Sequence] = {}
    for some in _pieces(invoices):
        query = sa.select(SEQUENCES).where(SEQUENCES.c.invoice_id.in_(some))
        for row in tx.conn.execute(query.order_by(SEQUENCES.c.created_at, SEQUENCES.c.id)):
            found[row.invoice_id] = value_of(model.Sequence, row._mapping)
    return found


def _steps(tx: Tx, sequences: Iterable[str]) -> dict[str, tuple[Step, ...]]:
    found: dict[str, list[Step]] = {}
    for some in _pieces(sequences):
        query = sa.select(STEPS).where(STEPS.c.sequence_id.in_(some)).order_by(STEPS.c.due_at, STEPS.c.id)
        for row in tx.conn.execute(query):
            found.setdefault(row.sequence_id, []).append(value_of(Step, row._mapping))
    return {sequence: tuple(steps) for sequence, steps in found.items()}


def _entangled(tx: Tx, invoices: frozenset[str]) -> frozenset[str]:
    promises, cases, claims = schema.promises, schema.cases, schema.claims
    return (
        _those(tx, promises.c.invoice_id, invoices, promises.c.state == PromiseState.OPEN)
        | _those(tx, cases.c.invoice_id, invoices, cases.c.state == CaseState.OPEN)
        | _those(tx, claims.c.invoice_id, invoices)
    )


def entries(tx: Tx, since: date) -> tuple[tuple[str, date, date], ...]:
    """Who comes in late on this day or later."""
    query = sa.select(INVOICES.c.customer_id, INVOICES.c.entered_on, INVOICES.c.due_on).where(
        INVOICES.c.entered_on >= since.isoformat()
    )
    day: Callable[[str], date] = date.fromisoformat
    return tuple(sorted((r.customer_id, day(r.entered_on), day(r.due_on)) for r in tx.conn.execute(query)))
