"""n8n: the resources, operations and fields of the Tagih node as literal TypeScript, so that its linter sees them.

Source of the rules: n8n's "node UI design" page and the linter of @n8n/node-cli (measured, platforms' notes).
"""

import re
from collections.abc import Mapping
from typing import Any

from connector.faces import n8n_own
from connector.faces.n8n_fields import MAPPED, and_then, field, help_of, mapper, method_of, sentence
from connector.faces.shapes import (
    Schema,
    actions_on,
    choices,
    everyday_first,
    kinds,
    title_case,
    triggers_on,
)
from connector.faces.typescript import Code, literal
from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog

TITLE = "n8n"
FOLDER = "n8n-nodes/nodes/Tagih/generated"
_HEAD = "// Made from specs/ by `make generate`; do not edit it here.\n"
_ROUTING = ("answered", "downloaded", "everyPage", "prepared")
# One call for all items at once, whose entries come back as items.
_BATCHED = {"import_rows": "rows"}
# Where nothing is required, these are what a person looks for first.
_FIRST = ("invoice", "customer", "case", "amount")
_VARIABLES: Schema = {"x-fields": {"list": "template_fields", "from": "template"}}


def files(catalog: Catalog, version: str) -> Mapping[str, str]:
    """One file for each resource, one that joins them, one with the trigger's events."""
    nouns: dict[str, list[ActionSpec]] = {}
    for action in actions_on(catalog, "n8n"):
        nouns.setdefault(action.noun, []).append(action)
    found = {f"{FOLDER}/{noun}.ts": _resource(noun, actions) for noun, actions in nouns.items()}
    found[f"{FOLDER}/{n8n_own.FILE}.ts"] = _own_resource()
    found[f"{FOLDER}/index.ts"] = _index(sorted([*nouns, n8n_own.FILE], key=title_case))
    found[f"{FOLDER}/lists.ts"] = _lists(catalog)
    found[f"{FOLDER}/events.ts"] = _events(catalog)
    return found


# --- one resource -------------------------------------------------------------------------------------------


def _resource(noun: str, actions: list[ActionSpec]) -> str:
    options = [_operation(action) for action in actions]
    waits = noun == "message"
    if waits:
        options.append(n8n_own.wait_operation())
    options.sort(key=lambda option: str(option["name"]))
    operations = {
        "displayName": "Operation",
        "name": "operation",
        "type": "options",
        "noDataExpression": True,
        "displayOptions": {"show": {"resource": [noun]}},
        "options": options,
        "default": options[0]["value"],
    }
    fields = [field for action in actions for field in _fields(action)]
    if waits:
        fields += n8n_own.wait_fields(mapper("variables", _VARIABLES))
    return _file(noun, [operations, *fields])


def _own_resource() -> str:
    return _file(n8n_own.FILE, n8n_own.file_fields())


def _file(noun: str, fields: list[dict[str, Any]]) -> str:
    text = literal(fields)
    used = ", ".join(name for name in _ROUTING if re.search(rf"\b{name}\b,?\n", text))
    imports = f"import {{ {used} }} from '../routing';\n\n" if used else ""
    return (
        f"{_HEAD}import type {{ INodeProperties }} from 'n8n-workflow';\n\n{imports}"
        f"export const {_constant(noun)}: INodeProperties[] = {text};\n"
    )


def _operation(action: ActionSpec) -> dict[str, Any]:
    shown = {
        "name": action.title,
        "value": action.name,
        "action": sentence(action.title),
        "description": help_of(action.description),
    }
    if action.name in _BATCHED:
        return {**shown, "description": and_then(shown["description"], "All incoming items go as one call.")}
    return {
        **shown,
        "routing": {
            "request": {
                "method": "POST",
                "url": f"/v1/actions/{action.name}",
                "ignoreHttpStatusErrors": True,
            },
            "send": {"preSend": [Code("prepared")]},
            "output": {"postReceive": [Code("answered")]},
        },
    }


def _fields(action: ActionSpec) -> list[dict[str, Any]]:
    batched = _BATCHED.get(action.name)
    fields = {name: item for name, item in action.input["properties"].items() if name != batched}
    show = {"displayOptions": {"show": {"resource": [action.noun], "operation": [action.name]}}}
    required = [
        name for name in everyday_first(action) if name in action.input["required"] and name in fields
    ]
    first = [name for name in _FIRST if name in fields] if not required and action.changes else []
    more = [name for name in fields if name not in required and name not in ("limit", "cursor")]
    found = [{**field(name, fields[name], required=True), **show} for name in required]
    found += [{**field(name, fields[name]), **show} for name in first]
    more = [name for name in more if name not in first]
    found += [{**field(name, fields[name]), **show} for name in more if "x-fields" in fields[name]]
    if "cursor" in fields:
        found += [{**one, **_merged(one, show)} for one in _paged()]
    collected = [field(name, fields[name]) for name in more if "x-fields" not in fields[name]]
    if action.changes:
        collected.append(_dedupe())
    if batched:
        collected.append(_output())
    if collected:
        found.append(
            {
                "displayName": "Additional Fields",
                "name": "additionalFields",
                "type": "collection",
                "placeholder": "Add Field",
                "default": {},
                **show,
                "options": sorted(collected, key=lambda one: str(one["displayName"]).lower()),
            }
        )
    return found


def _merged(one: Mapping[str, Any], show: Mapping[str, Any]) -> dict[str, Any]:
    """The display options of a field that depends on another one of its operation."""
    own = one.get("displayOptions", {}).get("show", {})
    return {"displayOptions": {"show": {**show["displayOptions"]["show"], **own}}}


