"""Every action of the piece, played against a running Tagih."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from between import Relay, Server
from conftest import ACTIONS, Json, Piece
from running import Home, free_port

from connector.specs.actions import ActionSpec

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def relay(home: Home) -> Iterator[Relay]:
    made = Relay(target=home.url)
    yield made
    made.close()


@pytest.fixture
def watched(piece: Piece, relay: Relay, key: str) -> Piece:
    """The piece with a connection by way of the relay, which sees every call."""
    return piece.connected(relay.url, key)


@pytest.fixture
def drive() -> Iterator[Server]:
    """Where documents lie: somebody else's server, which must never see our key (T-22)."""
    answers = {"/gone": (404, b"{}"), "/large": (200, b"x" * 6_000_000)}
    made = Server(answer=lambda call: answers.get(call.path, (200, PDF)))
    yield made
    made.close()
    assert not [call for call in made.calls if "authorization" in call.headers]


def invoice(piece: Piece, number: str, **more: Any) -> Json:
    fields = {"customer_name": f"Uji {number}", "amount": "1.500.000", "due_date": "2026-12-10"}
    return piece.act("create_invoice", invoice_number=number, **{**fields, **more})


# --- every action ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_the_example_of_every_action_answers_as_its_spec_says(action: ActionSpec, piece: Piece) -> None:
    dry = {"dry_run": True} if action.changes else {}

    answer = piece.act(action.name, **action.example["input"], **dry)

    own = {"was_repeated"} if action.idempotency == "key" else set()
    assert set(answer) == set(action.output["properties"]) - ({"dry_run"} - set(dry)) | own
    assert answer.get("dry_run") is (True if dry else None)
    assert answer.get("result") == action.example["output"].get("result")


def test_an_invoice_is_made_changed_and_left_alone(piece: Piece) -> None:
    made = invoice(piece, "AP-1", customer_phone="0812-9000-1111")
    same = invoice(piece, "AP-1")
    less = invoice(piece, "AP-1", amount="Rp 1,2jt")

    assert [card["result"] for card in (made, same, less)] == ["created", "unchanged", "updated"]
    assert [card["amount"] for card in (made, less)] == ["1500000", "1200000"]
    assert piece.act("get_invoice", invoice="AP-1")["amount"] == "1200000"


def test_an_expected_ending_is_a_result(piece: Piece) -> None:
    invoice(piece, "AP-2")

    paid, again = (piece.act("mark_paid", invoice="AP-2", payment_ref="bank-1") for _ in range(2))

    assert (paid["result"], paid["settles_invoice"], again["result"]) == (
        "recorded",
        True,
        "already_recorded",
    )


def test_what_is_left_blank_is_not_said(watched: Piece, relay: Relay) -> None:
    """What the editor hands over for fields that nobody touched."""
    blanks = {"description": "", "recipe": None, "extra": {}, "pay_url": "", "hold": None}
    invoice(watched, "AP-3", **blanks)
    watched.act(
        "create_payment_plan",
        invoice="AP-3",
        lines=[{"date": "", "amount": ""}],
        instalments=2,
        dry_run=True,
    )

    made, plan = (call.json for call in relay.calls if call.path.startswith("/v1/actions/"))

    assert set(made) == {"customer_name", "amount", "due_date", "invoice_number"}
    assert "lines" not in plan


def test_what_an_expression_gives_is_read_as_it_was_meant(watched: Piece, relay: Relay) -> None:
    invoice(watched, "AP-4", hold="Yes", extra='{"room": "A3"}', customer_phone=81290050011)
    watched.act(
        "upsert_recurring_charge",
        charge_ref="AP-C",
        customer_name="Uji",
        amount="1jt",
        due_day="31",
        every_months="3",
        first_period="2026-12",
        dry_run="true",
    )

    made, charge = (call.json for call in relay.calls if call.path.startswith("/v1/actions/"))

    assert (made["hold"], made["extra"], made["customer_phone"]) == (True, {"room": "A3"}, "81290050011")
    assert (charge["due_day"], charge["every_months"], charge["dry_run"]) == (31, 3, True)


def test_rows_may_be_typed_as_json(piece: Piece) -> None:
    rows = [{"Nama": "Uji Baris", "No HP": "0812 9005 0016", "Jumlah": "1jt", "Jatuh Tempo": "2026-12-31"}]

    done = piece.act("import_rows", list="ap-list", rows=json.dumps(rows))

    [row] = done["rows"]
    assert row["invoice_number"] and not row["error"]
    assert piece.act("get_invoice", invoice=row["invoice_number"])["customer_name"] == "Uji Baris"


# --- once -----------------------------------------------------------------------------------------------


def test_a_message_is_sent_once_however_often_its_step_runs(piece: Piece, home: Home) -> None:
    home.client().post("/v1/sandbox/reply", json={"phone": "+6281311110006", "text": "halo, mau tanya"})
    home.advance("PT1M")
    fields = {"customer": "B2", "text": "Baik Kak, kami tunggu kabarnya."}

    first, again = (piece.act("send_message", **fields) for _ in range(2))
    other = piece.act("send_message", **fields, deduplication_key="evt_2")

    assert (first["was_repeated"], again["was_repeated"], other["was_repeated"]) == (False, True, False)
    assert first["message_id"] == again["message_id"] != other["message_id"]


def test_only_what_has_no_memory_of_its_own_gets_a_key_by_itself(watched: Piece, relay: Relay) -> None:
    """The third is a pause again: a key made from the fields would answer it with the first."""
    invoice(watched, "AP-5", customer_phone="0812-9000-1115")

    results = [
        watched.act(step, invoice="AP-5")["result"]
        for step in ("pause_sequence", "resume_sequence", "pause_sequence", "pause_sequence")
    ]
    watched.act("resume_sequence", invoice="AP-5", deduplication_key="row 14 · Desember")

    *others, last = (call.headers for call in relay.calls if call.path.startswith("/v1/actions/"))
    assert results == ["paused", "resumed", "paused", "already_paused"]
    assert not [headers for headers in others if "idempotency-key" in headers]
    assert len(last["idempotency-key"]) == 64


