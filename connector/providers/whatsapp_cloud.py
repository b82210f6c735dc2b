"""WhatsApp Cloud API: our message as Graph's request, Graph's answer as our outcome.

Meta has no idempotency key: our token travels in `biz_opaque_callback_data` and returns in every status.
Facts: developers.facebook.com/docs/whatsapp/cloud-api (messages, error codes, webhooks), read in 2025.
"""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connector.domain.model import Channel, Document, Outcome, OutcomeKind, OutgoingMessage
from connector.domain.templates import variant_name
from connector.providers import (
    HttpRequest,
    MediaPlace,
    Provider,
    SenderConfig,
    Unbuildable,
    Update,
    whatsapp_webhook,
)
from connector.providers.error_table import RAW_LIMIT, ErrorTable, retry_after
from connector.providers.signatures import header_of, hmac_matches
from connector.providers.strict_json import Unreadable, read_json

BASE_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v23.0"
MEDIA_HOST = "https://lookaside.fbsbx.com"  # where Graph's media links lead
TEXT_LIMIT = 4096
BUTTON_TEXT_LIMIT = 1024  # the body above reply buttons
CAPTION_LIMIT = 1024
BUTTONS_LIMIT = 3
BUTTON_TITLE_LIMIT = 20
TOKEN_LIMIT = 512
DOWNLOAD_S = 60.0
_SPACES = re.compile(r"\s+")
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,120}")
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode  # ASCII escapes: a lone surrogate cannot break it


class WhatsAppCloud:
    """The provider `whatsapp_cloud`."""

    name = "whatsapp_cloud"
    channel = Channel.WHATSAPP
    echoes_token = True

    def __init__(self, errors: ErrorTable) -> None:
        self._errors = errors

    def build(self, message: OutgoingMessage, sender: SenderConfig) -> HttpRequest:
        """The request for one message.

        `to` always has its plus: without it Meta puts the business's own country code before the number.
        """
        if len(message.token) > TOKEN_LIMIT:
            raise Unbuildable("token_too_long")
        body: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to if message.to.startswith("+") else "+" + message.to,
            "biz_opaque_callback_data": message.token,
        }
        if message.template is not None:
            body["type"] = "template"
            body["template"] = _template(message)
        elif message.document is not None:
            kind, part = _media(message.document, message.text)
            body["type"] = kind
            body[kind] = part
        elif message.buttons and len(message.text) <= BUTTON_TEXT_LIMIT:
            body["type"] = "interactive"
            body["interactive"] = _reply_buttons(message)
        else:
            if not message.text or len(message.text) > TEXT_LIMIT:
                raise Unbuildable("text_length")
            body["type"] = "text"
            body["text"] = {"preview_url": False, "body": message.text}
        return HttpRequest("POST", _url(sender), _headers(sender), _ENCODE(body).encode("ascii"))

    def read_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Order of decision: Graph's code by the table, then the HTTP class."""
        found = _read(body)
        raw = body[:RAW_LIMIT].decode("utf-8", "replace")
        error = found.get("error")
        if isinstance(error, dict):
            code = error.get("code")
            return self._errors.outcome(
                status,
                str(code) if isinstance(code, int | str) and not isinstance(code, bool) else None,
                title=_text(error.get("message")),
                raw=raw,
                after_s=retry_after(header_of(headers, "Retry-After")),
            )
        if 200 <= status < 300:
            return self._accepted(status, found, raw)
        return self._errors.outcome(
            status, None, raw=raw, after_s=retry_after(header_of(headers, "Retry-After"))
        )

    def _accepted(self, status: int, found: dict[str, Any], raw: str) -> Outcome:
        messages = found.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        wamid = first.get("id") if isinstance(first, dict) else None
        if not isinstance(wamid, str) or not wamid:
            return self._errors.outcome(status, None, title="the answer could not be read", raw=raw)
        if isinstance(first, dict) and first.get("message_status") == "held_for_quality_assessment":
            return Outcome(OutcomeKind.ACCEPTED, "wait", provider_id=wamid, code="held", raw=raw)
        return Outcome(OutcomeKind.ACCEPTED, "accepted", provider_id=wamid)

    def media_request(self, media_id: str, sender: SenderConfig) -> HttpRequest | None:
        """The question where Graph keeps a customer's file; the address is built from the id alone."""
        if not _MEDIA_ID.fullmatch(media_id):
            return None
        return HttpRequest("GET", f"{_root(sender)}/{media_id}", _headers(sender), b"")

    def read_media(self, body: bytes) -> MediaPlace | None:
        found = _read(body)
        url, size = found.get("url"), found.get("file_size")
        known = int(size) if isinstance(size, int | str) and str(size).isdigit() else None
        return MediaPlace(url, known) if isinstance(url, str) and url else None

    def media_download(self, place: MediaPlace, sender: SenderConfig) -> HttpRequest | None:
        """Our token goes to Graph's own origin, and from Graph to Meta's media host: nowhere else."""
        base = _origin(sender.base_url or BASE_URL)
        trusted = {base, MEDIA_HOST} if base == BASE_URL else {base}
        if _origin(place.url) not in trusted:
            return None
        return HttpRequest("GET", place.url, _headers(sender), b"", timeout_s=DOWNLOAD_S)

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[bytes]) -> bool:
        """Whether Meta signed these bytes with one of the app secrets."""
        return hmac_matches(header_of(headers, "X-Hub-Signature-256"), raw, secrets, prefix="sha256=")

    def read_webhook(
        self,
        raw: bytes,
        *,
        own: frozenset[str] = frozenset(),
        accounts: frozenset[str] = frozenset(),
        received_at: datetime | None = None,
    ) -> list[Update]:
        """Every status, message and notice of a verified body, in its order."""
        return whatsapp_webhook.read(raw, self._errors, own=own, accounts=accounts, received_at=received_at)


