"""Live settings against a stand-in for Meta that judges every request by Meta's own OpenAPI, and refuses."""

import importlib.util
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from running import APP_SECRET, PHONE_NUMBER_ID, WABA_ID, Home, problem_of
from test_outside_webhooks import post, sign

from connector import app as composition
from connector.domain.templates import meta_template_body

TOKEN = "EAAcanaryTokenOfThisTestZq70123456789"
LIVE = {"TAGIH_WHATSAPP_TOKEN": TOKEN, "TAGIH_RELATIONSHIP": "first_party"}


class Stub:
    """contract.py's stand-in for Graph: records and judges; with --strict it refuses what is not valid."""

    def __init__(self, folder: Path, contracts: Path) -> None:
        self.judge = contracts / "meta" / "contract.py"
        self.record, self.port = folder / "record.jsonl", free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable,
            self.judge,
            "stub",
            "--port",
            str(self.port),
            "--out",
            self.record,
            "--strict",
        ]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)

    def requests(self) -> list[dict[str, Any]]:
        text = self.record.read_text(encoding="utf-8") if self.record.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def bodies(self) -> list[dict[str, Any]]:
        return [request["body"] for request in self.requests()]

    def verdict(self) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(self.judge), "check", str(self.record)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def stub(tmp_path: Path, contracts: Path) -> Iterator[Stub]:
    started = Stub(tmp_path, contracts)
    yield started
    started.process.kill()
    started.process.wait()


class Live:
    """A live home on the virtual clock whose Meta is the stub; customers speak through signed webhooks."""

    def __init__(self, home: Home, stub: Stub) -> None:
        self.home, self.stub, self._said = home, stub, 0

    def now(self) -> datetime:
        return self.home.advance("PT0S")

    def invoice(self, number: str, phone: str, **more: Any) -> str:
        given = {
            "invoice_number": number,
            "customer_name": "Siti Uji",
            "customer_phone": phone,
            "amount": "1500000",
            "due_date": "2026-12-05",
            "description": "Sewa kamar, Desember 2026",
            "recipe": "kost",
        }
        return str(self.home.act("create_invoice", **given | more)["invoice_number"])

    def hear(self, phone: str, **what: Any) -> None:
        """The customer writes, or presses a button: what Meta would send us."""
        self._said += 1
        digits = phone.removeprefix("+")
        message = {
            "from": digits,
            "id": f"wamid.IN{self._said:06d}",
            "timestamp": str(int(self.now().timestamp())),
            **what,
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": PHONE_NUMBER_ID},
            "contacts": [{"profile": {"name": "Siti"}, "wa_id": digits}],
            "messages": [message],
        }
        entry = [{"id": WABA_ID, "changes": [{"field": "messages", "value": value}]}]
        raw = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
        assert post(self.home, raw, sign(raw)).status_code == 200
        self.now()

    def press(self, phone: str, button: str) -> None:
        last = self.home.rows(
            "SELECT provider_id FROM messages JOIN addresses ON addresses.id = messages.address_id"
            " WHERE addresses.phone = :phone AND provider_id IS NOT NULL ORDER BY messages.id DESC LIMIT 1",
            phone=phone,
        )[0][0]
        context = {"from": "15550001111", "id": last}
        self.hear(phone, type="button", button={"payload": button, "text": "x"}, context=context)

    def sent_to(self, phone: str) -> list[dict[str, Any]]:
        return [body for body in self.stub.bodies() if body["to"] == phone]


@pytest.fixture
def live(make_home: Callable[..., Home], stub: Stub) -> Live:
    home = make_home(**LIVE, TAGIH_WHATSAPP_BASE_URL=stub.url)
    return Live(home.serve(), stub)


def shape(body: dict[str, Any]) -> str:
    """The template's name, or what kind of free message it is."""
    return str(body["template"]["name"]) if body["type"] == "template" else str(body["type"])


