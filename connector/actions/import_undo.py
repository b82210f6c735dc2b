"""Undoes an import, as long as nobody was told anything because of it."""

from datetime import timedelta
from typing import Any

from connector.actions import import_reversing, roster_undo, run
from connector.actions import invoices as invoice_actions
from connector.actions.context import Context
from connector.actions.import_job import CHANGEABLE
from connector.actions.import_reversing import UNDONE, Born
from connector.actions.imports import wanted
from connector.actions.roster_planning import SHAPE
from connector.domain.listdiff import RowAction
from connector.domain.money import decimal_string
from connector.domain.problems import Conflict
from connector.specs import Catalog
from connector.store import audit, imports, invoices
from connector.store.db import Store
from connector.store.imports import StagedRow

PREPARED_BEFORE = timedelta(minutes=1)  # a list's rows are prepared so long before they are written, at most
_APPLIED = ("created", "updated", "recorded", "reversed")


def undo(
    store: Store,
    catalog: Catalog,
    import_id: str,
    *,
    actor: str,
    settle_seconds: int,
    mode: str,
    public_url: str = "",
) -> dict[str, Any]:
    """Takes back the payments that an import recorded, puts back what it changed, voids what it created.

    One row of which the customer has been told keeps everything as it is: half an undo would be a lie.
    """
    with store.write() as tx:
        found = wanted(tx, import_id, lock=True)
        if found.state != "applied" or found.applied_at is None:
            raise Conflict("import_closed", params={"state": found.state})
        rows = [row for row in imports.rows_of(tx, import_id) if row.result in _APPLIED]
        is_roster = found.options.get("shape") == SHAPE
        touched = [row.invoice_id for row in rows if row.invoice_id]
        touched += roster_undo.invoices_of(tx, found.list_name, rows) if is_roster else []
        if imports.contacted_since(tx, touched, found.applied_at):
            raise Conflict("import_undo_too_late", params={"why": "messages have left"})
        ctx = run.context(tx, catalog, actor, settle_seconds=settle_seconds, mode=mode, public_url=public_url)
        since = found.applied_at if is_roster else found.applied_at - PREPARED_BEFORE
        born = Born(since, imports.applied_next(tx, found.list_name, found.applied_at))
        put_back = roster_undo.put_back if is_roster else _put_back
        for row in reversed(rows):
            put_back(ctx, found.list_name, row, born)
        imports.change(tx, import_id, state="undone")
        audit.add(tx, actor=actor, action="import_undo", object=import_id, result="undone")
    return {"result": "undone", "import_id": import_id, "list": found.list_name, "invoices": len(rows)}


def _put_back(ctx: Context, list_name: str, row: StagedRow, born: Born) -> None:
    invoice_id = row.invoice_id or ""
    if row.fields["newly_paid"]:
        import_reversing.take_back(ctx, list_name, invoice_id, UNDONE[ctx.language], born=born)
    if row.action == RowAction.NEW:
        invoice_actions.void_invoice(ctx, {"invoice": invoice_id, "reason": UNDONE[ctx.language]})
        return
    before = row.before or {}
    given = {name: before[name] for name in CHANGEABLE if before.get(name) is not None}
    if "amount" in given:
        given["amount"] = _major(ctx, invoice_id, given["amount"])
    if before.get("phone") is not None:
        given |= {"customer_phone": before["phone"], "confirm_phone_change": True}
    if given:
        invoice_actions.update_invoice(ctx, {"invoice": invoice_id, **given})


def _major(ctx: Context, invoice_id: str, minor: int) -> str:
    invoice = invoices.by_id(ctx.tx, invoice_id)
    return decimal_string(minor, invoice.currency if invoice else ctx.business.currency)
