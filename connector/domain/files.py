"""Which files are kept: four types, told by their first bytes and by nothing that a sender says (T-42)."""

import re
import unicodedata
from datetime import timedelta
from enum import StrEnum

MEDIA_LARGEST = 16 * 1024 * 1024
PDF_LARGEST = 5 * 1024 * 1024
PDF = "application/pdf"
# What WhatsApp takes beside free words: a photo of at most 5 MB, a PDF. A WebP would become a sticker.
SENDABLE = frozenset({"image/jpeg", "image/png", PDF})
CAPTION_LONGEST = 1024
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", PDF: "pdf"}

# A document is looked for this long; the message that it belongs to waits no longer either.
PATIENCE = timedelta(hours=6)
# Meta keeps what a customer sent for 7 days, and its links for 5 minutes.
MEDIA_PATIENCE = timedelta(days=6)
_TRIES = tuple(timedelta(minutes=m) for m in (1, 4, 15, 60))


class FileKind(StrEnum):
    INVOICE_PDF = "invoice_pdf"
    PROOF = "proof"
    UPLOAD = "upload"
    OUTGOING = "outgoing"  # a person sends it to a customer beside their words


class FileState(StrEnum):
    WAITING = "waiting"  # to be fetched
    READY = "ready"
    FAILED = "failed"  # it could not be fetched
    REFUSED = "refused"  # it was fetched and is not kept


def type_of(head: bytes) -> str | None:
    """The type that the first bytes prove; None for anything that is not kept.

    >>> type_of(b"%PDF-1.7 ..."), type_of(b"<svg xmlns="), type_of(b"PK\\x03\\x04")
    ('application/pdf', None, None)
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return PDF if head.startswith(b"%PDF-") else None


def refusal_of(body: bytes, kind: FileKind) -> str | None:
    """Why these bytes are not kept, or None."""
    if not body:
        return "file_empty"
    if len(body) > _LARGEST.get(kind, MEDIA_LARGEST):
        return "file_too_large"
    found = type_of(body[:16])
    if found is None or found not in _TAKEN.get(kind, ENDINGS):
        return "file_refused"
    return None


_LARGEST = {FileKind.INVOICE_PDF: PDF_LARGEST, FileKind.OUTGOING: PDF_LARGEST}
_TAKEN = {FileKind.INVOICE_PDF: frozenset({PDF}), FileKind.OUTGOING: SENDABLE}


def is_sendable(media_type: str | None, size: int | None) -> bool:
    """Whether a kept file can go beside free words.

    >>> is_sendable("image/png", 1000), is_sendable("image/webp", 1000), is_sendable(PDF, 6 * 1024 * 1024)
    (True, False, False)
    """
    return media_type in SENDABLE and (size or 0) <= PDF_LARGEST


def sent_name(name: str | None, media_type: str) -> str:
    """The name that the customer sees: the sender's own without its odd signs, with the true type's ending.

    >>> sent_name("Kuitansi Des 2026.PDF", PDF), sent_name(None, "image/jpeg")
    ('Kuitansi-Des-2026.pdf', 'file.jpg')
    """
    stem = document_name((told_name(name) or "file").rsplit(".", 1)[0]).removesuffix(".pdf")
    return f"{stem}.{ENDINGS[media_type]}"


def shown_name(file_id: str, media_type: str) -> str:
    """A name that says nothing of its sender: the id and the true type's ending.

    >>> shown_name("file_01", "image/png")
    'file_01.png'
    """
    return f"{file_id}.{ENDINGS[media_type]}"


def document_name(invoice_number: str) -> str:
    """What the customer sees above the message.

    >>> document_name("A3/2026-12")
    'A3-2026-12.pdf'
    """
    plain = unicodedata.normalize("NFKD", invoice_number).encode("ascii", "ignore").decode()
    return (re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-") or "invoice")[:60] + ".pdf"


def told_name(name: str | None) -> str | None:
    """A sender's own name for a file, fit for an event: no path, no control characters."""
    text = "".join(c for c in unicodedata.normalize("NFC", name or "") if c.isprintable())
    return re.split(r"[/\\]", text)[-1].strip()[:120] or None


def next_try(attempts: int) -> timedelta:
    """The pause after so many failed tries.

    >>> next_try(1), next_try(9)
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=3600))
    """
    return _TRIES[min(max(attempts, 1), len(_TRIES)) - 1]
