"""The package: what Activepieces reads of it, and that it needs nothing else."""

import gzip
import json
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from conftest import ACTIONS, PACKAGE, TRIGGERS, Piece


def test_the_frameworks_own_check_takes_the_whole_piece(piece: Piece) -> None:
    told = piece.done("metadata")

    assert told["displayName"] == "Tagih" and told["logoUrl"].startswith("data:image/svg+xml")
    assert told["auth"]["type"] == "CUSTOM_AUTH"
    assert {name: field["type"] for name, field in told["auth"]["props"].items()} == {
        "base_url": "SHORT_TEXT",
        "api_key": "SECRET_TEXT",
    }
    assert set(told["actions"]) == set(ACTIONS) and set(told["triggers"]) == set(TRIGGERS)


def test_every_field_of_the_specs_is_a_field_of_the_form(piece: Piece) -> None:
    told = piece.done("metadata")

    for name, action in ACTIONS.items():
        shown = told["actions"][name]
        own = {"deduplication_key"} if action.changes else set()
        assert (shown["displayName"], shown["description"]) == (action.title, action.description)
        assert set(shown["props"]) == set(action.input["properties"]) | own
        required = {field for field, prop in shown["props"].items() if prop["required"]}
        assert required == set(action.input["required"])
        assert all(prop["displayName"] for prop in shown["props"].values()), name


def test_each_kind_of_field_is_what_people_know(piece: Piece) -> None:
    told = piece.done("metadata")["actions"]

    def kind(action: str, field: str) -> str:
        found: str = told[action]["props"][field]["type"]
        return found

    assert {kind("create_invoice", field) for field in ("amount", "due_date", "pdf")} == {"SHORT_TEXT"}
    assert kind("create_invoice", "extra") == "OBJECT"
    assert kind("create_invoice", "hold") == "STATIC_DROPDOWN"  # Yes, No or nothing said
    assert kind("upsert_recurring_charge", "due_day") == "NUMBER"
    assert kind("mark_paid", "invoice") == kind("send_template", "template") == "DROPDOWN"
    assert kind("send_template", "variables") == "DYNAMIC"
    assert kind("create_payment_plan", "lines") == kind("upsert_customer", "other_phones") == "ARRAY"
    assert set(told["create_payment_plan"]["props"]["lines"]["properties"]) == {"date", "amount"}
    assert kind("import_rows", "rows") == "JSON"


def test_a_trigger_shows_a_sample_with_every_key_and_its_filters(piece: Piece) -> None:
    told = piece.done("metadata")["triggers"]

    for name, trigger in TRIGGERS.items():
        shown = told[name]
        assert (shown["type"], shown["testStrategy"]) == ("WEBHOOK", "TEST_FUNCTION")
        assert list(shown["sampleData"]) == list(trigger.keys)
        assert {"quiet", "only_tags", "only_recipes", "language"} <= set(shown["props"])
    assert "days_overdue" in told["invoice_overdue"]["props"] and "reasons" in told["needs_human"]["props"]


@pytest.fixture(scope="module")
def archive(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is uploaded."""
    folder = tmp_path_factory.mktemp("packed")
    done = subprocess.run(
        ["npm", "pack", "--json", "--pack-destination", str(folder)],
        cwd=built.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / str(json.loads(done.stdout)[0]["filename"])


def test_the_archive_is_one_file_that_stands_alone(archive: Path, tmp_path: Path) -> None:
    with tarfile.open(archive) as opened:
        names = opened.getnames()
        opened.extractall(tmp_path, filter="data")
    manifest: dict[str, Any] = json.loads((tmp_path / "package" / "package.json").read_text())
    look = "Object.values(require(process.argv[1])).map((one) => one.constructor.name).join()"

    seen = subprocess.run(
        ["node", "-p", look, str(tmp_path / "package")], capture_output=True, text=True, check=True
    )

    assert sorted(names) == ["package/package.json", "package/src/index.js"]
    assert (manifest["name"], manifest["main"], manifest["dependencies"]) == (
        "piece-tagih",
        "./src/index.js",
        {},
    )
    assert manifest["version"] == json.loads((PACKAGE / "package.json").read_text())["version"]
    assert "scripts" not in manifest  # nothing runs where it is installed
    assert seen.stdout.strip() == "Piece"


def test_activepieces_reads_name_and_version_out_of_the_archive(archive: Path) -> None:
    """Its dialog looks for them in the unpacked bytes, not in the file of that name (seen in its sources, 2026)."""
    text = gzip.decompress(archive.read_bytes()).decode(errors="replace")

    found = re.search(
        r'package\.json.*?{[^}]*"name"\s*:\s*"([^"]+)".*?"version"\s*:\s*"([^"]+)"', text, re.DOTALL
    )

    assert found is not None and found.groups() == ("piece-tagih", "0.1.0")


def test_the_lock_names_no_host_and_every_dependency_by_its_hash() -> None:
    lock = json.loads((PACKAGE / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}

    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not [name for name, one in packages.items() if "resolved" in one]
    assert "ignore-scripts=true" in (PACKAGE / ".npmrc").read_text()
