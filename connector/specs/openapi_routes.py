"""The routes around the actions, as OpenAPI tells them."""

from typing import Any

from connector.specs.catalog import Catalog
from connector.specs.checks import LIVE_LISTS
from connector.specs.openapi_parts import (
    Schema,
    in_path,
    in_query,
    object_of,
    page_of,
    read,
    without_key,
    write,
)

ANY: Schema = {"type": "object"}
TEXT: Schema = {"type": "string"}
BIGGEST = 2**63 - 1


def routes(catalog: Catalog, *, sandbox: bool, virtual: bool) -> dict[str, Any]:
    """Every path that is not an action."""
    found = {
        **_catalogue(catalog),
        **_events(catalog),
        **_imports(),
        **_recipes(),
        **_inbound(),
        **_operations(),
    }
    if virtual:
        found |= _clock()
    if sandbox:
        found |= _sandbox()
    return found


def _catalogue(catalog: Catalog) -> dict[str, Any]:
    lists = sorted({*catalog.lists, *LIVE_LISTS})
    overview = object_of(
        actions={"type": "array", "items": object_of(name=TEXT, title=TEXT, kind=TEXT)},
        triggers={"type": "array", "items": object_of(name=TEXT, title=TEXT)},
    )
    me = object_of(
        business_id=TEXT,
        business_name=TEXT,
        mode={"enum": ["sandbox", "live"]},
        version=TEXT,
        preset={"type": ["string", "null"]},
    )
    option: Schema = {"type": "array", "items": object_of(id=TEXT, label=TEXT)}
    return {
        "/openapi.json": {"get": without_key(read("openapi", "Read This Document", "catalogue", ANY))},
        "/v1/me": {"get": read("me", "Who Am I", "catalogue", me)},
        "/v1/specs": {"get": read("specs", "List Actions and Triggers", "catalogue", overview)},
        "/v1/specs/actions/{name}": {
            "get": read(
                "action_spec", "Read an Action", "catalogue", ANY, in_path("name", list(catalog.actions))
            )
        },
        "/v1/specs/triggers/{name}": {
            "get": read(
                "trigger_spec", "Read a Trigger", "catalogue", ANY, in_path("name", list(catalog.triggers))
            )
        },
        "/v1/options/{list}": {
            "get": read(
                "options",
                "List Choices",
                "catalogue",
                {"anyOf": [option, ANY]},  # template_fields answers a JSON Schema
                in_path("list", lists, example="recipes"),
                in_query("q", {"type": "string", "maxLength": 100}),
                in_query("template", {"type": "string", "maxLength": 120}, example="payment_reminder"),
            )
        },
    }


