"""Meta's own OpenAPI as a judge of the requests that a test's provider got."""

import importlib.util
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

JUDGE = Path(__file__).parents[2] / "shared" / "contracts" / "meta" / "contract.py"


@cache
def contract() -> ModuleType | None:
    """The judge; None where the outside truth is not beside the repository (CI fails there on other tests)."""
    if not JUDGE.exists():
        return None
    spec = importlib.util.spec_from_file_location("meta_contract", JUDGE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def violations(requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every sentence of the judge about these message bodies; what is alike is judged once."""
    judge = contract()
    if judge is None:
        return []
    alike: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for body in requests:
        template = body.get("template") or {}
        language = (template.get("language") or {}).get("code")
        kinds = tuple(
            (c.get("type"), len(c.get("parameters") or ())) for c in template.get("components") or ()
        )
        alike[(body.get("type"), template.get("name"), language, kinds)] = body
    return [
        sentence
        for body in alike.values()
        for sentence in judge.validate_message({k: v for k, v in body.items() if not k.startswith("_")})
    ]
