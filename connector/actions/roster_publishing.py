"""Publishes a staged roster in one transaction: what was seen is what is applied, or the preview is stale."""

from collections import Counter
from dataclasses import replace
from typing import Any

from connector.actions.context import Context
from connector.actions.import_checking import is_open, stale
from connector.actions.imports import wanted
from connector.actions.roster_planning import compare, is_running, roster_row, told_of
from connector.actions.rosters import NOTHING, Wish, done_text, write
from connector.store import audit, control, imports

_SILENT = {
    "id": " Belum ada tagihan yang terbit: daftar ini menunggu perintah mulai.",
    "en": " No invoice is issued yet: the list waits to be started.",
}


def publish(
    ctx: Context,
    import_id: str,
    preview_version: str | None,
    accept: list[int] | None,
    *,
    start: bool,
) -> dict[str, Any]:
    """Writes the accepted lines (None: all) and answers what became of them."""
    control.lock_identities(ctx.tx)
    found = wanted(ctx.tx, import_id, lock=True)
    rows = imports.rows_of(ctx.tx, import_id, pending=True)
    is_open(found, rows, preview_version, accept, start=start)
    chosen = [row for row in rows if accept is None or row.line in accept]
    asked = [row for row in chosen if row.action not in NOTHING]
    now = compare(ctx, [roster_row(row) for row in asked], found.list_name)
    if [told_of(row) for row in asked] != [told_of(row) for row in now.rows]:
        raise stale(found, preview_version)
    running = is_running(ctx, found.list_name)
    started = running or start
    wish = Wish(found.list_name, history=not running, named=accept is not None)
    done = write(ctx, chosen, wish, start=started)
    results = [one.row for one in done]
    left = [replace(row, result="left") for row in rows if row not in chosen]
    imports.write_results(ctx.tx, import_id, [*results, *left])
    imports.change(
        ctx.tx, import_id, state="applied", applied_at=found.applied_at or ctx.now, started=started
    )
    audit.add(ctx.tx, actor=ctx.actor, action="import", object=import_id, result="applied")
    text = done_text(done, ctx.language) + ("" if started else _SILENT[ctx.language])
    counts = Counter(str(row.result) for row in [*results, *left])
    return {
        "result": "applied",
        "result_text": text,
        "import_id": import_id,
        "list": found.list_name,
        "state": "applied",
        "counts": dict(sorted(counts.items())),
        "started": started,
        "rows": [
            {
                "line": one.row.line,
                "result": one.row.result,
                "charge_ref": one.row.number,
                "paid_periods": list(one.paid),
                "errors": one.row.errors,
            }
            for one in done
        ],
    }