def test_all_that_whatsapp_cloud_sends_is_valid_by_metas_own_schema(live: Live) -> None:
    templates = composition.read_catalog().templates
    sendable = [name for name, file in templates.items() if not file.template.reply]

    live.home.advance("PT2H")
    for place, language in enumerate(("id", "en")):
        _a_whole_life(live, f"+6281288800{place}01", language)
        _a_broken_promise(live, f"+6281288800{place}02", language)
        _a_newcomer(live, f"+6281288800{place}03", language)
        _two_invoices_at_once(live, f"+6281288800{place}04", language)
        _a_conversation(live, f"+6281288800{place}05", f"+6281288800{place}06", language)
        _a_claim_that_nobody_finds(live, f"+6281288800{place}07", language)
        _a_late_tenant(live, f"+6281288800{place}08", language)
    live.home.advance("P15D")
    for language in ("id", "en"):
        for amount in ("500000", None):
            live.home.act("mark_paid", invoice=f"LIFE-{language}", amount=amount)
            live.home.advance("PT1H")
        live.home.act("mark_paid", invoice=f"ONE-{language}, TWO-{language}", amount="3000000")
        last = live.home.act("mark_paid", invoice=f"WORD-{language}")
        live.home.act(
            "reverse_payment", payment=last["payment_id"], reason="wrong_invoice", tell_customer=True
        )
    _after_a_long_silence(live)

    said = {
        (shape(body), (body.get("template") or {}).get("language", {}).get("code"))
        for body in live.stub.bodies()
    }
    verdict = live.stub.verdict()
    assert verdict.returncode == 0, verdict.stdout[-3000:]
    assert {(name, language) for name in sendable for language in ("id", "en")} - said == set()
    assert {("interactive", None), ("text", None)} <= said
    assert all(not r["violations"] for r in live.stub.requests())
    assert {r["path"] for r in live.stub.requests()} == {f"/v23.0/{PHONE_NUMBER_ID}/messages"}
    tokens = [body["biz_opaque_callback_data"] for body in live.stub.bodies()]
    assert len(tokens) == len(set(tokens))
    assert live.home.in_the_log(TOKEN, "Sewa kamar") == []


def _a_whole_life(live: Live, phone: str, language: str) -> None:
    """The invoice, three reminders, two texts after the due day; the money comes later."""
    live.invoice(f"LIFE-{language}", phone, language=language)


def _a_broken_promise(live: Live, phone: str, language: str) -> None:
    invoice = live.invoice(f"WORD-{language}", phone, language=language)
    live.home.act("record_promise", invoice=invoice, promise_date="2026-12-07")


def _a_newcomer(live: Live, phone: str, language: str) -> None:
    """Somebody is asked whether the messages are welcome."""
    invoice = live.invoice(f"NEW-{language}", phone, language=language, due_date="2027-01-05")
    live.home.advance("PT10M")
    live.home.act("send_template", invoice=invoice, template="optin_confirm")


def _two_invoices_at_once(live: Live, phone: str, language: str) -> None:
    """What is due together for one person goes as one message."""
    for number in (f"ONE-{language}", f"TWO-{language}"):
        live.invoice(number, phone, customer_name="Siti Dua", language=language, due_date="2026-12-10")


def _a_conversation(live: Live, phone: str, other: str, language: str) -> None:
    """ "Need more time", date buttons, a date; and another who has paid and wants no more of this."""
    live.invoice(f"TALK-{language}", phone, language=language)
    live.invoice(f"STOP-{language}", other, language=language)
    live.home.advance("PT1H")
    live.press(phone, "need_more_time")
    live.home.advance("PT5M")
    asked = next(body for body in live.sent_to(phone) if body["type"] == "interactive")
    dates = [b["reply"]["id"] for b in asked["interactive"]["action"]["buttons"]]
    assert dates and all(id.startswith("promise:") for id in dates)
    reply = {"type": "button_reply", "button_reply": {"id": dates[0], "title": "x"}}
    live.hear(phone, type="interactive", interactive=reply)
    live.press(other, "already_paid")
    live.hear(other, type="text", text={"body": "STOP"})
    live.home.advance("PT5M")
    assert any(body["type"] == "text" for body in live.sent_to(other))


def _a_claim_that_nobody_finds(live: Live, phone: str, language: str) -> None:
    live.invoice(f"CLAIM-{language}", phone, language=language)
    live.home.advance("PT1H")
    live.press(phone, "already_paid")
    claimed = live.home.events(type="payment_claimed")[-1]
    live.home.act("answer_payment_claim", claim=claimed["claim_id"], answer="not_found")
    live.home.advance("PT5M")


