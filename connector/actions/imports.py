"""A spreadsheet as a difference: read, compared with what is known, staged, shown. Nothing is changed.

Publishing is `import_publishing`. Staging writes in batches of its own, so that a long file never keeps the
others from writing; what was staged counts for nothing until somebody applies the preview that they saw.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from connector.actions import roster_planning, run
from connector.actions.context import Context
from connector.actions.import_showing import fault, shown_preview
from connector.domain.listdiff import RowAction, RowDiff, diff, identity, preview_version
from connector.domain.money import decimals
from connector.domain.problems import Conflict, FieldError, Invalid, NotFound, Unavailable
from connector.domain.suspicion import suspicious
from connector.specs import Catalog
from connector.spreadsheets.exporting import RejectedRow, rejected_csv
from connector.spreadsheets.kinds import Kind, kind_of
from connector.spreadsheets.reading import read_table
from connector.spreadsheets.roster import read_roster
from connector.spreadsheets.rows import Parsed, list_rows, parse_table
from connector.spreadsheets.table import Table, column_letters
from connector.store import business, customers, imports, invoices, lists
from connector.store.db import Store, Tx
from connector.store.imports import BATCH, Import, StagedRow

LIST_NAME = re.compile(r"[\w.-][\w. -]{0,79}")
COUNTRY = re.compile("[A-Z]{2}")
_FREE_TEXTS = ("customer_name", "description", "contact_name")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read; what is None comes from the business."""

    today: date | None = None
    country: str | None = None
    currency: str | None = None
    date_order: str | None = None
    mapping: Mapping[str, str] | None = None  # heading -> field, where a person says so


@dataclass(frozen=True, slots=True)
class Difference:
    """A table against the book."""

    list_name: str
    version: str
    rows: tuple[StagedRow, ...]
    options: dict[str, Any]
    counts: dict[str, int]


