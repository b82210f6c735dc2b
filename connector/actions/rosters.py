"""A roster sheet becomes recurring charges; the ticks of its month columns become payments of those months."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connector.actions import cases, issuing, people
from connector.actions.context import Context
from connector.actions.import_reversing import UNTICKED, take_back
from connector.actions.issuing import Roll
from connector.actions.payments import mark_paid
from connector.actions.recurring import charge_card, charge_meant, upsert_recurring_charge
from connector.actions.roster_coming import coming_text
from connector.actions.roster_planning import compare, faults_of, is_running, roster_row, without_ticks
from connector.domain.listdiff import Flag, RowAction
from connector.domain.model import Invoice
from connector.domain.money import decimal_string
from connector.domain.problems import Problem
from connector.domain.recurring import PeriodState
from connector.spreadsheets.cells import Tick
from connector.spreadsheets.roster import Roster
from connector.store import cases as case_store
from connector.store import customers, invoices, lists, recurring, sequences
from connector.store.cases import Query
from connector.store.imports import StagedRow, silent_invoices, source_of

UNPLACED = "payment_unmatched"  # why a person is asked: nobody can tell what was paid
# What the sheet is told of a charge that has stopped: nothing was done with it.
_UNCHANGED = {"already_stopped": "unchanged"}
NOTHING = (RowAction.UNCHANGED.value, RowAction.REFUSED.value)


@dataclass(frozen=True, slots=True)
class RowDone:
    """What became of one row. `paid` are the months whose ticks were recorded now."""

    row: StagedRow
    paid: tuple[str, ...] = ()
    next_issue_on: str | None = None
    bill: Invoice | None = None  # of the newest paid month
    back: int = 0  # payments that were taken back


@dataclass(frozen=True, slots=True)
class Wish:
    """How rows are to be written. `named`: a person named the lines, which is the yes to another number."""

    list_name: str
    pay: bool = True
    history: bool = False  # the list is not running yet: its ticks are told to nobody
    named: bool = False


def apply_roster(
    ctx: Context, roster: Roster, *, list_name: str, pay: bool = True, start: bool = True
) -> dict[str, Any]:
    """Writes every row that is whole; the same sheet again changes nothing. A bad row is undone alone."""
    found = compare(ctx, roster.rows if pay else [without_ticks(r) for r in roster.rows], list_name)
    done = write(ctx, found.rows, Wish(list_name, pay, history=not is_running(ctx, list_name)), start=start)
    return {
        "tenants": found.coming.tenants,
        "next_issue_on": found.coming.on.isoformat() if found.coming.on else None,
        "total": decimal_string(found.coming.total, ctx.business.currency),
        "text": coming_text(found.coming, ctx.business.currency, ctx.language),
        "counts": dict(sorted(Counter(str(one.row.result) for one in done).items())),
        "paid_months": sum(len(one.paid) for one in done),
        "rows": [
            {
                "line": one.row.line,
                "charge_ref": one.row.number,
                "result": one.row.result,
                "paid": list(one.paid),
                "errors": one.row.errors,
                "next_issue_on": one.next_issue_on,
            }
            for one in done
        ],
    }


def write(ctx: Context, rows: Iterable[StagedRow], wish: Wish, *, start: bool) -> list[RowDone]:
    """Writes compared rows. A list that nobody has started issues nothing: its charges are planned when it is."""
    if start:
        lists.start(ctx.tx, wish.list_name)
    else:
        lists.ensure(ctx.tx, wish.list_name)
    done = [_row(ctx, row, wish) for row in rows]
    if start:
        _wake(ctx, wish)
    return done


def _wake(ctx: Context, wish: Wish) -> None:
    """Plans what a silent list had left: the next period of each charge, and what is owed of a month paid in part."""
    charges = recurring.of_list(ctx.tx, wish.list_name)
    for charge in charges:
        if charge.step_id is None:
            issuing.plan_next(ctx, issuing.roll_of(ctx, charge), not_before=ctx.settles_at)
    if not wish.history:
        return
    silent = set(silent_invoices(ctx.tx, wish.list_name))
    decided = recurring.decided_of(ctx.tx, [charge.id for charge in charges])
    for charge in charges:
        for known in decided[charge.id].values():
            if known.invoice_id in silent:
                _remind_of_the_rest(ctx, _roll(ctx, charge.id), known.invoice_id or "")


def _row(ctx: Context, row: StagedRow, wish: Wish) -> RowDone:
    if row.action in NOTHING:
        return RowDone(replace(row, result=row.action))
    savepoint = ctx.tx.conn.begin_nested()
    try:
        done = _written(ctx, row, wish)
    except Problem as problem:
        savepoint.rollback()
        return RowDone(replace(row, result="refused", errors=faults_of(problem)))
    savepoint.commit()
    return done


def _written(ctx: Context, row: StagedRow, wish: Wish) -> RowDone:
    """The charge first, then its ticks, then those that are gone."""
    held = row.fields
    confirmed = wish.named and Flag.PHONE_CHANGED in held["flags"]
    if confirmed:
        _confirm_number(ctx, held["given"])
    card = upsert_recurring_charge(ctx, held["given"])
    roll = _roll(ctx, card["charge_id"])
    ticks = roster_row(row).ticks if wish.pay else {}
    bills = {p: _pay(ctx, roll, p, ticks[p], wish) for p in held["paid"] if p in ticks}
    paid = {period: bill for period, bill in bills.items() if bill is not None}
    gone = [p for p in held["taken_back"] if wish.named or Flag.PAYMENT_UNTICKED not in held["flags"]]
    back = sum(_take_back(ctx, roll, period, wish.list_name) for period in gone)
    if held["foreign"]:
        _ask_whose(ctx, roll, held["foreign"])
    result = "updated" if confirmed else _UNCHANGED.get(card["result"], str(card["result"]))
    if result == "unchanged":
        waits = held["changes"] or held["taken_back"] or held["foreign"] or len(paid) < len(bills)
        result = "recorded" if paid else "reversed" if back else "needs_person" if waits else result
    newest = paid[max(paid)] if paid else None
    following = charge_card(ctx, roll, "unchanged")["next_issue_on"]
    return RowDone(replace(row, result=result), tuple(paid), following, newest, back)


def _ask_whose(ctx: Context, roll: Roll, periods: Sequence[str]) -> None:
    """Calls a person, once: a tick says that the tenant paid a month which the tenant before owes."""
    note = issuing.periods_text(ctx, roll.charge, list(periods))
    asked = case_store.search(ctx.tx, Query(reason=UNPLACED, customer_id=roll.customer.id), limit=50)
    if not any(case.note == note for case in asked):
        cases.begin(ctx, roll.customer.id, None, UNPLACED, note=note)


def _roll(ctx: Context, charge_id: str) -> Roll:
    charge = recurring.by_id(ctx.tx, charge_id, lock=True)
    if charge is None:
        raise LookupError(f"charge {charge_id} is gone")
    return issuing.roll_of(ctx, charge)


def _confirm_number(ctx: Context, given: dict[str, Any]) -> None:
    """Naming the line is the yes to the tenant's other number."""
    known = charge_meant(ctx, given, given["charge_ref"])
    customer = None if known is None else customers.by_id(ctx.tx, known.customer_id)
    if customer is not None:
        people.find_or_make(ctx, given, known=customer, confirm_phone=True)


