"""A roster against the book: what each row would do, read for all of them at once. Nothing is written.

The staged rows hold all that a publishing needs; compared anew they must give the same, or the preview is stale.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from connector.actions import plans
from connector.actions.context import Context
from connector.actions.recurring import as_given
from connector.actions.roster_coming import Coming, coming
from connector.domain import recurring as rules
from connector.domain.listdiff import RowAction
from connector.domain.model import Address, Customer, Invoice, Money, Recipe
from connector.domain.money import parse_amount
from connector.domain.names import clean_text
from connector.domain.problems import FieldError, Problem
from connector.domain.recurring import Charge, Period, period_of
from connector.domain.rosterdiff import Change, Line, Month, Tenant, begins, change_of, same_tenant
from connector.domain.suspicion import suspicious
from connector.spreadsheets.cells import Tick
from connector.spreadsheets.roster import Roster, RosterRow
from connector.spreadsheets.table import column_letters
from connector.store import customers, imports, invoices, lists, recurring
from connector.store.imports import StagedRow

SHAPE = "roster"
_FREE_TEXTS = ("customer_name", "description")
_SHOWN = (
    "customer_name",
    "customer_phone",
    "amount",
    "due_day",
    "first_period",
    "last_period",
    "description",
    "recipe",
    "extra",
)


@dataclass(frozen=True, slots=True)
class RosterDifference:
    """A roster against the book."""

    list_name: str
    rows: tuple[StagedRow, ...]
    missing: tuple[tuple[str, str], ...]  # (reference, customer) of those whom it does not show any more
    coming: Coming

    @property
    def version(self) -> str:
        """The hash of what a person sees: it changes with the sheet and with the book."""
        return version_of(self.rows, self.missing)

    @property
    def counts(self) -> dict[str, int]:
        counts = Counter(row.action for row in self.rows)
        counted = {action.value: counts[action.value] for action in RowAction}
        flagged = sum(bool(r.fields["flags"]) and r.action != RowAction.UNCHANGED for r in self.rows)
        months = sum(len(row.fields["paid"]) for row in self.rows)
        return counted | {"missing": len(self.missing), "suspicious": flagged, "paid_months": months}


def version_of(rows: Iterable[StagedRow], missing: Iterable[tuple[str, str]] = ()) -> str:
    """What is shown of these rows, as one value."""
    text = json.dumps([[told_of(row) for row in rows], list(missing)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def told_of(row: StagedRow) -> str:
    """What a person saw of a row, and so what must still be true when it is applied."""
    held = row.fields
    parts = [row.line, row.action, row.number, held["given"], held["changes"], held["paid"]]
    return json.dumps([*parts, held["taken_back"], held["flags"], row.errors], sort_keys=True)


@dataclass(slots=True)
class _Book:
    """What the rows meet."""

    ctx: Context
    charges: dict[str, Charge]  # of this list
    by_hand: dict[str, Charge]  # of no list, with the reference of a row
    elsewhere: dict[str, list[Charge]]  # of other lists, with the reference of a row
    people: dict[str, Customer]
    reached: dict[str, Address]
    decided: dict[str, dict[str, Period]]
    bills: dict[str, Invoice]
    ticked: set[str]
    unsaid: set[str]
    running: bool  # somebody has started the list before
    recipes: dict[str | None, Recipe | None] = field(default_factory=dict)

    def meant(self, ref: str, given: Mapping[str, Any]) -> Charge | None:
        """The list's own charge, or one that was made by hand for the same tenant (as the action decides)."""
        known, by_hand = self.charges.get(ref), self.by_hand.get(ref)
        if known is not None or by_hand is None or "customer_name" not in given:
            return known
        phone = given.get("customer_phone")
        told = Tenant(given["customer_name"], phone)
        return by_hand if same_tenant(self.tenant(by_hand, phone), told) else None

    def is_billed_elsewhere(self, ref: str, told: Tenant) -> bool:
        """Whether another list bills this tenant for the same: it may be the same sheet under another name."""
        others = self.elsewhere.get(ref, [])
        return any(same_tenant(self.tenant(charge, told.phone), told) for charge in others)

    def months(self, charge: Charge, told: Tenant) -> dict[str, Month]:
        """What was decided, as it counts for the tenant whom the row names."""
        known = self.tenant(charge, told.phone)
        same = same_tenant(known, told) or told.phone is None
        payer = charge.customer_id if same else None
        return {p: self._month(one, payer) for p, one in self.decided.get(charge.id, {}).items()}

    def _month(self, known: Period, payer: str | None) -> Month:
        bill = self.bills.get(known.invoice_id or "")
        if bill is None:
            return Month(known.state)
        return Month(
            known.state,
            bill.due,
            bill.paid,
            ticked=bill.id in self.ticked,
            receipt_waits=bill.id in self.unsaid,
            foreign=bill.customer_id != payer,
        )

    def tenant(self, charge: Charge, phone: str | None) -> Tenant:
        customer, address = self.people[charge.customer_id], self.reached.get(charge.customer_id)
        current = address.phone if address else None
        settled: set[str] = set()
        if phone is not None and phone != current:
            found = customers.address_by_phone(self.ctx.tx, phone)
            if found is not None and found.id in customers.ties(self.ctx.tx, customer.id):
                settled.add(phone)
        return Tenant(customer.name, current, frozenset(settled))

    def recipe(self, charge: Charge) -> Recipe | None:
        if charge.recipe not in self.recipes:
            name = charge.recipe or plans.default_name(self.ctx)
            self.recipes[charge.recipe] = None if name is None else plans.recipe_named(self.ctx, name)
        return self.recipes[charge.recipe]


