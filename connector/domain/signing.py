"""Standard Webhooks 1.0: how a delivery proves that it is ours.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: HMAC-SHA256 over
`id.timestamp.body`, base64, with the version in front; several signatures stand side by side while a secret
is changed.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32  # the standard asks for 24 to 64


def secret_text(key: bytes) -> str:
    """A secret as people copy it."""
    return PREFIX + base64.b64encode(key).decode("ascii")


def key_of(secret: str) -> bytes:
    """The key behind the text of a secret."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def signature(secret: str, delivery_id: str, at: int, body: bytes) -> str:
    """One signature of the version v1; `at` is in whole seconds of machine time.

    >>> signature("whsec_dGFnaWg=", "evt_1", 1614265330, b"{}")
    'v1,bpxryGKJqeKA9vGvR2hFMH8SVYPy8NxLMWbV/jg+HrM='
    """
    signed = b".".join((delivery_id.encode(), str(at).encode(), body))
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode('ascii')}"


def headers(secrets: Sequence[str], delivery_id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers of the standard; every secret that still counts signs."""
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(secret, delivery_id, at, body) for secret in secrets),
    }