def stage_file(
    store: Store,
    catalog: Catalog,
    data: bytes,
    *,
    list_name: str,
    file_name: str | None = None,
    reading: Reading | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """The preview of a CSV or XLSX file."""
    if file_name and file_name.lower().endswith(".xlsx") and data.strip() and kind_of(data) is not Kind.XLSX:
        raise Invalid("file_not_xlsx", field="file")
    return stage(
        store,
        catalog,
        read_table(data),
        list_name=list_name,
        file_name=file_name,
        reading=reading,
        language=language,
    )


def stage(
    store: Store,
    catalog: Catalog,
    table: Table,
    *,
    list_name: str,
    file_name: str | None = None,
    reading: Reading | None = None,
    language: str = "en",
) -> dict[str, Any]:
    """Compares a table with what is known and stages the difference; answers its preview."""
    list_name = checked_list(list_name)
    reading = reading or Reading()
    with store.read() as tx:
        ctx = run.context(tx, catalog, "import", settle_seconds=0, mode="sandbox")
        difference = _of_roster(ctx, table, list_name, reading) or compare(tx, table, list_name, reading)
    import_id = _write(store, difference, file_name)
    return preview(store, catalog, import_id, language=language)


def _of_roster(ctx: Context, table: Table, list_name: str, reading: Reading) -> Difference | None:
    """The table as a roster of tenants; None when it is a list of invoices."""
    if reading.mapping:
        return None
    own, today = ctx.business, reading.today or ctx.today
    _check_places(reading)
    roster = read_roster(
        table,
        today=today,
        country=reading.country or own.country,
        currency=reading.currency or own.currency,
        date_order=reading.date_order or "DMY",
    )
    if roster is None:
        return None
    found = roster_planning.compare(ctx, roster.rows, list_name)
    options = roster_planning.options_of(found, roster, today, table.kind, own.currency)
    return Difference(list_name, found.version, found.rows, options, found.counts)


def _check_places(reading: Reading) -> None:
    """Refuses a country and a currency that are none."""
    if reading.currency is not None:
        decimals(reading.currency)
    if reading.country is not None and not COUNTRY.fullmatch(reading.country):
        raise Invalid("field_invalid", field="country", params={"expected": "two letters, like ID"})


def compare(tx: Tx, table: Table, list_name: str, reading: Reading) -> Difference:
    """The table read and compared with what the book knows at this moment."""
    own = business.get(tx)
    if own is None:
        raise Unavailable("not_ready", params={"what": "business"})
    today = reading.today or tx.now.astimezone(ZoneInfo(own.zone)).date()
    currency = reading.currency or own.currency
    _check_places(reading)
    parsed = parse_table(
        table,
        today=today,
        country=reading.country or own.country,
        currency=currency,
        date_order=reading.date_order,
        mapping=reading.mapping,
    )
    rows = list_rows(parsed)
    known = imports.known_invoices(
        tx, list_name, [identity(row, list_name) for row in rows if not row.errors]
    )
    kept = lists.get(tx, list_name)
    running = kept is not None and kept.started_at is not None
    diffs = diff(rows, known, list_name, running_on=today if running else None)
    raws = {row.line: row.raw for row in parsed.rows}
    gone = [one for one in diffs if one.action is RowAction.MISSING]
    staged = tuple(_staged(one, raws) for one in diffs if one.line is not None)
    options = {
        "today": today.isoformat(),
        "kind": table.kind,
        "columns": _columns(parsed),
        "totals": [skipped.line for skipped in parsed.skipped if skipped.reason == "total"],
        "missing": [one.number for one in gone],
        "gone": [[one.number, one.invoice_id] for one in gone],
        "versions": {one.invoice_id: one.version for one in diffs if one.invoice_id and one.line},
    }
    return Difference(list_name, preview_version(diffs), staged, options, _counts(staged, len(gone)))


def _columns(parsed: Parsed) -> dict[str, list[str]]:
    """Field -> the sheet's own heading and the letters of its column."""
    return {c.field: [c.header[:60], column_letters(c.index)] for c in parsed.columns if c.field}


def _counts(rows: Sequence[StagedRow], missing: int) -> dict[str, int]:
    counts = Counter(row.action for row in rows)
    counted = {action.value: counts[action.value] for action in RowAction}
    return counted | {"missing": missing, "suspicious": sum(bool(row.fields["flags"]) for row in rows)}


def checked_list(name: str) -> str:
    name = " ".join(name.split())
    if not LIST_NAME.fullmatch(name):
        raise Invalid("list_invalid", field="list")
    return name


def _write(store: Store, difference: Difference, file_name: str | None) -> str:
    with store.write() as tx:
        import_id = imports.create(
            tx,
            list_name=difference.list_name,
            file_name=(file_name or "")[:200] or None,
            options=difference.options,
        )
    for start in range(0, len(difference.rows), BATCH):
        with store.write() as tx:
            imports.add_rows(tx, import_id, difference.rows[start : start + BATCH])
    with store.write() as tx:
        values = {"preview_version": difference.version, "counts": difference.counts}
        imports.change(tx, import_id, state="ready", **values)
    return import_id


def _staged(one: RowDiff, raws: dict[int, dict[str, str]]) -> StagedRow:
    row = one.row
    fields = dict(row.fields) if row else {}
    flags = [flag.value for flag in one.flags]
    if any(suspicious(fields[name], long_digits=True) for name in _FREE_TEXTS if name in fields):
        flags.append("suspicious_value")
    line = one.line or 0
    return StagedRow(
        line=line,
        action=one.action.value,
        number=one.number,
        invoice_id=one.invoice_id,
        fields={
            "fields": fields,
            "flags": flags,
            "changed": sorted(one.changes),
            "changes": {name: list(values) for name, values in one.changes.items()},
            "newly_paid": one.newly_paid,
            "unticked": one.unticked,
        },
        before={name: values[0] for name, values in one.changes.items()} or None,
        errors=[{"field": e.field, "code": e.code, "detail": e.detail} for e in one.errors],
        raw=dict(raws.get(line, {})),
    )


def preview(store: Store, catalog: Catalog, import_id: str, *, language: str = "en") -> dict[str, Any]:
    """What an import would do, row by row; after it was applied, what it did."""
    with store.read() as tx:
        found = wanted(tx, import_id)
        rows = imports.rows_of(tx, import_id)
        names = _names_of_gone(tx, found)
        known_list = lists.get(tx, found.list_name)
    first = known_list is None or known_list.started_at is None
    return shown_preview(found, rows, names, catalog, language, first=first)


def _names_of_gone(tx: Tx, found: Import) -> list[tuple[str, str]]:
    """Whom the file does not show any more, by number; names are joined now, so that the erased stay erased."""
    gone: list[tuple[str, str]] = [(number, key) for number, key in found.options.get("gone", [])]
    owners = {key: key for _, key in gone}
    if found.options.get("shape") != roster_planning.SHAPE:
        owners = {i.id: i.customer_id for i in invoices.by_ids(tx, owners).values()}
    people = customers.by_ids(tx, owners.values())
    named = {key: people[owner].name for key, owner in owners.items() if owner in people}
    return [(number, named.get(key, "")) for number, key in gone]


def rejected(store: Store, catalog: Catalog, import_id: str, *, language: str = "en") -> str:
    """The refused rows as CSV, as they were, each with what is wrong."""
    with store.read() as tx:
        found = wanted(tx, import_id)
        rows = [row for row in imports.rows_of(tx, import_id) if row.errors]

    def say(error: FieldError) -> str:
        told = {"field": error.field, "code": error.code, "detail": error.detail}
        return str(fault(told, found.options, None, catalog, language)["detail"])

    refused = [
        RejectedRow(row.line, row.raw, [FieldError(e["field"], e["code"], e["detail"]) for e in row.errors])
        for row in rows
    ]
    return rejected_csv(refused, say)


def drop(store: Store, import_id: str) -> None:
    """Forgets an import that was not applied; an applied one is history (undo it)."""
    with store.write() as tx:
        found = wanted(tx, import_id, lock=True)
        if found.state == "applied":
            raise Conflict("import_closed", params={"state": found.state})
        imports.drop(tx, import_id)


def wanted(tx: Tx, import_id: str, *, lock: bool = False) -> Import:
    """The import of this id, or the problem that there is none."""
    found = imports.get(tx, import_id, lock=lock)
    if found is None:
        raise NotFound("import_not_found", params={"given": import_id[:60]})
    return found