def is_running(ctx: Context, list_name: str) -> bool:
    """Whether somebody has started the list before."""
    known = lists.get(ctx.tx, list_name)
    return known is not None and known.started_at is not None


def compare(ctx: Context, rows: Sequence[RosterRow], list_name: str) -> RosterDifference:
    """Every row in its order, and who is missing."""
    book = _look(ctx, rows, list_name)
    after: list[tuple[Charge, set[str]]] = []
    staged = tuple(_staged(ctx, book, row, list_name, after) for row in rows)
    named = {str(row.given.get("charge_ref", "")).casefold() for row in rows}
    gone = [c for c in book.charges.values() if c.ref.casefold() not in named]
    missing = tuple(
        (charge.ref, charge.customer_id)
        for charge in sorted(gone, key=lambda charge: charge.ref)
        if rules.next_period(charge, book.decided.get(charge.id, {})) is not None
    )
    return RosterDifference(
        list_name, staged, missing, coming(after, book.recipe, ctx.business.currency, ctx.today)
    )


def _look(ctx: Context, rows: Iterable[RosterRow], list_name: str) -> _Book:
    refs = [" ".join(str(row.given.get("charge_ref", "")).split()) for row in rows]
    charges = {c.ref: c for c in recurring.of_list(ctx.tx, list_name)}
    by_hand = {c.ref: c for c in recurring.made_by_hand(ctx.tx, refs) if c.ref not in charges}
    known = [*charges.values(), *by_hand.values()]
    elsewhere = recurring.of_other_lists(ctx.tx, refs, list_name, since=period_of(ctx.today))
    by_ref: dict[str, list[Charge]] = {}
    for other in elsewhere:
        by_ref.setdefault(other.ref, []).append(other)
    owners = {charge.customer_id for charge in (*known, *elsewhere)}
    decided = recurring.decided_of(ctx.tx, [charge.id for charge in known])
    billed = [p.invoice_id for some in decided.values() for p in some.values() if p.invoice_id]
    return _Book(
        ctx,
        charges,
        by_hand,
        by_ref,
        people=customers.by_ids(ctx.tx, owners),
        reached=customers.addresses_of(ctx.tx, owners),
        decided=decided,
        bills=invoices.by_ids(ctx.tx, billed),
        ticked=imports.ticked(ctx.tx, list_name),
        unsaid=imports.unsaid(ctx.tx, list_name),
        running=is_running(ctx, list_name),
    )


# --- one row ------------------------------------------------------------------------------------------------


def _staged(
    ctx: Context, book: _Book, row: RosterRow, list_name: str, after: list[tuple[Charge, set[str]]]
) -> StagedRow:
    given = row.given | {"list": list_name}
    ref = " ".join(str(given.get("charge_ref", "")).split())
    known = book.meant(ref, given)
    if row.errors:
        errors = [{"field": e.field, "code": e.code, "detail": e.detail} for e in row.errors]
        return _row(row, given, Change(RowAction.REFUSED), errors=errors)
    try:
        given = (
            _from_its_beginning(ctx, row, given, book) if known is None else _without_old_start(given, known)
        )
        charge = as_given(ctx, given, known)
        name = clean_text(given["customer_name"], 200, field="customer_name")
    except Problem as problem:
        return _row(row, given, Change(RowAction.REFUSED), errors=faults_of(problem))
    phone = given.get("customer_phone")
    ticks = {period: None if tick.amount is None else tick.amount.minor for period, tick in row.ticks.items()}
    told = Tenant(name, phone)
    twice = known is None and book.is_billed_elsewhere(ref, told)
    line = Line(charge, told, ticks, row.blank, unclear=bool(row.unclear), elsewhere=twice)
    months = {} if known is None else book.months(known, line.tenant)
    change = change_of(line, known, None if known is None else book.tenant(known, phone), months)
    after.append((charge, {*months, *change.paid}))
    return _row(row, given, change, currency=charge.currency, owner=known.customer_id if known else None)


