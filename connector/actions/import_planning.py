"""Prepares the publishing of an import: what each row does, decided outside the transaction that writes it.

1. What the rows meet in the book is read for all of them at once (`store.surroundings`).
2. Each row is decided by the rules that the actions use, against that and against the rows before it; a refusal
   is that row's own. What needs more than those (another number, an open promise, a claim) is left to the
   actions, one by one, inside the transaction.
3. What begins is planned once for all rows alike and stamped for each. Who is late comes in gently
   (`domain.entrance`).
"""

from collections.abc import Sequence
from datetime import timedelta

from connector.actions.context import Context
from connector.actions.import_desk import Desk
from connector.actions.import_job import NOTHING, Job, Prepared
from connector.domain.listdiff import RowAction
from connector.store import imports
from connector.store.surroundings import Question, look

ENTRIES_KNOWN = timedelta(days=31)


def prepare(ctx: Context, job: Job) -> Prepared:
    """Decides every row. Nothing is written: `ctx` may stand on a transaction that only reads."""
    silent = tuple(imports.silent_invoices(ctx.tx, job.list_name)) if job.start else ()
    asked = _question(ctx, job, silent)
    prepared = Prepared(job, ctx.tx, ctx.now, asked, look(ctx.tx, asked), silent)
    desk = Desk(ctx, prepared)
    for row in job.rows:
        desk.take(row)
    prepared.begun = desk.begin()
    return prepared


def _question(ctx: Context, job: Job, silent: Sequence[str]) -> Question:
    chosen = [r for r in job.rows if job.accepted is None or r.line in job.accepted]
    new = [r.fields["fields"] for r in chosen if r.action == RowAction.NEW]
    known = [r for r in chosen if r.invoice_id is not None and r.action not in NOTHING]
    return Question(
        refs=frozenset(f["customer_ref"] for f in new if "customer_ref" in f),
        phones=frozenset(f["phone"] for f in new),
        invoices=frozenset(r.invoice_id for r in known if r.invoice_id) | frozenset(silent),
        moved=frozenset(r.invoice_id for r in known if r.invoice_id and "due_date" in r.fields["changed"]),
        late_since=None if job.quiet else ctx.today - ENTRIES_KNOWN,
    )
