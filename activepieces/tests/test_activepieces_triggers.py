"""The triggers: a flow is published, told, tried in the editor, and turned off; nothing else starts it (T-17)."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from conftest import TRIGGERS, Json, Piece
from hooks.receiver import Receiver, Taken
from running import Home, free_port, until

FLOW = "flow"


def keys_of(event: Json) -> set[str]:
    """The keys that the spec promises; `extra_*` are the user's own, `_dedupe_key` the platform takes away."""
    return {key for key in event if not key.startswith("extra_") and key != "_dedupe_key"}


def subscriptions(home: Home) -> dict[str, Json]:
    return {one["id"]: one for one in home.client().get("/v1/webhooks").json()["items"]}


def enabled(piece: Piece, step: str, url: str, flow: str = FLOW, **fields: Any) -> Json:
    """Publishes a flow; answers what the piece keeps of it."""
    piece.done("enable", step=step, flow=flow, url=url, props=fields)
    kept: Json = piece.done("kept", flow=flow, field="subscription")
    return kept


Told = Callable[[str], Taken]


@pytest.fixture
def told(piece: Piece, home: Home, receiver: Receiver) -> Iterator[Told]:
    """A published flow that waits for payments, and how to make one: the delivery that Tagih sent for it."""
    kept = enabled(piece, "payment_received", f"{receiver.url}/payments", quiet="off")

    def pay(number: str) -> Taken:
        piece.act(
            "create_invoice",
            customer_name=f"Uji {number}",
            amount="50.000",
            due_date="2026-12-20",
            invoice_number=number,
        )
        piece.act("mark_paid", invoice=number, payment_ref=f"ref-{number}")

        def found() -> list[Taken]:
            return [one for one in receiver.requests if one.event["invoice_number"] == number]

        until(found)
        return found()[0]

    yield pay
    piece.done("disable", step="payment_received", flow=FLOW)
    assert kept["id"] not in subscriptions(home)


def test_every_trigger_is_turned_on_and_off(piece: Piece, home: Home, receiver: Receiver) -> None:
    for step, trigger in TRIGGERS.items():
        kept = enabled(piece, step, f"{receiver.url}/{step}", flow=step)
        there = subscriptions(home)[kept["id"]]

        for _ in range(2):  # it may be asked twice
            piece.done("disable", step=step, flow=step)

        assert there["events"] == [step] and there["url"].endswith(f"/{step}")
        assert there["name"] == f"Activepieces: {trigger.title}"
        assert kept["id"] not in subscriptions(home)
        assert piece.done("kept", flow=step, field="subscription") is None


def test_a_flow_that_is_published_again_has_one_subscription(
    piece: Piece, home: Home, receiver: Receiver
) -> None:
    first, second = (enabled(piece, "invoice_paid", receiver.url, flow="again") for _ in range(2))

    there = set(subscriptions(home))
    piece.done("disable", step="invoice_paid", flow="again")

    assert second["id"] in there and first["id"] not in there


def test_filters_reach_the_subscription(piece: Piece, home: Home, receiver: Receiver) -> None:
    overdue = {"days_overdue": [3, "14"], "only_recipes": ["kost"], "quiet": "22:00-06:00"}
    people = {"reasons": ["dispute"], "language": "en", "only_tags": ["vip"], "only_recipes": []}
    kept = [
        enabled(piece, step, receiver.url, flow=step, **fields)["id"]
        for step, fields in (("invoice_overdue", overdue), ("needs_human", people))
    ]

    one, two = (subscriptions(home)[id] for id in kept)
    for step in ("invoice_overdue", "needs_human"):
        piece.done("disable", step=step, flow=step)

    assert (one["days_overdue"], one["only_recipes"], one["quiet"]) == ([3, 14], ["kost"], "22:00-06:00")
    assert (two["reasons"], two["language"], two["only_tags"]) == (["dispute"], "en", ["vip"])


def test_an_event_starts_the_flow_once_with_the_keys_of_its_sample(piece: Piece, told: Told) -> None:
    taken = told("APT-1")

    [event] = piece.run("payment_received", taken, FLOW)
    again = piece.run("payment_received", taken, FLOW)
    retried = piece.run("payment_received", signed(piece, taken, timestamp=int(time.time()) - 60), FLOW)
    replayed = piece.run(
        "payment_received",
        signed(piece, taken, timestamp=int(time.time()) + 1, **{"tagih-replay": "1"}),
        FLOW,
    )

    assert event.pop("_dedupe_key").strip() == event["event_id"]
    assert event == taken.event and event["payment_amount"] == "50000"
    assert keys_of(event) == set(TRIGGERS["payment_received"].keys)
    assert again == retried == []
    assert len(replayed) == 1  # the operator asked for it


def signed(
    piece: Piece, taken: Taken, timestamp: int | None = None, secret: str | None = None, **headers: str
) -> Taken:
    """The same delivery at another time, with a signature that fits, by the standard and not by our code."""
    at = int(time.time()) if timestamp is None else timestamp
    kept = secret or str(piece.done("kept", flow=FLOW, field="subscription")["secret"])
    content = f"{taken.headers['webhook-id']}.{at}.".encode() + taken.body
    digest = hmac.digest(base64.b64decode(kept.removeprefix("whsec_")), content, sha256)
    more = {
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        **headers,
    }
    return Taken({**taken.headers, **more}, taken.body, taken.status)


