"""What n8n sends for the same wishes is what every other face sends."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from between import Relay
from conftest import ROOT
from real import TAGIH, Json, N8n, door, tagih
from running import KEY, Home

sys.path.insert(0, str(ROOT / "tests" / "faces"))
from same_calls import WISHES, Wish, meant
from world import catalog

# What the node says in another way, and where that is played.
UNSAID = {
    "rows": "its rows are the flow's items: test_the_rows_of_a_sheet_go_as_one_call_and_come_back_as_items"
}


def filled(form: list[Json], wish: Wish) -> Json:
    """The node's parameters: each field where the form has it, on top or below "Additional Fields"."""
    shown = [
        p for p in form if wish.action in p.get("displayOptions", {}).get("show", {}).get("operation", ())
    ]
    on_top = {p["name"]: p for p in shown}
    more = {
        option["name"]: option for p in shown if p["name"] == "additionalFields" for option in p["options"]
    }
    assert set(wish.given) <= set(on_top) | set(more)
    boxes = {**more, **on_top}
    typed = {name: _typed(boxes[name]["type"], value) for name, value in wish.given.items()}
    return {
        "resource": shown[0]["displayOptions"]["show"]["resource"][0],
        "operation": wish.action,
        **{name: value for name, value in typed.items() if name in on_top},
        "additionalFields": {name: value for name, value in typed.items() if name not in on_top},
    }


def _typed(kind: str, value: Any) -> Any:
    """What a person does in a box of this kind; a figure of another app comes by an expression."""
    if kind == "resourceMapper":
        return {"mappingMode": "defineBelow", "value": value}
    if kind == "fixedCollection":
        return {"pairs": [{"name": name, "value": one} for name, one in value.items()]}
    if kind == "json":
        return json.dumps(value)
    return f"={{{{ {value} }}}}" if kind == "string" and isinstance(value, int) else value


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Relay]:
    """The way to a Tagih of its own, whose clock nobody walked: the wishes name days."""
    home = Home(tmp_path / "home")
    home.done("setup", "--sample")
    home.serve()
    made = Relay(target=home.url)
    yield made
    made.close()
    home.stop()


def test_the_same_words_arrive_as_the_same_call(n8n: N8n, untouched: Relay) -> None:
    credential = n8n.credential("Same words", untouched.url, KEY)
    form = n8n.node_types()[TAGIH]["properties"]
    said = [wish for wish in WISHES if wish.name not in UNSAID]
    steps = [tagih(credential, wish.name, **filled(form, wish)) for wish in said]
    flow = n8n.workflow("same", [door("same"), *steps])

    answer = n8n.call("same")

    assert answer.status_code == 200, (answer.text, n8n.runs(flow)[0]["data"]["resultData"]["error"])
    received = [call for call in untouched.calls if call.path.startswith("/v1/actions/")]
    assert [
        (wish.name, call.path, meant(wish.action, call.json, catalog()))
        for wish, call in zip(said, received, strict=True)
    ] == [
        (wish.name, f"/v1/actions/{wish.action}", meant(wish.action, wish.sent, catalog())) for wish in said
    ]
