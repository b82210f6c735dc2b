"""The emulator over real HTTP: our own providers and client talk to it, faults included."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from connector.domain import model
from connector.domain.model import Button, Inbound, Outcome, OutcomeKind, OutgoingMessage, StatusUpdate
from connector.providers import Provider, SenderConfig
from connector.sandbox import phones
from connector.sandbox.emulator import SMS, WHATSAPP, Rendered, Settings
from connector.sandbox.posting import due_webhooks, mark_done
from connector.sandbox.standalone import Poster, make_app
from connector.store import emulator as rows
from connector.store import schema
from connector.store.db import Store
from connector.store.rows import columns_of
from connector.worker.outgoing import Answer, Outgoing

PHONE = "+6281234567890"


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


def book(name: str, language: str, values: Any) -> Rendered | None:
    if name != "invoice_due":
        return None
    return Rendered(f"Halo {values['customer_name']}, jatuh tempo.", ("Sudah bayar", "Minta waktu"))


SETTINGS = Settings(
    b"app-secret-of-the-test",
    b"sms-secret-of-the-test",
    phone_number_id="111222333",
    token="emulator-token",
    delivered_s=0.0,
    read_s=None,
    book=book,
)


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    store = rows.open_own(f"sqlite:///{tmp_path / 'emulator.db'}")
    yield store
    store.close()


@pytest.fixture
def emulator(own_store: Store) -> Iterator[str]:
    with served(make_app(own_store, SETTINGS)) as url:
        yield url


def sender(url: str, provider: str = WHATSAPP) -> SenderConfig:
    secret = "token" if provider == WHATSAPP else "secret"
    return SenderConfig("s", "111222333", f"{url}/emulator", {secret: "emulator-token"})


def message(token: str = "msg_1", **changes: Any) -> OutgoingMessage:
    given: dict[str, Any] = {
        "token": token,
        "to": PHONE,
        "text": "Halo Siti, jatuh tempo.",
        "language": "id",
        "template": "invoice_due",
        "params": (("customer_name", "Siti Rahma"),),
        "buttons": (Button("paid:inv_1", "Sudah bayar"), Button("later:inv_1", "Minta waktu")),
    }
    return OutgoingMessage(**{**given, **changes})


def send(url: str, provider: Provider, *messages: OutgoingMessage, timeout_s: float = 15.0) -> list[Outcome]:
    """What our provider makes of the emulator's answers."""

    async def run() -> list[Outcome]:
        async with Outgoing(allow=[url.removeprefix("http://")]) as outgoing:
            return [await one(outgoing, m) for m in messages]

    async def one(outgoing: Outgoing, given: OutgoingMessage) -> Outcome:
        built = provider.build(given, sender(url, provider.name))
        answer = await outgoing.send(
            type(built)(built.method, built.url, built.headers, built.body, timeout_s)
        )
        if isinstance(answer, Answer):
            return provider.read_answer(answer.status, answer.headers, answer.body)
        return answer.outcome()

    return asyncio.run(run())


