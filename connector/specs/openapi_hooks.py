"""Subscriptions as OpenAPI tells them: who wants events, where they go, and what became of each."""

from typing import Any

from connector.domain.deliveries import DeliveryState
from connector.specs import hooks
from connector.specs.catalog import Catalog
from connector.specs.openapi_parts import TEXT, Schema, created, in_path, in_query, object_of, read, write

TAG = "webhooks"


def webhooks(catalog: Catalog) -> dict[str, Any]:
    """`/v1/webhooks`: Standard Webhooks 1.0, many per event."""
    by_id = in_path("id", None)
    made = hooks.subscription(**hooks.result("created", "unchanged"), secret=TEXT)
    changed = hooks.subscription(**hooks.result("updated", "unchanged"))
    removed = object_of(**hooks.result("deleted", "already_deleted"), id=TEXT)
    rotated = object_of(
        **hooks.result("rotated"), id=TEXT, secret=TEXT, former_accepted_until={"type": "string"}
    )
    states: Schema = {"type": "string", "enum": [state.value for state in DeliveryState]}
    return {
        "/v1/webhooks": {
            "get": read(
                "list_webhooks", "List Subscriptions", TAG, hooks.subscriptions_page(), in_query("url", TEXT)
            ),
            "post": write(
                "create_webhook",
                "Subscribe to Events",
                TAG,
                hooks.wanted(catalog),
                made,
                example=hooks.example(),
            ),
        },
        "/v1/webhooks/events/{event}": {
            "post": created(
                write(
                    "subscribe_to_event",
                    "Subscribe to One Event",
                    TAG,
                    hooks.wanted_of_one(catalog),
                    made,
                    in_path("event", sorted(catalog.triggers)),
                    example={"url": hooks.example()["url"]},
                )
            ),
        },
        "/v1/webhooks/{id}": {
            "get": read("read_webhook", "Read a Subscription", TAG, hooks.subscription(), by_id),
            "patch": write(
                "change_webhook",
                "Change a Subscription",
                TAG,
                hooks.changed(catalog),
                changed,
                by_id,
                example={"quiet": "off"},
                required=False,
            ),
            "delete": read("delete_webhook", "Unsubscribe", TAG, removed, by_id),
        },
        "/v1/webhooks/{id}/test": {
            "post": write(
                "test_webhook",
                "Send a Test Event",
                TAG,
                hooks.tested(catalog),
                hooks.tried(),
                by_id,
                example={},
                required=False,
            )
        },
        "/v1/webhooks/{id}/rotate-secret": {
            "post": write("rotate_webhook_secret", "Change the Signing Secret", TAG, None, rotated, by_id)
        },
        "/v1/webhooks/{id}/deliveries": {
            "get": read(
                "list_deliveries",
                "Read the Delivery Log",
                TAG,
                hooks.delivery_page(),
                by_id,
                in_query("state", states),
                in_query("after", TEXT),
                in_query("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
            )
        },
        "/v1/webhooks/{id}/replay": {
            "post": write(
                "replay_webhook",
                "Send Past Events Again",
                TAG,
                hooks.replayed(),
                object_of(
                    **hooks.result("queued"),
                    events={"type": "integer", "minimum": 0},
                    next_event_number=hooks.WHOLE_OR_NULL,
                ),
                by_id,
                example={"from_event_number": 1},
            )
        },
    }
