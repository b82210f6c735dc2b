"""An action that is one spec and one function is a step of the piece: its types are checked, and it plays."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import PACKAGE, Piece, npm
from one_more import NAME, one_more
from werkzeug.serving import make_server
from world import KEY, world

from connector import __version__
from connector import app as composition
from connector.faces.activepieces import files
from connector.specs import Catalog
from connector.store import schema


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
    database = f"sqlite:///{tmp_path}/tagih.db"
    engine = sa.create_engine(database, poolclass=sa.pool.NullPool)
    schema.metadata.create_all(engine)
    engine.dispose()
    with world(tmp_path / "home", database) as opened:
        known = replace(opened.app, catalog=larger)
        web = composition.make_web_app(known.settings, known)
        server = make_server("127.0.0.1", 0, web, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        web.extensions["tagih.inbox"].close()


def test_a_new_action_about_a_new_thing_is_sound_and_plays(
    package: Path, url: str, request: pytest.FixtureRequest
) -> None:
    npm("build", package)
    piece = Piece(package / "dist" / "src" / "index.js", url, KEY)
    request.addfinalizer(piece.end)

    answer = piece.act(NAME, reason="dari Activepieces")

    assert piece.done("metadata")["actions"][NAME]["displayName"] == "Wave Hello"
    assert (answer["result_text"], answer["affected"]) == ("dari Activepieces", 7)
