"""n8n: the resources, operations and fields of the Tagih node as literal TypeScript, so that its linter sees them.

Source of the rules: n8n's "node UI design" page and the linter of @n8n/node-cli (measured, platforms' notes).
"""

import re
from collections.abc import Mapping
from typing import Any

from connector.faces.shapes import (
    Schema,
    actions_on,
    choice_title,
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
# Long lists that a flow fills by mapping: a text box takes a number, a reference or an id.
_MAPPED = frozenset({"invoices", "customers", "cases", "promises", "claims", "charges", "plans", "payments"})
_LIST_HELP = (
    "Choose from the list, or specify an ID using an "
    '<a href="https://docs.n8n.io/code/expressions/">expression</a>'
)
_PAGINATION = {
    "type": "generic",
    "properties": {
        "continue": "={{ !!$response.body.next }}",
        "request": {"body": {"cursor": "={{ $response.body.next }}"}},
    },
}


def files(catalog: Catalog, version: str) -> Mapping[str, str]:
    """One file for each resource, one that joins them, one with the trigger's events."""
    nouns: dict[str, list[ActionSpec]] = {}
    for action in actions_on(catalog, "n8n"):
        nouns.setdefault(action.noun, []).append(action)
    found = {f"{FOLDER}/{noun}.ts": _resource(noun, actions) for noun, actions in nouns.items()}
    found[f"{FOLDER}/index.ts"] = _index(sorted(nouns, key=title_case))
    found[f"{FOLDER}/lists.ts"] = _lists(catalog)
    found[f"{FOLDER}/events.ts"] = _events(catalog)
    return found


# --- one resource -------------------------------------------------------------------------------------------


def _resource(noun: str, actions: list[ActionSpec]) -> str:
    operations = {
        "displayName": "Operation",
        "name": "operation",
        "type": "options",
        "noDataExpression": True,
        "displayOptions": {"show": {"resource": [noun]}},
        "options": [_operation(action) for action in sorted(actions, key=lambda a: a.title)],
        "default": sorted(actions, key=lambda a: a.title)[0].name,
    }
    fields = [field for action in actions for field in _fields(action)]
    return (
        f"{_HEAD}import type {{ INodeProperties }} from 'n8n-workflow';\n\n"
        "import { answered, prepared } from '../routing';\n\n"
        f"export const {_constant(noun)}: INodeProperties[] = {literal([operations, *fields])};\n"
    )


def _operation(action: ActionSpec) -> dict[str, Any]:
    return {
        "name": action.title,
        "value": action.name,
        "action": _sentence(action.title),
        "description": _help(action.description),
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
    fields = action.input["properties"]
    show = {"displayOptions": {"show": {"resource": [action.noun], "operation": [action.name]}}}
    required = [name for name in everyday_first(action) if name in action.input["required"]]
    more = [name for name in fields if name not in required and name not in ("limit", "cursor")]
    found = [{**_field(name, fields[name], required=True), **show} for name in required]
    found += [{**_field(name, fields[name]), **show} for name in more if "x-fields" in fields[name]]
    if "cursor" in fields:
        found += [{**one, **_merged(one, show)} for one in _paged()]
    collected = [_field(name, fields[name]) for name in more if "x-fields" not in fields[name]]
    if action.changes:
        collected.append(_dedupe())
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
            "routing": {"send": {"paginate": "={{ $value }}"}, "operations": {"pagination": _PAGINATION}},
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


def _dedupe() -> dict[str, Any]:
    return {
        "displayName": "Deduplication Key",
        "name": "deduplicationKey",
        "type": "string",
        "typeOptions": {"password": False},
        "default": "",
        "description": "The same key with the same fields is done once. Blank: made from the fields and the event.",
    }


# --- one field ----------------------------------------------------------------------------------------------


def _field(name: str, schema: Schema, *, required: bool = False) -> dict[str, Any]:
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
    help_text = _help(str(schema.get("description", "")))
    if "x-fields" in schema:
        return _mapper(name, schema)
    if choices(schema):
        options = [{"name": choice_title(name, value), "value": value} for value in choices(schema)]
        options.sort(key=lambda option: str(option["name"]))
        return {
            "type": "options",
            "options": options,
            "default": options[0]["value"],
            **_described(help_text),
        }
    if schema.get("x-options") and schema["x-options"] not in _MAPPED:
        method = {"loadOptionsMethod": method_of(schema["x-options"])}
        shown = title if title.endswith("Name or ID") else f"{title} Name or ID"
        return {
            "displayName": shown,
            "type": "options",
            "typeOptions": method,
            "default": "",
            "description": f"{help_text}. {_LIST_HELP}." if help_text else f"{_LIST_HELP}.",
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


def _mapper(name: str, schema: Schema) -> dict[str, Any]:
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
    lists = {f["x-options"] for f in fields if f.get("x-options") and f["x-options"] not in _MAPPED}
    methods = {method_of(name): name for name in sorted(lists)}
    return f"{_HEAD}export const LISTS = {literal(methods)} as const;\n"


def _events(catalog: Catalog) -> str:
    options = [
        {"name": trigger.title, "value": trigger.name, "description": trigger.description.rstrip(".")}
        for trigger in sorted(triggers_on(catalog, "n8n"), key=lambda t: t.title)
    ]
    return (
        f"{_HEAD}import type {{ INodePropertyOptions }} from 'n8n-workflow';\n\n"
        f"export const events: INodePropertyOptions[] = {literal(options)};\n"
    )


# --- words --------------------------------------------------------------------------------------------------


def _sentence(title: str) -> str:
    """The linter wants an operation's action in sentence case.

    >>> _sentence("Create or Update Invoice")
    'Create or update invoice'
    """
    first, *rest = title.split(" ")
    return " ".join([first, *(word if word.isupper() else word.lower() for word in rest)])


def _title(text: str) -> str:
    """The linter's spelling: ID and URL in capitals."""
    return re.sub(r"\b[Ii]d\b", "ID", re.sub(r"\b[Uu]rl\b", "URL", text))


def _help(text: str) -> str:
    """The linter wants one sentence without its full stop, several with theirs."""
    text = _title(text.strip())
    return text if ". " in text else text.rstrip(".")


def _described(text: str) -> dict[str, str]:
    return {"description": text} if text else {}


def _whether(title: str, text: str) -> str:
    """A box to tick is described by what ticking it means."""
    if text.lower().startswith("whether"):
        return text
    end = "" if text.endswith(".") or not text else "."
    return f"Whether to use {title}. {text}{end}".strip()


def _constant(noun: str) -> str:
    """The name of a resource's fields: never a word of the language, as `case` would be."""
    first, *rest = noun.split("_")
    return first + "".join(word.capitalize() for word in rest) + "Fields"
