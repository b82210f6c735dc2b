"""What a Zap sends for the same wishes is what every other face sends."""

import sys
from pathlib import Path

import pytest
from between import Relay
from conftest import ROOT, Zap
from running import Home

sys.path.insert(0, str(Path(ROOT) / "tests" / "faces"))
from same_calls import CALLS, meant


def test_the_same_words_arrive_as_the_same_call(home: Home, key: str, request: pytest.FixtureRequest) -> None:
    relay = Relay(target=home.url)
    request.addfinalizer(relay.close)
    zap = Zap(relay.url, key)
    request.addfinalizer(zap.end)

    for action, fields in CALLS:
        zap.create(action, **fields)

    received = [call for call in relay.calls if call.path.startswith("/v1/actions/")]
    assert [(call.path.removeprefix("/v1/actions/"), meant(call.json)) for call in received] == [
        (action, meant(fields)) for action, fields in CALLS
    ]
