"""The faces: valid by their platforms' own rules, complete, and never behind the specs."""

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from one_more import one_more
from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV31SpecValidator
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from world import KEY, catalog, world

from connector import __version__, cli
from connector import app as composition
from connector.faces import faces
from connector.faces.shapes import actions_on, triggers_on
from connector.specs import Catalog

ROOT = Path(__file__).parents[2]
FACES = faces()


def made(face: str, path: str) -> str:
    return FACES[face].files(catalog(), __version__)[path]


def swagger() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        made("power-automate", "docs/power-automate/apiDefinition.swagger.json")
    )
    return found


@pytest.mark.parametrize("name", sorted(FACES))
def test_generated_files_in_the_repository_are_what_the_specs_say(name: str) -> None:
    for path, text in FACES[name].files(catalog(), __version__).items():
        there = ROOT / path
        assert there.exists(), f"{path} is missing: make generate"
        assert there.read_text(encoding="utf-8") == text, f"{path} is stale: make generate"


@pytest.mark.parametrize("name", sorted(FACES))
def test_a_face_is_the_same_every_time(name: str) -> None:
    assert FACES[name].files(catalog(), "1") == FACES[name].files(catalog(), "1")


def test_power_automates_definition_is_valid_openapi_2() -> None:
    assert list(OpenAPIV2SpecValidator(swagger()).iter_errors()) == []


def test_the_openapi_file_is_valid_and_holds_nothing_of_the_sandbox() -> None:
    document = json.loads(made("openapi", "docs/openapi.json"))

    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert [path for path in document["paths"] if "sandbox" in path] == []


def test_power_automate_has_every_action_and_trigger_with_names_that_people_read() -> None:
    paths = swagger()["paths"]

    for action in actions_on(catalog(), "api"):
        operation = paths[f"/v1/actions/{action.name}"]["post"]
        body = operation["parameters"][0]["schema"]
        assert operation["summary"] == action.title
        assert set(body["properties"]) == set(action.input["properties"])
        assert all(field["x-ms-summary"] for field in body["properties"].values())
    for trigger in triggers_on(catalog(), "api"):
        told = paths[f"/v1/webhooks/events/{trigger.name}"]
        assert told["post"]["x-ms-trigger"] == "single"
        assert set(told["x-ms-notification-content"]["schema"]["properties"]) == set(trigger.keys)


def test_power_automate_uses_no_word_that_openapi_2_lacks() -> None:
    text = json.dumps(swagger())

    for word in ('"anyOf"', '"oneOf"', '"const"', '"patternProperties"', '"propertyNames"', '"null"'):
        assert word not in text, word


def test_money_is_text_so_that_no_platform_rounds_it() -> None:
    fields = swagger()["paths"]["/v1/actions/create_invoice"]["post"]["parameters"][0]["schema"]["properties"]

    assert fields["amount"]["type"] == "string"
    assert fields["invoice_number"]["type"] == "string"


def test_the_everyday_fields_come_first_and_the_required_before_them() -> None:
    shown = swagger()["paths"]["/v1/actions/create_invoice"]["post"]["parameters"][0]["schema"]["properties"]
    names = list(shown)
    advanced = [name for name in names if shown[name].get("x-ms-visibility") == "advanced"]

    assert set(names[:3]) == {"customer_name", "amount", "due_date"}
    assert names[-len(advanced) :] == advanced


def test_the_reference_page_names_every_field_of_every_action() -> None:
    page = made("reference", "docs/reference.md")

    for action in actions_on(catalog(), "api"):
        part = page.split(f"### {action.title}\n", 1)[1].split("\n### ", 1)[0]
        for name in action.input["properties"]:
            assert f"`{name}`" in part, (action.name, name)


@pytest.fixture
def with_one_more(tmp_path: Path) -> Iterator[Catalog]:
    with one_more(tmp_path) as larger:
        yield larger


