"""Undoes an import, as long as nobody was told and no money was recorded."""

from typing import Any

from connector.actions import invoices as invoice_actions
from connector.actions import run
from connector.actions.context import Context
from connector.actions.import_publishing import CHANGEABLE
from connector.actions.imports import wanted
from connector.domain.money import decimal_string
from connector.domain.problems import Conflict
from connector.specs import Catalog
from connector.store import audit, imports, invoices
from connector.store.db import Store
from connector.store.imports import StagedRow


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
    """Voids what an import created and puts back what it changed, as long as nobody was told or paid."""
    with store.write() as tx:
        found = wanted(tx, import_id, lock=True)
        if found.state != "applied" or found.applied_at is None:
            raise Conflict("import_closed", params={"state": found.state})
        rows = [
            row for row in imports.rows_of(tx, import_id) if row.result in ("created", "updated", "recorded")
        ]
        touched = [row.invoice_id for row in rows if row.invoice_id]
        if any(row.fields["newly_paid"] for row in rows):
            raise Conflict("import_undo_too_late", params={"why": "payments were recorded"})
        if imports.contacted_since(tx, touched, found.applied_at):
            raise Conflict("import_undo_too_late", params={"why": "messages have left"})
        ctx = run.context(tx, catalog, actor, settle_seconds=settle_seconds, mode=mode, public_url=public_url)
        for row in rows:
            _put_back(ctx, row)
        imports.change(tx, import_id, state="undone")
        audit.add(tx, actor=actor, action="import_undo", object=import_id, result="undone")
    return {"result": "undone", "import_id": import_id, "list": found.list_name, "invoices": len(rows)}


def _put_back(ctx: Context, row: StagedRow) -> None:
    if row.result == "created":
        invoice_actions.void_invoice(ctx, {"invoice": row.invoice_id, "reason": "import undone"})
        return
    before = row.before or {}
    given = {name: before[name] for name in CHANGEABLE if before.get(name) is not None}
    if "amount" in given:
        given["amount"] = _major(ctx, row.invoice_id, given["amount"])
    if before.get("phone") is not None:
        given |= {"customer_phone": before["phone"], "confirm_phone_change": True}
    if given:
        invoice_actions.update_invoice(ctx, {"invoice": row.invoice_id, **given})


def _major(ctx: Context, invoice_id: str | None, minor: int) -> str:
    invoice = invoices.by_id(ctx.tx, invoice_id or "")
    return decimal_string(minor, invoice.currency if invoice else ctx.business.currency)
