"""The product itself as a process tree: a home of its own, started by its command, measured from outside."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.places import ROOT, free_port

APP_SECRET = "bench-app-secret-0123456789"
KEY = "bench-admin-key-0123456789"
PHONE_NUMBER_ID = "100000000000001"


class Tagih:
    """One home and the command that runs in it."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self._env = {
            "PATH": os.environ["PATH"],
            "TAGIH_BIND": f"127.0.0.1:{self.port}",
            "TAGIH_API_KEY": KEY,
            "TAGIH_WHATSAPP_APP_SECRET": APP_SECRET,
            "TAGIH_WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        }

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.home}/tagih.db"

    def run(self, *arguments: str) -> None:
        """A command that ends by itself."""
        subprocess.run(
            self._command(*arguments), env=self._env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )

    @contextmanager
    def running(self, command: str) -> Iterator[tuple[int, float]]:
        """(process id, seconds until it was ready) of `tagih serve` or `tagih web`."""
        with (self.home / "bench.log").open("ab") as log:
            began = time.perf_counter()
            process = subprocess.Popen(
                self._command(command), env=self._env, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            # The web process alone is never "ready": no worker gives a sign of life beside it.
            path = "/readyz" if command == "serve" else "/healthz"
            while not self._answers(path):
                if process.poll() is not None or time.perf_counter() - began > 60:
                    raise RuntimeError((self.home / "bench.log").read_text()[-2000:])
                time.sleep(0.02)
            yield process.pid, time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)

    def get(self, path: str) -> bytes:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {KEY}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: bytes = answer.read()
        return found

    def _answers(self, path: str) -> bool:
        try:
            self.get(path)
        except (urllib.error.URLError, ConnectionError):
            return False
        return True

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "connector.cli", *arguments, "--home", str(self.home)]
