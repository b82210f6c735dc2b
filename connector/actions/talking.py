"""Actions with which a person speaks: free words to a customer, an answer to a case, the invoice once more."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.actions import attachments, cards, explain, messages, plans, references
from connector.actions.case_cards import case_card
from connector.actions.context import Context
from connector.domain.decision import Decision
from connector.domain.files import CAPTION_LONGEST, FileState
from connector.domain.model import (
    Address,
    Case,
    Channel,
    Customer,
    Invoice,
    InvoiceStatus,
    Permission,
    Stage,
    Step,
    StepKind,
)
from connector.domain.names import clean_text
from connector.domain.problems import Conflict, Invalid
from connector.domain.talks import free_words_at
from connector.domain.variables import suspicious
from connector.store import cases, customers, invoices
from connector.store.files import File

_INVOICE_TEXT = "invoice_created"
_LONGEST = 1500
_SILENT_CASES = frozenset({"file_not_sent"})  # it calls for the same words once more


def send_message(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Free words to a customer. While a case is open its reply goes there: name the case to write all the same."""
    customer = references.customer(ctx, given["customer"])
    about = cases.open_about(ctx.tx, customer.id)
    if "case" in given:
        case = references.case(ctx, given["case"])
        if case.customer_id != customer.id:
            raise Conflict("customer_conflict", field="case")
    elif any(case.reason not in _SILENT_CASES for case in about):
        return _said(ctx, customer, "case_open", None, None)
    text = _text(given)
    address, ending, at = _way(ctx, customer)
    if ending == "window_closed" and "fallback_template" in given and "file" not in given:
        wanted = {"customer": customer.id, "template": given["fallback_template"]}
        planned = messages.send_template(ctx, wanted)
        return planned | {"window_closes_at": None}
    if ending is not None or at is None or address is None:
        return _said(ctx, customer, ending or "window_closed", address, None)
    file = attachments.given_to(ctx, given, customer, address)
    step = _speak(ctx, customer, address, text, at, file=file)
    return _said(ctx, customer, _result(ctx, at, file), address, step)


def reply_to_case(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Free words to the customer of a case; the case stays open until somebody resolves it."""
    case = references.case(ctx, given["case"])
    customer = customers.by_id(ctx.tx, case.customer_id or "")
    if customer is None:
        raise Invalid("phone_missing", field="case")
    text = _text(given)
    address, ending, at = _way(ctx, customer)
    if ending is not None or at is None or address is None:
        result = ending or "window_closed"
        return case_card(ctx, case, result) | _keys(ctx, None)
    file = attachments.given_to(ctx, given, customer, address)
    step = _speak(ctx, customer, address, text, at, case=case, file=file)
    detail = explain.when_text(ctx, at, ctx.zone_of(customer))
    return case_card(ctx, case, _result(ctx, at, file), detail=detail) | _keys(ctx, step)


def resend_invoice(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """The invoice's own text once more, as a notice: at the next decent hour, and never for a paid one."""
    invoice = references.invoice(ctx, given["invoice"], lock=True)
    if invoice.status is InvoiceStatus.PAID:
        return cards.invoice_card(ctx, invoice, "not_needed") | _keys(ctx, None)
    wanted = {"invoice": invoice.id, "template": _invoice_text(ctx, invoice)}
    if "channel" in given:
        wanted["channel"] = given["channel"]
    return messages.once_more(ctx, wanted, invoice)


def _invoice_text(ctx: Context, invoice: Invoice) -> str:
    """The template with which this invoice's recipe says everything."""
    recipe = plans.recipe_for(ctx, invoice)
    lines = recipe.steps if recipe else ()
    return next((line.template for line in lines if line.key == "created" and line.template), _INVOICE_TEXT)


def _text(given: dict[str, Any]) -> str:
    """The words as they will be read; where money goes is never free text (threat model, T-03)."""
    longest = CAPTION_LONGEST if "file" in given else _LONGEST
    text = clean_text(given["text"], longest, field="text")
    if suspicious(text):
        raise Invalid("text_suspicious", field="text")
    return text


def _way(ctx: Context, customer: Customer) -> tuple[Address | None, str | None, datetime | None]:
    """(the address, an expected ending instead of a message, when the words may leave)."""
    address = customers.address_of(ctx.tx, customer.id)
    if address is None:
        raise Invalid("phone_missing", field="customer")
    if cards.is_out(address, customers.latest_consent(ctx.tx, customer.id)):
        return address, "opted_out", None
    policy = messages.policy_of(ctx, None)
    at = free_words_at(ctx.now, address.last_inbound_at, policy, ctx.zone_of(customer))
    return address, None if at is not None else "window_closed", at


def _speak(
    ctx: Context,
    customer: Customer,
    address: Address,
    text: str,
    at: datetime,
    *,
    case: Case | None = None,
    file: File | None = None,
) -> Step:
    """Plans the words. An invoice that is held keeps its own messages back, not a person's answer."""
    invoice = invoices.by_id(ctx.tx, case.invoice_id) if case and case.invoice_id else None
    step_id = ctx.new("stp")
    step = Step(
        id=step_id,
        kind=StepKind.MESSAGE,
        key=f"words:{step_id}",
        stage=Stage.OTHER,
        due_at=at,
        invoice_id=invoice.id if invoice and invoice.hold_reason is None else None,
        customer_id=customer.id,
        address_id=address.id,
        channel=Channel.WHATSAPP,
        permission=Permission.REPLY,
        data={
            "text": text,
            "message_id": ctx.new("msg"),
            "case_id": case.id if case else None,
            **({"file_id": file.id} if file else {}),
        },
    )
    ctx.apply(Decision(steps=(replace(step, planned_for=at),)))
    return step


def _result(ctx: Context, at: datetime, file: File | None) -> str:
    """`sent` leaves at this very moment; `planned` waits for a decent hour or for its file."""
    is_here = file is None or file.state is FileState.READY
    return "sent" if at <= ctx.now and is_here else "planned"


def _said(
    ctx: Context, customer: Customer, result: str, address: Address | None, step: Step | None
) -> dict[str, Any]:
    address = address or customers.address_of(ctx.tx, customer.id)
    detail = "" if step is None else explain.when_text(ctx, step.due_at, ctx.zone_of(customer))
    card = cards.person_card(ctx, customer, result, detail=detail)
    return card | _keys(ctx, step) | {"window_closes_at": cards.window_closes_at(ctx, address)}


def _keys(ctx: Context, step: Step | None) -> dict[str, Any]:
    return {
        "message_id": None if step is None else step.data["message_id"],
        "step_id": None if step is None else step.id,
        "step_at": None if step is None else ctx.local(step.due_at),
    }
