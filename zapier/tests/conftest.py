"""A running Tagih for the app, and the app played as Zapier plays it."""

import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
APP = HERE.parent
ROOT = APP.parent
for folder in (ROOT / "tests", ROOT / "tests" / "outside"):
    sys.path.insert(0, str(folder))

from hooks.receiver import Receiver  # noqa: E402
from running import Home  # noqa: E402


def node() -> str:
    """The Node that Zapier runs, where its npm package exists; else the machine's own, which must be as new."""
    kind = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64"}.get(platform.machine(), "")
    ours = HERE / "node" / "node_modules" / f"node-{platform.system().lower()}-{kind}" / "bin" / "node"
    return str(ours) if ours.exists() else "node"


def written(kind: str) -> dict[str, Any]:
    """The generated operations of one kind."""
    found: dict[str, Any] = json.loads((APP / "generated" / f"{kind}.json").read_text())
    return found


class Zap:
    """The app with one connection: every call is a bundle to one of its parts."""

    def __init__(self, url: str, key: str, app: Path = APP) -> None:
        self._auth = {"base_url": url, "api_key": key}
        self._process = subprocess.Popen(
            [node(), str(app / "tests" / "player.js")],
            env={"TAGIH_AUTH": json.dumps(self._auth)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def play(self, part: str, **bundle: Any) -> dict[str, Any]:
        """What came of it: {"answer": ...} or {"error": {name, message, ...}}."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"part": part, "bundle": bundle}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the player is gone"
        seen: dict[str, Any] = json.loads(line)
        return seen

    def done(self, part: str, **bundle: Any) -> Any:
        seen = self.play(part, **bundle)
        assert "error" not in seen, f"{part}: {seen}"
        return seen["answer"]

    def refused(self, part: str, **bundle: Any) -> dict[str, Any]:
        seen = self.play(part, **bundle)
        assert "error" in seen, f"{part}: {seen}"
        error: dict[str, Any] = seen["error"]
        return error

    def create(self, key: str, /, **fields: Any) -> dict[str, Any]:
        """An action's answer, as the next step of the Zap sees it."""
        answer: dict[str, Any] = self.done(f"creates.{key}.operation.perform", inputData=fields)
        return answer

    def search(self, key: str, /, **fields: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.done(f"searches.{key}.operation.perform", inputData=fields)
        return found

    def subscribe(self, trigger: str, url: str, /, **fields: Any) -> dict[str, Any]:
        """Turns a Zap on; answers what Zapier keeps of it."""
        part = f"triggers.{trigger}.operation.performSubscribe"
        kept: dict[str, Any] = self.done(part, inputData=fields, targetUrl=url)
        return kept

    def end(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """Where Zapier would listen."""
    made = Receiver()
    yield made
    made.down()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("zapier") / "home"
    served = Home(folder, TAGIH_ALLOW_PRIVATE_HOOKS=receiver.place)
    served.done("setup", "--sample")
    served.serve()
    yield served
    served.stop()
    assert served.in_the_log() == []


@pytest.fixture(scope="session")
def key(home: Home, receiver: Receiver) -> str:
    """The key that docs/zapier.md tells to make, for the host where this Zapier listens."""
    page = (ROOT / "docs" / "zapier.md").read_text()
    [told] = re.findall(r"^\.venv/bin/tagih (keys create .*) --home \.tagih$", page, re.M)
    assert told.endswith("--hook-host hooks.zapier.com")
    words = told.replace("hooks.zapier.com", "127.0.0.1").split()
    return home.done(*words).split()[0]


@pytest.fixture(scope="session")
def zap(home: Home, key: str) -> Iterator[Zap]:
    made = Zap(home.url, key)
    yield made
    made.end()
