"""What the HTTP face is given by the composition root; it fetches nothing from a global."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint

from connector.file_links import FileLinks
from connector.providers import Provider
from connector.specs import Catalog
from connector.store.db import Store, Tx
from connector.store.secrets import Vault

LOG = logging.getLogger("tagih.web")

Answer = dict[str, Any]
RunAction = Callable[..., Answer]  # connector.actions.run.run_action
OnSuccess = Callable[[Tx, Answer], None]  # writes in the transaction of the change
OptionList = Callable[[Tx, str], list[dict[str, str]]]  # (transaction, what was typed) -> [{id, label}]
TemplateFields = Callable[[Tx, str], dict[str, Any]]  # (transaction, template) -> JSON Schema
EventPayloads = Callable[..., list[dict[str, Any]]]  # (transaction, rows of `events`) -> what subscribers get


Challenge = Callable[[Mapping[str, str], str | None], str | None]  # (query, our verify token) -> answer


@dataclass(frozen=True, slots=True)
class Door:
    """How one provider proves itself at `/in/{name}`: its own check, our secrets, the largest body."""

    provider: Provider
    secrets: tuple[bytes, ...] = field(default=(), repr=False)  # the usable ones: see `usable_secrets`
    verify_token: str | None = field(default=None, repr=False)
    challenge: Challenge | None = None
    max_bytes: int = 4 * 1024 * 1024

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether these raw bytes were signed; whatever goes wrong in finding out, the answer is no."""
        try:
            return self.provider.verify(headers, body, self.secrets)
        except Exception as error:  # noqa: BLE001 - a header made to break the check must not be a 5xx
            LOG.warning("the check of %s failed: %s", self.provider.name, type(error).__name__)
            return False


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a second and bursts at the door. Generous: they stop accidents and floods, not work."""

    key_rate: float = 1_000.0
    key_burst: float = 5_000.0
    refused_rate: float = 2.0  # wrong keys and forged webhooks from one address
    refused_burst: float = 60.0


@dataclass(frozen=True, slots=True)
class Hooks:
    """What subscriptions need: where their secrets are sealed, the private places that they may name."""

    vault: Vault
    private: frozenset[str] = frozenset()  # host:port


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a request may need."""

    store: Store
    catalog: Catalog
    mode: str  # sandbox or live
    version: str
    public_url: str
    settle_seconds: int
    run_action: RunAction
    event_payloads: EventPayloads
    is_migrated: Callable[[], bool]
    doors: Mapping[str, Door] = field(default_factory=dict)
    options: Mapping[str, OptionList] = field(default_factory=dict)
    template_fields: TemplateFields | None = None
    blueprints: tuple[Blueprint, ...] = ()  # the sandbox's own routes; empty when live
    limits: Limits = field(default_factory=Limits)
    file_links: FileLinks | None = None  # signed links to files; None: there are none
    hooks: Hooks | None = None  # None: nobody can subscribe

    @property
    def is_sandbox(self) -> bool:
        return self.mode == "sandbox"