def forms_of(catalog: Catalog, name: str) -> dict[str, tuple[str, set[str]]]:
    """Where each face sends an action, and the fields that its form asks for."""
    made = {face: FACES[face].files(catalog, "1") for face in FACES}
    found: dict[str, tuple[str, set[str]]] = {}
    for face, path in (
        ("openapi", "docs/openapi.json"),
        ("power-automate", "docs/power-automate/apiDefinition.swagger.json"),
    ):
        document = json.loads(made[face][path])
        asked = document["paths"][f"/v1/actions/{name}"]["post"]
        schema = (
            asked["requestBody"]["content"]["application/json"]["schema"]
            if face == "openapi"
            else asked["parameters"][0]["schema"]
        )
        found[face] = (f"/v1/actions/{name}", set(schema["properties"]))
    create = json.loads(made["zapier"]["zapier/generated/creates.json"])[name]["definition"]
    keys = {field["key"] for field in create["operation"]["inputFields"]}
    found["zapier"] = (f"/v1/actions/{create['key']}", keys)
    noun, generated = catalog.actions[name].noun, "n8n-nodes/nodes/Tagih/generated"
    node, index = made["n8n"][f"{generated}/{noun}.ts"], made["n8n"][f"{generated}/index.ts"]
    assert f"from './{noun}';" in index and f"value: '{noun}'" in index
    assert f"value: '{name}'" in node
    [url] = re.findall(rf"url: '(/v1/actions/{name})'", node)
    shown = node.split(f"operation: ['{name}']")[:-1]
    found["n8n"] = (url, {re.findall(r"\n\t\tname: '(\w+)'", part)[-1] for part in shown})
    piece = made["activepieces"]["activepieces/src/generated/actions.ts"].split(f"\n\t\tname: '{name}',")[1]
    keys = set(re.findall(r"\n\t\t\t(\w+): \{", piece.split("\n\t},")[0]))
    found["activepieces"] = (f"/v1/actions/{name}", keys)
    forms = re.search(r"TAGIH_FORMS = (.*);", made["sheets"]["sheets/Specs.js"], re.DOTALL)
    assert forms
    [form] = [one for one in json.loads(forms[1]) if one["name"] == name]
    found["sheets"] = (f"/v1/actions/{form['name']}", {field["key"] for field in form["fields"]})
    return found


def test_an_action_added_as_one_file_and_one_function_is_played_from_every_face(
    with_one_more: Catalog, tmp_path: Path, sqlite_url: str
) -> None:
    with world(tmp_path, sqlite_url) as opened:
        larger = replace(opened.app, catalog=with_one_more)
        web = composition.make_web_app(larger.settings, larger)
        client = web.test_client()
        for face, (path, fields) in forms_of(with_one_more, "wave_hello").items():
            assert "reason" in fields, face
            answer = client.post(
                path, json={"reason": f"dari {face}"}, headers={"Authorization": f"Bearer {KEY}"}
            )

            told = answer.get_json()
            assert answer.status_code == 200, (face, told)
            assert (told["result_text"], told["affected"]) == (f"dari {face}", 7)
        web.extensions["tagih.inbox"].close()

    for face in FACES:
        made = [FACES[face].files(known, "1") for known in (catalog(), with_one_more)]
        said = "".join(text for path, text in made[1].items() if text != made[0].get(path))
        assert "Wave Hello" in said, face


def test_export_writes_prints_and_finds_what_is_stale(tmp_path: Path) -> None:
    def export(*words: str) -> Any:
        return CliRunner().invoke(cli.main, ["export", *words], catch_exceptions=False)

    printed = export("openapi")
    written = export("all", "--out", str(tmp_path))
    fresh = export("all", "--out", str(tmp_path), "--check")
    (tmp_path / "docs" / "openapi.json").write_text("{}")
    stale = export("openapi", "--out", str(tmp_path), "--check")
    unknown = export("fax")
    export("all", "--out", str(tmp_path))
    orphans = (
        "n8n-nodes/nodes/Tagih/generated/orphan.ts",
        "zapier/generated/old/orphan.json",
        "sheets/OldSpecs.js",
        "docs/old-fields.md",
    )
    for name, copied in zip(orphans, (None, None, "sheets/Specs.js", "docs/zapier-fields.md"), strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}" if copied is None else (tmp_path / copied).read_text())
    (tmp_path / "sheets" / "Menu.js").write_text("// by hand")
    beside = export("all", "--out", str(tmp_path), "--check")

    assert json.loads(printed.stdout)["openapi"] == "3.1.0"
    assert written.exit_code == fresh.exit_code == 0
    assert stale.exit_code == 1 and "docs/openapi.json is stale: make generate" in stale.stderr
    told = [line.split(" ")[0] for line in beside.stderr.splitlines()]
    assert beside.exit_code == 1 and sorted(told) == sorted(orphans)
    assert unknown.exit_code != 0 and "power-automate" in unknown.stderr


def test_the_sheets_template_is_what_its_maker_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_template", ROOT / "sheets" / "make_template.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    maker.make(tmp_path / "template.xlsx")

    made, kept = sheet_of(tmp_path / "template.xlsx"), sheet_of(ROOT / "sheets" / "template.xlsx")

    assert kept == made
    assert len(kept["checks"]) == 3


def sheet_of(path: Path) -> dict[str, Any]:
    """What a person meets in a workbook's sheet: words, forms of figures, checks, widths."""
    sheet = load_workbook(path).active
    assert isinstance(sheet, Worksheet)
    cells = {
        cell.coordinate: (cell.value, cell.number_format, cell.font.b, cell.fill.start_color.rgb)
        for row in sheet.iter_rows()
        for cell in row
    }
    checks = sheet.data_validations.dataValidation
    return {
        "title": sheet.title,
        "cells": cells,
        "checks": sorted(
            (str(c.sqref), c.type, c.operator, c.formula1, c.allow_blank, c.error or "", c.showErrorMessage)
            for c in checks
        ),
        "widths": {letter: side.width for letter, side in sheet.column_dimensions.items()},
        "frozen": sheet.freeze_panes,
    }
