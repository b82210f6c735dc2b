"""The live drop-downs, what may be chosen at this moment: (transaction, what was typed) -> [{id, label}].

Lists that never change at run time (languages, channels, reasons) lie in specs/lists.json.
"""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from connector.domain.names import fold_name
from connector.domain.problems import NotFound
from connector.domain.variables import variable
from connector.specs.templates import template_from_body
from connector.store import (
    business,
    cases,
    claims,
    customers,
    instalments,
    invoices,
    lists,
    promises,
    recipes,
    recurring,
)
from connector.store.db import Tx

Option = dict[str, str]
LIMIT = 50


def _pairs(found: list[tuple[str, str]]) -> list[Option]:
    return [{"id": key, "label": label} for key, label in found[:LIMIT]]


def _language(tx: Tx) -> str:
    known = business.get(tx)
    return "en" if known is not None and known.language == "en" else "id"


def _recipes(tx: Tx, text: str) -> list[Option]:
    language = _language(tx)
    found = [
        (r.name, str((r.body.get("title") or {}).get(language) or r.name)) for r in recipes.active_recipes(tx)
    ]
    return _pairs([pair for pair in found if _fits(text, *pair)])


def _templates(tx: Tx, text: str) -> list[Option]:
    language = _language(tx)
    found = []
    for name, stored in recipes.active_templates(tx).items():
        title = template_from_body(stored.body, stored.version).title
        found.append((name, title.get(language) or name))
    return _pairs([pair for pair in found if _fits(text, *pair)])


def _customers(tx: Tx, text: str) -> list[Option]:
    return _pairs(customers.options(tx, fold_name(text), LIMIT))


def _invoices(tx: Tx, text: str) -> list[Option]:
    return _pairs(invoices.options(tx, text, LIMIT))


def _lists(tx: Tx, text: str) -> list[Option]:
    return _pairs([(name, name) for name in lists.names(tx) if _fits(text, name)])


def _cases(tx: Tx, text: str) -> list[Option]:
    return _pairs([pair for pair in cases.options(tx) if _fits(text, *pair)])


def _charges(tx: Tx, text: str) -> list[Option]:
    return _pairs(recurring.options(tx, text, LIMIT))


def _promises(tx: Tx, text: str) -> list[Option]:
    return _pairs([pair for pair in promises.options(tx) if _fits(text, *pair)])


def _claims(tx: Tx, text: str) -> list[Option]:
    return _pairs([pair for pair in claims.options(tx) if _fits(text, *pair)])


def _plans(tx: Tx, text: str) -> list[Option]:
    return _pairs([pair for pair in instalments.options(tx) if _fits(text, *pair)])


def _zones(tx: Tx, text: str) -> list[Option]:
    """The Indonesian zones first; the whole world once something is typed."""
    ours = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
    names = [*ours, *sorted(available_timezones() - set(ours))] if text else ours
    return _pairs(
        [(name, name.replace("_", " ")) for name in names if _fits(text, name, name.replace("_", " "))]
    )


def _fits(text: str, *words: str) -> bool:
    wanted = text.casefold().strip()
    return not wanted or any(wanted in word.casefold() for word in words)


LISTS: Mapping[str, Callable[[Tx, str], list[Option]]] = {
    "cases": _cases,
    "claims": _claims,
    "charges": _charges,
    "customers": _customers,
    "invoices": _invoices,
    "lists": _lists,
    "plans": _plans,
    "promises": _promises,
    "recipes": _recipes,
    "templates": _templates,
    "zones": _zones,
}
NAMES = frozenset({*LISTS, "template_fields"})


def template_fields(tx: Tx, name: str) -> dict[str, Any]:
    """The variables of a template, which a flow may fill, as a JSON Schema. Raises template_not_found."""
    stored = recipes.active_template(tx, name)
    if stored is None:
        raise NotFound("template_not_found", field="template", params={"given": name[:60]})
    template = template_from_body(stored.body, stored.version)
    language = _language(tx)
    fields = {}
    for param in template.params:
        known = variable(param.name)
        sample = param.sample.get(language) or next(iter(param.sample.values()), "")
        title = param.name.replace("_", " ").capitalize()
        fields[param.name] = {"type": "string", "title": title, "maxLength": param.max, "examples": [sample]}
        if known is None:
            fields[param.name]["description"] = "A field of your own"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": template.title.get(language) or name,
        "properties": fields,
        "additionalProperties": False,
    }
