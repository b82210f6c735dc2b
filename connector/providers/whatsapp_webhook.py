"""Meta's webhook bodies as our values: every entry, change and item is walked, and no shape raises.

Meta batches up to 1,000 updates in one body. What is not understood becomes a Notice, never an error:
an item that raised would block the rest of its batch for ever.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from connector.clock import EPOCH
from connector.domain.model import Inbound, MessageStatus, Notice, StatusUpdate
from connector.providers import Update
from connector.providers.error_table import ErrorTable
from connector.providers.strict_json import Unreadable, read_json

STATUSES: dict[str, MessageStatus] = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.READ,  # a voice message was heard
    "failed": MessageStatus.FAILED,
}
# Fields without messages or statuses of ours; every other field is a notice under its own name.
TOPICS: dict[str, str] = {
    "message_template_status_update": "template_status",
    "message_template_quality_update": "template_quality",
    "template_category_update": "template_category",
    "account_update": "account_update",
    "phone_number_quality_update": "sender_quality",
    "user_preferences": "user_preferences",
    "smb_message_echoes": "business_echo",  # typed by the owner in the Business app, not by a customer
}
MEDIA = frozenset({"image", "document", "audio", "video", "sticker", "voice"})


def read(
    raw: bytes,
    errors: ErrorTable,
    *,
    own: frozenset[str],
    accounts: frozenset[str],
    received_at: datetime | None,
) -> list[Update]:
    """The updates of one body. Where `own` or `accounts` is given, what names another is `foreign_sender`."""
    try:
        body = read_json(raw)
    except Unreadable as fault:
        return [Notice("unparsed", received_at, {"why": str(fault)})]
    reader = _Reader(errors, own, accounts, received_at or EPOCH)
    found: list[Update] = []
    for entry in _dicts(_get(body, "entry")):
        for change in _dicts(entry.get("changes")):
            found.extend(reader.change(entry, change))
    return found or [Notice("unknown", received_at, {})]


class _Reader:
    def __init__(
        self, errors: ErrorTable, own: frozenset[str], accounts: frozenset[str], fallback: datetime
    ) -> None:
        self._errors, self._own, self._accounts, self._fallback = errors, own, accounts, fallback

    def change(self, entry: dict[str, Any], change: dict[str, Any]) -> Iterator[Update]:
        field = _str(change.get("field")) or "messages"  # some proxies leave it out
        value = change.get("value")
        value = value if isinstance(value, dict) else {}
        at = self._at(entry.get("time"))
        if self._is_foreign(entry, value, field):
            yield Notice("foreign_sender", at, {"field": field})
            return
        if field != "messages":
            yield Notice(TOPICS.get(field, field[:60]), at, value)
            return
        items = 0
        for item in _dicts(value.get("statuses")):
            items += 1
            yield self._status(item)
        profiles = _profiles(value)
        for item in _dicts(value.get("messages")):
            items += 1
            yield self._message(item, profiles)
        if not items:
            yield Notice("unknown", at, value)

    def _is_foreign(self, entry: dict[str, Any], value: dict[str, Any], field: str) -> bool:
        number = _str(_get(value.get("metadata"), "phone_number_id"))
        if self._own and (number is not None or field == "messages"):
            return number not in self._own
        return bool(self._accounts) and _str(entry.get("id")) not in self._accounts

    def _status(self, item: dict[str, Any]) -> Update:
        at = self._at(item.get("timestamp"))
        word = _str(item.get("status")) or ""
        status = STATUSES.get(word)
        wamid, token = _str(item.get("id")), _str(item.get("biz_opaque_callback_data"))
        if status is None or (wamid is None and token is None):
            return Notice("unknown_status", at, item)
        outcome = None
        if status is MessageStatus.FAILED:
            error = next(_dicts(item.get("errors")), {})
            code = error.get("code")
            outcome = self._errors.outcome(
                None,
                str(code) if isinstance(code, int | str) and not isinstance(code, bool) else None,
                title=_str(error.get("title")) or _str(error.get("message")),
                raw=_str(_get(error.get("error_data"), "details")),
            )
        return StatusUpdate(wamid, token, status, at, outcome, phone_of(item.get("recipient_id")))

    def _message(self, item: dict[str, Any], profiles: dict[str, str]) -> Update:
        at = self._at(item.get("timestamp"))
        wamid, sort = _str(item.get("id")), _str(item.get("type")) or "unknown"
        if sort == "system":
            return _system(item, at)
        if wamid is None:
            return Notice("unknown_message", at, item)
        known = _READERS.get(sort)
        content = known(item) if known else _media(item, sort) if sort in MEDIA else {"kind": "other"}
        sender = item.get("from")
        return Inbound(
            provider_id=wamid,
            phone=phone_of(sender),
            at=at,
            in_answer_to=content.pop("in_answer_to", None) or _str(_get(item.get("context"), "id")),
            profile_name=profiles.get(sender) if isinstance(sender, str) else None,
            **content,
        )

    def _at(self, value: Any) -> datetime:
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not (text.isascii() and text.isdigit() and len(text) <= 10):
            return self._fallback
        return datetime.fromtimestamp(int(text), UTC)


def phone_of(value: Any) -> str | None:
    """E.164 of a wa_id, or None: a user with a username and no number has none.

    >>> phone_of("6281234567890"), phone_of(""), phone_of("US.1349")
    ('+6281234567890', None, None)
    """
    text = value.removeprefix("+") if isinstance(value, str) else ""
    return "+" + text if text.isascii() and text.isdigit() and 7 <= len(text) <= 15 else None


def _text(item: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "text", "text": _str(_get(item.get("text"), "body"))}


def _button(item: dict[str, Any]) -> dict[str, Any]:
    button = item.get("button")
    text = _str(_get(button, "text"))
    return {"kind": "button", "text": text, "button_id": _str(_get(button, "payload")) or text}


def _interactive(item: dict[str, Any]) -> dict[str, Any]:
    interactive = item.get("interactive")
    for sort in ("button_reply", "list_reply"):
        reply = _get(interactive, sort)
        if isinstance(reply, dict):
            return {"kind": "button", "text": _str(reply.get("title")), "button_id": _str(reply.get("id"))}
    return {"kind": "other", "text": _str(_get(_get(interactive, "nfm_reply"), "body"))}


def _reaction(item: dict[str, Any]) -> dict[str, Any]:
    reaction = item.get("reaction")
    answered = _str(_get(reaction, "message_id"))
    return {"kind": "other", "text": _str(_get(reaction, "emoji")), "in_answer_to": answered}


def _media(item: dict[str, Any], sort: str) -> dict[str, Any]:
    media = item.get(sort)
    mime = _str(_get(media, "mime_type"))
    return {
        "kind": "media",
        "text": _str(_get(media, "caption")),
        "media_id": _str(_get(media, "id")),
        "media_type": mime[:80] if mime else sort,
        "media_name": _str(_get(media, "filename")),  # of documents only
    }


_READERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "button": _button,  # a template's quick reply
    "interactive": _interactive,
    "reaction": _reaction,
}


def _system(item: dict[str, Any], at: datetime) -> Notice:
    system = item.get("system")
    sort = _str(_get(system, "type"))
    new = phone_of(_get(system, "wa_id")) or phone_of(_get(system, "new_wa_id"))
    if new is not None and sort in ("user_changed_number", "customer_changed_number"):
        return Notice("phone_changed", at, {"phone": phone_of(item.get("from")), "new_phone": new})
    if sort in ("user_identity_changed", "customer_identity_changed"):
        return Notice("identity_changed", at, {"phone": phone_of(item.get("from"))})
    return Notice(sort[:60] if sort else "system", at, item)


def _profiles(value: dict[str, Any]) -> dict[str, str]:
    found = {}
    for contact in _dicts(value.get("contacts")):
        name, wa_id = _str(_get(contact.get("profile"), "name")), _str(contact.get("wa_id"))
        if name and wa_id:
            found[wa_id] = name
    return found


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _str(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
