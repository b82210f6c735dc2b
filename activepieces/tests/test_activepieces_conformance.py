"""What a flow of Activepieces sends for the same wishes is what every other face sends."""

import pytest
from between import Relay
from conftest import ACTIONS, Piece
from running import Home
from same_calls import WISHES, meant
from world import catalog


def test_the_same_words_arrive_as_the_same_call(
    piece: Piece, home: Home, key: str, request: pytest.FixtureRequest
) -> None:
    relay = Relay(target=home.url)
    request.addfinalizer(relay.close)
    watched = piece.connected(relay.url, key)

    for wish in WISHES:
        assert set(wish.given) <= set(ACTIONS[wish.action].input["properties"])
        watched.act(wish.action, **wish.given)

    received = [call for call in relay.calls if call.path.startswith("/v1/actions/")]
    assert [
        (wish.name, call.path, meant(wish.action, call.json, catalog()))
        for wish, call in zip(WISHES, received, strict=True)
    ] == [
        (wish.name, f"/v1/actions/{wish.action}", meant(wish.action, wish.sent, catalog())) for wish in WISHES
    ]
