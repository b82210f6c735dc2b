"""Prepares the publishing of an import: what each row does, decided outside the transaction that writes it.

1. What the rows meet in the book is read for all of them at once (`store.surroundings`).
2. Each row is decided by the rules that the actions use, against that and against the rows before it; a refusal
   is that row's own. What needs more than those (another number, an open promise, a claim) is left to the
   actions, one by one, inside the transaction.
3. What begins is planned once for all rows alike and stamped for each. Who is late comes in gently
   (`domain.entrance`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connector.actions import import_beginning, import_paying, people, plans
from connector.actions import invoices as invoice_actions
from connector.actions.context import Context
from connector.domain import customers as customer_rules
from connector.domain import invoices as rules
from connector.domain import replan as planning
from connector.domain import sequences as sequence_rules
from connector.domain.customers import Consent
from connector.domain.decision import Decision, Insert, Update
from connector.domain.listdiff import RowAction
from connector.domain.model import Address, Customer, Invoice, InvoiceStatus
from connector.domain.money import parse_amount
from connector.domain.names import clean_text, fold_name
from connector.domain.problems import Conflict, Problem
from connector.store import bulk, customers, imports
from connector.store.db import Tx
from connector.store.imports import StagedRow
from connector.store.surroundings import Question, Surroundings, look

# What a row calls it -> what the actions call it.
INPUTS = {"phone": "customer_phone"}
NEW = (
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
NOTHING = (RowAction.UNCHANGED.value, RowAction.REFUSED.value)
ENTRIES_KNOWN = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be published: rows of a list, the accepted ones alone if they are named."""

    list_name: str
    rows: Sequence[StagedRow]
    accepted: frozenset[int] | None  # None: every row
    start: bool  # from now on the list's messages may go
    running: bool  # the list was started before
    named: bool = (
        False  # a person named the lines: that is the yes to another number, to a payment taken back
    )

    @property
    def quiet(self) -> bool:
        """Whether nothing is planned."""
        return not (self.running or self.start)


@dataclass(slots=True)
class Prepared:
    """Everything that is to be written, and what must still be true when it is."""

    job: Job
    tx: Tx  # in which it was prepared
    now: datetime
    asked: Question
    seen: Surroundings
    silent: tuple[str, ...]
    ready: bulk.Readied = field(default_factory=lambda: bulk.Readied((), ()))
    done: list[StagedRow] = field(default_factory=list)
    alone: list[StagedRow] = field(default_factory=list)  # left to the actions
    begun: int = 0


def prepare(ctx: Context, job: Job) -> Prepared:
    """Decides every row. Nothing is written: `ctx` may stand on a transaction that only reads."""
    silent = tuple(imports.silent_invoices(ctx.tx, job.list_name)) if job.start else ()
    asked = _question(ctx, job, silent)
    prepared = Prepared(job, ctx.tx, ctx.now, asked, look(ctx.tx, asked), silent)
    desk = _Desk(ctx, prepared)
    for row in job.rows:
        desk.take(row)
    prepared.begun = desk.begin()
    return prepared


def given_of(list_name: str, row: StagedRow) -> dict[str, Any]:
    """A new row as create_invoice takes it."""
    fields = row.fields["fields"]
    given = {INPUTS.get(name, name): fields[name] for name in NEW if name in fields}
    return given | {"invoice_number": row.number, "list": list_name}


def changes_of(row: StagedRow) -> dict[str, Any]:
    """What a changed row gives anew, as update_invoice takes it; a phone is not among it."""
    fields = row.fields["fields"]
    return {name: fields[name] for name in row.fields["changed"] if name in CHANGEABLE and name in fields}


def is_history(job: Job) -> bool:
    """Whether a row's payment is history: it was made before the list began, so nobody is told of it."""
    return not job.running


def refused(row: StagedRow, problem: Problem) -> StagedRow:
    """The row with what an action or a rule had against it."""
    errors = [{"field": e.field, "code": e.code, "detail": e.detail} for e in problem.errors]
    whole = [{"field": "row", "code": problem.code, "detail": None}]
    return replace(row, result="refused", errors=errors or whole)


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


@dataclass(slots=True)
class _Person:
    customer: Customer
    address_id: str
    phone: str
    fresh: bool


