"""Begins many sequences at once: planned once for all invoices alike, stamped for each; the late come in gently."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connector.actions import plans
from connector.actions.context import Context
from connector.domain.decision import Decision, Insert, Update
from connector.domain.entrance import ENTRIES_A_DAY, TOO_LATE_DAYS, Late, entry_days, opening
from connector.domain.model import Address, Customer, Invoice, InvoiceStatus, Recipe
from connector.domain.problems import Problem
from connector.domain.windows import local_date, next_open
from connector.store.apply import step_row
from connector.store.surroundings import Surroundings

_OWED = (InvoiceStatus.OPEN, InvoiceStatus.PARTLY_PAID, InvoiceStatus.WAITING)


@dataclass(frozen=True, slots=True)
class _Start:
    invoice: Invoice
    customer: Customer
    address_id: str | None
    recipe: Recipe
    zone: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The rows of one sequence, to be stamped for every invoice that is planned alike."""

    sequence: dict[str, Any]
    steps: tuple[dict[str, Any], ...]


class Book:
    """What begins in one publishing: put in one by one, planned together at the end."""

    def __init__(self, ctx: Context, seen: Surroundings) -> None:
        self.ctx, self.seen = ctx, seen
        self._recipes: dict[str, Recipe] = {}
        self._patterns: dict[tuple[Any, ...], _Pattern] = {}
        self._starts: list[_Start] = []

    def recipe_named(self, name: str) -> Recipe:
        if name not in self._recipes:
            self._recipes[name] = plans.recipe_named(self.ctx, name)
        return self._recipes[name]

    def recipe_for(self, invoice: Invoice) -> Recipe | None:
        """The recipe that a new sequence of this invoice follows."""
        name = invoice.recipe or plans.default_name(self.ctx)
        return None if name is None else self.recipe_named(name)

    def put(self, invoice: Invoice, customer: Customer, address_id: str | None) -> None:
        """This invoice begins, if it is owed and has a recipe. One whose recipe is gone stays silent."""
        try:
            recipe = self.recipe_for(invoice)
        except Problem:
            return
        if recipe is not None and invoice.status in _OWED and not invoice.is_split:
            zone = self.ctx.zone_of(customer, invoice)
            self._starts.append(_Start(invoice, customer, address_id, recipe, zone))

    def close(self) -> tuple[list[Decision], list[dict[str, Any]], int]:
        """(decisions, rows of steps, how many began)."""
        days = self._entry_days()
        decisions: list[Decision] = []
        steps: list[dict[str, Any]] = []
        for start in self._starts:
            day = days.get(start.customer.id) if self._is_late(start) else None
            if day is not None:
                start = replace(start, invoice=replace(start.invoice, entered_on=day))
                entered = Update("invoices", start.invoice.id, {"entered_on": day})
                decisions.append(Decision(changes=(entered,)))
            pattern = self._pattern(start)
            ids = {"invoice_id": start.invoice.id}
            sequence_id = self.ctx.new("seq")
            row = {**pattern.sequence, **ids, "id": sequence_id}
            decisions.append(Decision(changes=(Insert("sequences", row),)))
            ids |= {"sequence_id": sequence_id, "customer_id": start.customer.id}
            for step in pattern.steps:
                address = start.address_id if step["address_id"] is not None else None
                steps.append({**step, **ids, "id": self.ctx.new("stp"), "address_id": address})
        return decisions, steps, len(self._starts)

    def _is_late(self, start: _Start) -> bool:
        """Overdue before we ever wrote to this person."""
        today = local_date(self.ctx.now, start.zone)
        return start.invoice.due_date < today and start.customer.id not in self.seen.contacted

    def _entry_days(self) -> dict[str, date]:
        """The day on which each late customer comes in; one day for all that they owe."""
        late: dict[str, list[_Start]] = defaultdict(list)
        for start in self._starts:
            if self._is_late(start):
                late[start.customer.id].append(start)
        known = {customer: day for customer, day, _ in self.seen.entries if day >= self.ctx.today}
        given = {customer: known[customer] for customer in late if customer in known}
        newcomers = [_late(self.ctx, late[customer]) for customer in late if customer not in known]
        a_day = int(self.ctx.business.settings.get("first_contacts_a_day", ENTRIES_A_DAY))
        return given | entry_days(newcomers, taken=self._taken(), a_day=a_day)

    def _taken(self) -> dict[date, int]:
        """How many come in already on each day; those for a person alone take no place."""
        gentle = {(c, day) for c, day, due in self.seen.entries if (day - due).days <= TOO_LATE_DAYS}
        return Counter(day for _, day in gentle)

    def _pattern(self, start: _Start) -> _Pattern:
        invoice, customer = start.invoice, start.customer
        key = (
            start.recipe.version,
            invoice.issue_date,
            invoice.due_date,
            invoice.entered_on,
            invoice.settles_at,
            invoice.plan_no,
            invoice.channel or customer.channel,
            start.zone,
            start.address_id is None,
        )
        if key not in self._patterns:
            address = None if start.address_id is None else Address(id=start.address_id, phone="")
            _, decision = plans.start(self.ctx, invoice, customer, address, start.recipe)
            rows = [change.values for change in decision.changes if isinstance(change, Insert)]
            steps = tuple(step_row(self.ctx.tx, step) for step in decision.steps)
            self._patterns[key] = _Pattern(rows[0], steps)
        return self._patterns[key]


def _late(ctx: Context, starts: Iterable[_Start]) -> Late:
    """The customer by the longest overdue of their invoices, whose recipe decides when we may write."""
    oldest = min(starts, key=lambda start: (start.invoice.due_date, start.invoice.id))
    earliest = max(ctx.now, oldest.invoice.settles_at or ctx.now)
    opens = next_open(earliest, oldest.recipe.policy.window, oldest.zone)
    return Late(
        customer_id=oldest.customer.id,
        due=oldest.invoice.due_date,
        first_day=local_date(opens, oldest.zone),
        is_open=opening(oldest.recipe, oldest.zone),
    )
