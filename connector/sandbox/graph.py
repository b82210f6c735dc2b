"""The emulator's gateways over HTTP: Graph's messages endpoint, a small SMS gateway, their refusals."""

import hashlib
import re
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from connector.providers.strict_json import Unreadable, read_json
from connector.sandbox.emulator import SMS, WHATSAPP, Emulator, Given, Rendered, Settings, Taken
from connector.sandbox.faults import Trouble
from connector.sandbox.graph_rules import Refusal, phone_in, read_message
from connector.sandbox.media import media_of
from connector.sandbox.webhook_bodies import title_of

# Codes that do not come with HTTP 400 (Meta's error page of 2025-11-19; the table says so too).
_HTTP: dict[int, int] = {
    **dict.fromkeys((0, 190), 401),
    **dict.fromkeys((10, 368, 130497, 131005, 131031), 403),
    **dict.fromkeys(range(200, 300), 403),
    132001: 404,
    **dict.fromkeys((3, 131000, 131016, 131045, 131057, 133000), 500),
    **dict.fromkeys((2, 133004), 503),
}
_BODY_LIMIT = 256 * 1024
_SMS_HTTP = {"unavailable": 503, "busy": 429, "no_credit": 402}


def make_gateways(emulator: Emulator) -> Blueprint:
    """`/emulator/{version}/{phone_number_id}/messages` and `/emulator/sms/send`."""
    gateways = Blueprint("emulator", __name__)
    settings = emulator.settings

    @gateways.post("/emulator/<version>/<phone_number_id>/messages")
    @gateways.post("/emulator/graph/<version>/<phone_number_id>/messages")
    def graph_messages(version: str, phone_number_id: str) -> Response:
        try:
            _check_door(version, phone_number_id, settings)
            given = _graph_given(phone_number_id, settings)
        except Refusal as refusal:
            return _graph_error(refusal.code, refusal.detail, settings)
        taken = emulator.accept(given)
        refused = _refused(taken, "131016")
        if refused is not None:
            return _graph_error(refused, "", settings)
        return _after(taken, _graph_accepted(given, taken))

    @gateways.get("/emulator/<version>/<media_id>")
    def media_place(version: str, media_id: str) -> Response:
        """Where a customer's file lies, as Graph says it: an address for some minutes."""
        found = _media_of(emulator, media_id, settings)
        if found is None:
            return _graph_error("100", "Unsupported get request. Object does not exist.", settings)
        body, mime = found
        return jsonify(
            {
                "messaging_product": "whatsapp",
                "id": media_id,
                "url": url_for("emulator.media_bytes", media_id=media_id, _external=True),
                "mime_type": mime,
                "sha256": hashlib.sha256(body).hexdigest(),
                "file_size": len(body),
            }
        )

    @gateways.get("/emulator/media/<media_id>/bytes")
    def media_bytes(media_id: str) -> Response:
        found = _media_of(emulator, media_id, settings)
        if found is None:
            return Response("", 404)
        answer = Response(found[0], content_type="application/octet-stream")
        answer.headers["Content-Disposition"] = "attachment"
        return answer

    @gateways.post("/emulator/sms/send")
    def sms_send() -> Response:
        if not _bearer(settings):
            return _sms_error("unauthorized", 401)
        body = _body()
        phone = phone_in(body.get("to"))
        text = body.get("text")
        if phone is None:
            return _sms_error("invalid_number", 400)
        if not isinstance(text, str) or not text:
            return _sms_error("bad_request", 400)
        reference = body.get("ref")
        token = reference if isinstance(reference, str) else None
        taken = emulator.accept(Given(SMS, str(body.get("from") or "0"), phone, token, text, body))
        refused = _refused(taken, "unavailable")
        if refused is not None:
            return _sms_error(refused, _SMS_HTTP.get(refused, 400))
        return _after(taken, jsonify({"status": "accepted", "id": taken.id}))

    return gateways


