"""What WhatsApp Cloud is sent, and what its answers mean."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import Button, Document, Outcome, OutcomeKind, OutgoingMessage
from connector.providers import Provider, SenderConfig, Unbuildable
from connector.providers.error_table import KINDS

GOLDEN = Path(__file__).parent / "golden"
CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts"
SENDER = SenderConfig("wa", "111222333", "https://graph.facebook.com", {"token": "canary-token"})
MESSAGES = {
    "template": OutgoingMessage(
        "msg_01KC9A3DESQ0J4T8ZB6W2X",
        "+6281234567890",
        "Halo Siti Rahma, tagihan A3-2026-12 jatuh tempo.",
        "id",
        "invoice_due",
        (("customer_name", "Siti Rahma"), ("amount", "Rp1.500.000"), ("description", "Sewa\n\tkamar   A3")),
        None,
        (Button("paid:inv_1", "Sudah bayar"), Button("later:inv_1", "Minta waktu")),
    ),
    "template_url": OutgoingMessage(
        "msg_2",
        "+6281234567890",
        "x",
        "en",
        "invoice_created",
        (("amount", ""),),
        "tok-en",
        (Button("a", "A"),),
    ),
    "template_pdf": OutgoingMessage(
        "msg_5",
        "+6281234567890",
        "x",
        "id",
        "invoice_created",
        (("amount", "Rp4.250.000"),),
        None,
        (Button("a", "A"),),
        Document("https://tagih.example/f/file_1.6a0.sig", "INV-1042.pdf"),
    ),
    "text": OutgoingMessage("msg_3", "+6281234567890", "Terima kasih 🙏\nSampai jumpa.", "id"),
    "image": OutgoingMessage(
        "msg_6",
        "+6281234567890",
        "Ini fotonya ya Kak.",
        "id",
        document=Document("https://tagih.example/f/file_2.6a0.sig", "AC-kamar.jpg", is_image=True),
    ),
    "document": OutgoingMessage(
        "msg_7",
        "+6281234567890",
        "Ini kuitansinya.",
        "id",
        document=Document("https://tagih.example/f/file_3.6a0.sig", "kuitansi.pdf"),
    ),
    "buttons": OutgoingMessage(
        "msg_4",
        "+6281234567890",
        "Kapan bisa bayar?",
        "id",
        buttons=(Button("d:2026-12-10", "Kamis, 10 Desember 2026"), Button("d:2026-12-12", "12 Des")),
    ),
}


@pytest.fixture
def cloud(providers: dict[str, Provider]) -> Provider:
    return providers["whatsapp_cloud"]


@pytest.fixture(scope="module")
def contract() -> ModuleType:
    path = CONTRACTS / "meta" / "contract.py"
    if not path.exists():
        pytest.skip("the contracts folder is not here: Meta's own schema cannot judge")
    spec = importlib.util.spec_from_file_location("meta_contract", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_message_becomes_its_golden_request(cloud: Provider, name: str) -> None:
    built = cloud.build(MESSAGES[name], SENDER)

    assert json.loads(built.body) == json.loads((GOLDEN / f"whatsapp_{name}.json").read_text())
    assert built.url == "https://graph.facebook.com/v23.0/111222333/messages"
    assert built.headers == {"Authorization": "Bearer canary-token", "Content-Type": "application/json"}


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_metas_own_schema_takes_what_we_build(cloud: Provider, contract: ModuleType, name: str) -> None:
    built = cloud.build(MESSAGES[name], SENDER)
    path = built.url.removeprefix("https://graph.facebook.com")
    record = {"method": built.method, "path": path, "headers": built.headers, "body": json.loads(built.body)}

    assert contract.validate_record(record) == []


@given(
    text=st.text(min_size=1, max_size=200),
    value=st.text(max_size=80),
    count=st.integers(0, 3),
    template=st.booleans(),
)
def test_no_text_breaks_the_request(text: str, value: str, count: int, template: bool) -> None:
    from connector.providers.error_table import ErrorTable
    from connector.providers.whatsapp_cloud import WhatsAppCloud

    cloud = WhatsAppCloud(ErrorTable({}))
    buttons = tuple(Button(f"b{n}", f"Tombol {n}") for n in range(count))
    params = (("name", value),) if template else ()
    message = OutgoingMessage(
        "msg_1", "+6281234567890", text, "id", "invoice_due" if template else None, params, None, buttons
    )

    body = json.loads(cloud.build(message, SENDER).body)

    assert body["biz_opaque_callback_data"] == "msg_1" and body["to"] == "+6281234567890"
    if template:
        sent = body["template"]["components"][0]["parameters"][0]["text"]
        assert sent and not re.search(r"[\n\t]| {5,}", sent)


def test_a_number_without_plus_gets_it(cloud: Provider) -> None:
    message = OutgoingMessage("m", "6281234567890", "halo", "id")

    assert json.loads(cloud.build(message, SENDER).body)["to"] == "+6281234567890"


@pytest.mark.parametrize(
    ("text", "buttons", "code"),
    [
        ("", (), "text_length"),
        ("a" * 4097, (), "text_length"),
        ("a", tuple(Button(str(n), str(n)) for n in range(4)), "too_many_buttons"),
    ],
)
def test_what_can_never_leave_says_so(
    cloud: Provider, text: str, buttons: tuple[Button, ...], code: str
) -> None:
    with pytest.raises(Unbuildable) as refused:
        cloud.build(OutgoingMessage("m", "+62812", text, "id", buttons=buttons), SENDER)

    assert refused.value.code == code


def test_another_cloud_shaped_gateway_is_a_matter_of_settings(cloud: Provider) -> None:
    sender = SenderConfig(
        "360",
        "111222333",
        "https://waba-v2.360dialog.io",
        {"token": "key"},
        {"messages_path": "/messages", "auth_header": "D360-API-KEY", "auth_prefix": ""},
    )

    built = cloud.build(MESSAGES["text"], sender)

    assert built.url == "https://waba-v2.360dialog.io/messages"
    assert built.headers["D360-API-KEY"] == "key"


def test_no_secret_and_no_person_in_a_repr(cloud: Provider) -> None:
    built = cloud.build(MESSAGES["template"], SENDER)

    shown = repr(built) + repr(SENDER)

    assert not any(word in shown for word in ("canary", "81234567890", "Siti"))


def graph_error(code: Any) -> bytes:
    return json.dumps(
        {"error": {"message": f"(#{code}) no", "type": "OAuthException", "code": code}}
    ).encode()


ACCEPTED = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.A","message_status":"accepted"}]}'
HELD = b'{"messages":[{"id":"wamid.B","message_status":"held_for_quality_assessment"}]}'


@pytest.mark.parametrize(
    ("status", "body", "kind", "action"),
    [
        (200, ACCEPTED, OutcomeKind.ACCEPTED, "accepted"),
        (200, HELD, OutcomeKind.ACCEPTED, "wait"),
        (200, b"", OutcomeKind.UNKNOWN, "unknown_outcome"),
        (200, b"<html>", OutcomeKind.UNKNOWN, "unknown_outcome"),
        (200, b'{"messages":[]}', OutcomeKind.UNKNOWN, "unknown_outcome"),
        (200, b'{"messages":[{"id":7}]}', OutcomeKind.UNKNOWN, "unknown_outcome"),
        (200, b'{"messages":{"id":"x"}}', OutcomeKind.UNKNOWN, "unknown_outcome"),
        (200, b"[" * 100_000, OutcomeKind.UNKNOWN, "unknown_outcome"),
        (200, b'"\\ud800"', OutcomeKind.UNKNOWN, "unknown_outcome"),
        (302, b"", OutcomeKind.REFUSED, "fix"),
        (400, b"", OutcomeKind.REFUSED, "fix"),
        (400, graph_error(999_999), OutcomeKind.REFUSED, "fix"),
        (400, graph_error(131_026), OutcomeKind.UNDELIVERABLE, "fallback"),
        (400, graph_error(130_429), OutcomeKind.RETRY, "throttle"),
        (400, graph_error(131_056), OutcomeKind.RETRY, "retry_pair"),
        (400, graph_error("131047"), OutcomeKind.REFUSED, "switch_to_template"),
        (400, graph_error(True), OutcomeKind.REFUSED, "fix"),
        (400, graph_error([1]), OutcomeKind.REFUSED, "fix"),
        (400, graph_error(10**30), OutcomeKind.REFUSED, "fix"),
        (401, b"", OutcomeKind.REFUSED, "stop_all"),
        (401, graph_error(190), OutcomeKind.REFUSED, "stop_all"),
        (403, graph_error(230), OutcomeKind.REFUSED, "stop_all"),
        (400, graph_error(133_007), OutcomeKind.REFUSED, "stop_all"),
        (404, graph_error(132_001), OutcomeKind.REFUSED, "fix"),
        (429, b"", OutcomeKind.RETRY, "throttle"),
        (500, b"", OutcomeKind.UNKNOWN, "unknown_outcome"),
        (500, graph_error(3), OutcomeKind.REFUSED, "stop_all"),
        (500, graph_error(131_045), OutcomeKind.REFUSED, "stop_all"),
        (500, graph_error(131_000), OutcomeKind.RETRY, "retry"),
        (500, graph_error(999_999), OutcomeKind.UNKNOWN, "unknown_outcome"),
        (503, b"upstream connect error", OutcomeKind.UNKNOWN, "unknown_outcome"),
        (504, b'{"error":"gateway"}', OutcomeKind.UNKNOWN, "unknown_outcome"),
    ],
)
def test_an_answer_has_one_meaning(
    cloud: Provider, status: int, body: bytes, kind: OutcomeKind, action: str
) -> None:
    outcome = cloud.read_answer(status, {}, body)

    assert (outcome.kind, outcome.action) == (kind, action)


def test_retry_after_counts(cloud: Provider) -> None:
    told = cloud.read_answer(400, {"retry-after": "30"}, graph_error(4))
    untold = cloud.read_answer(400, {"Retry-After": "soon"}, graph_error(4))

    assert (told.after_s, untold.after_s) == (30.0, 120.0)


@given(status=st.integers(100, 599), body=st.binary(max_size=200) | st.text(max_size=60).map(str.encode))
def test_no_answer_raises(status: int, body: bytes) -> None:
    from connector.providers.error_table import ErrorTable
    from connector.providers.whatsapp_cloud import WhatsAppCloud

    outcome = WhatsAppCloud(ErrorTable({})).read_answer(status, {}, body)

    assert isinstance(outcome, Outcome) and outcome.kind is not OutcomeKind.ACCEPTED


def _listed() -> list[dict[str, Any]]:
    path = CONTRACTS / "meta" / "error_actions.json"
    if not path.exists():
        return []
    codes: list[dict[str, Any]] = json.loads(path.read_text())["codes"]
    return codes


def test_our_table_agrees_with_every_code_of_the_contract(cloud: Provider) -> None:
    listed = _listed()
    if not listed:
        pytest.skip("the contracts folder is not here: nothing to agree with")
    wrong = []

    for entry in listed:
        for code in str(entry["code"]).split(","):
            low, _, high = code.partition("-")
            for number in {low, high or low}:
                outcome = _meaning(cloud, number, entry["http"])
                if (outcome.action, outcome.kind) != (entry["action"], KINDS[entry["action"]]):
                    wrong.append((number, entry["action"], outcome.action, outcome.kind))

    assert len(listed) > 70
    assert wrong == []


def _meaning(cloud: Provider, code: str, http: int | None) -> Outcome:
    from connector.worker.outgoing import Transport

    if code == "connect":
        never_left = Transport("not_sent", "x").outcome()
        assert never_left.action == "connect"
        return Outcome(never_left.kind, "retry")
    if code == "ambiguous":
        found = Transport("unknown", "x").outcome()
        assert found.action == "ambiguous"
        return Outcome(found.kind, "unknown_outcome")
    if code == "held":
        return cloud.read_answer(200, {}, HELD)
    if code in ("default_4xx", "default_5xx"):
        return cloud.read_answer(http or 0, {}, graph_error(987_654))
    if code == "no_delivery":
        from connector.providers.error_table import ErrorTable

        table = json.loads(
            (Path(__file__).resolve().parents[2] / "specs/providers/whatsapp_cloud.errors.json").read_text()
        )
        return ErrorTable(table).outcome(None, code)
    return cloud.read_answer(http or 400, {}, graph_error(int(code)))
