"""What a customer pays beyond all that is open: the next whole periods of their recurring charges."""

from dataclasses import dataclass

from connector.actions import issuing
from connector.actions.context import Context
from connector.actions.issuing import Roll
from connector.domain import recurring as rules
from connector.domain.model import Customer
from connector.domain.recurring import Charge
from connector.store import recurring


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
