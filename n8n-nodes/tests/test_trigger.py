"""The trigger node in a real n8n: subscribed, believed, once, and not lost when n8n is down."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from between import Call, Relay
from real import Json, N8n, output, tagih, trigger
from running import Home, until


def hooks_of(home: Home, url: str) -> list[Json]:
    """The subscriptions of triggers to an address that begins like this."""
    found = home.client().get("/v1/webhooks").json()["items"]
    return [one for one in found if one["url"].startswith(url) and "/webhook-waiting/" not in one["url"]]


def subscribed(home: Home, n8n: N8n, count: int) -> None:
    until(lambda: len(hooks_of(home, n8n.url)) >= count, 20, n8n.tail)


def made(home: Home, number: str, **more: Any) -> Json:
    given = {"amount": "1500000", "due_date": "2027-03-05", "invoice_number": number}
    return home.act("create_invoice", customer_name=f"Uji {number}", **{**given, **more})


def post(hook: Json, secret: str, body: bytes, *, id: str, age_s: int = 0, **headers: str) -> httpx.Response:
    """A delivery to a trigger, signed as Tagih does it."""
    at = str(int(time.time()) - age_s)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = base64.b64encode(hmac.digest(key, f"{id}.{at}.".encode() + body, hashlib.sha256)).decode()
    said = {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": f"v1,{signed}"}
    return httpx.post(
        hook["url"],
        content=headers.pop("tampered", "").encode() or body,
        headers={"content-type": "application/json", **said, **headers},
        trust_env=False,
    )


@pytest.fixture(autouse=True)
def only_its_own(n8n: N8n, home: Home) -> Iterator[None]:
    """Takes every workflow away, so that the next test hears only its own."""
    yield
    for flow in n8n.api.get("/workflows", params={"active": "true"}).json()["data"]:
        n8n.deactivate(flow["id"])
    until(lambda: hooks_of(home, n8n.url) == [], 20, n8n.tail)


def test_an_event_starts_an_action_once(n8n: N8n, home: Home, credential: Json) -> None:
    flow = n8n.workflow(
        "react",
        [
            trigger(credential, ["invoice_created"]),
            tagih(
                credential,
                resource="invoice",
                operation="update_invoice",
                invoice="={{ $json.invoice_number }}",
                additionalFields={"description": "=Seen: {{ $json.customer_name }}"},
            ),
        ],
    )
    subscribed(home, n8n, 1)

    made(home, "TR-1")
    [run] = n8n.ended(flow)

    assert output(run, "Tagih Trigger")[0]["type"] == "invoice_created"
    assert output(run)[0]["result"] == "updated"
    [hook] = hooks_of(home, n8n.url)
    assert (hook["quiet"], hook["name"]) == ("21:00-07:00", "n8n: react")


def test_two_workflows_hear_one_event_and_each_only_what_it_asked_for(
    n8n: N8n, home: Home, credential: Json
) -> None:
    both = ["invoice_created", "invoice_paid"]
    first = n8n.workflow("first", [trigger(credential, ["invoice_created"])])
    second = n8n.workflow("second", [trigger(credential, both, onlyTags="emas, perak", quiet="")])
    subscribed(home, n8n, 2)

    made(home, "TR-2", extra={"tag": "emas"})
    made(home, "TR-3")
    n8n.ended(first, 2)

    assert [output(run, "Tagih Trigger")[0]["invoice_number"] for run in n8n.ended(second)] == ["TR-2"]
    told = {hook["name"]: hook for hook in hooks_of(home, n8n.url)}
    assert told["n8n: second"]["only_tags"] == ["emas", "perak"]
    assert (told["n8n: second"]["quiet"], told["n8n: first"]["quiet"]) == ("off", "21:00-07:00")


def in_the_next_second() -> None:
    """A delivery bears whole seconds: two of one second are copies."""
    time.sleep(1.05 - time.time() % 1)


def test_a_replay_runs_the_workflow_again_and_a_retry_does_not(
    n8n: N8n, home: Home, credential: Json
) -> None:
    flow = n8n.workflow("again", [trigger(credential, ["invoice_created"])])
    subscribed(home, n8n, 1)
    made(home, "TR-9")
    [run] = n8n.ended(flow)
    [hook] = hooks_of(home, n8n.url)
    event = output(run, "Tagih Trigger")[0]
    asked = {"from_event_number": event["event_number"]}
    in_the_next_second()

    home.client().post(f"/v1/webhooks/{hook['id']}/replay", json=asked).raise_for_status()
    runs = n8n.ended(flow, 2)
    in_the_next_second()
    home.client().post(f"/v1/webhooks/{hook['id']}/replay", json=asked).raise_for_status()
    runs = n8n.ended(flow, 3)
    body = json.dumps(event).encode()
    retried = post(hook, n8n.kept(flow)["secret"], body, id=event["event_id"])

    assert {output(run, "Tagih Trigger")[0]["event_id"] for run in runs} == {event["event_id"]}
    assert (retried.status_code, retried.text) == (200, "seen before")
    assert len(n8n.runs(flow)) == 3


def test_a_deactivated_workflow_is_unsubscribed(n8n: N8n, home: Home, credential: Json) -> None:
    flow = n8n.workflow("short" * 24, [trigger(credential, ["invoice_created"])])
    subscribed(home, n8n, 1)

    n8n.deactivate(flow)
    until(lambda: hooks_of(home, n8n.url) == [], 20, n8n.tail)
    made(home, "TR-4")
    n8n.activate(flow)
    subscribed(home, n8n, 1)

    assert n8n.runs(flow) == []


def test_listening_for_a_test_event_hears_at_any_hour(n8n: N8n, home: Home, credential: Json) -> None:
    listener = trigger(credential, ["invoice_created"])
    flow = n8n.workflow("try", [listener], active=False)

    asked = n8n.executed(flow, listener["name"])

    assert asked["waitingForWebhook"]
    subscribed(home, n8n, 1)
    [hook] = hooks_of(home, n8n.url)
    assert hook["quiet"] == "off" and "/webhook-test/" in hook["url"]
    made(home, "TR-5")
    [run] = n8n.ended(flow)
    assert output(run, "Tagih Trigger")[0]["invoice_number"] == "TR-5"
    until(lambda: hooks_of(home, n8n.url) == [], 20, n8n.tail)


BODY = json.dumps({"type": "invoice_paid", "event_id": "evt_t17", "invoice_number": "T17"}).encode()


def test_t17_a_tampered_an_old_and_a_copied_delivery_start_nothing(
    n8n: N8n, home: Home, credential: Json
) -> None:
    flow = n8n.workflow("forged", [trigger(credential, ["invoice_paid"])])
    subscribed(home, n8n, 1)
    [hook] = hooks_of(home, n8n.url)
    secret = n8n.kept(flow)["secret"]
    other = "whsec_" + base64.b64encode(b"a secret of somebody else").decode()
    changed = BODY.replace(b"T17", b"T18").decode()
    until(lambda: httpx.post(hook["url"], trust_env=False).status_code != 404, 20)  # its door opens later

    refused = [
        post(hook, secret, BODY, id="evt_t17", tampered=changed),
        post(hook, secret, BODY, id="evt_t17", age_s=310),
        post(hook, secret, BODY, id="evt_t17", age_s=-310),
        post(hook, secret, BODY, id="evt_t17", **{"webhook-id": "evt_another"}),
        post(hook, other, BODY, id="evt_t17"),
        httpx.post(hook["url"], content=BODY, trust_env=False),
    ]
    runs_of_the_forged = n8n.runs(flow)
    genuine = post(hook, secret, BODY, id="evt_t17")
    at = {"webhook-timestamp": genuine.request.headers["webhook-timestamp"]}
    at["webhook-signature"] = genuine.request.headers["webhook-signature"]
    copied = post(hook, secret, BODY, id="evt_t17", **at, **{"tagih-replay": "of a stranger"})

    assert [answer.status_code for answer in refused] == [401] * len(refused)
    assert runs_of_the_forged == []
    assert (genuine.status_code, copied.status_code, copied.text) == (200, 200, "seen before")
    assert [output(run, "Tagih Trigger")[0]["invoice_number"] for run in n8n.ended(flow)] == ["T17"]


def test_a_secret_that_was_changed_at_the_server_is_taken_over(
    n8n: N8n, home: Home, credential: Json
) -> None:
    """Within its 24 hours by the first event, afterwards by the second attempt of one: no event is lost."""
    flow = n8n.workflow("rotated", [trigger(credential, ["invoice_created"])])
    subscribed(home, n8n, 1)
    [hook] = hooks_of(home, n8n.url)
    secrets = [n8n.kept(flow)["secret"]]

    home.client().post(f"/v1/webhooks/{hook['id']}/rotate-secret").raise_for_status()
    made(home, "TR-10")
    until(lambda: n8n.kept(flow)["secret"] != secrets[0], 20, n8n.tail)
    secrets.append(n8n.kept(flow)["secret"])
    home.advance("PT1M")  # it is tried again
    n8n.ended(flow)
    home.client().post(f"/v1/webhooks/{hook['id']}/rotate-secret").raise_for_status()
    home.change("DELETE FROM secrets WHERE accepted_until_m IS NOT NULL")  # the 24 hours are over
    made(home, "TR-11")
    until(lambda: n8n.kept(flow)["secret"] not in secrets, 20, n8n.tail)
    home.advance("PT1M")
    runs = n8n.ended(flow, 2)

    assert [output(run, "Tagih Trigger")[0]["invoice_number"] for run in runs] == ["TR-10", "TR-11"]
    forged = post(hook, secrets[0], BODY, id="evt_t17_former")
    assert forged.status_code == 401


def test_a_subscription_that_was_stopped_goes_on_when_the_workflow_is_published_again(
    n8n: N8n, home: Home, key: str, relay: Relay
) -> None:
    """It could not be ended when the workflow was: the node finds it again, and what had waited comes."""
    through = n8n.credential("Through the relay", relay.url, key)
    flow = n8n.workflow("stopped", [trigger(through, ["invoice_created"])])
    subscribed(home, n8n, 1)
    [hook] = hooks_of(home, n8n.url)
    whole = relay.answer

    def unending(call: Call) -> tuple[int, bytes]:
        return (503, b"{}") if call.method == "DELETE" else whole(call)

    relay.answer = unending
    n8n.deactivate(flow)
    until(lambda: any(call.method == "DELETE" for call in relay.calls), 20, n8n.tail)
    home.client().patch(f"/v1/webhooks/{hook['id']}", json={"active": False}).raise_for_status()
    made(home, "TR-12")

    n8n.activate(flow)
    until(lambda: [one["state"] for one in hooks_of(home, n8n.url)] == ["active"], 20, n8n.tail)
    made(home, "TR-13")

    runs = n8n.ended(flow, 2)
    known = hooks_of(home, n8n.url)
    relay.answer = whole
    n8n.deactivate(flow)
    until(lambda: hooks_of(home, n8n.url) == [], 20, n8n.tail)

    assert [one["id"] for one in known] == [hook["id"]]
    heard = {output(run, "Tagih Trigger")[0]["invoice_number"] for run in runs}
    assert heard == {"TR-12", "TR-13"}
