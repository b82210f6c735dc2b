"""What a Zap sends for the same wishes is what every other face sends."""

import sys
from pathlib import Path
from typing import Any

import pytest
from between import Relay
from conftest import ROOT, Zap, written
from running import Home

sys.path.insert(0, str(Path(ROOT) / "tests" / "faces"))
from same_calls import WISHES, Wish, meant
from world import catalog

# What a Zap cannot say, and why.
UNSAID = {
    "a reminder at an instant": "Zapier has Delay Until, and Send Template: few steps, each with a live Zap",
    "rows": "a Zap runs once for each row; a sheet as a whole is n8n's, the sheet's own and the command line's",
}


def filled(wish: Wish) -> dict[str, Any]:
    """The form's fields: a template's own words and a line's parts stand under names of their own."""
    fields: dict[str, Any] = {}
    for name, value in wish.given.items():
        if name == "variables":
            fields |= {f"variables__{inner}": one for inner, one in value.items()}
        elif name == "lines":
            fields[name] = [{f"lines__{inner}": one for inner, one in line.items()} for line in value]
        else:
            fields[name] = value
    return fields


def test_the_same_words_arrive_as_the_same_call(home: Home, key: str, request: pytest.FixtureRequest) -> None:
    relay = Relay(target=home.url)
    request.addfinalizer(relay.close)
    zap = Zap(relay.url, key)
    request.addfinalizer(zap.end)
    forms = {**written("creates"), **written("searches")}
    said = [wish for wish in WISHES if wish.name not in UNSAID]

    for wish in said:
        (zap.search if wish.action in written("searches") else zap.create)(wish.action, **filled(wish))

    assert {wish.name for wish in WISHES if wish.action not in forms} == set(UNSAID)
    received = [call for call in relay.calls if call.path.startswith("/v1/actions/")]
    assert [
        (wish.name, call.path, meant(wish.action, call.json, catalog()))
        for wish, call in zip(said, received, strict=True)
    ] == [
        (wish.name, f"/v1/actions/{wish.action}", meant(wish.action, wish.sent, catalog())) for wish in said
    ]
