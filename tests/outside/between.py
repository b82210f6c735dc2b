"""Between flows and others: a relay to Tagih that sees every call and loses answers; a stranger's server."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

_HOP = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "content-encoding"}


@dataclass(frozen=True)
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """Answers every request with what `answer` says: a status and a body."""

    answer: Callable[[Call], tuple[int, bytes]] = lambda _call: (200, b'{"ok":true}')
    calls: list[Call] = field(default_factory=list)
    location: str | None = None  # where it sends everybody who asks, path and all
    headers: dict[str, str] = field(default_factory=dict)  # of every answer

    def __post_init__(self) -> None:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.command, self.path, headers, body)
                server.calls.append(call)
                status, said = server.answer(call)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                for name, value in server.headers.items():
                    self.send_header(name, value)
                if server.location:
                    self.send_header("Location", server.location + self.path)
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def named(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]


@dataclass
class Relay(Server):
    """Hands everything on to Tagih; the next `losses` answers are lost after the work was done."""

    target: str = ""
    losses: int = 0

    def __post_init__(self) -> None:
        self.answer = self._handed_on
        self._client = httpx.Client(trust_env=False, verify=False, timeout=30)
        super().__post_init__()

    def _handed_on(self, call: Call) -> tuple[int, bytes]:
        headers = {name: value for name, value in call.headers.items() if name not in _HOP}
        answer = self._client.request(
            call.method, self.target + call.path, headers=headers, content=call.body
        )
        if self.losses > 0 and call.method == "POST":
            self.losses -= 1
            return 502, b'{"title":"The road is broken"}'
        return answer.status_code, answer.content

    def close(self) -> None:
        super().close()
        self._client.close()
