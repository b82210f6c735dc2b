"""A file server beside the flows: what an accounting tool's or a person's link leads to."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PDF = b"%PDF-1.7\nINV-1042\n%%EOF\n"


@dataclass
class Shelf:
    """An accounting tool's file server: what it answers, and how often it was asked."""

    url: str = ""
    place: str = ""
    status: int = 200
    body: bytes = PDF
    asked: list[str] = field(default_factory=list)


@contextmanager
def opened() -> Iterator[Shelf]:
    """A shelf on a free port of this machine."""
    made = Shelf()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.headers.get("Authorization") or "-")
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(made.body)))
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.place = f"127.0.0.1:{server.server_address[1]}"
    made.url = f"http://{made.place}/inv-1042.pdf?token=rahasia"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
