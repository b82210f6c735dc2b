"""T-22: no credential of ours travels with an event, and nothing follows a redirect."""

import pytest
from hooks.house import House
from hooks.receiver import Receiver
from world import KEY


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(house: House, receiver: Receiver, second: Receiver, status: int) -> None:
    receiver.answer = lambda _r, _e: (status, {"Location": second.url}, b"")
    house.subscribe(receiver.url, "invoice_created")

    house.tell("T-1")

    assert len(receiver.requests) == 1
    assert second.requests == []


def test_what_a_receiver_sees_holds_no_key_token_or_cookie(house: House, receiver: Receiver) -> None:
    receiver.answer = lambda _r, _e: (200, {"Set-Cookie": "session=1"}, b"")
    made = house.subscribe(receiver.url, "invoice_created")
    settings = house.world.app.settings

    house.tell("T-1")
    house.tell("T-2")

    secrets = [KEY, made["secret"], *(secret.reveal() for secret in settings.secrets())]
    assert len(receiver.requests) == 2
    for request in receiver.requests:
        everything = " ".join([*request.headers, *request.headers.values(), request.body.decode()])
        assert [secret for secret in secrets if secret in everything] == []
        assert not {"authorization", "cookie", "proxy-authorization"} & set(request.headers)
