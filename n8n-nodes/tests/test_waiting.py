"""Send and Wait for Reply in a real n8n: the answer comes, or the time is over."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from real import Json, N8n, door, error_of, output, split, tagih
from running import Home, until


def a_customer_who_wrote(home: Home, number: str, phone: str) -> None:
    """An invoice, and a fresh message of its customer: free text is allowed for 24 hours."""
    given = {
        "amount": "1500000",
        "due_date": "2027-03-05",
        "invoice_number": number,
        "description": "Sewa kamar",
    }
    home.act("create_invoice", customer_name=f"Uji {number}", customer_phone=phone, **given)
    says(home, phone, "halo")


def says(home: Home, phone: str, text: str, **more: Any) -> None:
    said = home.client().post("/v1/sandbox/reply", json={"phone": phone, "text": text, **more})
    assert said.status_code == 200, said.text
    home.advance("PT1M")


def flow_that_waits(n8n: N8n, name: str, credential: Json, **more: Any) -> str:
    given = {"waitAmount": 30, "waitUnit": "minutes", "sendAs": "text", "text": f"Kapan, {name}?", **more}
    wait = tagih(
        credential,
        name="Ask",
        resource="message",
        operation="sendAndWait",
        customer="={{ $json.body.phone }}",
        **given,
    )
    after = {
        "id": "after",
        "name": "After",
        "type": "n8n-nodes-base.set",
        "typeVersion": 3.4,
        "position": [0, 0],
        "parameters": {
            "mode": "raw",
            "jsonOutput": "={{ { text: $json.reply_text, over: $json.timed_out } }}",
            "options": {},
        },
    }
    return n8n.workflow(name, [door(name, responseMode="onReceived"), wait, after])


def waits_of(home: Home, name: str) -> list[Json]:
    """The subscriptions of a workflow's sleeping runs."""
    found = home.client().get("/v1/webhooks").json()["items"]
    return [one for one in found if one["name"] == f"n8n: {name} waits"]


def test_the_reply_of_that_customer_wakes_the_run(n8n: N8n, home: Home, credential: Json) -> None:
    a_customer_who_wrote(home, "WT-1", "081290030001")
    a_customer_who_wrote(home, "WT-2", "081290030002")
    flow = flow_that_waits(n8n, "wait-reply", credential)
    n8n.call("wait-reply", {"phone": "081290030001"})
    until(lambda: n8n.runs(flow, status="waiting"), 20, n8n.tail)

    says(home, "081290030002", "bukan saya")
    still = n8n.runs(flow, status="waiting")
    says(home, "081290030001", "Besok ya")
    [run] = n8n.ended(flow)

    assert len(still) == 1
    assert output(run, "After") == [{"text": "Besok ya", "over": False}]
    assert output(run, "Ask")[0]["customer_phone"] == "+6281290030001"
    assert home.count("SELECT count(*) FROM messages WHERE text = 'Kapan, wait-reply?'") == 1
    until(lambda: waits_of(home, "wait-reply") == [], 10)


def test_a_button_is_a_reply_too(n8n: N8n, home: Home, credential: Json) -> None:
    a_customer_who_wrote(home, "WT-3", "081290030003")
    flow = flow_that_waits(
        n8n,
        "wait-button",
        credential,
        sendAs="template",
        template="payment_reminder",
        variables={"mappingMode": "defineBelow", "value": None},
        additionalFields={"invoice": "WT-3"},
    )
    n8n.call("wait-button", {"phone": "081290030003"})
    until(lambda: n8n.runs(flow, status="waiting"), 20, n8n.tail)
    home.advance("P1D")
    phone = home.client().get("/v1/sandbox/phones/081290030003").json()
    button = next(one["buttons"][0] for one in reversed(phone["items"]) if one["buttons"])

    home.client().post("/v1/sandbox/reply", json={"phone": "081290030003", "button": button["id"]})
    home.advance("PT1M")
    [run] = n8n.ended(flow)

    assert output(run, "Ask")[0]["reply_kind"] == "button"
    assert output(run, "After") == [{"text": button["title"], "over": False}]


def test_the_time_begins_when_the_question_leaves(n8n: N8n, home: Home, credential: Json) -> None:
    a_customer_who_wrote(home, "WT-6", "081290030006")
    now = home.advance("PT1M").astimezone(ZoneInfo("Asia/Jakarta"))
    home.advance(f"PT{(22 - now.hour) % 24}H")  # nothing leaves before seven
    flow = flow_that_waits(
        n8n,
        "wait-night",
        credential,
        sendAs="template",
        template="payment_reminder",
        variables={"mappingMode": "defineBelow", "value": None},
        additionalFields={"invoice": "WT-6"},
    )

    n8n.call("wait-night", {"phone": "081290030006"})
    until(lambda: n8n.runs(flow, status="waiting"), 20, n8n.tail)
    [sleeping] = n8n.runs(flow, status="waiting")
    [hook] = waits_of(home, "wait-night")
    ends = [
        datetime.fromisoformat(one) - datetime.now(UTC) for one in (hook["ends_at"], sleeping["waitTill"])
    ]
    home.advance("PT11H")
    says(home, "081290030006", "Besok ya")
    [run] = n8n.ended(flow)

    assert output(run, "Ask")[0]["reply_text"] == "Besok ya"
    assert all(timedelta(hours=8) < left < timedelta(hours=12) for left in ends), ends


def test_nobody_waits_for_an_answer_to_what_was_not_sent(n8n: N8n, home: Home, credential: Json) -> None:
    given = {"amount": "1500000", "due_date": "2027-03-05", "invoice_number": "WT-5"}
    home.act("create_invoice", customer_name="Uji WT-5", customer_phone="081290030005", **given)
    flow = flow_that_waits(n8n, "wait-closed", credential)

    n8n.call("wait-closed", {"phone": "081290030005"})
    n8n.call("wait-closed", {"phone": "081290039999"})
    [closed, unknown] = n8n.ended(flow, 2)

    assert output(closed, "Ask")[0]["result"] == "window_closed"
    assert output(closed, "After") == [{"text": None, "over": False}]
    assert error_of(unknown)["description"]
    assert waits_of(home, "wait-closed") == []


def test_several_customers_at_once_are_refused_in_words(n8n: N8n, home: Home, credential: Json) -> None:
    ask = tagih(
        credential, resource="message", operation="sendAndWait", customer="={{ $json.id }}", text="Halo"
    )
    flow = n8n.workflow("wait-many", [door("wait-many", responseMode="onReceived"), split("body.items"), ask])

    n8n.call("wait-many", {"items": [{"id": "A3"}, {"id": "A4"}]})

    assert "Loop Over Items" in error_of(n8n.ended(flow)[0])["description"]