def _from_its_beginning(ctx: Context, row: RosterRow, given: dict[str, Any], book: _Book) -> dict[str, Any]:
    """With the first period of a new tenant: what the sheet shows as owed is neither forgotten nor invented."""
    currency = str(given.get("currency") or ctx.business.currency)
    rent = parse_amount(given["amount"], currency).minor if "amount" in given else None
    short = {p for p, t in row.ticks.items() if rent and t.amount is not None and t.amount.minor < rent}
    first = begins(
        given.get("first_period"),
        given["due_day"],
        ctx.today,
        paid=row.ticks,
        owed={*row.blank, *short},
        running=book.running,
    )
    return given | {"first_period": first}


def _without_old_start(given: dict[str, Any], known: Charge) -> dict[str, Any]:
    """Without a start that lies behind what the charge began with: a sheet keeps its old start."""
    if "first_period" not in given:
        return given
    begins_anew = known.last_period is not None and given["first_period"] > known.last_period
    return given if begins_anew else {k: v for k, v in given.items() if k != "first_period"}


def faults_of(problem: Problem) -> list[dict[str, Any]]:
    """What an action had against a row."""
    errors = [{"field": e.field, "code": e.code, "detail": e.detail} for e in problem.errors]
    return errors or [{"field": "row", "code": problem.code, "detail": None}]


def _row(
    row: RosterRow,
    given: dict[str, Any],
    change: Change,
    *,
    currency: str = "IDR",
    owner: str | None = None,
    errors: list[dict[str, Any]] | None = None,
) -> StagedRow:
    flags = [flag.value for flag in change.flags]
    texts = [str(given[name]) for name in _FREE_TEXTS if name in given]
    if change.action is not RowAction.UNCHANGED and any(suspicious(t, long_digits=True) for t in texts):
        flags.append("suspicious_value")
    changes = {name: list(sides) for name, sides in change.changes.items()}
    return StagedRow(
        line=row.line,
        action=change.action.value,
        number=str(given.get("charge_ref") or "") or None,
        invoice_id=None,
        fields={
            "fields": {name: given[name] for name in _SHOWN if name in given} | {"currency": currency},
            "given": given,
            "ticks": {period: _kept(tick) for period, tick in row.ticks.items()},
            "blank": list(row.blank),
            "owner": owner,
            "flags": flags,
            "changed": sorted(changes),
            "changes": changes,
            "paid": list(change.paid),
            "taken_back": list(change.taken_back),
            "foreign": list(change.foreign),
            "unclear": [{"field": e.field, "code": e.code, "detail": e.detail} for e in row.unclear],
            "newly_paid": bool(change.paid),
            "unticked": bool(change.taken_back),
        },
        before={name: sides[0] for name, sides in changes.items()} or None,
        errors=errors or [],
        raw=dict(row.raw),
    )


def _kept(tick: Tick) -> dict[str, Any]:
    amount = None if tick.amount is None else [tick.amount.minor, tick.amount.currency]
    return {"on": tick.on.isoformat() if tick.on else None, "amount": amount}


def roster_row(row: StagedRow) -> RosterRow:
    """The row as it was read, out of what was staged; one that was refused stays refused."""
    ticks = {
        period: Tick(
            True,
            on=date.fromisoformat(held["on"]) if held["on"] else None,
            amount=Money(*held["amount"]) if held["amount"] else None,
        )
        for period, held in row.fields["ticks"].items()
    }
    unclear = tuple(FieldError(**one) for one in row.fields["unclear"])
    return RosterRow(row.line, row.fields["given"], ticks, tuple(row.fields["blank"]), (), row.raw, unclear)


def without_ticks(row: RosterRow) -> RosterRow:
    """The row as if its month columns were not there."""
    return replace(row, ticks={}, blank=(), unclear=())


# --- what an import keeps beside its rows ---------------------------------------------------------------------------


def options_of(
    found: RosterDifference, roster: Roster, today: date, kind: str, currency: str
) -> dict[str, Any]:
    """What a preview needs besides the rows; `shape` tells a roster from a list of invoices."""
    return {
        "shape": SHAPE,
        "today": today.isoformat(),
        "kind": kind,
        "currency": currency,
        "columns": {name: [head[:60], column_letters(at)] for name, (head, at) in roster.columns.items()},
        "missing": [ref for ref, _ in found.missing],
        "gone": [list(one) for one in found.missing],
        "versions": {},
        "coming": found.coming.kept(),
    }
