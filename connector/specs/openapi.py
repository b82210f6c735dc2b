"""OpenAPI 3.1 made from the catalogue: one operation for each action, one webhook for each trigger."""

from collections.abc import Mapping
from typing import Any

from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog
from connector.specs.openapi_parts import Schema, answers, taken
from connector.specs.openapi_routes import routes
from connector.specs.triggers import TriggerSpec

PROBLEM: Schema = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `detail` ends with what to do next.",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:tagih:problem:[a-z0-9_]+$"},
        "title": {"type": "string", "minLength": 1},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "minLength": 1},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": ["string", "null"]},
                },
                "required": ["field", "code", "detail"],
            },
        },
        "retryable": {"type": "boolean"},
        "request_id": {"type": "string", "minLength": 8},
    },
    "additionalProperties": False,
    "required": ["type", "title", "status", "detail", "code", "errors", "retryable", "request_id"],
}
KEY_HEADER: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body answers the first result again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"},
}


def openapi_of(
    catalog: Catalog, *, version: str, public_url: str, sandbox: bool = True, virtual: bool = True
) -> Schema:
    """The whole document; `sandbox` adds the emulator's routes, `virtual` the clock's."""
    schemas: dict[str, Schema] = {"Problem": _problem(catalog)}
    for name, properties in catalog.blocks.items():
        body = {"type": "object", "properties": dict(properties), "required": list(properties)}
        schemas[_pascal(name)] = {"title": catalog.block_titles.get(name, name), **body}
    for trigger in catalog.triggers.values():
        schemas[f"{_pascal(trigger.name)}Event"] = _lean(trigger.payload, catalog)
    paths: dict[str, Any] = {
        f"/v1/actions/{action.name}": {"post": _action(action, catalog)}
        for action in catalog.actions.values()
    }
    paths.update(routes(catalog, sandbox=sandbox, virtual=virtual))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tagih",
            "version": version,
            "summary": "The billing sequence as a drop-in connector.",
            "description": "Problems are RFC 9457 with a `code`; an expected ending is 200 with `result`.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": public_url.rstrip("/") or "/"}],
        "security": [{"key": []}],
        "tags": [{"name": name} for name in _tags(paths)],
        "paths": paths,
        "webhooks": {trigger.name: {"post": _event(trigger)} for trigger in catalog.triggers.values()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
            "responses": {
                "Problem": {
                    "description": "The request was refused; `code` says why.",
                    "content": {"application/problem+json": {"schema": _component("Problem")}},
                }
            },
        },
    }


def _problem(catalog: Catalog) -> Schema:
    """A problem with every code that there is."""
    codes = {"type": "string", "enum": sorted(catalog.problems)}
    return {**PROBLEM, "properties": {**PROBLEM["properties"], "code": codes}}


def _tags(paths: Mapping[str, Any]) -> list[str]:
    return sorted(
        {tag for path in paths.values() for operation in path.values() for tag in operation["tags"]}
    )


def _action(action: ActionSpec, catalog: Catalog) -> Schema:
    operation: Schema = {
        "operationId": action.name,
        "summary": action.title,
        "description": action.description,
        "tags": [action.noun],
        "x-scope": action.scope,
        "requestBody": taken(
            dict(action.input),
            example=action.example["input"],
            required=bool(action.input["required"] or "anyOf" in action.input),  # nothing at all is {}
        ),
        "responses": answers(_lean(action.output, catalog), example=action.example["output"]),
    }
    if action.changes:
        operation["parameters"] = [KEY_HEADER]
    return operation


def _event(trigger: TriggerSpec) -> Schema:
    schema = _component(f"{_pascal(trigger.name)}Event")
    return {
        "summary": trigger.title,
        "description": trigger.description,
        "requestBody": {"content": {"application/json": {"schema": schema, "example": trigger.sample}}},
        "responses": {"2XX": {"description": "Taken."}},
    }


def _lean(schema: Mapping[str, Any], catalog: Catalog) -> Schema:
    """The schema with its block as a reference, so that the invoice card stands once in the document."""
    plain = {key: value for key, value in schema.items() if key != "x-base"}
    plain["properties"] = {name: _inside(value, catalog) for name, value in schema["properties"].items()}
    name = schema.get("x-base")
    if name is None:
        return plain
    block = catalog.blocks[name]
    own = {k: v for k, v in plain["properties"].items() if k not in block or v != block[k]}
    rest = {**plain, "properties": own, "required": [k for k in schema["required"] if k not in block]}
    if not rest["required"]:
        del rest["required"]
    return {"allOf": [_component(_pascal(name)), rest]}


def _inside(schema: Mapping[str, Any], catalog: Catalog) -> Schema:
    if "properties" in schema:
        return _lean(schema, catalog)
    if "items" in schema:
        return {**schema, "items": _inside(schema["items"], catalog)}
    return dict(schema)


def _component(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _pascal(name: str) -> str:
    """
    >>> _pascal("invoice_card")
    'InvoiceCard'
    """
    return "".join(part.capitalize() for part in name.split("_"))
