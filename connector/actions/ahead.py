"""What a customer pays beyond all that is open: the next whole periods of their recurring charges."""

from dataclasses import dataclass
from typing import Any

from connector.actions import given_back, issuing, references
from connector.actions.context import Context
from connector.actions.issuing import Roll
from connector.domain import recurring as rules
from connector.domain.model import Customer, Invoice
from connector.domain.problems import Problem
from connector.domain.recurring import Charge
from connector.store import invoices, recurring


@dataclass(frozen=True, slots=True)
class Ahead:
    """The whole periods that a sum would pay ahead, the next due first."""

    rolls: dict[str, Roll]
    periods: list[tuple[Charge, str]]

    @property
    def far(self) -> int | None:
        """The months of it that somebody should confirm; None when nobody needs to."""
        return rules.far_ahead(self.periods)


def covered(ctx: Context, customer: Customer, amount: int) -> Ahead:
    """What this sum pays ahead; one that is too small for a period pays none. Nothing is written."""
    rolls = {c.id: issuing.roll_of(ctx, c) for c in recurring.of_customer(ctx.tx, customer.id, lock=True)}
    known = [(roll.charge, roll.decided) for roll in rolls.values()]
    return Ahead(rolls, rules.covered(known, amount))


def issue(ctx: Context, ahead: Ahead) -> bool:
    """Makes the invoices of these periods, for the caller to fill; answers whether there are any.

    They are born open and without any message, because the payment that fills them in the same transaction
    sends the one receipt.
    """
    made = [issuing.issue_ahead(ctx, ahead.rolls[charge.id], period) for charge, period in ahead.periods]
    for charge_id in {charge.id for charge, _ in ahead.periods}:
        issuing.plan_next(ctx, ahead.rolls[charge_id])
    return any(invoice is not None for invoice in made)


def named_again(ctx: Context, given: dict[str, Any]) -> list[Invoice]:
    """The named invoices of months that were given back: they wait to be born again."""
    try:
        named = references.invoices_named(ctx, given["invoice"]) if "invoice" in given else []
    except Problem:
        return []  # whoever records the payment says what is wrong with it
    return [invoice for invoice in named if given_back.waits(ctx, invoice)]


def bear(ctx: Context, waiting: list[Invoice]) -> list[tuple[Roll, str]]:
    """Makes these invoices anew, as silently as `issue` does, where their charge still bills their months."""
    born = []
    for invoice in waiting:
        name, period = rules.parts_of(invoice.number)
        charge = recurring.called(ctx.tx, name, invoice.customer_id, lock=True)
        roll = None if charge is None else issuing.roll_of(ctx, charge)
        if roll is None or not rules.is_undecided(roll.charge, roll.decided, period):
            continue
        if issuing.issue_ahead(ctx, roll, period) is not None:
            born.append((roll, invoice.id))
        issuing.plan_next(ctx, roll)
    return born


def remind_of_the_rest(ctx: Context, born: list[tuple[Roll, str]]) -> None:
    """What was not paid whole is an ordinary invoice from now on."""
    for roll, invoice_id in born:
        invoice = invoices.by_id(ctx.tx, invoice_id)
        if invoice is not None and invoice.due and not issuing.sleeps(ctx, roll.charge):
            issuing.begin(ctx, roll, invoice)
