"""The door for providers: know the route, cap the size, verify the raw bytes, commit them, answer 200.

Nothing is parsed here and nothing unsigned is stored. Who sent a body decides its signature alone; what the
body says, and whether it is about one of our own senders, the worker finds out.

A provider sends its webhooks by the thousand, so what is in order passes through `FastDoor` before Flask is
even asked (twice as many a second, measured); the rest goes on to the ordinary routes, which refuse it.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from connector.domain.problems import Forbidden, NotFound, RateLimited, Unauthorized
from connector.providers import PATH_SECRET
from connector.store.inbox import InboxWriter
from connector.web.body import read_bytes
from connector.web.limits import Buckets
from connector.web.metrics import Metrics
from connector.web.services import Door, Services

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
_OK = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", "2"),
    ("X-Content-Type-Options", "nosniff"),
]


def routes(services: Services, inbox: InboxWriter, metrics: Metrics, forged: Buckets) -> Blueprint:
    """`/in/{provider}` and `/in/{provider}/{connection}`; the latter may carry a secret in its path."""
    door = Blueprint("inbound", __name__)

    def known(provider: str) -> Door:
        found = services.doors.get(provider)
        if found is None or not found.secrets:
            # Without a secret nobody can prove anything, so there is no such door.
            raise NotFound("source_unknown", params={"name": provider[:60]})
        return found

    @door.post("/in/<provider>")
    @door.post("/in/<provider>/<connection>")
    def receive(provider: str, connection: str | None = None) -> Response:
        found = known(provider)
        address = request.remote_addr or "?"
        body = read_bytes(request, found.max_bytes)
        headers: Mapping[str, str] = request.headers  # type: ignore[assignment]  # answers .get and .items
        if connection is not None:
            headers = {**dict(request.headers), PATH_SECRET: connection}
        if not found.verify(headers, body):
            metrics.webhooks.labels(provider, "refused").inc()
            # Only forgeries are slowed down: behind a proxy the provider shares the forger's address.
            wait = forged.wait(address)
            if wait:
                raise RateLimited("rate_limited", retry_after_s=wait)
            forged.take(address)
            raise Unauthorized("signature_invalid")
        inbox.put(provider, body)
        metrics.webhooks.labels(provider, "stored").inc()
        return Response("ok", content_type="text/plain; charset=utf-8")

    @door.get("/in/<provider>")
    def confirm(provider: str) -> Response:
        found = services.doors.get(provider)
        if found is None or found.challenge is None or not found.verify_token:
            raise NotFound("source_unknown", params={"name": provider[:60]})
        answer = found.challenge(request.args, found.verify_token)
        if answer is None:
            raise Forbidden("challenge_invalid")
        return Response(answer, content_type="text/plain; charset=utf-8")

    return door


class FastDoor:
    """The same order of checks for `/in/{provider}` without the framework; hands on what it would refuse."""

    def __init__(
        self,
        inner: Wsgi,
        services: Services,
        inbox: InboxWriter,
        metrics: Metrics,
        forged: Buckets,
        is_ours: Callable[[str], bool],
    ) -> None:
        self._inner = inner
        self._inbox = inbox
        self._is_ours = is_ours
        self._doors = {f"/in/{name}": (name, door) for name, door in services.doors.items() if door.secrets}
        self._stored = {name: metrics.webhooks.labels(name, "stored") for name in services.doors}
        self._answered = metrics.requests.labels("/in/<provider>", "200")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        found = self._doors.get(environ["PATH_INFO"])
        if found is None or environ["REQUEST_METHOD"] != "POST":
            return self._inner(environ, start_response)
        name, door = found
        body = self._body(environ, door.max_bytes)
        if body is None:
            return self._inner(environ, start_response)
        if not door.verify(_Headers(environ), body):
            environ["wsgi.input"] = io.BytesIO(body)
            return self._inner(environ, start_response)
        self._inbox.put(name, body)
        self._stored[name].inc()
        self._answered.inc()
        start_response("200 OK", list(_OK))
        return [b"ok"]

    def _body(self, environ: dict[str, Any], limit: int) -> bytes | None:
        """The whole body of a request that is in order so far; None, with nothing read, for any other."""
        length = environ.get("CONTENT_LENGTH") or ""
        plain = length.isdigit() and int(length) <= limit and "HTTP_CONTENT_ENCODING" not in environ
        if not plain or not self._is_ours(environ.get("HTTP_HOST", "")):
            return None
        body: bytes = environ["wsgi.input"].read(int(length))
        return body


class _Headers(Mapping[str, str]):
    """The headers of a WSGI environment by their usual names."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        value: str = self._environ["HTTP_" + name.upper().replace("-", "_")]
        return value

    def __iter__(self) -> Any:
        return (key[5:].replace("_", "-") for key in self._environ if key.startswith("HTTP_"))

    def __len__(self) -> int:
        return sum(1 for _ in self)
