"""What Zapier would look at before it takes the app: its schema, its build, its publishing checks (D...).

Severity is Zapier's to decide; what only Zapier can see (accounts, live Zaps, the logo) is in docs/zapier.md.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import cli
import pytest
from conftest import APP

KINDS = ("triggers", "creates", "searches")
# An id of another tool's ticket: nothing that we could list.
FOREIGN_IDS = {"external_id"}
SMALL_WORDS = {"a", "an", "at", "by", "for", "in", "of", "on", "or", "the", "this", "to", "with"}


@pytest.fixture(scope="session")
def built() -> Iterator[zipfile.ZipFile]:
    """build.zip as `zapier-platform push` would upload it."""
    leftovers = [APP / name for name in ("definition.json", "zapierwrapper.js")]
    try:
        with cli.zapiers_checks() as endpoint:
            ended = cli.run("build", "--skip-dep-install", endpoint=endpoint)
        assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    finally:
        for path in leftovers:
            path.unlink(missing_ok=True)
    with zipfile.ZipFile(APP / "build" / "build.zip") as archive:
        yield archive


@pytest.fixture(scope="session")
def definition(built: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(built.read("definition.json"))
    return found


@pytest.fixture(scope="session")
def operations(definition: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(kind, one) for kind in KINDS for one in definition[kind].values()]


def boxes(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every input field that is written down, with those inside line items."""
    for field in one["operation"].get("inputFields", ()):
        if isinstance(field, dict):
            yield field
            yield from field.get("children", ())


def is_hidden(one: dict[str, Any]) -> bool:
    return bool(one["display"].get("hidden"))


# --- the command line ---------------------------------------------------------------------------------------


def test_the_schema_is_sound() -> None:
    ended = cli.run("validate", "--without-style", "--format", "json")

    assert ended.returncode == 0, ended.stdout
    assert json.loads(ended.stdout[ended.stdout.index("[") :]) == []


def test_describe_knows_every_operation(operations: list[tuple[str, dict[str, Any]]]) -> None:
    told = cli.run("describe", "--format", "json")

    assert told.returncode == 0, told.stderr
    for kind, one in operations:
        assert f"{kind}.{one['key']}.operation.perform" in told.stdout, one["key"]


def test_the_build_holds_the_app_and_no_secret(built: zipfile.ZipFile) -> None:
    ours = [name for name in built.namelist() if not name.startswith("node_modules/")]

    assert {"index.js", "zapierwrapper.js", "generated/creates.json", "lib/middlewares.js"} <= set(ours)
    assert not [name for name in ours if name.startswith(".env") or name.endswith((".pem", ".key", ".py"))]
    assert "node_modules/zapier-platform-core/src/index.js" in built.namelist()


def test_core_is_pinned_and_alone() -> None:
    package = json.loads((APP / "package.json").read_text())
    lock = json.loads((APP / "package-lock.json").read_text())

    assert package["dependencies"] == {"zapier-platform-core": "19.1.0"}
    assert lock["packages"]["node_modules/zapier-platform-core"]["version"] == "19.1.0"
    assert package["devDependencies"]["zapier-platform-cli"] == "19.1.0"


# --- the publishing checks ----------------------------------------------------------------------------------


def test_no_action_asks_for_a_credential(operations: list[tuple[str, dict[str, Any]]]) -> None:  # D001
    secret = re.compile(r"password|secret|token|api_?key|credential")
    assert not [field["key"] for _, one in operations for field in boxes(one) if secret.search(field["key"])]


def test_the_connection_explains_itself(definition: dict[str, Any]) -> None:  # D002, D003, D007
    auth = definition["authentication"]

    assert auth["connectionLabel"] and auth["test"]
    assert all(re.search(r"\]\(https://", field["helpText"]) for field in auth["fields"])
    assert {field["key"]: field["type"] for field in auth["fields"]}["api_key"] == "password"


def test_ids_are_chosen_from_lists_that_exist(
    definition: dict[str, Any], operations: list[tuple[str, dict[str, Any]]]
) -> None:  # D004, D005, D013, D014, D015
    for _, one in operations:
        for field in boxes(one):
            place = (one["key"], field["key"])
            if field["key"].endswith("_id") and field["key"] not in FOREIGN_IDS:
                assert "dynamic" in field, place
            if "dynamic" in field:
                trigger, *keys = field["dynamic"].split(".")
                given = {out["key"] for out in definition["triggers"][trigger]["operation"]["outputFields"]}
                assert set(keys) <= given, place
            if "search" in field:
                search, key = field["search"].split(".")
                given = {out["key"] for out in definition["searches"][search]["operation"]["outputFields"]}
                assert key in given and "dynamic" in field and search != one["key"], place


