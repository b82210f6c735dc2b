"""SMS gateways as data: every spec's examples, requests, callbacks, and what a wrong spec meets."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connector.domain.model import (
    Document,
    Inbound,
    MessageStatus,
    Notice,
    OutcomeKind,
    OutgoingMessage,
    StatusUpdate,
)
from connector.providers import PATH_SECRET, Provider, SenderConfig, Unbuildable, load_providers
from connector.providers.http_sms import HttpSms

SPECS = Path(__file__).resolve().parents[2] / "specs" / "providers"
GATEWAYS = {
    spec["name"]: spec
    for spec in (json.loads(path.read_text()) for path in sorted(SPECS.glob("*.json")))
    if spec["kind"] == "sms_gateway"
}
NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
MESSAGE = OutgoingMessage(
    "msg_1", "+6281234567890", "Halo “Siti” – Rp1.500.000", "id", template="invoice_due"
)


def sender(base_url: str = "") -> SenderConfig:
    return SenderConfig("sms", "KOST", base_url, {"user": "usr/1", "secret": "canary-secret"})


def examples() -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}-{number}")
        for name, spec in GATEWAYS.items()
        for number, case in enumerate(spec["example"]["answers"])
    ]


@pytest.mark.parametrize(("name", "case"), examples())
def test_an_example_answer_means_what_it_says(
    providers: dict[str, Provider], name: str, case: dict[str, Any]
) -> None:
    outcome = providers[name].read_answer(case["status"], {}, case["body"].encode())

    assert (str(outcome.kind), outcome.action) == (case["outcome"], case["action"])


@pytest.mark.parametrize("name", sorted(GATEWAYS))
@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 403, 429, 500, 503])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b"{}", b"\xff", b"[" * 5000, b'{"status":{}}']
)
def test_no_answer_raises(providers: dict[str, Provider], name: str, status: int, body: bytes) -> None:
    outcome = providers[name].read_answer(status, {}, body)

    assert outcome.kind is not OutcomeKind.ACCEPTED
    if status >= 500 or status < 300:
        assert outcome.kind is OutcomeKind.UNKNOWN


def test_zenziva_is_sent_a_form(providers: dict[str, Provider]) -> None:
    built = providers["zenziva"].build(MESSAGE, sender())

    assert built.url == "https://console.zenziva.net/reguler/api/sendsms/"
    assert parse_qs(built.body.decode()) == {
        "userkey": ["usr/1"],
        "passkey": ["canary-secret"],
        "to": ["081234567890"],
        "message": ['Halo "Siti" - Rp1.500.000'],
    }


def test_nusasms_is_sent_a_query(providers: dict[str, Provider]) -> None:
    built = providers["nusasms"].build(MESSAGE, sender())

    parts = urlsplit(built.url)
    assert (built.method, parts.hostname, built.body) == ("GET", "api.nusasms.com", b"")
    assert parse_qs(parts.query)["GSM"] == ["6281234567890"]
    assert "canary-secret" not in repr(built)


def test_8x8_is_sent_json(providers: dict[str, Provider]) -> None:
    built = providers["eightxeight"].build(MESSAGE, sender())

    body = json.loads(built.body)
    assert built.url == "https://sms.8x8.com/api/v1/subaccounts/usr%2F1/messages"
    assert built.headers["Authorization"] == "Bearer canary-secret"
    assert (body["destination"], body["clientMessageId"]) == ("+6281234567890", "msg_1")
    assert "dlrCallbackUrl" not in body  # nothing was given for it


def test_who_brings_our_token_back(providers: dict[str, Provider]) -> None:
    assert {name: providers[name].echoes_token for name in GATEWAYS} == {
        "eightxeight": True,
        "nusasms": False,
        "sandbox_sms": True,
        "zenziva": False,
    }


@pytest.mark.parametrize("text", ["", "🙏" * 400])
def test_what_costs_too_much_or_says_nothing_does_not_leave(
    providers: dict[str, Provider], text: str
) -> None:
    with pytest.raises(Unbuildable):
        providers["zenziva"].build(OutgoingMessage("m", "+62812", text, "id"), sender())


def test_a_signed_report_is_read(providers: dict[str, Provider]) -> None:
    report = {"id": "sms_1", "ref": "msg_1", "status": "delivered", "at": "2026-11-28T01:00:00+00:00"}
    odd = {"id": "sms_2", "status": "resting"}
    text = {"id": "in_1", "from": "+6281234567890", "text": "STOP"}
    raw = json.dumps({"reports": [report, odd, 7], "inbound": [text, {}]}).encode()
    signature = "sha256=" + hmac.new(b"sms-secret", raw, hashlib.sha256).hexdigest()
    gateway = providers["sandbox_sms"]

    found = gateway.read_webhook(raw, received_at=NOW)

    assert gateway.verify({"x-signature": signature}, raw, [b"sms-secret"])
    assert not gateway.verify({"x-signature": signature}, raw + b" ", [b"sms-secret"])
    status, notice, inbound = found
    assert isinstance(status, StatusUpdate) and status.status is MessageStatus.DELIVERED
    assert (status.token, status.at) == ("msg_1", NOW)
    assert isinstance(notice, Notice) and notice.topic == "unknown_status"
    assert isinstance(inbound, Inbound) and inbound.text == "STOP"


def test_8x8_reports_with_its_own_words(providers: dict[str, Provider]) -> None:
    state = {"state": "undelivered", "errorCode": 6, "timestamp": "2026-11-28T01:00:00.07Z"}
    payload = {"umid": "u", "clientMessageId": "msg_1", "destination": "+6281234567890", "status": state}
    raw = json.dumps({"namespace": "SMS", "payload": payload}).encode()

    [update] = providers["eightxeight"].read_webhook(raw, received_at=NOW)

    assert isinstance(update, StatusUpdate) and update.outcome is not None
    assert (update.status, update.token, update.outcome.code) == (MessageStatus.FAILED, "msg_1", "6")


def test_a_form_callback_is_proved_by_the_path(providers: dict[str, Provider]) -> None:
    raw = b"id=9&originator=081234567890&msg=sudah+bayar%00&receive_date=2026-11-28"
    gateway = providers["nusasms"]

    [update] = gateway.read_webhook(raw, received_at=NOW)

    assert gateway.verify({PATH_SECRET: "path-secret-1"}, raw, [b"path-secret-1"])
    assert not gateway.verify({PATH_SECRET: "path-secret-2"}, raw, [b"path-secret-1"])
    assert not gateway.verify({"path-secret": "path-secret-1"}, raw, [b"path-secret-1"])
    assert isinstance(update, Inbound)
    assert (update.phone, update.text, update.at) == ("+6281234567890", "sudah bayar\ufffd", NOW)


def test_a_gateway_without_callbacks_believes_nobody(providers: dict[str, Provider]) -> None:
    assert not providers["zenziva"].verify({}, b"", [b"any-secret-at-all"])
    assert providers["zenziva"].read_webhook(b"{}") == []


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"7", b"[" * 9000, b'{"reports":{}}', b'{"reports":[null]}', b"\xff"]
)
@pytest.mark.parametrize("name", ["sandbox_sms", "eightxeight", "nusasms"])
def test_no_callback_raises(providers: dict[str, Provider], name: str, raw: bytes) -> None:
    assert all(isinstance(u, Notice) for u in providers[name].read_webhook(raw, received_at=NOW))


def test_a_gateway_without_tls_needs_a_word_for_it() -> None:
    spec = json.loads(json.dumps(GATEWAYS["zenziva"]))
    spec["send"]["url"] = "http://sms.example/send"

    with pytest.raises(ValueError, match="allow_http"):
        HttpSms(spec)

    assert HttpSms({**spec, "allow_http": True}).name == "zenziva"


def test_an_unknown_action_in_a_spec_is_a_fault() -> None:
    spec = json.loads(json.dumps(GATEWAYS["zenziva"]))
    spec["answer"]["errors"]["9"] = {"action": "shrug", "title": "?"}

    with pytest.raises(ValueError, match="shrug"):
        HttpSms(spec)


def test_two_providers_of_one_name_are_a_fault() -> None:
    errors = json.loads((SPECS / "whatsapp_cloud.errors.json").read_text())

    with pytest.raises(ValueError, match="zenziva"):
        load_providers({"whatsapp_cloud.errors": errors, "a": GATEWAYS["zenziva"], "b": GATEWAYS["zenziva"]})


def test_a_path_that_computes_is_a_fault() -> None:
    spec = json.loads(json.dumps(GATEWAYS["zenziva"]))
    spec["answer"]["id"] = "to_string(@)"

    with pytest.raises(ValueError, match="path"):
        HttpSms(spec)


@pytest.mark.parametrize(
    ("auth", "headers", "secret"),
    [
        ({"type": "basic"}, {"authorization": "Basic dXNlcjpzZWNyZXQtMTIz"}, b"secret-123"),
        ({"type": "header", "header": "X-Key"}, {"x-key": "secret-123"}, b"secret-123"),
        (
            {"type": "hmac", "header": "X-Sign", "digest": "sha1", "encoding": "base64"},
            {"X-Sign": base64.b64encode(hmac.new(b"secret-123", b"raw", "sha1").digest()).decode()},
            b"secret-123",
        ),
    ],
)
def test_the_other_ways_of_proving(auth: dict[str, str], headers: dict[str, str], secret: bytes) -> None:
    gateway = HttpSms({**GATEWAYS["nusasms"], "callback": {**GATEWAYS["nusasms"]["callback"], "auth": auth}})

    assert gateway.verify(headers, b"raw", [secret])
    assert not gateway.verify(headers, b"raw", [b"another-secret"])
    assert not gateway.verify({}, b"raw", [secret])


@pytest.mark.parametrize("name", sorted(GATEWAYS))
def test_an_sms_carries_no_file(providers: dict[str, Provider], name: str) -> None:
    from dataclasses import replace

    with pytest.raises(Unbuildable, match="file_on_sms"):
        providers[name].build(replace(MESSAGE, document=Document("https://t.example/f/1", "a.pdf")), sender())
