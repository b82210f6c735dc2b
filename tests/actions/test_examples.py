"""Every action's example runs alone on the sample data, and answers with all the keys of its schema."""

import pytest
from jsonschema import Draft202012Validator

from connector.actions import run
from connector.specs import load
from connector.specs.formats import format_checker
from connector.store import audit

from .shop import ROOT, Shop

SPECS = load(ROOT / "specs", ROOT / "recipes").actions
NAMES = sorted(SPECS)
CHANGING = [name for name in NAMES if SPECS[name].changes]

# The example of import_recipe shows only the first line of a recipe.
RECIPE = (ROOT / "recipes" / "kost.yaml").read_text(encoding="utf-8").replace("recipe: kost", "recipe: mine")


def _given(name: str) -> dict[str, object]:
    given = dict(SPECS[name].example["input"])
    return given | {"text": RECIPE} if name == "import_recipe" else given


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_an_action_runs_on_the_sample(name: str, shop: Shop) -> None:
    spec = SPECS[name]

    answer = shop.act(name, settle=0, **_given(name))

    validator = Draft202012Validator(spec.output, format_checker=format_checker())
    assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(answer)] == []
    assert set(answer) == set(spec.output["properties"]) - {"dry_run"}
    if "result" in answer:
        assert answer["result"] == spec.example["output"]["result"]
        assert answer["result"] in spec.results
        assert answer["result_text"] and "{" not in answer["result_text"]


@pytest.mark.parametrize("name", CHANGING)
def test_a_dry_run_changes_nothing(name: str, shop: Shop) -> None:
    with shop.store.read() as tx:
        before = audit.latest(tx)

    answer = shop.act(name, settle=0, dry_run=True, **_given(name))

    assert answer["dry_run"] is True
    with shop.store.read() as tx:
        assert audit.latest(tx) == before
    assert shop.act(name, settle=0, **_given(name))["result"] == answer["result"]


def test_every_action_of_the_specs_has_its_function() -> None:
    assert [name for name in NAMES if not run.has_function(name)] == []
