"""The kinds of places for money, and the form in which two spellings of one place are equal."""

import re
import unicodedata
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from connector.domain.problems import Invalid
from connector.domain.qris import NotQris, read_merchant

SHORTEST_PREFIX = 4
_HOST = re.compile(
    r"(?=.{4,253}(?::|$))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}(?::\d{1,5})?"
)
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1)(?::\d{1,5})?")  # the sandbox's own pages
_ONWARD = re.compile(r"(?:https?|ftp)\s*:|//|\\", re.IGNORECASE)


class Kind(StrEnum):
    HOST = "host"
    ACCOUNT = "account"
    VA_PREFIX = "va_prefix"
    QRIS = "qris"


def normal_of(kind: Kind, value: str) -> str:
    """The form in which two spellings of one destination are equal. Refuses what is none.

    >>> normal_of(Kind.HOST, "https://Pay.Xendit.co/"), normal_of(Kind.VA_PREFIX, "8808-1")
    ('pay.xendit.co', '88081')
    >>> normal_of(Kind.ACCOUNT, "BCA  123-456 7890 a.n. Ratna") == normal_of(Kind.ACCOUNT, "bca 1234567890 a.n. ratna")
    True
    """
    text = unicodedata.normalize("NFKC", value).strip()
    found = _NORMAL[kind](text)
    if not found:
        raise Invalid("destination_invalid", field="value", params={"kind": kind.value})
    return found


def normal_or_none(kind: Kind, value: str) -> str | None:
    """The same for what a message carries, where a payment link stands for its host; None for what is none."""
    if kind is Kind.HOST:
        return host_of(value)
    return _NORMAL[kind](unicodedata.normalize("NFKC", value).strip()) or None


def _host_text(text: str) -> str:
    host = text.casefold().removeprefix("https://").rstrip("/").removesuffix(".")
    return host if _HOST.fullmatch(host) or _LOCAL.fullmatch(host) else ""


def _account_text(text: str) -> str:
    """The whole text counts, so that nothing can be added to an approved account."""
    words = " ".join(text.casefold().split())
    return re.sub(r"(?<=\d)[ .\-]+(?=\d)", "", words)


def _prefix_text(text: str) -> str:
    digits = re.sub(r"[ .\-]", "", text)
    return digits if digits.isascii() and digits.isdigit() and len(digits) >= SHORTEST_PREFIX else ""


def _qris_text(text: str) -> str:
    try:
        return read_merchant(text).normal
    except NotQris:
        return ""


_NORMAL = {
    Kind.HOST: _host_text,
    Kind.ACCOUNT: _account_text,
    Kind.VA_PREFIX: _prefix_text,
    Kind.QRIS: _qris_text,
}


def host_of(url: str) -> str | None:
    """The host (with a port that is not 443) of a payment link; None when it could lead on to another place.

    >>> host_of("https://pay.xendit.co/i/1"), host_of("https://pay.xendit.co/r?to=https%3A%2F%2Fevil.example")
    ('pay.xendit.co', None)
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    rest = unquote(unquote(f"{parts.path}?{parts.query}#{parts.fragment}"))
    if not host or parts.username is not None or _ONWARD.search(rest):
        return None
    name = host if port in (None, 443) else f"{host}:{port}"
    return name if _HOST.fullmatch(name) or _LOCAL.fullmatch(name) else None


def holder_of(kind: Kind, value: str) -> str | None:
    """The name in an account's text or in a QRIS payload.

    >>> holder_of(Kind.ACCOUNT, "BCA 1234567890 a.n. Ratna Dewi")
    'Ratna Dewi'
    """
    if kind is Kind.QRIS:
        try:
            return read_merchant(value).name
        except NotQris:
            return None
    found = re.search(r"\b(?:a\s?[./]\s?n\.?|atas nama|in the name of)\s+(.{2,60})", value, re.IGNORECASE)
    return found[1].strip(" .,;") if found and kind is Kind.ACCOUNT else None