def test_t17_only_what_tagih_signed_starts_a_flow(piece: Piece, told: Told) -> None:
    taken = told("APT-17")
    forged = json.dumps({**taken.event, "payment_amount": "9000000"})
    day = 24 * 60 * 60
    strangers = base64.b64encode(b"a secret of somebody else's own").decode()
    unsigned = {name: value for name, value in taken.headers.items() if name != "webhook-signature"}

    refused = [
        piece.run("payment_received", taken, FLOW, rawBody=forged, body=json.loads(forged)),
        piece.run("payment_received", taken, FLOW, rawBody=None),
        piece.run("payment_received", Taken(unsigned, taken.body, 200), FLOW),
        piece.run(
            "payment_received", Taken({**taken.headers, "webhook-id": "evt_other"}, taken.body, 200), FLOW
        ),
        piece.run("payment_received", signed(piece, taken, timestamp=int(time.time()) - day - 60), FLOW),
        piece.run("payment_received", signed(piece, taken, timestamp=int(time.time()) + 400), FLOW),
        piece.run("payment_received", signed(piece, taken, secret=strangers), FLOW),
        piece.run("payment_received", taken, "another flow"),
    ]
    [event] = piece.run("payment_received", taken, FLOW, body={"payment_amount": "9000000"})
    copied = Taken({**taken.headers, "tagih-replay": "2"}, taken.body, 200)

    assert refused == [[]] * len(refused)
    assert event["payment_amount"] == "50000"  # what was signed, not what was read of it
    assert piece.run("payment_received", copied, FLOW) == []


def test_what_waited_for_hours_in_activepieces_still_starts_its_flow(piece: Piece, told: Told) -> None:
    late = signed(piece, told("APT-2"), timestamp=int(time.time()) - 6 * 60 * 60)

    assert len(piece.run("payment_received", late, FLOW)) == 1


def test_a_changed_secret_is_taken_over(piece: Piece, told: Told, home: Home) -> None:
    before = piece.done("kept", flow=FLOW, field="subscription")
    home.client().post(f"/v1/webhooks/{before['id']}/rotate-secret").raise_for_status()

    waiting = [told("APT-3"), told("APT-3B")]  # both in the queue of Activepieces before the piece sees one
    first, second = (piece.run("payment_received", one, FLOW) for one in waiting)
    after = piece.done("kept", flow=FLOW, field="subscription")
    third = piece.run("payment_received", told("APT-4"), FLOW)

    assert after["id"] == before["id"] and after["secret"] != before["secret"]
    assert len(first) == len(second) == len(third) == 1


def test_t17_a_copy_with_a_signature_in_front_changes_no_secret(piece: Piece, told: Told) -> None:
    taken = told("APT-5")
    piece.run("payment_received", taken, FLOW)
    before = piece.done("kept", flow=FLOW, field="subscription")

    in_front = {"webhook-signature": f"v1,AAAA {taken.headers['webhook-signature']}"}
    copied = piece.run("payment_received", Taken({**taken.headers, **in_front}, taken.body, 200), FLOW)

    assert copied == []
    assert piece.done("kept", flow=FLOW, field="subscription") == before


def test_a_flow_can_be_turned_off_after_its_key_was_revoked(
    piece: Piece, home: Home, receiver: Receiver
) -> None:
    made = home.run("keys", "create", "gone", "--preset", "activepieces", "--hook-host", "127.0.0.1")
    auth = {**piece.auth, "api_key": made.stdout.strip()}
    piece.done("enable", step="invoice_paid", flow="gone", url=receiver.url, props={}, auth=auth)
    home.done("keys", "revoke", made.stderr.split(":")[0])

    away = {"base_url": f"http://127.0.0.1:{free_port()}", "api_key": auth["api_key"]}
    unreached = piece.play("disable", step="invoice_paid", flow="gone", auth=away)
    piece.done("disable", step="invoice_paid", flow="gone", auth=auth)

    assert "ECONNREFUSED" in unreached["error"]["message"]  # it stays subscribed
    assert piece.done("kept", flow="gone", field="subscription") is None


@pytest.mark.parametrize("step", sorted(TRIGGERS))
def test_the_editor_finds_something_to_try(piece: Piece, step: str) -> None:
    tried = piece.done("test", step=step)

    assert tried and all(keys_of(event) == set(TRIGGERS[step].keys) for event in tried)
    assert len({event["event_id"] for event in tried}) == len(tried)


def test_the_editor_tries_only_what_the_filters_let_through(piece: Piece) -> None:
    newest = piece.done("test", step="needs_human")[0]
    other = "hardship" if newest["reason"] != "hardship" else "dispute"

    same, none = (
        piece.done("test", step="needs_human", props={"reasons": [reason]})
        for reason in (newest["reason"], other)
    )

    assert {event["reason"] for event in same} == {newest["reason"]}
    sample = TRIGGERS["needs_human"].sample
    assert {event["event_id"] for event in none} == {sample["event_id"]} or {
        event["reason"] for event in none
    } == {other}


def test_t16_a_key_sends_events_to_its_own_host_only(piece: Piece, home: Home, receiver: Receiver) -> None:
    """The key that docs/activepieces.md tells to make, when it is stolen."""
    made = home.done("keys", "create", "bound", "--preset", "activepieces", "--hook-host", "ap.example.com")
    auth = {**piece.auth, "api_key": made.split()[0]}

    seen = piece.play("enable", step="invoice_paid", flow="stolen", url=receiver.url, props={}, auth=auth)

    assert "--hook-host" in seen["error"]["message"]
    assert piece.done("kept", flow="stolen", field="subscription") is None
