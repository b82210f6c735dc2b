"""Actions that plan one message outside the plan: a template now, or at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.actions import appointments, cards, explain, plans, references
from connector.actions.context import Context
from connector.actions.references import Target
from connector.domain.decision import CancelSteps, Decision
from connector.domain.model import (
    Address,
    Channel,
    Invoice,
    InvoiceStatus,
    Permission,
    Policy,
    Stage,
    Step,
    StepKind,
    StepState,
)
from connector.domain.plan import window_of
from connector.domain.problems import Conflict, Invalid, NotFound
from connector.domain.templates import Template, customer_values, names_in, suspicious, values_for
from connector.domain.truth import is_true
from connector.domain.variables import Kind, variable
from connector.domain.windows import local_date, next_open
from connector.store import cases, customers, sequences

_AGAIN = "again:"  # the key of a text that a person wants to go once more


def send_template(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """One template as soon as it may leave: now, or when the window of its kind opens."""
    return plan_one(ctx, given, at=ctx.now)


def schedule_reminder(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """One template at a time; it obeys the same permission as every other message when that comes."""
    target = references.target(ctx, given, lock=False)
    zone = ctx.zone_of(target.customer, target.only)
    at = references.instant(given, "send_at", zone)
    if at is not None and at < ctx.now:
        raise Invalid("time_past", field="send_at", params={"time": given["send_at"]})
    answer = plan_one(ctx, given, at=at or ctx.now)
    del answer["message_id"]
    return answer


def plan_one(ctx: Context, given: dict[str, Any], *, at: datetime, again: bool = False) -> dict[str, Any]:
    """Plans one template; `again` is a person's wish to repeat a text, which no stage makes untrue."""
    target = references.target(ctx, given)
    invoice = None if target.by_customer else target.invoices[0]
    template = explain.template_named(ctx, given["template"])
    if template is None:
        raise NotFound("template_not_found", field="template", params={"given": given["template"]})
    address = customers.address_of(ctx.tx, target.customer.id)
    ending = _ending(ctx, target, invoice, template, address)
    if ending is not None or address is None:
        return _answer(ctx, target, invoice, ending or "not_needed", None)
    variables = _variables(ctx, given.get("variables", {}), template, target, invoice, at)
    sequence = sequences.live_of(ctx.tx, invoice.id) if invoice else None
    zone = ctx.zone_of(target.customer, invoice)
    step_id = ctx.new("stp")
    permission = Permission.NOTICE if again else template.permission
    preferred = (invoice.channel if invoice else None) or target.customer.channel or Channel.WHATSAPP
    step = Step(
        id=step_id,
        kind=StepKind.MESSAGE,
        key=f"{_AGAIN if again else 'manual:'}{step_id}",
        stage=Stage.OTHER if again else template.stage,
        due_at=next_open(at, window_of(policy_of(ctx, invoice), permission), zone),
        sequence_id=sequence.id if sequence else None,
        invoice_id=invoice.id if invoice else None,
        customer_id=target.customer.id,
        address_id=address.id,
        plan_no=sequence.plan_no if sequence else 1,
        channel=Channel(given["channel"]) if "channel" in given else preferred,
        template=template.name,
        permission=permission,
        data={"variables": variables} | ({"message_id": ctx.new("msg")} if again else {}),
    )
    if invoice is not None and not is_true(step, invoice, local_date(step.due_at, zone)):
        return _answer(ctx, target, invoice, "untrue_then", None)
    ctx.apply(Decision(steps=appointments.bound(ctx, invoice, replace(step, planned_for=step.due_at))))
    return _answer(ctx, target, invoice, "planned", step)


