"""T-23: secrets, phones, names and words go in at every door; none comes out in a log, a metric or a refusal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from running import APP_SECRET, KEY, Home, until
from test_outside_webhooks import post, sign

NAME, WORDS, MAIL = "Kanaria Zebulon", "kata rahasia zebulon", "kanaria.zebulon@example.com"
PHONE = "+6281287654321"
SPELLINGS = (PHONE, "081287654321", "0812-8765-4321", "62 812 8765 4321", "812.8765.4321", "87654321")
SECRETS = (
    "tgh_zebulonkey0123456789_zebulonsecret",
    "zebulon-path-secret",
    "zebulon-query-token",
    "zebulon-verify",
)
CANARIES = (NAME, "Zebulon", "zebulon", WORDS, MAIL, *SPELLINGS, *SECRETS)


def test_no_canary_sings_in_a_log_a_metric_or_a_refusal(
    make_home: Callable[..., Home], tmp_path: Path
) -> None:
    home = make_home().serve()

    refusals = [*_at_the_doors(home), *_in_the_fields(home), *_from_the_database(home)]
    _through_the_engine(home)
    _through_a_broken_worker(home)
    shown = [home.client(None).get(path).text for path in ("/metrics", "/healthz", "/readyz", "/")]
    said = [home.done(*words) for words in (("doctor",), ("keys", "list"))]

    assert home.in_the_log(*CANARIES) == []
    assert [text for text in (*shown, *said) for word in (*CANARIES, KEY, APP_SECRET) if word in text] == []
    for answer in refusals:
        assert answer.status_code >= 400, answer.text
        assert [word for word in CANARIES if word in answer.text] == [], answer.text
    assert "IntegrityError" in home.log.read_text()  # what went wrong is told all the same
    home.stop()
    home.serve()
    assert home.in_the_log(*CANARIES) == []


def _at_the_doors(home: Home) -> list[httpx.Response]:
    """Where no key is asked for, and where a wrong one is shown."""
    stranger, client = home.client(None), home.client()
    guess = {"hub.mode": "subscribe", "hub.verify_token": SECRETS[3], "hub.challenge": "1"}
    raw = json.dumps({"text": WORDS, "from": PHONE}).encode()
    return [
        stranger.get("/v1/me", headers={"Authorization": f"Bearer {SECRETS[0]}"}),
        stranger.get(f"/v1/me?token={SECRETS[2]}&phone={PHONE}"),
        stranger.get("/in/whatsapp_cloud", params=guess),
        stranger.post(f"/in/whatsapp_cloud/{SECRETS[1]}", content=raw),
        post(home, raw, sign(raw, SECRETS[1])),
        client.get(f"/v1/nowhere/zebulon?key={SECRETS[2]}"),
        client.get("/v1/me", headers={"Host": "zebulon.example"}),
        client.post(
            "/v1/recipes", content=f"recipe: {WORDS}\n", headers={"Content-Type": "application/yaml"}
        ),
        client.post("/v1/imports", files={"file": (f"{NAME}.csv", f"{NAME},{PHONE}".encode())}),
    ]


def _in_the_fields(home: Home) -> list[httpx.Response]:
    """Personal values in fields that are refused: the problem names the field and not the value."""
    good = {"customer_name": NAME, "customer_phone": PHONE, "amount": "1500000", "due_date": "2026-12-05"}
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("create_invoice", good | {"customer_phone": "0812-8765-4321-0000"}),
        ("create_invoice", good | {"customer_email": f"{MAIL} {MAIL}"}),
        ("create_invoice", good | {"customer_phone": [PHONE]}),
        ("create_invoice", good | {"amount": WORDS}),
        ("create_invoice", good | {"due_date": WORDS}),
        ("upsert_customer", {"customer_name": [NAME], "customer_phone": PHONE}),
        ("record_promise", {"invoice": "A1-2026-12", "promise_date": WORDS, "promise_words": WORDS}),
        ("find_customer", {"customer": PHONE}),
        ("mark_paid", {"customer": "081287654321"}),
    ]
    return [home.client().post(f"/v1/actions/{action}", json=given) for action, given in wrong]


def _from_the_database(home: Home) -> list[httpx.Response]:
    """An error that nobody foresaw, deep in a library that quotes what it got."""
    home.change(
        "CREATE TRIGGER broken BEFORE INSERT ON customers WHEN NEW.name LIKE 'Kanaria Pecah%'"
        f" BEGIN SELECT RAISE(ABORT, 'planted {PHONE} {WORDS}'); END"
    )
    given = {"customer_name": f"Kanaria Pecah {NAME}", "customer_phone": PHONE, "customer_email": MAIL}
    answer = home.client().post("/v1/actions/upsert_customer", json=given)
    home.change("DROP TRIGGER broken")
    assert answer.status_code == 500
    return [answer]


def _through_the_engine(home: Home) -> None:
    """Messages, refusals of the provider, replies and calls that go well."""
    home.act(
        "create_invoice", customer_name=NAME, customer_phone=PHONE, customer_email=MAIL, amount="1500000",
        due_date="2026-12-05", description=WORDS, invoice_number="ZEB-1", recipe="kost", extra={"note": WORDS},
    )  # fmt: skip
    client = home.client()
    client.post("/v1/sandbox/faults", json={"kind": "lost_answer", "next": 1})
    client.post("/v1/sandbox/faults", json={"code": "131026", "phone": PHONE, "next": 1})
    home.advance("PT2H")
    for what in ({"text": WORDS}, {"text": f"hubungi {PHONE} atau {MAIL}"}, {"media": "image"}):
        client.post("/v1/sandbox/reply", json={"phone": PHONE, **what})
    home.act("open_case", invoice="ZEB-1", reason="dispute", note=WORDS)
    home.advance("P1D")
    assert any(event["customer_name"] == NAME for event in home.events())


def _through_a_broken_worker(home: Home) -> None:
    """The worker dies of an error that quotes a whole row, again and again, and then goes on."""
    home.change(
        "CREATE TRIGGER broken BEFORE INSERT ON messages"
        f" BEGIN SELECT RAISE(ABORT, 'planted {PHONE} {WORDS}'); END"
    )
    home.act("send_template", invoice="A1-2026-12", template="optin_confirm")
    home.act(
        "create_invoice", customer_name=NAME, customer_phone=PHONE, amount="1500000", due_date="2026-12-06",
        description=WORDS, invoice_number="ZEB-2", recipe="kost",
    )  # fmt: skip
    until(lambda: "child_failed" in home.log.read_text(errors="replace"), within_s=30)
    home.change("DROP TRIGGER broken")
    home.advance("PT1H")
    assert home.count("SELECT count(*) FROM messages WHERE template = 'optin_confirm'") == 1
