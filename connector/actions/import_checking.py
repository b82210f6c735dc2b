"""Whether an import may be published: it is open, its preview is still true, and the named lines are its own."""

from collections.abc import Iterable, Sequence

from connector.domain.listdiff import RowAction
from connector.domain.problems import Conflict, Invalid
from connector.store import imports
from connector.store.db import Tx
from connector.store.imports import Import, StagedRow


def check(
    tx: Tx,
    found: Import,
    rows: Iterable[StagedRow],
    preview_version: str | None,
    accept: Sequence[int] | None,
    *,
    start: bool,
) -> None:
    """Refuses an import of invoices whose preview is no longer true, or that is closed."""
    rows = list(rows)
    if not is_open(found, rows, preview_version, accept, start=start):
        return
    seen: dict[str, int] = found.options.get("versions", {})
    mine = {row.invoice_id for row in rows}
    seen = {invoice: version for invoice, version in seen.items() if invoice in mine}
    new = [row.number for row in rows if makes(row) and row.number]
    if imports.versions_of(tx, seen) != seen or imports.taken_numbers(tx, new):
        raise stale(found, preview_version)


def is_open(
    found: Import,
    rows: Sequence[StagedRow],
    preview_version: str | None,
    accept: Sequence[int] | None,
    *,
    start: bool,
) -> bool:
    """Whether rows are left to be published; False: nothing is left but to let its list go."""
    if found.state == "staging":
        raise Conflict("import_not_ready", params={"state": found.state})
    if found.state == "applied" and start and not rows:
        return False
    if found.state != "ready" and not (found.state == "applied" and rows):
        raise Conflict("import_closed", params={"state": found.state})
    if preview_version is not None and preview_version != found.preview_version:
        raise stale(found, preview_version)
    unknown = sorted(set(accept or ()) - {row.line for row in rows})
    if unknown:
        few = ", ".join(map(str, unknown[:5]))
        raise Invalid("field_invalid", field="accept", params={"expected": f"lines of the file, not {few}"})
    return True


def stale(found: Import, preview_version: str | None) -> Conflict:
    """What was seen is not what would happen."""
    return Conflict("import_stale", params={"preview_version": preview_version or found.preview_version})


def makes(row: StagedRow) -> bool:
    """Whether the row still is to make an invoice."""
    return row.action == RowAction.NEW and row.result is None
