"""Zapier's files: the traps that were measured in the real thing, and what the specs ask for."""

import json
from typing import Any

from world import catalog

from connector.faces.shapes import actions_on, triggers_on
from connector.faces.zapier import files
from connector.faces.zapier_fields import input_field, output_fields, sample_of

MADE = files(catalog(), "1")


def made(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MADE[f"zapier/generated/{kind}.json"])
    return found


def fields_of(kind: str, key: str) -> dict[str, dict[str, Any]]:
    operation = made(kind)[key]["definition"]["operation"]
    return {field["key"]: field for field in operation["inputFields"]}


def test_every_action_and_trigger_of_the_surface_is_there_and_no_other() -> None:
    actions = actions_on(catalog(), "zapier")

    assert set(made("creates")) == {action.name for action in actions if action.changes}
    assert set(made("searches")) == {action.name for action in actions if not action.changes}
    assert set(made("triggers")) == {trigger.name for trigger in triggers_on(catalog(), "zapier")}


def test_every_input_of_an_action_can_be_filled() -> None:
    for action in actions_on(catalog(), "zapier"):
        kind = "creates" if action.changes else "searches"
        loaded = made(kind)[action.name]["shape"]["loaded"]
        shown = set(fields_of(kind, action.name)) | set(loaded)
        assert set(action.input["properties"]) - {"cursor"} <= shown, action.name


def test_money_and_dates_are_text_because_zapier_misreads_both() -> None:
    invoice = fields_of("creates", "create_invoice")

    assert invoice["amount"]["type"] == invoice["due_date"]["type"] == "string"
    assert made("creates")["create_invoice"]["shape"]["dates"] == ["due_date", "issue_date"]


def test_keys_of_line_items_are_unique_in_the_whole_form() -> None:
    lines = fields_of("creates", "create_payment_plan")["lines"]

    assert [child["key"] for child in lines["children"]] == ["lines__date", "lines__amount"]
    assert "helpText" not in lines and "date and amount" in lines["children"][0]["helpText"]


def test_a_templates_own_fields_are_loaded_when_it_is_chosen() -> None:
    fields = fields_of("creates", "send_template")

    assert fields["template"]["altersDynamicFields"] is True and "variables" not in fields
    assert made("creates")["send_template"]["shape"]["loaded"] == {
        "variables": {"list": "template_fields", "from": "template"}
    }


def test_only_acts_without_a_memory_of_their_own_get_a_key_by_themselves() -> None:
    """A pause, a resume and the same pause again are three acts: a remembered answer would swallow the third."""
    shapes = {key: one["shape"]["makes_key"] for key, one in made("creates").items()}

    assert shapes["send_message"] and shapes["send_template"]
    assert not (shapes["pause_sequence"] or shapes["create_invoice"] or shapes["mark_paid"])


def test_every_drop_down_has_its_hidden_trigger() -> None:
    used = {
        field["dynamic"].split(".")[0]
        for kind in ("creates", "searches", "triggers")
        for key in made(kind)
        for field in fields_of(kind, key).values()
        if "dynamic" in field
    }

    lists = made("lists")
    assert used == set(lists)
    assert all(one["definition"]["display"]["hidden"] for one in lists.values())


def test_outputs_are_flat_keys_and_samples_have_every_one() -> None:
    schema = {
        "properties": {
            "at": {"type": ["string", "null"], "format": "date-time"},
            "lines": {
                "type": "array",
                "items": {"type": "object", "properties": {"no": {"type": "integer"}}},
            },
            "phones": {"type": "array", "items": {"type": "string"}},
            "dry_run": {"type": "boolean"},
        }
    }

    found = {field["key"]: field["type"] for field in output_fields(schema)}

    assert found == {"at": "datetime", "lines[]no": "integer", "phones": "string"}
    assert sample_of(schema, {"at": "2026-12-05T09:00:00+07:00", "more": 1}) == {
        "at": "2026-12-05T09:00:00+07:00",
        "lines": None,
        "phones": None,
    }


def test_a_field_is_what_its_schema_says() -> None:
    list_of = {"type": "array", "items": {"type": "string"}, "title": "Tags", "x-advanced": True}
    file = {"type": "string", "title": "PDF", "maxLength": 1000, "x-file": True}

    tags = input_field("tags", list_of, required=False, search=False)

    assert (tags["list"], tags["type"], tags["group"]) == (True, "string", "more")
    assert input_field("pdf", file, required=False, search=False)["type"] == "file"
