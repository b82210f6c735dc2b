"""Lets the periods of a recurring charge become invoices when their moment has come, and plans the next one.

1. Every period whose moment has come is decided: issued, skipped (paused), or shown to a person.
2. The next period gets one planned step. All of it is one transaction, which holds the charge's row.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from connector.actions import entering, given_back, parking, plans
from connector.actions.context import Context
from connector.actions.invoices import born, hold_of
from connector.domain import cases as case_rules
from connector.domain import customers as customer_rules
from connector.domain import invoices as invoice_rules
from connector.domain import recurring as rules
from connector.domain.cases import Next
from connector.domain.customers import PHONE_CHANGE
from connector.domain.decision import CancelSteps, Decision
from connector.domain.model import Address, Customer, Invoice, Recipe, Stage, Step, StepKind, StepState
from connector.domain.recurring import AMOUNT_MISSING, DOUBLE, ISSUE_NOW, Charge, Fate, Period, PeriodState
from connector.domain.texts import format_date
from connector.domain.windows import local_date
from connector.store import cases as case_store
from connector.store import customers, lists, recurring


@dataclass(slots=True)
class Roll:
    """A charge with all that deciding its periods needs, read once."""

    charge: Charge
    customer: Customer
    address: Address | None
    recipe: Recipe | None
    zone: str
    decided: dict[str, Period]

    def issues_at(self, period: str) -> datetime:
        return rules.issues_at(self.charge, period, self.lead_days, self.zone)

    @property
    def lead_days(self) -> int:
        return rules.lead_days(self.charge, self.recipe)


def roll_of(ctx: Context, charge: Charge) -> Roll:
    customer = customers.by_id(ctx.tx, charge.customer_id)
    if customer is None:
        raise LookupError(f"charge {charge.id} has no customer")
    return Roll(
        charge=charge,
        customer=customer,
        address=customers.address_of(ctx.tx, customer.id),
        recipe=recipe_of(ctx, charge),
        zone=ctx.zone_of(customer),
        decided=recurring.decided(ctx.tx, charge.id),
    )


def recipe_of(ctx: Context, charge: Charge) -> Recipe | None:
    """The recipe that the charge's invoices will follow."""
    name = charge.recipe or plans.default_name(ctx)
    return None if name is None else plans.recipe_named(ctx, name)


# --- when time has come ---------------------------------------------------------------------------------------


def when_due(ctx: Context, charge_id: str, step_id: str) -> bool:
    """The step of a charge is due; False when somebody is changing the charge at this moment: try again."""
    charge = recurring.by_id(ctx.tx, charge_id, lock=True, wait=False)
    if charge is None:
        return False
    if charge.step_id == step_id:  # else it was planned anew meanwhile
        roll = roll_of(ctx, replace(charge, step_id=None))
        _decide_due(ctx, roll)
        plan_next(ctx, roll)
    return True


def _decide_due(ctx: Context, roll: Roll) -> None:
    missed: list[str] = []
    today = local_date(ctx.now, roll.zone)
    while True:
        period = rules.next_period(roll.charge, roll.decided)
        if period is None or roll.issues_at(period) > ctx.now:
            break
        what = rules.fate(roll.charge, period, today)
        if what is Fate.PAUSED:
            record(ctx, roll, period, PeriodState.SKIPPED, reason=what.value)
        elif what is Fate.MISSED:
            record(ctx, roll, period, PeriodState.WAITING, reason=what.value)
            missed.append(period)
        elif not _doubled(ctx, roll, period):
            issue(ctx, roll, period)
    if missed:
        _ask(ctx, roll, missed, reason=Fate.MISSED.value, invoice_id=None)


def plan_next(ctx: Context, roll: Roll, *, not_before: datetime | None = None) -> None:
    """Plans the step that decides the next period, in place of the one that was planned before."""
    period = rules.next_period(roll.charge, roll.decided)
    old = roll.charge.step_id
    if old is not None:
        ctx.apply(Decision(cancels=(CancelSteps(StepState.SUPERSEDED, "plan_moved", step_ids=(old,)),)))
    if period is None or sleeps(ctx, roll.charge):
        recurring.set_step(ctx.tx, roll.charge.id, None)
        return
    due_at = roll.issues_at(period)
    step = Step(
        id=ctx.new("stp"),
        kind=StepKind.TICK,
        key=f"issue:{period}",
        stage=Stage.OTHER,
        due_at=due_at if not_before is None else max(due_at, not_before),
        data={"charge_id": roll.charge.id},
    )
    ctx.apply(Decision(steps=(step,)))
    recurring.set_step(ctx.tx, roll.charge.id, step.id)