def _a_late_tenant(live: Live, phone: str, language: str) -> None:
    """Who is late when a list begins is first greeted gently."""
    row = {
        "row": 2,
        "nama": "Siti Telat",
        "no_wa": phone,
        "sewa": "1500000",
        "jatuh_tempo": "2026-11-20",
        "bahasa": language,
    }
    taken = live.home.act("import_rows", list=f"late-{language}", rows=[row], first_import_quiet=False)
    assert taken["new"] == 1


def _after_a_long_silence(live: Live) -> None:
    live.home.advance("P100D")
    for place, language in enumerate(("id", "en")):
        live.invoice(f"BACK-{language}", f"+6281288800{place}01", language=language, due_date="2027-04-10")
    live.home.advance("P1D")


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_shipped_template_is_one_that_meta_would_make(contracts: Path, language: str) -> None:
    spec = importlib.util.spec_from_file_location("meta_contract", contracts / "meta" / "contract.py")
    assert spec is not None and spec.loader is not None
    contract = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(contract)

    for file in composition.read_catalog().templates.values():
        for host, document in itertools.product((None, "pay.example.com"), (False, True)):
            body = meta_template_body(file.template, language, pay_host=host, document=document)
            assert contract.validate_template(body) == [], body["name"]


def test_in_live_mode_nothing_of_the_sandbox_is_there(live: Live) -> None:
    client, stranger = live.home.client(), live.home.client(None)
    gone = [
        ("GET", "/v1/sandbox/phones/+6281234567890"),
        ("POST", "/v1/sandbox/reply"),
        ("GET", "/v1/sandbox/power"),
        ("POST", "/v1/sandbox/power"),
        ("GET", "/v1/sandbox/faults"),
        ("POST", "/v1/sandbox/faults"),
        ("DELETE", "/v1/sandbox/faults"),
        ("GET", "/sandbox/phones"),
        ("GET", "/sandbox/"),
        ("POST", f"/emulator/v23.0/{PHONE_NUMBER_ID}/messages"),
        ("POST", "/emulator/sms/send"),
        ("POST", "/in/sandbox_sms"),
    ]

    answers = [client.request(method, path, json={}) for method, path in gone]

    assert [a.status_code for a in answers] == [404] * len(gone), [(a.url, a.status_code) for a in answers]
    assert stranger.get("/sandbox/phones").status_code == 404
    paths = client.get("/openapi.json").json()["paths"]
    assert [path for path in paths if "sandbox" in path] == ["/v1/sandbox/clock"]  # for the clock is virtual
    assert client.get("/v1/me").json()["mode"] == "live"
    assert "sandbox" not in client.get("/").text.lower()


def test_the_clock_is_nobodys_to_move_when_it_is_the_systems(
    make_home: Callable[..., Home], stub: Stub
) -> None:
    home = make_home(virtual=False, sample=False, **LIVE, TAGIH_WHATSAPP_BASE_URL=stub.url).serve()

    refused = home.client().post("/v1/sandbox/clock", json={"advance": "P1D"})
    from_terminal = home.run("sandbox", "clock", "P1D")
    power = home.run("sandbox", "power", "off")

    problem_of(refused, "clock_not_virtual")
    assert from_terminal.returncode != 0
    assert "There is no sandbox here" in power.stderr
    assert [p for p in home.client().get("/openapi.json").json()["paths"] if "sandbox" in p] == []


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"TAGIH_WHATSAPP_BASE_URL": "https://graph.facebook.com"}, "TAGIH_CLOCK"),
        ({"TAGIH_WHATSAPP_APP_SECRET": ""}, "TAGIH_WHATSAPP_APP_SECRET"),
        ({"TAGIH_WHATSAPP_APP_SECRET": " , "}, "TAGIH_WHATSAPP_APP_SECRET"),
        ({"TAGIH_WHATSAPP_PHONE_NUMBER_ID": ""}, "TAGIH_WHATSAPP_PHONE_NUMBER_ID"),
    ],
)
def test_half_live_settings_do_not_start(
    make_home: Callable[..., Home], env: dict[str, str], words: str
) -> None:
    home = make_home(sample=False, **{**LIVE, "TAGIH_WHATSAPP_BASE_URL": "http://127.0.0.1:9", **env})

    ended = home.run("serve")

    assert ended.returncode == 78
    assert words in ended.stderr
    assert APP_SECRET not in ended.stderr and TOKEN not in ended.stderr
    assert not home.database.exists()
