"""What the sheet's forms send for the same wishes is what every other face sends."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from between import Relay
from conftest import ROOT
from running import Home

sys.path.insert(0, str(ROOT / "tests" / "faces"))
from same_calls import CALLS, meant


def test_the_same_words_arrive_as_the_same_call(
    home: Home, key: str, play: Callable[..., dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    relay = Relay(target=home.url)
    request.addfinalizer(relay.close)
    forms = {form["name"] for form in play(["tagihForms"], locale="en_GB")["answers"][0]["forms"]}
    calls = [(action, fields) for action, fields in CALLS if action in forms]

    seen = play(
        *(["tagihRunForm", action, fields] for action, fields in calls),
        user={"TAGIH_URL": relay.url, "TAGIH_KEY": key},
    )

    assert len(calls) >= 2 and all(answer["ok"] for answer in seen["answers"]), seen["answers"]
    received = [call for call in relay.calls if call.path.startswith("/v1/actions/")]
    assert [(call.path.removeprefix("/v1/actions/"), meant(call.json)) for call in received] == [
        (action, meant(fields)) for action, fields in calls
    ]
