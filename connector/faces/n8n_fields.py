"""n8n: one field of an operation, and the words that its linter wants."""

import re
from typing import Any

from connector.faces.shapes import Schema, choice_title, choices, kinds, title_case

# Long lists that a flow fills by mapping: a text box takes a number, a reference or an id.
MAPPED = frozenset(
    {"invoices", "customers", "cases", "promises", "claims", "charges", "plans", "payments", "lists"}
)
_LIST_HELP = (
    "Choose from the list, or specify an ID using an "
    '<a href="https://docs.n8n.io/code/expressions/">expression</a>'
)
_NAMES = {"sms": "SMS", "whatsapp": "WhatsApp"}
_WHETHER = {
    "Allowed": "Whether the customer agrees",
    "Dry Run": "Whether to only try it",
    "First Import Stays Silent": "Whether the first import stays silent",
}


def field(name: str, schema: Schema, *, required: bool = False) -> dict[str, Any]:
    title = _title(str(schema.get("title", title_case(name))))
    found: dict[str, Any] = {"displayName": title, "name": name}
    if required:
        found["required"] = True
    found |= _box(name, schema, title)
    if "routing" not in found:
        found["routing"] = {"send": {"type": "body", "property": name}}
    return found


def _box(name: str, schema: Schema, title: str) -> dict[str, Any]:
    """Type, default and help of a field."""
    types = kinds(schema)
    help_text = help_of(str(schema.get("description", "")))
    if "x-fields" in schema:
        return mapper(name, schema)
    if choices(schema):
        options = [
            {"name": _NAMES.get(str(value), choice_title(name, value)), "value": value}
            for value in choices(schema)
        ]
        options.sort(key=lambda option: str(option["name"]))
        return {
            "type": "options",
            "options": options,
            "default": options[0]["value"],
            **_described(help_text),
        }
    if schema.get("x-options") and schema["x-options"] not in MAPPED:
        method = {"loadOptionsMethod": method_of(schema["x-options"])}
        shown = title if title.endswith("Name or ID") else f"{title} Name or ID"
        return {
            "displayName": shown,
            "type": "options",
            "typeOptions": method,
            "default": "",
            "description": and_then(help_text, f"{_LIST_HELP}."),
        }
    if types == ["boolean"]:
        return {"type": "boolean", "default": False, "description": _whether(title, help_text)}
    if types in (["integer"], ["number"]) and not schema.get("x-money"):
        return {"type": "number", "default": 0, **_described(help_text)}
    if types == ["object"]:
        return _pairs(name, help_text)
    if "array" in types:
        return {"type": "json", "default": "[]", **_described(help_text)}
    example = {"placeholder": "2026-12-05"} if schema.get("format") == "date" else {}
    return {"type": "string", "default": "", **example, **_described(help_text)}


def mapper(name: str, schema: Schema) -> dict[str, Any]:
    """Fields that the server knows: a template's own variables."""
    mapper = {
        "resourceMapperMethod": method_of(schema["x-fields"]["list"]),
        "mode": "add",
        "fieldWords": {"singular": "variable", "plural": "variables"},
        "addAllFields": True,
        "multiKeyMatch": False,
    }
    return {
        "type": "resourceMapper",
        "noDataExpression": True,
        "default": {"mappingMode": "defineBelow", "value": None},
        "typeOptions": {"loadOptionsDependsOn": [schema["x-fields"]["from"]], "resourceMapper": mapper},
        "routing": {"send": {"type": "body", "property": name, "value": "={{ $value.value }}"}},
    }


def _pairs(name: str, help_text: str) -> dict[str, Any]:
    text = {"type": "string", "default": ""}
    values = [
        {"displayName": "Name", "name": "name", **text},
        {"displayName": "Value", "name": "value", **text},
    ]
    return {
        "type": "fixedCollection",
        "typeOptions": {"multipleValues": True},
        "default": {},
        "placeholder": "Add Field",
        **_described(help_text),
        "options": [{"displayName": "Field", "name": "pairs", "values": values}],
        "routing": {"send": {"type": "body", "property": name, "value": "={{ $value.pairs }}"}},
    }


def method_of(name: str) -> str:
    """The method that loads a list: `template_fields` -> `getTemplateFields`."""
    return "get" + "".join(word.capitalize() for word in name.split("_"))


def sentence(title: str) -> str:
    """The linter wants an operation's action in sentence case.

    >>> sentence("Create or Update Invoice")
    'Create or update invoice'
    """
    first, *rest = title.split(" ")
    return " ".join([first, *(word if word.isupper() else word.lower() for word in rest)])


def _title(text: str) -> str:
    """The linter's spelling: ID and URL in capitals."""
    return re.sub(r"\b[Ii]d\b", "ID", re.sub(r"\b[Uu]rl\b", "URL", text))


def help_of(text: str) -> str:
    """The linter wants one sentence without its full stop, several with theirs."""
    text = _title(text.strip())
    text = text[:1].upper() + text[1:]
    return text if ". " in text else text.rstrip(".")


def and_then(text: str, more: str) -> str:
    """Two sentences.

    >>> and_then("Which list", "Choose one."), and_then("Read it. Twice.", "Choose one."), and_then("", "Choose one.")
    ('Which list. Choose one.', 'Read it. Twice. Choose one.', 'Choose one.')
    """
    return f"{text.rstrip('.')}. {more}" if text else more


def _described(text: str) -> dict[str, str]:
    return {"description": text} if text else {}


def _whether(title: str, text: str) -> str:
    """A box to tick is described by what ticking it means."""
    if text.lower().startswith("whether"):
        return text
    end = "" if text.endswith(".") or not text else "."
    begins = _WHETHER.get(title, f"Whether to {title.lower()}")
    return f"{begins}. {text}{end}".strip() if text else begins
