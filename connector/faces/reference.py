"""docs/reference.md: every action and every trigger as tables, made from the same specs as the screens."""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.faces.shapes import Schema, actions_on, choices, everyday_first, kinds, triggers_on
from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog
from connector.specs.triggers import TriggerSpec

TITLE = "Reference tables"
PATH = "docs/reference.md"
_HEAD = """# Actions and triggers
Made from `specs/` by `make generate`; do not edit it here. Where: Z = Zapier, N = n8n, S = Google Sheets;
every action is in the HTTP API and in OpenAPI. `*` marks what is required.
"""


def files(catalog: Catalog, version: str) -> Mapping[str, str]:
    """The whole page."""
    parts = [_HEAD, "## Actions\n", _overview(catalog), ""]
    parts += [_action(action) for action in actions_on(catalog, "api")]
    parts += ["## Triggers\n", *(_trigger(trigger) for trigger in triggers_on(catalog, "api"))]
    return {PATH: "\n".join(parts).rstrip() + "\n"}


def _overview(catalog: Catalog) -> str:
    rows = [
        (f"[{action.title}](#{_anchor(action.title)})", f"`{action.name}`", _where(action.surfaces))
        for action in actions_on(catalog, "api")
    ]
    return _table(("Action", "Name", "Where"), rows)


def _action(action: ActionSpec) -> str:
    fields = action.input["properties"]
    required = set(action.input["required"])
    rows = [
        (
            f"`{name}`{'*' if name in required else ''}",
            str(fields[name].get("title", "")),
            _kind(fields[name]),
            str(fields[name].get("description", "")),
        )
        for name in everyday_first(action)
    ]
    lines = [f"### {action.title}", f"`POST /v1/actions/{action.name}` · {_where(action.surfaces)}", ""]
    lines += [action.description, "", _table(("Field", "Title", "Kind", "What it means"), rows), ""]
    if action.results:
        lines += ["Results: " + ", ".join(f"`{result}`" for result in action.results) + ".", ""]
    if action.emits:
        lines += ["Tells: " + ", ".join(f"`{event}`" for event in action.emits) + ".", ""]
    return "\n".join(lines)


def _trigger(trigger: TriggerSpec) -> str:
    properties = trigger.payload["properties"]
    rows = [
        (f"`{name}`", _kind(properties[name]), str(properties[name].get("description", "")))
        for name in trigger.own_keys
    ]
    lines = [
        f"### {trigger.title}",
        f"`{trigger.name}` · {_where(trigger.surfaces)}",
        "",
        trigger.description,
    ]
    lines += ["", _table(("Own key", "Kind", "What it means"), rows), ""] if rows else [""]
    return "\n".join(lines)


def _kind(schema: Schema) -> str:
    if schema.get("x-money"):
        return "money"
    if choices(schema):
        return ", ".join(f"`{value}`" for value in choices(schema))
    if schema.get("format") in ("date", "date-time"):
        return str(schema["format"])
    return " or ".join(kinds(schema)) or "any"


def _where(surfaces: tuple[str, ...]) -> str:
    letters = {"zapier": "Z", "n8n": "N", "sheets": "S"}
    return " ".join(letter for name, letter in letters.items() if name in surfaces) or "API"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in lines)


def _cell(text: Any) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _anchor(title: str) -> str:
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")
