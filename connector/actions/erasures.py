"""A person's rights over what is known of them: a copy of everything, and its erasure."""

from typing import Any

from connector.actions import cards, invoices, recurring, references
from connector.actions.context import Context
from connector.clock import from_ms
from connector.domain import cases as case_rules
from connector.domain.decision import CancelSteps, Decision, Update
from connector.domain.model import Customer, StepState
from connector.domain.money import decimal_string
from connector.domain.problems import Unavailable
from connector.domain.results import sentence
from connector.store import control, copying, customers, destinations, erasing, persons
from connector.store import invoices as invoice_store

EXPORTED = "data_exported"  # the case
_CASE_FULL = 3000
_MONEY = frozenset({"amount", "paid", "paid_before"})


def export_customer(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Everything that is kept about one customer, table by table.

    The export is written in the audit and told to the owner: who copies people shall not do it unseen (T-45).
    """
    customer = references.customer(ctx, given["customer"])
    who = persons.person(ctx.tx, customer.id)
    currencies = invoice_store.currencies(ctx.tx, who.invoices)
    tables = {
        name: [_readable(ctx, row, currencies) for row in rows]
        for name, rows in copying.rows_of(ctx.tx, who).items()
        if rows
    }
    _announce(ctx, customer)
    return {
        "result": "exported",
        "result_text": sentence("exported", ctx.language, {"subject": customer.name}),
        "customer_id": customer.id,
        "exported_at": ctx.local(ctx.now),
        "export": tables,
    }


def _announce(ctx: Context, customer: Customer) -> None:
    """One open case gathers the exports, a line for each: the first calls the owner, the others are counted."""
    line = f"{ctx.local(ctx.now)} {ctx.actor} {customer.id}"
    known = [case for case in destinations.open_cases(ctx.tx, EXPORTED) if len(case.note or "") < _CASE_FULL]
    if known:
        note = f"{known[-1].note}\n{line}"
        ctx.apply(Decision(changes=(Update("cases", known[-1].id, {"note": note}),)))
        return
    _, decision = case_rules.open_case(
        case_id=ctx.new("cas"),
        reason=EXPORTED,
        customer_id=None,
        invoice_id=None,
        severity=None,
        words=None,
        note=line,
        by=ctx.actor,
        now=ctx.now,
    )
    ctx.apply(decision)


def _readable(ctx: Context, row: dict[str, Any], currencies: dict[str, str]) -> dict[str, Any]:
    """A row with times and amounts as people read them; what is unknown is left out."""
    code = row.get("currency") or currencies.get(row.get("invoice_id") or "") or ctx.business.currency
    found: dict[str, Any] = {}
    for name, value in row.items():
        if value is None:
            continue
        if name.endswith(("_at", "_at_m", "_until")) and isinstance(value, int):
            found[name.removesuffix("_m")] = ctx.local(from_ms(value))
        elif name == "at" and isinstance(value, int):
            found[name] = ctx.local(from_ms(value))
        elif name in _MONEY and isinstance(value, int):
            found[name] = decimal_string(value, code)
        else:
            found[name] = value
    return found


def erase_customer(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Takes the person out everywhere. Who still owes is kept, unless `force` gives the debt up.

    Their opt-out and caps stay under a keyed hash of the number, so that nobody is written to by a new import.
    """
    control.lock_identities(ctx.tx)
    customer = references.customer(ctx, given["customer"])
    if customers.is_erased(ctx.tx, customer.id):
        given.pop("reason", None)  # the audit would keep it beyond the person of whom it may speak
        return _answer(ctx, customer, "already_erased", 0)
    owed = invoice_store.owed_by(ctx.tx, customer.id, lock=True)
    if owed and not given.get("force"):
        return _answer(ctx, customer, "open_invoices", 0)
    if not ctx.tx.key:
        raise Unavailable("not_ready", params={"what": "TAGIH_SECRET_KEY"})
    for debt in dict.fromkeys(invoice.parent_id or invoice.id for invoice in owed):
        invoices.void_invoice(ctx, {"invoice": debt})  # a split one takes its instalments along
    for ref in customers.active_charges(ctx.tx, customer.id):
        recurring.stop_recurring_charge(ctx, {"charge": ref})
    ended = CancelSteps(StepState.CANCELLED, "erased", customer_id=customer.id)
    ctx.apply(Decision(cancels=(ended,)))
    changed = erasing.erase(ctx.tx, customer.id)
    given.pop("reason", None)
    ctx.cache.setdefault("after", []).append(lambda store: store.scrub())
    return _answer(ctx, customer, "erased", changed)


def _answer(ctx: Context, customer: Customer, result: str, changed: int) -> dict[str, Any]:
    owed = [] if result == "erased" else invoice_store.owed_by(ctx.tx, customer.id)
    detail = cards.open_invoices_text(ctx, owed) or ""
    words = {"subject": customer.id, "detail": detail}
    return {
        "result": result,
        "result_text": sentence(result, ctx.language, words),
        "customer_id": customer.id,
        "open_invoices": len(owed),
        "open_invoices_text": detail or None,
        "erased_rows": changed,
    }
