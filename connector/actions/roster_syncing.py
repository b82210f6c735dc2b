"""Sync Rows of a roster: the answer that a sheet gets for tenants instead of invoices.

What waits for a person is kept as an import, exactly as the rows of a list are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.actions.context import Context
from connector.actions.import_showing import fault
from connector.actions.imports import checked_list
from connector.actions.roster_coming import coming_text
from connector.actions.roster_planning import (
    RosterDifference,
    compare,
    is_running,
    options_of,
    version_of,
    without_ticks,
)
from connector.actions.rosters import NOTHING, RowDone, Wish, back_text, write
from connector.domain.listdiff import RowAction
from connector.domain.listwords import FLAGS, words_of
from connector.spreadsheets.exporting import formula_safe
from connector.spreadsheets.roster import Roster, read_roster
from connector.spreadsheets.table import Table
from connector.store import imports as import_store
from connector.store.imports import StagedRow

PREVIEW, ALL = "preview", "apply"
_COUNTS = {"new": "created", "changed": "updated", "unchanged": "unchanged", "refused": "refused"}
_WORDS = {
    "waiting": {
        "id": " {waiting} baris menunggu persetujuan Anda.",
        "en": " {waiting} rows wait for your yes.",
    },
    "missing": {
        "id": " {missing} penyewa tidak ada lagi di lembar; tagihannya tetap terbit sampai Anda menghentikannya.",
        "en": " {missing} tenants are no longer in the sheet; they are billed until you stop them.",
    },
    "unconfirmed": {
        "id": "tanda lunas menunggu confirm_paid atau persetujuan Anda",
        "en": "the paid mark waits for confirm_paid or for your yes",
    },
}


def roster_in(ctx: Context, given: Mapping[str, Any], table: Table) -> Roster | None:
    """The rows as a roster, or None when they are invoices (or a mapping says what they are)."""
    if given.get("mapping"):
        return None
    own = ctx.business
    return read_roster(table, today=ctx.today, country=own.country, currency=own.currency)


@dataclass(frozen=True, slots=True)
class _Done:
    """What was written, and what waits."""

    rows: tuple[RowDone, ...]
    waiting: tuple[StagedRow, ...] = ()
    import_id: str | None = None
    version: str | None = None


def sync_roster(ctx: Context, given: Mapping[str, Any], roster: Roster) -> dict[str, Any]:
    """Applies the roster, or shows what it would do. What looks wrong, and ticks that nobody confirms, wait."""
    name = checked_list(given["list"])
    mode = str(given.get("mode", "apply_safe"))
    running = is_running(ctx, name)
    start = running or not given.get("first_import_quiet", True)
    found = compare(ctx, roster.rows, name)
    if mode == PREVIEW:
        shown = [RowDone(row, tuple(row.fields["paid"])) for row in found.rows]
        return _answer(ctx, found, _Done(tuple(shown)), mode=mode, started=start)
    pay = bool(given.get("confirm_paid", mode == ALL))
    plain = found if pay else compare(ctx, [without_ticks(row) for row in roster.rows], name)
    safe = [row for row in plain.rows if mode == ALL or not row.fields["flags"]]
    done = write(ctx, safe, Wish(name, pay, history=not running), start=start)
    left = compare(ctx, roster.rows, name)
    kept = _kept(ctx, roster, left, done)
    return _answer(ctx, found, kept, mode=mode, started=start)


def _kept(ctx: Context, roster: Roster, left: RosterDifference, done: Sequence[RowDone]) -> _Done:
    """Keeps what was applied, to be undone, and what waits, to be approved; what waits already is asked once."""
    refused = {one.row.line for one in done if one.row.result == "refused"}
    waiting = tuple(row for row in left.rows if row.action not in NOTHING and row.line not in refused)
    applied = [one.row for one in done if one.row.result not in (*NOTHING, "needs_person")]
    version = version_of(waiting)
    if not applied:
        known = import_store.waiting_import(ctx.tx, left.list_name, version) if waiting else None
        if known is not None or not waiting:
            return _Done(tuple(done), waiting, known, version if known else None)
    import_store.supersede(ctx.tx, left.list_name)
    options = options_of(left, roster, ctx.today, "json", ctx.business.currency)
    import_id = None
    for state, rows in (("applied", applied), ("ready", waiting)):
        if rows:  # a row may be in both: written, with a tick that waits
            import_id = import_store.create(ctx.tx, list_name=left.list_name, file_name=None, options=options)
            import_store.add_rows(ctx.tx, import_id, rows)
            at = ctx.now if state == "applied" else None
            values = {"preview_version": version, "counts": left.counts}
            import_store.change(ctx.tx, import_id, state=state, applied_at=at, **values)
    return _Done(tuple(done), waiting, import_id, version)


# --- the answer -------------------------------------------------------------------------------------------------


def _answer(
    ctx: Context, found: RosterDifference, done: _Done, *, mode: str, started: bool
) -> dict[str, Any]:
    words, results = ctx.language, [str(one.row.result or one.row.action) for one in done.rows]
    if mode == PREVIEW:
        counts = {key: found.counts[key] for key in _COUNTS}
    else:
        counts = {key: results.count(own) for key, own in _COUNTS.items()}
        counts["changed"] += sum(result in ("recorded", "reversed") for result in results)
    applied = bool(counts["new"] or counts["changed"])
    waits = len(done.waiting)
    result = PREVIEW if mode == PREVIEW else "applied" if applied else "unchanged"
    text = coming_text(found.coming, ctx.business.currency, words)
    if waits:
        text += _WORDS["waiting"][words].format(waiting=waits)
    text += back_text(done.rows, words)
    if found.missing:
        text += _WORDS["missing"][words].format(missing=len(found.missing))
    return {
        "result": "needs_approval" if result == "unchanged" and waits else result,
        "result_text": text,
        "import_id": done.import_id,
        "preview_version": done.version,
        "list": found.list_name,
        **counts,
        "newly_paid": sum(len(one.paid) for one in done.rows),
        "suspicious": found.counts["suspicious"],
        "missing": len(found.missing),
        "needs_approval": waits > 0,
        "review_url": ctx.link(f"/imports/{done.import_id}") if done.import_id else None,
        "started": started,
        "rows": _rows(ctx, found, done),
    }


def _rows(ctx: Context, found: RosterDifference, done: _Done) -> list[dict[str, Any]]:
    """Each row of the sheet in its order: what was done with it, and why it waits."""
    written = {one.row.line: one for one in done.rows}
    waiting = {row.line: row for row in done.waiting}
    return [
        _row(ctx, written.get(row.line) or RowDone(row), waiting.get(row.line), row.fields["unclear"])
        for row in found.rows
    ]


def _row(
    ctx: Context, one: RowDone, waits: StagedRow | None, unclear: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    row, bill = one.row, one.bill
    result = bill.status.value if bill is not None else str(one.row.result or one.row.action)
    if waits is not None and result in ("unchanged", "needs_person", *(action.value for action in RowAction)):
        result = "waiting"
    errors = "; ".join(
        str(fault(e, {"kind": "json"}, None, ctx.catalog, ctx.language)["detail"])
        for e in (*row.errors, *unclear)
    )
    return {
        "row": row.line,
        "result": "updated" if result == "recorded" else result,
        "invoice_number": None if bill is None else formula_safe(bill.number),
        "invoice_status": "" if bill is None else bill.status.value,
        "last_message": "",
        "why_not": formula_safe(_flags(ctx, row) if waits is None else _why(ctx, waits)),
        "next_send": one.next_issue_on or "",
        "error": formula_safe(errors),
    }


def _why(ctx: Context, row: StagedRow) -> str:
    return _flags(ctx, row, always=True) or _WORDS["unconfirmed"][ctx.language]


def _flags(ctx: Context, row: StagedRow, *, always: bool = False) -> str:
    """What looks wrong, or why a row changes nothing; what was written has no more to say."""
    told = always or row.result is None or row.action == RowAction.UNCHANGED
    return "; ".join(words_of(FLAGS, flag, ctx.language) for flag in row.fields["flags"]) if told else ""
