"""A Tagih as its operator runs it: its own processes, its own home, called over HTTP and typed at."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from ports import free_port

SHARED = Path(__file__).parents[3] / "shared"
KEY = "canary-admin-key-Zq7-0123456789"
APP_SECRET = "canary-app-secret-Zq7-0123456789"
VERIFY_TOKEN = "canary-verify-token-Zq7-0123456789"
PHONE_NUMBER_ID, WABA_ID = "109876543210987", "209876543210987"
START = "2026-11-28T08:00+07:00"
# What may stand in no log: secrets, a message's words, a phone in any spelling.
_PHONE = re.compile(r"(?<![\w.:-])(?:\+|00)?62[ -]?8\d[\d -]{6,12}\d(?![\w:])|(?<!\d)08\d{8,11}(?!\d)")


def until(what: Callable[[], object], within_s: float = 20.0, said: Callable[[], str] = str) -> float:
    """Waits for something to become true; answers how long it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < within_s, f"not within {within_s} s\n{said()}"
        time.sleep(0.01)
    return time.monotonic() - began


class Home:
    """One home with its commands, its process tree and its address."""

    def __init__(
        self, folder: Path, *, virtual: bool = True, database_url: str | None = None, **env: str
    ) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder.parent / f"{folder.name}.log"
        self.database_url = database_url or f"sqlite:///{folder}/tagih.db"
        self.tree: subprocess.Popen[bytes] | None = None
        self._clients: dict[tuple[str | None, str], httpx.Client] = {}
        self._making = threading.Lock()
        self.env = {
            "PATH": os.environ["PATH"],
            "TAGIH_BIND": f"127.0.0.1:{self.port}",
            "TAGIH_API_KEY": KEY,
            "TAGIH_WHATSAPP_APP_SECRET": APP_SECRET,
            "TAGIH_WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
            "TAGIH_WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
            "TAGIH_WHATSAPP_WABA_ID": WABA_ID,
            "TAGIH_CLOCK": f"virtual:{START}" if virtual else "system",
            **({"TAGIH_DATABASE_URL": database_url} if database_url else {}),
            **env,
        }

    # --- the command line -----------------------------------------------------------------------------------

    def _command(self, words: tuple[object, ...], home: bool = True) -> list[str]:
        where = ["--home", str(self.folder)] if home else []
        return [sys.executable, "-m", "connector.cli", *map(str, words), *where]

    def run(
        self, *words: object, typed: str | None = None, home: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        """One command of `tagih`, to its end."""
        return subprocess.run(
            self._command(words, home),
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            input=typed,
        )

    def done(self, *words: object, typed: str | None = None) -> str:
        """What a command printed that must succeed."""
        ended = self.run(*words, typed=typed)
        assert ended.returncode == 0, f"{words}: {ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def start(self, *words: object) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(self._command(words), env=self.env, stdout=log, stderr=subprocess.STDOUT)

    def serve(self) -> "Home":
        """The whole tree, ready."""
        self.tree = self.start("serve")
        until(self.is_ready, said=lambda: self.log.read_text(errors="replace"))
        return self

    def stop(self) -> int:
        """SIGTERM to the tree; answers its exit code."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        tree, self.tree = self.tree, None
        if tree is None:
            return 0
        tree.send_signal(signal.SIGTERM)
        try:
            return tree.wait(timeout=15)
        except subprocess.TimeoutExpired:
            tree.kill()
            tree.wait()
            raise

    # --- HTTP -----------------------------------------------------------------------------------------------

    def client(self, key: str | None = KEY, *, language: str = "en") -> httpx.Client:
        """The client of a key (None: a stranger's); made once, for a TLS context costs as much as a call."""
        with self._making:  # of several threads that ask at once, one makes it
            known = self._clients.get((key, language))
            if known is None:
                headers = {"Accept-Language": language}
                if key is not None:
                    headers["Authorization"] = f"Bearer {key}"
                known = httpx.Client(
                    base_url=self.url, headers=headers, timeout=60, trust_env=False, verify=False
                )
                self._clients[key, language] = known
        return known

    def act(self, action: str, /, **given: Any) -> dict[str, Any]:
        """The answer of an action that must succeed."""
        answer = self.client().post(f"/v1/actions/{action}", json=given)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def advance(self, by: str) -> datetime:
        """Walks the virtual clock and waits until everything due on the way has happened."""
        moved = self.client().post("/v1/sandbox/clock", json={"advance": by})
        for _ in range(8):  # a long walk on a busy machine answers 202 and goes on
            if moved.status_code == 200:
                break
            assert moved.status_code == 202, moved.text
            moved = self.client().post("/v1/sandbox/clock", json={"to": moved.json()["target"]})
        assert moved.status_code == 200, moved.text
        return datetime.fromisoformat(moved.json()["now"])

    def events(self, **query: str) -> list[dict[str, Any]]:
        """Every event from the first on, page by page, as a follower by cursor reads them."""
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            asked = {"after": str(after), "limit": "100", **query}
            page = self.client().get("/v1/events", params=asked).json()
            found += page["items"]
            if page["next"] is None:
                return found
            after = page["next"]

    def is_ready(self) -> bool:
        try:
            return self.client(None).get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    # --- what is kept ---------------------------------------------------------------------------------------

    def rows(self, query: str, **values: Any) -> list[Any]:
        """What the database answers to a question of the test's own."""
        engine = sa.create_engine(self.database_url, poolclass=sa.pool.NullPool)
        with engine.connect() as conn:
            return list(conn.execute(sa.text(query), values).all())

    def change(self, *statements: str) -> None:
        """Changes the database behind the product's back: a fault planted, a time set back."""
        engine = sa.create_engine(self.database_url, poolclass=sa.pool.NullPool)
        with engine.begin() as conn:
            for statement in statements:
                conn.exec_driver_sql(statement)

    def count(self, query: str, **values: Any) -> int:
        return int(self.rows(query, **values)[0][0])

    @property
    def database(self) -> Path:
        return self.folder / "tagih.db"

    def in_the_log(self, *canaries: str) -> list[str]:
        """The lines of the log that hold a secret of this home, a phone number, or one of the canaries."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        words = [KEY, APP_SECRET, VERIFY_TOKEN, *canaries]
        secrets = [p.read_text().strip() for p in self.folder.glob("*.key")]
        return [
            line
            for line in text.splitlines()
            if any(word in line for word in (*words, *secrets)) or _PHONE.search(line)
        ]


def quick_check(database: Path) -> str:
    """SQLite's own verdict on a file."""
    conn = sqlite3.connect(database)
    try:
        return str(conn.execute("PRAGMA quick_check").fetchone()[0])
    finally:
        conn.close()


def problem_of(answer: httpx.Response, code: str | None = None) -> dict[str, Any]:
    """The body of a refusal, which must be a whole RFC 9457 problem with a remedy."""
    text = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}"
    assert 400 <= answer.status_code < 500, text
    assert answer.headers["content-type"] == "application/problem+json", text
    body: dict[str, Any] = answer.json()
    wanted = ["type", "title", "status", "detail", "code", "errors", "retryable", "request_id"]
    assert list(body) == wanted, text
    assert body["status"] == answer.status_code, text
    assert body["type"] == f"urn:tagih:problem:{body['code']}", text
    assert body["title"] and body["detail"] and body["request_id"], text
    # No hole was left unfilled; the end of a phone number is told as …9999.
    assert not re.search(r"…(?!\d)|  ", body["detail"]), text
    assert all(error["field"] and error["code"] and error["detail"] for error in body["errors"]), text
    assert code in (None, body["code"]), text
    return body
