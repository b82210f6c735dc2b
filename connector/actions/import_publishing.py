"""Publishes a staged import in one short transaction, through the actions that a person or a key uses.

1. What was seen is what is applied: each invoice of the preview still has the version that it had then.
2. A row that an action refuses is undone alone and keeps its reason; the others stand.
3. A list is silent until somebody starts it: its invoices are kept, nothing is planned. Starting plans them.
4. A payment is confirmed to the customer only where the invoice was known and open before, in a started list.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connector.actions import invoices as invoice_actions
from connector.actions import payments as payment_actions
from connector.actions import plans, run
from connector.actions.context import Context
from connector.actions.imports import wanted
from connector.domain.listdiff import Flag, RowAction
from connector.domain.problems import Conflict, Invalid, Problem
from connector.specs import Catalog
from connector.store import audit, customers, imports, invoices, lists
from connector.store.db import Store, Tx
from connector.store.imports import Import, StagedRow

# What is written in one transaction: about a second, in which nobody else can write on SQLite. A longer file
# is published piece by piece; `applying` shows that, and applying it again finishes what was cut off.
AT_ONCE = 200

# What a row calls it -> what the actions call it.
_INPUTS = {"phone": "customer_phone"}
_NEW = (
    "customer_name",
    "phone",
    "amount",
    "currency",
    "due_date",
    "issue_date",
    "description",
    "customer_ref",
    "customer_email",
    "contact_name",
    "language",
    "pay_url",
    "recipe",
    "consent_source",
    "extra",
)
CHANGEABLE = ("amount", "due_date", "description", "pay_url", "language", "recipe")
_NOTHING = (RowAction.UNCHANGED.value, RowAction.REFUSED.value)


def publish(
    store: Store,
    catalog: Catalog,
    import_id: str,
    *,
    actor: str,
    settle_seconds: int,
    mode: str,
    preview_version: str | None,
    accept: list[int] | None = None,
    start: bool = False,
    public_url: str = "",
) -> dict[str, Any]:
    """Applies the accepted lines (None: all) and answers what became of them."""
    done: list[StagedRow] = []
    begun, first = 0, True
    while True:
        with store.write() as tx:
            found = wanted(tx, import_id, lock=True)
            rows = imports.rows_of(tx, import_id, pending=True)
            if first and not (found.state == "applied" and start):
                _check(tx, found, rows, preview_version, accept)
            if start:
                lists.start(tx, found.list_name)
            quiet = lists.ensure(tx, found.list_name).started_at is None
            ctx = run.context(
                tx,
                catalog,
                actor,
                settle_seconds=settle_seconds,
                mode=mode,
                public_url=public_url,
                quiet=quiet,
            )
            batch = _apply_rows(ctx, found, rows[:AT_ONCE], accept)
            imports.write_results(tx, import_id, batch)
            done += batch
            room = AT_ONCE - len(batch)
            some = _begin_silent(ctx, found.list_name, room) if start else 0
            begun, first = begun + some, False
            finished = len(rows) <= AT_ONCE and (not start or some < room)
            _mark(ctx, found, finished=finished, started=not quiet)
            if finished:
                break
    answer = _answer(ctx.language, found, Counter(str(row.result) for row in done), begun, quiet)
    return {**answer, "rows": [_shown(row) for row in done]}


def _mark(ctx: Context, found: Import, *, finished: bool, started: bool) -> None:
    """Notes how far the publishing has come; one that was cut off goes on with the rows that are left."""
    imports.change(
        ctx.tx,
        found.id,
        state="applied" if finished else "applying",
        applied_at=found.applied_at or ctx.now,
        started=started,
    )
    if finished:
        audit.add(ctx.tx, actor=ctx.actor, action="import", object=found.id, result="applied")


def _check(
    tx: Tx, found: Import, rows: list[StagedRow], preview_version: str | None, accept: list[int] | None
) -> None:
    """Refuses an import that is closed, or whose preview is no longer true, and lines that it has not."""
    if found.state == "staging":
        raise Conflict("import_not_ready", params={"state": found.state})
    if found.state not in ("ready", "applying"):
        raise Conflict("import_closed", params={"state": found.state})
    seen: dict[str, int] = found.options.get("versions", {})
    stale = preview_version is not None and preview_version != found.preview_version
    if found.state == "ready" and not stale:
        new = [row.number for row in rows if row.action == RowAction.NEW and row.number]
        stale = imports.versions_of(tx, seen) != seen or bool(imports.taken_numbers(tx, new))
    if stale:
        raise Conflict("import_stale", params={"preview_version": preview_version or found.preview_version})
    unknown = sorted(set(accept or ()) - {row.line for row in rows})
    if unknown and found.state == "ready":
        few = ", ".join(map(str, unknown[:5]))
        raise Invalid("field_invalid", field="accept", params={"expected": f"lines of the file, not {few}"})


def _apply_rows(
    ctx: Context, found: Import, rows: list[StagedRow], accept: list[int] | None
) -> list[StagedRow]:
    accepted = None if accept is None else set(accept)
    done: list[StagedRow] = []
    for row in rows:
        if accepted is not None and row.line not in accepted:
            done.append(replace(row, result="left"))
        elif row.action in _NOTHING:
            done.append(replace(row, result=row.action))
        else:
            done.append(_apply(ctx, found, row, named=accepted is not None))
    return done


def _apply(ctx: Context, found: Import, row: StagedRow, *, named: bool) -> StagedRow:
    """One row through the actions; what they refuse is undone for this row alone."""
    act: Callable[[Context, Import, StagedRow, bool], StagedRow]
    act = _create if row.action == RowAction.NEW else _change
    savepoint = ctx.tx.conn.begin_nested()
    try:
        applied = act(ctx, found, row, named)
    except Problem as problem:
        savepoint.rollback()
        errors = [{"field": e.field, "code": e.code, "detail": e.detail} for e in problem.errors]
        whole = [{"field": "row", "code": problem.code, "detail": None}]
        return replace(row, result="refused", errors=errors or whole)
    savepoint.commit()
    return applied


def _create(ctx: Context, found: Import, row: StagedRow, named: bool) -> StagedRow:
    fields = row.fields["fields"]
    given = {_INPUTS.get(name, name): fields[name] for name in _NEW if name in fields}
    given |= {"invoice_number": row.number, "list": found.list_name}
    paid, partly = row.fields["newly_paid"], Flag.PART_PAYMENT in row.fields["flags"]
    # What came already paid is history: nothing is planned for it, and nobody is told of the payment.
    history = replace(ctx, quiet=True)
    card = invoice_actions.create_invoice(history if paid and not partly else ctx, given)
    if paid:
        _pay(history, found, row)
    return replace(row, invoice_id=card["invoice_id"], result=card["result"])


def _change(ctx: Context, found: Import, row: StagedRow, named: bool) -> StagedRow:
    """Corrections first, then the payment: what is owed is known before it is paid."""
    fields, result = row.fields["fields"], "unchanged"
    given = {name: fields[name] for name in row.fields["changes"] if name in CHANGEABLE and name in fields}
    if "phone" in row.fields["changes"]:
        # Naming the line is the yes; accepting everything lets the new number wait for one.
        given |= {"customer_phone": fields["phone"], "confirm_phone_change": named}
    if given:
        result = invoice_actions.update_invoice(ctx, {"invoice": row.invoice_id, **given})["result"]
    if row.fields["newly_paid"]:
        result = _pay(ctx, found, row)
    elif not given:
        result = "needs_person"  # a payment unticked, or another name: an import never takes that alone
    return replace(row, result=result)


def _pay(ctx: Context, found: Import, row: StagedRow) -> str:
    fields = row.fields["fields"]
    given = {"invoice": row.number, "source": imports.source_of(found.list_name), "allow_over": True}
    for name, own in (("paid_amount", "amount"), ("paid_on", "paid_on")):
        if name in fields:
            given[own] = fields[name]
    return str(payment_actions.mark_paid(ctx, given)["result"])


def _begin_silent(ctx: Context, list_name: str, limit: int) -> int:
    """Plans some of the invoices that were kept silently until now."""
    begun = 0
    for invoice_id in imports.silent_invoices(ctx.tx, list_name, limit):
        invoice = invoices.by_id(ctx.tx, invoice_id, lock=True)
        if invoice is None:
            continue
        customer, recipe = customers.by_id(ctx.tx, invoice.customer_id), plans.recipe_for(ctx, invoice)
        if customer is None or recipe is None:
            continue
        address = customers.address_of(ctx.tx, customer.id)
        ctx.apply(plans.start(ctx, invoice, customer, address, recipe)[1])
        begun += 1
    return begun


def _shown(row: StagedRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "result": row.result,
        "invoice_number": row.number,
        "invoice_id": row.invoice_id,
        "errors": row.errors,
    }


_SENTENCES = {
    "id": "{created} tagihan baru, {updated} berubah, {recorded} lunas, {refused} ditolak.",
    "en": "{created} new invoices, {updated} changed, {recorded} paid, {refused} refused.",
}
_SILENT = {
    "id": " Belum ada pesan yang direncanakan: daftar ini menunggu perintah mulai.",
    "en": " No message is planned yet: the list waits to be started.",
}
_BEGUN = {"id": " Pengingat dimulai untuk {begun} tagihan.", "en": " Reminders began for {begun} invoices."}


def _answer(language: str, found: Import, results: Counter[str], begun: int, quiet: bool) -> dict[str, Any]:
    figures = {name: results[name] for name in ("created", "updated", "recorded", "refused")}
    text = _SENTENCES[language].format(**figures)
    if quiet:
        text += _SILENT[language]
    elif begun:
        text += _BEGUN[language].format(begun=begun)
    return {
        "result": "applied",
        "result_text": text,
        "import_id": found.id,
        "list": found.list_name,
        "state": "applied",
        "counts": dict(sorted((name, count) for name, count in results.items() if count)),
        "started": not quiet,
    }