def once_more(ctx: Context, given: dict[str, Any], invoice: Invoice) -> dict[str, Any]:
    """A text of the invoice as a person's wish; one that waits already is enough, and stands for the first text."""
    waiting = [
        s for s in sequences.waiting_steps(ctx.tx, invoice_id=invoice.id) if s.state is StepState.PLANNED
    ]
    wished = [s for s in waiting if s.key.startswith(_AGAIN)]
    known = next((s for s in wished if given.get("channel") in (None, s.channel)), None)
    if known is not None:
        return _answer(ctx, references.target(ctx, given), invoice, "already_planned", known)
    answer = plan_one(ctx, given, at=ctx.now, again=True)
    first = tuple(s.id for s in waiting if s.stage is Stage.CREATED)
    if answer["result"] == "planned" and first:
        ended = CancelSteps(StepState.SUPERSEDED, "superseded", step_ids=first)
        ctx.apply(Decision(cancels=(ended,)))
    return answer


def _ending(
    ctx: Context, target: Target, invoice: Invoice | None, template: Template, address: Address | None
) -> str | None:
    """An expected ending instead of a message; a missing phone is the caller's to mend."""
    if address is None:
        raise Invalid("phone_missing", field="invoice" if invoice else "customer")
    if cards.is_out(address, customers.latest_consent(ctx.tx, target.customer.id), target.customer):
        return "opted_out"
    if invoice is None:
        return None
    if invoice.status is InvoiceStatus.VOID:
        raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": "void"})
    reminds = template.permission is Permission.REMINDER
    if reminds and invoice.status is InvoiceStatus.PAID:
        return "not_needed"
    return "case_open" if reminds and cases.open_of(ctx.tx, invoice.id) else None


def policy_of(ctx: Context, invoice: Invoice | None) -> Policy:
    """The contact policy of the invoice's running recipe, else of the business's."""
    sequence = sequences.live_of(ctx.tx, invoice.id) if invoice else None
    if sequence is not None:
        return plans.pinned(ctx, sequence).policy
    name = plans.default_name(ctx)
    if name is not None:
        return plans.recipe_named(ctx, name).policy
    return next(iter(ctx.catalog.policies.values()))


def _variables(
    ctx: Context,
    given: Mapping[str, Any],
    template: Template,
    target: Target,
    invoice: Invoice | None,
    at: datetime,
) -> dict[str, str]:
    """What the caller fills in, checked: nobody says by a variable where money goes."""
    wanted = {param.name for param in template.params}
    for name, value in given.items():
        known = variable(name)
        if name not in wanted or known is None or known.kind is Kind.DESTINATION:
            raise Invalid("template_variable_invalid", field=f"variables.{name}")
        if known.kind in (Kind.FREE, Kind.REFERENCE) and suspicious(
            str(value), long_digits=known.kind is Kind.REFERENCE
        ):
            raise Invalid("template_variable_invalid", field=f"variables.{name}")
    own = {name: str(value) for name, value in given.items()}
    language = explain.language_of(ctx.business, target.customer, invoice)
    if invoice is None:
        have = customer_values(target.customer, ctx.business, language)
    else:
        today = at.astimezone(ZoneInfo(ctx.zone_of(target.customer, invoice))).date()
        have = values_for(invoice, target.customer, ctx.business, language, today=today)
    spoken = template.languages.get(language) or next(iter(template.languages.values()))
    missing = [name for name in names_in(spoken.body) if name not in own and not have.get(name)]
    if missing:
        names = ", ".join(missing)
        raise Invalid(
            "template_variables_missing",
            field="variables",
            params={"template": template.name, "names": names},
        )
    return own


def _answer(
    ctx: Context, target: Target, invoice: Invoice | None, result: str, step: Step | None
) -> dict[str, Any]:
    zone = ctx.zone_of(target.customer, invoice)
    detail = "" if step is None else explain.when_text(ctx, step.due_at, zone)
    if invoice is None:
        card = cards.person_card(ctx, target.customer, result, detail=detail)
    else:
        card = cards.invoice_card(ctx, invoice, result, detail=detail)
    return card | {
        "step_at": None if step is None else ctx.local(step.due_at),
        "step_id": None if step is None else step.id,
        # Known beforehand only for a text that never shares its message with others.
        "message_id": None if step is None else step.data.get("message_id"),
    }
