"""A running Tagih for the script, and the fake of Google's services that plays the script."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
for folder in (ROOT / "tests", ROOT / "tests" / "outside"):
    sys.path.insert(0, str(folder))

from running import Home  # noqa: E402

README = (HERE.parent / "README.md").read_text(encoding="utf-8")
HEAD = ["Nama", "No HP", "Jumlah", "Jatuh Tempo", "No Tagihan", "Lunas"]


def tenant(number: str, name: str = "", phone: str = "", **more: Any) -> list[Any]:
    """A row with a person and a phone of its own: all tests share one Tagih."""
    own = f"0812-8{crc32(number.encode()) % 10_000_000:07}"
    row = [name or f"Rini {number}", phone or own, "1.500.000", "2026-12-05", number, ""]
    for heading, value in more.items():
        row[HEAD.index(heading)] = value
    return row


def told(seen: dict[str, Any], heading: str) -> list[str]:
    """A column of ours, below its heading."""
    at = next(place for place, text in enumerate(seen["cells"][0]) if text.startswith(f"Tagih: {heading}"))
    return [row[at] if len(row) > at else "" for row in seen["cells"][1:]]


def commands() -> list[list[str]]:
    """What sheets/README.md tells to type at `tagih`, without the home, which is the test's own."""
    told = re.findall(r"`\.venv/bin/tagih ([^`]+)`", README)
    assert all(words.endswith(" --home .tagih") for words in told)
    return [words.removesuffix(" --home .tagih").split() for words in told]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    served = Home(tmp_path_factory.mktemp("sheets") / "home")
    served.done("setup", "--sample")
    served.serve()
    yield served
    served.stop()
    assert served.in_the_log() == []


@pytest.fixture(scope="session")
def key(home: Home) -> str:
    """The restricted key that sheets/README.md tells to make."""
    [told] = [words for words in commands() if words[:2] == ["keys", "create"]]
    return home.done(*told).split()[0]


@pytest.fixture
def play(home: Home, key: str, request: pytest.FixtureRequest) -> Callable[..., dict[str, Any]]:
    """Runs functions of the script on a sheet; answers what the fake saw."""

    def run(*calls: list[Any], sheet: list[list[Any]] | None = None, **job: Any) -> dict[str, Any]:
        given = {
            "sheet": sheet or [HEAD],
            "calls": calls,
            "user": {"TAGIH_URL": home.url, "TAGIH_KEY": key},
            "document": {"TAGIH_LIST": request.node.name.replace("_", "-")[:60]},
            **job,
        }
        done = subprocess.run(
            ["node", str(HERE / "fake.mjs")],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    return run
