"""The routes around the actions, as OpenAPI tells them."""

from typing import Any

from connector.specs.catalog import Catalog
from connector.specs.checks import LIVE_LISTS
from connector.specs.openapi_files import imports_and_recipes
from connector.specs.openapi_hooks import webhooks
from connector.specs.openapi_parts import (
    ANY,
    BIGGEST,
    TEXT,
    Schema,
    in_path,
    in_query,
    object_of,
    page_of,
    read,
    without_key,
    write,
)
from connector.specs.openapi_sandbox import clock, sandbox_routes


def routes(catalog: Catalog, *, sandbox: bool, virtual: bool) -> dict[str, Any]:
    """Every path that is not an action."""
    found = {
        **_catalogue(catalog),
        **_events(catalog),
        **imports_and_recipes(catalog),
        **webhooks(catalog),
        **_inbound(),
        **_operations(),
    }
    if virtual:
        found |= clock()
    if sandbox:
        found |= sandbox_routes()
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
                in_query("q", TEXT),
                in_query("template", TEXT, example="payment_reminder"),
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
    ready = without_key(
        read(
            "ready", "Is It Ready", "operations", object_of(status={"enum": ["ok", "not_ready"]}, checks=ANY)
        )
    )
    ready["responses"]["503"] = {**ready["responses"]["200"], "description": "Not ready."}
    metrics = without_key(read("metrics", "Read the Metrics", "operations", TEXT))
    metrics["responses"]["200"]["content"] = {"text/plain": {"schema": TEXT}}
    return {
        "/healthz": {"get": without_key(read("health", "Is It Alive", "operations", object_of(status=TEXT)))},
        "/readyz": {"get": ready},
        "/metrics": {"get": metrics},
    }
