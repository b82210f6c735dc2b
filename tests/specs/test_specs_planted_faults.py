"""A fault in any spec is told with its file and place, all at once, and nothing starts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spec_folder import RECIPES, SPECS, SpecFolder

from connector.specs import SpecFaults, load

Change = Callable[[Any], object]

MARK = "actions/mark_paid.json"
DUE = "triggers/invoice_due.json"


def put(*path: str, value: Any) -> Change:
    """Sets the value at a path."""

    def change(data: Any) -> None:
        for part in path[:-1]:
            data = data[part]
        data[path[-1]] = value

    return change


def drop(*path: str) -> Change:
    def change(data: Any) -> None:
        for part in path[:-1]:
            data = data[part]
        del data[path[-1]]

    return change


PLANTED: dict[str, tuple[str, Change, str, str]] = {
    "misspelt keyword": (MARK, put("idempotencyy", value="key"), "/idempotencyy", "not known here"),
    "misspelt schema keyword": (
        MARK,
        put("input", "properties", "amount", value={"maxlength": 3}),
        "/input/properties/amount/maxlength",
        "not known here",
    ),
    "misspelt hint": (
        MARK,
        put("input", "properties", "amount", value={"x-monny": True}),
        "/input/properties/amount/x-monny",
        "not known here",
    ),
    "missing part": (MARK, drop("scope"), "/", "'scope' is a required property"),
    "unknown scope": (MARK, put("scope", value="everything"), "/scope", "is not one of"),
    "wrong file name": (MARK, put("name", value="mark_payed"), "/name", "the file says `mark_paid`"),
    "title not in title case": (MARK, put("title", value="Record payment"), "/title", "Title Case"),
    "no Indonesian": (MARK, put("i18n", value={}), "/i18n", "'id' is a required property"),
    "unknown event": (MARK, put("emits", value=["invoice_payed"]), "/emits/0", "no trigger `invoice_payed`"),
    "unknown problem": (MARK, put("errors", value=["no_such"]), "/errors/0", "no problem `no_such`"),
    "unknown drop-down": (
        MARK,
        put("input", "properties", "invoice", value={"x-options": "invoces"}),
        "/input/properties/invoice",
        "no drop-down list `invoces`",
    ),
    "key without a type": (
        MARK,
        put("input", "properties", "amuont", value={}),
        "/input/properties/amuont",
        "says no type",
    ),
    "required but not there": (
        MARK,
        put("input", "required", value=["who"]),
        "/input/required",
        "`who` is asked for",
    ),
    "business key not there": (
        MARK,
        put("idempotency", value={"business": ["ref"]}),
        "/input/required",
        "`ref` is asked for",
    ),
    "example's input does not fit": (
        MARK,
        put("example", "input", "paid_on", value="12/12/2026"),
        "/example/input/paid_on",
        "not a date",
    ),
    "example's output does not fit": (
        MARK,
        put("example", "output", "due_date", value="5 Des"),
        "/example/output/due_date",
        "is not a 'date'",
    ),
    "example's output has a stray key": (
        MARK,
        put("example", "output", "paymentId", value="x"),
        "/example/output/paymentId",
        "not in the schema",
    ),
    "example's result is not listed": (
        MARK,
        put("example", "output", "result", value="done"),
        "/example/output/result",
        "not among the results",
    ),
    "unknown hold reason": (
        MARK,
        put("example", "output", "hold_reason", value="because"),
        "/example/output/hold_reason",
        "no reason",
    ),
    "unknown block": (
        MARK,
        put("output", "x-base", value="card"),
        "/output/x-base",
        "no block specs/shared/card.json",
    ),
    "sample misses a key": (
        DUE,
        drop("sample", "amount_due"),
        "/sample",
        "'amount_due' is a required property",
    ),
    "sample's time without zone": (
        DUE,
        put("sample", "occurred_at", value="2026-12-05T07:00:00"),
        "/sample/occurred_at",
        "is not a 'date-time'",
    ),
    "sample of another type": (
        DUE,
        put("sample", "type", value="invoice_paid"),
        "/sample/type",
        "was expected",
    ),
    "trigger not told as one": (
        DUE,
        put("description", value="When it is due."),
        "/description",
        "does not match",
    ),
    "once per an unknown key": (DUE, put("once_per", value=["invoice"]), "/once_per", "no key `invoice`"),
    "problem without a remedy": (
        "problems.json",
        drop("amount_invalid", "remedy"),
        "/amount_invalid",
        "'remedy' is a required property",
    ),
    "problem in one language": (
        "problems.json",
        drop("amount_invalid", "title", "id"),
        "/amount_invalid/title",
        "'id' is a required property",
    ),
    "sentence with another hole": (
        "problems.json",
        put("amount_invalid", "detail", "id", value="{kolom} salah."),
        "/amount_invalid/detail",
        "other {holes}",
    ),
    "reason of an unknown kind": (
        "reasons.json",
        put("paid", "kind", value="maybe"),
        "/paid/kind",
        "is not one of",
    ),
    "window that closes first": (
        "policies/id-smb.json",
        put("window", "closes", value="07:00"),
        "/window",
        "closes before it opens",
    ),
    "hour that is no hour": (
        "policies/id-smb.json",
        put("window", "opens", value="8:00"),
        "/window/opens",
        "does not match",
    ),
    "preset of an unknown action": (
        "presets.json",
        put("accounting", "actions", value=["mark_payed"]),
        "/accounting/actions/0",
        "no action `mark_payed`",
    ),
    "task's reason not listed": (
        "lists.json",
        drop("case_reasons", "overdue_long"),
        "/case_reasons/overdue_long",
        "the recipe `kost` gives a case's reason that is not listed",
    ),
    "gateway with a misspelt key": (
        "providers/zenziva.json",
        put("answer", "acepted", value={}),
        "/answer/acepted",
        "not known here",
    ),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_fault_is_told_with_its_file_and_place(folder: SpecFolder, plant: str) -> None:
    name, change, place, words = PLANTED[plant]
    folder.plant(name, change)

    faults = folder.faults()

    assert [f for f in faults if f.startswith(f"specs/{name}:{place}: ") and words in f], faults


def test_the_shipped_specs_have_no_fault(folder: SpecFolder) -> None:
    assert folder.faults(strict=True) == []


def test_all_faults_of_all_files_are_told_at_once(folder: SpecFolder) -> None:
    planted = [
        PLANTED[name] for name in ("misspelt keyword", "sample misses a key", "reason of an unknown kind")
    ]
    for name, change, _, _ in planted:
        folder.plant(name, change)

    faults = folder.faults()

    for name, _, place, _ in planted:
        assert [f for f in faults if f.startswith(f"specs/{name}:{place}: ")], name


def test_a_schema_that_is_none_is_seen_when_strict(folder: SpecFolder) -> None:
    folder.plant(MARK, put("input", "properties", "note", value={"maxLength": -1}))

    faults = folder.faults(strict=True)

    assert [f for f in faults if f.startswith(f"specs/{MARK}:/input/properties/note/maxLength: ")], faults


def test_an_unreadable_file_names_its_line(folder: SpecFolder) -> None:
    (folder.root / MARK).write_text('{"name": "mark_paid",\n "title": }', encoding="utf-8")

    faults = folder.faults()

    assert [f for f in faults if f.startswith(f"specs/{MARK}:line 2 column ")], faults


@pytest.mark.parametrize("text", ['{"name": "a", "name": "b"}', '{"name": NaN}'])
def test_what_json_readers_disagree_on_is_refused(folder: SpecFolder, text: str) -> None:
    (folder.root / MARK).write_text(text, encoding="utf-8")

    faults = folder.faults()

    assert [f for f in faults if f.startswith(f"specs/{MARK}:/: ")], faults


def test_a_missing_file_is_a_fault(folder: SpecFolder) -> None:
    (folder.root / "reasons.json").unlink()

    assert "specs/reasons.json:/: the file is missing." in folder.faults()


def test_an_action_without_its_function_is_a_fault(folder: SpecFolder) -> None:
    faults = folder.faults(has_function=lambda name: name != "mark_paid")

    assert faults == [f"specs/{MARK}:/name: there is no function `mark_paid` in connector/actions."]


def test_drop_downs_are_the_ones_that_the_caller_has(folder: SpecFolder) -> None:
    faults = folder.faults(options=["recipes"])

    assert [f for f in faults if f.endswith("there is no drop-down list `invoices`.")]
    assert not [f for f in faults if "`channels`" in f or "`recipes`" in f]


def test_a_broken_meta_schema_is_seen_when_strict(folder: SpecFolder) -> None:
    folder.plant("meta/schema.json", put("$defs", "text", value={"type": "txet"}))

    faults = folder.faults(strict=True)

    assert [f for f in faults if f.startswith("specs/meta/schema.json:/$defs/text/type: ")], faults


def test_the_extra_folder_shadows_a_shipped_recipe(tmp_path: Path) -> None:
    extra = tmp_path / "recipes"
    extra.mkdir()
    text = (RECIPES / "starter.yaml").read_text(encoding="utf-8").replace('at: "09:00"', 'at: "11:00"')
    (extra / "starter.yaml").write_text(text, encoding="utf-8")

    found = load(SPECS, RECIPES, tmp_path)

    assert found.recipes["starter"].version != load(SPECS, RECIPES).recipes["starter"].version
    assert "kost" in found.recipes


def test_a_wrong_recipe_of_the_extra_folder_is_told(tmp_path: Path) -> None:
    extra = tmp_path / "recipes"
    extra.mkdir()
    (extra / "own.yaml").write_text("recipe: own\n", encoding="utf-8")

    with pytest.raises(SpecFaults) as caught:
        load(SPECS, RECIPES, tmp_path)

    assert "recipes/own.yaml:" in str(caught.value)
