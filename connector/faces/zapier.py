"""Zapier: creates, searches, hook triggers and drop-downs as JSON; the app's thin shell only adds functions.

Each operation is written as {"definition": what Zapier reads, "shape": what the shell needs to know beside it}.
"""

from collections.abc import Mapping
from typing import Any

from connector.faces.filters import filters_of
from connector.faces.shapes import (
    Schema,
    actions_on,
    as_json,
    everyday_first,
    title_case,
    triggers_on,
)
from connector.faces.zapier_fields import (
    MORE,
    choices_of,
    input_field,
    list_key,
    output_fields,
    sample_of,
)
from connector.faces.zapier_page import page
from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog
from connector.specs.triggers import TriggerSpec

TITLE = "Zapier"
FOLDER = "zapier/generated"
PAGE = "docs/zapier-fields.md"


# A search and the create that makes what it did not find.
_OR_CREATE = {"get_invoice": "create_invoice", "find_customer": "upsert_customer"}
_NOT_SHOWN = frozenset({"cursor"})  # a Zap has no next page

Operation = dict[str, Any]


def files(catalog: Catalog, version: str) -> Mapping[str, str]:
    """The five files that the shell joins, and the page that tells every field."""
    actions = actions_on(catalog, "zapier")
    triggers = triggers_on(catalog, "zapier")
    made = {
        "creates": {a.name: _create(a) for a in actions if a.changes},
        "searches": {a.name: _search(a) for a in actions if not a.changes},
        "triggers": {t.name: _trigger(catalog, t) for t in triggers},
    }
    made["searchOrCreates"] = _search_or_creates(made)
    made["lists"] = {list_key(name): _list(name) for name in _lists(made)}
    found = {f"{FOLDER}/{name}.json": as_json(operations) for name, operations in made.items()}
    return found | {PAGE: page(made)}


# --- actions ------------------------------------------------------------------------------------------------


def _create(action: ActionSpec) -> Operation:
    fields = [*_inputs(action), *_own_fields(action)]
    outputs, sample = output_fields(action.output), sample_of(action.output, action.example["output"])
    if action.idempotency == "key":
        outputs.append({"key": "was_repeated", "label": "Was Repeated", "type": "boolean"})
        sample["was_repeated"] = False
    shape = _shape(action) | {"makes_key": action.idempotency == "key"}
    return _operation(action, fields, outputs, sample, shape)


def _search(action: ActionSpec) -> Operation:
    """A search answers a list: the items of a page, or the one card."""
    schema: Schema = action.output
    example: Mapping[str, Any] = action.example["output"]
    listed = "items" in schema["properties"]
    if listed:
        schema, example = schema["properties"]["items"]["items"], (example["items"] or [{}])[0]
    outputs, sample = output_fields(schema), sample_of(schema, example)
    return _operation(action, _inputs(action), outputs, sample, _shape(action) | {"listed": listed})


def _operation(
    action: ActionSpec,
    fields: list[dict[str, Any]],
    outputs: list[dict[str, Any]],
    sample: dict[str, Any],
    shape: dict[str, Any],
) -> Operation:
    operation: dict[str, Any] = {"cleanInputData": False, "inputFields": fields}
    if any(field.get("group") for field in fields):
        operation["inputFieldGroups"] = [{"key": MORE, "label": "More Options"}]
    definition = {
        "key": action.name,
        "noun": title_case(action.noun),
        "display": {"label": action.title, "description": action.description},
        "operation": operation | {"outputFields": outputs, "sample": sample},
    }
    return {"definition": definition, "shape": shape}


def _inputs(action: ActionSpec) -> list[dict[str, Any]]:
    """The fields as a form shows them; those that the server knows are loaded when their parent is chosen."""
    fields = action.input["properties"]
    parents = {schema["x-fields"]["from"] for schema in fields.values() if "x-fields" in schema}
    found = []
    for name in everyday_first(action):
        if name in _NOT_SHOWN or "x-fields" in fields[name]:
            continue
        field = input_field(name, fields[name], required=name in action.input["required"], search=True)
        if field.get("search", "").startswith(f"{action.name}."):
            del field["search"]
        found.append(field | ({"altersDynamicFields": True} if name in parents else {}))
    return found