def make(specs: Mapping[str, Mapping[str, Any]]) -> Provider:
    return WhatsAppCloud(ErrorTable(specs["whatsapp_cloud.errors"]))


def challenge(args: Mapping[str, str], verify_token: str | None) -> str | None:
    """The text that proves the webhook's address to Meta, or None: refuse.

    Only digits are ever reflected, so that nothing can be smuggled into the answer.
    """
    given, wanted = args.get("hub.verify_token") or "", verify_token or ""
    text = args.get("hub.challenge") or ""
    if args.get("hub.mode") != "subscribe" or not wanted:
        return None
    if not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace")):
        return None
    return text if text.isascii() and text.isdigit() and len(text) <= 32 else None


def _url(sender: SenderConfig) -> str:
    path = sender.options.get("messages_path")  # 360dialog: "/messages"
    return _root(sender) + (path or f"/{sender.external_id}/messages")


def _root(sender: SenderConfig) -> str:
    """Graph's address with its version; a reseller with a path of its own has none."""
    base = (sender.base_url or BASE_URL).rstrip("/")
    if sender.options.get("messages_path"):
        return base
    return f"{base}/{sender.options.get('graph_version') or GRAPH_VERSION}"


def _origin(url: str) -> str:
    """Scheme, host and port; the empty text for what is no plain address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname or parts.username is not None:
        return ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port not in (None, usual) else "")


def _headers(sender: SenderConfig) -> dict[str, str]:
    name = sender.options.get("auth_header", "Authorization")
    prefix = sender.options.get("auth_prefix", "Bearer ")
    return {name: prefix + sender.secrets.get("token", ""), "Content-Type": "application/json"}


def _template(message: OutgoingMessage) -> dict[str, Any]:
    """The URL button comes first, as in the template's variant with it; quick replies are grouped behind."""
    components: list[dict[str, Any]] = []
    if message.document is not None:
        components.append({"type": "header", "parameters": [_document(message.document)]})
    if message.params:
        parameters = [
            {"type": "text", "parameter_name": name, "text": _value(text)} for name, text in message.params
        ]
        components.append({"type": "body", "parameters": parameters})
    if message.url_suffix:
        suffix = {"type": "text", "text": message.url_suffix}
        components.append({"type": "button", "sub_type": "url", "index": "0", "parameters": [suffix]})
    for index, button in enumerate(message.buttons, start=1 if message.url_suffix else 0):
        payload = {"type": "payload", "payload": button.id}
        components.append(
            {"type": "button", "sub_type": "quick_reply", "index": str(index), "parameters": [payload]}
        )
    name = variant_name(
        message.template or "", pay=bool(message.url_suffix), document=message.document is not None
    )
    template: dict[str, Any] = {"name": name, "language": {"code": message.language}}
    if components:
        template["components"] = components
    return template


def _document(document: Document) -> dict[str, Any]:
    return {"type": "document", "document": {"link": document.link, "filename": document.file_name}}


def _media(document: Document, caption: str) -> tuple[str, dict[str, Any]]:
    """A file beside free words, which stand below it: a picture, or a document under its name."""
    if len(caption) > CAPTION_LIMIT:
        raise Unbuildable("text_length")
    part = {"link": document.link} | ({"caption": caption} if caption else {})
    return ("image", part) if document.is_image else ("document", part | {"filename": document.file_name})


def _value(text: str) -> str:
    """A parameter as Meta takes it: no line break, no tab, no run of spaces, never empty (error 132018)."""
    if text and text.isprintable() and "  " not in text:
        return text
    return _SPACES.sub(" ", text).strip() or "-"


def _reply_buttons(message: OutgoingMessage) -> dict[str, Any]:
    if len(message.buttons) > BUTTONS_LIMIT:
        raise Unbuildable("too_many_buttons")
    buttons = [
        {"type": "reply", "reply": {"id": button.id, "title": button.title[:BUTTON_TITLE_LIMIT]}}
        for button in message.buttons
    ]
    return {"type": "button", "body": {"text": message.text}, "action": {"buttons": buttons}}


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = read_json(body)
    except Unreadable:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value[:500] if isinstance(value, str) else None
