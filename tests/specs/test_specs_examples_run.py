"""Every action's example runs alone on the sample data, and answers what its spec promises."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator
from spec_folder import SPECS

from connector.actions.run import has_function, run_action
from connector.actions.sample import load_sample
from connector.clock import FixedClock
from connector.ids import UlidIds
from connector.specs import Catalog
from connector.specs.formats import format_checker
from connector.store import schema
from connector.store.db import Store

ACTIONS = sorted(path.stem for path in (SPECS / "actions").glob("*.json"))
CHANGES = [name for name in ACTIONS if '"kind": "change"' in (SPECS / "actions" / f"{name}.json").read_text()]
MORNING = FixedClock(datetime(2026, 11, 28, 1, 0, tzinfo=UTC))
# What differs from run to run: ids and the addresses made of them.
UNSTABLE = ("_id", "_url")


def store_at(path: Path) -> Store:
    return Store(f"sqlite:///{path}", clock=MORNING, ids=UlidIds())


@pytest.fixture(scope="module")
def sample_file(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "tagih.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    schema.metadata.create_all(engine)
    engine.dispose()
    store = store_at(path)
    load_sample(store, catalog)
    store.close()
    return path


@pytest.fixture
def kost(sample_file: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(sample_file, tmp_path / "tagih.db")
    store = store_at(tmp_path / "tagih.db")
    yield store
    store.close()


def event_types(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.conn.execute(sa.select(schema.events.c.type)).scalars())


@pytest.mark.parametrize("name", ACTIONS)
def test_an_example_runs_alone_and_answers_as_promised(catalog: Catalog, kost: Store, name: str) -> None:
    action = catalog.actions[name]
    before = event_types(kost)

    answer = run_action(
        kost,
        catalog,
        name,
        action.example["input"],
        "test",
        settle_seconds=0,
        mode="sandbox",
        public_url="http://127.0.0.1:8080",
    )

    errors = Draft202012Validator(action.output, format_checker=format_checker()).iter_errors(answer)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []
    assert list(answer) == action.output["required"], "the keys in the order of the spec, none beside them"
    assert not action.results or answer["result"] in action.results
    assert answer.get("result") == action.example["output"].get("result")
    told = event_types(kost)
    for kind in before:
        told.remove(kind)
    assert set(told) <= set(action.emits)


@pytest.mark.parametrize("name", CHANGES)
def test_a_dry_run_answers_and_leaves_no_trace(catalog: Catalog, kost: Store, name: str) -> None:
    action = catalog.actions[name]
    before = event_types(kost)

    given = {**action.example["input"], "dry_run": True}
    answer = run_action(kost, catalog, name, given, "test", settle_seconds=0, mode="sandbox")

    assert answer["dry_run"] is True
    assert answer["result"] == action.example["output"]["result"]
    assert event_types(kost) == before


def test_the_examples_show_the_true_answers(catalog: Catalog, kost: Store) -> None:
    action = catalog.actions["get_invoice"]

    answer = run_action(
        kost, catalog, "get_invoice", action.example["input"], "test", settle_seconds=0, mode="sandbox"
    )

    shown = {k: v for k, v in action.example["output"].items() if not k.endswith(UNSTABLE)}
    assert shown == {k: v for k, v in answer.items() if not k.endswith(UNSTABLE)}


def test_every_action_has_its_function() -> None:
    assert [name for name in ACTIONS if not has_function(name)] == []
