"""What the sheet's forms and rows send for the same wishes is what every other face sends."""

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from between import Relay
from conftest import ROOT
from running import Home

sys.path.insert(0, str(ROOT / "tests" / "faces"))
from same_calls import WISHES, Wish, meant
from world import catalog

_KEY = "the sheet's key cannot do it: a sheet has many editors"
_EVERYDAY = "the form shows the everyday fields alone"
# What the sheet cannot say, and why.
UNSAID = {
    "a day with a time": "a date box gives a day and nothing else",
    "fields of one's own, a tick and an instant": _EVERYDAY,
    "a tick taken away": _EVERYDAY,
    "a promise with a number and an instant": _KEY,
    "a pause": _KEY,
    "a template's own fields": _KEY,
    "a reminder at an instant": _KEY,
    "lines": _KEY,
    "several values": _KEY,
    "a search": _KEY,
}
Forms = Mapping[str, Mapping[str, str]]


def can_be_said(wish: Wish, forms: Forms) -> bool:
    boxes = forms.get(wish.action, {})
    days = [str(value) for name, value in wish.given.items() if boxes.get(name) == "date" and value]
    return set(wish.given) <= set(boxes) and all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days)


def typed(wish: Wish) -> dict[str, Any]:
    """What the page hands over: the text of every box, and true for one that is ticked."""
    return {name: value if value is True else str(value) for name, value in wish.given.items()}


def test_the_same_words_arrive_as_the_same_call(
    home: Home, key: str, play: Callable[..., dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    relay = Relay(target=home.url)
    request.addfinalizer(relay.close)
    user = {"TAGIH_URL": relay.url, "TAGIH_KEY": key}
    shown = play(["tagihForms"], locale="en_GB")["answers"][0]["forms"]
    forms = {form["name"]: {box["key"]: box["kind"] for box in form["fields"]} for form in shown}
    [rows] = [wish for wish in WISHES if wish.action == "import_rows"]
    said = [wish for wish in WISHES if can_be_said(wish, forms)]
    [row] = rows.given["rows"]
    cells = {name: value for name, value in row.items() if name != "row"}
    cells["No HP"], cells["Jumlah"] = int(row["No HP"]), int(row["Jumlah"])  # as Google reads what is typed
    cells["Jatuh Tempo"] = {"date": row["Jatuh Tempo"]}

    seen = play(*(["tagihRunForm", wish.action, typed(wish)] for wish in said), user=user)
    synced = play(
        ["tagihSendAll"],
        sheet=[list(cells), list(cells.values())],
        user=user,
        document={"TAGIH_LIST": rows.given["list"]},
    )

    assert all(answer["ok"] for answer in seen["answers"]), seen["answers"]
    assert synced["errors"] == []
    said.append(rows)
    assert {wish.name for wish in WISHES} - {wish.name for wish in said} == set(UNSAID)
    received = [call for call in relay.calls if call.path.startswith("/v1/actions/")]
    assert [
        (wish.name, call.path, meant(wish.action, call.json, catalog()))
        for wish, call in zip(said, received, strict=True)
    ] == [
        (wish.name, f"/v1/actions/{wish.action}", meant(wish.action, wish.sent, catalog())) for wish in said
    ]
