"""The emulator alone, on its own database and posting by itself: `tagih emulator`, benches, tests."""

import http.client
import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify

from connector.domain.problems import Problem
from connector.providers import HttpRequest
from connector.sandbox.blueprints import make_blueprints
from connector.sandbox.emulator import Settings
from connector.sandbox.posting import due_webhooks, mark_done
from connector.sandbox.webhook_bodies import Due
from connector.store.db import Store

LOG = logging.getLogger("tagih.emulator")
LOOK_EVERY_S = 0.05
AFTER_TROUBLE_S = 1.0


def make_app(store: Store, settings: Settings) -> Flask:
    """The gateways, calls and phones without a key: it listens on the loopback only."""
    app = Flask("connector.sandbox")
    for blueprint in make_blueprints(store, settings):
        app.register_blueprint(blueprint)

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> Response:
        errors = [{"field": error.field, "code": error.code} for error in problem.errors]
        answer = jsonify({"code": problem.code, "errors": errors, "params": problem.params})
        answer.status_code = problem.status
        answer.content_type = "application/problem+json"
        return answer

    return app


def make_emulator(store: Store, settings: Settings, *, web_url: str) -> Flask:
    """The emulator as a whole. Alone it takes any token and any number, and posts from its own thread."""
    settings = replace(settings, token=None, phone_number_id=None)
    app = make_app(store, settings)
    app.extensions["tagih.poster"] = Poster(store, settings, web_url).__enter__()
    return app


class Poster:
    """A thread that tells `{web_url}/in/{provider}` what is due, until it is closed."""

    def __init__(self, store: Store, settings: Settings, web_url: str) -> None:
        self._store, self._settings, self._web_url = store, settings, web_url
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="emulator-posts", daemon=True)
        self._line: http.client.HTTPConnection | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        wait_s = 0.0
        while not self._end.wait(wait_s):
            try:
                wait_s = 0.0 if self.post_once() else LOOK_EVERY_S
            except (OSError, http.client.HTTPException) as error:
                LOG.info("the door does not answer: %s", type(error).__name__)
                self._hang_up()
                wait_s = AFTER_TROUBLE_S
        self._hang_up()

    def post_once(self) -> int:
        """Posts what is due now; answers how many webhooks were taken."""
        told: list[Due] = []
        try:
            for due in due_webhooks(self._store, self._settings, self._web_url):
                status = self._post(due.request)
                if not 200 <= status < 300:
                    LOG.warning("the door answered %d", status)
                    self._end.wait(AFTER_TROUBLE_S)
                    break
                told.append(due)
        finally:
            mark_done(self._store, told)
        return _count(told)

    def _post(self, request: HttpRequest) -> int:
        parts = urlsplit(request.url)
        if self._line is None:
            kind: Any = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            self._line = kind(parts.hostname or "", parts.port, timeout=request.timeout_s)
        self._line.request(request.method, parts.path, request.body, dict(request.headers))
        answer = self._line.getresponse()
        answer.read()
        if answer.will_close:
            self._hang_up()
        return answer.status

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _count(told: Sequence[Due]) -> int:
    return sum(len(due.ids) for due in told)
