"""Token buckets at the door, in memory: one for each key, one for each address that was refused."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

LARGEST_TABLE = 10_000  # addresses are an attacker's to choose: the oldest are forgotten


class Buckets:
    """A family of token buckets of one rate and burst."""

    def __init__(self, rate: float, burst: float, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._ticks = ticks
        self._guard = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one token: 0.0 when there was one, else the seconds until there is one."""
        with self._guard:
            level = self._level(name)
            wait = 0.0 if level >= 1.0 else (1.0 - level) / self._rate
            self._levels[name] = (level - 1.0 if wait == 0.0 else level, self._ticks())
            self._levels.move_to_end(name)
            if len(self._levels) > LARGEST_TABLE:
                self._levels.popitem(last=False)
            return wait

    def wait(self, name: str) -> float:
        """The seconds until a token is there, without taking one."""
        if name not in self._levels:  # the common case, without the lock
            return 0.0
        with self._guard:
            level = self._level(name)
            return 0.0 if level >= 1.0 else (1.0 - level) / self._rate

    def _level(self, name: str) -> float:
        level, at = self._levels.get(name, (self._burst, self._ticks()))
        return min(self._burst, level + (self._ticks() - at) * self._rate)
