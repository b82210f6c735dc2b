"""Power Automate, Logic Apps and Copilot Studio: OpenAPI 2.0 with Microsoft's extensions.

Source: learn.microsoft.com, "OpenAPI extensions for custom connectors" (x-ms-summary, x-ms-visibility,
x-ms-dynamic-values, x-ms-trigger, x-ms-notification-url, x-ms-notification-content).
"""

from collections.abc import Mapping
from typing import Any

from connector.faces.shapes import (
    Schema,
    actions_on,
    as_json,
    choices,
    everyday_first,
    kinds,
    may_be_null,
    triggers_on,
)
from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog
from connector.specs.triggers import TriggerSpec

TITLE = "Power Automate (OpenAPI 2.0)"
PATH = "docs/power-automate/apiDefinition.swagger.json"
_KEPT = ("minLength", "maxLength", "minimum", "maximum", "maxItems", "minItems", "pattern")
_FORMATS = {"date": "date", "date-time": "date-time", "uri": "uri", "email": "email"}


def files(catalog: Catalog, version: str) -> Mapping[str, str]:
    """The definition that "Import an OpenAPI file" takes; the host is filled in when the connector is made."""
    paths: dict[str, Any] = {}
    for action in actions_on(catalog, "api"):
        paths[f"/v1/actions/{action.name}"] = {"post": _action(action)}
    paths["/v1/options/{list}"] = {"get": _options()}
    for trigger in triggers_on(catalog, "api"):
        paths[f"/v1/webhooks/events/{trigger.name}"] = _trigger(trigger)
    paths["/v1/webhooks/{id}"] = {"delete": _unsubscribe()}
    document = {
        "swagger": "2.0",
        "info": {
            "title": "Tagih",
            "version": version,
            "description": "Sends invoices and reminders over WhatsApp and SMS: each text once, at a decent hour.",
        },
        "host": "tagih.example.com",
        "basePath": "/",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {
            "key": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "The word Bearer, a space, and the API key.",
            }
        },
        "security": [{"key": []}],
        "paths": paths,
        "definitions": {"Problem": _problem()},
    }
    return {PATH: as_json(document)}


def _action(action: ActionSpec) -> dict[str, Any]:
    fields = action.input["properties"]
    body = {
        "type": "object",
        "properties": {name: _field(fields[name]) for name in everyday_first(action)},
    }
    if action.input["required"]:
        body["required"] = list(action.input["required"])
    parameters: list[dict[str, Any]] = [{"name": "body", "in": "body", "required": True, "schema": body}]
    if action.changes:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "type": "string",
                "required": False,
                "x-ms-summary": "Deduplication Key",
                "x-ms-visibility": "advanced",
                "description": "The same key with the same body answers the first result again.",
            }
        )
    return {
        "operationId": _pascal(action.name),
        "summary": action.title,
        "description": action.description,
        "x-ms-visibility": "important" if "zapier" in action.surfaces else "none",
        "parameters": parameters,
        "responses": _answers(_schema(action.output)),
    }


def _trigger(trigger: TriggerSpec) -> dict[str, Any]:
    address = {"type": "string", "title": "URL", "x-ms-notification-url": True, "x-ms-visibility": "internal"}
    subscription = {"type": "object", "required": ["url"], "properties": {"url": address}}
    return {
        "x-ms-notification-content": {"description": trigger.description, "schema": _schema(trigger.payload)},
        "post": {
            "operationId": f"On{_pascal(trigger.name)}",
            "summary": trigger.title,
            "description": trigger.description,
            "x-ms-trigger": "single",
            "x-ms-visibility": "important" if "zapier" in trigger.surfaces else "none",
            "parameters": [{"name": "body", "in": "body", "required": True, "schema": subscription}],
            "responses": {"201": {"description": "Subscribed.", "schema": {"type": "object"}}},
        },
    }


def _options() -> dict[str, Any]:
    item = {"type": "object", "properties": {"id": {"type": "string"}, "label": {"type": "string"}}}
    return {
        "operationId": "ListChoices",
        "summary": "List Choices",
        "description": "The choices of a drop-down.",
        "x-ms-visibility": "internal",
        "parameters": [
            {"name": "list", "in": "path", "type": "string", "required": True, "x-ms-summary": "List"},
            {"name": "q", "in": "query", "type": "string", "required": False, "x-ms-summary": "Search"},
        ],
        "responses": _answers({"type": "array", "items": item}),
    }


def _unsubscribe() -> dict[str, Any]:
    return {
        "operationId": "Unsubscribe",
        "summary": "Unsubscribe",
        "description": "Ends a subscription; one that is gone already is fine.",
        "x-ms-visibility": "internal",
        "parameters": [
            {"name": "id", "in": "path", "type": "string", "required": True, "x-ms-summary": "Subscription"}
        ],
        "responses": {"200": {"description": "Ended."}},
    }


def _answers(schema: dict[str, Any]) -> dict[str, Any]:
    refused = {"description": "Refused, and why.", "schema": {"$ref": "#/definitions/Problem"}}
    return {"200": {"description": "Done.", "schema": schema}, "default": refused}


def _field(schema: Schema) -> dict[str, Any]:
    """One input as its form shows it."""
    found = _schema(schema)
    found["x-ms-summary"] = schema.get("title", "")
    if schema.get("x-advanced"):
        found["x-ms-visibility"] = "advanced"
    if "x-options" in schema:
        found["x-ms-dynamic-values"] = {
            "operationId": "ListChoices",
            "parameters": {"list": schema["x-options"]},
            "value-path": "id",
            "value-title": "label",
        }
    return found


def _schema(schema: Schema) -> dict[str, Any]:
    """JSON Schema 2020-12 in the words of OpenAPI 2.0: one type, null as x-nullable, no keyword that it lacks.

    A value of several types is told as text: the server reads both, and a form has one kind of box.
    """
    types = kinds(schema)
    kind = types[0] if len(types) == 1 else "string" if types else "object"
    found: dict[str, Any] = {"type": kind}
    for name in ("title", "description"):
        if schema.get(name):
            found[name] = schema[name]
    if may_be_null(schema):
        found["x-nullable"] = True
    if schema.get("format") in _FORMATS and kind == "string":
        found["format"] = _FORMATS[schema["format"]]
    if choices(schema):
        found["enum"] = choices(schema)
    elif "const" in schema:
        found["enum"] = [schema["const"]]
    found |= {name: schema[name] for name in _KEPT if name in schema and len(types) == 1}
    if kind == "object":
        found |= _inside(schema)
    if kind == "array":
        found["items"] = _schema(schema["items"]) if "items" in schema else {"type": "object"}
    return found


def _inside(schema: Schema) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "properties" in schema:
        found["properties"] = {name: _schema(inner) for name, inner in schema["properties"].items()}
        if schema.get("required"):
            found["required"] = list(schema["required"])
    elif isinstance(schema.get("additionalProperties"), Mapping):
        found["additionalProperties"] = _schema(schema["additionalProperties"])
    return found


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "title": text,
            "detail": {**text, "description": "What is wrong, and what to do next."},
            "code": text,
            "status": {"type": "integer"},
            "retryable": {"type": "boolean"},
            "request_id": text,
            "errors": {
                "type": "array",
                "items": {"type": "object", "properties": {"field": text, "code": text, "detail": text}},
            },
        },
    }


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
