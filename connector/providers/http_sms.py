"""SMS gateways as data: the interpreter of specs/providers/*.json with `"kind": "sms_gateway"`.

A spec says where the request goes, what stands in it, how an answer reads and how callbacks map; adding a
gateway is one JSON file. The text sent is the message's SMS text, written plainly so that it stays GSM-7.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from connector.domain.model import Channel, Outcome, OutcomeKind, OutgoingMessage
from connector.domain.sms import segments, to_gsm7
from connector.providers import HttpRequest, SenderConfig, Unbuildable, Update, sms_callback
from connector.providers.error_table import RAW_LIMIT, ErrorTable, retry_after
from connector.providers.paths import check_paths, text_at
from connector.providers.signatures import header_of
from connector.providers.strict_json import Unreadable, read_json

_FIELD = re.compile(r"\{(\w+)\}")
COUNTRY_CODE = "62"  # `national0` is an Indonesian habit; other numbers keep their digits


class HttpSms:
    """One gateway of the specs, read when it is made: a send never meets a fault of its spec."""

    channel = Channel.SMS

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.name: str = spec["name"]
        self.spec = spec
        self._send: Mapping[str, Any] = spec["send"]
        self._answer: Mapping[str, Any] = spec["answer"]
        self._errors = ErrorTable(
            {"codes": self._answer.get("errors", {}), "http": self._answer.get("http", {})}
        )
        named = [self._answer["accepted"].get("path")]
        named += [self._answer.get(key) for key in ("id", "error_code", "error_title")]
        check_paths(path for path in named if path is not None)
        pattern = self._answer.get("accepted", {}).get("matches")
        self._accepted_pattern = re.compile(pattern) if pattern else None
        self._callback = sms_callback.Callback(spec["callback"]) if spec.get("callback") else None
        names = set(_FIELD.findall(json.dumps([self._send["url"], self._send.get("fields", {})])))
        self.echoes_token: bool = (
            "token" in names and self._callback is not None and self._callback.brings_token
        )
        if urlsplit(self._send["url"]).scheme == "http" and not spec.get("allow_http"):
            raise ValueError(f"{self.name}: the address has no TLS and the spec has no allow_http")

    def build(self, message: OutgoingMessage, sender: SenderConfig) -> HttpRequest:
        """The request for one text."""
        if message.document is not None:
            raise Unbuildable("file_on_sms")
        text = to_gsm7(message.text)
        if not text:
            raise Unbuildable("text_length")
        if segments(text).count > int(self.spec.get("max_parts", 10)):
            raise Unbuildable("too_many_parts")
        values = {
            **{key: str(value) for key, value in sender.options.items()},
            **sender.secrets,
            "base_url": (sender.base_url or self.spec.get("base_url", "")).rstrip("/"),
            "sender": sender.external_id,
            "to": number_as(message.to, self._send.get("number", "e164")),
            "text": text,
            "token": message.token,
        }
        fields = _filled(self._send.get("fields", {}), values)
        headers = _filled(self._send.get("headers", {}), values) | self._auth(values)
        url = _FIELD.sub(lambda m: _in_url(m.group(1), values), self._send["url"])
        timeout_s = float(self._send.get("timeout_s", 15))
        method, sort = self._send["method"], self._send["body"]
        if sort == "query":
            joiner = "&" if "?" in url else "?"
            return HttpRequest(method, url + joiner + urlencode(_flat(fields)), headers, b"", timeout_s)
        if sort == "form":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return HttpRequest(method, url, headers, urlencode(_flat(fields)).encode(), timeout_s)
        headers["Content-Type"] = "application/json"
        body = json.dumps(fields, separators=(",", ":")).encode("ascii")
        return HttpRequest(method, url, headers, body, timeout_s)

    def _auth(self, values: Mapping[str, str]) -> dict[str, str]:
        """Header credentials; those of query and body stand among the fields."""
        auth = self._send.get("auth", {"type": "fields"})
        if auth["type"] == "bearer":
            return {"Authorization": "Bearer " + values.get("secret", "")}
        if auth["type"] == "basic":
            pair = f"{values.get('user', '')}:{values.get('secret', '')}".encode()
            return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
        if auth["type"] == "header":
            return {auth["name"]: auth.get("prefix", "") + values.get("secret", "")}
        return {}

    def read_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Many gateways answer 200 to a refusal: the success rule decides first, then code and HTTP class."""
        raw = body[:RAW_LIMIT].decode("utf-8", "replace")
        after_s = retry_after(header_of(headers, "Retry-After"))
        found = self._parsed(body)
        if found is None:
            return self._errors.outcome(status, None, raw=raw, after_s=after_s)
        if 200 <= status < 300 and self._is_accepted(found):
            provider_id = text_at(found, self._answer.get("id"))
            return Outcome(OutcomeKind.ACCEPTED, "accepted", provider_id=provider_id)
        code = text_at(found, self._answer.get("error_code"))
        title = text_at(found, self._answer.get("error_title"))
        if 200 <= status < 300:
            if not self._has_verdict(found):
                return self._errors.outcome(status, None, title=title, raw=raw)
            return self._errors.outcome(None, code, title=title, raw=raw, after_s=after_s)  # a plain no
        known = code if self._errors.find(code) else None
        return self._errors.outcome(status, known, title=title, raw=raw, after_s=after_s)

    def _parsed(self, body: bytes) -> Any:
        if self._answer.get("format", "json") == "text":
            return body.decode("utf-8", "replace").strip() or None
        try:
            return read_json(body)
        except Unreadable:
            return None

    def _is_accepted(self, found: Any) -> bool:
        rule = self._answer["accepted"]
        value = text_at(found, rule.get("path", "@"))
        if value is None:
            return False
        if self._accepted_pattern is not None:
            return self._accepted_pattern.search(value[:RAW_LIMIT]) is not None
        return value in rule.get("in", [rule.get("equals")])

    def _has_verdict(self, found: Any) -> bool:
        """Whether the answer has the word that the success rule judges; without it nothing is known."""
        return text_at(found, self._answer["accepted"].get("path", "@")) is not None

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[bytes]) -> bool:
        return self._callback is not None and self._callback.verify(headers, raw, secrets)

    def read_webhook(
        self,
        raw: bytes,
        *,
        own: frozenset[str] = frozenset(),
        accounts: frozenset[str] = frozenset(),
        received_at: datetime | None = None,
    ) -> list[Update]:
        """What a verified callback says; a gateway's callback names no sender of ours."""
        at = received_at or datetime.fromtimestamp(0, UTC)
        return self._callback.read(raw, self._errors, at) if self._callback else []

    @property
    def reply_body(self) -> str:
        """What the gateway wants to hear on its callback."""
        return self._callback.reply_body if self._callback else ""


def number_as(phone: str, form: str) -> str:
    """A phone number the way the gateway writes it.

    >>> [number_as("+6281234567890", form) for form in ("e164", "digits", "national0")]
    ['+6281234567890', '6281234567890', '081234567890']
    """
    digits = phone.removeprefix("+")
    if form == "e164":
        return "+" + digits
    if form == "national0" and digits.startswith(COUNTRY_CODE):
        return "0" + digits.removeprefix(COUNTRY_CODE)
    return digits


def _in_url(name: str, values: Mapping[str, str]) -> str:
    value = values.get(name, "")
    return value if name == "base_url" else quote(value, safe="")


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    """The template with its `{names}` filled; a lone "{name}" without a value leaves its field out."""
    if isinstance(template, str):
        return _FIELD.sub(lambda match: values.get(match.group(1), ""), template)
    if isinstance(template, list):
        return [_filled(item, values) for item in template]
    if isinstance(template, dict):
        filled = {key: _filled(item, values) for key, item in template.items()}
        return {key: item for key, item in filled.items() if item != ""}
    return template


def _flat(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in fields.items()]