def _events(catalog: Catalog) -> dict[str, Any]:
    types = list(catalog.triggers)
    page = page_of({"$ref": "#/components/schemas/EventCommon"}, {"type": ["integer", "null"]})
    return {
        "/v1/events": {
            "get": read(
                "events",
                "List Events",
                "events",
                page,
                in_query("type", {"type": "string", "enum": types}),
                in_query("after", {"type": "integer", "minimum": 0, "maximum": BIGGEST}),
                in_query("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
            )
        },
        "/v1/triggers/{type}/samples": {
            "get": read("samples", "Samples of a Trigger", "events", page, in_path("type", types))
        },
    }


def _imports() -> dict[str, Any]:
    by_id = in_path("id", None, example="imp_sample")
    form = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "list": {"type": "string", "maxLength": 80},
        },
        "required": ["file"],
    }
    accept = {
        "anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "integer"}, "maxItems": 100_000}]
    }
    apply = {
        "type": "object",
        "properties": {"accept": accept, "preview_version": TEXT, "start": {"type": "boolean"}},
        "required": ["preview_version"],
    }
    upload = write("create_import", "Upload a Spreadsheet", "imports", None, ANY)
    upload["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    rejected = read("import_rejected", "Download Refused Rows", "imports", TEXT, by_id)
    rejected["responses"]["200"]["content"] = {"text/csv": {"schema": TEXT}}
    return {
        "/v1/imports": {"post": upload},
        "/v1/imports/{id}": {
            "get": read("read_import", "Read a Preview", "imports", ANY, by_id),
            "delete": {**read("delete_import", "Delete a Preview", "imports", ANY, by_id)},
        },
        "/v1/imports/{id}/apply": {
            "post": write("apply_import", "Apply a Preview", "imports", apply, ANY, by_id)
        },
        "/v1/imports/{id}/undo": {
            "post": write("undo_import", "Undo an Import", "imports", None, ANY, by_id)
        },
        "/v1/imports/{id}/rejected.csv": {"get": rejected},
    }


def _recipes() -> dict[str, Any]:
    put = write("put_recipe", "Import a Recipe", "recipes", None, ANY)
    put["requestBody"] = {
        "required": True,
        "content": {"application/yaml": {"schema": {"type": "string", "maxLength": 200_000}}},
    }
    name = in_path("name", None, example="kost")
    simulate = {
        "type": "object",
        "properties": {
            "due_date": {"type": "string", "format": "date"},
            "amount": {"type": ["string", "integer"]},
        },
    }
    return {
        "/v1/recipes": {"get": read("recipes", "List Recipes", "recipes", ANY), "post": put},
        "/v1/recipes/{name}/simulate": {
            "post": write("simulate_recipe", "See What a Recipe Does", "recipes", simulate, ANY, name)
        },
    }


def _inbound() -> dict[str, Any]:
    take = without_key(write("inbound", "Take a Webhook", "inbound", ANY, TEXT, in_path("source", None)))
    take["responses"]["200"]["content"] = {"text/plain": {"schema": TEXT}}
    confirm = without_key(
        read(
            "inbound_confirm",
            "Confirm a Webhook",
            "inbound",
            TEXT,
            in_path("source", None),
            *(in_query(name, TEXT) for name in ("hub.mode", "hub.verify_token", "hub.challenge")),
        )
    )
    confirm["responses"]["200"]["content"] = {"text/plain": {"schema": TEXT}}
    connection = in_path("connection", None)
    take_one = {
        **take,
        "operationId": "inbound_connection",
        "parameters": [*take["parameters"], connection],
    }
    return {
        "/in/{source}": {"get": confirm, "post": take},
        "/in/{source}/{connection}": {"post": take_one},
    }


def _operations() -> dict[str, Any]:
    ready = without_key(read("ready", "Is It Ready", "operations", object_of(status=TEXT, checks=ANY)))
    ready["responses"]["503"] = {**ready["responses"]["200"], "description": "Not ready."}
    metrics = read("metrics", "Read the Metrics", "operations", TEXT)
    metrics["responses"]["200"]["content"] = {"text/plain": {"schema": TEXT}}
    return {
        "/healthz": {"get": without_key(read("health", "Is It Alive", "operations", object_of(status=TEXT)))},
        "/readyz": {"get": ready},
        "/metrics": {"get": metrics},
    }


def _clock() -> dict[str, Any]:
    move = {
        "type": "object",
        "properties": {"advance": {"type": "string"}, "to": {"type": "string", "format": "date-time"}},
        "additionalProperties": False,
    }
    now = object_of(result=TEXT, now=TEXT, target=TEXT)
    operation = write(
        "move_clock", "Move the Virtual Clock", "sandbox", move, now, example={"advance": "PT1M"}
    )
    operation["responses"]["202"] = {**operation["responses"]["200"], "description": "On its way."}
    return {"/v1/sandbox/clock": {"post": operation}}


def _sandbox() -> dict[str, Any]:
    phone = in_path("phone", None, example="+6281234567890")
    fault = {
        "type": "object",
        "properties": {
            "provider": TEXT,
            "code": TEXT,
            "kind": TEXT,
            "rate": {"type": "number", "minimum": 0, "maximum": 1},
            "next": {"type": "integer", "minimum": 1},
            "phone": TEXT,
            "seconds": {"type": "number", "minimum": 0},
        },
        "required": ["provider"],
    }
    said = {
        "type": "object",
        "properties": {"phone": TEXT, "text": TEXT, "button": TEXT, "media": TEXT, "channel": TEXT},
        "required": ["phone"],
    }
    power = {"type": "object", "properties": {"on": {"type": "boolean"}}, "required": ["on"]}
    one_fault = {"provider": "whatsapp_cloud", "kind": "late", "next": 1}
    hello = {"phone": "+6281234567890", "text": "halo"}
    page = page_of(ANY, {"type": ["string", "null"]})
    return {
        "/v1/sandbox/power": {
            "get": read("read_power", "Is the Power On", "sandbox", power),
            "post": write("switch_power", "Switch the Power", "sandbox", power, ANY, example={"on": True}),
        },
        "/v1/sandbox/faults": {
            "get": read("faults", "List Faults", "sandbox", page_of(ANY, {"type": ["string", "null"]})),
            "post": write("make_fault", "Make a Fault", "sandbox", fault, ANY, example=one_fault),
            "delete": read("end_faults", "End All Faults", "sandbox", ANY),
        },
        "/v1/sandbox/reply": {
            "post": write("reply", "Reply as a Customer", "sandbox", said, ANY, example=hello)
        },
        "/v1/sandbox/phones/{phone}": {"get": read("phone", "Look at a Phone", "sandbox", page, phone)},
    }
