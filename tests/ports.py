"""Ports on which nobody listens, and on which nobody will by chance."""

import itertools
import os
import random
import socket

# Below those that Linux hands out by itself (32,768 to 60,999): neither an outgoing connection nor a server on port 0
# comes to lie there. Each process of pytest-xdist has a part of its own, and gives no port twice.
_FIRST, _PARTS, _PART = 12_000, 8, 2_500
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
_mine = _FIRST + int(_worker) % _PARTS * _PART
_begin = random.Random(os.urandom(8)).randrange(_PART)
_offsets = itertools.islice(itertools.cycle(range(_PART)), _begin, None)


def free_port() -> int:
    """A port of 127.0.0.1 that may be bound later, and left and bound again."""
    for offset in itertools.islice(_offsets, _PART):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", _mine + offset))
            except OSError:
                continue
        return _mine + offset
    raise RuntimeError(f"no port is free from {_mine} to {_mine + _PART - 1}")
