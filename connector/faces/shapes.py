"""What the faces share: which operations each shows, and small questions about a field's schema."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale

from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog
from connector.specs.triggers import TriggerSpec

Schema = Mapping[str, Any]


def actions_on(catalog: Catalog, surface: str) -> list[ActionSpec]:
    """The actions that this surface shows, by noun and title."""
    found = [action for action in catalog.actions.values() if surface in action.surfaces]
    return sorted(found, key=lambda action: (action.noun, action.title))


def triggers_on(catalog: Catalog, surface: str) -> list[TriggerSpec]:
    """The triggers that this surface shows, by noun and title."""
    found = [trigger for trigger in catalog.triggers.values() if surface in trigger.surfaces]
    return sorted(found, key=lambda trigger: (trigger.noun, trigger.title))


def kinds(schema: Schema) -> list[str]:
    """The JSON types that a value may have, without null.

    >>> kinds({"type": ["string", "integer", "null"]})
    ['string', 'integer']
    """
    found = schema.get("type", [])
    return [kind for kind in ([found] if isinstance(found, str) else found) if kind != "null"]


def may_be_null(schema: Schema) -> bool:
    return "null" in (schema["type"] if isinstance(schema.get("type"), list) else [])


def choices(schema: Schema) -> list[Any]:
    """The values of an enum, without null."""
    return [value for value in schema.get("enum", ()) if value is not None]


def title_case(words: str) -> str:
    """The title of a code: `partly_paid` is shown as "Partly Paid".

    >>> title_case("partly_paid")
    'Partly Paid'
    """
    return " ".join(word.capitalize() for word in words.replace("-", "_").split("_"))


def choice_title(field: str, value: Any) -> str:
    """What a choice is called: a language by its English name, anything else by its own word.

    >>> choice_title("language", "id"), choice_title("status", "partly_paid")
    ('Indonesian', 'Partly Paid')
    """
    if field.endswith("language"):
        return str(Locale("en").languages.get(str(value), value))
    return title_case(str(value))


def everyday_first(action: ActionSpec) -> list[str]:
    """An action's inputs as a form shows them: required, then the everyday ones, then the advanced."""
    fields = action.input["properties"]
    required = set(action.input["required"])
    return sorted(
        fields,
        key=lambda name: (name not in required, bool(fields[name].get("x-advanced")), _place(fields, name)),
    )


def _place(fields: Iterable[str], name: str) -> int:
    return list(fields).index(name)


def as_json(value: Any) -> str:
    """A generated JSON file: the same input always gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