def test_a_key_of_ones_own_is_never_for_other_fields(piece: Piece) -> None:
    fields = {"customer_name": "Uji Kunci", "due_date": "2026-12-10", "deduplication_key": "row 15"}
    made, again = (piece.act("create_invoice", amount="10000", **fields) for _ in range(2))

    error = piece.refused("create_invoice", amount="20000", **fields)

    assert again == made and made["result"] == "created"
    assert error["message"].startswith("Key already used")


# --- documents --------------------------------------------------------------------------------------------


def test_t22_a_document_goes_with_its_invoice_and_is_fetched_without_the_key(
    piece: Piece, drive: Server, home: Home
) -> None:
    invoice(piece, "AP-6", pdf=f"{drive.url}/invoice.pdf?token=1")
    again = invoice(piece, "AP-6", pdf=f"{drive.url}/invoice.pdf?token=2")
    refusals = [
        piece.refused("create_invoice", pdf=link)["message"]
        for link in (
            f"{drive.url}/gone",
            f"{drive.url}/large",
            "invoice.pdf",
            f"http://127.0.0.1:{free_port()}/x.pdf",
        )
    ]

    assert home.count("SELECT count(*) FROM invoices WHERE number = 'AP-6' AND pdf_file_id IS NOT NULL") == 1
    assert again["result"] == "unchanged"
    assert refusals == [
        f"The document could not be fetched: {why}."
        for why in ("the answer was 404", "it is larger than 5 MB", "it is not a link", "ECONNREFUSED")
    ]


def test_a_document_goes_once_however_often_it_is_brought(piece: Piece, drive: Server, home: Home) -> None:
    home.client().post("/v1/sandbox/reply", json={"phone": "+6281311110006", "text": "boleh minta notanya?"})
    home.advance("PT1M")
    fields = {"customer": "B2", "text": "Ini notanya Kak."}

    first, again = (piece.act("send_message", **fields, file=f"{drive.url}/n.pdf?token={n}") for n in (1, 2))

    assert (first["was_repeated"], again["was_repeated"]) == (False, True)
    assert first["message_id"] == again["message_id"]


# --- drop-downs and fields that the server knows -----------------------------------------------------------


def test_every_drop_down_is_filled_by_the_server(piece: Piece) -> None:
    told = piece.done("metadata")
    lists = {
        (step, field)
        for kind in ("actions", "triggers")
        for step, shown in told[kind].items()
        for field, prop in shown["props"].items()
        if prop["type"] in ("DROPDOWN", "MULTI_SELECT_DROPDOWN")
    }

    for step, field in sorted(lists):
        found = piece.done("options", step=step, field=field, props={})
        assert found["options"] is not None and not found.get("disabled"), (step, field, found)
        assert all(set(one) == {"label", "value"} for one in found["options"])
    assert len(lists) > 50


def test_a_long_list_is_searched_where_it_lies(piece: Piece) -> None:
    of_one = piece.done("options", step="mark_paid", field="invoice", props={}, search="A3")

    assert of_one["options"] and all("A3" in one["label"] for one in of_one["options"])


def test_a_drop_down_says_what_is_wrong_where_the_choices_would_be(piece: Piece, home: Home) -> None:
    without = piece.done("options", step="mark_paid", field="invoice", props={}, auth=None)
    wrong = {"base_url": home.url, "api_key": "tgh_wrong"}
    refused = piece.done("options", step="mark_paid", field="invoice", props={}, auth=wrong)

    assert without == {"disabled": True, "options": [], "placeholder": "Choose the connection first"}
    assert refused["disabled"] is True and refused["options"] == []
    assert refused["placeholder"].startswith("Key not known") and "tgh_wrong" not in refused["placeholder"]


def test_the_fields_of_a_template_follow_the_chosen_one(watched: Piece, relay: Relay) -> None:
    told = {"step": "send_template", "field": "variables"}
    none = watched.done("fields", **told, props={})
    fields = watched.done("fields", **told, props={"template": "payment_reminder"})
    invoice(watched, "AP-7", customer_phone="0812-9000-1117")

    sent = watched.act(
        "send_template",
        invoice="AP-7",
        template="payment_reminder",
        variables={"description": 1234, "customer_name": ""},
    )

    assert none == {}
    assert relay.named("/v1/actions/send_template")[0].json["variables"] == {"description": "1234"}
    assert {"customer_name", "description"} <= set(fields)
    assert all(one["type"] == "SHORT_TEXT" and one["displayName"] for one in fields.values())
    assert sent["result"] == "planned" and sent["was_repeated"] is False
    assert watched.done("metadata")["actions"]["send_template"]["props"]["variables"]["refreshers"] == [
        "template"
    ]


def test_what_a_template_needs_is_asked_for(piece: Piece, key: str) -> None:
    schema = {
        "properties": {"room": {"title": "Room", "description": "Which?"}, "note": {}},
        "required": ["room"],
    }
    stand = Server(answer=lambda _call: (200, json.dumps(schema).encode()))

    shown = piece.connected(stand.url, key).done(
        "fields", step="send_template", field="variables", props={"template": "own one"}
    )
    stand.close()

    assert stand.calls[0].path == "/v1/options/template_fields?template=own%20one"
    assert {name: (one["displayName"], one["required"]) for name, one in shown.items()} == {
        "room": ("Room", True),
        "note": ("note", False),
    }
