"""An action that is one spec and one function is a step of the Zap: Zapier's schema takes it, and it plays."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import cli
import pytest
from conftest import APP, ROOT, Zap
from world import KEY

from connector import __version__
from connector.faces.zapier import files
from connector.specs import Catalog

sys.path.insert(0, str(Path(ROOT) / "tests" / "faces"))
from one_more import NAME, one_more, served


@pytest.fixture
def larger(tmp_path: Path) -> Iterator[Catalog]:
    with one_more(tmp_path) as found:
        yield found


@pytest.fixture
def app(tmp_path: Path, larger: Catalog) -> Path:
    """The app as it is, with what the larger catalogue generates."""
    folder = tmp_path / "app"
    shutil.copytree(APP / "lib", folder / "lib")
    for name in ("index.js", "package.json", "tests/player.js"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(APP / name, folder / name)
    (folder / "node_modules").symlink_to(APP / "node_modules")
    for name, text in files(larger, __version__).items():
        (tmp_path / name.replace("zapier/", "app/")).parent.mkdir(exist_ok=True)
        (tmp_path / name.replace("zapier/", "app/")).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def url(tmp_path: Path, larger: Catalog) -> Iterator[str]:
    """A Tagih that knows the action."""
    with served(tmp_path, larger) as found:
        yield found


def test_a_new_action_about_a_new_thing_is_sound_and_plays(
    app: Path, url: str, request: pytest.FixtureRequest
) -> None:
    checked = cli.run("validate", "--without-style", "--format", "json", app=app)
    zap = Zap(url, KEY, app)
    request.addfinalizer(zap.end)

    answer = zap.create(NAME, reason="dari Zap")

    assert checked.returncode == 0, checked.stdout
    assert json.loads(checked.stdout[checked.stdout.index("[") :]) == []
    assert (answer["result_text"], answer["affected"]) == ("dari Zap", 7)
