"""The script in Google Sheets, played in a strict fake against a running Tagih."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import HEAD, tenant, told
from openpyxl import load_workbook
from running import Home

SHEETS = Path(__file__).parents[1]
Play = Callable[..., dict[str, Any]]


def about(home: Home, number: str) -> list[str]:
    """The events of one invoice, once the worker is at rest and has numbered them all."""
    home.advance("PT0S")
    return [event["event_id"] for event in home.events() if event.get("invoice_number") == number]


def test_the_types_of_googles_services_are_right() -> None:
    checked = subprocess.run(
        ["npx", "--no-install", "tsc", "-p", "tsconfig.json"],
        cwd=SHEETS,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert checked.returncode == 0, checked.stdout


def test_every_name_that_the_menu_calls_exists(play: Play) -> None:
    seen = play(["onOpen"])

    names = [name for _, name in filter(None, (a if isinstance(a, list) else None for a in seen["answers"]))]
    source = "\n".join(path.read_text() for path in SHEETS.glob("*.js"))
    assert len(names) >= 6
    assert all(f"function {name}(" in source for name in names)
    assert seen["errors"] == []


def test_a_row_becomes_an_invoice_and_its_answer_stands_beside_it(home: Home, play: Play) -> None:
    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-1"), tenant("SH-2", "Budi Uji", "bukan nomor")])

    assert seen["errors"] == []
    assert told(seen, "no. tagihan")[0] == "SH-1"
    assert told(seen, "status")[0] == "open"
    assert told(seen, "mengapa belum")[0] == "daftar ini belum dimulai"
    assert "Mulai kirim pesan" in seen["toasts"][-1]
    assert told(seen, "status")[1] not in ("", "open")
    assert "1 baru" in seen["toasts"][-1] and "1 ditolak" in seen["toasts"][-1]
    assert home.act("get_invoice", invoice="SH-1")["amount"] == "1500000"
    assert not seen["locked"]


def test_messages_go_when_a_person_lets_them(home: Home, play: Play) -> None:
    sheet = [HEAD, tenant("SH-20")]
    first = play(["tagihSendAll"], sheet=sheet)

    refused = play(["tagihStart"], sheet=first["cells"])
    started = play(["tagihStart"], sheet=first["cells"], says_yes=True)

    assert refused["requests"] == [] and len(refused["asked"]) == 1
    assert told(started, "berikutnya")[0] != ""
    assert "Mulai kirim pesan" not in started["toasts"][-1]
    assert home.act("get_invoice", invoice="SH-20")["next_step_at"] is not None


def test_the_same_rows_again_change_nothing(home: Home, play: Play) -> None:
    sheet = [HEAD, tenant("SH-3")]
    first = play(["tagihSendAll"], sheet=sheet)
    events = about(home, "SH-3")

    again = play(["tagihSendAll"], sheet=first["cells"])

    assert "1 tetap" in again["toasts"][-1]
    assert about(home, "SH-3") == events != []
    sent = again["requests"][0]["body"]["rows"][0]
    assert not [name for name in sent if name.startswith("Tagih:")]  # our own columns stay here


def test_only_the_marked_rows_are_sent(home: Home, play: Play) -> None:
    sheet = [
        HEAD,
        tenant("SH-4"),
        tenant("SH-5"),
        tenant("SH-6"),
    ]

    seen = play(["tagihSendSelected"], sheet=sheet, selected=[[2, 2], [4, 4]])

    assert [row["row"] for row in seen["requests"][0]["body"]["rows"]] == [2, 4]
    assert home.client().post("/v1/actions/get_invoice", json={"invoice": "SH-5"}).status_code == 404


def test_a_tick_confirms_the_payment_once(home: Home, play: Play) -> None:
    first = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-7")], document={"TAGIH_LIST": "ticks"})
    ticked = first["cells"]
    ticked[1][HEAD.index("Lunas")] = "v"

    paid = [play(["tagihSendAll"], sheet=ticked, document={"TAGIH_LIST": "ticks"}) for _ in range(2)]

    assert "1 baru lunas" in paid[0]["toasts"][-1]
    assert "1 tetap" in paid[1]["toasts"][-1]
    assert told(paid[0], "status")[0] == "paid"
    assert home.act("get_invoice", invoice="SH-7")["invoice_status"] == "paid"


def test_dates_and_numbers_arrive_as_the_sheet_means_them(home: Home, play: Play) -> None:
    row = tenant("SH-8")
    row[2], row[3], row[1] = 1250000, {"date": "2026-12-31"}, 81290004444

    seen = play(["tagihSendAll"], sheet=[HEAD, row])

    sent = seen["requests"][0]["body"]["rows"][0]
    assert (sent["Jumlah"], sent["Jatuh Tempo"], sent["No HP"]) == ("1250000", "2026-12-31", "81290004444")
    card = home.act("get_invoice", invoice="SH-8")
    assert (card["amount"], card["due_date"], card["customer_phone"]) == (
        "1250000",
        "2026-12-31",
        "+6281290004444",
    )


def test_rows_that_move_meanwhile_keep_their_own_answers(play: Play) -> None:
    sheet = [HEAD, tenant("SH-9"), tenant("SH-10", "Budi", "salah")]
    swap = "[cells[1], cells[2]] = [cells[2], cells[1]]"

    seen = play(["tagihSendAll"], sheet=sheet, while_waiting=swap)

    assert [row[4] for row in seen["cells"][1:]] == ["SH-10", "SH-9"]
    assert told(seen, "no. tagihan")[1] == "SH-9"
    assert told(seen, "status")[1] == "open"


def test_a_formula_in_a_name_never_becomes_one(play: Play) -> None:
    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("=1+1", '=HYPERLINK("http://x")'), tenant("@SUM(1)")])

    assert seen["errors"] == []


def test_a_busy_server_is_asked_again_after_as_long_as_it_says(play: Play) -> None:
    busy = [{"status": 429, "headers": {"Retry-After": "7"}, "text": "{}"}, {"status": 503, "text": ""}]

    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-11")], answers=busy)

    assert seen["sleeps"] == [7000, 4000]
    assert "1 baru" in seen["toasts"][-1]


def test_a_server_that_is_away_is_told_kindly_and_the_lock_is_free(play: Play) -> None:
    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-12")], answers=[{"fail": True}] * 4)

    assert seen["toasts"] == ["Tagih tidak terjangkau. Tidak ada yang hilang; coba lagi nanti."]
    assert not seen["locked"]


def test_a_refusal_is_told_in_the_servers_own_words(play: Play) -> None:
    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-13")], user={"TAGIH_URL": "", "TAGIH_KEY": ""})

    assert seen["toasts"] == ["Hubungkan dulu: menu Tagih, Hubungkan."]


def test_t19_connecting_tries_the_key_and_keeps_it_with_the_one_who_connects(
    home: Home, play: Play, key: str
) -> None:
    given = {"url": f"{home.url}/", "key": key, "list": "kost"}

    good = play(["tagihConnect", given], ["tagihState"], user={})
    bad = play(["tagihConnect", {**given, "key": "tgh_wrong_key_of_nobody"}], user={})

    assert good["answers"][0]["ok"] and "Kost Melati" in good["answers"][0]["text"]
    assert good["properties"]["user"]["TAGIH_KEY"] == key
    assert key not in json.dumps(
        [good["properties"]["document"], good["properties"]["script"], good["answers"]]
    )
    assert bad["answers"][0]["ok"] is False and bad["properties"]["user"] == {}


def test_t18_the_sheets_key_cannot_do_what_a_sheet_never_does(home: Home, key: str) -> None:
    client = home.client(key)
    own = {"import_rows", "get_invoice", "create_invoice", "mark_paid", "upsert_recurring_charge"}
    others = {path.stem for path in (SHEETS.parent / "specs" / "actions").glob("*.json")} - own

    for action in sorted(others):
        assert client.post(f"/v1/actions/{action}", json={}).status_code == 403, action
    for action in sorted(own):
        assert client.post(f"/v1/actions/{action}", json={}).status_code == 422, action
    for path in ("/v1/events", "/v1/triggers/invoice_paid/samples", "/v1/files/file_1", "/v1/webhooks"):
        assert client.get(path).status_code == 403, path


def test_a_cell_shows_the_status_of_an_invoice_and_asks_once(play: Play) -> None:
    seen = play(["TAGIH_STATUS", "A3-2026-12"], ["TAGIH_STATUS", [["A3-2026-12"], [""], ["NOBODY"]]])

    one, many = seen["answers"]
    assert one.startswith("Belum dibayar · Rp1.500.000")
    assert many[0] == [one] and many[1] == [""] and "NOBODY" in many[2][0]
    assert len(seen["requests"]) == 2


def test_a_formula_runs_with_the_key_of_the_files_owner(home: Home, key: str, play: Play) -> None:
    connected = {"TAGIH_URL": home.url, "TAGIH_KEY": key}

    editors = play(["TAGIH_STATUS", "A3-2026-12"], user={}, owner=connected)
    owners = play(["TAGIH_STATUS", "A3-2026-12"], user=connected, owner={}, book_locale="en_US")

    assert editors["errors"] == owners["errors"] == []  # asks no service that Google keeps from formulas
    assert editors["answers"][0].startswith("Belum dibayar · Rp1.500.000")
    assert (
        owners["answers"][0].startswith("Formulas use the key of this file's owner")
        and not owners["requests"]
    )


def test_forms_come_from_the_specs_and_run(home: Home, play: Play) -> None:
    seen = play(
        ["tagihForms"],
        [
            "tagihRunForm",
            "mark_paid",
            {"invoice": "B2-2026-12", "amount": "250.000", "payment_ref": "SHEET-1"},
        ],
        ["tagihRunForm", "erase_customer", {}],
        ["tagihOptions", "invoices"],
        locale="en_US",
    )

    forms, paid, foreign, options = seen["answers"]
    assert {"create_invoice", "mark_paid"} <= {form["name"] for form in forms["forms"]}
    assert paid["ok"] and "250.000" in paid["text"].replace(",", ".")
    assert foreign["ok"] is False and len(seen["requests"]) == 2
    assert {"id", "label"} == set(options[0])


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_word_is_missing_in_either_language(play: Play, language: str) -> None:
    seen = play(["tagihState"], locale="in_ID" if language == "id" else "en_GB")

    source = "\n".join(path.read_text() for path in SHEETS.glob("*.js"))
    words = seen["answers"][0]["words"]
    used = set(re.findall(r"tagihWord_\('([a-z_]+)'", source))
    assert used - set(words) - {"status_"} == set()
    assert seen["answers"][0]["language"] == language


def test_the_template_is_read_by_our_own_importer(home: Home) -> None:
    said = home.done("import", SHEETS / "template.xlsx", "--json", "--today", "2026-11-28")

    rows = json.loads(said)["rows"]
    assert [(row["ok"], row["invoice"]["number"]) for row in rows] == [
        (True, "A3-2026-12"),
        (True, "B1-2026-12"),
    ]
    sheet = load_workbook(SHEETS / "template.xlsx").active
    assert sheet is not None
    assert {check.type for check in sheet.data_validations.dataValidation} == {"whole", "date", "list"}
