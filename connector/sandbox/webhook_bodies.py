"""Due rows as signed webhook requests in Meta's shape and in the gateway's own."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from connector.providers import HttpRequest
from connector.providers.signatures import sign
from connector.sandbox.emulator import WHATSAPP, Settings
from connector.sandbox.media import media_file, media_id

IN_ONE_BODY = 50
_RANK = {"sent": 0, "failed": 1, "delivered": 2, "read": 3}


@dataclass(frozen=True, slots=True)
class Due:
    """One request to post, and what is told by it."""

    ids: tuple[int, ...]
    statuses: dict[str, list[str]]  # message ids by their newest status in this request
    request: HttpRequest


def requests_for(rows: Sequence[Any], settings: Settings, web_url: str) -> Iterator[Due]:
    """Rows in the order of their time, up to 50 of one sender in a request to `{web_url}/in/{provider}`."""
    for (provider, sender), group in groupby(rows, key=lambda row: (row.provider, row.payload["sender"])):
        together = list(group)
        for start in range(0, len(together), IN_ONE_BODY):
            part = together[start : start + IN_ONE_BODY]
            body = _meta(part, sender, settings) if provider == WHATSAPP else _gateway(part)
            raw = json.dumps(body, separators=(",", ":")).encode("ascii")
            yield Due(
                tuple(row.id for row in part),
                _newest(part),
                HttpRequest(
                    "POST",
                    f"{web_url.rstrip('/')}/in/{provider}",
                    {"Content-Type": "application/json", **_signature(provider, raw, settings)},
                    raw,
                ),
            )


def _signature(provider: str, raw: bytes, settings: Settings) -> dict[str, str]:
    if provider == WHATSAPP:
        return {"X-Hub-Signature-256": sign(raw, settings.app_secret)}
    return {"X-Signature": sign(raw, settings.sms_secret)}


def _newest(part: Sequence[Any]) -> dict[str, list[str]]:
    newest: dict[str, str] = {}
    for row in part:
        if row.kind == "status":
            status, known = row.payload["status"], newest.get(row.message_id)
            if known is None or _RANK[status] > _RANK[known]:
                newest[row.message_id] = status
    found: dict[str, list[str]] = {}
    for message_id, status in newest.items():
        found.setdefault(status, []).append(message_id)
    return found


def _meta(part: Sequence[Any], sender: str, settings: Settings) -> dict[str, Any]:
    statuses = [_meta_status(row, settings) for row in part if row.kind == "status"]
    typed = [row for row in part if row.kind == "message"]
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550001234", "phone_number_id": sender},
    }
    changes = []
    if statuses:
        changes.append({"field": "messages", "value": {**value, "statuses": statuses}})
    if typed:
        contacts = {row.payload["phone"]: _contact(row.payload["phone"]) for row in typed}
        messages = [_meta_message(row) for row in typed]
        changes.append(
            {
                "field": "messages",
                "value": {**value, "contacts": list(contacts.values()), "messages": messages},
            }
        )
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": settings.waba_id, "changes": changes}],
    }


def _contact(phone: str) -> dict[str, Any]:
    return {"profile": {"name": "Sandbox"}, "wa_id": phone.removeprefix("+")}


def _meta_status(row: Any, settings: Settings) -> dict[str, Any]:
    payload = row.payload
    item: dict[str, Any] = {
        "id": row.message_id,
        "status": payload["status"],
        "timestamp": str(payload["at"]),
        "recipient_id": payload["phone"].removeprefix("+"),
    }
    if payload["token"]:
        item["biz_opaque_callback_data"] = payload["token"]
    if payload["status"] == "sent":
        item["pricing"] = {"billable": True, "pricing_model": "PMP", "category": "utility", "type": "regular"}
    if payload["status"] == "failed":
        code = payload["code"]
        title = title_of(code, settings)
        number = int(code) if code.isdigit() else 131000
        item["errors"] = [
            {"code": number, "title": title, "message": title, "error_data": {"details": title}}
        ]
    return item


def title_of(code: str, settings: Settings) -> str:
    """What the error table calls this code."""
    entry = settings.errors.find(code) if settings.errors else None
    return entry.title if entry else f"Error {code}"


def _meta_message(row: Any) -> dict[str, Any]:
    payload = row.payload
    item: dict[str, Any] = {
        "from": payload["phone"].removeprefix("+"),
        "id": row.message_id,
        "timestamp": str(payload["at"]),
    }
    if payload["answers"]:
        item["context"] = {"from": "15550001234", "id": payload["answers"]}
    button, media = payload["button"], payload["media"]
    if button and payload["is_template"]:
        item |= {"type": "button", "button": {"payload": button["id"], "text": button["title"]}}
    elif button:
        reply = {"id": button["id"], "title": button["title"]}
        item |= {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}
    elif media:
        file = media_file(media, payload.get("file"))
        content = {"id": media_id(row.id), "mime_type": file.mime}
        if file.name and media == "document":
            content["filename"] = file.name
        if payload["text"]:
            content["caption"] = payload["text"]
        item |= {"type": media, media: content}
    else:
        item |= {"type": "text", "text": {"body": payload["text"]}}
    return item


def _gateway(part: Sequence[Any]) -> dict[str, Any]:
    reports, inbound = [], []
    for row in part:
        payload = row.payload
        at = datetime.fromtimestamp(payload["at"], UTC).isoformat()
        if row.kind == "message":
            inbound.append(
                {"id": row.message_id, "from": payload["phone"], "text": payload["text"], "at": at}
            )
            continue
        report = {
            "id": row.message_id,
            "ref": payload["token"],
            "to": payload["phone"],
            "status": payload["status"],
            "at": at,
        }
        reports.append(report | ({"code": payload["code"]} if payload["code"] else {}))
    return {"reports": reports, "inbound": inbound}
