"""Secrets and signatures: what can never verify, and comparing without telling by time."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

MINIMUM_SECRET = 8  # bytes; a shorter one never verifies anything
# A longer header is no signature of ours; comparing it would be work for an attacker's benefit.
_MAXIMUM_HEADER = 1024


def usable_secrets(text: str | None) -> tuple[bytes, ...]:
    """The secrets of a comma-separated setting; empty, blank and short ones are dropped, not repaired.

    >>> usable_secrets("first-secret, ,second-secret,")
    (b'first-secret', b'second-secret')
    """
    parts = ((text or "").split(",")) if text else []
    found = (part.strip().encode() for part in parts)
    return tuple(secret for secret in found if len(secret) >= MINIMUM_SECRET)


def header_of(headers: Mapping[str, str], name: str) -> str | None:
    """A header's value, whatever the case of its name."""
    value = headers.get(name)
    if value is not None:
        return value
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), None)


def _ascii(text: str | None) -> bytes | None:
    if not text or len(text) > _MAXIMUM_HEADER or not text.isascii():
        return None
    return text.encode("ascii")


def hmac_matches(
    given: str | None,
    raw: bytes,
    secrets: Sequence[bytes],
    *,
    prefix: str = "",
    digest: str = "sha256",
    encoding: str = "hex",
) -> bool:
    """Whether the header is `prefix` + HMAC of the raw bytes under one of the secrets; all are tried."""
    shown = _ascii(given)
    if shown is None:
        return False
    matches = False
    for secret in secrets:
        if len(secret) < MINIMUM_SECRET:
            continue
        made = hmac.new(secret, raw, digest).digest()
        wanted = made.hex().encode() if encoding == "hex" else base64.b64encode(made)
        matches |= hmac.compare_digest(shown, prefix.encode() + wanted)
    return matches


def token_matches(given: str | None, secrets: Sequence[bytes]) -> bool:
    """Whether the text is one of the secrets, compared through hashes so that lengths do not show."""
    shown = _ascii(given)
    if shown is None:
        return False
    mine = hashlib.sha256(shown).digest()
    matches = False
    for secret in secrets:
        if len(secret) >= MINIMUM_SECRET:
            matches |= hmac.compare_digest(mine, hashlib.sha256(secret).digest())
    return matches


def basic_password(header: str | None) -> str | None:
    """The password of a Basic Authorization header, or None.

    >>> basic_password("Basic dXNlcjpwYXNz")
    'pass'
    """
    scheme, _, coded = (header or "").partition(" ")
    if scheme.lower() != "basic" or len(coded) > _MAXIMUM_HEADER:
        return None
    try:
        return base64.b64decode(coded, validate=True).decode("ascii").partition(":")[2]
    except ValueError:
        return None


def sign(raw: bytes, secret: bytes, *, prefix: str = "sha256=") -> str:
    """The signature that `hmac_matches` accepts: the emulator signs with it."""
    return prefix + hmac.new(secret, raw, "sha256").hexdigest()
