"""Makes the Flask application: routes, rules for every request, and one form for every refusal."""

import logging
import re
import secrets
import string
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from connector.domain.problems import Problem, Unavailable
from connector.store import vitals
from connector.store.inbox import InboxWriter
from connector.store.keys import KeyRing
from connector.web import (
    access,
    actions,
    catalogue,
    clock,
    events,
    files,
    imports,
    inbound,
    operations,
    pages,
    query,
    recipes,
    webhooks,
)
from connector.web.body import read_rest
from connector.web.figures import Figures
from connector.web.languages import Languages
from connector.web.limits import Buckets
from connector.web.metrics import Metrics
from connector.web.problems import of_http, response_of
from connector.web.services import Services

LOG = logging.getLogger("tagih.web")
# How much of a refused body is still heard, so that the caller sees the refusal.
LISTENS_TO_KNOWN, LISTENS_TO_STRANGERS = 32 * 1024 * 1024, 8 * 1024 * 1024
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ANY_HOST = frozenset({"/healthz", "/readyz"})  # probes call by address and learn nothing
_REQUEST_ID = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def make_web(services: Services) -> Flask:
    """The whole HTTP face. Make it after the fork: it owns a thread and reads the database."""
    app = Flask("connector.web")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 20 * 1024 * 1024  # the largest that any route takes
    app.config["MAX_FORM_PARTS"] = 20
    app.config["MAX_FORM_MEMORY_SIZE"] = 256 * 1024
    inbox = InboxWriter(services.store)
    app.extensions["tagih.inbox"] = inbox  # for a clean end: `.close()` commits what waits
    figures, languages = Figures(services.store), Languages(services.store)
    metrics = Metrics(figures)
    forged = Buckets(services.limits.refused_rate, services.limits.refused_burst)
    hosts = {*_LOOPBACK, (urlsplit(services.public_url).hostname or "localhost").lower()}
    _rules(app, hosts)
    access.guard(app, services, KeyRing(services.store))
    query.guard(app)
    for blueprint in (
        actions.routes(services, languages),
        catalogue.routes(services, languages),
        clock.routes(services),
        events.routes(services),
        files.routes(services),
        imports.routes(services, languages),
        inbound.routes(services, inbox, metrics, forged),
        operations.routes(services, metrics),
        pages.routes(services, languages, figures),
        recipes.routes(services, languages),
        webhooks.routes(services, languages),
        *services.blueprints,
    ):
        app.register_blueprint(blueprint)
    _refusals(app, services, languages)
    fast = inbound.FastDoor(
        app.wsgi_app, services, inbox, metrics, forged, lambda host: _name_of(host) in hosts
    )
    app.wsgi_app = fast  # type: ignore[method-assign]
    prefix = urlsplit(services.public_url).path.rstrip("/")
    if prefix:
        app.wsgi_app = _Prefixed(app.wsgi_app, prefix)  # type: ignore[method-assign]
    return app


class _Prefixed:
    """Serves below a path, whether or not the proxy in front takes the path away."""

    def __init__(self, inner: Any, prefix: str) -> None:
        self._inner = inner
        self._prefix = prefix

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path: str = environ.get("PATH_INFO", "")
        if path == self._prefix or path.startswith(self._prefix + "/"):
            environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        environ["SCRIPT_NAME"] = self._prefix
        return self._inner(environ, start_response)


def _rules(app: Flask, hosts: set[str]) -> None:
    """Checks before and headers after every request. Nothing here asks the database."""

    @app.before_request
    def _before() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.match(given) else _new_request_id()
        if request.path not in _ANY_HOST and _name_of(request.environ.get("HTTP_HOST", "")) not in hosts:
            raise Problem("header_invalid", params={"header": "Host"})
        if request.method == "POST" and not request.path.startswith(("/v1/", "/in/")):
            _same_origin(hosts)

    @app.after_request
    def _after(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if response.status_code >= 400:
            read_rest(request, LISTENS_TO_KNOWN if "key" in g else LISTENS_TO_STRANGERS)
        return response


def _new_request_id() -> str:
    """Letters only: a run of digits would be masked in the log, where somebody will look for it."""
    return "req_" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(14))


def _name_of(host: str) -> str:
    """The host without its port, in lower case; `[::1]` keeps its brackets."""
    name, _, port = host.lower().rpartition(":")
    return name if name and port.isdigit() else host.lower()


def _same_origin(hosts: set[str]) -> None:
    """A form of another site may not act here: browsers say where a form comes from."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    known = origin is None or _name_of(urlsplit(origin).netloc) in hosts
    if not known or site not in ("same-origin", "none"):
        raise Problem("header_invalid", params={"header": "Origin"})


def _refusals(app: Flask, services: Services, languages: Languages) -> None:
    """Every exception leaves as problem+json; what nobody foresaw is logged and says only its request id."""

    def answer(problem: Problem) -> Response:
        language = languages.of_request()
        request_id = g.setdefault("request_id", _new_request_id())
        return response_of(services.catalog, problem, language=language, request_id=request_id)

    @app.errorhandler(Problem)
    def _problem(problem: Problem) -> Response:
        return answer(problem)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        response = answer(of_http(error, request.method))
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    @app.errorhandler(Exception)
    def _unforeseen(error: Exception) -> Response:
        LOG.error("%s: unforeseen %s at %s", g.get("request_id"), type(error).__name__, _place(error))
        if vitals.is_busy(error):
            return answer(Unavailable("database_busy", retry_after_s=1))
        return answer(Problem("internal"))


def _place(error: BaseException) -> str:
    """Where it broke, by file, line and function, ours before the libraries'.

    No message and no values: libraries quote what they got.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "connector" in Path(frame.filename).parts]
    shown = [*frames[-1:], *reversed(ours[-8:])]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in shown)
