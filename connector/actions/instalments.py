"""Payment plans: one debt split into instalments, within what the contact policy allows."""

from typing import Any

from connector.actions import cards, cases, plans, references, reviving, splitting
from connector.actions.context import Context
from connector.domain import instalments as rules
from connector.domain import promises as promise_rules
from connector.domain.instalments import Line
from connector.domain.model import (
    Customer,
    Invoice,
    InvoiceStatus,
    PaymentPlan,
    PlanState,
    Policy,
)
from connector.domain.money import decimal_string, parse_amount
from connector.domain.problems import Conflict, Forbidden, Invalid, NotFound, required
from connector.domain.reversals import SPLIT
from connector.store import cases as case_store
from connector.store import control, customers, instalments, invoices, locking, promises, sequences

# Cases that an agreed plan answers.
_ANSWERED = ("terms", "hardship", "need_more_time", rules.FROZEN, rules.BROKEN)
_MOST = 60  # more lines than this are a mistake, not a plan


def create_payment_plan(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Splits what is open of an invoice; each instalment is an ordinary invoice with its own reminders."""
    control.lock_identities(ctx.tx)
    debt = references.invoice(ctx, given["invoice"], lock=True)
    _may_be_split(debt)
    customer = customers.by_id(ctx.tx, debt.customer_id)
    if customer is None:
        raise LookupError(f"invoice {debt.id} has no customer")
    lines = _lines(ctx, given, debt)
    rules.check(lines, debt, today=ctx.today)
    exception = _exception(ctx, given, lines, _policy(ctx, debt))
    plan = PaymentPlan(
        id=ctx.new("pln"),
        invoice_id=debt.id,
        customer_id=debt.customer_id,
        state=PlanState.ACTIVE,
        amount=debt.due,
        created_at=ctx.now,
        by=given.get("by") or ctx.actor,
        exception=exception,
    )
    recipe_name = _recipe_name(ctx, debt)
    _rest(ctx, debt)
    debt = invoices.by_id(ctx.tx, debt.id) or debt
    made, decision = rules.split(
        debt,
        plan,
        lines,
        ids=[ctx.new("inv") for _ in lines],
        before=instalments.count_of(ctx.tx, debt.id),
        recipe=recipe_name,
        settles_at=ctx.settles_at,
        today=ctx.today,
    )
    ctx.apply(decision)
    for instalment in made:
        _remind(ctx, instalment, customer)
    return _answer(ctx, debt.id, "plan_created", plan.id)


def _may_be_split(debt: Invoice) -> None:
    if debt.parent_id is not None or debt.is_split:
        raise Conflict("invoice_in_plan", params={"invoice": debt.number})
    if not debt.due:
        raise Conflict("invoice_closed", params={"invoice": debt.number, "status": debt.status.value})


def _lines(ctx: Context, given: dict[str, Any], debt: Invoice) -> tuple[Line, ...]:
    """The instalments as they are given one by one, else as many equal ones as are asked for."""
    if "lines" in given:
        return tuple(_line(ctx, line, debt) for line in given["lines"][:_MOST])
    if "instalments" not in given:
        raise required("instalments")
    every = given.get("every") or "month"
    down = 0
    if "down_payment" in given:
        down = parse_amount(given["down_payment"], debt.currency, field="down_payment").minor
    first = references.day(given, "first_date")
    if first is None:
        first = debt.due_date if debt.due_date > ctx.today else rules.next_date(ctx.today, every, 1)
    return rules.even_lines(
        debt.due,
        debt.currency,
        count=int(given["instalments"]),
        first=first,
        every=every,
        down_payment=down,
        today=ctx.today,
    )


def _line(ctx: Context, line: dict[str, Any], debt: Invoice) -> Line:
    day = references.day(line, "date")
    if day is None or "amount" not in line:
        raise Invalid("plan_dates_invalid", field="lines")
    return Line(day, parse_amount(line["amount"], debt.currency, field="lines").minor)


def _policy(ctx: Context, debt: Invoice) -> Policy:
    """The contact policy of the debt's own recipe, else the strictest that is shipped."""
    sequence = sequences.live_of(ctx.tx, debt.id)
    recipe = plans.pinned(ctx, sequence) if sequence else plans.recipe_for(ctx, debt)
    if recipe is not None:
        return recipe.policy
    return min(ctx.catalog.policies.values(), key=lambda p: (p.plan_max_instalments, p.plan_max_days))


def _exception(ctx: Context, given: dict[str, Any], lines: tuple[Line, ...], policy: Policy) -> bool:
    """Beyond the policy's ceiling only who may do everything goes, and says so."""
    beyond = rules.beyond(lines, policy, today=ctx.today)
    if beyond is None:
        return False
    if not given.get("approve_exception"):
        raise Invalid(
            "plan_beyond_policy", field="instalments", params={"beyond": beyond, "policy": policy.name}
        )
    if not ctx.admin:
        raise Forbidden("forbidden", params={"scope": "admin"})
    return True


def _recipe_name(ctx: Context, debt: Invoice) -> str | None:
    sequence = sequences.of_invoice(ctx.tx, debt.id)
    return sequence.recipe if sequence else debt.recipe


def _rest(ctx: Context, debt: Invoice) -> None:
    """The debt itself is reminded no more: its promise gives way, what people were asked is answered."""
    promise = promises.open_of(ctx.tx, debt.id)
    if promise is not None:
        planned = sequences.steps_of_invoice(ctx.tx, debt.id)
        ctx.apply(promise_rules.cancel(promise, now=ctx.now, planned=planned))
    splitting.stop_reminders(ctx, debt, reason=SPLIT)
    for case in case_store.open_of(ctx.tx, debt.id):
        if case.reason in _ANSWERED:
            cases.resolve_case(ctx, {"case": case.id, "outcome": "agreed_plan", "next": "resume"})


def _remind(ctx: Context, instalment: Invoice, customer: Customer) -> None:
    """The instalment's own plan, and a person's look when it is missed and the grace is over."""
    recipe = plans.recipe_for(ctx, instalment)
    if recipe is None or ctx.quiet:
        return
    address = customers.address_of(ctx.tx, customer.id)
    _, decision = plans.start(ctx, instalment, customer, address, recipe)
    ctx.apply(decision)
    splitting.watch(ctx, instalment)


def cancel_payment_plan(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Ends a plan: what is left of the instalments is owed on the invoice itself again, and reminded there."""
    control.lock_identities(ctx.tx)
    plan = _plan_named(ctx, given["plan"])
    locking.invoices(ctx.tx, instalments.family_ids(ctx.tx, [plan.invoice_id]))
    if plan.state is PlanState.CANCELLED:
        return _answer(ctx, plan.invoice_id, "already_cancelled", plan.id)
    if plan.state is PlanState.COMPLETED:
        raise Conflict("plan_completed", params={"plan": plan.id})
    ctx.apply(rules.ended(plan, PlanState.CANCELLED, reason=given["reason"], now=ctx.now))
    for left in instalments.open_of(ctx.tx, plan.invoice_id):
        splitting.end(ctx, left, reason="plan_cancelled")
        _close_cases(ctx, left)
    debt = invoices.by_id(ctx.tx, plan.invoice_id)
    if debt is None:
        raise LookupError(f"plan {plan.id} has no invoice")
    whole, decision = rules.whole_again(debt, settles_at=ctx.settles_at, now=ctx.now)
    ctx.apply(decision)
    _close_cases(ctx, whole)
    if whole.status is not InvoiceStatus.VOID:
        reviving.remind_again(ctx, whole)
    return _answer(ctx, whole.id, "plan_cancelled", plan.id)


def _close_cases(ctx: Context, invoice: Invoice) -> None:
    for case in case_store.open_of(ctx.tx, invoice.id):
        if case.reason in (rules.BROKEN, rules.FROZEN):
            cases.resolve_case(ctx, {"case": case.id, "outcome": "other", "next": "resume"})


def _plan_named(ctx: Context, reference: str) -> PaymentPlan:
    """The plan with this id, else the last one of the invoice that is named."""
    found = instalments.by_id(ctx.tx, reference.strip())
    if found is None:
        for invoice in invoices.find(ctx.tx, reference.strip()):
            found = found or instalments.newest_of(ctx.tx, invoice.parent_id or invoice.id)
    if found is None:
        raise NotFound("plan_not_found", field="plan", params={"given": reference[:60]})
    return found


def _answer(ctx: Context, invoice_id: str, result: str, plan_id: str) -> dict[str, Any]:
    debt = invoices.by_id(ctx.tx, invoice_id)
    plan = instalments.by_id(ctx.tx, plan_id)
    if debt is None or plan is None:
        raise LookupError(f"plan {plan_id} is gone")
    made = instalments.of_plan(ctx.tx, plan_id)
    detail = f"{len(made)} cicilan" if ctx.language == "id" else f"{len(made)} instalments"
    return cards.invoice_card(ctx, debt, result, detail=detail) | {
        "plan_id": plan.id,
        "plan_status": plan.state.value,
        "instalments": [
            {
                "no": i.instalment_no,
                "invoice_number": i.number,
                "due_date": i.due_date.isoformat(),
                "amount": decimal_string(i.amount, i.currency),
                "amount_due": decimal_string(i.due, i.currency),
                "invoice_status": i.status.value,
            }
            for i in made
        ],
    }
