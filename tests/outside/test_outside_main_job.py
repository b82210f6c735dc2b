"""The main job as its owner does it: a spreadsheet goes in, messages come out, the paid are thanked."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from running import SHARED, Home, problem_of, quick_check, until

BEGINNING = "virtual:2025-11-21T08:00+07:00"
SITI, BUDI = "+6281234567890", "+6281398765432"


@pytest.fixture
def home(make_home: Callable[..., Home]) -> Home:
    """An empty house on 21 November 2025, served."""
    return make_home(sample=False, TAGIH_CLOCK=BEGINNING, TAGIH_BUSINESS_NAME="Kost Melati").serve()


@pytest.fixture
def examples() -> Path:
    folder = SHARED / "examples" / "csv"
    if not folder.is_dir():
        pytest.skip("../shared/examples/csv is absent: the outside truth is not in the repository")
    return folder


def phone(home: Home, number: str) -> list[dict[str, Any]]:
    answer = home.client().get(f"/v1/sandbox/phones/{number}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def with_paid(text: str, *paid: str) -> str:
    """The same list with one more column: who has paid."""
    head, *rows = text.strip().splitlines()
    return "\n".join(
        [f"{head},lunas", *(f"{row},{'ya' if row.split(',')[0] in paid else ''}" for row in rows)]
    )


# --- the command line -----------------------------------------------------------------------------------------


def test_every_shared_example_is_read_as_expected(make_home: Callable[..., Home], examples: Path) -> None:
    home = make_home(sample=False)
    home.done("migrate")
    expectations = sorted(examples.glob("*.expected.json"))
    assert expectations

    for path in expectations:
        wanted = json.loads(path.read_text(encoding="utf-8"))
        options = wanted["options"]
        read = home.done(
            "import", examples / wanted["file"], "--json", "--today", options["today"],
            "--country", options["default_country"], "--currency", options["default_currency"],
        )  # fmt: skip

        told = json.loads(read)
        assert set(told) == {"list", "preview_version", "rows", "missing", "suspicious"}
        rows = {row["line"]: row for row in told["rows"]}
        for row in wanted["expect"]["rows"]:
            got = rows[row["line"]]
            assert {"line", "ok", "action", "invoice", "errors"} <= set(got)
            assert got["ok"] is row["ok"], (path.name, got)
            for key, value in (row.get("invoice") or {}).items():
                assert got["invoice"][key] == value, (path.name, got)
    assert home.count("SELECT count(*) FROM invoices") == 0  # --json alone publishes nothing


def test_a_list_is_silent_until_it_is_started_and_then_its_people_hear_once(
    home: Home, examples: Path, tmp_path: Path
) -> None:
    file = examples / "01_basic.csv"

    looked = home.done("import", file, "--list", "kost", "--dry-run")
    before = home.count("SELECT count(*) FROM invoices")
    published = home.done("import", file, "--list", "kost", typed="y\n")
    home.advance("P1D")
    silent = phone(home, SITI) + phone(home, BUDI)
    home.done("import", file, "--list", "kost", "--yes", "--start")
    home.advance("P1D")

    assert ("2 new" in looked or "2 baru" in looked) and before == 0
    assert "waits to be started" in published or "menunggu perintah mulai" in published
    assert silent == []
    assert [len(phone(home, number)) for number in (SITI, BUDI)] == [1, 1]
    assert "1.500.000" in phone(home, SITI)[0]["text"]
    _the_next_upload_thanks_exactly_the_newly_paid(home, with_paid(file.read_text(), "Siti Rahma"), tmp_path)


def _the_next_upload_thanks_exactly_the_newly_paid(home: Home, text: str, tmp_path: Path) -> None:
    file = tmp_path / "desember.csv"
    file.write_text(text)
    heard = [len(phone(home, number)) for number in (SITI, BUDI)]

    told = json.loads(home.done("import", file, "--list", "kost", "--json", "--yes"))
    home.advance("PT2H")
    after = [len(phone(home, number)) for number in (SITI, BUDI)]
    again = json.loads(home.done("import", file, "--list", "kost", "--json", "--yes"))
    home.advance("P40D")

    assert [row["action"] for row in told["rows"]] == ["newly_paid", "unchanged"]
    assert [now - then for now, then in zip(after, heard, strict=True)] == [1, 0]
    assert "Terima kasih" in phone(home, SITI)[-1]["text"]
    assert [row["action"] for row in again["rows"]] == ["unchanged", "unchanged"]
    assert len(phone(home, SITI)) == after[0]  # who has paid hears no more
    assert len(phone(home, BUDI)) > after[1]  # the other is reminded


def test_a_workbook_is_as_good_as_a_text_file(home: Home, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("Daftar penghuni Kost Melati",),
        ("Nama", "No HP/WA", "Sewa", "Jatuh Tempo", "Kamar"),
        ("Siti Rahma", 81234567890, 1500000, "5 Desember 2025", "A3"),
        ("Budi Santoso", "+62 813-9876-5432", "Rp750.000", "10/12/2025", "B1"),
        ("Salah Nomor", "12", "tidak tahu", "besok", "B2"),
    ):
        sheet.append(row)
    book.save(tmp_path / "penghuni.xlsx")

    told = json.loads(home.done("import", tmp_path / "penghuni.xlsx", "--json", "--yes", "--start"))
    home.advance("P1D")

    assert told["list"] == "penghuni"
    assert [row["action"] for row in told["rows"]] == ["new", "new", "refused"]
    assert {error["field"] for error in told["rows"][2]["errors"]} == {"phone", "amount", "due_date"}
    assert [len(phone(home, number)) for number in (SITI, BUDI)] == [1, 1]


def test_a_file_that_is_no_list_is_refused_with_a_sentence(on_sqlite: Home, tmp_path: Path) -> None:
    before = on_sqlite.count("SELECT count(*) FROM imports")
    (tmp_path / "half.csv").write_text("Nama,Jumlah\nSiti,1500000\n")

    refused = on_sqlite.run("import", tmp_path / "half.csv", "--yes")

    assert refused.returncode == 78, refused.stdout
    assert "Traceback" not in refused.stderr and refused.stderr.strip()
    assert on_sqlite.count("SELECT count(*) FROM imports") == before


# --- HTTP -----------------------------------------------------------------------------------------------------


def test_over_http_a_list_is_looked_at_applied_refused_in_part_and_undone(on_sqlite: Home) -> None:
    client = on_sqlite.client()
    text = (
        "Nama,No HP,Jumlah,Jatuh Tempo,Keterangan\n"
        "Siti Rahma,081277701234,1500000,2026-12-05,Sewa A3\n"
        "Budi Santoso,081277701235,750000,2026-12-10,Sewa B1\n"
        "=cmd|' /C calc'!A0,12,xyz,2026-12-10,Sewa B2\n"
    )

    preview = client.post(
        "/v1/imports", files={"file": ("a.csv", text.encode())}, data={"list": "lewat http"}
    ).json()
    here = f"/v1/imports/{preview['import_id']}"
    stale = client.post(f"{here}/apply", json={"preview_version": "another"})
    applied = client.post(
        f"{here}/apply", json={"preview_version": preview["preview_version"], "accept": [2, 4]}
    )
    rejected = client.get(f"{here}/rejected.csv")
    twice = client.post(f"{here}/apply", json={"preview_version": preview["preview_version"]})
    undone = client.post(f"{here}/undo")
    again = client.post(f"{here}/undo")

    problem_of(stale, "import_stale")
    assert applied.status_code == 200, applied.text
    assert [row["result"] for row in applied.json()["rows"]] == ["created", "left", "refused"]
    assert rejected.headers["content-type"].startswith("text/csv")
    lines = rejected.text.strip().splitlines()
    assert len(lines) == 2 and "cmd|" in lines[1]
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for cell in lines[1].split(",")
    )  # no formula comes back
    problem_of(twice, "import_closed")
    assert undone.json()["result"] == "undone" and undone.json()["invoices"] == 1
    problem_of(again, "import_closed")
    number = applied.json()["rows"][0]["invoice_number"]
    assert on_sqlite.act("get_invoice", invoice=number)["invoice_status"] == "void"


def test_a_preview_that_is_dropped_is_gone(on_sqlite: Home) -> None:
    client = on_sqlite.client()
    text = b"Nama,No HP,Jumlah,Jatuh Tempo\nSiti,081277701234,1500000,2026-12-05\n"
    preview = client.post("/v1/imports", files={"file": ("a.csv", text)}).json()
    here = f"/v1/imports/{preview['import_id']}"

    dropped = client.delete(here)

    assert dropped.json() == {"result": "deleted"}
    for answer in (client.get(here), client.delete(here), client.get(f"{here}/rejected.csv")):
        problem_of(answer, "import_not_found")


# --- the other commands ---------------------------------------------------------------------------------------


def test_a_key_works_when_it_is_made_and_no_more_a_second_after_it_is_revoked(on_sqlite: Home) -> None:
    made = on_sqlite.run("keys", "create", "flow", "--preset", "n8n", "--expires", "7d")
    id, secret = made.stderr.split(":")[0], made.stdout.strip()
    flow = on_sqlite.client(secret)
    first = flow.get("/v1/me")

    on_sqlite.done("keys", "revoke", id)
    took = until(lambda: flow.get("/v1/me").status_code == 401, within_s=1.0)

    assert (first.status_code, first.json()["preset"]) == (200, "n8n")
    assert took < 1.0
    listed = on_sqlite.done("keys", "list")
    assert "revoked" in next(line for line in listed.splitlines() if id in line)
    assert secret not in listed


def test_the_sandbox_is_played_from_the_terminal(make_home: Callable[..., Home]) -> None:
    home = make_home().serve()
    a3 = "+6281234567890"

    off = json.loads(home.done("sandbox", "power", "off"))
    home.done("sandbox", "clock", "P1D")
    dark = len(phone(home, a3))
    on = json.loads(home.done("sandbox", "power", "on"))
    home.advance("PT2H")
    light = len(phone(home, a3))
    fault = json.loads(home.done("sandbox", "fault", "--kind", "late", "--next", "1", "--phone", a3))
    said = json.loads(home.done("sandbox", "reply", a3, "halo, ini Siti"))
    home.done("sandbox", "reply", a3, "--button", "need_more_time")
    home.advance("PT10M")

    assert (off["on"], on["on"]) == (False, True)
    assert (dark, light) == (0, 1)
    assert fault["kind"] == "late" and fault["result"] == "created"
    assert said["result"] == "queued"
    heard = {event["type"] for event in home.client().get("/v1/events?limit=200").json()["items"]}
    assert {"inbound_reply", "blackout_recovered"} <= heard
    assert len(phone(home, a3)) > light  # the question for a date


def test_the_doctor_finds_nothing_on_a_served_home_and_names_what_is_wrong_on_another(
    on_sqlite: Home, make_home: Callable[..., Home]
) -> None:
    well = on_sqlite.run("doctor")
    ill = make_home("ill")
    (ill.folder / "tagih.db").chmod(0o644)
    ill.change("DELETE FROM business")
    sick = ill.run("doctor")

    assert well.returncode == 0, well.stdout
    assert "SALAH" not in well.stdout
    assert sick.returncode == 1
    assert "readable by others: tagih.db" in sick.stdout and "tagih setup --home" in sick.stdout


def test_setup_loads_the_sample_once(make_home: Callable[..., Home]) -> None:
    home = make_home()
    before = home.count("SELECT count(*) FROM invoices")

    shown = home.done("setup", "--sample", "--name", "Kost Mawar", "--language", "en")

    assert before == home.count("SELECT count(*) FROM invoices") == 12
    assert "Kost Mawar" in shown
    assert home.rows("SELECT name, language FROM business") == [("Kost Mawar", "en")]


RECIPE = """recipe: kost-siang
title: {id: "Kost, siang", en: "Boarding House at Noon"}
description: {id: "Satu pesan saat tagihan terbit.", en: "One message when the invoice is issued."}
policy: id-smb
at: "12:00"
steps:
  - {when: issue, template: invoice_created}
  - {offset: H-1, template: payment_reminder}
