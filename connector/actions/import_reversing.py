"""A tick that is gone: the payment that the list had brought is taken back, if a person says so.

Until the customer was told of the payment nobody needs to say so: taking the tick away is the mending of a
slip, and the confirmation never leaves.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.actions import reversing
from connector.actions.context import Context
from connector.domain.listdiff import Flag
from connector.store import imports, payments
from connector.store.imports import StagedRow

NEEDS_PERSON = "needs_person"
UNTICKED = {"id": "Tanda lunas di lembar dihapus", "en": "The paid mark in the sheet was removed"}
UNDONE = {"id": "Impor dibatalkan", "en": "Import undone"}


def untick(ctx: Context, list_name: str, row: StagedRow, *, named: bool) -> str:
    """What became of the payment: reversed, or needs_person when its line was not named."""
    if Flag.PAYMENT_UNTICKED in row.fields["flags"] and not named:
        return NEEDS_PERSON
    return take_back(ctx, list_name, row.invoice_id or "", UNTICKED[ctx.language])


@dataclass(frozen=True, slots=True)
class Born:
    """When one import brought its payments: from its applying to the list's next one."""

    since: datetime
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


def take_back(ctx: Context, list_name: str, invoice_id: str, reason: str, *, born: Born | None = None) -> str:
    """Takes back every payment that this list (or only one import of it) brought to the invoice."""
    source, done = imports.source_of(list_name), "unchanged"
    for item in payments.standing_of_invoice(ctx.tx, invoice_id):
        paid = payments.by_id(ctx.tx, item.payment_id)
        own = paid is not None and paid.source == source
        if paid is not None and own and (born is None or born.holds(paid.created_at)):
            given: dict[str, Any] = {"payment": paid.id, "reason": reason}
            reversing.reverse_payment(ctx, given)
            done = "reversed"
    return done
