"""Google Sheets: the columns that our script writes, and the forms of the actions that it shows."""

import json
from collections.abc import Mapping
from typing import Any

from connector.faces.shapes import Schema, actions_on, choices, everyday_first, kinds
from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog

TITLE = "Google Sheets (Apps Script)"
PATH = "sheets/Specs.js"
# Each own column by the key of a synced row that fills it; the headings are the same in both languages.
COLUMNS = {
    "status": "Tagih: status",
    "message": "Tagih: pesan terakhir · last message",
    "why": "Tagih: mengapa belum · why not",
    "next": "Tagih: berikutnya · next send",
    "invoice": "Tagih: no. tagihan · invoice",
}
_HEAD = """// @ts-check
/* Made from specs/ by `make generate`; do not edit it here. */
"""


def files(catalog: Catalog, version: str) -> Mapping[str, str]:
    """The one generated file; everything else in sheets/ is written by hand."""
    forms = [_form(action) for action in actions_on(catalog, "sheets") if _fits_a_form(action)]
    lines = [_HEAD, _constant("TAGIH_COLUMNS", COLUMNS), _constant("TAGIH_FORMS", forms)]
    return {PATH: "\n".join(lines)}


def _fits_a_form(action: ActionSpec) -> bool:
    """Whether every required field is one box; rows as a list come from the sheet itself."""
    fields = action.input["properties"]
    return all("array" not in kinds(fields[name]) for name in action.input["required"])


def _form(action: ActionSpec) -> dict[str, Any]:
    fields = action.input["properties"]
    words = action.i18n["id"]
    shown = [
        name
        for name in everyday_first(action)
        if not fields[name].get("x-advanced") and not {"object", "array"} & set(kinds(fields[name]))
    ]
    return {
        "name": action.name,
        "title": {"id": words["title"], "en": action.title},
        "fields": [
            _field(name, fields[name], words["fields"].get(name, {}), name in action.input["required"])
            for name in shown
        ],
    }


def _field(name: str, schema: Schema, indonesian: Mapping[str, str], required: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "key": name,
        "title": {"id": indonesian.get("title", schema["title"]), "en": schema["title"]},
        "help": {
            "id": indonesian.get("description", schema.get("description", "")),
            "en": schema.get("description", ""),
        },
        "required": required,
        "kind": _kind(schema),
    }
    if choices(schema):
        found["choices"] = choices(schema)
    if "x-options" in schema:
        found["options"] = schema["x-options"]
    return found


def _kind(schema: Schema) -> str:
    """The box of a form: money stays text, so that nobody rounds it on the way."""
    if schema.get("format") == "date":
        return "date"
    if kinds(schema) == ["integer"]:
        return "number"
    return "checkbox" if kinds(schema) == ["boolean"] else "text"


def _constant(name: str, value: Any) -> str:
    return f"const {name} = {json.dumps(value, ensure_ascii=False, indent=2)};\n"
