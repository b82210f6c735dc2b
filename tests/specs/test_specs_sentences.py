"""The sentences of refusals are whole wherever they are raised, in one language, and name what exists."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from connector.cli import main
from connector.specs import Catalog
from connector.specs.problems import fill, holes
from connector.specs.spoken import spoken

ROOT = Path(__file__).parents[2]
RAISED = {
    "Problem",
    "Invalid",
    "NotFound",
    "Conflict",
    "Forbidden",
    "Unauthorized",
    "TooLarge",
    "RateLimited",
    "Unavailable",
}


def raise_sites() -> Iterator[tuple[str, str, set[str]]]:
    """Where a refusal with a known code is made, and the params that it brings, as far as they are written."""
    for path in sorted((ROOT / "connector").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in RAISED or not node.args:
                continue
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            params = given.get("params", ast.Dict([], []))
            if not isinstance(node.args[0], ast.Constant) or not isinstance(params, ast.Dict):
                continue
            names = {key.value for key in params.keys if isinstance(key, ast.Constant)}
            if "field" in given:
                names.add("field")
            yield f"{path.relative_to(ROOT)}:{node.lineno}", str(node.args[0].value), names


def test_every_refusal_brings_what_its_sentence_says(catalog: Catalog) -> None:
    sites = list(raise_sites())
    assert len(sites) > 100
    empty = []
    for place, code, names in sites:
        spec = catalog.problems[code]
        wanted = holes(spec.detail["id"]) | holes(spec.remedy["id"])
        if wanted - names:
            empty.append(f"{place}: {code} lacks {sorted(wanted - names)}")
    assert empty == []


@pytest.mark.parametrize(
    ("code", "params", "indonesian", "english"),
    [
        ("invoice_closed", {"invoice": "T-1", "status": "paid"}, "sudah lunas", "already paid"),
        ("import_closed", {"state": "applied"}, "sudah diterapkan", "already applied"),
        ("import_not_ready", {"state": "staging"}, "sedang dibaca", "is staging"),
        (
            "import_undo_too_late",
            {"why": "payments were recorded"},
            "pembayaran sudah tercatat",
            "payments were recorded",
        ),
        (
            "field_invalid",
            {"field": "on", "expected": "true or false"},
            "harus berupa true atau false",
            "must be true or false",
        ),
    ],
)
def test_a_sentence_is_in_one_language(
    catalog: Catalog, code: str, params: dict[str, Any], indonesian: str, english: str
) -> None:
    assert indonesian in catalog.problems[code].sentence("id", params)
    assert english in catalog.problems[code].sentence("en", params)


def test_a_reference_that_looks_like_a_state_stays_as_it_is() -> None:
    assert fill("{invoice}", spoken({"invoice": "paid"}, "id")) == "paid"


def commands(group: click.Group, before: str = "tagih") -> Iterator[tuple[str, set[str]]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{before} {name}", {option for param in command.params for option in param.opts}
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")


def test_no_sentence_names_a_command_that_does_not_exist() -> None:
    there = dict(commands(main))
    named = 0
    for path in sorted((ROOT / "specs").rglob("*.json")):
        text = json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
        for quoted in re.findall(r"`(tagih [^`]*)`", text):
            words = quoted.split()
            name = " ".join(words[:3]) if " ".join(words[:3]) in there else " ".join(words[:2])
            named += 1
            assert name in there, f"{path.name}: {quoted}"
            assert {word for word in words if word.startswith("--")} <= there[name], f"{path.name}: {quoted}"
    assert named >= 4
