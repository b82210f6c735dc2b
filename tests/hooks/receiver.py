"""A subscriber's server in a thread, and its own reading of Standard Webhooks: what it does not believe it refuses."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ports import free_port

TOLERANCE_S = 300


def believes(secret: str, headers: Any, body: bytes, now: float | None = None) -> bool:
    """The receiver's half of Standard Webhooks 1.0, written from the standard and not from our code."""
    try:
        sent = int(headers["webhook-timestamp"])
        name = headers["webhook-id"]
        signatures = headers["webhook-signature"].split(" ")
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    if not name or abs((time.time() if now is None else now) - sent) > TOLERANCE_S:
        return False
    text = secret[len("whsec_") :] if secret.startswith("whsec_") else secret
    content = f"{name}.{sent}.{body.decode()}".encode()
    wanted = base64.b64encode(hmac.digest(base64.b64decode(text), content, sha256)).decode()
    return any(hmac.compare_digest(one.encode(), f"v1,{wanted}".encode()) for one in signatures)


@dataclass
class Taken:
    """One request that arrived."""

    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """Listens, or does not; answers what `answer` says (a status, or status, headers and body)."""

    port: int = field(default_factory=free_port)
    answer: Callable[["Receiver", dict[str, Any]], Any] = lambda _receiver, _event: 200
    requests: list[Taken] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.up()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/hook/7f3a"

    def up(self) -> None:
        """Comes (back) to its port."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver._take(self)

            def log_message(self, *_: Any) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self) -> None:
        """Nobody listens any more; open connections are cut with the next answer."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def _take(self, line: BaseHTTPRequestHandler) -> None:
        body = line.rfile.read(int(line.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in line.headers.items()}
        found = self.answer(self, json.loads(body))
        status, more, text = found if isinstance(found, tuple) else (found, {}, b"")
        with self._lock:
            self.requests.append(Taken(headers, body, status))
        line.send_response(status)
        for name, value in more.items():
            line.send_header(name, value)
        line.send_header("Content-Length", str(len(text)))
        line.send_header("Connection", "close")  # so that `down` is down at once
        line.end_headers()
        line.wfile.write(text)
        line.close_connection = True

    # --- what was taken -------------------------------------------------------------------------------------

    @property
    def taken(self) -> list[dict[str, Any]]:
        """The events that were answered with 2xx, in the order of their coming."""
        return [one.event for one in self.requests if 200 <= one.status < 300]

    def types(self) -> list[str]:
        return [event["type"] for event in self.taken]

    def numbers(self) -> list[int]:
        return [event["event_number"] for event in self.taken]

    def ids(self) -> list[str]:
        return [event["event_id"] for event in self.taken]
