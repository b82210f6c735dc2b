"""An action that is one spec and one function is a step of the piece: its types are checked, and it plays."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PACKAGE, Piece, npm
from one_more import NAME, one_more, served
from world import KEY

from connector import __version__
from connector.faces.activepieces import files
from connector.specs import Catalog


@pytest.fixture
def larger(tmp_path: Path) -> Iterator[Catalog]:
    with one_more(tmp_path) as found:
        yield found


@pytest.fixture
def package(tmp_path: Path, larger: Catalog) -> Path:
    """The package as it is, with what the larger catalogue generates."""
    folder = tmp_path / "activepieces"
    shutil.copytree(PACKAGE / "src", folder / "src")
    for name in ("package.json", "build.mjs", "tsconfig.json"):
        shutil.copyfile(PACKAGE / name, folder / name)
    (folder / "node_modules").symlink_to(PACKAGE / "node_modules")
    for name, text in files(larger, __version__).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def url(tmp_path: Path, larger: Catalog) -> Iterator[str]:
    """A Tagih that knows the action."""
    with served(tmp_path, larger) as found:
        yield found


def test_a_new_action_about_a_new_thing_is_sound_and_plays(
    package: Path, url: str, request: pytest.FixtureRequest
) -> None:
    npm("build", package)
    piece = Piece(package / "dist" / "src" / "index.js", url, KEY)
    request.addfinalizer(piece.end)

    answer = piece.act(NAME, reason="dari Activepieces")

    assert piece.done("metadata")["actions"][NAME]["displayName"] == "Wave Hello"
    assert (answer["result_text"], answer["affected"]) == ("dari Activepieces", 7)