def sleeps(ctx: Context, charge: Charge) -> bool:
    """Whether the charge belongs to a sheet's list that nobody has started yet: it is silent until then."""
    known = lists.get(ctx.tx, charge.list_name) if charge.list_name else None
    return known is not None and known.started_at is None


# --- one period -----------------------------------------------------------------------------------------------


def issue(ctx: Context, roll: Roll, period: str, *, quiet: bool = False) -> Invoice:
    """The ordinary invoice of a period, with its sequence; `quiet` plans no message (it is paid already)."""
    charge, customer = roll.charge, roll.customer
    draft = _draft(ctx, roll, period)
    phone_waits = bool(customers.waiting_addresses(ctx.tx, customer.id))
    held = PHONE_CHANGE if phone_waits else hold_of(ctx, draft)
    before = given_back.take(ctx, draft.number, customer.id)
    if before is None:
        invoice, decision = invoice_rules.create(
            draft,
            invoice_id=ctx.new("inv"),
            waiting_for=_waiting_for(roll),
            hold_reason=held,
            settles_at=None,
            now=ctx.now,
        )
    else:
        waiting_for = _waiting_for(roll)
        invoice, decision = invoice_rules.born_again(
            before, draft, waiting_for=waiting_for, hold_reason=held, now=ctx.now
        )
    ctx.apply(decision)
    born(ctx, invoice)
    record(ctx, roll, period, PeriodState.ISSUED, invoice_id=invoice.id)
    if not quiet:
        begin(ctx, roll, invoice)
    if charge.amount is None:
        _ask(ctx, roll, [period], reason=AMOUNT_MISSING, invoice_id=invoice.id)
    parking.found(ctx, invoice)
    return invoice


def begin(ctx: Context, roll: Roll, invoice: Invoice) -> None:
    """The sequence of a period's invoice; without a number somebody is told that one is missing."""
    if roll.address is None:
        told = customer_rules.phone_missing(roll.customer.id, invoice.id, now=ctx.now)
        ctx.apply(Decision(events=(told,)))
    if roll.recipe is not None:
        invoice = entering.gently(ctx, invoice, roll.customer, roll.recipe)
        _, started = plans.start(ctx, invoice, roll.customer, roll.address, roll.recipe)
        ctx.apply(started)


def issue_ahead(ctx: Context, roll: Roll, period: str) -> Invoice | None:
    """The silent invoice of a period that is being paid; None when its number is another's already."""
    before = roll.decided.get(period)
    issued = None
    if given_back.is_taken(ctx, rules.number_of(roll.charge, period)):
        record(ctx, roll, period, PeriodState.SKIPPED, reason=DOUBLE)
    else:
        issued = issue(ctx, roll, period, quiet=True)
    if before is not None and before.case_id is not None:
        answered(ctx, before.case_id)
    return issued


def _draft(ctx: Context, roll: Roll, period: str) -> invoice_rules.Draft:
    charge = roll.charge
    language = roll.customer.language or ctx.business.language
    return invoice_rules.Draft(
        number=rules.number_of(charge, period),
        customer_id=charge.customer_id,
        source=rules.SOURCE,
        amount=charge.amount or 0,
        currency=charge.currency,
        due_date=rules.due_date(charge, period),
        issue_date=rules.issue_day(charge, period, roll.lead_days),
        description=rules.describe(charge, period, roll.customer.name, language),
        recipe=charge.recipe,
        list_name=charge.list_name or None,
        extra=charge.extra,
    )


def _waiting_for(roll: Roll) -> str | None:
    if roll.charge.amount is None:
        return "amount"
    return "phone" if roll.address is None else None


def record(
    ctx: Context,
    roll: Roll,
    period: str,
    state: PeriodState,
    *,
    reason: str | None = None,
    invoice_id: str | None = None,
) -> None:
    """Writes down what became of a period."""
    due = rules.due_date(roll.charge, period)
    done = Period(roll.charge.id, period, state, due, reason=reason, invoice_id=invoice_id)
    write = recurring.decide if period in roll.decided else recurring.add
    write(ctx.tx, done)
    roll.decided[period] = done


