"""Takes the rows of an import one after the other, by the rules that the actions use."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connector.actions import import_beginning, import_paying, plans
from connector.actions import invoices as invoice_actions
from connector.actions.context import Context
from connector.actions.import_job import (
    NOTHING,
    Prepared,
    changed_here,
    changes_of,
    given_of,
    is_history,
    refused,
)
from connector.actions.import_people import People
from connector.actions.import_reopening import is_dearer
from connector.domain import customers as customer_rules
from connector.domain import invoices as rules
from connector.domain import replan as planning
from connector.domain import sequences as sequence_rules
from connector.domain.customers import Consent
from connector.domain.decision import Decision, Insert, Update
from connector.domain.listdiff import Flag, RowAction
from connector.domain.model import Invoice, InvoiceStatus
from connector.domain.money import parse_amount
from connector.domain.problems import Conflict, Problem
from connector.store import bulk
from connector.store.imports import StagedRow


class Desk:
    """Takes the rows one after the other; what one of them made is known to the next."""

    def __init__(self, ctx: Context, prepared: Prepared) -> None:
        self.ctx, self.out = ctx, prepared
        self.job, self.seen = prepared.job, prepared.seen
        self.people = People(self.seen)
        self.decisions: list[Decision] = []
        self.now_as: dict[str, Invoice] = {}  # invoices as they are after their row
        self.book = import_beginning.Book(ctx, self.seen)

    def take(self, row: StagedRow) -> None:
        if self.job.accepted is not None and row.line not in self.job.accepted:
            self.out.done.append(replace(row, result="left"))
        elif row.action in NOTHING:
            self.out.done.append(replace(row, result=row.action))
        elif Flag.BELOW_PAID in row.fields["flags"] and not self.job.named:
            self.out.done.append(replace(row, result="needs_person"))
        else:
            self._decide(row)

    def _decide(self, row: StagedRow) -> None:
        """One row on a page of its own: what it decided counts only when all of it was possible."""
        page: list[Decision] = []
        ctx = replace(self.ctx, drawer=page, quiet=self.job.quiet)
        try:
            done = self._new(ctx, row) if row.action == RowAction.NEW else self._known(ctx, row)
        except Problem as problem:
            self.out.done.append(refused(row, problem))
            return
        if done is None:
            self.out.alone.append(row)
        else:
            self.decisions += page if self.job.running else [_folded(page)]
            self.out.done.append(done)

    # --- a new invoice ----------------------------------------------------------------------------------------

    def _new(self, ctx: Context, row: StagedRow) -> StagedRow | None:
        given = given_of(self.job.list_name, row)
        currency = invoice_actions.currency_of(ctx, given)
        money = parse_amount(given["amount"], currency).minor, currency
        due = invoice_actions.due_date(ctx, given)
        person = self.people.find(ctx, given)
        if person is None:
            self.people.alone |= {
                value for value in (given.get("customer_ref"), given["customer_phone"]) if value
            }
            return None
        draft = invoice_actions.draft_of(ctx, given, str(row.number), person.customer.id, money, due)
        if draft.recipe is not None:
            self.book.recipe_named(draft.recipe)  # an unknown one is refused now, not when the list starts
        invoice, decision = rules.create(
            draft,
            invoice_id=ctx.new("inv"),
            waiting_for=None,
            hold_reason=invoice_actions.hold_of(ctx, draft),
            settles_at=ctx.settles_at,
            now=ctx.now,
        )
        ctx.apply(decision)
        if "consent_source" in given and person.customer.id not in self.people.consented:
            consent = Consent(ctx.new("con"), None, True, "consent", given["consent_source"], ctx.today, None)
            row_of_it = customer_rules.consent_row(person.customer.id, consent, now=ctx.now)
            ctx.apply(Decision(changes=(row_of_it,)))
        if row.fields["newly_paid"]:
            history = is_history(self.job)
            invoice = import_paying.pay(ctx, self.job.list_name, row, invoice, telling=None, history=history)
        self.people.keep(person, "consent_source" in given)
        if not self.job.quiet:
            self.book.put(invoice, person.customer, person.address_id)
        return replace(row, invoice_id=invoice.id, result="created")

    # --- an invoice that is there already -----------------------------------------------------------------------

    def _known(self, ctx: Context, row: StagedRow) -> StagedRow | None:
        """Corrections first, then the payment: what is owed is known before it is paid."""
        invoice = self.seen.invoices.get(row.invoice_id or "")
        if invoice is None:
            return None
        if invoice.customer_id in self.people.alone or self._for_the_actions(row, invoice):
            # Who is tied to which number is decided by the actions: later rows must find it.
            self.people.alone |= {invoice.customer_id, row.fields["fields"]["phone"]}
            return None
        result, given = "unchanged", changes_of(row)
        if given:
            changed = self._changed(ctx, given, invoice)
            if changed is None:
                return None
            invoice, result = changed
        if row.fields["newly_paid"]:
            invoice, result = self._paid(ctx, row, invoice), "recorded"
        self.now_as[invoice.id] = invoice
        return replace(row, result=result)

    def _paid(self, ctx: Context, row: StagedRow, invoice: Invoice) -> Invoice:
        """The customer is told only where the invoice was known and open before, in a list that runs."""
        sequence = self.seen.sequences.get(invoice.id)
        telling = None
        if self.job.running:
            customer = self.seen.people[invoice.customer_id]
            live = sequence is not None and sequence.state not in sequence_rules.ENDED
            recipe = plans.pinned(ctx, sequence) if sequence and live else self.book.recipe_for(invoice)
            address_id, _ = self.seen.reached.get(customer.id, (None, ""))
            telling = import_paying.Telling(recipe, address_id, ctx.zone_of(customer, invoice))
        history = is_history(self.job)
        return import_paying.pay(
            ctx, self.job.list_name, row, invoice, telling=telling, history=history, sequence=sequence
        )

    def _for_the_actions(self, row: StagedRow, invoice: Invoice) -> bool:
        changed, paid = set(row.fields["changed"]), row.fields["newly_paid"]
        return (
            bool(changed & {"phone", "pay_url"})
            or invoice.id in self.seen.entangled
            or invoice.status is InvoiceStatus.VOID
            or invoice.plan_id is not None
            or is_dearer(invoice, changes_of(row))
            or (paid and (invoice.id in self.seen.paid_before or "due_date" in changed))
            or not (paid or changed_here(row))
        )

    def _changed(self, ctx: Context, given: dict[str, Any], invoice: Invoice) -> tuple[Invoice, str] | None:
        wanted = invoice_actions.wanted_of(ctx, given, invoice)
        wanted = {name: value for name, value in wanted.items() if getattr(invoice, name) != value}
        if {"amount", "due_date"} & set(wanted) and not invoice.due:
            raise Conflict(
                "invoice_closed", params={"invoice": invoice.number, "status": invoice.status.value}
            )
        changed, decision = rules.change(invoice, wanted, now=ctx.now, settles_at=ctx.settles_at)
        if changed.status is not invoice.status:
            return None  # corrected down to what is paid: that settles it, with all that follows
        ctx.apply(decision)
        sequence = self.seen.sequences.get(invoice.id)
        if changed.due_date != invoice.due_date and sequence and sequence.state not in sequence_rules.ENDED:
            ctx.apply(self._moved(ctx, invoice, changed))
        return changed, decision.result

    def _moved(self, ctx: Context, before: Invoice, after: Invoice) -> Decision:
        sequence = self.seen.sequences[after.id]
        customer = self.seen.people[after.customer_id]
        reached = self.seen.reached.get(customer.id)
        decision = planning.replan(
            plans.pinned(ctx, sequence),
            existing=self.seen.steps.get(sequence.id, ()),
            invoice=after,
            old_due=before.due_date,
            sequence_id=sequence.id,
            customer_id=customer.id,
            address_id=reached[0] if reached else None,
            zone=ctx.zone_of(customer, after),
            channel=customer.channel,
            now=ctx.now,
            new_id=ctx.new,
        )
        return replace(decision, steps=sequence_rules.reachable(decision.steps))

    # --- what begins now --------------------------------------------------------------------------------------

    def begin(self) -> int:
        """Plans the new invoices, and those that the list has kept silently, when it is started."""
        decisions, steps, begun = ([], [], 0) if self.job.quiet else self._begun()
        self.out.ready = bulk.ready(self.ctx.tx, [*self.decisions, *decisions], steps)
        return begun

    def _begun(self) -> tuple[list[Decision], list[dict[str, Any]], int]:
        later = {row.invoice_id for row in self.out.alone}
        for invoice_id in self.out.silent:
            if invoice_id not in later:
                invoice = self.now_as.get(invoice_id, self.seen.invoices[invoice_id])
                reached = self.seen.reached.get(invoice.customer_id)
                person = self.seen.people[invoice.customer_id]
                self.book.put(invoice, person, reached[0] if reached else None)
        return self.book.close()


def _folded(page: Sequence[Decision]) -> Decision:
    """One row's decisions with an invoice that is history born as it is now: nothing has changed since."""
    changes = [change for one in page for change in one.changes]
    born = {c.values["id"]: c for c in changes if isinstance(c, Insert) and c.noun == "invoices"}
    kept: list[Insert | Update] = []
    for change in changes:
        if isinstance(change, Update) and change.noun == "invoices" and change.id in born:
            born[change.id].values.update(change.values)
        else:
            kept.append(change)
    return Decision(
        tuple(kept),
        tuple(cancel for one in page for cancel in one.cancels),
        tuple(step for one in page for step in one.steps),
        tuple(event for one in page for event in one.events),
    )
