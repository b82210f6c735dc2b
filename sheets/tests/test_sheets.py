"""The script in Google Sheets, played in a strict fake against a running Tagih."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import HEAD
from openpyxl import load_workbook
from running import Home

SHEETS = Path(__file__).parents[1]
Play = Callable[..., dict[str, Any]]


def tenant(number: str, name: str = "Rini Uji", phone: str = "0812-9000-1111", **more: Any) -> list[Any]:
    row = [name, phone, "1.500.000", "2026-12-05", number, ""]
    for heading, value in more.items():
        row[HEAD.index(heading)] = value
    return row


def told(seen: dict[str, Any], heading: str) -> list[str]:
    """A column of ours, below its heading."""
    at = next(place for place, text in enumerate(seen["cells"][0]) if text.startswith(f"Tagih: {heading}"))
    return [row[at] if len(row) > at else "" for row in seen["cells"][1:]]


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
    sheet = [HEAD, tenant("SH-20", "Tuti Uji", "081290005555")]
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
    events = len(home.events())

    again = play(["tagihSendAll"], sheet=first["cells"])

    assert "1 tetap" in again["toasts"][-1]
    assert len(home.events()) == events
    sent = again["requests"][0]["body"]["rows"][0]
    assert not [name for name in sent if name.startswith("Tagih:")]  # our own columns stay here


def test_only_the_marked_rows_are_sent(home: Home, play: Play) -> None:
    sheet = [
        HEAD,
        tenant("SH-4"),
        tenant("SH-5", "Budi", "081290002222"),
        tenant("SH-6", "Ani", "081290003333"),
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
    wrong = play(["tagihConnect", {"url": "ftp://x", "key": "k", "list": ""}])

    assert seen["toasts"] == ["Hubungkan dulu: menu Tagih, Hubungkan."]
    assert wrong["answers"][-1]["ok"] is False and wrong["requests"] == []


def test_connecting_tries_the_key_and_keeps_it_with_the_one_who_installs(
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


def test_the_sheets_key_cannot_do_what_a_sheet_never_does(home: Home, key: str) -> None:
    client = home.client(key)
    own = {"import_rows", "get_invoice", "create_invoice", "mark_paid", "upsert_recurring_charge"}
    others = {path.stem for path in (SHEETS.parent / "specs" / "actions").glob("*.json")} - own

    for action in sorted(others):
        assert client.post(f"/v1/actions/{action}", json={}).status_code == 403, action
    for action in sorted(own):
        assert client.post(f"/v1/actions/{action}", json={}).status_code == 422, action
    for path in ("/v1/events", "/v1/triggers/invoice_paid/samples", "/v1/files/file_1", "/v1/webhooks"):
        assert client.get(path).status_code == 403, path


def test_no_second_daily_trigger_is_made(play: Play) -> None:
    twice = play(["tagihTurnOnDaily"], ["tagihTurnOnDaily"])
    colleague = play(["tagihTurnOnDaily"], document={"TAGIH_DAILY_BY": "somebody else"})
    off = play(
        ["tagihTurnOffDaily"],
        triggers=["tagihDaily", "other"],
        document=twice["properties"]["document"],
        user=twice["properties"]["user"],
        uuid="another one, a month later",
    )

    assert twice["triggers"] == [{"handler": "tagihDaily", "hour": 7}]
    assert colleague["asked"] and colleague["triggers"] == []
    assert off["triggers"] == [{"handler": "other"}] and "TAGIH_DAILY_BY" not in off["properties"]["document"]


def test_a_run_out_of_time_goes_on_by_itself(home: Home, play: Play) -> None:
    rows = [tenant(f"SL-{n}", f"Orang {n}", f"08139{n:07d}") for n in range(450)]
    document = {"TAGIH_LIST": "long"}

    first = play(["tagihSendAll"], sheet=[HEAD, *rows], fetch_takes_ms=140_000, document=document)
    rest = play(
        ["tagihResume"],
        sheet=first["cells"],
        document=first["properties"]["document"],
        triggers=[t["handler"] for t in first["triggers"]],
    )

    assert first["toasts"][-1].startswith("400 dari 450 baris")
    assert first["triggers"] == [{"handler": "tagihResume", "after": 60000}]
    assert [row["row"] for row in rest["requests"][0]["body"]["rows"]] == list(range(402, 452))
    assert rest["triggers"] == [] and "TAGIH_RESUME" not in rest["properties"]["document"]
    assert home.count("SELECT count(*) FROM invoices WHERE number LIKE 'SL-%'") == 450


@pytest.mark.parametrize("trouble", [{"locked": True}, {"answers": [{"fail": True}] * 4}])
def test_the_rest_of_a_run_waits_until_it_is_done(
    home: Home, play: Play, trouble: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    number = f"SK-{'locked' in trouble}"
    job = {"first": 2, "last": None, "mode": "apply_safe", "sheet": 417}
    document = {"TAGIH_LIST": "rest", "TAGIH_RESUME": json.dumps(job)}
    given = {"sheet": [HEAD, tenant(number)], "first_tab": [["Catatan"]], "timed": True}

    kept = play(["tagihResume"], document=document, triggers=["tagihResume"], **given, **trouble)
    done = play(["tagihResume"], document=kept["properties"]["document"], triggers=["tagihResume"], **given)
    last = {**document, "TAGIH_RESUME": json.dumps({**job, "tries": 5})}
    over = play(["tagihResume"], document=last, triggers=["tagihResume"], **given, **trouble)

    assert kept["errors"] == [] and kept["triggers"] == [{"handler": "tagihResume", "after": 600000}]
    assert told(done, "no. tagihan") == [number]
    for ended in (done, over):
        assert ended["triggers"] == [] and "TAGIH_RESUME" not in ended["properties"]["document"]
    assert len(over["errors"]) == 1  # thrown: Google writes to the one whose run it was


def test_a_run_ends_before_google_ends_it_though_the_server_is_busy(play: Play) -> None:
    busy = [{"status": 429, "headers": {"Retry-After": "60"}, "text": "{}"}] * 8

    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-15")], answers=busy, fetch_takes_ms=45_000)

    assert seen["took_ms"] < 330_000
    assert seen["triggers"] == [{"handler": "tagihResume", "after": 60000}]
    assert seen["toasts"][-1].startswith("0 dari 1 baris")


def test_the_daily_send_takes_the_tab_on_which_it_was_turned_on(play: Play) -> None:
    given = {"sheet": [HEAD, tenant("SH-16")], "first_tab": [["Nama", "No HP"], ["Ibu", "0812"]]}
    on = play(["tagihTurnOnDaily"], **given)
    user = on["properties"]["user"]

    morning = play(["tagihDaily"], **given, user=user, timed=True)
    refused = play(["tagihDaily"], **given, user={**user, "TAGIH_KEY": "tgh_wrong"}, timed=True)
    gone = play(["tagihDaily"], **given, user=user, timed=True, is_tab_gone=True)

    assert "Penghuni" in on["toasts"][-1]
    assert told(morning, "no. tagihan") == ["SH-16"]
    assert morning["notes"] == given["first_tab"] and morning["errors"] == []
    assert len(refused["errors"]) == 1 and refused["errors"][0].startswith("tagihDaily: ")
    assert gone["errors"] == ["tagihDaily: Lembar itu sudah tidak ada."] and gone["requests"] == []


def test_two_runs_at_once_are_one(play: Play) -> None:
    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-14")], locked=True)

    assert seen["requests"] == []
    assert seen["toasts"] == ["Kiriman lain sedang berjalan. Coba lagi sebentar."]


def test_a_cell_shows_the_status_of_an_invoice_and_asks_once(play: Play) -> None:
    seen = play(["TAGIH_STATUS", "A3-2026-12"], ["TAGIH_STATUS", [["A3-2026-12"], [""], ["NOBODY"]]])

    one, many = seen["answers"]
    assert one.startswith("Belum dibayar · Rp1.500.000")
    assert many[0] == [one] and many[1] == [""] and "NOBODY" in many[2][0]
    assert len(seen["requests"]) == 2


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