class _Desk:
    """Takes the rows one after the other; what one of them made is known to the next."""

    def __init__(self, ctx: Context, prepared: Prepared) -> None:
        self.ctx, self.out = ctx, prepared
        self.job, self.seen = prepared.job, prepared.seen
        self.by_ref = dict(self.seen.by_ref)
        self.at_phone = dict(self.seen.at_phone)
        self.address_ids = dict(self.seen.address_ids)
        self.reached = dict(self.seen.reached)
        self.consented = set(self.seen.consented)
        self.alone: set[str] = set(self.seen.tied)  # people, numbers and references for the actions only
        self.decisions: list[Decision] = []
        self.now_as: dict[str, Invoice] = {}  # invoices as they are after their row
        self.book = import_beginning.Book(ctx, self.seen)

    def take(self, row: StagedRow) -> None:
        if self.job.accepted is not None and row.line not in self.job.accepted:
            self.out.done.append(replace(row, result="left"))
        elif row.action in NOTHING:
            self.out.done.append(replace(row, result=row.action))
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
        person = self._person(ctx, given)
        if person is None:
            self.alone |= {value for value in (given.get("customer_ref"), given["customer_phone"]) if value}
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
        if "consent_source" in given and person.customer.id not in self.consented:
            consent = Consent(ctx.new("con"), None, True, "consent", given["consent_source"], ctx.today, None)
            row_of_it = customer_rules.consent_row(person.customer.id, consent, now=ctx.now)
            ctx.apply(Decision(changes=(row_of_it,)))
        if row.fields["newly_paid"]:
            history = is_history(self.job)
            invoice = import_paying.pay(ctx, self.job.list_name, row, invoice, telling=None, history=history)
        self._keep(person, "consent_source" in given)
        if not self.job.quiet:
            self.book.put(invoice, person.customer, person.address_id)
        return replace(row, invoice_id=invoice.id, result="created")

    def _person(self, ctx: Context, given: dict[str, Any]) -> _Person | None:
        """By reference, else by number and folded name, else a new one; None: a case for the actions."""
        phone, ref = given["customer_phone"], given.get("customer_ref")
        if phone in self.alone or ref in self.alone:
            return None
        name = clean_text(given["customer_name"], 200, field="customer_name")
        customer = self.by_ref.get(ref) if ref is not None else None
        if customer is None:
            at_phone = self.at_phone.get(phone, ())
            customer = customer_rules.same_person(at_phone, folded_name=fold_name(name), ref=ref)
        if customer is None:
            return self._new_person(ctx, given, name, phone)
        address_id, reached = self.reached.get(customer.id, ("", ""))
        if customer.id in self.alone or reached != phone:
            self.alone.add(customer.id)  # what the actions decide for this person, later rows must find
            return None
        filled = people.fill(ctx, customer, given, name, overwrite=False)
        return _Person(filled, address_id, phone, fresh=False)

    def _new_person(self, ctx: Context, given: dict[str, Any], name: str, phone: str) -> _Person:
        made = people.make(ctx, given, name)
        address_id = self.address_ids.get(phone)
        if address_id is None:
            address = Address(id=ctx.new("adr"), phone=phone)
            ctx.apply(Decision(changes=(Insert("addresses", customers.address_row(ctx.tx, address)),)))
            address_id = address.id
        ctx.apply(customer_rules.link(made.id, address_id, primary=True))
        return _Person(made, address_id, phone, fresh=True)

    def _keep(self, person: _Person, consented: bool) -> None:
        """The row stands: the next ones know its customer."""
        customer = person.customer
        others = tuple(c for c in self.at_phone.get(person.phone, ()) if c.id != customer.id)
        self.at_phone[person.phone] = tuple(sorted((*others, customer), key=lambda c: c.id))
        self.address_ids[person.phone] = person.address_id
        self.reached[customer.id] = (person.address_id, person.phone)
        if customer.ref is not None:
            self.by_ref[customer.ref] = customer
        if consented:
            self.consented.add(customer.id)

    # --- an invoice that is there already -----------------------------------------------------------------------

    def _known(self, ctx: Context, row: StagedRow) -> StagedRow | None:
        """Corrections first, then the payment: what is owed is known before it is paid."""
        invoice = self.seen.invoices.get(row.invoice_id or "")
        if invoice is None:
            return None
        if invoice.customer_id in self.alone or self._for_the_actions(row, invoice):
            # Who is tied to which number is decided by the actions: later rows must find it.
            self.alone |= {invoice.customer_id, row.fields["fields"]["phone"]}
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
    whole = Decision()
    for one in page:
        whole = whole.then(one)
    born = {c.values["id"]: c for c in whole.changes if isinstance(c, Insert) and c.noun == "invoices"}
    kept: list[Insert | Update] = []
    for change in whole.changes:
        if isinstance(change, Update) and change.noun == "invoices" and change.id in born:
            born[change.id].values.update(change.values)
        else:
            kept.append(change)
    return replace(whole, changes=tuple(kept))


def changed_here(row: StagedRow) -> bool:
    """Whether a row changes what an import may change by itself."""
    return any(name in CHANGEABLE for name in row.fields["changed"])
