"""Zapier's own command line, without Zapier: what it would ask of the world is answered here."""

import http.server
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import APP, node

COMMAND = APP / "node_modules" / ".bin" / "zapier-platform"
# The style checks run on Zapier's servers, without a login. Nothing else here needs them.
NO_COMPLAINTS: dict[str, Any] = {"errors": {"results": []}, "warnings": {"results": []}}


class _Endpoint(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(NO_COMPLAINTS).encode()
        self.send_response(200 if self.path.endswith("/check") else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def zapiers_checks() -> Iterator[str]:
    """Where the command line asks for style checks: on loopback, so that nothing leaves this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(
    *words: str, endpoint: str = "http://127.0.0.1:9", app: Path = APP
) -> "subprocess.CompletedProcess[str]":
    """One command in an app's folder, by the Node that Zapier runs."""
    return subprocess.run(
        [node(), str(COMMAND), *words],
        cwd=app,
        env={
            "PATH": f"{Path(shutil.which(node()) or '').parent}:{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "ZAPIER_BASE_ENDPOINT": endpoint,
            "DISABLE_ZAPIER_ANALYTICS": "1",
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
