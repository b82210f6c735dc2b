"""The sandbox's calls below /v1/sandbox: phones, replies, faults, power. Absent when live."""

import base64
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from connector.clock import from_ms
from connector.domain.phones import parse_phone
from connector.domain.problems import Invalid, Problem
from connector.providers.strict_json import Unreadable, read_json
from connector.providers.whatsapp_webhook import MEDIA
from connector.sandbox.emulator import SMS, WHATSAPP, Settings
from connector.sandbox.faults import Trouble, fault_of
from connector.sandbox.graph_rules import phone_in
from connector.sandbox.replies import NoSuchButton, Typed, reply
from connector.store import control as control_row
from connector.store import emulator as rows
from connector.store.db import Store, Tx

View = Callable[..., Any]
Guard = Callable[[str], Callable[[View], View]]  # scope -> decorator of the view
PROVIDERS = {"whatsapp": WHATSAPP, WHATSAPP: WHATSAPP, "sms": SMS, SMS: SMS}
CHANNELS = {WHATSAPP: "whatsapp", SMS: "sms"}
PAGE = 200
_BODY_LIMIT = 64 * 1024
MEDIA_LIMIT = 1024 * 1024  # a person's file comes as base64
_CODE = re.compile(r"\d{1,9}|[a-z][a-z0-9_]{0,38}")


def make_control(store: Store, guard: Guard, settings: Settings) -> Blueprint:
    """The routes; `guard(scope)` asks whether the key may."""
    control = Blueprint("sandbox_control", __name__)

    @control.get("/v1/sandbox/phones/<phone>")
    @guard("read_pii")
    def phone_messages(phone: str) -> Response:
        number = phone_given(phone)
        with store.read() as tx:
            return jsonify(phone_page(tx, number, request.args.get("after")))

    @control.post("/v1/sandbox/reply")
    @guard("admin")
    def person_replies() -> Response:
        typed = typed_given(_body(MEDIA_LIMIT))
        with store.write() as tx:
            message_id = person_does(tx, typed, settings)
        return jsonify({"result": "queued", "message_id": message_id})

    @control.get("/v1/sandbox/faults")
    @guard("read")
    def list_faults() -> Response:
        with store.read() as tx:
            return jsonify({"items": [_shown(row) for row in rows.faults(tx)], "next": None})

    @control.post("/v1/sandbox/faults")
    @guard("admin")
    def make_fault() -> Response:
        values = fault_given(_body())
        with store.write() as tx:
            fault_id = rows.add_fault(tx, values)
            found = next(row for row in rows.faults(tx) if row.id == fault_id)
        return jsonify({"result": "created", **_shown(found)})

    @control.delete("/v1/sandbox/faults")
    @control.delete("/v1/sandbox/faults/<fault_id>")
    @guard("admin")
    def end_faults(fault_id: str | None = None) -> Response:
        with store.write() as tx:
            ended = rows.remove_faults(tx, fault_id)
        return jsonify({"result": "removed", "removed": ended})

    @control.get("/v1/sandbox/power")
    @guard("read")
    def power() -> Response:
        with store.read() as tx:
            return jsonify({"on": control_row.state(tx).power_on})

    @control.post("/v1/sandbox/power")
    @guard("admin")
    def switch_power() -> Response:
        on = _body().get("on")
        if not isinstance(on, bool):
            raise Invalid("field_invalid", field="on", params={"expected": "true or false"})
        with store.write() as tx:
            rows.set_power(tx, on)
        return jsonify({"result": "switched", "on": on})

    return control


def person_does(tx: Tx, typed: Typed, settings: Settings) -> str:
    """`replies.reply`, with a refusal for a button that is not there."""
    try:
        return reply(tx, typed, settings)
    except NoSuchButton:
        raise Invalid(
            "field_invalid", field="button", params={"expected": "a button that the phone shows"}
        ) from None


def phone_page(tx: Tx, phone: str, cursor: str | None) -> dict[str, Any]:
    """What the phone received, in order; `next` goes back in as `after`."""
    after = None
    if cursor:
        at, _, message_id = cursor.partition(":")
        if not (at.isascii() and at.isdigit() and len(at) < 16 and message_id):
            raise Invalid("cursor_invalid", field="after")
        after = (int(at), message_id)
    found = rows.of_phone(tx, phone, direction="out", after=after, limit=PAGE + 1)
    items = [_item(row) for row in found[:PAGE]]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {"items": items, "next": f"{last.at}:{last.id}" if last is not None else None}


def _item(row: Any) -> dict[str, Any]:
    return {
        "message_id": row.token or row.id,
        "provider_id": row.id,
        "at": from_ms(row.at).isoformat(),
        "channel": CHANNELS.get(row.provider, row.provider),
        "text": shown_text(row),
        "buttons": row.buttons,
        "document": (row.request or {}).get("_document"),
        "status": row.status,
    }


def shown_text(row: Any) -> str:
    """What stands on the phone; a template is shown as we rendered it, when it is known."""
    is_template = "template" in (row.request or {})
    return str(row.our_text) if is_template and row.our_text else str(row.text)


