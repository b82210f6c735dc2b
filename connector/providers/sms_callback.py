"""The callbacks of a declared SMS gateway: delivery reports and the people's own texts."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from connector.domain.model import Inbound, MessageStatus, Notice, StatusUpdate
from connector.providers import PATH_SECRET, Update
from connector.providers.error_table import ErrorTable
from connector.providers.paths import check_paths, find, text_at
from connector.providers.signatures import basic_password, header_of, hmac_matches, token_matches
from connector.providers.strict_json import Unreadable, mended, read_json
from connector.providers.whatsapp_webhook import phone_of


class Callback:
    """`spec` is the `callback` part of a gateway's spec."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._spec = spec
        self._reports: Mapping[str, Any] | None = spec.get("reports")
        self._inbound: Mapping[str, Any] | None = spec.get("inbound")
        self._statuses = {
            word: MessageStatus(ours) for word, ours in (self._reports or {}).get("statuses", {}).items()
        }
        for paths in (self._reports or {}, self._inbound or {}):
            check_paths(paths[key] for key in paths if key != "statuses")
        self.brings_token = bool(self._reports and self._reports.get("token"))
        self.reply_body: str = spec.get("reply", "")

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[bytes]) -> bool:
        """Without a way to prove itself a callback is never believed."""
        auth = self._spec.get("auth", {"type": "none"})
        if auth["type"] == "hmac":
            return hmac_matches(
                header_of(headers, auth["header"]),
                raw,
                secrets,
                prefix=auth.get("prefix", ""),
                digest=auth.get("digest", "sha256"),
                encoding=auth.get("encoding", "hex"),
            )
        if auth["type"] == "header":
            return token_matches(header_of(headers, auth["header"]), secrets)
        if auth["type"] == "basic":
            return token_matches(basic_password(header_of(headers, "Authorization")), secrets)
        if auth["type"] == "path":
            return token_matches(headers.get(PATH_SECRET), secrets)
        return False

    def read(self, raw: bytes, errors: ErrorTable, received_at: datetime) -> list[Update]:
        """Every report and text of a verified body; what is not understood is a Notice."""
        try:
            body = self._parsed(raw)
        except Unreadable as fault:
            return [Notice("unparsed", received_at, {"why": str(fault)})]
        found: list[Update] = []
        if self._reports is not None:
            for item in _items(body, self._reports):
                found.extend(self._report(item, self._reports, errors, received_at))
        if self._inbound is not None:
            for item in _items(body, self._inbound):
                found.extend(self._text(item, self._inbound, received_at))
        return found or [Notice("unknown", received_at, {})]

    def _parsed(self, raw: bytes) -> Any:
        if self._spec.get("format", "json") == "json":
            return read_json(raw)
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)
        return {mended(key): mended(value) for key, value in pairs}

    def _report(
        self, item: Any, paths: Mapping[str, Any], errors: ErrorTable, received_at: datetime
    ) -> Iterator[Update]:
        provider_id, token = text_at(item, paths.get("id")), text_at(item, paths.get("token"))
        word = text_at(item, paths["status"])
        if word is None or (provider_id is None and token is None):
            return
        at = _time(text_at(item, paths.get("at")), received_at)
        status = self._statuses.get(word)
        if status is None:
            yield Notice("unknown_status", at, {"status": word[:60]})
            return
        outcome = None
        if status is MessageStatus.FAILED:
            title = text_at(item, paths.get("title")) or word[:60]
            outcome = errors.outcome(None, text_at(item, paths.get("code")), title=title)
        recipient = phone_of(text_at(item, paths.get("to")))
        yield StatusUpdate(provider_id, token, status, at, outcome, recipient)

    def _text(self, item: Any, paths: Mapping[str, Any], received_at: datetime) -> Iterator[Update]:
        text = text_at(item, paths["text"])
        if text is None:
            return
        # A gateway without ids: the same words of the same moment are the same message.
        provider_id = text_at(item, paths.get("id")) or _fingerprint(item)
        at = _time(text_at(item, paths.get("at")), received_at)
        phone = text_at(item, paths["from"]) or ""
        if phone.startswith("0"):  # Indonesian gateways write the national form
            phone = "62" + phone[1:]
        yield Inbound(provider_id, phone_of(phone), at, "text", text)


def _items(body: Any, paths: Mapping[str, Any]) -> list[Any]:
    listed = find(body, paths.get("list", "@"))
    if isinstance(listed, list):
        return [item for item in listed if isinstance(item, dict)]
    return [listed] if isinstance(listed, dict) else []


def _fingerprint(item: Any) -> str:
    return "h_" + hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:32]


def _time(text: str | None, otherwise: datetime) -> datetime:
    """A Unix time or an ISO instant with its offset; anything else counts as the moment of arrival."""
    if not text:
        return otherwise
    if text.isascii() and text.isdigit():
        return datetime.fromtimestamp(int(text), UTC) if len(text) <= 10 else otherwise
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else otherwise
    except (ValueError, OverflowError):
        return otherwise
