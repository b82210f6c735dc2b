"""What a worker is told when it is made: its name, its senders, what is ours at each provider."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from connector.domain.model import Policy
from connector.providers import SenderConfig
from connector.worker.inbox import Own

ROOM = 512  # requests in flight


@dataclass(frozen=True, slots=True)
class SenderSetup:
    """One sender as the settings describe it."""

    config: SenderConfig
    provider: str
    channel: str
    rate: float  # messages per second


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    name: str
    live: bool
    hold: timedelta
    senders: tuple[SenderSetup, ...]
    own: Mapping[str, Own]
    allow: frozenset[str]  # host:port pairs that may be private
    policies: Mapping[str, Policy]
    alone: bool  # no other worker can be alive
    room: int = ROOM
    connections: int = ROOM
    file_link: Callable[[str], str] | None = None  # makes the link of a document that goes with a message


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