def _own_fields(action: ActionSpec) -> list[dict[str, Any]]:
    """What only Zapier needs: a key against doing it twice, and the results that stop the Zap."""
    made = "Blank: the same fields within 24 hours are one. " if action.idempotency == "key" else ""
    found: list[dict[str, Any]] = [
        {
            "key": "deduplication_key",
            "label": "Deduplication Key",
            "helpText": f"The same key is done once; the same key with other fields is refused. {made}"
            "Good: the Event ID of a Tagih trigger, or the id of the row or payment that started the Zap.",
            "required": False,
            "type": "string",
            "group": MORE,
        }
    ]
    if len(action.results) > 1:
        found.append(
            {
                "key": "halt_on",
                "label": "Stop the Zap on These Results",
                "helpText": "These results end the run quietly, without an error. "
                "Blank: every result goes on to the next step.",
                "required": False,
                "type": "string",
                "list": True,
                "choices": choices_of("result", {"enum": list(action.results)}),
                "group": MORE,
            }
        )
    return found


def _shape(action: ActionSpec) -> dict[str, Any]:
    """What the shell does to the fields before they leave, by the keys of the form."""
    fields = action.input["properties"]
    lines = {
        f"{name}__{inner}": schema
        for name, parent in fields.items()
        for inner, schema in parent.get("items", {}).get("properties", {}).items()
    }
    every = {**fields, **lines}
    return {
        "dates": [name for name, schema in every.items() if schema.get("format") == "date"],
        "files": [name for name, schema in fields.items() if schema.get("x-file")],
        "loaded": {name: dict(schema["x-fields"]) for name, schema in fields.items() if "x-fields" in schema},
    }


def _search_or_creates(made: Mapping[str, Mapping[str, Operation]]) -> dict[str, Operation]:
    found = {}
    for search, create in _OR_CREATE.items():
        if search in made["searches"] and create in made["creates"]:
            noun = made["searches"][search]["definition"]["noun"]
            display = {
                "label": f"Find or Create {noun}",
                "description": f"Finds {_article(noun)} {noun.lower()}, or creates one.",
            }
            found[search] = {
                "definition": {"key": search, "display": display, "search": search, "create": create}
            }
    return found


# --- triggers and drop-downs --------------------------------------------------------------------------------


def _trigger(catalog: Catalog, trigger: TriggerSpec) -> Operation:
    sample = {name: trigger.sample.get(name) for name in trigger.keys}
    outputs = output_fields(trigger.payload)
    outputs[0] |= {"primary": True}  # event_id: the same event has it in every attempt
    definition = {
        "key": trigger.name,
        "noun": title_case(trigger.noun),
        "display": {"label": trigger.title, "description": trigger.description},
        "operation": {
            "type": "hook",
            "cleanInputData": False,
            "inputFields": _filters(catalog, trigger.name),
            "outputFields": outputs,
            "sample": sample,
        },
    }
    return {"definition": definition}


def _filters(catalog: Catalog, trigger: str) -> list[dict[str, Any]]:
    found = []
    for one, schema in filters_of(catalog, trigger):
        field = input_field(one.name, schema, required=False, search=False)
        found.append(field | ({"dynamic": f"{list_key(one.options)}.id.label"} if one.options else {}))
    return found


def _lists(made: Mapping[str, Mapping[str, Operation]]) -> list[str]:
    """Every list that some drop-down uses, also those inside line items."""
    used = set()
    for operations in made.values():
        for operation in operations.values():
            for field in operation["definition"].get("operation", {}).get("inputFields", ()):
                for one in (field, *field.get("children", ())):
                    if "dynamic" in one:
                        used.add(one["dynamic"].split(".")[0].removeprefix("list_"))
    return sorted(used)


def _list(name: str) -> Operation:
    title = title_case(name)
    fields = [
        {"key": "id", "label": "ID", "type": "string", "primary": True},
        {"key": "label", "label": "Label", "type": "string"},
    ]
    definition = {
        "key": list_key(name),
        "noun": title,
        "display": {
            "label": f"List of {title}",
            "description": f"Triggers when the drop-down of {title.lower()} is opened.",
            "hidden": True,
        },
        "operation": {
            "type": "polling",
            "cleanInputData": False,
            "outputFields": fields,
            "sample": {"id": "sample", "label": "Sample"},
        },
    }
    return {"definition": definition, "shape": {"options": name}}


def _article(noun: str) -> str:
    return "an" if noun[:1].lower() in "aeiou" else "a"
