"""The first text about a debt that is late before anybody heard of it: gentle, and at most so many in a day."""

from collections import Counter
from dataclasses import replace

from connector.actions.context import Context
from connector.domain.decision import Decision, Update
from connector.domain.entrance import ENTRIES_A_DAY, TOO_LATE_DAYS, Late, entry_days, opening
from connector.domain.model import Customer, Invoice, Recipe
from connector.domain.windows import local_date, next_open
from connector.store import surroundings


def gently(
    ctx: Context, invoice: Invoice, customer: Customer, recipe: Recipe, *, unheard: bool = False
) -> Invoice:
    """The invoice with the day on which it comes in, when it is overdue and its customer a stranger to us.

    `unheard`: nobody could know of it before, so that it comes in gently to somebody who knows us as well.
    """
    zone = ctx.zone_of(customer, invoice)
    if invoice.due_date >= local_date(ctx.now, zone):
        return invoice
    stranger = not surroundings.contacted(ctx.tx, [customer.id])
    if not stranger and not unheard:
        return invoice
    opens = next_open(max(ctx.now, invoice.settles_at or ctx.now), recipe.policy.window, zone)
    late = Late(customer.id, invoice.due_date, local_date(opens, zone), opening(recipe, zone))
    known = surroundings.entries(ctx.tx, ctx.today) if stranger else ()
    own = next((day for who, day, _ in known if who == customer.id), None)
    taken = Counter(
        day for _, day in {(who, day) for who, day, due in known if (day - due).days <= TOO_LATE_DAYS}
    )
    a_day = int(ctx.business.settings.get("first_contacts_a_day", ENTRIES_A_DAY))
    day = own or entry_days([late], taken=taken, a_day=a_day)[customer.id]
    ctx.apply(Decision(changes=(Update("invoices", invoice.id, {"entered_on": day}),)))
    return replace(invoice, entered_on=day)
