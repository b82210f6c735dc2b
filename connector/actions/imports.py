"""A spreadsheet as a difference: read, compared with what is known, staged, shown. Nothing is changed.

Publishing is `import_publishing`. Staging writes in batches of its own, so that a long file never keeps the
others from writing; what was staged counts for nothing until somebody applies the preview that they saw.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.listdiff import RowAction, RowDiff, diff, identity, preview_version
from connector.domain.money import decimals
from connector.domain.problems import Conflict, FieldError, Invalid, NotFound, Unavailable
from connector.domain.variables import suspicious
from connector.specs import Catalog
from connector.spreadsheets.exporting import RejectedRow, rejected_csv
from connector.spreadsheets.reading import read_table
from connector.spreadsheets.rows import list_rows, parse_table
from connector.spreadsheets.table import Table
from connector.store import business, imports, lists
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
    date_order: str = "DMY"


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
        own = business.get(tx)
        if own is None:
            raise Unavailable("not_ready", params={"what": "business"})
        today = reading.today or tx.now.astimezone(ZoneInfo(own.zone)).date()
    currency = reading.currency or own.currency
    decimals(currency)
    if reading.country is not None and not COUNTRY.fullmatch(reading.country):
        raise Invalid("field_invalid", field="country", params={"expected": "two letters, like ID"})
    parsed = parse_table(
        table,
        today=today,
        country=reading.country or own.country,
        currency=currency,
        date_order=reading.date_order,
    )
    rows = list_rows(parsed)
    with store.read() as tx:
        numbers = [identity(row, list_name) for row in rows if not row.errors]
        known = imports.known_invoices(tx, list_name, numbers)
    diffs = diff(rows, known, list_name)
    raws = {row.line: row.raw for row in parsed.rows}
    staged = [_staged(one, raws) for one in diffs if one.line is not None]
    options = {
        "today": today.isoformat(),
        "missing": [one.number for one in diffs if one.action is RowAction.MISSING],
        "versions": {one.invoice_id: one.version for one in diffs if one.invoice_id and one.line},
    }
    import_id = _write(store, list_name, file_name, options, staged, preview_version(diffs))
    return preview(store, catalog, import_id, language=language)


def checked_list(name: str) -> str:
    name = " ".join(name.split())
    if not LIST_NAME.fullmatch(name):
        raise Invalid("list_invalid", field="list")
    return name


def _write(
    store: Store,
    list_name: str,
    file_name: str | None,
    options: dict[str, Any],
    rows: Sequence[StagedRow],
    version: str,
) -> str:
    with store.write() as tx:
        import_id = imports.create(
            tx, list_name=list_name, file_name=(file_name or "")[:200] or None, options=options
        )
    for start in range(0, len(rows), BATCH):
        with store.write() as tx:
            imports.add_rows(tx, import_id, rows[start : start + BATCH])
    counts = Counter(row.action for row in rows)
    counted = {action.value: counts[action.value] for action in RowAction}
    counted["missing"] = len(options["missing"])
    counted["suspicious"] = sum(bool(row.fields["flags"]) for row in rows)
    with store.write() as tx:
        imports.change(tx, import_id, state="ready", preview_version=version, counts=counted)
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
            "changes": sorted(one.changes),
            "newly_paid": one.newly_paid,
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
        known_list = lists.get(tx, found.list_name)
    shown = [_row(row, catalog, language) for row in rows]
    return {
        "import_id": found.id,
        "list": found.list_name,
        "state": found.state,
        "preview_version": found.preview_version,
        "rows": shown,
        "missing": found.options.get("missing", []),
        "suspicious": [
            {"line": row["line"], "invoice": row["number"], "flags": row["flags"], "detail": _why(row)}
            for row in shown
            if row["flags"]
        ],
        "counts": found.counts,
        "first_import": known_list is None or known_list.started_at is None,
    }


def _row(row: StagedRow, catalog: Catalog, language: str) -> dict[str, Any]:
    fields = row.fields["fields"]
    return {
        "line": row.line,
        "ok": not row.errors,
        "action": row.action,
        "number": row.number,
        "invoice": {"number": row.number, **fields} if not row.errors else None,
        "errors": [_error(error, catalog, language) for error in row.errors],
        "changes": row.fields["changes"],
        "flags": row.fields["flags"],
        "newly_paid": row.fields["newly_paid"],
        "result": row.result,
    }


def _why(row: dict[str, Any]) -> str:
    flags = ", ".join(flag.replace("_", " ") for flag in row["flags"])
    return f"line {row['line']}, {row['number'] or '-'}: {flags}"


# What stands in a row's detail, in its order (connector/spreadsheets/fields.py).
_TOLD = {"duplicate_row": ("line",), "date_implausible": ("date",), "text_too_long": ("max", "length")}


def _error(error: dict[str, Any], catalog: Catalog, language: str) -> dict[str, Any]:
    """A fault with its sentence, which says the values that were kept as the detail."""
    spec = catalog.problems.get(error["code"])
    detail = error["detail"]
    if spec is not None:
        told = zip(_TOLD.get(error["code"], ()), str(detail or "").split(", "), strict=False)
        params = {"field": error["field"], **dict(told)}
        detail = spec.sentence(language, params)
    return {"field": error["field"], "code": error["code"], "detail": detail}


def rejected(store: Store, catalog: Catalog, import_id: str, *, language: str = "en") -> str:
    """The refused rows as CSV, as they were, each with what is wrong."""
    with store.read() as tx:
        wanted(tx, import_id)
        rows = [row for row in imports.rows_of(tx, import_id) if row.errors]

    def say(error: FieldError) -> str:
        shown = {"field": error.field, "code": error.code, "detail": error.detail}
        return str(_error(shown, catalog, language)["detail"] or error.code)

    refused = [
        RejectedRow(row.line, row.raw, [FieldError(e["field"], e["code"], e["detail"]) for e in row.errors])
        for row in rows
    ]
    return rejected_csv(refused, say)


def drop(store: Store, import_id: str) -> None:
    """Forgets an import that was not applied; an applied one is history (undo it)."""
    with store.write() as tx:
        found = wanted(tx, import_id, lock=True)
        if found.state in ("applying", "applied"):
            raise Conflict("import_closed", params={"state": found.state})
        imports.drop(tx, import_id)


def wanted(tx: Tx, import_id: str, *, lock: bool = False) -> Import:
    """The import of this id, or the problem that there is none."""
    found = imports.get(tx, import_id, lock=lock)
    if found is None:
        raise NotFound("import_not_found", params={"given": import_id[:60]})
    return found
