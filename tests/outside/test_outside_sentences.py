"""Every refusal in the code fills every hole of its sentence: nobody is told "must be …"."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPECS = json.loads((ROOT / "specs" / "problems.json").read_text(encoding="utf-8"))
KINDS = {"Problem", "Invalid", "NotFound", "Conflict", "Forbidden", "Unauthorized", "TooLarge", "RateLimited"}
KINDS |= {"Unavailable"}


def holes(code: str) -> set[str]:
    said = [SPECS[code][part][language] for part in ("detail", "remedy") for language in ("id", "en")]
    return set(re.findall(r"\{([a-z_]+)\}", " ".join(said)))


def refusals() -> Iterator[tuple[str, str, set[str] | None]]:
    """(place, code, params) of each refusal that is written out; None when the params are made elsewhere."""
    for path in sorted((ROOT / "connector").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS):
                continue
            if not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value in SPECS):
                continue
            given = {word.arg: word.value for word in node.keywords}
            params = given.get("params")
            names: set[str] | None = {"field"} if "field" in given else set()
            if isinstance(params, ast.Dict):
                names |= {key.value for key in params.keys if isinstance(key, ast.Constant)}
            elif params is not None:
                names = None
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            yield place, node.args[0].value, names


def test_no_hole_of_a_sentence_stays_empty() -> None:
    found = list(refusals())

    empty = [
        (place, code, holes(code) - names)
        for place, code, names in found
        if names is not None and holes(code) - names
    ]

    assert len(found) > 80
    assert empty == []


def test_both_languages_of_a_sentence_have_the_same_holes_and_a_remedy() -> None:
    for code, spec in SPECS.items():
        for part in ("detail", "remedy"):
            in_both = [set(re.findall(r"\{([a-z_]+)\}", spec[part][language])) for language in ("id", "en")]
            assert in_both[0] == in_both[1], (code, part)
            assert all(spec[part][language].strip() for language in ("id", "en")), (code, part)
