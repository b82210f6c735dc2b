"""Who is calling and what they may do: every path under /v1/ needs a key, every act its scope."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any

from flask import Flask, Response, g, request

from connector.domain.problems import Forbidden, RateLimited, Unauthorized
from connector.store.keys import Key, KeyRing
from connector.web.limits import Buckets
from connector.web.services import Services

_PAGES = "/sandbox/"  # the phones on a page: everything that was sent, and buttons to answer with


def caller() -> Key:
    """The key of this request; only for routes under /v1/."""
    key: Key = g.key
    return key


def need(scope: str, action: str | None = None, *, bound: bool = False) -> Key:
    """The calling key, if it carries the scope (and may run the action).

    A source-bound key passes only where the route itself keeps to its sources (`bound`).
    """
    key = caller()
    if not key.allows(scope, action):
        raise Forbidden("forbidden", params={"scope": scope})
    if key.sources is not None and not bound:
        raise _outside(key)
    return key


def _outside(key: Key) -> Forbidden:
    return Forbidden("source_bound", params={"sources": ", ".join(sorted(key.sources or ()))})


# What a source-bound key may do: acts on one invoice or customer, which it must have brought itself.
BOUND_ACTIONS = frozenset(
    {
        "create_invoice", "update_invoice", "void_invoice", "get_invoice", "find_invoices", "explain_invoice",
        "mark_paid", "upsert_customer", "find_customer", "set_consent", "change_phone", "pause_sequence",
        "resume_sequence", "start_sequence", "cancel_sequence", "preview_sequence", "schedule_reminder",
        "send_template", "resend_invoice", "record_promise", "cancel_promise", "open_case", "resolve_case",
        "import_rows",
    }
)  # fmt: skip


def within_sources(key: Key, action: str, given: dict[str, Any]) -> None:
    """Refuses to a source-bound key what is not about one thing of its sources (T-36)."""
    if key.sources is None:
        return
    named = given.get("source") or (f"sheet:{given['list']}" if given.get("list") else None)
    if action not in BOUND_ACTIONS or (named is not None and named not in key.sources):
        raise _outside(key)


def scoped(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Wraps a route of another part, so that it asks for the scope."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def asked(*args: Any, **named: Any) -> Any:
            need(scope)
            return view(*args, **named)

        return asked

    return decorate


def guard(app: Flask, services: Services, ring: KeyRing) -> None:
    """Ask for a key before any route under /v1/ is even looked up, so that strangers learn nothing."""
    by_key = Buckets(services.limits.key_rate, services.limits.key_burst)
    refused = Buckets(services.limits.refused_rate, services.limits.refused_burst)

    @app.before_request
    def _authenticate() -> None:
        on_page = request.path.startswith(_PAGES)
        if on_page and _is_local():
            return
        if not on_page and not request.path.startswith("/v1/"):
            return
        key = ring.find(_presented())
        if key is None:
            # Only wrong keys are slowed down: behind a proxy the owner shares the guesser's address.
            wait = refused.take(request.remote_addr or "?")
            if wait:
                raise RateLimited("rate_limited", retry_after_s=wait)
            raise Unauthorized("unauthorized")
        wait = by_key.take(key.id)
        if wait:
            raise RateLimited("rate_limited", retry_after_s=wait)
        g.key = key
        if on_page:
            need("admin")
        ring.note_uses()

    @app.after_request
    def _ask(response: Response) -> Response:
        if response.status_code == 401 and request.path.startswith(_PAGES):
            response.headers["WWW-Authenticate"] = 'Basic realm="tagih", charset="UTF-8"'
        return response


def _is_local() -> bool:
    """Whether the caller sits at this machine; what a proxy hands on comes from elsewhere."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _presented() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic" and request.path.startswith(_PAGES) and request.authorization:
        return request.authorization.password or ""  # a browser asks a person for it
    return secret.strip() if scheme.lower() == "bearer" else ""
