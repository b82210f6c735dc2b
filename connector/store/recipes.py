"""Recipes and templates as immutable versions: shipped ones from the files, a user's own that shadow them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connector.domain.model import Origin
from connector.specs.catalog import Catalog
from connector.store import schema
from connector.store.db import Tx

RECIPES = schema.recipes
TEMPLATES = schema.templates


@dataclass(frozen=True, slots=True)
class StoredRecipe:
    version: str
    name: str
    origin: Origin
    body: dict[str, Any]
    text: str
    active: bool


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    version: str
    name: str
    origin: Origin
    body: dict[str, Any]
    active: bool
    status: str  # approved, paused, rejected, disabled


def seed(tx: Tx, catalog: Catalog) -> None:
    """Brings the shipped files in: a new version becomes the active one of its origin, the old ones stay.

    Names that are shipped no more stop being offered; sequences that pinned them go on.
    """
    templates = dict(catalog.templates)
    for recipe in catalog.recipes.values():
        templates.update(recipe.templates)
        add_recipe(tx, recipe.name, recipe.version, recipe.body, recipe.text, Origin.SHIPPED)
    for file in templates.values():
        add_template(tx, file.name, file.version, file.body, Origin.SHIPPED)
    for table, names in ((RECIPES, catalog.recipes), (TEMPLATES, templates)):
        tx.conn.execute(
            table.update()
            .where(table.c.origin == Origin.SHIPPED, table.c.active, table.c.name.not_in(sorted(names)))
            .values(active=False)
        )


def add_recipe(tx: Tx, name: str, version: str, body: dict[str, Any], text: str, origin: Origin) -> bool:
    """Stores a version and makes it the active one of its origin; answers whether anything changed."""
    return _add(tx, RECIPES, name, version, origin, {"body": body, "text": text})


def add_template(tx: Tx, name: str, version: str, body: dict[str, Any], origin: Origin) -> bool:
    """Stores a version and makes it the active one of its origin; a shipped template counts as approved."""
    return _add(tx, TEMPLATES, name, version, origin, {"body": body, "status": "approved"})


def _add(tx: Tx, table: sa.Table, name: str, version: str, origin: Origin, values: dict[str, Any]) -> bool:
    known = tx.conn.execute(
        sa.select(table.c.name, table.c.origin, table.c.active).where(table.c.version == version)
    ).first()
    if known is not None and known.active:
        return False
    tx.conn.execute(
        table.update()
        .where(table.c.name == name, table.c.origin == origin, table.c.active)
        .values(active=False)
    )
    if known is None:
        tx.conn.execute(
            table.insert().values(
                version=version, name=name, origin=origin.value, active=True, created_at=tx.now_ms, **values
            )
        )
    else:
        tx.conn.execute(
            table.update().where(table.c.version == version).values(active=True, origin=origin.value)
        )
    return True


_ACTIVE_RECIPES = sa.select(RECIPES).where(RECIPES.c.active)
_ACTIVE_RECIPE = _ACTIVE_RECIPES.where(RECIPES.c.name == sa.bindparam("name"))
_RECIPE_VERSION = sa.select(RECIPES).where(RECIPES.c.version == sa.bindparam("version"))


def active_recipe(tx: Tx, name: str) -> StoredRecipe | None:
    """The version that a new sequence pins: the user's, else the shipped one."""
    rows = tx.conn.execute(_ACTIVE_RECIPE, {"name": name}).all()
    return _recipe(min(rows, key=_users_first)) if rows else None


def recipe_version(tx: Tx, version: str) -> StoredRecipe | None:
    """A pinned version, whether or not it is still offered."""
    row = tx.conn.execute(_RECIPE_VERSION, {"version": version}).first()
    return _recipe(row) if row else None


def active_recipes(tx: Tx) -> list[StoredRecipe]:
    """Every recipe on offer, by name."""
    rows = tx.conn.execute(_ACTIVE_RECIPES).all()
    best = {row.name: row for row in sorted(rows, key=_users_first, reverse=True)}
    return [_recipe(best[name]) for name in sorted(best)]


_TEMPLATE_VERSION = sa.select(TEMPLATES).where(TEMPLATES.c.version == sa.bindparam("version"))
_ACTIVE_TEMPLATES = sa.select(TEMPLATES).where(TEMPLATES.c.active)
_NAMED_TEMPLATES = _ACTIVE_TEMPLATES.where(TEMPLATES.c.name.in_(sa.bindparam("names", expanding=True)))


def active_template(tx: Tx, name: str) -> StoredTemplate | None:
    """The version that is used now: the user's, else the shipped one."""
    return active_templates(tx, [name]).get(name)


def template_version(tx: Tx, version: str) -> StoredTemplate | None:
    row = tx.conn.execute(_TEMPLATE_VERSION, {"version": version}).first()
    return _template(row) if row else None


def active_templates(tx: Tx, names: Iterable[str] | None = None) -> dict[str, StoredTemplate]:
    """The active version of each template that is named, or of all."""
    if names is None:
        rows = tx.conn.execute(_ACTIVE_TEMPLATES).all()
    else:
        rows = tx.conn.execute(_NAMED_TEMPLATES, {"names": sorted(set(names))}).all()
    best = {row.name: row for row in sorted(rows, key=_users_first, reverse=True)}
    return {name: _template(best[name]) for name in sorted(best)}


def _users_first(row: sa.Row[tuple[object, ...]]) -> int:
    return 0 if row.origin == Origin.USER else 1


def _recipe(row: sa.Row[tuple[object, ...]]) -> StoredRecipe:
    return StoredRecipe(row.version, row.name, Origin(row.origin), row.body, row.text, bool(row.active))


def _template(row: sa.Row[tuple[object, ...]]) -> StoredTemplate:
    return StoredTemplate(row.version, row.name, Origin(row.origin), row.body, bool(row.active), row.status)
