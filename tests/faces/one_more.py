"""The catalogue with one action more, about a thing that nothing was about before: one spec, one function."""

import json
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.serving import make_server
from world import world

from connector import actions
from connector import app as composition
from connector.actions import run
from connector.specs import Catalog, load
from connector.store import schema

ROOT = Path(__file__).parents[2]
NAME, NOUN = "wave_hello", "greeting"


@contextmanager
def one_more(folder: Path) -> Iterator[Catalog]:
    """While it is open `wave_hello` is an action like any other; nothing but its two files says so."""
    specs, functions = folder / "specs", folder / "functions"
    shutil.copytree(ROOT / "specs", specs)
    spec = json.loads((specs / "actions" / "pause_all.json").read_text())
    spec |= {"name": NAME, "noun": NOUN, "title": "Wave Hello"}
    spec |= {"surfaces": ["api", "n8n", "zapier", "sheets"]}
    (specs / "actions" / f"{NAME}.json").write_text(json.dumps(spec))
    functions.mkdir()
    (functions / "waving.py").write_text(
        f"def {NAME}(ctx, given):\n"
        "    return {'result': 'paused', 'result_text': given['reason'], 'affected': 7}\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "__path__", [*actions.__path__, str(functions)])
        run._modules.cache_clear()
        yield load(specs, ROOT / "recipes", has_function=run.has_function)
    run._modules.cache_clear()
    sys.modules.pop("connector.actions.waving", None)


@contextmanager
def served(folder: Path, larger: Catalog) -> Iterator[str]:
    """The address of a Tagih that knows this catalogue; its key is the world's own."""
    database = f"sqlite:///{folder}/tagih.db"
    engine = sa.create_engine(database, poolclass=sa.pool.NullPool)
    schema.metadata.create_all(engine)
    engine.dispose()
    with world(folder / "home", database) as opened:
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
