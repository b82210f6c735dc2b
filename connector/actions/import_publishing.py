"""Publishes a staged import in one short transaction, however many rows it has.

1. Everything is prepared outside (`import_planning`); inside, what it rests on is read once more. When it has
   changed in between, it is prepared again, the last time inside.
2. What was seen is what is applied: each invoice of the preview still has the version that it had then.
3. A row that is refused stands alone with its reason; the others are published.
4. A list is silent until somebody starts it: its invoices are kept, nothing is planned.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connector.actions import import_planning as planning
from connector.actions import invoices as invoice_actions
from connector.actions import payments as payment_actions
from connector.actions import plans, roster_publishing, run
from connector.actions.context import Context
from connector.actions.import_checking import check, makes
from connector.actions.import_job import Job, Prepared, changes_of, given_of, refused
from connector.actions.import_reopening import reopen
from connector.actions.import_reversing import untick
from connector.actions.imports import wanted
from connector.actions.roster_planning import SHAPE
from connector.domain.listdiff import Flag, RowAction
from connector.domain.problems import Problem
from connector.specs import Catalog
from connector.store import audit, bulk, control, customers, imports, invoices, lists, locking
from connector.store.db import Store, Tx
from connector.store.imports import Import, StagedRow
from connector.store.surroundings import look

TRIES = 3  # outside; then it is prepared inside, where nothing can change any more
CLOCK_MOVED = timedelta(minutes=1)  # a plan that was made earlier than this is made again


class Changed(Exception):
    """What was prepared does not fit the book any more."""


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

    def context(tx: Tx) -> Context:
        return run.context(
            tx, catalog, actor, settle_seconds=settle_seconds, mode=mode, public_url=public_url
        )

    with store.read() as tx:
        is_roster = wanted(tx, import_id).options.get("shape") == SHAPE
    if is_roster:
        with store.write() as tx:
            return roster_publishing.publish(context(tx), import_id, preview_version, accept, start=start)
    for _ in range(TRIES):
        with store.read() as tx:
            prepared = _prepared(context(tx), import_id, preview_version, accept, start)
        try:
            with store.write() as tx:
                return _publish(context(tx), import_id, prepared, preview_version, accept)
        except Changed:
            continue
    with store.write() as tx:
        ctx = context(tx)
        return _publish(
            ctx, import_id, _prepared(ctx, import_id, preview_version, accept, start), preview_version, accept
        )


def _prepared(
    ctx: Context, import_id: str, preview_version: str | None, accept: list[int] | None, start: bool
) -> Prepared:
    found = wanted(ctx.tx, import_id)
    rows = imports.rows_of(ctx.tx, import_id, pending=True)
    check(ctx.tx, found, rows, preview_version, accept, start=start)
    return planning.prepare(ctx, job_of(ctx.tx, found.list_name, rows, accept, start=start))


def job_of(
    tx: Tx, list_name: str, rows: Iterable[StagedRow], accept: Iterable[int] | None, *, start: bool
) -> Job:
    """What is to be published, as the list stands now."""
    accepted = None if accept is None else frozenset(accept)
    running = _is_running(tx, list_name)
    return Job(list_name, tuple(rows), accepted, start, running=running, named=accept is not None)


def _is_running(tx: Tx, list_name: str) -> bool:
    known = lists.get(tx, list_name)
    return known is not None and known.started_at is not None


def _publish(
    ctx: Context,
    import_id: str,
    prepared: Prepared,
    preview_version: str | None,
    accept: list[int] | None,
) -> dict[str, Any]:
    found = wanted(ctx.tx, import_id, lock=True)
    check(ctx.tx, found, prepared.job.rows, preview_version, accept, start=prepared.job.start)
    done, begun = carry_out(ctx, prepared)
    imports.write_results(ctx.tx, import_id, done)
    started = not prepared.job.quiet
    imports.change(ctx.tx, found.id, state="applied", applied_at=found.applied_at or ctx.now, started=started)
    audit.add(ctx.tx, actor=ctx.actor, action="import", object=found.id, result="applied")
    counts = Counter(str(row.result) for row in done)
    answer = _answer(ctx.language, found, counts, begun, quiet=not started)
    return {**answer, "rows": [_shown(row) for row in done]}


def carry_out(ctx: Context, prepared: Prepared) -> tuple[list[StagedRow], int]:
    """Writes what was prepared: the rows with their results, and how many sequences began besides."""
    job = prepared.job
    control.lock_identities(ctx.tx)
    locking.invoices(ctx.tx, prepared.asked.invoices)
    if ctx.tx is not prepared.tx and not _still_fits(ctx, prepared):
        raise Changed
    if job.start:
        lists.start(ctx.tx, job.list_name)
    lists.ensure(ctx.tx, job.list_name)
    bulk.apply_ready(ctx.tx, prepared.ready)
    own = replace(ctx, quiet=job.quiet)
    alone = [_apply(own, job, row) for row in prepared.alone]
    late = {row.invoice_id for row in alone} & set(prepared.silent)
    begun = prepared.begun + sum(_begin(own, invoice_id) for invoice_id in sorted(filter(None, late)))
    done = sorted([*prepared.done, *alone], key=lambda row: row.line)
    return done, begun - sum(row.result == "created" for row in done) if job.start else 0


def _still_fits(ctx: Context, prepared: Prepared) -> bool:
    """Whether the book is as it was when everything was prepared."""
    job = prepared.job
    silent = tuple(imports.silent_invoices(ctx.tx, job.list_name)) if job.start else ()
    return (
        abs(ctx.now - prepared.now) <= CLOCK_MOVED
        and _is_running(ctx.tx, job.list_name) is job.running
        and silent == prepared.silent
        and look(ctx.tx, prepared.asked) == prepared.seen
        and not imports.taken_numbers(ctx.tx, [r.number for r in job.rows if makes(r) and r.number])
    )


# --- rows that need the actions themselves ----------------------------------------------------------------------


def _apply(ctx: Context, job: Job, row: StagedRow) -> StagedRow:
    """One row through the actions; what they refuse is undone for this row alone."""
    savepoint = ctx.tx.conn.begin_nested()
    try:
        applied = _create(ctx, job, row) if row.action == RowAction.NEW else _change(ctx, job, row)
    except Problem as problem:
        savepoint.rollback()
        return refused(row, problem)
    savepoint.commit()
    return applied


def _create(ctx: Context, job: Job, row: StagedRow) -> StagedRow:
    paid, partly = row.fields["newly_paid"], Flag.PART_PAYMENT in row.fields["flags"]
    # What came already paid is history: nothing is planned for it, and nobody is told of the payment.
    history = replace(ctx, quiet=True)
    given = given_of(job.list_name, row)
    card = invoice_actions.create_invoice(history if paid and not partly else ctx, given)
    if paid:
        _pay(history, job, row)
    return replace(row, invoice_id=card["invoice_id"], result=card["result"])


def _change(ctx: Context, job: Job, row: StagedRow) -> StagedRow:
    """Corrections first, then the payment: what is owed is known before it is paid."""
    fields, result, given = row.fields["fields"], "unchanged", changes_of(row)
    if "phone" in row.fields["changed"]:
        # Naming the line is the yes; accepting everything lets the new number wait for one.
        given |= {"customer_phone": fields["phone"], "confirm_phone_change": job.named}
    reopened = reopen(ctx, row, given)
    if given:
        result = invoice_actions.update_invoice(ctx, {"invoice": row.invoice_id, **given})["result"]
        result = "updated" if reopened else result
    if row.fields["newly_paid"]:
        result = _pay(replace(ctx, quiet=not job.running), job, row)
    elif row.fields["unticked"]:
        result = untick(ctx, job.list_name, row, named=job.named)
    elif not given:
        result = "needs_person"  # another name: an import never takes that alone
    return replace(row, result=result)


def _pay(ctx: Context, job: Job, row: StagedRow) -> str:
    fields = row.fields["fields"]
    given = {"invoice": row.number, "source": imports.source_of(job.list_name), "allow_over": True}
    for name, own in (("paid_amount", "amount"), ("paid_on", "paid_on")):
        if name in fields:
            given[own] = fields[name]
    return str(payment_actions.mark_paid(ctx, given)["result"])


def _begin(ctx: Context, invoice_id: str) -> bool:
    """Plans an invoice that was kept silently and that the actions have changed just now."""
    invoice = invoices.by_id(ctx.tx, invoice_id)
    if invoice is None or not invoice.due:
        return False
    customer, recipe = customers.by_id(ctx.tx, invoice.customer_id), plans.recipe_for(ctx, invoice)
    if customer is None or recipe is None:
        return False
    ctx.apply(plans.start(ctx, invoice, customer, customers.address_of(ctx.tx, customer.id), recipe)[1])
    return True


# --- the answer -----------------------------------------------------------------------------------------------


def _shown(row: StagedRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "result": row.result,
        "invoice_number": row.number,
        "invoice_id": row.invoice_id,
        "errors": row.errors,
    }


_COUNTED = {  # in the order of telling; what is none is not told
    "created": {"id": "{n} tagihan baru", "en": "{n} new"},
    "updated": {"id": "{n} berubah", "en": "{n} changed"},
    "recorded": {"id": "{n} lunas", "en": "{n} paid"},
    "reversed": {"id": "{n} pembayaran dibatalkan", "en": "{n} taken back"},
    "needs_person": {"id": "{n} menunggu Anda", "en": "{n} waiting for you"},
    "refused": {"id": "{n} ditolak", "en": "{n} refused"},
}
_NONE = {"id": "Tidak ada yang berubah.", "en": "Nothing changed."}
_SILENT = {
    "id": " Belum ada pesan yang direncanakan: daftar ini menunggu perintah mulai.",
    "en": " No message is planned yet: the list waits to be started.",
}
_BEGUN = {
    "id": " Pengingat dimulai untuk {begun} tagihan.",
    "en": " Invoices with reminders from now on: {begun}.",
}


def _answer(
    language: str, found: Import, results: Counter[str], begun: int, *, quiet: bool
) -> dict[str, Any]:
    told = [words[language].format(n=results[name]) for name, words in _COUNTED.items() if results[name]]
    text = ", ".join(told) + "." if told else _NONE[language]
    if quiet:
        text += _SILENT[language]
    elif begun > 0:
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