def phone_given(text: Any, field: str = "phone") -> str:
    """E.164 of a phone in a call; numbers of the sandbox need not exist."""
    if isinstance(text, str) and text.strip().startswith("0"):
        return parse_phone(text, field=field)
    phone = phone_in(text)
    if phone is None:
        raise Invalid("phone_invalid" if text else "field_required", field=field)
    return phone


def typed_given(body: dict[str, Any]) -> Typed:
    """One of text, button or media, from one phone."""
    phone = phone_given(body.get("phone"))
    given = [name for name in ("text", "button", "media") if body.get(name) is not None]
    if not given or ("button" in given and len(given) > 1):
        raise Invalid("one_of_required", field="text", params={"names": "text, button, media"})
    texts: dict[str, str | None] = {}
    file: dict[str, str] | None = None
    for name in ("text", "button", "media", "in_answer_to", "channel"):
        value = body.get(name)
        if name == "media" and isinstance(value, dict):
            file, value = file_given(value), value.get("type")
        if value is not None and (not isinstance(value, str) or not 0 < len(value) <= 4096):
            raise Invalid("field_invalid", field=name, params={"expected": "a text of 1 to 4096 characters"})
        texts[name] = value
    if texts["media"] is not None and texts["media"] not in MEDIA:
        raise Invalid("field_invalid", field="media", params={"expected": ", ".join(sorted(MEDIA))})
    if texts["channel"] not in (None, "whatsapp", "sms"):
        raise Invalid("field_invalid", field="channel", params={"expected": "whatsapp or sms"})
    return Typed(
        phone,
        texts["text"],
        texts["button"],
        texts["media"],
        file,
        texts["in_answer_to"],
        texts["channel"],
    )


def file_given(media: dict[str, Any]) -> dict[str, str] | None:
    """What the person's file is called, says that it is, and holds (base64)."""
    known: dict[str, str] = {k: media[k] for k in ("file_name", "mime_type", "content") if k in media}
    if any(not isinstance(value, str) for value in known.values()):
        raise Invalid("field_invalid", field="media", params={"expected": "texts"})
    try:
        base64.b64decode(known.get("content", ""), validate=True)
    except ValueError:
        raise Invalid("field_invalid", field="media", params={"expected": "content in base64"}) from None
    return known or None


def fault_given(body: dict[str, Any]) -> dict[str, Any]:
    """A fault's row. Without `rate` and `next` it strikes once; a network stays down until it is removed."""
    provider = PROVIDERS.get(str(body.get("provider", WHATSAPP)))
    if provider is None:
        raise Invalid("field_invalid", field="provider", params={"expected": f"{WHATSAPP} or {SMS}"})
    code, kind = body.get("code"), body.get("kind")
    code = str(code) if isinstance(code, int) and not isinstance(code, bool) else code
    if code is None and kind is None:
        raise Invalid("one_of_required", field="kind", params={"names": "code, kind"})
    if code is not None and (not isinstance(code, str) or not _CODE.fullmatch(code)):
        raise Invalid("field_invalid", field="code", params={"expected": "an error code"})
    if kind is not None and (not isinstance(kind, str) or kind not in set(Trouble)):
        raise Invalid("field_invalid", field="kind", params={"expected": ", ".join(Trouble)})
    if kind == Trouble.CODE and code is None:
        raise Invalid("field_required", field="code")
    rate, count = _number(body, "rate", 0, 1), _number(body, "next", 1, 1_000_000)
    return {
        "provider": provider,
        "code": code,
        "kind": kind,
        "rate": rate,
        "next": int(count)
        if count is not None
        else None
        if rate is not None or kind == Trouble.NETWORK
        else 1,
        "phone": phone_given(body["phone"]) if body.get("phone") is not None else None,
        "seconds": _number(body, "seconds", 0, 10_000_000),
    }


def _number(body: dict[str, Any], field: str, low: float, high: float) -> float | None:
    value = body.get(field)
    if value is None:
        return None
    if isinstance(value, str):  # the strict reader leaves decimals as text
        value = float(value) if re.fullmatch(r"\d{1,9}\.\d{1,9}", value) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Invalid("field_invalid", field=field, params={"expected": f"a number from {low} to {high}"})
    if field == "next" and value != int(value):
        raise Invalid("field_invalid", field=field, params={"expected": "a whole number"})
    return float(value)


def _shown(row: Any) -> dict[str, Any]:
    fault = fault_of(row)
    return {
        "id": fault.id,
        "provider": fault.provider,
        "code": fault.code,
        "kind": str(fault.trouble),
        "rate": fault.rate,
        "next": fault.next,
        "phone": fault.phone,
        "seconds": fault.seconds,
    }


def _body(limit: int = _BODY_LIMIT) -> dict[str, Any]:
    request.max_content_length = limit
    try:
        body = read_json(request.get_data(cache=False))
    except Unreadable:
        raise Problem("body_not_json") from None
    if not isinstance(body, dict):
        raise Problem("body_not_json")
    return body
