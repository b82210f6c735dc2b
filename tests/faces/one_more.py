"""The catalogue with one action more, about a thing that nothing was about before: one spec, one function."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector import actions
from connector.actions import run
from connector.specs import Catalog, load

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
