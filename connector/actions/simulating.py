"""What a recipe would do to a made-up invoice: the real engine, in a transaction that is undone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connector.actions import invoices, plans, run, sequences
from connector.specs import Catalog
from connector.store.db import Rollback, Store

AMOUNT = "1500000"
DUE_IN_DAYS = 14
SAMPLE = {"customer_name": "Siti Rahma", "customer_phone": "+6281234567890", "customer_ref": "simulation"}


def simulate(
    store: Store, catalog: Catalog, name: str, given: Mapping[str, Any], *, mode: str, public_url: str = ""
) -> dict[str, Any]:
    """The steps of the recipe `name` for a made-up invoice of `amount` due on `due_date`; nothing remains."""
    answer: dict[str, Any] = {}
    with store.write() as tx:
        ctx = run.context(tx, catalog, "simulation", settle_seconds=0, mode=mode, public_url=public_url)
        recipe = plans.recipe_named(ctx, name)
        due = given.get("due_date") or (ctx.today + timedelta(days=DUE_IN_DAYS)).isoformat()
        invoice = {
            **SAMPLE,
            "amount": given.get("amount") or AMOUNT,
            "due_date": due,
            "recipe": name,
            "invoice_number": f"SIM-{ctx.new('sim')[-6:]}",  # rolled back; new all the same
        }
        card = invoices.create_invoice(ctx, invoice)
        shown = sequences.preview_sequence(ctx, {"invoice": card["invoice_id"]})
        answer = {
            "recipe": recipe.name,
            "recipe_version": recipe.version,
            "due_date": due,
            "amount_text": shown.get("amount_due_text"),
            "steps": shown["steps"],
        }
        raise Rollback
    return answer
