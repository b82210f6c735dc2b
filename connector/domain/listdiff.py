"""A list of invoices against what is already known: what is new, changed, newly paid, and what looks wrong.

Pure: the same rows and the same knowledge give the same diff and the same version, so that what a person saw
is what is applied. A row that is no longer in the file is `missing`, which never means paid.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from connector.domain.names import fold_name
from connector.domain.numbers import stable_number
from connector.domain.problems import FieldError

DROPPED_TO = 10  # a tenth of the amount or less: a zero was lost
MOVED_DAYS = 60
SAME_PERIOD_DAYS = 15  # nearer than this, another due month is a moved date and not the next rent


class RowAction(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    NEWLY_PAID = "newly_paid"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    REFUSED = "refused"


class Flag(StrEnum):
    """Why a row waits for a person's yes."""

    AMOUNT_DROPPED = "amount_dropped"
    AMOUNT_JUMPED = "amount_jumped"
    CURRENCY_CHANGED = "currency_changed"
    PHONE_CHANGED = "phone_changed"
    NAME_CHANGED = "name_changed"
    TENANT_CHANGED = "tenant_changed"  # of a roster: somebody else moved in
    DESCRIPTION_CHANGED = "description_changed"
    DUE_DATE_MOVED = "due_date_moved"
    OTHER_TENANT = "other_tenant"  # of a roster: a ticked month that the tenant before owes
    TICK_UNCLEAR = "tick_unclear"  # of a roster: a month's mark that nobody can read
    OTHER_LIST = "other_list"  # of a roster: another list bills the same tenant for the same
    RENT_MISSING = "rent_missing"  # of a roster: a ticked month of which nobody knows the amount
    CHARGE_STOPPED = "charge_stopped"  # of a roster: nothing is billed any more
    PAID_CHANGED_TOO = "paid_changed_too"  # the amount and the tick in one step
    PAID_AHEAD = "paid_ahead"  # new in a list that runs, of a month to come, and ticked already
    BELOW_PAID = "below_paid"  # less than is paid already: nothing but a named line takes this
    PART_PAYMENT = "part_payment"
    OVERPAYMENT = "overpayment"
    PAYMENT_UNTICKED = "payment_unticked"
    PAID_CHANGED = "paid_changed"
    OTHER_SOURCE = "other_source"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a file or a sheet. With `errors` the rest may be empty; `paid` None means no paid column."""

    line: int
    number: str | None = None
    customer_name: str = ""
    phone: str = ""
    amount: int = 0  # minor units
    currency: str = "IDR"
    due_date: date = date.min
    description: str | None = None
    paid: bool | None = None
    paid_on: date | None = None
    paid_amount: int | None = None
    errors: tuple[FieldError, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownInvoice:
    """An invoice as the store knows it. `ticked`: this list has said before that it is paid."""

    id: str
    number: str
    customer_name: str
    phone: str | None
    amount: int
    currency: str
    due_date: date
    description: str | None = None
    paid: bool = False
    void: bool = False
    ticked: bool = False
    receipt_waits: bool = False  # the confirmation of its payment has not left yet
    same_list: bool = True  # born in the list that is being compared
    version: int = 1
    open_amount: int | None = None  # what is still owed; None: all of it
    other: Mapping[str, Any] = field(default_factory=dict)  # more fields to compare, by the row's own names


@dataclass(frozen=True, slots=True)
class RowDiff:
    """What applying one row would do. `changes` maps a field to its value before and after."""

    action: RowAction
    number: str | None
    line: int | None = None  # None for missing
    invoice_id: str | None = None
    version: int | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    errors: tuple[FieldError, ...] = ()
    row: ListRow | None = None
    newly_paid: bool = False
    unticked: bool = False  # this list's payment is to be taken back
    known: KnownInvoice | None = None  # of what is missing

    @property
    def suspicious(self) -> bool:
        return bool(self.flags)


def identity(row: ListRow, list_name: str) -> str:
    """The number by which a row finds its invoice: its own, else the stable one."""
    return row.number or stable_number(list_name, row.phone, row.customer_name, row.description, row.due_date)


def diff(
    rows: Sequence[ListRow],
    known: Mapping[str, KnownInvoice],
    list_name: str,
    *,
    running_on: date | None = None,
) -> list[RowDiff]:
    """Every row in its order, then what the list no longer shows. `known` is keyed by invoice number.

    `running_on` is today in a list that was started; None: its rows are history, of any month.

    1. A row with errors is refused; all rows of one identity too, for nobody can know which one is right.
    2. A row finds its invoice by number.
    3. A row without a number that finds none is paired with a vanished open one that differs in one thing.
    4. What is left of the list's open invoices is missing.
    """
    found: list[tuple[ListRow, str | None, KnownInvoice | None]] = []
    numbers = {row.line: identity(row, list_name) for row in rows if not row.errors}
    lines: dict[str, list[int]] = defaultdict(list)
    for line, of_row in numbers.items():
        lines[of_row].append(line)
    for row in rows:
        number = numbers.get(row.line)
        other = next((line for line in lines[number] if line != row.line), None) if number else None
        if other is not None:
            error = FieldError("invoice_number", "duplicate_row", str(other))
            row, number = ListRow(line=row.line, number=row.number, errors=(error,)), None
        found.append((row, number, known.get(number) if number else None))
    vanished = [
        invoice
        for number, invoice in known.items()
        if invoice.same_list and _is_open(invoice) and number not in lines
    ]
    pairs = _pairs([row for row, _, match in found if not row.errors and match is None], vanished)
    diffs = [_row_diff(row, number, match or pairs.get(row.line), running_on) for row, number, match in found]
    paired = {invoice.id for invoice in pairs.values()}
    unread = [row for row, number, _ in found if number is None]
    return diffs + [_missing(one) for one in _not_shown(vanished, unread) if one.id not in paired]


def _not_shown(vanished: Iterable[KnownInvoice], unread: Iterable[ListRow]) -> Iterator[KnownInvoice]:
    """The vanished invoices about which no refused row seems to speak, by its number or else its name."""
    numbers = {row.number for row in unread if row.number}
    names = {fold_name(row.customer_name) for row in unread if not row.number and row.customer_name}
    for invoice in vanished:
        if invoice.number not in numbers and fold_name(invoice.customer_name) not in names:
            yield invoice


def _is_open(invoice: KnownInvoice) -> bool:
    return not invoice.paid and not invoice.void


def _missing(invoice: KnownInvoice) -> RowDiff:
    return RowDiff(
        RowAction.MISSING, invoice.number, invoice_id=invoice.id, version=invoice.version, known=invoice
    )


def _pairs(rows: Iterable[ListRow], vanished: Iterable[KnownInvoice]) -> dict[int, KnownInvoice]:
    """Rows without a number whose phone, name, description or due month was corrected, with their invoice.

    Only where exactly one row and one invoice fit each other: else a correction would double the invoice, or
    a guess would hand it to somebody else.
    """
    loose = [row for row in rows if row.number is None]
    by_row: dict[int, list[KnownInvoice]] = defaultdict(list)
    by_invoice: dict[str, list[int]] = defaultdict(list)
    index: dict[tuple[str, ...], list[KnownInvoice]] = defaultdict(list)
    for invoice in vanished:
        for key in _keys(invoice):
            index[key].append(invoice)
    for row in loose:
        for key in _keys(row):
            for invoice in index.get(key, []):
                near = abs((row.due_date - invoice.due_date).days) <= SAME_PERIOD_DAYS
                if near and invoice not in by_row[row.line]:
                    by_row[row.line].append(invoice)
                    by_invoice[invoice.id].append(row.line)
    return {
        line: invoices[0]
        for line, invoices in by_row.items()
        if len(invoices) == 1 and by_invoice[invoices[0].id] == [line]
    }


def _keys(what: ListRow | KnownInvoice) -> list[tuple[str, ...]]:
    """What an invoice is, once without each thing that may have been corrected."""
    phone, name = what.phone or "", fold_name(what.customer_name)
    description, amount, due = fold_name(what.description or ""), str(what.amount), what.due_date.isoformat()
    return [
        ("phone", name, description, amount, due),
        ("name", phone, description, amount, due),
        ("description", phone, name, amount, due),
        ("due_date", phone, name, description, amount),
    ]


def _row_diff(
    row: ListRow, number: str | None, known: KnownInvoice | None, running_on: date | None
) -> RowDiff:
    if row.errors:
        return RowDiff(RowAction.REFUSED, row.number, line=row.line, errors=row.errors, row=row)
    if known is None:
        flags = _payment_flags(row, row.amount) if row.paid else ()
        if row.paid and running_on is not None and _month(row.due_date) > _month(running_on):
            flags = (Flag.PAID_AHEAD, *flags)
        return RowDiff(RowAction.NEW, number, line=row.line, flags=flags, row=row, newly_paid=bool(row.paid))
    changes = _changes(row, known)
    newly_paid = bool(row.paid) and _is_open(known)
    unticked = known.paid and known.ticked and row.paid is False
    flags = _flags(row, known, changes)
    if newly_paid:
        action = RowAction.NEWLY_PAID
    elif changes or unticked:
        action = RowAction.CHANGED
    else:
        action = RowAction.UNCHANGED
        flags = ()
    return RowDiff(
        action, known.number, row.line, known.id, known.version, changes, flags, (), row, newly_paid, unticked
    )


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _changes(row: ListRow, known: KnownInvoice) -> dict[str, tuple[Any, Any]]:
    """The fields in which the row differs; a name differs only when it folds differently."""
    changes: dict[str, tuple[Any, Any]] = {}
    if (row.amount, row.currency) != (known.amount, known.currency):
        changes["amount"] = (known.amount, row.amount)
    if row.currency != known.currency:
        changes["currency"] = (known.currency, row.currency)
    if row.due_date != known.due_date:
        changes["due_date"] = (known.due_date.isoformat(), row.due_date.isoformat())
    if row.phone != known.phone:
        changes["phone"] = (known.phone, row.phone)
    if fold_name(row.customer_name) != fold_name(known.customer_name):
        changes["customer_name"] = (known.customer_name, row.customer_name)
    if row.description is not None and row.description != known.description:
        changes["description"] = (known.description, row.description)
    for name, before in known.other.items():
        if name in row.fields and row.fields[name] != before:
            changes[name] = (before, row.fields[name])
    return changes


def _flags(row: ListRow, known: KnownInvoice, changes: Mapping[str, Any]) -> tuple[Flag, ...]:
    """Everything about a changed row that a person should see before it counts."""
    checks = {
        Flag.CURRENCY_CHANGED: "currency" in changes,
        Flag.AMOUNT_DROPPED: row.amount * DROPPED_TO <= known.amount,
        Flag.AMOUNT_JUMPED: row.amount >= known.amount * DROPPED_TO,
        Flag.BELOW_PAID: row.currency == known.currency and row.amount < _already(known),
        Flag.PAID_CHANGED_TOO: bool(row.paid) and _is_open(known) and "amount" in changes,
        Flag.PHONE_CHANGED: "phone" in changes and known.phone is not None,
        Flag.NAME_CHANGED: "customer_name" in changes,
        Flag.DESCRIPTION_CHANGED: "description" in changes and row.number is None,
        Flag.DUE_DATE_MOVED: abs((row.due_date - known.due_date).days) > MOVED_DAYS,
        Flag.PAID_CHANGED: known.paid and bool({"amount", "currency"} & set(changes)),
        # Until the customer was told, taking the tick back is the mending of a slip.
        Flag.PAYMENT_UNTICKED: (
            known.paid and known.ticked and row.paid is False and not known.receipt_waits
        ),
        Flag.OTHER_SOURCE: not known.same_list and bool(changes),
        Flag.VOID: known.void,
    }
    payment = _payment_flags(row, _owed(row, known)) if row.paid and _is_open(known) else ()
    return (*(flag for flag, raised in checks.items() if raised), *payment)


def _owed(row: ListRow, known: KnownInvoice) -> int:
    return row.amount - _already(known)


def _already(known: KnownInvoice) -> int:
    """What is paid of it."""
    return 0 if known.open_amount is None else known.amount - known.open_amount


def _payment_flags(row: ListRow, owed: int) -> tuple[Flag, ...]:
    if row.paid_amount is None or row.paid_amount in (owed, row.amount):
        return ()
    return (Flag.PART_PAYMENT if row.paid_amount < owed else Flag.OVERPAYMENT,)


def preview_version(diffs: Iterable[RowDiff]) -> str:
    """The hash of a preview: it changes with the file and with each invoice that the file touches."""
    shown = [
        [
            one.line,
            one.action,
            one.number,
            one.invoice_id,
            one.version,
            {name: list(values) for name, values in sorted(one.changes.items())},
            [*one.flags, *(["unticked"] if one.unticked else [])],
            [[error.field, error.code] for error in one.errors],
            dict(one.row.fields) if one.row else None,
        ]
        for one in diffs
    ]
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
