"""Zapier's fields: JSON Schema as input fields, output fields and samples that its own checks accept.

Source of the rules: zapier-platform-schema 19 and Zapier's publishing checks (D004 to D028).
"""

from collections.abc import Mapping
from typing import Any

from connector.faces.shapes import Schema, choice_title, choices, kinds, title_case

# Which search finds what a field names, so that the editor offers a search step beside the drop-down.
FOUND_BY = {
    "invoices": ("get_invoice", "invoice_id"),
    "customers": ("find_customer", "customer_id"),
    "cases": ("find_cases", "case_id"),
}
MORE = "more"  # the group of what an everyday Zap leaves alone
_OUTPUT_TYPES = ("boolean", "integer", "number", "string")


def list_key(options: str) -> str:
    """The hidden trigger that fills a drop-down."""
    return f"list_{options}"


def input_field(name: str, schema: Schema, *, required: bool, search: bool) -> dict[str, Any]:
    """One box of a form. Money and dates are text: Zapier reads "1.500.000" as 1 and moves dates by a zone."""
    title = str(schema.get("title", title_case(name)))
    found: dict[str, Any] = {"key": name, "label": title}
    if schema.get("description"):
        found["helpText"] = str(schema["description"])
    found |= {"required": required} | _box(name, schema)
    if "children" in found:  # a group has no help of its own: its first line tells what it is for
        found["children"][0].setdefault("helpText", found.pop("helpText", title))
    if "x-options" in schema and not choices(schema):
        found |= _drop_down(schema["x-options"], search=search)
    if schema.get("x-advanced"):
        found["group"] = MORE
    return found


def _drop_down(options: str, *, search: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"dynamic": f"{list_key(options)}.id.label"}
    if search and options in FOUND_BY:
        found["search"] = ".".join(FOUND_BY[options])
    return found


def _box(name: str, schema: Schema) -> dict[str, Any]:
    """The kind of a field: line items, pairs, several values, or one."""
    types = kinds(schema)
    if schema.get("x-file"):
        return {"type": "file"}
    if "array" in types:
        return _several(name, schema["items"])
    if "object" in types:
        return {"type": "string", "dict": True}
    if schema.get("x-money") or "string" in types:
        found: dict[str, Any] = {"type": "string"}
        if int(schema.get("maxLength", 0)) >= 1000 and schema.get("format") != "uri":
            found["type"] = "text"
        if schema.get("format") == "date":
            found["placeholder"] = "2026-12-05"
    else:
        found = {"type": types[0] if types else "string"}
    if choices(schema):
        found["choices"] = choices_of(name, schema)
    return found


def _several(name: str, item: Schema) -> dict[str, Any]:
    """Line items, or several values. The key of a line's own field must be unique in the whole operation.

    The server asks for what a line needs: a form would ask for it where no line is wanted.
    """
    if "object" not in kinds(item):
        return {"list": True} | _box(name, item)
    children = [
        input_field(f"{name}__{inner}", schema, required=False, search=False)
        for inner, schema in item["properties"].items()
    ]
    return {"children": children}


def choices_of(name: str, schema: Schema) -> list[dict[str, str]]:
    """The values of an enum as a drop-down."""
    return [
        {"value": str(value), "sample": str(value), "label": choice_title(name, value)}
        for value in choices(schema)
    ]


def output_fields(schema: Schema, before: str = "") -> list[dict[str, Any]]:
    """What a step gives to the next one: nested keys as `a__b`, the fields of a list as `a[]b`."""
    found: list[dict[str, Any]] = []
    for name, inner in schema["properties"].items():
        if before or name != "dry_run":  # it is there only when it was asked for
            found += _output(f"{before}{name}", inner)
    return found


def _output(key: str, schema: Schema) -> list[dict[str, Any]]:
    types = kinds(schema)
    if "array" in types and "properties" in schema.get("items", {}):
        return output_fields(schema["items"], f"{key}[]")
    if "object" in types and "properties" in schema:
        return output_fields(schema, f"{key}__")
    field: dict[str, Any] = {"key": key, "label": str(schema.get("title", title_case(key)))}
    if "array" in types:
        return [field | {"list": True, "type": _output_type(schema.get("items", {}))}]
    return [field | {"type": _output_type(schema)}]


def _output_type(schema: Schema) -> str:
    if schema.get("format") == "date-time":
        return "datetime"
    types = kinds(schema)
    return types[0] if len(types) == 1 and types[0] in _OUTPUT_TYPES else "string"


def sample_of(schema: Schema, example: Mapping[str, Any]) -> dict[str, Any]:
    """An example with every key of the schema and none beside them, as a live answer has them."""
    return {name: example.get(name) for name in schema["properties"] if name != "dry_run"}
