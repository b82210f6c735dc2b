"""What n8n sends for the same wishes is what every other face sends."""

import sys
from typing import Any

from between import Relay
from conftest import ROOT
from real import TAGIH, Json, N8n, door, tagih

sys.path.insert(0, str(ROOT / "tests" / "faces"))
from same_calls import CALLS, meant


def filled(form: list[Json], action: str, fields: dict[str, Any]) -> Json:
    """The node's parameters: each field where the form has it, on top or below "Additional Fields"."""
    shown = [p for p in form if action in p.get("displayOptions", {}).get("show", {}).get("operation", ())]
    on_top = {p["name"] for p in shown}
    more = {option["name"] for p in shown if p["name"] == "additionalFields" for option in p["options"]}
    assert set(fields) <= on_top | more
    return {
        "resource": shown[0]["displayOptions"]["show"]["resource"][0],
        "operation": action,
        **{name: value for name, value in fields.items() if name in on_top},
        "additionalFields": {name: value for name, value in fields.items() if name not in on_top},
    }


def test_the_same_words_arrive_as_the_same_call(n8n: N8n, key: str, relay: Relay) -> None:
    credential = n8n.credential("Same words", relay.url, key)
    form = n8n.node_types()[TAGIH]["properties"]
    steps = [tagih(credential, f"Step {n}", **filled(form, *call)) for n, call in enumerate(CALLS)]
    n8n.workflow("same", [door("same"), *steps])

    answer = n8n.call("same")

    assert answer.status_code == 200, answer.text
    received = [call for call in relay.calls if call.path.startswith("/v1/actions/")]
    assert [(call.path.removeprefix("/v1/actions/"), meant(call.json)) for call in received] == [
        (action, meant(fields)) for action, fields in CALLS
    ]
