"""A running Tagih for the script, and the fake of Google's services that plays the script."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
for folder in (ROOT / "tests", ROOT / "tests" / "outside"):
    sys.path.insert(0, str(folder))

from running import Home  # noqa: E402

HEAD = ["Nama", "No HP", "Jumlah", "Jatuh Tempo", "No Tagihan", "Lunas"]


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
    return home.done("keys", "create", "sheet", "--preset", "sheets").split()[0]


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
