"""Rows of a table as invoices: each fault named, nothing guessed, titles and totals passed over."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connector.domain.listdiff import ListRow
from connector.domain.money import decimals, parse_amount
from connector.domain.names import fold_name
from connector.domain.problems import FieldError
from connector.spreadsheets.columns import Column, columns_of, header_row, need_columns
from connector.spreadsheets.dates import only_month_first, reads_two_ways
from connector.spreadsheets.fields import Reading, read_fields
from connector.spreadsheets.headings import words
from connector.spreadsheets.table import Cell, Row, Table, is_blank, shown

TOTALS = frozenset(words("total, subtotal, sub total, grand total, jumlah, jumlah total, total keseluruhan"))
RAW_LENGTH = 200
DATES = ("due_date", "issue_date", "paid")


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row after reading: what it says, what is wrong with it, and (`raw`) how it was, by heading."""

    line: int
    fields: dict[str, Any]
    errors: tuple[FieldError, ...]
    raw: dict[str, str]

    @property
    def ok(self) -> bool:
        return not self.errors


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no invoice."""

    line: int
    reason: str  # title, total


@dataclass(frozen=True, slots=True)
class Parsed:
    rows: tuple[CheckedRow, ...]
    columns: tuple[Column, ...]
    header_line: int
    skipped: tuple[Skipped, ...] = ()


def parse_table(
    table: Table,
    *,
    today: date,
    country: str = "ID",
    currency: str = "IDR",
    date_order: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Parsed:
    """The invoices of a table. A table without its needed columns is refused; a bad row is only marked.

    `mapping` says which heading fills which field, before any word is recognised. Without a `date_order` the day
    comes first; where one date can only have its month first, those that read both ways are refused.
    """
    decimals(currency)
    header = header_row(table.rows, mapping or {}) or Row(0, ())
    columns = columns_of(header, mapping or {})
    need_columns(columns)
    reading = Reading(today, country, currency, date_order or "DMY")
    start = table.rows.index(header) + 1
    doubtful = date_order is None and _any_month_first(table.rows[start:], columns)
    rows: list[CheckedRow] = []
    skipped: list[Skipped] = []
    for row in table.rows[start:]:
        reason = _no_invoice(row, columns, table)
        if reason:
            skipped.append(Skipped(row.line, reason))
        else:
            checked = _checked(row, columns, reading)
            rows.append(_with_doubt(checked, row, columns) if doubtful else checked)
    return Parsed(tuple(_without_duplicates(rows)), columns, header.line, tuple(skipped))


def _no_invoice(row: Row, columns: tuple[Column, ...], table: Table) -> str | None:
    """Why a row is passed over: a title merged over several cells, or a total below the list."""
    filled = [cell for cell in row.cells if not is_blank(cell)]
    if row.line in table.merged and len(filled) == 1:
        return "title"
    phone = next((_cell(row, column) for column in columns if column.field == "phone"), None)
    label = filled[0]
    if isinstance(label, str) and fold_name(label) in TOTALS and is_blank(phone):
        return "total"
    return None


def _any_month_first(rows: Iterable[Row], columns: tuple[Column, ...]) -> bool:
    dates = [column for column in columns if column.field in DATES]
    return any(only_month_first(_cell(row, column)) for row in rows for column in dates)


def _with_doubt(checked: CheckedRow, row: Row, columns: tuple[Column, ...]) -> CheckedRow:
    """Refuses the dates that read both ways in a list where another one has its month first."""
    unsure = tuple(
        FieldError(column.field, "date_order_unclear")
        for column in columns
        if column.field in DATES and reads_two_ways(_cell(row, column))
    )
    return replace(checked, errors=checked.errors + unsure)


def _cell(row: Row, column: Column) -> Cell:
    return row.cells[column.index] if column.index < len(row.cells) else None


def _checked(row: Row, columns: tuple[Column, ...], reading: Reading) -> CheckedRow:
    cells = {column.field: _cell(row, column) for column in columns if column.field}
    extras = {column.header: _cell(row, column) for column in columns if column.field is None}
    fields, errors = read_fields(cells, extras, reading)
    raw = {column.header[:RAW_LENGTH]: shown(_cell(row, column))[:RAW_LENGTH] for column in columns}
    return CheckedRow(row.line, fields, errors, raw)


def _without_duplicates(rows: Sequence[CheckedRow]) -> Iterator[CheckedRow]:
    """Refuses every row of an invoice that the file holds twice: which of them is right, nobody can know."""
    keys = [_sameness(row.fields) if row.ok else None for row in rows]
    lines: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for key, row in zip(keys, rows, strict=True):
        if key is not None:
            lines[key].append(row.line)
    for key, row in zip(keys, rows, strict=True):
        other = None if key is None else next((line for line in lines[key] if line != row.line), None)
        if other is not None:
            error = FieldError(_telling_field(row.fields), "duplicate_row", str(other))
            yield replace(row, errors=(error,))
        else:
            yield row


def _telling_field(fields: dict[str, Any]) -> str:
    return "invoice_number" if "invoice_number" in fields else "customer_name"


def _sameness(fields: dict[str, Any]) -> tuple[str, ...]:
    """What makes two rows the same invoice: the number, else phone, name, description and due month."""
    if "invoice_number" in fields:
        return (fields["invoice_number"].casefold(),)
    name, description = fields["customer_name"], fields.get("description", "")
    return (fields["phone"], fold_name(name), fold_name(description), fields["due_date"][:7])


def list_rows(parsed: Parsed) -> list[ListRow]:
    """The checked rows as the differ takes them."""
    return [_list_row(row) for row in parsed.rows]


def _list_row(row: CheckedRow) -> ListRow:
    if not row.ok:
        number, name = row.fields.get("invoice_number"), row.fields.get("customer_name", "")
        return ListRow(line=row.line, number=number, customer_name=name, errors=row.errors, fields=row.fields)
    fields = row.fields
    currency = fields["currency"]
    paid_amount = fields.get("paid_amount")
    return ListRow(
        line=row.line,
        number=fields.get("invoice_number"),
        customer_name=fields["customer_name"],
        phone=fields["phone"],
        amount=parse_amount(fields["amount"], currency).minor,
        currency=currency,
        due_date=date.fromisoformat(fields["due_date"]),
        description=fields.get("description"),
        paid=fields.get("paid"),
        paid_on=date.fromisoformat(fields["paid_on"]) if "paid_on" in fields else None,
        paid_amount=parse_amount(paid_amount, currency).minor if paid_amount else None,
        fields=fields,
    )
