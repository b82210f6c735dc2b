"""Activepieces: one field of a form, by the kinds that the piece's shell knows (`activepieces/src/definitions.ts`)."""

from typing import Any

from connector.faces.shapes import Schema, choice_title, choices, kinds, title_case


def field(name: str, schema: Schema, *, required: bool = False) -> dict[str, Any]:
    """A field of an action or a trigger.

    >>> field("due_day", {"type": "integer", "title": "Due Day"}, required=True)
    {'kind': 'number', 'displayName': 'Due Day', 'description': '', 'required': True}
    """
    shown = {
        "displayName": str(schema.get("title", title_case(name))),
        "description": str(schema.get("description", "")),
        "required": required,
    }
    return _kind(name, schema) | shown


def _kind(name: str, schema: Schema) -> dict[str, Any]:
    """What a field is: money and days are text, for a form's own number or date would change what people wrote."""
    types = kinds(schema)
    if "x-fields" in schema:
        return {"kind": "loaded", "list": schema["x-fields"]["list"], "from": schema["x-fields"]["from"]}
    if "array" in types:
        return _several(name, schema)
    if choices(schema):
        return {"kind": "choice", "choices": _choices(name, schema)}
    if "x-options" in schema:
        return {"kind": "list", "list": schema["x-options"]}
    if types == ["boolean"]:  # blank is not No: a tick box would say No for whoever leaves it alone
        return {"kind": "choice", "choices": [_choice("Yes", True), _choice("No", False)]}
    if types == ["object"]:
        return {"kind": "pairs"}
    if types == ["integer"]:
        return {"kind": "number"}
    if schema.get("x-file"):
        return {"kind": "file"}
    if schema.get("format") == "date":
        return {"kind": "date"}
    return {"kind": "longText" if int(schema.get("maxLength", 0)) >= 1000 else "text"}


def _several(name: str, schema: Schema) -> dict[str, Any]:
    item = schema["items"]
    if "properties" in item:
        inner = {one: field(one, part) for one, part in item["properties"].items()}
        return {"kind": "lines", "fields": inner}
    if "object" in kinds(item):
        return {"kind": "json"}
    if choices(item):
        return {"kind": "choices", "choices": _choices(name, item)}
    return {"kind": "lists", "list": schema["x-options"]} if "x-options" in schema else {"kind": "texts"}


def _choices(name: str, schema: Schema) -> list[dict[str, Any]]:
    return [_choice(choice_title(name, value), value) for value in choices(schema)]


def _choice(label: str, value: Any) -> dict[str, Any]:
    return {"label": label, "value": value}