def plant(url: str, **fault: Any) -> dict[str, Any]:
    answer = httpx.post(f"{url}/v1/sandbox/faults", json=fault)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def phone(url: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{url}/v1/sandbox/phones/{PHONE}")
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_template_arrives_on_the_phone_with_its_buttons(
    emulator: str, providers: dict[str, Provider]
) -> None:
    [outcome] = send(emulator, providers[WHATSAPP], message())

    [item] = phone(emulator)

    assert outcome.kind is OutcomeKind.ACCEPTED
    assert item["provider_id"] == outcome.provider_id
    assert item["message_id"] == "msg_1"
    assert item["text"] == "Halo Siti Rahma, jatuh tempo."
    assert item["buttons"] == [
        {"id": "paid:inv_1", "title": "Sudah bayar"},
        {"id": "later:inv_1", "title": "Minta waktu"},
    ]
    assert (item["channel"], item["status"]) == ("whatsapp", "accepted")


def test_a_text_goes_by_sms(emulator: str, providers: dict[str, Provider]) -> None:
    [outcome] = send(emulator, providers[SMS], message(text="Halo “Siti”"))

    [item] = phone(emulator)

    assert outcome.kind is OutcomeKind.ACCEPTED
    assert (item["channel"], item["text"], item["message_id"]) == ("sms", 'Halo "Siti"', "msg_1")


@pytest.mark.parametrize(
    ("fault", "kind", "action", "arrived"),
    [
        ({"code": 131026}, OutcomeKind.UNDELIVERABLE, "fallback", 0),
        ({"code": "131056"}, OutcomeKind.RETRY, "retry_pair", 0),
        ({"code": 190}, OutcomeKind.REFUSED, "stop_all", 0),
        ({"code": 131045}, OutcomeKind.REFUSED, "stop_all", 0),
        ({"code": "default_5xx"}, OutcomeKind.UNKNOWN, "unknown_outcome", 0),
        ({"code": "held"}, OutcomeKind.ACCEPTED, "wait", 1),
        ({"kind": "refused"}, OutcomeKind.RETRY, "retry", 0),
        ({"kind": "network", "next": 1}, OutcomeKind.UNKNOWN, "ambiguous", 0),
        ({"kind": "lost_answer"}, OutcomeKind.UNKNOWN, "ambiguous", 1),
        ({"kind": "timeout", "seconds": 3}, OutcomeKind.UNKNOWN, "ambiguous", 1),
    ],
)
def test_a_fault_strikes_once_and_then_all_is_well(
    emulator: str,
    providers: dict[str, Provider],
    fault: dict[str, Any],
    kind: OutcomeKind,
    action: str,
    arrived: int,
) -> None:
    plant(emulator, provider=WHATSAPP, **fault)

    patience_s = 1.0 if fault.get("kind") == "timeout" else 15.0
    [struck] = send(emulator, providers[WHATSAPP], message("msg_1"), timeout_s=patience_s)
    [fine] = send(emulator, providers[WHATSAPP], message("msg_2"))

    assert (struck.kind, struck.action) == (kind, action)
    assert fine.kind is OutcomeKind.ACCEPTED
    assert [item["message_id"] for item in phone(emulator)] == ["msg_1"] * arrived + ["msg_2"]


def test_sms_refusals(emulator: str, providers: dict[str, Provider]) -> None:
    plant(emulator, provider="sms", code="no_credit")
    plant(emulator, provider="sms", kind="refused")

    outcomes = send(emulator, providers[SMS], message(), message(), message())

    assert [(o.kind, o.action) for o in outcomes] == [
        (OutcomeKind.REFUSED, "stop_all"),
        (OutcomeKind.RETRY, "retry"),
        (OutcomeKind.ACCEPTED, "accepted"),
    ]


BASE = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "halo"}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**BASE, "messaging_product": "sms"}, 100),
        ({**BASE, "to": "siti"}, 131009),
        ({**BASE, "to": None}, 131008),
        ({**BASE, "text": {"body": ""}}, 131008),
        ({**BASE, "text": {"body": "a" * 4097}}, 131009),
        ({**BASE, "type": "video"}, 131051),
        ({**BASE, "type": "template", "template": {"name": "x"}}, 131008),
        (
            {
                **BASE,
                "type": "template",
                "template": {
                    "name": "x",
                    "language": {"code": "id"},
                    "components": [{"type": "body", "parameters": [{"type": "text", "text": "a\nb"}]}],
                },
            },
            132018,
        ),
        ("nonsense", 100),
    ],
)
def test_graph_refuses_a_wrong_shape(emulator: str, body: Any, code: int) -> None:
    url = f"{emulator}/emulator/v23.0/111222333/messages"

    answer = httpx.post(url, json=body, headers={"Authorization": "Bearer emulator-token"})

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["code"] == code
    assert set(error) == {"message", "type", "code", "error_data", "fbtrace_id"}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
def test_graph_wants_its_token(emulator: str, header: dict[str, str]) -> None:
    answer = httpx.post(f"{emulator}/emulator/v23.0/111222333/messages", json=BASE, headers=header)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)