def _pay(ctx: Context, roll: Roll, period: str, tick: Tick, wish: Wish) -> Invoice | None:
    """Records the ticked month, unless it is recorded; its invoice afterwards. What is history is told to nobody.

    A month that is not issued yet is issued for it, silently: nobody is reminded of what is paid; only a rest
    that is still owed is. What another tenant owes is never paid by this one's tick.
    """
    known = roll.decided.get(period)
    undecided = known is None or known.state is PeriodState.WAITING
    if undecided and roll.charge.amount is not None:
        issuing.issue_ahead(ctx, roll, period)
        issuing.plan_next(ctx, roll)
        roll.charge = _roll(ctx, roll.charge.id).charge
        known = roll.decided[period]
    if known is None or known.state is not PeriodState.ISSUED or known.invoice_id is None:
        return None
    invoice = invoices.by_id(ctx.tx, known.invoice_id)
    if invoice is None or not invoice.due or invoice.customer_id != roll.charge.customer_id:
        return None
    if tick.amount is not None and invoice.paid >= tick.amount.minor:
        return None
    given: dict[str, Any] = {
        "invoice": invoice.number,
        "source": source_of(wish.list_name),
        "allow_over": True,
        "is_rest": True,
    }
    if tick.on is not None:
        given["paid_on"] = tick.on.isoformat()
    if tick.amount is not None:
        given["amount"] = decimal_string(tick.amount.minor - invoice.paid, invoice.currency)
    result = mark_paid(replace(ctx, quiet=wish.history, history=wish.history), given)["result"]
    _remind_of_the_rest(ctx, roll, invoice.id)
    return invoices.by_id(ctx.tx, invoice.id) if result == "recorded" else None


def _take_back(ctx: Context, roll: Roll, period: str, list_name: str) -> bool:
    """A tick that is gone: the payment that this list had brought is taken back, and the month is owed again."""
    known = roll.decided.get(period)
    if known is None or known.invoice_id is None:
        return False
    done = take_back(ctx, list_name, known.invoice_id, UNTICKED[ctx.language])
    _remind_of_the_rest(ctx, roll, known.invoice_id)
    return done == "reversed"


def _remind_of_the_rest(ctx: Context, roll: Roll, invoice_id: str) -> None:
    """A month that was born silently, because it was ticked, is an ordinary one as long as something is owed."""
    if issuing.sleeps(ctx, roll.charge):
        return
    invoice = invoices.by_id(ctx.tx, invoice_id)
    if invoice is not None and invoice.due and sequences.of_invoice(ctx.tx, invoice_id) is None:
        issuing.begin(ctx, roll, invoice)


# --- words ------------------------------------------------------------------------------------------------------


_DONE = {
    "id": "{created} penyewa baru, {updated} berubah, {months} bulan lunas, {refused} ditolak.",
    "en": "{created} new tenants, {updated} changed, {months} months paid, {refused} refused.",
}
_BACK = {
    "id": " Pembayaran yang dibatalkan: {back}.",
    "en": " Payments taken back: {back}.",
}
_LEFT = {
    "id": " {left} baris menunggu Anda menyebut nomornya.",
    "en": " {left} rows wait until you name their lines.",
}


def done_text(done: Sequence[RowDone], language: str) -> str:
    """What was written, in one sentence."""
    counts = Counter(one.row.result for one in done)
    figures = {name: counts[name] for name in ("created", "updated", "refused")}
    text = _DONE[language].format(months=sum(len(one.paid) for one in done), **figures)
    text += back_text(done, language)
    left = counts["needs_person"]
    return text + _LEFT[language].format(left=left) if left else text


def back_text(done: Sequence[RowDone], language: str) -> str:
    """How many payments were taken back; nothing where none was."""
    back = sum(one.back for one in done)
    return _BACK[language].format(back=back) if back else ""
