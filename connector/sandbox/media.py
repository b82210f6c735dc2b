"""Files that people send from the emulator's phones: what they are called, what they hold, where they lie."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.store import emulator as rows
from connector.store.db import Tx

_MIMES = {
    "image": "image/jpeg",
    "document": "application/pdf",
    "audio": "audio/ogg",
    "video": "video/mp4",
}
# The least that is a picture of one grey dot and an empty page.
_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////"
    "////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_BODIES = {"image": _JPEG, "document": _PDF}


@dataclass(frozen=True, slots=True)
class MediaFile:
    mime: str  # what its sender says that it is
    name: str | None
    body: bytes = field(repr=False)


def media_file(sort: str, given: Mapping[str, str] | None) -> MediaFile:
    """The file of a message of this sort: as the person gave it, else a small one."""
    file = given or {}
    content = file.get("content")
    body = base64.b64decode(content) if content is not None else _BODIES.get(sort, b"?")
    return MediaFile(
        file.get("mime_type") or _MIMES.get(sort, "application/octet-stream"), file.get("file_name"), body
    )


def media_id(webhook_id: int) -> str:
    return f"media-{webhook_id}"


def media_of(tx: Tx, wanted: str) -> tuple[bytes, str] | None:
    """The bytes of a file that was sent, and its sender's word for their type."""
    number = wanted.removeprefix("media-")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return None
    payload: dict[str, Any] | None = rows.webhook_payload(tx, int(number))
    if payload is None or not payload.get("media"):
        return None
    file = media_file(payload["media"], payload.get("file"))
    return file.body, file.mime
