"""Every workflow in examples/ is imported into a real n8n and run; other people's services are pinned or played."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from between import Server
from real import Json, N8n, output
from running import Home, until
from test_trigger import hooks_of
from test_waiting import says

EXAMPLES = Path(__file__).parents[1] / "examples"
TAG = "examples"  # of the invoices of this file: the triggers hear of no other test's
Played = Callable[..., str]


@pytest.fixture
def played(n8n: N8n, home: Home, credential: Json, stranger: Server) -> Iterator[Played]:
    """Imports an example as the editor does; what is not ours is pinned, chats talk to the stranger."""
    bot = {"accessToken": "123:abc", "baseUrl": stranger.url}
    made = n8n.api.post("/credentials", json={"name": "Telegram", "type": "telegramApi", "data": bot}).json()
    ours = {"tagihApi": credential, "telegramApi": {"id": made["id"], "name": "Telegram"}}
    flows: list[str] = []

    def imported(file: str, **pinned: list[Json]) -> str:
        document = json.loads((EXAMPLES / file).read_text())
        for node in document["nodes"]:
            if node["name"] == "Tagih Trigger":
                node["parameters"]["options"]["onlyTags"] = TAG
            node["credentials"] = {kind: ours[kind] for kind in node.get("credentials", {}) if kind in ours}
        document["pinData"] = {name: [{"json": one} for one in items] for name, items in pinned.items()}
        flows.append(n8n.edited(document))
        return flows[-1]

    yield imported
    for flow in flows:
        n8n.deactivate(flow)
    until(lambda: hooks_of(home, n8n.url) == [], 20, n8n.tail)


def listening(n8n: N8n, home: Home, flow: str) -> None:
    """As a person who presses Execute: pinned data counts, and the trigger waits for one event."""
    n8n.executed(flow, "Tagih Trigger")
    until(lambda: hooks_of(home, f"{n8n.url}/webhook-test/"), 20, n8n.tail)


def said(stranger: Server) -> list[str]:
    """The texts that the chat got."""
    return [call.json["text"] for call in stranger.calls if call.path.endswith("/sendMessage")]


def owed(home: Home, number: str, phone: str, **more: Any) -> Json:
    given = {
        "amount": "1500000",
        "due_date": "2027-03-05",
        "description": "Sewa kamar",
        "extra": {"tag": TAG},
        **more,
    }
    return home.act(
        "create_invoice", customer_name=f"Uji {number}", customer_phone=phone, invoice_number=number, **given
    )


def test_every_example_is_played_here_and_holds_no_account() -> None:
    text = Path(__file__).read_text()

    for file in EXAMPLES.glob("*.json"):
        document = json.loads(file.read_text())
        assert f'"{file.name}"' in text, file.name
        for node in document["nodes"]:
            assert all(one["id"] == "" for one in node.get("credentials", {}).values()), file.name


def test_sheet_to_whatsapp(n8n: N8n, home: Home, played: Played) -> None:
    rows = [
        {"row_number": 2, "Nama": "Rini", "No HP": "081290040001", "No Tagihan": "EX-1", "Jumlah": "1500000"},
        {"row_number": 3, "Nama": "Tuti", "No HP": "081290040002", "No Tagihan": "EX-2", "Jumlah": "1500000"},
    ]
    rows = [{**row, "Jatuh Tempo": "2027-03-05"} for row in rows]
    flow = played("sheet-to-whatsapp.json", **{"Read the sheet": rows, "Write back": [{"ok": True}]})

    n8n.executed(flow, "Every hour")
    [run] = n8n.ended(flow)

    assert [(one["row"], one["invoice_number"]) for one in output(run, "Sync rows")] == [
        (2, "EX-1"),
        (3, "EX-2"),
    ]
    assert home.act("get_invoice", invoice="EX-2")["customer_name"] == "Tuti"


def test_accounting_webhook_to_sequence(n8n: N8n, home: Home, played: Played) -> None:
    flow = played("accounting-webhook-to-sequence.json")
    n8n.activate(flow)
    invoice = {
        "invoice_number": "EX-3",
        "title": "Sewa ruko",
        "amount_due": "2500000",
        "due_date": "2027-03-20",
        "contact": {"id": "C-9", "name": "Toko Uji", "phone": "081290040003"},
    }

    plan = n8n.call("accounting-invoice", invoice).json()
    n8n.call("accounting-invoice", invoice)

    assert plan["recipe"] == "kost" and plan["steps"]
    assert home.act("get_invoice", invoice="EX-3")["sequence_status"] in ("planned", "running")
    results = [output(run, "Create or update invoice")[0]["result"] for run in n8n.ended(flow, 2)]
    assert results == ["created", "unchanged"]


def test_needs_human_to_telegram(n8n: N8n, home: Home, played: Played, stranger: Server) -> None:
    owed(home, "EX-4", "081290040004", recipe="kost")
    flow = played("needs-human-to-telegram.json")
    n8n.activate(flow)
    until(lambda: hooks_of(home, f"{n8n.url}/webhook/"), 20, n8n.tail)

    home.act("open_case", invoice="EX-4", reason="dispute", note="AC rusak dua minggu")
    n8n.ended(flow)

    [text] = said(stranger)
    assert "EX-4" in text or "Uji EX-4" in text


def test_needs_human_to_slack(n8n: N8n, home: Home, played: Played) -> None:
    owed(home, "EX-5", "081290040005", recipe="kost")
    flow = played(
        "needs-human-to-slack.json", **{"Post to the channel": [{"ok": True, "message_timestamp": "1765.5"}]}
    )
    listening(n8n, home, flow)

    case = home.act("open_case", invoice="EX-5", reason="dispute", note="salah kamar")
    [run] = n8n.ended(flow)

    assert output(run, "Link case to message")[0]["result"] == "linked"
    assert home.act("find_cases", external_id="1765.5")["items"][0]["case_id"] == case["case_id"]


def test_promise_broken(n8n: N8n, home: Home, played: Played, stranger: Server) -> None:
    today = home.advance("PT1M").date()
    owed(home, "EX-6", "081290040006", recipe="kost", due_date=str(today - timedelta(days=1)))
    flow = played("promise-broken.json")
    n8n.activate(flow)
    until(lambda: hooks_of(home, f"{n8n.url}/webhook/"), 20, n8n.tail)
    home.act("record_promise", invoice="EX-6", promise_date=str(today + timedelta(days=2)))

    home.advance("P5D")
    n8n.ended(flow)

    assert any("EX-6" in text and len(text.splitlines()) > 3 for text in said(stranger))


def test_weekly_digest(n8n: N8n, played: Played, stranger: Server) -> None:
    flow = played("weekly-digest.json")

    n8n.executed(flow, "Monday morning")
    [run] = n8n.ended(flow)

    assert said(stranger) == [output(run, "Get summary")[0]["text"]]
    assert "Kost Melati" in said(stranger)[0]


def test_ask_and_wait(n8n: N8n, home: Home, played: Played, stranger: Server) -> None:
    flow = played("ask-and-wait.json")
    n8n.activate(flow)
    until(lambda: hooks_of(home, f"{n8n.url}/webhook/"), 20, n8n.tail)
    today = home.advance("PT1M").date()
    owed(home, "EX-7", "081290040007", recipe=None, due_date=str(today - timedelta(days=5)))

    home.advance("P3D")
    until(lambda: n8n.runs(flow, status="waiting"), 20, n8n.tail)
    says(home, "081290040007", "Besok saya transfer")
    n8n.ended(flow)

    assert any(text.startswith("Uji EX-7: Besok saya transfer") for text in said(stranger))
