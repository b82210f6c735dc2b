"""Undoes what a roster wrote, row by row: ticks taken back, charges put back as they were, new ones taken away."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from connector.actions import invoices as invoice_actions
from connector.actions import issuing, people
from connector.actions.context import Context
from connector.actions.import_reversing import UNDONE, Born, take_back
from connector.actions.issuing import Roll
from connector.domain.decision import Decision, Update
from connector.domain.listdiff import Flag
from connector.domain.recurring import Charge, ChargeState
from connector.domain.rosterdiff import COMPARED
from connector.store import recurring
from connector.store.db import Tx
from connector.store.imports import StagedRow


def invoices_of(tx: Tx, list_name: str, rows: Iterable[StagedRow]) -> list[str]:
    """The invoices of these rows' charges: whoever was told of one since, keeps everything as it is."""
    charges = [charge for row in rows if (charge := _charge(tx, list_name, row)) is not None]
    decided = recurring.decided_of(tx, [charge.id for charge in charges])
    return [p.invoice_id for some in decided.values() for p in some.values() if p.invoice_id]


def _charge(tx: Tx, list_name: str, row: StagedRow) -> Charge | None:
    """The charge that the row was about: its list's own, else one that was made by hand."""
    found = {charge.list_name: charge for charge in recurring.by_ref(tx, row.number or "", lock=True)}
    return found.get(list_name) or found.get("")


def put_back(ctx: Context, list_name: str, row: StagedRow, born: Born) -> None:
    """One row as it was before the import."""
    charge = _charge(ctx.tx, list_name, row)
    if charge is None:
        return
    roll = issuing.roll_of(ctx, charge)
    for period in row.fields["paid"]:
        known = roll.decided.get(period)
        if known is not None and known.invoice_id is not None:
            take_back(ctx, list_name, known.invoice_id, UNDONE[ctx.language], born=born)
    roll = issuing.roll_of(ctx, recurring.by_id(ctx.tx, charge.id) or charge)  # a reversal gives months back
    if row.result == "created":
        _take_away(ctx, roll)
    elif row.before:
        _restore(ctx, roll, row)


def _take_away(ctx: Context, roll: Roll) -> None:
    """A new charge goes with its periods; their invoices are void, and are born again when the sheet comes again."""
    for known in roll.decided.values():
        if known.invoice_id is not None:
            invoice_actions.void_invoice(ctx, {"invoice": known.invoice_id, "reason": UNDONE[ctx.language]})
        recurring.forget(ctx.tx, roll.charge.id, known.period)
        if known.case_id is not None:
            issuing.answered(ctx, known.case_id)
    _write(ctx, roll, {"state": ChargeState.STOPPED})
    recurring.remove(ctx.tx, roll.charge.id)


def _restore(ctx: Context, roll: Roll, row: StagedRow) -> None:
    before = row.before or {}
    values: dict[str, Any] = {name: before[name] for name in COMPARED if name in before}
    extra = dict(roll.charge.extra)
    for name in (name for name in before if name.startswith("extra.")):
        old, key = before[name], name.removeprefix("extra.")
        extra = {k: v for k, v in extra.items() if k != key} | ({} if old is None else {key: old})
    values |= {"extra": extra} if extra != roll.charge.extra else {}
    if Flag.TENANT_CHANGED in row.fields["flags"]:
        values["customer_id"] = row.fields["owner"]
    elif before.get("phone") is not None:
        given = {"customer_name": roll.customer.name, "customer_phone": before["phone"]}
        people.find_or_make(ctx, given, known=roll.customer, confirm_phone=True)
    _write(ctx, roll, values)


def _write(ctx: Context, roll: Roll, values: dict[str, Any]) -> None:
    """Changes the charge and plans its next period anew."""
    charge: Charge = replace(roll.charge, **values)
    if values:
        ctx.apply(Decision(changes=(Update("recurring_charges", charge.id, values),)))
    issuing.plan_next(ctx, issuing.roll_of(ctx, charge), not_before=ctx.settles_at)
