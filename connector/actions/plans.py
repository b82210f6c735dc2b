"""Joins a sequence to its recipe: what the actions on invoices, payments and customers all need."""

from dataclasses import replace
from datetime import date

from connector.actions.context import Context
from connector.domain import replan as planning
from connector.domain import sequences as rules
from connector.domain.decision import Decision
from connector.domain.entrance import FIRST_CONTACT
from connector.domain.model import Address, Customer, Invoice, Recipe, Sequence
from connector.domain.problems import NotFound
from connector.specs.recipes import recipe_from_body
from connector.store import recipes, sequences
from connector.store.recipes import StoredRecipe


def recipe_named(ctx: Context, name: str, *, field: str = "recipe") -> Recipe:
    """The active version of a recipe, the user's before the shipped one."""
    stored = recipes.active_recipe(ctx.tx, name)
    if stored is None:
        raise NotFound("recipe_not_found", field=field, params={"given": name})
    return _value(ctx, stored)


def pinned(ctx: Context, sequence: Sequence) -> Recipe:
    """The very version that the sequence started with."""
    known = ctx.cache.get(f"recipe:{sequence.recipe_version}")
    if known is not None:
        return known  # type: ignore[no-any-return]
    stored = recipes.recipe_version(ctx.tx, sequence.recipe_version)
    if stored is None:
        raise LookupError(f"sequence {sequence.id} pins a recipe version that is not stored")
    return _value(ctx, stored)


def default_name(ctx: Context) -> str | None:
    """The recipe of invoices that name none; None when the business wants none."""
    name = ctx.business.settings.get("default_recipe", "kost")
    return str(name) if name else None


def recipe_for(ctx: Context, invoice: Invoice) -> Recipe | None:
    """The recipe that a new sequence of this invoice follows."""
    name = invoice.recipe or default_name(ctx)
    return None if name is None else recipe_named(ctx, name)


def _value(ctx: Context, stored: StoredRecipe) -> Recipe:
    key = f"recipe:{stored.version}"
    if key not in ctx.cache:
        file = ctx.catalog.recipes.get(stored.name)
        if file is not None and file.version == stored.version:
            ctx.cache[key] = file.recipe
        else:
            ctx.cache[key] = recipe_from_body(stored.body, stored.version, ctx.catalog.policies)
    return ctx.cache[key]  # type: ignore[no-any-return]


def template_names(recipe: Recipe) -> list[str]:
    """Every template that a recipe may send."""
    named = [step.template for step in recipe.steps]
    named += [recipe.receipt, recipe.receipt_partial, recipe.promise_ask, recipe.promise_confirm]
    named += [recipe.promise_broken, recipe.first_contact or FIRST_CONTACT]
    return sorted({name for name in named if name is not None})


def template_versions(ctx: Context, recipe: Recipe) -> dict[str, str]:
    """The versions that a sequence pins when it starts now."""
    key = f"templates:{recipe.version}"
    if key not in ctx.cache:
        found = recipes.active_templates(ctx.tx, template_names(recipe))
        ctx.cache[key] = {name: template.version for name, template in found.items()}
    return dict(ctx.cache[key])


def start(
    ctx: Context,
    invoice: Invoice,
    customer: Customer,
    address: Address | None,
    recipe: Recipe,
    *,
    paused: bool = False,
) -> tuple[Sequence, Decision]:
    """A new sequence of the invoice, planned and pinned."""
    return rules.start(
        invoice,
        recipe,
        sequence_id=ctx.new("seq"),
        address_id=address.id if address else None,
        zone=ctx.zone_of(customer, invoice),
        templates=template_versions(ctx, recipe),
        channel=customer.channel,
        now=ctx.now,
        new_id=ctx.new,
        paused=paused,
    )


def replan(
    ctx: Context,
    invoice: Invoice,
    customer: Customer,
    address: Address | None,
    sequence: Sequence,
    *,
    old_due: date | None = None,
) -> Decision:
    """The plan of a living sequence made anew after something that it depends on changed."""
    decision = planning.replan(
        pinned(ctx, sequence),
        existing=sequences.steps_of(ctx.tx, sequence.id),
        invoice=invoice,
        old_due=old_due or invoice.due_date,
        sequence_id=sequence.id,
        customer_id=customer.id,
        address_id=address.id if address else None,
        zone=ctx.zone_of(customer, invoice),
        channel=customer.channel,
        now=ctx.now,
        new_id=ctx.new,
    )
    return replace(decision, steps=rules.reachable(decision.steps))
