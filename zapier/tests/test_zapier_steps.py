"""Every action and search of the app, played against a running Tagih."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Zap, written
from running import Home, until

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def sample(kind: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = written(kind)[key]["definition"]["operation"]["sample"]
    return found


@pytest.fixture
def create(zap: Zap) -> Any:
    """Runs an action and holds its answer against its sample: the very same keys (T006)."""

    def run(key: str, /, **fields: Any) -> dict[str, Any]:
        answer = zap.create(key, **fields)
        assert set(answer) - {"dry_run"} == set(sample("creates", key)), key
        return answer

    return run


@pytest.fixture
def search(zap: Zap) -> Any:
    def run(key: str, /, **fields: Any) -> list[dict[str, Any]]:
        found = zap.search(key, **fields)
        assert all(set(one) == set(sample("searches", key)) for one in found), (key, found)
        return found

    return run


@pytest.fixture
def drive() -> Iterator[str]:
    """Where documents lie: somebody else's server, which must never see our key (T-22)."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.seen.append(dict(self.headers))  # type: ignore[attr-defined]
            self.send_response(404 if self.path == "/gone" else 200)
            self.end_headers()
            self.wfile.write(b"x" * 6_000_000 if self.path == "/large" else PDF)

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    assert not [headers for headers in server.seen if "authorization" in {h.lower() for h in headers}]  # type: ignore[attr-defined]


def invoice(create: Any, number: str, **more: Any) -> dict[str, Any]:
    fields = {"customer_name": f"Uji {number}", "amount": "1.500.000", "due_date": "2026-12-10"}
    card: dict[str, Any] = create("create_invoice", invoice_number=number, **{**fields, **more})
    return card


# --- invoices and payments ----------------------------------------------------------------------------------


def test_an_invoice_is_made_changed_and_left_alone(create: Any) -> None:
    made = invoice(create, "ZP-1", customer_phone="0812-9000-1111")
    same = invoice(create, "ZP-1")
    less = invoice(create, "ZP-1", amount="Rp 1,2jt")
    back = invoice(create, "ZP-1")

    assert [card["result"] for card in (made, same, less, back)] == [
        "created",
        "unchanged",
        "updated",
        "updated",
    ]
    assert [card["amount"] for card in (made, less, back)] == ["1500000", "1200000", "1500000"]


@pytest.mark.parametrize("typed", ["1.500.000", "Rp 1.500.000", "1,5 juta", "1500000"])
def test_an_amount_means_what_people_wrote(create: Any, typed: str) -> None:
    assert invoice(create, f"ZM-{typed}", amount=typed)["amount"] == "1500000"


def test_a_date_of_another_app_is_its_day(create: Any) -> None:
    assert invoice(create, "ZD-1", due_date="2026-12-15T09:00:00-06:00")["due_date"] == "2026-12-15"


def test_blank_fields_change_nothing_and_pairs_become_fields_of_ones_own(create: Any, home: Home) -> None:
    invoice(create, "ZB-1", description="Iuran", extra={"room": "A3", "": ""}, pay_url="", recipe=None)

    again = invoice(create, "ZB-1", description="", extra={}, due_date="2026-12-11")

    def told() -> list[dict[str, Any]]:
        events = home.events(type="invoice_created")
        return [event for event in events if event["invoice_number"] == "ZB-1"]

    until(told)
    assert again["result"] == "updated"
    assert (told()[0]["description"], told()[0]["extra_room"]) == ("Iuran", "A3")


def test_a_dry_run_says_what_would_happen(create: Any, search: Any) -> None:
    would = invoice(create, "ZY-1", dry_run=True)

    assert (would["result"], would["dry_run"]) == ("created", True)
    assert search("get_invoice", invoice="ZY-1") == []


def test_t22_a_document_goes_with_its_invoice_and_is_fetched_without_the_key(
    create: Any, zap: Zap, drive: str, home: Home
) -> None:
    invoice(create, "ZF-1", pdf=f"{drive}/invoice.pdf?token=1")
    again = invoice(create, "ZF-1", pdf=f"{drive}/invoice.pdf?token=2")
    gone = zap.refused("creates.create_invoice.operation.perform", inputData={"pdf": f"{drive}/gone"})
    large = zap.refused("creates.create_invoice.operation.perform", inputData={"pdf": f"{drive}/large"})

    assert home.count("SELECT count(*) FROM invoices WHERE number = 'ZF-1' AND pdf_file_id IS NOT NULL") == 1
    assert again["result"] == "unchanged"
    assert gone["message"] == "The document could not be fetched: the answer was 404."
    assert large["message"] == "The document could not be fetched: it is larger than 5 MB."


