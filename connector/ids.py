"""Ids that sort by their making: a prefix that says the noun, 10 characters of time and 12 of chance.

26 characters in all for three-letter prefixes, so that an id fits into a Telegram button (64 bytes).
A ULID cut to 22 characters would not do: within one millisecond only its last characters differ.
"""

import os
import secrets
import threading
import time
from typing import Protocol

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHANCE_BITS = 60
_STEP = 1 << 20  # at most so far apart lie two ids of one millisecond
_PAIRS = [high + low for high in _CROCKFORD for low in _CROCKFORD]


class Ids(Protocol):
    def new(self, prefix: str) -> str: ...


def _base32(number: int, width: int) -> str:
    """The number in Crockford's alphabet, whose order is that of the numbers; the width is even.

    >>> _base32(33, 4)
    '0011'
    """
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(5 * width - 10, -1, -10)])


class UlidIds:
    """Random ids that grow within a process: `inv_01KC9A3DESQ0J4T8ZB6W2X`."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._ms = 0
        self._time = ""
        self._chance = 0

    def new(self, prefix: str) -> str:
        with self._guard:
            ms = time.time_ns() // 1_000_000
            if ms > self._ms:
                # The upper half stays free, so that a millisecond never runs out of steps.
                self._ms, self._time, self._chance = ms, _base32(ms, 10), secrets.randbits(_CHANCE_BITS - 1)
            else:  # the same millisecond, or a clock set back
                self._chance += 1 + int.from_bytes(os.urandom(3), "big") % _STEP
            return f"{prefix}_{self._time}{_base32(self._chance, 12)}"


class CountingIds:
    """Ids that repeat from run to run: for tests and golden files."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def new(self, prefix: str) -> str:
        self._last[prefix] = self._last.get(prefix, 0) + 1
        return f"{prefix}_{self._last[prefix]:06d}"