def _doubled(ctx: Context, roll: Roll, period: str) -> bool:
    """Another source bills the same customer for these months: nothing is issued, a person looks."""
    first = rules.due_date(roll.charge, period).replace(day=1)
    last = _month_end(rules.later(period, roll.charge.every_months - 1))
    number = rules.number_of(roll.charge, period)
    rivals = recurring.rivals(ctx.tx, roll.customer.id, number, first, last)
    others = [invoice for invoice in rivals if not given_back.waits(ctx, invoice)]
    if not others:
        return False
    record(ctx, roll, period, PeriodState.WAITING, reason=DOUBLE)
    _ask(ctx, roll, [period], reason=DOUBLE, invoice_id=others[0].id)
    return True


def _month_end(period: str) -> date:
    after = rules.later(period, 1)
    return date(int(after[:4]), int(after[5:]), 1) - timedelta(days=1)


# --- people ---------------------------------------------------------------------------------------------------


def _ask(ctx: Context, roll: Roll, periods: list[str], *, reason: str, invoice_id: str | None) -> None:
    """Calls a person about these periods; the reminders of other invoices go on."""
    case, decision = case_rules.open_case(
        case_id=ctx.new("cas"),
        reason=reason,
        customer_id=roll.customer.id,
        invoice_id=invoice_id,
        severity=None,
        words=None,
        note=periods_text(ctx, roll.charge, periods),
        by=ctx.actor,
        now=ctx.now,
    )
    ctx.apply(decision)
    for period in periods:
        known = roll.decided[period]
        if known.state is PeriodState.WAITING:
            roll.decided[period] = replace(known, case_id=case.id)
            recurring.decide(ctx.tx, roll.decided[period])


def periods_text(ctx: Context, charge: Charge, periods: list[str]) -> str:
    """ "A3: September 2026 (5 Sep 2026), Oktober 2026 (5 Okt 2026)"."""
    language = ctx.language
    shown = [
        f"{rules.months_text(charge, p, language)} ({format_date(rules.due_date(charge, p), language)})"
        for p in periods[:24]
    ]
    more = f", +{len(periods) - 24}" if len(periods) > 24 else ""
    return f"{charge.ref}: {', '.join(shown)}{more}"


def answered(ctx: Context, case_id: str) -> None:
    """Closes a case once none of its periods waits any more: each was paid or issued in another way."""
    case = case_store.by_id(ctx.tx, case_id, lock=True)
    if case is None or recurring.waiting_of_case(ctx.tx, case_id):
        return
    _, decision = case_rules.resolve(
        case, outcome=ISSUE_NOW, next_step=Next.RESUME, note=None, by=ctx.actor, now=ctx.now
    )
    ctx.apply(decision)


def decide_case(ctx: Context, case_id: str, outcome: str) -> list[Invoice]:
    """A person resolved a case: the periods that waited for it are issued, or else they are skipped."""
    issued: list[Invoice] = []
    rolls: dict[str, Roll] = {}
    for waiting in recurring.waiting_of_case(ctx.tx, case_id):
        if waiting.charge_id not in rolls:
            charge = recurring.by_id(ctx.tx, waiting.charge_id, lock=True)
            if charge is None:
                continue
            rolls[waiting.charge_id] = roll_of(ctx, charge)
        issued += decide_by_hand(ctx, rolls[waiting.charge_id], waiting.period, issue_it=outcome == ISSUE_NOW)
    return issued


def decide_by_hand(ctx: Context, roll: Roll, period: str, *, issue_it: bool) -> list[Invoice]:
    """Issues or skips one period because a person says so; one that was decided stays as it is."""
    known = roll.decided.get(period)
    if known is not None and known.state is not PeriodState.WAITING:
        return []
    if not issue_it:
        record(ctx, roll, period, PeriodState.SKIPPED, reason="person")
        return []
    if given_back.is_taken(ctx, rules.number_of(roll.charge, period)):
        record(ctx, roll, period, PeriodState.SKIPPED, reason=DOUBLE)
        return []
    return [issue(ctx, roll, period)]
