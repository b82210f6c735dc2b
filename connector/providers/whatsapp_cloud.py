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

from connector.domain.model import Channel, Outcome, OutcomeKind, OutgoingMessage
from connector.providers import HttpRequest, Provider, SenderConfig, Unbuildable, Update, whatsapp_webhook
from connector.providers.error_table import RAW_LIMIT, ErrorTable, retry_after
from connector.providers.signatures import header_of, hmac_matches
from connector.providers.strict_json import Unreadable, read_json

BASE_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v23.0"
TEXT_LIMIT = 4096
BUTTON_TEXT_LIMIT = 1024  # the body above reply buttons
BUTTONS_LIMIT = 3
BUTTON_TITLE_LIMIT = 20
TOKEN_LIMIT = 512
_SPACES = re.compile(r"\s+")
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
    base = (sender.base_url or BASE_URL).rstrip("/")
    path = sender.options.get("messages_path")  # 360dialog: "/messages"
    if path:
        return base + path
    version = sender.options.get("graph_version") or GRAPH_VERSION
    return f"{base}/{version}/{sender.external_id}/messages"


def _headers(sender: SenderConfig) -> dict[str, str]:
    name = sender.options.get("auth_header", "Authorization")
    prefix = sender.options.get("auth_prefix", "Bearer ")
    return {name: prefix + sender.secrets.get("token", ""), "Content-Type": "application/json"}


def _template(message: OutgoingMessage) -> dict[str, Any]:
    """Quick replies come before the URL button, in the template as here: Meta wants them grouped."""
    components: list[dict[str, Any]] = []
    if message.params:
        parameters = [
            {"type": "text", "parameter_name": name, "text": _value(text)} for name, text in message.params
        ]
        components.append({"type": "body", "parameters": parameters})
    for index, button in enumerate(message.buttons):
        payload = {"type": "payload", "payload": button.id}
        components.append(
            {"type": "button", "sub_type": "quick_reply", "index": str(index), "parameters": [payload]}
        )
    if message.url_suffix:
        place = str(len(message.buttons))
        suffix = {"type": "text", "text": message.url_suffix}
        components.append({"type": "button", "sub_type": "url", "index": place, "parameters": [suffix]})
    template: dict[str, Any] = {"name": message.template, "language": {"code": message.language}}
    if components:
        template["components"] = components
    return template


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
