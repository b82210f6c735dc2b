"""Who is calling and what they may do: every path under /v1/ needs a key, every act its scope."""

from flask import Flask, g, request

from connector.domain.problems import Forbidden, RateLimited, Unauthorized
from connector.store.keys import Key, KeyRing
from connector.web.limits import Buckets
from connector.web.services import Services


def caller() -> Key:
    """The key of this request; only for routes under /v1/."""
    key: Key = g.key
    return key


def need(scope: str, action: str | None = None) -> Key:
    """The calling key, if it carries the scope (and may run the action)."""
    key = caller()
    if not key.allows(scope, action):
        raise Forbidden("forbidden", params={"scope": scope})
    return key


def guard(app: Flask, services: Services, ring: KeyRing) -> None:
    """Ask for a key before any route under /v1/ is even looked up, so that strangers learn nothing."""
    by_key = Buckets(services.limits.key_rate, services.limits.key_burst)
    refused = Buckets(services.limits.refused_rate, services.limits.refused_burst)

    @app.before_request
    def _authenticate() -> None:
        if not request.path.startswith("/v1/"):
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
        ring.note_uses()


def _presented() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