def test_a_foreign_number_does_not_exist(emulator: str) -> None:
    url = f"{emulator}/emulator/graph/v23.0/999/messages"

    answer = httpx.post(url, json=BASE, headers={"Authorization": "Bearer emulator-token"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_the_emulator_alone_posts_statuses_and_replies(
    own_store: Store, emulator: str, providers: dict[str, Provider]
) -> None:
    heard: list[Any] = []
    door = Flask("door")

    @door.post("/in/<provider>")
    def receive(provider: str) -> Response:
        raw = request.get_data()
        secret = SETTINGS.app_secret if provider == WHATSAPP else SETTINGS.sms_secret
        assert providers[provider].verify(dict(request.headers), raw, [secret])
        heard.extend(providers[provider].read_webhook(raw))
        return Response("ok")

    with served(door) as url, Poster(own_store, SETTINGS, url):
        send(emulator, providers[WHATSAPP], message())
        httpx.post(f"{emulator}/v1/sandbox/reply", json={"phone": PHONE, "button": "Sudah bayar"})
        send(emulator, providers[SMS], message("msg_2"))
        until = time.monotonic() + 60
        while len(heard) < 5 and time.monotonic() < until:
            time.sleep(0.02)

    assert [(u.token, str(u.status)) for u in heard if isinstance(u, StatusUpdate)].count(
        ("msg_1", "delivered")
    ) == 1
    assert sum(isinstance(u, StatusUpdate) for u in heard) == 4
    assert [u.button_id for u in heard if isinstance(u, Inbound)] == ["paid:inv_1"]
    assert {item["status"] for item in phone(emulator)} == {"delivered"}


def test_many_at_once_are_each_taken_once(
    own_store: Store, emulator: str, providers: dict[str, Provider]
) -> None:
    async def run() -> list[Any]:
        async with Outgoing(
            allow=[emulator.removeprefix("http://")], connections=32, connect_s=120
        ) as outgoing:
            built = [
                replace(
                    providers[WHATSAPP].build(message(f"msg_{n}", to=f"+6281200{n:05d}"), sender(emulator)),
                    timeout_s=120,  # of which most is waiting for one of the lines
                )
                for n in range(200)
            ]
            return list(await asyncio.gather(*(outgoing.send(b) for b in built)))

    answers = asyncio.run(run())

    assert {getattr(a, "status", None) for a in answers} == {200}
    with own_store.read() as tx:
        assert rows.accepted_counts(tx) == (200, 200)


def test_the_page_says_whose_phone_it_is(
    emulator: str, own_store: Store, providers: dict[str, Provider]
) -> None:
    send(emulator, providers[WHATSAPP], message())
    with own_store.write() as tx:
        for n, name in enumerate(("Siti <i>Rahma", "Budi")):
            person = model.Customer(f"cus_{n}", None, name, name.lower())
            tx.conn.execute(
                schema.customers.insert().values(**columns_of(person), created_at=0, updated_at=0)
            )
        pair = {"pair_tokens": 45.0, "pair_at": 0, "created_at": 0, "kind": "phone"}
        address = {**columns_of(model.Address("adr_1", PHONE)), **pair}
        tx.conn.execute(schema.addresses.insert().values(**address))
        for n in range(2):
            tx.conn.execute(
                schema.customer_addresses.insert().values(
                    customer_id=f"cus_{n}", address_id="adr_1", is_primary=True
                )
            )

    page = httpx.get(f"{emulator}/sandbox/phones").text

    assert f"<h2>Budi, Siti &lt;i&gt;Rahma <small>{PHONE}</small></h2>" in page


def test_the_page_shows_and_presses(
    emulator: str, providers: dict[str, Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "ANSWER_S", 0.0)  # nobody works here
    send(emulator, providers[WHATSAPP], message(template="other_<b>", params=(("a", "<script>alert(1)"),)))
    send(emulator, providers[WHATSAPP], message("msg_2"))
    page = httpx.get(f"{emulator}/sandbox/phones")
    token = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]

    form = {"csrf": token, "phone": PHONE, "answers": "", "button": "later:inv_1"}
    pressed = httpx.post(f"{emulator}/sandbox/phones", data=form)
    after = httpx.get(f"{emulator}/sandbox/phones")
    css = httpx.get(f"{emulator}/sandbox/static/phones.css")

    assert "script" not in page.headers["content-security-policy"]
    assert "<script" not in page.text and "Minta waktu</button>" in page.text
    assert (pressed.status_code, css.status_code) == (303, 200)
    assert 'class="typed"' in after.text and 'class="typed"' not in page.text


def test_the_page_comes_back_when_the_worker_has_taken_the_answer(
    own_store: Store, emulator: str, providers: dict[str, Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "ANSWER_S", 60.0)
    send(emulator, providers[WHATSAPP], message("msg_2"))
    token = re.findall(r'name="csrf" value="([^"]+)"', httpx.get(f"{emulator}/sandbox/phones").text)[0]
    mark_done(own_store, due_webhooks(own_store, SETTINGS, emulator))

    def work() -> None:
        until = time.monotonic() + 30
        while not (due := due_webhooks(own_store, SETTINGS, emulator)) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.3)
        mark_done(own_store, due)

    worker, began = threading.Thread(target=work), time.monotonic()
    worker.start()
    form = {"csrf": token, "phone": PHONE, "text": "halo"}
    httpx.post(f"{emulator}/sandbox/phones", data=form, timeout=60)
    took = time.monotonic() - began
    worker.join()

    assert 0.3 <= took < 30, "not before the worker, and not at the end of its patience"


@pytest.mark.parametrize("csrf", ["", "wrong", "é"])
def test_the_page_wants_its_own_forms(emulator: str, csrf: str) -> None:
    answer = httpx.post(f"{emulator}/sandbox/phones", data={"csrf": csrf, "power": "off"})

    assert answer.status_code == 403
    assert httpx.get(f"{emulator}/v1/sandbox/power").json() == {"on": True}


def test_power_goes_off_and_on(emulator: str) -> None:
    off = httpx.post(f"{emulator}/v1/sandbox/power", json={"on": False})

    assert off.json()["on"] is False
    assert httpx.get(f"{emulator}/v1/sandbox/power").json() == {"on": False}
    assert httpx.post(f"{emulator}/v1/sandbox/power", json={"on": "no"}).status_code == 422


def test_faults_are_listed_and_removed(emulator: str) -> None:
    made = plant(
        emulator, provider="whatsapp_cloud", kind="late", rate=0.5, seconds=600, phone="+62 812-345-678-90"
    )

    listed = httpx.get(f"{emulator}/v1/sandbox/faults").json()["items"]
    removed = httpx.delete(f"{emulator}/v1/sandbox/faults/{made['id']}").json()

    assert listed == [{k: v for k, v in made.items() if k != "result"}]
    assert (made["rate"], made["phone"], made["next"]) == (0.5, PHONE, None)
    assert removed["removed"] == 1
    assert httpx.get(f"{emulator}/v1/sandbox/faults").json()["items"] == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("faults", {}, "kind"),
        ("faults", {"kind": "weather"}, "kind"),
        ("faults", {"code": "'; drop"}, "code"),
        ("faults", {"kind": "late", "rate": 2}, "rate"),
        ("faults", {"kind": "late", "next": 0}, "next"),
        ("faults", {"kind": "late", "next": True}, "next"),
        ("faults", {"kind": "late", "provider": "zenziva"}, "provider"),
        ("reply", {"text": "halo"}, "phone"),
        ("reply", {"phone": PHONE}, "text"),
        ("reply", {"phone": PHONE, "text": 7}, "text"),
        ("reply", {"phone": PHONE, "media": "hologram"}, "media"),
        ("reply", {"phone": PHONE, "button": "nothing"}, "button"),
        ("reply", {"phone": "siti", "text": "halo"}, "phone"),
    ],
)
def test_a_wrong_call_names_its_field(emulator: str, path: str, body: dict[str, Any], field: str) -> None:
    answer = httpx.post(f"{emulator}/v1/sandbox/{path}", json=body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("raw", [b"[", b"[]", b"\xff", b'{"a":1,"a":2}'])
def test_a_body_that_is_no_object_is_refused(emulator: str, raw: bytes) -> None:
    assert httpx.post(f"{emulator}/v1/sandbox/reply", content=raw).status_code == 400


def test_a_phone_is_read_page_by_page(own_store: Store, emulator: str) -> None:
    with own_store.write() as tx:
        rows.add_messages(
            tx,
            [
                {
                    "id": f"sms_{n:04d}",
                    "provider": SMS,
                    "phone": PHONE,
                    "direction": "out",
                    "token": None,
                    "at": 1000 + n // 2,
                    "text": "x",
                    "buttons": [],
                    "request": None,
                    "status": "sent",
                }
                for n in range(450)
            ],
        )
    seen: list[str] = []
    cursor: str | None = ""

    while cursor is not None:
        query = {"after": cursor} if cursor else {}
        page = httpx.get(f"{emulator}/v1/sandbox/phones/{PHONE}", params=query).json()
        seen += [item["message_id"] for item in page["items"]]
        cursor = page["next"]

    assert seen == [f"sms_{n:04d}" for n in range(450)]
    assert httpx.get(f"{emulator}/v1/sandbox/phones/{PHONE}", params={"after": "x"}).status_code == 422
