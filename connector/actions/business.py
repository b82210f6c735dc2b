"""Actions on the business itself."""

from dataclasses import replace
from typing import Any

import phonenumbers

from connector.actions import destinations, plans, references
from connector.actions.context import Context
from connector.domain.destinations import Becomes
from connector.domain.model import Business
from connector.domain.names import clean_text
from connector.domain.problems import Invalid
from connector.domain.results import sentence
from connector.domain.suspicion import suspicious
from connector.store import business as store
from connector.store import retention, zones


def update_business(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Writes what is given. Where money goes is only proposed: the old place stays live until a person says yes.

    During set-up (nothing was ever sent and no destination is known) it is live at once.
    """
    wanted = _wanted(ctx, given)
    changed = {name: value for name, value in wanted.items() if getattr(ctx.business, name) != value}
    waiting = _money(ctx, given)
    store.change(ctx.tx, ctx.business.id, changed)
    if "zone" in changed:
        zones.follow_business(ctx.tx, ctx.business.zone, changed["zone"])
    now = store.get(ctx.tx) or replace(ctx.business, **changed)
    if waiting:
        result = "approval_needed"
    else:
        result = "unchanged" if now == ctx.business else "updated"
    return _answer(ctx, now, result, waiting)


def _money(ctx: Context, given: dict[str, Any]) -> list[str]:
    """What is proposed as a new place for money and waits for a person."""
    setting_up = destinations.is_setting_up(ctx.tx)
    waiting = []
    for becomes in Becomes:
        if becomes.value in given:
            text = clean_text(given[becomes.value], 200, field=becomes.value)
            told = destinations.wish(ctx.tx, ctx.business, becomes, text, by=ctx.actor, setting_up=setting_up)
            waiting += [told] if told else []
    return waiting


def _wanted(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if "business_name" in given:
        wanted["name"] = _plain(given["business_name"], 120, "business_name")
    if "language" in given:
        wanted["language"] = given["language"]
    if "time_zone" in given:
        wanted["zone"] = references.zone(given)
    if "country" in given:
        wanted["country"] = _country(given["country"])
    if "office_hours" in given:
        wanted["office_hours"] = _plain(given["office_hours"], 40, "office_hours")
    if "relationship" in given:
        wanted["relationship"] = given["relationship"]
    chosen: dict[str, Any] = {name: given[name] for name in retention.DEFAULTS if name in given}
    if "recipe" in given:
        chosen["default_recipe"] = plans.recipe_named(ctx, given["recipe"]).name
    if chosen:
        wanted["settings"] = {**ctx.business.settings, **chosen}
    return wanted


def _plain(text: str, longest: int, field: str) -> str:
    """A text that customers read in every message; it must not say where to pay (T-02)."""
    plain = clean_text(text, longest, field=field)
    if suspicious(plain):
        raise Invalid("text_suspicious", field=field)
    return plain


def _country(text: str) -> str:
    code = text.upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("country_unknown", field="country", params={"country": code})
    return code


def _answer(ctx: Context, business: Business, result: str, waiting: list[str]) -> dict[str, Any]:
    language = "en" if business.language == "en" else "id"
    words = {"subject": business.name, "detail": "; ".join(waiting)}
    return {
        "result": result,
        "result_text": sentence(result, language, words),
        "business_id": business.id,
        "business_name": business.name,
        "business_language": business.language,
        "time_zone": business.zone,
        "country": business.country,
        "currency": business.currency,
        "office_hours": business.office_hours,
        "relationship": business.relationship,
        "payment_details": business.payment_details,
        "pay_host": business.pay_host,
        "destination_waiting": "; ".join(waiting) or None,
        "recipe": business.settings.get("default_recipe", plans.default_name(ctx)),
        **retention.settings(business.settings),
    }
