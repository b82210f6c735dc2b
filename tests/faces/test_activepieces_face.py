"""The files for Activepieces: what the specs ask for, in the kinds of field that its form gets right."""

import re
from typing import Any

from world import catalog

from connector.faces.activepieces import FOLDER, SURFACE, files
from connector.faces.activepieces_fields import field
from connector.faces.shapes import actions_on, triggers_on

MADE = files(catalog(), "1")


def names_in(file: str) -> list[str]:
    return re.findall(r"^\t\tname: '(\w+)',$", MADE[f"{FOLDER}/{file}.ts"], re.M)


def kind(schema: dict[str, Any], name: str = "one") -> dict[str, Any]:
    shown = ("displayName", "description", "required")
    return {key: value for key, value in field(name, schema).items() if key not in shown}


def test_every_action_and_trigger_of_the_surface_is_there_once() -> None:
    assert names_in("actions") == [action.name for action in actions_on(catalog(), SURFACE)]
    assert names_in("triggers") == [trigger.name for trigger in triggers_on(catalog(), SURFACE)]


def test_only_acts_without_a_memory_of_their_own_get_a_key_by_themselves() -> None:
    parts = MADE[f"{FOLDER}/actions.ts"].split("\n\t\tname: '")[1:]
    made = {part.split("'")[0] for part in parts if "makesKey: true" in part}

    assert made == {a.name for a in actions_on(catalog(), SURFACE) if a.idempotency == "key"}
    assert {"send_message", "send_template"} <= made and "pause_sequence" not in made


def test_money_days_and_links_are_text() -> None:
    assert kind({"type": ["string", "integer"], "x-money": True}) == {"kind": "text"}
    assert kind({"type": "string", "format": "date"}) == {"kind": "date"}
    assert kind({"type": "string", "maxLength": 1000, "x-file": True}) == {"kind": "file"}
    assert kind({"type": "string", "maxLength": 4096}) == {"kind": "longText"}


def test_a_tick_has_three_answers() -> None:
    """A tick box of Activepieces says No for everybody who leaves it alone."""
    assert kind({"type": ["boolean", "null"]}) == {
        "kind": "choice",
        "choices": [{"label": "Yes", "value": True}, {"label": "No", "value": False}],
    }


def test_lists_are_filled_by_the_server_or_known() -> None:
    listed = {"type": "string", "x-options": "templates"}
    many = {"type": "array", "items": {"type": "string"}}
    lines = {
        "type": "array",
        "items": {"type": "object", "properties": {"no": {"type": "integer", "title": "No"}}},
    }

    assert kind(listed) == {"kind": "list", "list": "templates"}
    assert kind({**many, "x-options": "recipes"}) == {"kind": "lists", "list": "recipes"}
    assert kind(many) == {"kind": "texts"}
    assert kind({"type": "array", "items": {"type": "integer", "enum": [1, 3]}}) == {
        "kind": "choices",
        "choices": [{"label": "1", "value": 1}, {"label": "3", "value": 3}],
    }
    assert set(kind(lines)["fields"]) == {"no"}
    assert kind({"type": "array", "items": {"type": "object"}}) == {"kind": "json"}
    assert kind({"type": "object", "x-fields": {"list": "template_fields", "from": "template"}}) == {
        "kind": "loaded",
        "list": "template_fields",
        "from": "template",
    }


def test_a_choice_is_called_as_everywhere() -> None:
    found = kind({"type": ["string", "null"], "enum": ["id", "en", None]}, "language")

    assert [one["label"] for one in found["choices"]] == ["Indonesian", "English"]