on_paid: {template: payment_received, partial_template: payment_partial}
promise: {ask: promise_ask, confirm: promise_confirm}
"""


def test_a_recipe_is_checked_brought_in_listed_and_tried(on_sqlite: Home, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(RECIPE)
    bad.write_text(RECIPE.replace("payment_reminder", "no_such_template"))

    fine = on_sqlite.run("recipe", "lint", good, bad, home=False)
    on_sqlite.done("recipe", "import", good, "--dry-run")
    before = {recipe["name"] for recipe in on_sqlite.client().get("/v1/recipes").json()["items"]}
    on_sqlite.done("recipe", "import", good)
    listed = on_sqlite.done("recipe", "list")
    refused = on_sqlite.run("recipe", "import", bad)
    tried = json.loads(on_sqlite.done("recipe", "simulate", "kost-siang", "--due", "2026-12-15", "--json"))

    assert fine.returncode == 78 and "kost-siang" in fine.stdout
    assert "bad.yaml:" in fine.stderr and "no_such_template" in fine.stderr
    assert "kost-siang" not in before and "kost-siang" in listed
    assert refused.returncode == 78 and "Traceback" not in refused.stderr
    assert [step["step"] for step in tried["steps"] if step["kind"] == "message"] == ["created", "H-1"]
    assert tried["steps"][1]["at"].startswith("2026-12-14T12:00")
    assert on_sqlite.count("SELECT count(*) FROM invoices WHERE number LIKE 'SIM-%'") == 0


def test_a_backup_of_a_running_house_opens_and_is_whole(
    make_home: Callable[..., Home], tmp_path: Path
) -> None:
    home = make_home().serve()
    stop = threading.Event()
    made: list[str] = []

    def write() -> None:
        while not stop.is_set():
            number = f"BACKUP-{len(made)}"
            home.act(
                "create_invoice", customer_name="Siti Cadangan", customer_phone="081277700099", amount="1000",
                due_date="2026-12-05", invoice_number=number,
            )  # fmt: skip
            made.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until(lambda: len(made) > 5)
        said = home.done("backup", tmp_path / "copy.db")
        so_far = len(made)
        until(lambda: len(made) > so_far)
    finally:
        stop.set()
        writer.join()

    assert "checked" in said
    assert quick_check(tmp_path / "copy.db") == "ok"
    restored = make_home("restored", sample=False)
    restored.folder.mkdir()
    (restored.folder / "tagih.db").write_bytes((tmp_path / "copy.db").read_bytes())
    assert 9 + 5 <= restored.count("SELECT count(*) FROM invoices") <= 9 + len(made)
    assert quick_check(home.database) == "ok"
