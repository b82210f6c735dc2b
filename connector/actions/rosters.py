"""A roster sheet becomes recurring charges; the ticks of its month columns become payments of those months."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connector.actions import issuing
from connector.actions.context import Context
from connector.actions.payments import mark_paid
from connector.actions.recurring import upsert_recurring_charge
from connector.domain import recurring as rules
from connector.domain.money import decimal_string, format_money, parse_amount
from connector.domain.problems import Problem
from connector.domain.recurring import PeriodState
from connector.domain.texts import format_date, format_time
from connector.spreadsheets.cells import Tick
from connector.spreadsheets.roster import Roster, RosterRow
from connector.store import invoices, lists, recurring


@dataclass(frozen=True, slots=True)
class RowDone:
    """What became of one row. `paid` are the months whose ticks were recorded now."""

    line: int
    charge_ref: str | None
    result: str  # created, updated, unchanged, refused
    paid: tuple[str, ...]
    errors: tuple[dict[str, Any], ...]
    card: dict[str, Any] | None = None


def apply_roster(
    ctx: Context, roster: Roster, *, list_name: str, pay: bool = True, start: bool = True
) -> dict[str, Any]:
    """Writes every row that is whole; the same sheet again changes nothing. A bad row is undone alone.

    A list that nobody has started issues nothing: its charges are kept and planned when it is.
    """
    if start:
        lists.start(ctx.tx, list_name)
    else:
        lists.ensure(ctx.tx, list_name)
    done = [_row(ctx, row if pay else replace(row, ticks={}), list_name) for row in roster.rows]
    if start:
        for charge in recurring.of_list(ctx.tx, list_name):
            if charge.step_id is None:
                issuing.plan_next(ctx, issuing.roll_of(ctx, charge), not_before=ctx.settles_at)
    return _summary(ctx, done)


def preview_roster(ctx: Context, roster: Roster, *, list_name: str, pay: bool = True) -> dict[str, Any]:
    """What applying it would do; nothing of it is kept."""
    savepoint = ctx.tx.conn.begin_nested()
    try:
        return apply_roster(ctx, roster, list_name=list_name, pay=pay)
    finally:
        savepoint.rollback()


def _row(ctx: Context, row: RosterRow, list_name: str) -> RowDone:
    ref = row.given.get("charge_ref")
    if row.errors:
        errors = tuple({"field": e.field, "code": e.code, "detail": e.detail} for e in row.errors)
        return RowDone(row.line, ref, "refused", (), errors)
    savepoint = ctx.tx.conn.begin_nested()
    try:
        card = upsert_recurring_charge(ctx, {**_given(ctx, row), "list": list_name})
        paid = tuple(p for p, tick in sorted(row.ticks.items()) if _pay(ctx, card["charge_id"], p, tick))
    except Problem as problem:
        savepoint.rollback()
        errors = tuple({"field": e.field, "code": e.code, "detail": e.detail} for e in problem.errors)
        whole = ({"field": "row", "code": problem.code, "detail": None},)
        return RowDone(row.line, ref, "refused", (), errors or whole)
    savepoint.commit()
    result = "updated" if paid and card["result"] == "unchanged" else str(card["result"])
    return RowDone(row.line, ref, result, paid, (), card)


def _given(ctx: Context, row: RosterRow) -> dict[str, Any]:
    """The input, without a start that lies behind what the charge began with: a sheet keeps its old start."""
    known = recurring.by_ref(ctx.tx, row.given["charge_ref"])
    if known is None or "first_period" not in row.given:
        return row.given
    begins_anew = known.last_period is not None and row.given["first_period"] > known.last_period
    return row.given if begins_anew else {k: v for k, v in row.given.items() if k != "first_period"}


def _pay(ctx: Context, charge_id: str, period: str, tick: Tick) -> bool:
    """Records the ticked month, unless it is recorded; a month before the charge began is history.

    A month that is not issued yet is issued for it, silently: nobody is reminded of what is paid.
    """
    charge = recurring.by_id(ctx.tx, charge_id, lock=True)
    if charge is None or not rules.is_period(charge, period):
        return False
    roll = issuing.roll_of(ctx, charge)
    known = roll.decided.get(period)
    if known is None and charge.amount is not None:
        issuing.issue_ahead(ctx, roll, period)
        issuing.plan_next(ctx, roll)
        known = roll.decided[period]
    if known is None or known.state is not PeriodState.ISSUED or known.invoice_id is None:
        return False
    invoice = invoices.by_id(ctx.tx, known.invoice_id)
    if invoice is None or not invoice.due or (tick.amount is not None and invoice.paid >= tick.amount.minor):
        return False
    given: dict[str, Any] = {"invoice": invoice.number, "source": rules.SOURCE, "allow_over": True}
    if tick.on is not None:
        given["paid_on"] = tick.on.isoformat()
    if tick.amount is not None:
        given["amount"] = decimal_string(tick.amount.minor - invoice.paid, invoice.currency)
    return bool(mark_paid(ctx, given)["result"] == "recorded")


def _summary(ctx: Context, done: list[RowDone]) -> dict[str, Any]:
    cards = [row.card for row in done if row.card is not None]
    coming = [card for card in cards if card["next_period"] is not None]
    first = min(coming, key=lambda card: card["next_issue_on"], default=None)
    month = first["next_issue_on"][:7] if first else None
    total = sum(_next_amount(ctx, card) for card in coming if card["next_issue_on"][:7] == month)
    return {
        "tenants": len(cards),
        "next_issue_on": first["next_issue_on"] if first else None,
        "total": decimal_string(total, ctx.business.currency),
        "text": _text(ctx, len(cards), first, total),
        "counts": dict(sorted(Counter(row.result for row in done).items())),
        "paid_months": sum(len(row.paid) for row in done),
        "rows": [
            {
                "line": row.line,
                "charge_ref": row.charge_ref,
                "result": row.result,
                "paid": list(row.paid),
                "errors": list(row.errors),
                "next_issue_on": row.card["next_issue_on"] if row.card else None,
            }
            for row in done
        ],
    }


def _next_amount(ctx: Context, card: dict[str, Any]) -> int:
    """What the next period of a charge brings, in minor units; 0 while it is not known."""
    if card["next_amount"] is None or card["currency"] != ctx.business.currency:
        return 0
    return parse_amount(card["next_amount"], card["currency"]).minor


_SENTENCES = {
    "id": "{count} penyewa, terbit berikutnya {when}, jumlah {total}.",
    "en": "{count} tenants, next issue {when}, total {total}.",
}


def _text(ctx: Context, count: int, first: dict[str, Any] | None, total: int) -> str:
    """ "60 penyewa, terbit berikutnya 2 Des 2026 09:00, jumlah Rp84.500.000." """
    money = format_money(total, ctx.business.currency, ctx.language)
    when = "-" if first is None else _when(ctx, first)
    return _SENTENCES[ctx.language].format(count=count, when=when, total=money)


def _when(ctx: Context, card: dict[str, Any]) -> str:
    """The issue day with the hour at which its first text goes."""
    day = format_date(date.fromisoformat(card["next_issue_on"]), ctx.language)
    charge = recurring.by_id(ctx.tx, card["charge_id"])
    recipe = issuing.recipe_of(ctx, charge) if charge else None
    times = [step.at for step in recipe.steps] if recipe else []
    return f"{day} {format_time(min(times))}" if times else day
