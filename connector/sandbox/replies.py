"""What people do on their phones: write, press, send a file. Each becomes a webhook, due at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connector.sandbox.emulator import SMS, WHATSAPP, Settings, new_id
from connector.store import emulator as rows
from connector.store.db import Tx


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person does on the phone: writes, presses, or sends a file."""

    phone: str
    text: str | None = None
    button: str | None = None  # the id or the title of a button that the phone shows
    media: str | None = None  # image, document ...
    file: dict[str, str] | None = None  # its name, type and content (base64); None: a small one of its sort
    answers: str | None = None  # the message that is answered; None: the latest that fits
    channel: str | None = None  # whatsapp or sms; None: that of the latest message, else whatsapp


class NoSuchButton(LookupError):
    """The phone shows no such button."""


def reply(tx: Tx, typed: Typed, settings: Settings) -> str:
    """Writes what the person did and its webhook, due at once; answers the new message's id."""
    received = rows.last_to(tx, typed.phone)
    provider = _provider_of(typed, received)
    received = [row for row in received if row.provider == provider]
    answered, button = _answered(typed, received)
    sender = _sender(received[0]) if received else settings.phone_number_id or "0"
    message_id = new_id(tx, provider)
    text = button["title"] if button else typed.text or ""
    payload = {
        "sender": sender,
        "phone": typed.phone,
        "at": int(tx.now.timestamp()),
        "text": text,
        "button": button,
        "media": typed.media,
        "file": typed.file,
        "answers": answered.id if answered is not None else None,
        "is_template": answered is not None and "template" in (answered.request or {}),
    }
    rows.add_messages(
        tx,
        [
            {
                "id": message_id,
                "provider": provider,
                "phone": typed.phone,
                "direction": "in",
                "token": None,
                "at": tx.now_ms,
                "text": text or f"[{typed.media}]",
                "buttons": [],
                "request": None,
                "status": "typed",
            }
        ],
    )
    rows.add_webhooks(
        tx,
        [
            {
                "provider": provider,
                "message_id": message_id,
                "kind": "message",
                "payload": payload,
                "due_at": tx.now_ms,
            }
        ],
    )
    return message_id


def _provider_of(typed: Typed, received: Sequence[Any]) -> str:
    if typed.channel is not None:
        return SMS if typed.channel == "sms" else WHATSAPP
    return str(received[0].provider) if received and not typed.button else WHATSAPP


def _sender(row: Any) -> str:
    return str((row.request or {}).get("_sender", "0"))


def _answered(typed: Typed, received: Sequence[Any]) -> tuple[Any | None, dict[str, str] | None]:
    """The message that is answered and the button that is pressed."""
    if typed.answers is not None:
        received = [row for row in received if typed.answers in (row.id, row.token)]
    if typed.button is None:
        return (received[0] if received and typed.answers is not None else None), None
    for row in received:
        for button in row.buttons:
            if typed.button in (button["id"], button["title"]):
                return row, dict(button)
    raise NoSuchButton(typed.button)