def _media_of(emulator: Emulator, media_id: str, settings: Settings) -> tuple[bytes, str] | None:
    """A typed file's bytes and what its sender calls them; None without the token or the file."""
    if not _bearer(settings):
        return None
    with emulator.store.read() as tx:
        return media_of(tx, media_id)


def _refused(taken: Taken, unavailable: str) -> str | None:
    """The code of a refusal that strikes at once."""
    if taken.fault is None or taken.id is not None:
        return None
    if taken.fault.trouble is Trouble.REFUSED:
        return taken.fault.code if taken.fault.code not in (None, "connect") else unavailable
    return taken.fault.code if taken.fault.trouble is Trouble.CODE else None


def _after(taken: Taken, answer: Response) -> Response:
    """The answer as the faults leave it: late, or not at all."""
    if taken.wait_s:
        time.sleep(taken.wait_s)
    if taken.breaks_line:
        return _cut(answer)
    return answer


def _cut(answer: Response) -> Response:
    """Breaks the connection under the server's hands; where it cannot, an answer that says nothing."""
    line = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if line is None:
        return Response("", 502)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.shutdown(socket.SHUT_RDWR)
    return answer


def _check_door(version: str, phone_number_id: str, settings: Settings) -> None:
    if not _bearer(settings):
        raise Refusal("190", "Invalid OAuth access token.")
    known = settings.phone_number_id in (None, phone_number_id)
    if not known or not phone_number_id.isdigit() or not re.fullmatch(r"v\d+\.\d+", version):
        raise Refusal("100", "Unsupported post request. Object does not exist.")


def _bearer(settings: Settings) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme == "Bearer" and bool(token.strip()) and settings.token in (None, token.strip())


def _body() -> dict[str, Any]:
    raw = request.get_data(cache=False) if (request.content_length or 0) <= _BODY_LIMIT else b""
    try:
        body = read_json(raw)
    except Unreadable:
        return {}
    return body if isinstance(body, dict) else {}


def _graph_given(phone_number_id: str, settings: Settings) -> Given:
    if request.mimetype != "application/json":
        raise Refusal("100", "Content-Type must be application/json.")
    body = _body()
    message = read_message(body)
    text, titles = message.text, message.titles
    if message.template is not None:
        rendered = _filled(settings, message.template, message.language, message.values)
        if rendered is not None:
            text, titles = rendered.text, rendered.button_titles
    buttons = tuple(
        {"id": payload, "title": titles[index] if index < len(titles) else payload}
        for index, payload in enumerate(message.payloads)
    )
    return Given(
        WHATSAPP,
        phone_number_id,
        message.phone,
        message.token,
        text,
        body,
        buttons,
        is_free=message.template is None,
        document=message.document,
    )


def _filled(settings: Settings, template: str, language: str, values: Mapping[str, str]) -> Rendered | None:
    return settings.book(template, language, values) if settings.book is not None else None


def _graph_accepted(given: Given, taken: Taken) -> Response:
    message: dict[str, str] = {"id": str(taken.id)}
    if taken.fault is not None and taken.fault.code == "held":
        message["message_status"] = "held_for_quality_assessment"
    elif not given.is_free:
        message["message_status"] = "accepted"
    contact = {"input": given.request["to"], "wa_id": given.phone.removeprefix("+")}
    return jsonify({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})


def _graph_error(code: str, detail: str, settings: Settings) -> Response:
    title = title_of(code, settings)
    number = int(code) if code.isdigit() else 999_999
    status = 500 if code == "default_5xx" else _HTTP.get(number, 400)
    answer = jsonify(
        {
            "error": {
                "message": f"(#{number}) {title}",
                "type": "OAuthException",
                "code": number,
                "error_data": {"messaging_product": "whatsapp", "details": detail or title},
                "fbtrace_id": "Aemulator",
            }
        }
    )
    answer.status_code = status
    return answer


def _sms_error(code: str, status: int) -> Response:
    answer = jsonify({"status": "error", "code": code, "message": code.replace("_", " ")})
    answer.status_code = status
    return answer
