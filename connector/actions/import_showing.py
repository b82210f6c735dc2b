"""A preview as people read it: who, how much, until when, what changes from what to what, and what is wrong where."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from connector.actions.roster_coming import coming_of, coming_text
from connector.actions.roster_planning import SHAPE
from connector.domain.listdiff import RowAction
from connector.domain.listwords import ACTIONS, FIELDS, FLAGS, change_text, changes_text, words_of
from connector.domain.money import format_money, parse_amount
from connector.domain.texts import format_date, period_text
from connector.specs import Catalog
from connector.store.imports import Import, StagedRow

# What stands in a row's detail, in its order (connector/spreadsheets/fields.py).
_TOLD = {
    "duplicate_row": ("line",),
    "field_invalid": ("expected",),
    "date_implausible": ("date",),
    "text_too_long": ("max", "length"),
}
_OF_A_CELL = {"phone_missing": "field_required"}  # the remedy of a customer is not that of an empty cell
_LATE_DAYS = 30
# What starting a list would do, in the order of telling; what is none is not told.
_FIRST: dict[str, dict[str, str]] = {
    "paid": {
        "id": "{n} sudah lunas (tidak dikirimi apa-apa)",
        "en": "{n} paid already (nothing is sent to them)",
    },
    "ahead": {"id": "{n} belum jatuh tempo", "en": "{n} not due yet"},
    "late": {
        "id": "{n} lewat paling lama {days} hari (satu pesan perkenalan yang ramah)",
        "en": "{n} overdue by at most {days} days (one gentle first text)",
    },
    "long": {
        "id": "{n} lewat lebih lama (menunggu keputusan Anda)",
        "en": "{n} overdue for longer (they wait for your decision)",
    },
    "silent": {
        "id": "{n} tanpa persetujuan tercatat (dasarnya perjanjian Anda dengan mereka)",
        "en": "{n} without a recorded consent (the basis is your contract with them)",
    },
}
_TOTALS = {
    "id": "Dilewati karena tampaknya baris jumlah: {lines}.",
    "en": "Passed over, as they seem to be totals: {lines}.",
}
_ROWS = {"id": "{n} baris: ", "en": "{n} rows: "}


def shown_preview(
    found: Import,
    rows: Sequence[StagedRow],
    gone: Sequence[tuple[str, str]],
    catalog: Catalog,
    language: str,
    *,
    first: bool,
) -> dict[str, Any]:
    """Everything that `GET /v1/imports/{id}` tells; `gone` are number and name of what is missing."""
    is_roster = found.options.get("shape") == SHAPE
    show = shown_tenant if is_roster else shown_row
    shown = [show(row, found.options, catalog, language) for row in rows]
    today = date.fromisoformat(found.options["today"])
    return {
        "import_id": found.id,
        "list": found.list_name,
        "shape": SHAPE if is_roster else "invoices",
        "state": found.state,
        "preview_version": found.preview_version,
        "rows": shown,
        "missing": found.options.get("missing", []),
        "missing_rows": [{"number": number, "customer_name": name} for number, name in gone],
        "suspicious": [
            {"line": row["line"], "invoice": row["number"], "flags": row["flags"], "detail": _look_twice(row)}
            for row in shown
            if row["flags"] and row["action"] != RowAction.UNCHANGED
        ],
        "counts": found.counts,
        "first_import": first,
        "summary_text": _brings(found, rows, today, language, is_roster=is_roster, first=first),
    }


def _brings(
    found: Import, rows: Sequence[StagedRow], today: date, language: str, *, is_roster: bool, first: bool
) -> str | None:
    """What a roster issues next; what starting a new list would do, and which rows are totals."""
    if is_roster:
        coming, currency = coming_of(found.options["coming"]), str(found.options["currency"])
        return coming_text(coming, currency, "en" if language == "en" else "id")
    lines, words = found.options.get("totals", []), "en" if language == "en" else "id"
    told = [_summary(rows, today, language)] if first else []
    told += [_TOTALS[words].format(lines=", ".join(map(str, lines)))] if lines else []
    return " ".join(filter(None, told)) if first or lines else None


def shown_row(row: StagedRow, options: Mapping[str, Any], catalog: Catalog, language: str) -> dict[str, Any]:
    """One row of the preview."""
    fields = row.fields["fields"]
    currency = fields.get("currency", "IDR")
    changes = {name: tuple(values) for name, values in row.fields["changes"].items()}
    amount, due = fields.get("amount"), fields.get("due_date")
    return {
        "line": row.line,
        "ok": not row.errors,
        "action": row.action,
        "action_text": words_of(ACTIONS, row.action, language),
        "number": row.number,
        "customer_name": fields.get("customer_name"),
        "amount_text": None if amount is None else _money(amount, currency, language),
        "due_date_text": None if due is None else format_date(date.fromisoformat(due), language),
        "invoice": {"number": row.number, **fields} if not row.errors else None,
        "errors": [fault(error, options, row.line, catalog, language) for error in row.errors],
        "changes": [
            {
                "field": name,
                "field_text": _heading(name, options) or words_of(FIELDS, name, language),
                "text": change_text(name, before, after, currency, language),
            }
            for name, (before, after) in changes.items()
        ],
        "changes_text": changes_text(changes, currency, language, unticked=row.fields["unticked"]) or None,
        "flags": row.fields["flags"],
        "flags_text": "; ".join(words_of(FLAGS, flag, language) for flag in row.fields["flags"]) or None,
        "newly_paid": row.fields["newly_paid"],
        "result": row.result,
    }


def shown_tenant(
    row: StagedRow, options: Mapping[str, Any], catalog: Catalog, language: str
) -> dict[str, Any]:
    """One row of a roster's preview: the charge in place of the invoice, and the months that are newly paid."""
    held = row.fields
    bare = replace(row, fields={**held, "fields": {**held["fields"], "due_date": None}})
    day = held["fields"].get("due_day")
    months = [period_text(period, language) for period in held["paid"]]
    back = [period_text(period, language) for period in held["taken_back"]]
    told = shown_row(replace(bare, fields={**bare.fields, "unticked": False}), options, catalog, language)
    words = [told["changes_text"]] if told["changes_text"] else []
    words += [_PAID[language].format(months=", ".join(months))] if months else []
    words += [_BACK[language].format(months=", ".join(back))] if back else []
    return told | {
        "due_date_text": None if day is None else _EACH[language].format(day=day),
        "invoice": None,
        "charge": {"charge_ref": row.number, **held["fields"]} if not row.errors else None,
        "errors": [
            *told["errors"],
            *(fault(error, options, row.line, catalog, language) for error in held["unclear"]),
        ],
        "paid_periods": held["paid"],
        "unpaid_periods": held["taken_back"],
        "changes_text": "; ".join(words) or None,
    }


