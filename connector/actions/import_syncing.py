"""Sync Rows: a sheet's rows as JSON through the same difference as a file, in one call.

What is safe is applied at once; what is not waits, with everything that a person needs for a yes: the import's
id, its preview_version and the lines. The same rows again change nothing, store nothing and tell nobody.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.actions import cards, imports
from connector.actions import import_planning as planning
from connector.actions.context import Context
from connector.actions.import_job import NOTHING, Prepared
from connector.actions.import_publishing import Changed, carry_out, job_of
from connector.actions.import_showing import fault
from connector.actions.imports import Difference, Reading
from connector.actions.roster_syncing import roster_in, sync_roster
from connector.domain.listdiff import RowAction
from connector.domain.listwords import FLAGS, words_of
from connector.domain.problems import Invalid
from connector.spreadsheets.exporting import formula_safe
from connector.spreadsheets.fields import READERS
from connector.spreadsheets.roster import Roster
from connector.spreadsheets.table import Table, table_of_rows
from connector.store import imports as import_store
from connector.store import invoices, lists
from connector.store.imports import StagedRow

PREVIEW, SAFE, ALL = "preview", "apply_safe", "apply"
# What the actions call an ending -> what the sheet is told.
_ENDINGS = {
    "recorded": "paid",
    "left": "waiting",
    "needs_person": "waiting",
    "already_recorded": "unchanged",
}
_WORDS = {
    "applied": {
        "id": "{new} baru, {changed} berubah, {newly_paid} lunas, {unchanged} tetap, {refused} ditolak.",
        "en": "{new} new, {changed} changed, {newly_paid} paid, {unchanged} unchanged, {refused} refused.",
    },
    "unchanged": {"id": "Tidak ada yang berubah.", "en": "Nothing has changed."},
    "waiting": {
        "id": " {waiting} baris menunggu persetujuan Anda.",
        "en": " Waiting for your yes: {waiting}.",
    },
    "silent": {
        "id": " Belum ada pesan yang direncanakan: daftar ini menunggu perintah mulai.",
        "en": " No message is planned yet: the list waits to be started.",
    },
    "unconfirmed": {
        "id": "tanda lunas menunggu confirm_paid atau persetujuan Anda",
        "en": "the paid mark waits for confirm_paid or for your yes",
    },
    "asleep": {"id": "daftar ini belum dimulai", "en": "the list has not been started"},
}


@dataclass(frozen=True, slots=True)
class Sync:
    """The rows compared and everything decided, before anybody has to wait."""

    difference: Difference
    prepared: Prepared


def prepare_import_rows(ctx: Context, given: dict[str, Any]) -> Sync | Roster:
    """Reads and decides; `run` calls it before the transaction of the action itself. A roster is only read."""
    table = table_of_rows(given["rows"])
    roster = roster_in(ctx, given, table)
    return roster if roster is not None else _prepared(ctx, given, table)


def _prepared(ctx: Context, given: dict[str, Any], table: Table) -> Sync:
    list_name = imports.checked_list(given["list"])
    reading = Reading(mapping=_mapping(given.get("mapping") or {}))
    difference = imports.compare(ctx.tx, table, list_name, reading)
    wanted = {row.line for row in difference.rows if _is_wanted(row, given)}
    start = _mode(given) != PREVIEW and not given.get("first_import_quiet", True)
    job = job_of(ctx.tx, list_name, difference.rows, wanted, start=start)
    return Sync(difference, planning.prepare(ctx, replace(job, named=False)))


def import_rows(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """What each row did, or would do, and what waits for a person."""
    found: Sync | Roster = ctx.cache.get("prepared") or prepare_import_rows(ctx, given)
    if isinstance(found, Roster):
        answer = sync_roster(ctx, given, found)
        _heard(ctx, given)
        return answer
    sync = found
    if _mode(given) == PREVIEW:
        done = sync.prepared.job.rows
    else:
        try:
            done, _ = carry_out(ctx, sync.prepared)
        except Changed:
            sync = _prepared(ctx, given, table_of_rows(given["rows"]))
            done, _ = carry_out(ctx, sync.prepared)
    waiting = [row for row in done if _waits(row)]
    applied = [row for row in done if _is_applied(row)]
    _heard(ctx, given)
    kept = _keep(ctx, sync.difference, applied, [*waiting, *(r for r in done if r.errors)], waiting)
    return _answer(ctx, given, sync, list(done), kept)


def _heard(ctx: Context, given: Mapping[str, Any]) -> None:
    """Written last, when every invoice is locked: what waited for this sync is asked again."""
    if _mode(given) != PREVIEW:
        lists.synced(ctx.tx, imports.checked_list(given["list"]))


def _mode(given: Mapping[str, Any]) -> str:
    return str(given.get("mode", SAFE))


def _is_wanted(row: StagedRow, given: Mapping[str, Any]) -> bool:
    """Whether this row is to be applied now."""
    mode = _mode(given)
    if mode == PREVIEW:
        return False
    if row.action == RowAction.NEWLY_PAID and not given.get("confirm_paid", mode == ALL):
        return False
    return mode == ALL or not row.fields["flags"]


def _waits(row: StagedRow) -> bool:
    return row.action not in NOTHING and not row.errors and row.result in (None, "left", "needs_person")


def _is_applied(row: StagedRow) -> bool:
    return row.action not in NOTHING and not row.errors and not _waits(row)


def _mapping(given: Mapping[str, str]) -> dict[str, str]:
    """Heading -> field; both spellings of a phone are understood."""
    known = {*READERS, "currency", "customer_phone", "extra"}
    for heading, field in given.items():
        if field not in known:
            expected = ", ".join(sorted(known))
            raise Invalid("field_invalid", field=f"mapping.{heading[:40]}", params={"expected": expected})
    own = {"customer_phone": "phone"}
    return {heading.strip(): own.get(field, field) for heading, field in given.items() if field != "extra"}


# --- what is kept for a person ----------------------------------------------------------------------------------


def _keep(
    ctx: Context,
    difference: Difference,
    applied: list[StagedRow],
    shown: list[StagedRow],
    waiting: list[StagedRow],
) -> tuple[str | None, str | None]:
    """(import id, preview_version) of what was applied and of what waits; (None, None): nothing of both.

    What waits already, exactly as now, keeps its import: a sync every hour asks a person once.
    """
    version = _version(shown)
    if not applied:
        known = import_store.waiting_import(ctx.tx, difference.list_name, version) if waiting else None
        if known is not None or not waiting:
            return known, version if known else None
    import_store.supersede(ctx.tx, difference.list_name)
    rows = [*applied, *(replace(r, result=None) for r in waiting), *(r for r in shown if r.errors)]
    options = {**difference.options, "rows_version": version}
    touched = {row.invoice_id for row in rows}
    options["versions"] = {i: v for i, v in difference.options["versions"].items() if i in touched}
    import_id = import_store.create(ctx.tx, list_name=difference.list_name, file_name=None, options=options)
    import_store.add_rows(ctx.tx, import_id, sorted(rows, key=lambda row: row.line))
    import_store.change(
        ctx.tx,
        import_id,
        state="applied" if applied else "ready",
        applied_at=ctx.now if applied else None,
        preview_version=version,
        counts=difference.counts,
    )
    return import_id, version


def _version(rows: Iterable[StagedRow]) -> str:
    """What waits, as one value: the same rows with the same difference."""
    told = [
        [r.line, r.action, r.number, r.invoice_id, r.fields["fields"], r.fields["changes"], r.fields["flags"]]
        for r in sorted(rows, key=lambda row: row.line)
    ]
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# --- the answer -----------------------------------------------------------------------------------------------


def _answer(
    ctx: Context,
    given: Mapping[str, Any],
    sync: Sync,
    done: list[StagedRow],
    kept: tuple[str | None, str | None],
) -> dict[str, Any]:
    counts, language = sync.difference.counts, ctx.language
    import_id, version = kept
    waiting = sum(_waits(row) for row in done)
    changed = any(_is_applied(row) for row in done)
    result = PREVIEW if _mode(given) == PREVIEW else "applied" if changed else "unchanged"
    if result == "unchanged" and waiting:
        result = "needs_approval"
    figures = {**counts, "waiting": waiting}
    calm = result == "unchanged" and not counts["refused"]
    text = _WORDS["unchanged" if calm else "applied"][language].format(**figures)
    if waiting and _mode(given) != PREVIEW:
        text += _WORDS["waiting"][language].format(**figures)
    if sync.prepared.job.quiet:
        text += _WORDS["silent"][language]
    return {
        "result": result,
        "result_text": text,
        "import_id": import_id,
        "preview_version": version,
        "list": sync.difference.list_name,
        "new": counts[RowAction.NEW],
        "changed": counts[RowAction.CHANGED],
        "newly_paid": counts[RowAction.NEWLY_PAID],
        "unchanged": counts[RowAction.UNCHANGED],
        "refused": counts[RowAction.REFUSED],
        "suspicious": counts["suspicious"],
        "missing": counts["missing"],
        "needs_approval": waiting > 0 and _mode(given) != PREVIEW,
        "review_url": ctx.link(f"/imports/{import_id}") if import_id else None,
        "started": not sync.prepared.job.quiet,
        "rows": _rows(ctx, given, sync, done),
    }


def _rows(ctx: Context, given: Mapping[str, Any], sync: Sync, done: list[StagedRow]) -> list[dict[str, Any]]:
    """Each row with the state of its invoice, in texts that can be written back into the sheet as they are."""
    states = _states(ctx, {row.invoice_id for row in done if row.invoice_id})
    asleep = _WORDS["asleep"][ctx.language] if sync.prepared.job.quiet else ""
    shown = []
    for row in done:
        state = states.get(row.invoice_id or "", _NO_STATE)
        why = _why_waiting(ctx, row, given) or state["why_not"] or (asleep if state is not _NO_STATE else "")
        result = row.result or row.action
        error = "; ".join(
            str(fault(e, sync.difference.options, None, ctx.catalog, ctx.language)["detail"])
            for e in row.errors
        )
        shown.append(
            {
                "row": row.line,
                "result": _ENDINGS.get(result, result),
                "invoice_number": None if row.number is None else formula_safe(row.number),
                "invoice_status": state["invoice_status"],
                "last_message": state["last_message"],
                "why_not": formula_safe(why),
                "next_send": state["next_send"],
                "error": formula_safe(error),
            }
        )
    return shown


_NO_STATE: Mapping[str, str] = {"invoice_status": "", "last_message": "", "why_not": "", "next_send": ""}


def _why_waiting(ctx: Context, row: StagedRow, given: Mapping[str, Any]) -> str:
    """Why a row was not applied, or should be looked at."""
    why = "; ".join(words_of(FLAGS, flag, ctx.language) for flag in row.fields["flags"])
    if not why and _waits(row) and row.fields["newly_paid"] and _mode(given) != PREVIEW:
        return _WORDS["unconfirmed"][ctx.language]
    return why


def _states(ctx: Context, ids: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """Status, last message, hindrance and next message of each invoice."""
    some = list(invoices.by_ids(ctx.tx, ids).values())
    facts = cards.around(ctx, some)
    found: dict[str, Mapping[str, str]] = {}
    for invoice in some:
        zone = ctx.zone_of(facts.customers[invoice.customer_id], invoice)
        code = cards.hold_reason(invoice, facts)
        step = None if code not in (None, "promise_active") else facts.steps.get(invoice.id)
        message = facts.messages.get(invoice.id)
        why = code or cards.closed_reason(invoice, facts.sequences.get(invoice.id))
        found[invoice.id] = {
            "invoice_status": invoice.status.value,
            "last_message": "" if message is None else cards.last_message_text(ctx, message, zone),
            "why_not": ctx.catalog.reason_text(why, ctx.language) or "",
            "next_send": "" if step is None else cards.next_step_text(ctx, step, zone),
        }
    return found
