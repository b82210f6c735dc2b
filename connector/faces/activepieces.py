"""Activepieces: the actions and triggers of the piece as literal TypeScript; its shell makes the framework's objects.

What a flow needs there is what it needs in n8n, so it shows what n8n shows.
"""

from collections.abc import Mapping
from typing import Any

from connector.faces.activepieces_fields import field
from connector.faces.filters import filters_of
from connector.faces.shapes import actions_on, everyday_first, triggers_on
from connector.faces.typescript import literal
from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog
from connector.specs.triggers import TriggerSpec

TITLE = "Activepieces"
FOLDER = "activepieces/src/generated"
SURFACE = "n8n"
_HEAD = "// Made from specs/ by `make generate`; do not edit it here.\n"


def files(catalog: Catalog, version: str) -> Mapping[str, str]:
    """One file with the actions, one with the triggers."""
    actions = [_action(action) for action in actions_on(catalog, SURFACE)]
    triggers = [_trigger(catalog, trigger) for trigger in triggers_on(catalog, SURFACE)]
    return {
        f"{FOLDER}/actions.ts": _file("actions", "ActionDefinition", actions),
        f"{FOLDER}/triggers.ts": _file("triggers", "TriggerDefinition", triggers),
    }


def _file(name: str, kind: str, definitions: list[dict[str, Any]]) -> str:
    return (
        f"{_HEAD}import type {{ {kind} }} from '../definitions';\n\n"
        f"export const {name}: {kind}[] = {literal(definitions)};\n"
    )


def _action(action: ActionSpec) -> dict[str, Any]:
    schemas = action.input["properties"]
    makes_key = action.idempotency == "key"
    fields = {
        name: field(name, schemas[name], required=name in action.input["required"])
        for name in everyday_first(action)
    }
    if action.changes:
        fields["deduplication_key"] = _deduplication_key(makes_key=makes_key)
    return {
        "name": action.name,
        "displayName": action.title,
        "description": action.description,
        "makesKey": makes_key,
        "fields": fields,
    }


def _deduplication_key(*, makes_key: bool) -> dict[str, Any]:
    made = "Blank: the same fields within 24 hours are one. " if makes_key else ""
    return {
        "kind": "text",
        "displayName": "Deduplication Key",
        "description": f"The same key is done once; the same key with other fields is refused. {made}"
        "Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the flow.",
        "required": False,
    }


def _trigger(catalog: Catalog, trigger: TriggerSpec) -> dict[str, Any]:
    fields = {
        one.name: field(one.name, {**schema, **({"x-options": one.options} if one.options else {})})
        for one, schema in filters_of(catalog, trigger.name)
    }
    return {
        "name": trigger.name,
        "displayName": trigger.title,
        "description": trigger.description,
        "fields": fields,
        "sample": {name: trigger.sample.get(name) for name in trigger.keys},
    }
