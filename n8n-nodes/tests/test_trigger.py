"""The trigger node in a real n8n: subscribed, believed, once, and not lost when n8n is down."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
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
    number = output(run, "Tagih Trigger")[0]["event_number"]
    again = home.client().post(f"/v1/webhooks/{hook['id']}/replay", json={"from_event_number": number})
    assert again.json()["events"] == 1
    until(lambda: hooks_of(home, n8n.url)[0]["waiting"] == 0, 20)
    assert len(n8n.runs(flow)) == 1


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


def test_a_forged_event_starts_nothing(n8n: N8n, home: Home, credential: Json) -> None:
    flow = n8n.workflow("forged", [trigger(credential, ["invoice_created"])])
    subscribed(home, n8n, 1)
    [hook] = hooks_of(home, n8n.url)
    headers = {"webhook-id": "evt_x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}

    answer = httpx.post(hook["url"], json={"type": "invoice_paid"}, headers=headers, trust_env=False)
    bare = httpx.post(hook["url"], json={"type": "invoice_paid"}, trust_env=False)

    assert (answer.status_code, bare.status_code) == (401, 401)
    assert n8n.runs(flow) == []


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


def test_the_first_flow_of_the_page_answers_a_reply(n8n: N8n, home: Home, credential: Json) -> None:
    made(home, "TR-8", customer_phone="081290050008")
    answer = {"resource": "message", "operation": "send_message", "customer": "={{ $json.customer_id }}"}
    flow = n8n.workflow(
        "first flow",
        [
            trigger(credential, ["inbound_reply"], quiet=""),
            tagih(credential, **answer, text="Terima kasih, kami baca."),
        ],
    )
    subscribed(home, n8n, 1)

    home.client().post("/v1/sandbox/reply", json={"phone": "081290050008", "text": "Kak, sudah saya baca"})
    home.advance("PT1M")
    n8n.ended(flow)
    home.advance("PT1M")

    phone = home.client().get("/v1/sandbox/phones/081290050008").json()["items"]
    assert "Terima kasih, kami baca." in [one["text"] for one in phone]