def test_a_payment_is_recorded_once(create: Any) -> None:
    invoice(create, "ZP-2")

    paid = create("mark_paid", invoice="ZP-2", payment_ref="bank-1")
    again = create("mark_paid", invoice="ZP-2", payment_ref="bank-1")

    assert (paid["result"], paid["settles_invoice"], paid["invoice_status"]) == ("recorded", True, "paid")
    assert again["result"] == "already_recorded"


def test_an_expected_ending_is_a_result_and_stops_the_zap_only_where_it_was_chosen(
    create: Any, zap: Zap
) -> None:
    invoice(create, "ZP-3")
    create("mark_paid", invoice="ZP-3", payment_ref="bank-3")
    again = {"invoice": "ZP-3", "payment_ref": "bank-3"}

    goes_on = create("mark_paid", **again, halt_on=["needs_choice"])
    stopped = zap.refused(
        "creates.mark_paid.operation.perform",
        inputData={**again, "halt_on": ["already_recorded", "needs_choice"]},
    )

    assert goes_on["result"] == "already_recorded"
    assert stopped["name"] == "HaltedError" and stopped["message"].startswith(goes_on["result_text"])


def test_line_items_split_a_debt(create: Any) -> None:
    invoice(create, "ZP-4", due_date="2026-12-10")
    lines = [
        {"lines__date": "2026-12-10", "lines__amount": "500.000"},
        {"lines__date": "2027-01-10T00:00:00Z", "lines__amount": "1jt"},
        {"lines__date": "", "lines__amount": ""},
    ]

    plan = create("create_payment_plan", invoice="ZP-4", lines=lines)

    assert plan["result"] == "plan_created"
    assert [(one["due_date"], one["amount"]) for one in plan["instalments"]] == [
        ("2026-12-10", "500000"),
        ("2027-01-10", "1000000"),
    ]


def test_a_recurring_charge_begins_and_ends(create: Any) -> None:
    fields = {"charge_ref": "Z-0417", "customer_name": "Dimas Uji", "amount": "350.000", "due_day": "31"}

    made = create("upsert_recurring_charge", **fields, every_months="1", first_period="2026-12")
    over = create("stop_recurring_charge", charge="Z-0417", last_period="2027-12")

    assert (made["result"], made["due_day"], made["next_due_date"]) == ("created", 31, "2026-12-31")
    assert over["result"] == "stopped"


# --- reminders, messages, cases -----------------------------------------------------------------------------


def test_reminders_can_be_paused_again_on_the_same_day(create: Any) -> None:
    invoice(create, "ZP-5", customer_phone="081290005555")

    results = [
        create(step, invoice="ZP-5")["result"]
        for step in ("pause_sequence", "resume_sequence", "pause_sequence", "pause_sequence")
    ]

    assert results == ["paused", "resumed", "paused", "already_paused"]


def test_a_promise_is_recorded(create: Any) -> None:
    invoice(create, "ZP-6")

    card = create("record_promise", invoice="ZP-6", promise_date="2026-12-20", promise_words="tgl 20 ya")

    assert card["result"] == "recorded" and card["promise_id"]


def test_the_fields_of_a_template_follow_the_chosen_one(create: Any, zap: Zap) -> None:
    part = "creates.send_template.operation.inputFields"
    none = zap.done(part, inputData={})
    fields = zap.done(part, inputData={"template": "payment_reminder"})
    loaded = [field for field in fields if field["key"].startswith("variables__")]
    invoice(create, "ZP-7", customer_phone="081290007777")
    filled = {"invoice": "ZP-7", "template": "payment_reminder"}

    sent = create("send_template", **filled, variables__description="Iuran", variables__customer_name="")

    assert not [field for field in none if field["key"].startswith("variables__")]
    assert loaded and all(field["label"] and field["type"] == "string" for field in loaded)
    assert {"variables__customer_name", "variables__description"} <= {field["key"] for field in loaded}
    assert sent["result"] == "planned" and sent["was_repeated"] is False


def test_a_message_is_sent_once_however_often_zapier_tries(create: Any, home: Home) -> None:
    home.client().post("/v1/sandbox/reply", json={"phone": "+6281234567890", "text": "halo, mau tanya"})
    home.advance("PT1M")
    fields = {"customer": "A3", "text": "Baik Kak, kami tunggu kabarnya."}

    first, again = (create("send_message", **fields) for _ in range(2))
    other = create("send_message", **fields, deduplication_key="evt_2")

    assert (first["was_repeated"], again["was_repeated"], other["was_repeated"]) == (False, True, False)
    assert first["message_id"] == again["message_id"]


