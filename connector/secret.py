"""Texts that must not be seen: no repr, no str, compared in constant time."""

import hmac
from collections.abc import Iterable
from typing import final

SHORTEST_USABLE = 8  # bytes; anything shorter never verifies a signature (threat T-07)


@final
class Secret:
    """A secret text. Its repr and str are masked; `reveal()` is the only way to the value.

    >>> Secret("hunter2-hunter2")
    Secret(***)
    >>> f"{Secret('hunter2-hunter2')}"
    '***'
    >>> Secret("a") == Secret("a")
    True
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def encode(self) -> bytes:
        return self._text.encode()

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, _: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __len__(self) -> int:
        """Bytes, because that is what a signature counts."""
        return len(self.encode())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self.encode(), other.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not pickled")


def secret_list(text: str) -> tuple[Secret, ...]:
    """The secrets of a comma-separated setting; empty and blank ones are dropped.

    >>> [s.reveal() for s in secret_list("new-secret-1, old-secret-1,, ")]
    ['new-secret-1', 'old-secret-1']
    """
    return tuple(Secret(part.strip()) for part in text.split(",") if part.strip())


def usable(secrets: Iterable[Secret]) -> tuple[Secret, ...]:
    """Those that may verify a signature: an empty or very short key would let everybody sign.

    >>> usable(secret_list("short, long-enough"))
    (Secret(***),)
    """
    return tuple(secret for secret in secrets if len(secret) >= SHORTEST_USABLE)
