"""Sync Rows of a roster: the answer that a sheet gets for tenants instead of invoices."""

from collections.abc import Mapping
from typing import Any

from connector.actions.context import Context
from connector.actions.imports import checked_list
from connector.actions.rosters import apply_roster, preview_roster
from connector.spreadsheets.exporting import formula_safe
from connector.spreadsheets.roster import Roster, read_roster
from connector.spreadsheets.table import table_of_rows
from connector.store import lists

PREVIEW, ALL = "preview", "apply"
_COUNTS = {"new": "created", "changed": "updated", "unchanged": "unchanged", "refused": "refused"}


def roster_in(ctx: Context, given: Mapping[str, Any]) -> Roster | None:
    """The rows as a roster, or None when they are invoices (or a mapping says what they are)."""
    if given.get("mapping"):
        return None
    own = ctx.business
    return read_roster(
        table_of_rows(given["rows"]), today=ctx.today, country=own.country, currency=own.currency
    )


def sync_roster(ctx: Context, given: Mapping[str, Any], roster: Roster) -> dict[str, Any]:
    """Applies the roster, or shows what it would do. Ticks that nobody confirms wait for a yes."""
    name = checked_list(given["list"])
    mode = str(given.get("mode", "apply_safe"))
    pay = bool(given.get("confirm_paid", mode == ALL))
    known = lists.get(ctx.tx, name)
    start = not given.get("first_import_quiet", True) or (known is not None and known.started_at is not None)
    shown = preview_roster(ctx, roster, list_name=name)
    done = shown if mode == PREVIEW else apply_roster(ctx, roster, list_name=name, pay=pay, start=start)
    waiting = 0 if mode == PREVIEW else shown["paid_months"] - done["paid_months"]
    counts = {key: done["counts"].get(own, 0) for key, own in _COUNTS.items()}
    changed = counts["new"] or counts["changed"]
    result = "preview" if mode == PREVIEW else "applied" if changed else "unchanged"
    return {
        "result": "needs_approval" if result == "unchanged" and waiting else result,
        "result_text": done["text"],
        "import_id": None,
        "preview_version": None,
        "list": name,
        **counts,
        "newly_paid": done["paid_months"],
        "suspicious": 0,
        "missing": 0,
        "needs_approval": waiting > 0,
        "review_url": None,
        "started": start,
        "rows": [_row(row) for row in done["rows"]],
    }


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    errors = "; ".join(f"{e['field']}: {e['code']}" for e in row["errors"])
    return {
        "row": row["line"],
        "result": "paid" if row["paid"] else row["result"],
        "invoice_number": f"{row['charge_ref']}-{row['paid'][-1]}" if row["paid"] else None,
        "invoice_status": "paid" if row["paid"] else "",
        "last_message": "",
        "why_not": "",
        "next_send": row["next_issue_on"] or "",
        "error": formula_safe(errors),
    }
