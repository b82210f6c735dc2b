"""What a provider is: a pure translation between our messages and one gateway's words. No I/O, no clock.

Adding one: a Python file in this folder with `make(specs) -> Provider` (its name registers it), a JSON file
in specs/providers with `"kind": "sms_gateway"`, or the entry point `tagih.providers` of another package.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any, Protocol, cast, runtime_checkable

from connector.domain.model import Channel, Inbound, Notice, Outcome, OutgoingMessage, StatusUpdate

# A secret in the path is no header: the web hands it to `verify` under a name that no header can bear.
PATH_SECRET = ":path-secret"

Update = StatusUpdate | Inbound | Notice


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, ready to leave. Its repr shows neither credentials nor people."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class SenderConfig:
    """One of our senders at a provider. `secrets` (token, user, password) never show in a repr."""

    id: str
    external_id: str  # phone_number_id, SMS sender id
    base_url: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)  # graph_version, callback_url ...


class Unbuildable(ValueError):
    """This message can never leave through this provider; `code` is its reason. A person looks."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Provider(Protocol):
    """`read_answer` and `read_webhook` never raise, whatever arrives; `build` raises only `Unbuildable`."""

    name: str
    channel: Channel
    echoes_token: bool  # its webhooks bring our token back: an unknown outcome can be settled

    def build(self, message: OutgoingMessage, sender: SenderConfig) -> HttpRequest: ...

    def read_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Outcome: ...

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[bytes]) -> bool: ...

    def read_webhook(
        self,
        raw: bytes,
        *,
        own: frozenset[str] = frozenset(),
        accounts: frozenset[str] = frozenset(),
        received_at: datetime | None = None,
    ) -> list[Update]:
        """What a verified body says; senders or accounts that are not among the given ones are foreign."""
        ...


@dataclass(frozen=True, slots=True)
class MediaPlace:
    """Where a provider keeps what a customer sent, for the minutes that its link lives."""

    url: str = field(repr=False)
    size: int | None = None


@runtime_checkable
class MediaProvider(Protocol):
    """A provider that hands out what customers send: first the place, then the bytes."""

    def media_request(self, media_id: str, sender: SenderConfig) -> HttpRequest | None:
        """The question where a file lies; None for an id that is none."""
        ...

    def read_media(self, body: bytes) -> MediaPlace | None:
        """The answer to it; None when it cannot be read."""
        ...

    def media_download(self, place: MediaPlace, sender: SenderConfig) -> HttpRequest | None:
        """The download with our credentials; None for a host that must never see them (T-22)."""
        ...


def load_providers(specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Provider]:
    """Every provider by name: our own modules, the gateways of the specs, other packages' entry points.

    A name that comes twice is a fault: the second would silently take the first one's messages.
    """
    from connector.providers.http_sms import HttpSms

    found: dict[str, Provider] = {}

    def add(provider: Provider) -> None:
        if provider.name in found:
            raise ValueError(f"two providers are named {provider.name!r}")
        found[provider.name] = provider

    for module in pkgutil.iter_modules(__path__):
        make = getattr(importlib.import_module(f"{__name__}.{module.name}"), "make", None)
        if make is not None:
            add(cast(Callable[[Mapping[str, Any]], Provider], make)(specs))
    for spec in specs.values():
        if spec.get("kind") == "sms_gateway":
            add(HttpSms(spec))
    for point in entry_points(group="tagih.providers"):
        add(point.load()(specs))
    return found