_EACH = {"id": "tiap tanggal {day}", "en": "day {day} of the month"}
_PAID = {"id": "lunas: {months}", "en": "paid: {months}"}
_BACK = {"id": "tanda lunas dihapus: {months}", "en": "paid mark removed: {months}"}


def _money(amount: str, currency: str, language: str) -> str:
    return format_money(parse_amount(amount, currency).minor, currency, language)


def fault(
    error: Mapping[str, Any],
    options: Mapping[str, Any],
    line: int | None,
    catalog: Catalog,
    language: str,
) -> dict[str, Any]:
    """A fault by the sheet's own heading and the cell, with its sentence and what to do about it."""
    spec = catalog.problems.get(_OF_A_CELL.get(error["code"], error["code"]))
    heading, cell = _heading(error["field"], options), place(error["field"], line, options)
    said = error["detail"]
    if spec is not None:
        told = zip(_TOLD.get(error["code"], ()), str(said).split(", ") if said else (), strict=False)
        named = f"“{heading}”" if heading else words_of(FIELDS, error["field"], language)
        where = f"{named} ({cell})" if cell else named
        params = {**error.get("params", {}), "field": where, **dict(told)}
        said = f"{spec.sentence(language, params)} {spec.advice(language, params)}"
    return {
        "field": error["field"],
        "heading": heading,
        "cell": cell,
        "code": error["code"],
        "detail": said or error["code"],
    }


def _heading(field: str, options: Mapping[str, Any]) -> str | None:
    found = options.get("columns", {}).get(field)
    return found[0] if found else None


def place(field: str, line: int | None, options: Mapping[str, Any]) -> str | None:
    """Where the value stands, as the spreadsheet's own program names it: B4; None for rows as JSON."""
    found = options.get("columns", {}).get(field)
    if not found or line is None or options.get("kind") == "json":
        return None
    return f"{found[1]}{line}"


def _look_twice(row: Mapping[str, Any]) -> str:
    who = row["customer_name"] or row["number"] or "-"
    return f"{row['line']}, {who}: {row['flags_text']}"


def _summary(rows: Sequence[StagedRow], today: date, language: str) -> str:
    """What starting this list would do, in one sentence."""
    good = [row.fields["fields"] | {"paid": row.fields["newly_paid"]} for row in rows if not row.errors]
    owed = [fields for fields in good if not fields["paid"]]
    days = [(today - date.fromisoformat(fields["due_date"])).days for fields in owed]
    figures = {
        "paid": len(good) - len(owed),
        "ahead": sum(late <= 0 for late in days),
        "late": sum(0 < late <= _LATE_DAYS for late in days),
        "long": sum(late > _LATE_DAYS for late in days),
        "silent": sum("consent_source" not in fields for fields in owed),
    }
    words = "en" if language == "en" else "id"
    told = [_FIRST[name][words].format(n=count, days=_LATE_DAYS) for name, count in figures.items() if count]
    return _ROWS[words].format(n=len(good)) + ", ".join(told) + "." if told else ""
