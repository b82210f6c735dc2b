"""What the tests of the web build with: a small catalogue, counted actions, a signing provider, a caller."""

import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from connector.domain.problems import Invalid
from connector.specs import ActionSpec, Catalog, ProblemSpec, TriggerSpec
from connector.store.db import Store
from connector.store.keys import MadeKey, create_key

SPECS = Path(__file__).parents[2] / "specs"
SECRET = "app-secret-of-the-test"
VERIFY_TOKEN = "verify-token-of-the-test"
EVERYTHING = ("read", "read_pii", "invoices", "payments", "send", "recipes", "imports", "admin")


def _action(name: str, scope: str, kind: str = "change", **more: Any) -> ActionSpec:
    text = {"type": "string"}
    spec: dict[str, Any] = {
        "name": name,
        "title": name.replace("_", " ").title(),
        "description": f"Runs {name}.",
        "noun": "invoice",
        "kind": kind,
        "scope": scope,
        "idempotency": "natural",
        "business_fields": (),
        "input": {"type": "object", "properties": {"invoice": text}, "required": ["invoice"]},
        "output": {
            "type": "object",
            "properties": {"result": text, "contact_name": {"type": "string", "x-pii": True}},
        },
        "example": {"input": {"invoice": "A3-2026-12"}, "output": {"result": "created"}},
        "errors": (),
        "emits": (),
        "results": ("created",),
        "surfaces": ("api",),
        "i18n": {"id": {"title": "Judul", "description": "Keterangan <b>"}},
        **more,
    }
    return ActionSpec(**spec, raw=spec)


def small_catalog() -> Catalog:
    """Three actions and one trigger: enough for the rules of the door."""
    said = json.loads((SPECS / "problems.json").read_text(encoding="utf-8"))
    sample = {
        "event_id": "evt_sample",
        "type": "invoice_paid",
        "event_number": 1,
        "customer_phone": "+6281234567890",
    }
    return Catalog(
        actions={
            "create_invoice": _action("create_invoice", "invoices"),
            "find_invoices": _action("find_invoices", "read", "read"),
            "pause_all": _action("pause_all", "admin"),
        },
        triggers={"invoice_paid": _trigger("invoice_paid", sample)},
        problems={code: ProblemSpec(code=code, **said) for code, said in said.items()},
    )


def _trigger(name: str, sample: dict[str, Any]) -> TriggerSpec:
    spec: dict[str, Any] = {
        "name": name,
        "title": "Invoice Paid",
        "description": "Triggers when an invoice is paid.",
        "noun": "invoice",
        "payload": {"type": "object", "properties": {"event_id": {"type": "string"}}},
        "sample": sample,
        "once_per": ("invoice",),
        "own_keys": (),
        "surfaces": ("api",),
        "i18n": {},
    }
    return TriggerSpec(**spec, raw=spec)


@dataclass
class Actions:
    """Stands for connector.actions.run: counts its calls and answers what it was given."""

    calls: list[tuple[str, dict[str, Any], str, bool]] = field(default_factory=list)
    gate: threading.Event | None = None
    entered: threading.Event = field(default_factory=threading.Event)

    def run(
        self,
        store: Store,
        catalog: Catalog,
        name: str,
        body: dict[str, Any],
        actor: str,
        *,
        settle_seconds: int,
        mode: str,
        dry_run: bool = False,
        public_url: str = "",
        language: str = "en",
        admin: bool = True,
        sources: Any = None,
        on_success: Any = None,
    ) -> dict[str, Any]:
        self.calls.append((name, body, actor, dry_run))
        self.entered.set()
        if self.gate is not None:
            assert self.gate.wait(10)
        if body.get("amount") == "wrong":
            raise Invalid("amount_invalid", field="amount")
        if body.get("amount") == "bug":
            raise ZeroDivisionError("+6281234567890 divided")
        answer = {
            "result": "created",
            "number": len(self.calls),
            "customer_phone": "+6281234567890",
            "contact_name": "Siti",
        }
        if on_success is not None:
            with store.write() as tx:
                on_success(tx, answer)
        return answer


class SignedDoor:
    """A provider that signs as Meta does, as far as the web sees of it."""

    name = "whatsapp_cloud"

    def verify(self, headers: Any, raw: bytes, secrets: Any) -> bool:
        given = headers.get("X-Hub-Signature-256") or ""
        return any(hmac.compare_digest(given.encode("ascii"), signature(raw, s).encode()) for s in secrets)


def signature(raw: bytes, secret: bytes | str = SECRET) -> str:
    key = secret.encode() if isinstance(secret, str) else secret
    return "sha256=" + hmac.new(key, raw, hashlib.sha256).hexdigest()


def make_key(store: Store, *scopes: str, pii: str = "full", **more: Any) -> MadeKey:
    with store.write() as tx:
        return create_key(tx, label="test", scopes=scopes or EVERYTHING, pii=pii, **more)


@dataclass
class Caller:
    """A client with a key."""

    client: FlaskClient
    secret: str

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, headers=self._headers(more), **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self.client.delete(path, headers=self._headers(more), **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Any:
        if json is not None:
            more["json"] = json
        return self.client.post(path, headers=self._headers(more), **more)

    def run(self, action: str, **body: Any) -> Any:
        return self.post(f"/v1/actions/{action}", body)

    def _headers(self, more: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
