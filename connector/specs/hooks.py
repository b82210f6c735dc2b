"""What the calls on subscriptions take and answer: one JSON Schema for the check at the door and for OpenAPI."""

from typing import Any

from connector.domain.deliveries import DeliveryState
from connector.domain.subscriptions import LONGEST_URL, NIGHT, SubscriptionState
from connector.domain.ticks import OVERDUE_DAYS
from connector.specs.catalog import Catalog
from connector.specs.openapi_parts import BIGGEST, TEXT, TEXT_OR_NULL, Schema, object_of, page_of

MOST_WORDS = 50
INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
WHOLE_OR_NULL: Schema = {"type": ["integer", "null"]}
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"


def _words(pattern: str | None = None, longest: int = 80) -> Schema:
    item: Schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {
        "type": "array",
        "items": item if pattern is None else {"type": "string", "pattern": pattern},
        "maxItems": MOST_WORDS,
        "uniqueItems": True,
    }


def _fields(catalog: Catalog) -> dict[str, Schema]:
    """Everything that may be said of a subscription, each with what it means."""
    days: Schema = {"type": "integer", "enum": list(OVERDUE_DAYS)}
    types: Schema = {"type": "string", "enum": sorted(catalog.triggers)}
    return {
        "url": {
            "type": "string",
            "pattern": "^https?://",
            "maxLength": LONGEST_URL,
            "description": "https on port 443 or 8443 to a public name, or a host:port that the operator allows.",
        },
        "events": {
            "type": "array",
            "items": types,
            "minItems": 1,
            "uniqueItems": True,
            "description": "Which events.",
        },
        "name": {**TEXT, "maxLength": 100, "description": "For people: what this is for."},
        "only_tags": {
            **_words(),
            "description": "Only what bears one of these words in the extra field `tag`.",
        },
        "only_recipes": {**_words(), "description": "Only invoices with one of these recipes."},
        "days_overdue": {
            "type": "array",
            "items": days,
            "uniqueItems": True,
            "description": "Of invoice_overdue only these thresholds.",
        },
        "reasons": {**_words("^[a-z0-9_]{1,40}$"), "description": "Of needs_human only these reasons."},
        "only_customers": {
            **_words("^cus_[A-Za-z0-9_]{1,60}$"),
            "description": "Only what is about these customers (customer_id).",
        },
        "once": {
            "type": "boolean",
            "description": "True: it ends with the first event that is received, as somebody who waits for one wants.",
        },
        "ends_at": {
            "type": "string",
            "format": "date-time",
            "description": "When it ends by itself, in real time.",
        },
        "quiet": {
            "type": "string",
            "pattern": f"^(off|{_TIME}-{_TIME})$",
            "default": NIGHT,
            "description": "Events wait until this is over, in the business's zone; safety passes. off: never.",
        },
        "language": {
            "type": "string",
            "enum": ["id", "en"],
            "description": "Of sentences. Default: the business's.",
        },
        "pii": {
            "type": "string",
            "enum": ["masked", "full"],
            "description": "Whether people's names and phones are shortened. Default and limit: what the key may see.",
        },
    }


def _optional(schema: Schema) -> Schema:
    """Null means not given, as everywhere."""
    changed = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        changed["enum"] = [*schema["enum"], None]
    return changed


def _closed(properties: dict[str, Schema], required: list[str]) -> Schema:
    known = {name: item if name in required else _optional(item) for name, item in properties.items()}
    return {"type": "object", "properties": known, "required": required, "additionalProperties": False}


def wanted(catalog: Catalog) -> Schema:
    """The body of POST /v1/webhooks."""
    return _closed(_fields(catalog), ["url", "events"])


def wanted_of_one(catalog: Catalog) -> Schema:
    """The body of POST /v1/webhooks/events/{event}: the event stands in the path."""
    fields = _fields(catalog)
    return _closed({name: fields[name] for name in fields if name != "events"}, ["url"])


def changed(catalog: Catalog) -> Schema:
    """The body of PATCH: what is left out stays."""
    active: Schema = {
        "type": "boolean",
        "description": "false stops it; true goes on, beginning with what has waited longest.",
    }
    return _closed({**_fields(catalog), "active": active}, [])


def tested(catalog: Catalog) -> Schema:
    return _closed({"type": {"type": "string", "enum": sorted(catalog.triggers)}}, [])


def replayed() -> Schema:
    """The body of POST .../replay: from an event's number, or from a time."""
    number: Schema = {"type": "integer", "minimum": 1, "maximum": BIGGEST}
    time: Schema = {"type": "string", "format": "date-time"}
    body = _closed({"from_event_number": number, "from_time": time}, [])
    return {**body, "anyOf": [{"required": ["from_event_number"]}, {"required": ["from_time"]}]}


# --- answers --------------------------------------------------------------------------------------------------


def subscription(**more: Schema) -> Schema:
    """One subscription as every call shows it; its secret only when it is made."""
    texts: Schema = {"type": "array", "items": TEXT}
    return object_of(
        **more,
        id=TEXT,
        url=TEXT,
        name=TEXT_OR_NULL,
        events=texts,
        only_tags=texts,
        only_recipes=texts,
        days_overdue={"type": "array", "items": {"type": "integer"}},
        reasons=texts,
        only_customers=texts,
        once={"type": "boolean"},
        ends_at=INSTANT_OR_NULL,
        quiet=TEXT,
        language=TEXT_OR_NULL,
        pii={"enum": ["masked", "full"]},
        state={"enum": [state.value for state in SubscriptionState]},
        state_reason=TEXT_OR_NULL,
        state_text=TEXT_OR_NULL,
        failing_since=INSTANT_OR_NULL,
        next_attempt_at=INSTANT_OR_NULL,
        last_delivered_at=INSTANT_OR_NULL,
        waiting={"type": "integer", "minimum": 0},
        created_at=INSTANT_OR_NULL,
    )


def result(*words: str) -> dict[str, Schema]:
    return {"result": {"enum": list(words)}, "result_text": TEXT}


def subscriptions_page() -> Schema:
    return page_of(subscription(), {"type": "null"})


def tried() -> Schema:
    """What came of a test."""
    return object_of(
        **result("delivered", "failed", "queued"), delivery_id=TEXT, event_id=TEXT, status_code=WHOLE_OR_NULL
    )


def delivery_page() -> Schema:
    delivery = object_of(
        delivery_id=TEXT,
        event_id=TEXT,
        event_number=WHOLE_OR_NULL,
        type=TEXT,
        state={"enum": [state.value for state in DeliveryState]},
        test={"type": "boolean"},
        replay={"type": "boolean"},
        attempts={"type": "integer", "minimum": 0},
        created_at=INSTANT_OR_NULL,
        first_attempt_at=INSTANT_OR_NULL,
        last_attempt_at=INSTANT_OR_NULL,
        next_attempt_at=INSTANT_OR_NULL,
        delivered_at=INSTANT_OR_NULL,
        status_code=WHOLE_OR_NULL,
        error_text=TEXT_OR_NULL,
        answer_text=TEXT_OR_NULL,
    )
    return page_of(delivery, TEXT_OR_NULL)


def example() -> dict[str, Any]:
    return {
        "url": "https://n8n.example.com/webhook/3f9c",
        "events": ["needs_human", "payment_received"],
        "name": "Owner's chat",
    }
