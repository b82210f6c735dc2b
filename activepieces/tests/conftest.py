"""A running Tagih for the piece, and the built piece played as Activepieces' engine plays it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PACKAGE = HERE.parent
ROOT = PACKAGE.parent
for folder in (ROOT / "tests", ROOT / "tests" / "outside", ROOT / "tests" / "faces"):
    sys.path.insert(0, str(folder))

from hooks.receiver import Receiver, Taken  # noqa: E402
from running import Home  # noqa: E402
from world import catalog  # noqa: E402

from connector.faces.activepieces import SURFACE  # noqa: E402
from connector.faces.shapes import actions_on, triggers_on  # noqa: E402

Json = dict[str, Any]
ACTIONS = {action.name: action for action in actions_on(catalog(), SURFACE)}
TRIGGERS = {trigger.name: trigger for trigger in triggers_on(catalog(), SURFACE)}


class Piece:
    """The piece with one connection: each call is one of the framework's own functions."""

    def __init__(self, built: Path, url: str, key: str) -> None:
        self.auth = {"base_url": url, "api_key": key}
        self._process = subprocess.Popen(
            ["node", str(HERE / "player.js")],
            env={**os.environ, "PIECE": str(built)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def connected(self, url: str, key: str) -> "Piece":
        """The same piece with another connection."""
        other = copy(self)
        other.auth = {"base_url": url, "api_key": key}
        return other

    def play(self, call: str, **given: Any) -> Json:
        """What came of it: {"answer": ...} or {"error": {message, whole}}."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": call, "auth": self.auth, **given}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the player is gone"
        seen: Json = json.loads(line)
        return seen

    def done(self, call: str, **given: Any) -> Any:
        seen = self.play(call, **given)
        assert "error" not in seen, f"{call} {given}: {seen}"
        return seen["answer"]

    def act(self, step: str, /, **fields: Any) -> Json:
        """An action's answer, as the next step of the flow sees it."""
        answer: Json = self.done("act", step=step, props=fields)
        return answer

    def refused(self, step: str, /, **fields: Any) -> Json:
        """An action's error: its message, and the whole of it as the engine logs it."""
        seen = self.play("act", step=step, props=fields)
        assert "error" in seen, f"{step}: {seen}"
        error: Json = seen["error"]
        return error

    def run(self, step: str, taken: Taken, flow: str = "one", **changed: Any) -> list[Json]:
        """What a delivery starts. Activepieces hands over the headers, the raw body and its own reading of it."""
        body = taken.body.decode()
        payload = {"headers": taken.headers, "rawBody": body, "body": json.loads(body), "queryParams": {}}
        found: list[Json] = self.done("run", step=step, flow=flow, payload={**payload, **changed})
        return found

    def end(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


def npm(command: str, folder: Path = PACKAGE) -> str:
    """What a script of the package printed, which must succeed."""
    done = subprocess.run(
        ["npm", "run", "--silent", command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def built() -> Path:
    """The piece of these sources: types checked, and bundled into one file."""
    npm("build")
    return PACKAGE / "dist" / "src" / "index.js"


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """Where Activepieces would listen."""
    made = Receiver()
    yield made
    made.down()


@pytest.fixture(scope="session")
def keys() -> list[str]:
    """What no log may hold: the keys that the tests made."""
    return []


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, keys: list[str]) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("activepieces") / "home"
    served = Home(folder, TAGIH_ALLOW_PRIVATE_HOOKS=receiver.place)
    served.done("setup", "--sample")
    served.serve()
    yield served
    served.stop()
    assert served.in_the_log(*keys) == []


@pytest.fixture(scope="session")
def key(home: Home, keys: list[str]) -> str:
    """The key that docs/activepieces.md tells to make, for the host where this Activepieces listens."""
    page = (ROOT / "docs" / "activepieces.md").read_text()
    [told] = re.findall(r"^\.venv/bin/tagih (keys create .*) --home \.tagih$", page, re.M)
    assert told.endswith("--hook-host activepieces.example.com")
    words = told.replace("activepieces.example.com", "127.0.0.1").split()
    keys.append(home.done(*words).split()[0])
    return keys[-1]


@pytest.fixture(scope="session")
def piece(built: Path, home: Home, key: str) -> Iterator[Piece]:
    made = Piece(built, home.url, key)
    yield made
    made.end()
