"""Payment plans: one debt split into instalments, each an ordinary invoice with reminders of its own.

The debt itself stays and is lowered with every instalment that is paid, but it is neither reminded nor
counted while the plan stands: the instalments are. A plan is never bent: when the debt changes meanwhile it
is frozen for a person, who cancels it or makes another.
"""

from collections.abc import Sequence as Many
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta

from connector.domain.decision import Decision, Insert, Update
from connector.domain.invoices import born, update
from connector.domain.model import Invoice, InvoiceStatus, PaymentPlan, PlanState, Policy
from connector.domain.money import decimals
from connector.domain.problems import Invalid

BROKEN, FROZEN = "plan_broken", "plan_frozen"
# How long before its due date an instalment is announced.
ANNOUNCED_DAYS = 7
_WEEKS = {"week": 1, "two_weeks": 2}


@dataclass(frozen=True, slots=True)
class Line:
    """One instalment as it is agreed."""

    due_date: date
    amount: int


def next_date(first: date, every: str, place: int) -> date:
    """The due date of the instalment at a place (0 is the first); a month's last day stays the last day.

    >>> next_date(date(2026, 12, 31), "month", 2)
    datetime.date(2027, 2, 28)
    >>> next_date(date(2026, 12, 10), "two_weeks", 1)
    datetime.date(2026, 12, 24)
    """
    if every in _WEEKS:
        return first + timedelta(weeks=_WEEKS[every] * place)
    months = first.year * 12 + first.month - 1 + place
    year, month = divmod(months, 12)
    day = first.day
    while True:
        try:
            return date(year, month + 1, day)
        except ValueError:
            day -= 1


def even_lines(
    amount: int, currency: str, *, count: int, first: date, every: str, down_payment: int, today: date
) -> tuple[Line, ...]:
    """Equal instalments of whole units, the last one with what is left; a down payment comes before them, today.

    >>> [line.amount for line in even_lines(100_00, "IDR", count=3, first=date(2026, 12, 1), every="month",
    ...                                     down_payment=0, today=date(2026, 11, 28))]
    [3300, 3300, 3400]
    """
    if down_payment >= amount:
        raise Invalid("plan_sum_differs", field="down_payment")
    whole = 10 ** decimals(currency)
    rest = amount - down_payment
    each = rest // count // whole * whole
    if each <= 0:
        raise Invalid("plan_too_small", field="instalments")
    lines = [Line(next_date(first, every, n), each) for n in range(count - 1)]
    lines.append(Line(next_date(first, every, count - 1), rest - each * (count - 1)))
    return (Line(today, down_payment), *lines) if down_payment else tuple(lines)


def check(lines: Many[Line], invoice: Invoice, *, today: date) -> None:
    """A plan has at least two instalments, in the order of their days, none in the past, and is the whole debt."""
    if len(lines) < 2:
        raise Invalid("plan_too_small", field="lines")
    days = [line.due_date for line in lines]
    if days != sorted(set(days)) or days[0] < today:
        raise Invalid("plan_dates_invalid", field="lines")
    if sum(line.amount for line in lines) != invoice.due:
        raise Invalid("plan_sum_differs", field="lines")


def beyond(lines: Many[Line], policy: Policy, *, today: date) -> str | None:
    """What of the policy's ceiling the plan exceeds, None when nothing."""
    if len(lines) > policy.plan_max_instalments:
        return f"{len(lines)} > {policy.plan_max_instalments}"
    last = max(line.due_date for line in lines)
    days = (last - today).days
    return f"{days} > {policy.plan_max_days}" if days > policy.plan_max_days else None


def split(
    debt: Invoice,
    plan: PaymentPlan,
    lines: Many[Line],
    *,
    ids: Many[str],
    before: int,
    recipe: str | None,
    settles_at: datetime,
    today: date,
) -> tuple[tuple[Invoice, ...], Decision]:
    """The plan with its instalments; `before` counts those that the debt has had in earlier plans."""
    row = {f.name: getattr(plan, f.name) for f in fields(plan)}
    split_up = replace(debt, plan_id=plan.id, version=debt.version + 1)
    made = tuple(
        replace(
            debt,
            id=invoice_id,
            number=f"{debt.number}/{before + place}",
            amount=line.amount,
            paid=0,
            due_date=line.due_date,
            issue_date=min(max(today, line.due_date - timedelta(days=ANNOUNCED_DAYS)), line.due_date),
            status=InvoiceStatus.WAITING if debt.waiting_for else InvoiceStatus.OPEN,
            list_name=None,
            pdf_url=None,
            pdf_file_id=None,
            recipe=recipe,
            plan_no=1,
            version=1,
            settles_at=settles_at,
            created_at=plan.created_at,
            paid_at=None,
            entered_on=None,
            plan_id=plan.id,
            parent_id=debt.id,
            instalment_no=place,
        )
        for place, (line, invoice_id) in enumerate(zip(lines, ids, strict=True), start=1)
    )
    changes = (Insert("payment_plans", row), update(debt, split_up, plan.created_at))
    decision = Decision(changes=changes)
    for instalment in made:
        decision = decision.then(born(instalment, now=plan.created_at))
    return made, replace(decision, result="created")


def ended(plan: PaymentPlan, state: PlanState, *, reason: str | None, now: datetime) -> Decision:
    """The plan has done its work, or a person ended it; one that is over stays as it is."""
    if plan.state in (PlanState.COMPLETED, PlanState.CANCELLED):
        return Decision()
    values = {"state": state, "reason": reason, "ended_at": now}
    return Decision(changes=(Update("payment_plans", plan.id, values),), result=state.value)


def whole_again(debt: Invoice, *, settles_at: datetime, now: datetime) -> tuple[Invoice, Decision]:
    """The debt without its plan: owed, counted and reminded by itself."""
    whole = replace(debt, plan_id=None, settles_at=settles_at, version=debt.version + 1)
    return whole, Decision(changes=(update(debt, whole, now),))


def frozen(plan: PaymentPlan) -> Decision:
    """The debt is another than the one that was split."""
    if plan.state is not PlanState.ACTIVE:
        return Decision()
    return Decision(changes=(Update("payment_plans", plan.id, {"state": PlanState.FROZEN}),))


def active_again(plan: PaymentPlan) -> Decision:
    """A payment that had completed the plan was taken back."""
    if plan.state is not PlanState.COMPLETED:
        return Decision()
    values = {"state": PlanState.ACTIVE, "ended_at": None}
    return Decision(changes=(Update("payment_plans", plan.id, values),))
