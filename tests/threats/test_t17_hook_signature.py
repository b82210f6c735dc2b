"""T-17: who knows the receiver's URL cannot forge an event, for every delivery bears a signature of its own."""

import pytest
from hooks.house import House
from hooks.receiver import Receiver, believes


@pytest.mark.parametrize("kind", ["live", "retry", "test", "replay"])
def test_every_kind_of_delivery_is_signed(house: House, receiver: Receiver, kind: str) -> None:
    answers = iter([503] if kind == "retry" else [])
    receiver.answer = lambda _r, _e: next(answers, 200)
    made = house.subscribe(receiver.url, "invoice_created")

    if kind == "test":
        house.call("POST", f"/{made['id']}/test")
    else:
        house.tell("T-1")
    if kind == "replay":
        house.call("POST", f"/{made['id']}/replay", {"from_event_number": 1})
    house.world.advance(house.world.now.replace(hour=9))

    assert receiver.requests
    for request in receiver.requests:
        assert believes(made["secret"], request.headers, request.body)


@pytest.mark.parametrize("forged", ["body", "id", "time", "signature", "unsigned", "other secret", "old"])
def test_a_forged_or_old_one_is_not_believed(house: House, receiver: Receiver, forged: str) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    other = house.subscribe(f"{receiver.url}/2", "invoice_paid")
    house.tell("T-1")
    [request] = receiver.requests
    headers, body, secret, now = dict(request.headers), request.body, made["secret"], None

    if forged == "body":
        body = body.replace(b'"T-1"', b'"T-2"')
    elif forged == "id":
        headers["webhook-id"] = "evt_another"
    elif forged == "time":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
    elif forged == "signature":
        headers["webhook-signature"] = "v1," + "A" * 43 + "="
    elif forged == "unsigned":
        del headers["webhook-signature"]
    elif forged == "other secret":
        secret = other["secret"]
    else:
        now = float(headers["webhook-timestamp"]) + 301

    assert believes(made["secret"], request.headers, request.body)
    assert not believes(secret, headers, body, now)