def test_hooks_are_subscribed_and_can_be_tried(definition: dict[str, Any]) -> None:  # D006, D016, D017
    for one in definition["triggers"].values():
        operation = one["operation"]
        if is_hidden(one):
            assert operation["type"] == "polling" and operation["sample"]["id"]  # D010
        else:
            wanted = ("performList", "performSubscribe", "performUnsubscribe")
            assert operation["type"] == "hook" and all(operation[name] for name in wanted)


def test_links_are_safe_and_written_as_markdown(operations: list[tuple[str, dict[str, Any]]]) -> None:
    for _, one in operations:  # D007, D008, D025
        texts = [one["display"]["description"], *(field.get("helpText", "") for field in boxes(one))]
        for text in texts:
            assert "http://" not in text and not re.search(r"(javascript|data|vbscript):", text, re.I)
            assert not re.search(r"(?<!\()https://", text), text


def test_help_says_more_than_the_label(operations: list[tuple[str, dict[str, Any]]]) -> None:  # D011
    for _, one in operations:
        for field in boxes(one):
            alike = field.get("helpText", "x").rstrip(".").casefold() == field["label"].casefold()
            assert not alike and 0 < len(field.get("helpText", "x")) <= 1000, (one["key"], field["key"])


def test_labels_are_titles(operations: list[tuple[str, dict[str, Any]]]) -> None:  # D018, D021
    for kind, one in operations:
        display = one["display"]
        for label in (display["label"], one["noun"], *(field["label"] for field in boxes(one))):
            first, *rest = label.replace("-", " ").split()
            words = [first, *(word for word in rest if word not in SMALL_WORDS)]
            assert all(word[0].isupper() or word[0].isdigit() for word in words), label
        assert display["description"].endswith("."), display
        if kind == "triggers":
            assert display["description"].startswith("Triggers when "), display
        assert "Zapier" not in display["label"] and len(display["label"]) <= 64


def test_searches_and_triggers_have_a_field_and_all_fields_are_static(
    operations: list[tuple[str, dict[str, Any]]],
) -> None:  # D009, D022
    for _, one in operations:
        assert is_hidden(one) or any(boxes(one)), one["key"]


def test_samples_match_the_output_fields(operations: list[tuple[str, dict[str, Any]]]) -> None:  # D012, D024
    for _, one in operations:
        sample, given = (
            one["operation"]["sample"],
            {field["key"] for field in one["operation"]["outputFields"]},
        )
        leaves = {key for name, value in sample.items() for key in _leaves(name, value)}
        assert sample and leaves <= given | {re.split(r"\[\]|__", key)[0] for key in given}, one["key"]
        assert {re.split(r"\[\]|__", key)[0] for key in given} == set(sample), one["key"]


def _leaves(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        for line in value:
            yield from (key for inner, one in line.items() for key in _leaves(f"{name}[]{inner}", one))
    elif isinstance(value, dict):
        yield from (key for inner, one in value.items() for key in _leaves(f"{name}__{inner}", one))
    else:
        yield name


def test_times_carry_their_offset(operations: list[tuple[str, dict[str, Any]]]) -> None:  # D023
    instant = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
    for _, one in operations:
        for field in one["operation"]["outputFields"]:
            if field["type"] == "datetime" and "[]" not in field["key"]:
                value = one["operation"]["sample"].get(field["key"])
                assert value is None or instant.fullmatch(value), (one["key"], field["key"])


def test_the_app_itself_decides_what_is_blank(
    definition: dict[str, Any], operations: list[tuple[str, dict[str, Any]]]
) -> None:  # D028
    assert definition["flags"]["cleanInputData"] is False
    assert all(one["operation"]["cleanInputData"] is False for _, one in operations)


def test_money_and_dates_are_text(operations: list[tuple[str, dict[str, Any]]]) -> None:
    """Zapier reads "1.500.000" as 1 in a number field, and moves a date by its own zone (measured)."""
    for _, one in operations:
        for field in boxes(one):
            if re.search(r"amount|payment$|_on$|_date$|^due_(from|to)$|until$", field["key"]):
                assert field["type"] == "string", (one["key"], field["key"])