def _paged() -> list[dict[str, Any]]:
    return [
        {
            "displayName": "Return All",
            "name": "returnAll",
            "type": "boolean",
            "default": False,
            "description": "Whether to return all results or only up to a given limit",
            "routing": {
                "send": {"paginate": "={{ $value }}"},
                "operations": {"pagination": Code("everyPage")},
            },
        },
        {
            "displayName": "Limit",
            "name": "limit",
            "type": "number",
            "typeOptions": {"minValue": 1, "maxValue": 100},
            "default": 50,
            "description": "Max number of results to return",
            "displayOptions": {"show": {"returnAll": [False]}},
            "routing": {"send": {"type": "body", "property": "limit"}},
        },
    ]


def _output() -> dict[str, Any]:
    """What a call for many items gives: its entries, or what it says of the whole."""
    return {
        "displayName": "Output",
        "name": "output",
        "type": "options",
        "options": [
            {"name": "One Item per Row", "value": "rows"},
            {"name": "Summary", "value": "summary"},
        ],
        "default": "rows",
        "description": "What leaves the node",
    }


def _dedupe() -> dict[str, Any]:
    return {
        "displayName": "Deduplication Key",
        "name": "deduplicationKey",
        "type": "string",
        "typeOptions": {"password": False},
        "default": "",
        "description": "The same key with the same fields is done once within 24 hours. Blank: made by itself.",
    }


# --- the other files ----------------------------------------------------------------------------------------


def _index(nouns: list[str]) -> str:
    resource = {
        "displayName": "Resource",
        "name": "resource",
        "type": "options",
        "noDataExpression": True,
        "options": [{"name": title_case(noun), "value": noun} for noun in nouns],
        "default": "invoice" if "invoice" in nouns else nouns[0],
    }
    imports = "".join(f"import {{ {_constant(noun)} }} from './{noun}';\n" for noun in sorted(nouns))
    spread = "".join(f"\t...{_constant(noun)},\n" for noun in nouns)
    return (
        f"{_HEAD}import type {{ INodeProperties }} from 'n8n-workflow';\n\n{imports}\n"
        f"const resource: INodeProperties = {literal(resource)};\n\n"
        f"export const properties: INodeProperties[] = [\n\tresource,\n{spread}];\n"
    )


def _lists(catalog: Catalog) -> str:
    """Which list each method loads."""
    fields = [f for a in actions_on(catalog, "n8n") for f in a.input["properties"].values()]
    lists = {f["x-options"] for f in fields if f.get("x-options") and f["x-options"] not in MAPPED}
    methods = {method_of(name): name for name in sorted(lists)}
    # Only these need a key to be done once; the others know by themselves what was done already.
    keyed = sorted(a.name for a in actions_on(catalog, "n8n") if a.idempotency == "key")
    typed = sorted({name for a in actions_on(catalog, "n8n") for name in _json_fields(a)})
    dates, texts = _dates_and_texts(catalog)
    return (
        f"{_HEAD}export const LISTS = {literal(methods)} as const;\n\n"
        f"export const KEYED: string[] = {literal(keyed)};\n\n"
        f"export const JSON_FIELDS: string[] = {literal(typed)};\n\n"
        f"export const DATE_FIELDS: string[] = {literal(dates)};\n\n"
        f"export const TEXT_FIELDS: string[] = {literal(texts)};\n"
    )


def _dates_and_texts(catalog: Catalog) -> tuple[list[str], list[str]]:
    """The fields, also those inside a list, that take a day, and those that take nothing but text.

    A cell of a sheet may be a number, and a date of n8n has a time of day: the node makes of them what was meant.
    """
    found: dict[str, set[str]] = {}
    for action in actions_on(catalog, "n8n"):
        for name, schema in action.input["properties"].items():
            if name == _BATCHED.get(action.name):
                continue
            inner = schema.get("items", {})
            for field_name, one in ((name, schema), (name, inner), *inner.get("properties", {}).items()):
                if "type" in one:
                    found.setdefault(field_name, set()).add(_taken(one))
    alike = {name: kinds_of for name, kinds_of in found.items() if kinds_of <= {"text", "list"}}
    return sorted(n for n, k in found.items() if k == {"date"}), sorted(
        n for n, k in alike.items() if "text" in k
    )


def _taken(schema: Schema) -> str:
    """What a field takes, as far as the node must know."""
    if kinds(schema) == ["string"] and not schema.get("x-money"):
        return "date" if schema.get("format") == "date" else "text"
    return "list" if kinds(schema) == ["array"] else "other"


def _json_fields(action: ActionSpec) -> list[str]:
    """What a person types as JSON."""
    return [
        name
        for name, schema in action.input["properties"].items()
        if "array" in kinds(schema) and not choices(schema) and name != _BATCHED.get(action.name)
    ]


def _events(catalog: Catalog) -> str:
    options = [
        {"name": trigger.title, "value": trigger.name, "description": trigger.description.rstrip(".")}
        for trigger in sorted(triggers_on(catalog, "n8n"), key=lambda t: t.title)
    ]
    return (
        f"{_HEAD}import type {{ INodePropertyOptions }} from 'n8n-workflow';\n\n"
        f"export const events: INodePropertyOptions[] = {literal(options)};\n"
    )


def _constant(noun: str) -> str:
    """The name of a resource's fields: never a word of the language, as `case` would be."""
    first, *rest = noun.split("_")
    return first + "".join(word.capitalize() for word in rest) + "Fields"