def test_a_document_goes_once_however_often_it_is_brought(create: Any, drive: str, home: Home) -> None:
    home.client().post("/v1/sandbox/reply", json={"phone": "+6281234567890", "text": "boleh minta notanya?"})
    home.advance("PT1M")
    fields = {"customer": "A3", "text": "Ini notanya Kak."}

    first, again = (create("send_message", **fields, file=f"{drive}/n.pdf?token={n}") for n in (1, 2))
    own, own_again = (
        create("send_message", **fields, file=f"{drive}/n.pdf?token={n}", deduplication_key="nota 1")
        for n in (3, 4)
    )

    assert (first["was_repeated"], again["was_repeated"]) == (False, True)
    assert first["message_id"] == again["message_id"]
    assert own["message_id"] == own_again["message_id"] != first["message_id"]


def test_what_was_not_sent_may_be_sent_an_hour_later(create: Any, home: Home) -> None:
    invoice(create, "ZW-1", customer_phone="081290008888", customer_ref="Z-W1")
    fields = {"customer": "Z-W1", "text": "Baik Kak, terima kasih."}
    closed = create("send_message", **fields)
    home.client().post("/v1/sandbox/reply", json={"phone": "081290008888", "text": "halo"})
    home.advance("PT1M")

    first, again = (create("send_message", **fields) for _ in range(2))

    assert closed["result"] == "window_closed"
    assert first["message_id"] and first["was_repeated"] is False
    assert again["message_id"] == first["message_id"] and again["was_repeated"] is True


def test_a_key_of_ones_own_is_done_once_and_never_for_other_fields(create: Any, zap: Zap) -> None:
    fields = {"customer_name": "Uji Kunci", "amount": "10000", "due_date": "2026-12-10"}
    first = create("create_invoice", **fields, deduplication_key="row 14 · Desember")
    again = create("create_invoice", **fields, deduplication_key="row 14 · Desember")

    other = zap.refused(
        "creates.create_invoice.operation.perform",
        inputData={**fields, "amount": "20000", "deduplication_key": "row 14 · Desember"},
    )

    assert again == first and first["result"] == "created"
    assert other["status"] == 422 and other["code"] == "idempotency_mismatch"


def test_a_claim_is_answered(create: Any, zap: Zap, home: Home) -> None:
    home.client().post("/v1/sandbox/reply", json={"phone": "+6281398765432", "text": "sudah transfer ya"})
    home.advance("PT2M")
    claim = zap.done("triggers.list_claims.operation.perform")[0]["id"]

    answer = create("answer_payment_claim", claim=claim, answer="not_found", note="belum ada di mutasi")

    assert answer["result"] == "not_found"


def test_a_case_is_found_linked_and_resolved(create: Any, search: Any) -> None:
    [case] = search("find_cases", reason="terms")

    linked = create("link_case", case=case["case_id"], external_id="hs-1")
    again = create("link_case", case=case["case_id"], external_id="hs-2")
    [found] = search("find_cases", external_id="hs-1")
    done = create("resolve_case", case=found["case_id"], outcome="explained", next="resume")

    assert (linked["result"], again["result"], again["external_id"]) == ("linked", "already_linked", "hs-1")
    assert done["result"] == "resolved"


# --- searches and drop-downs --------------------------------------------------------------------------------


def test_searches_find_and_find_nothing(create: Any, search: Any) -> None:
    invoice(create, "ZS-1", customer_ref="Z-S1", customer_phone="081290009999")

    assert search("get_invoice", invoice="ZS-1")[0]["amount"] == "1500000"
    assert search("get_invoice", invoice="NOBODY-1") == []
    assert search("find_customer", customer="Z-S1")[0]["customer_phone"] == "+6281290009999"
    assert search("find_customer", customer="Nobody") == []
    assert [one["invoice_number"] for one in search("find_invoices", customer="Z-S1")] == ["ZS-1"]
    assert search("find_invoices", customer="Z-S1", status="paid") == []
    assert search("get_summary", period="week")[0]["text"]


def test_find_or_create_joins_a_search_and_a_create_that_fit(create: Any, search: Any) -> None:
    pairs = written("searchOrCreates")
    for pair in pairs.values():
        known = pair["definition"]
        assert known["search"] in written("searches") and known["create"] in written("creates")
    assert set(pairs) == {"get_invoice", "find_customer"}

    assert search("find_customer", customer="Z-NEW") == []
    made = create(
        "upsert_customer", customer_ref="Z-NEW", customer_name="Baru", other_phones=["0812 9000 2222"]
    )
    assert search("find_customer", customer="Z-NEW")[0]["customer_id"] == made["customer_id"]


def test_every_drop_down_offers_ids_and_labels(zap: Zap) -> None:
    for key in written("lists"):
        choices = zap.done(f"triggers.{key}.operation.perform")
        assert all(set(choice) == {"id", "label"} for choice in choices), key


def test_every_operation_is_played_here() -> None:
    source = Path(__file__).read_text()
    missing = {key for kind in ("creates", "searches") for key in written(kind) if f'"{key}"' not in source}
    assert missing == set()
