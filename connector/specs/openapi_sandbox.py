"""The sandbox's calls as OpenAPI tells them: the virtual clock, power, faults, phones and replies."""

from typing import Any

from connector.specs.openapi_parts import (
    TEXT,
    TEXT_OR_NULL,
    Schema,
    in_path,
    in_query,
    object_of,
    page_of,
    read,
    write,
)

PROVIDERS = ["whatsapp_cloud", "sandbox_sms"]
FAULTS = (
    "code", "refused", "network", "lost_answer", "timeout", "failed", "late", "duplicate", "out_of_order",
    "batches", "silent",
)  # fmt: skip
NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}


def clock() -> dict[str, Any]:
    """`/v1/sandbox/clock`: there whenever the clock is virtual."""
    move = {
        "type": "object",
        "properties": {"advance": TEXT, "to": {"type": "string", "format": "date-time"}},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    instant: Schema = {"type": "string", "format": "date-time"}
    now = object_of(result={"enum": ["arrived", "walking"]}, now=instant, target=instant)
    operation = write(
        "move_clock", "Move the Virtual Clock", "sandbox", move, now, example={"advance": "PT1M"}
    )
    operation["responses"]["202"] = {**operation["responses"]["200"], "description": "On its way."}
    return {"/v1/sandbox/clock": {"post": operation}}


def sandbox_routes() -> dict[str, Any]:
    """The emulator's own controls; absent when live."""
    power = object_of(on={"type": "boolean"})
    switched = object_of(result={"const": "switched"}, on={"type": "boolean"})
    return {
        "/v1/sandbox/power": {
            "get": read("read_power", "Is the Power On", "sandbox", power),
            "post": write(
                "switch_power", "Switch the Power", "sandbox", power, switched, example={"on": True}
            ),
        },
        **_faults(),
        **_phones(),
    }


def _faults() -> dict[str, Any]:
    wanted = {
        "type": "object",
        "properties": {
            "provider": {"type": "string", "enum": [*PROVIDERS, "whatsapp", "sms"]},
            "code": {"type": ["string", "integer", "null"], "description": "Of the provider, like 131026."},
            "kind": {"enum": [*FAULTS, None]},
            "rate": {**NUMBER_OR_NULL, "minimum": 0, "maximum": 1},
            "next": {"type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000},
            "phone": TEXT_OR_NULL,
            "seconds": {**NUMBER_OR_NULL, "minimum": 0, "maximum": 10_000_000},
        },
        "anyOf": [{"required": ["code"]}, {"required": ["kind"]}],
    }
    fault = {
        "id": TEXT,
        "provider": {"enum": PROVIDERS},
        "code": TEXT_OR_NULL,
        "kind": {"enum": list(FAULTS)},
        "rate": NUMBER_OR_NULL,
        "next": {"type": ["integer", "null"]},
        "phone": TEXT_OR_NULL,
        "seconds": NUMBER_OR_NULL,
    }
    removed = object_of(result={"const": "removed"}, removed={"type": "integer", "minimum": 0})
    example = {"provider": "whatsapp_cloud", "kind": "late", "next": 1}
    made = object_of(result={"const": "created"}, **fault)
    page = page_of(object_of(**fault), {"type": "null"})
    return {
        "/v1/sandbox/faults": {
            "get": read("faults", "List Faults", "sandbox", page),
            "post": write("make_fault", "Make a Fault", "sandbox", wanted, made, example=example),
            "delete": read("end_faults", "End All Faults", "sandbox", removed),
        }
    }


def _phones() -> dict[str, Any]:
    number = in_path("phone", None, example="+6281234567890")
    said = {
        "type": "object",
        "properties": {
            "phone": {"type": "string", "minLength": 1},
            "text": TEXT_OR_NULL,
            "button": TEXT_OR_NULL,
            "media": {"type": ["string", "object", "null"]},
            "in_answer_to": TEXT_OR_NULL,
            "channel": {"enum": ["whatsapp", "sms", None]},
        },
        "required": ["phone"],
    }
    queued = object_of(result={"const": "queued"}, message_id=TEXT)
    message = object_of(
        message_id=TEXT,
        provider_id=TEXT,
        at={"type": "string", "format": "date-time"},
        channel=TEXT,
        text=TEXT,
        buttons={"type": ["array", "null"]},
        status=TEXT,
    )
    hello = {"phone": "+6281234567890", "text": "halo"}
    page = page_of(message, TEXT_OR_NULL)
    return {
        "/v1/sandbox/reply": {
            "post": write("reply", "Reply as a Customer", "sandbox", said, queued, example=hello)
        },
        "/v1/sandbox/phones/{phone}": {
            "get": read("phone", "Look at a Phone", "sandbox", page, number, in_query("after", TEXT))
        },
    }
