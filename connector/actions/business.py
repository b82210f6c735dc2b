"""Actions on the business itself."""

from dataclasses import replace
from typing import Any

import phonenumbers

from connector.actions import plans, references
from connector.actions.context import Context
from connector.domain.model import Business
from connector.domain.names import clean_text
from connector.domain.problems import Invalid
from connector.domain.results import sentence
from connector.store import business as store


def update_business(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Writes what is given; how money is paid is not among it: a person approves that elsewhere."""
    wanted = _wanted(ctx, given)
    changed = {name: value for name, value in wanted.items() if getattr(ctx.business, name) != value}
    store.change(ctx.tx, ctx.business.id, changed)
    now = replace(ctx.business, **changed)
    return _answer(ctx, now, "updated" if changed else "unchanged")


def _wanted(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if "business_name" in given:
        wanted["name"] = clean_text(given["business_name"], 120, field="business_name")
    if "language" in given:
        wanted["language"] = given["language"]
    if "time_zone" in given:
        wanted["zone"] = references.zone(given)
    if "country" in given:
        wanted["country"] = _country(given["country"])
    if "office_hours" in given:
        wanted["office_hours"] = clean_text(given["office_hours"], 40, field="office_hours")
    if "relationship" in given:
        wanted["relationship"] = given["relationship"]
    if "recipe" in given:
        name = plans.recipe_named(ctx, given["recipe"]).name
        wanted["settings"] = {**ctx.business.settings, "default_recipe": name}
    return wanted


def _country(text: str) -> str:
    code = text.upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("country_unknown", field="country", params={"country": code})
    return code


def _answer(ctx: Context, business: Business, result: str) -> dict[str, Any]:
    language = "en" if business.language == "en" else "id"
    return {
        "result": result,
        "result_text": sentence(result, language, {"subject": business.name}),
        "business_id": business.id,
        "business_name": business.name,
        "business_language": business.language,
        "time_zone": business.zone,
        "country": business.country,
        "currency": business.currency,
        "office_hours": business.office_hours,
        "relationship": business.relationship,
        "recipe": business.settings.get("default_recipe", plans.default_name(ctx)),
    }
