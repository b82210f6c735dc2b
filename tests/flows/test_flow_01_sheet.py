"""Flow 1, a sheet of rent: rows in, reminders out, a tick is a payment, and the same sheet again is nothing."""

from typing import Any

from flows.flow import Flow, only

SITI, BUDI, DEWI = "+6281234567890", "+6281398765432", "+6281512340000"


def row(number: int, name: str, phone: str, **more: Any) -> dict[str, Any]:
    base = {
        "row": number,
        "nama": name,
        "no_wa": phone,
        "sewa": "1.500.000",
        "jatuh_tempo": "2026-12-05",
        "keterangan": "Sewa Desember",
        "lunas": "",
    }
    return {**base, **more}


def sheet(**siti: Any) -> list[dict[str, Any]]:
    return [
        row(14, "Siti Rahma", SITI, **siti),
        row(15, "Budi Santoso", BUDI),
        row(16, "Dewi Lestari", DEWI, sewa="750rb"),
    ]


def sync(flow: Flow, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    given = {"list": "kost-melati", "mode": "apply_safe", "confirm_paid": True, **more}
    return flow.run("import_rows", rows=rows, **given)


def begun(flow: Flow) -> dict[str, Any]:
    return sync(flow, sheet(), first_import_quiet=False)


def of_row(answer: dict[str, Any], number: int) -> dict[str, Any]:
    return next(one for one in answer["rows"] if one["row"] == number)


def test_rows_become_invoices_with_their_reminders_and_are_told_back_ready_for_a_cell(flow: Flow) -> None:
    first = begun(flow)
    flow.advance("2026-12-02 12:00")
    again = sync(flow, sheet())

    assert (first["result"], first["new"], first["missing"]) == ("applied", 3, 0)
    told = of_row(first, 14)
    assert (told["result"], told["invoice_status"], told["error"]) == ("created", "open", "")
    assert told["next_send"] == "Tagihan, 28 Nov 2026 09:00"
    assert flow.phone(SITI).templates == ["invoice_created", "payment_reminder"]
    assert again["result"] == "unchanged"
    assert of_row(again, 14)["last_message"] == "2 Des 2026 09:00 dibaca"
    assert of_row(again, 14)["next_send"] == "Pengingat jatuh tempo H, 5 Des 2026 09:00"
    assert of_row(again, 16)["invoice_number"] == of_row(first, 16)["invoice_number"]


def test_a_tick_is_a_payment_told_once(flow: Flow) -> None:
    begun(flow)
    flow.advance("2026-12-04 10:00")

    ticked = sync(flow, sheet(lunas="v"))
    flow.advance("2026-12-05 12:00")

    assert (ticked["result"], ticked["newly_paid"], ticked["unchanged"]) == ("applied", 1, 2)
    assert (of_row(ticked, 14)["result"], of_row(ticked, 14)["invoice_status"]) == ("paid", "paid")
    assert flow.phone(SITI).templates[-1] == "payment_received"
    assert "due_today" not in flow.phone(SITI).templates
    assert len(only(flow.events("payment_received"), customer_name="Siti Rahma")) == 1


def test_two_colleagues_with_the_same_sheet_change_nothing_and_tell_nobody(flow: Flow) -> None:
    begun(flow)
    sync(flow, sheet(lunas="v"))
    before = (
        flow.types(),
        [len(flow.rows(table)) for table in ("imports", "import_rows", "steps", "payments")],
    )

    answers = [sync(flow, sheet(lunas="v")) for _ in range(2)]

    assert [answer["result"] for answer in answers] == ["unchanged", "unchanged"]
    assert [answer["import_id"] for answer in answers] == [None, None]
    after = (
        flow.types(),
        [len(flow.rows(table)) for table in ("imports", "import_rows", "steps", "payments")],
    )
    assert after == before


def test_what_looks_wrong_waits_for_a_person_and_is_asked_once(flow: Flow) -> None:
    begun(flow)
    half_typed = sheet(sewa="150.000")

    first = sync(flow, half_typed)
    hour_later = sync(flow, half_typed)

    assert (first["result"], first["suspicious"], first["needs_approval"]) == ("needs_approval", 1, True)
    waiting = of_row(first, 14)
    assert (waiting["result"], "nol" in waiting["why_not"]) == ("waiting", True)
    assert hour_later["import_id"] == first["import_id"]
    assert flow.run("get_invoice", invoice=waiting["invoice_number"])["amount"] == "1500000"
    finished = sync(flow, sheet(sewa="1.600.000"))
    assert finished["result"] == "applied"
    assert flow.run("get_invoice", invoice=waiting["invoice_number"])["amount"] == "1600000"


def test_a_tick_without_confirm_paid_waits(flow: Flow) -> None:
    begun(flow)

    answer = sync(flow, sheet(lunas="v"), confirm_paid=False)

    assert answer["needs_approval"] is True
    assert of_row(answer, 14)["result"] == "waiting"
    assert "confirm_paid" in of_row(answer, 14)["why_not"]
    assert of_row(answer, 14)["invoice_status"] == "open"


def test_a_tick_on_the_wrong_row_is_taken_back_before_the_customer_hears_of_it(flow: Flow) -> None:
    begun(flow)
    flow.advance("2026-12-01 21:30")
    sync(flow, sheet(lunas="v"))  # the receipt waits for the morning

    taken_back = sync(flow, sheet())
    flow.advance("2026-12-02 12:00")

    assert of_row(taken_back, 14)["result"] == "reversed"
    assert of_row(taken_back, 14)["invoice_status"] == "open"
    assert flow.phone(SITI).templates == ["invoice_created", "payment_reminder"]
    assert len(flow.events("payment_reversed")) == 1


def test_an_untick_after_the_receipt_waits_for_a_person(flow: Flow) -> None:
    begun(flow)
    flow.advance("2026-12-01 10:00")
    sync(flow, sheet(lunas="v"))
    flow.advance("2026-12-01 12:00")
    assert flow.phone(SITI).templates[-1] == "payment_received"

    answer = sync(flow, sheet())

    assert (of_row(answer, 14)["result"], answer["suspicious"]) == ("waiting", 1)
    assert of_row(answer, 14)["invoice_status"] == "paid"


def test_a_receipt_that_left_by_whatsapp_has_left_though_an_sms_waits_behind_it(flow: Flow) -> None:
    begun(flow)
    flow.advance("2026-12-01 10:00")
    flow.world.fault(
        kind="silent", next=9
    )  # nobody says that it arrived, so the second channel stays planned
    sync(flow, sheet(lunas="v"))
    flow.advance("2026-12-01 10:30")
    assert flow.phone(SITI).templates[-1] == "payment_received"

    answer = sync(flow, sheet())

    waiting = of_row(answer, 14)
    assert (waiting["result"], waiting["invoice_status"], waiting["next_send"]) == ("waiting", "paid", "")


def test_a_refused_row_names_the_heading_and_what_to_do(flow: Flow) -> None:
    answer = sync(flow, [*sheet(), row(17, "Eko", "12345")])

    assert (answer["new"], answer["refused"]) == (3, 1)
    error = of_row(answer, 17)["error"]
    assert "“no_wa”" in error
    assert "0812-3456-7890" in error


def test_at_two_in_the_morning_without_power_one_sync_brings_all_ticks(flow: Flow) -> None:
    begun(flow)
    flow.advance("2026-12-01 20:00")
    flow.power_off("2026-12-02 02:00")
    flow.power_on("2026-12-04 07:00")  # the sheet was ticked at Google meanwhile; n8n syncs on waking
    rows = [{**one, "lunas": "v"} for one in sheet()]

    answer = sync(flow, rows)
    flow.advance("2026-12-05 20:00")

    assert answer["newly_paid"] == 3
    for number in (SITI, BUDI, DEWI):
        assert flow.phone(number).templates == ["invoice_created", "payment_received"]
        assert flow.phone(number).sent[-1][0] >= "12-04 08:00"


def kept_in_step(flow: Flow) -> None:
    """The schedule of the sheet runs every hour until the lights go out at two, the night before it is due."""
    begun(flow)
    for hour in ("18:00", "19:00", "20:00"):
        flow.advance(f"2026-12-04 {hour}")
        sync(flow, sheet())
    flow.power_off("2026-12-05 02:00")
    flow.power_on("2026-12-05 07:45")


def test_after_a_cut_reminders_wait_for_the_first_sync_with_the_ticks_of_the_night(flow: Flow) -> None:
    kept_in_step(flow)
    flow.advance("2026-12-05 09:30")
    number = of_row(sync(flow, sheet(), mode="preview"), 15)["invoice_number"]
    why = {
        line["reason"]: line["reason_text"] for line in flow.run("explain_invoice", invoice=number)["lines"]
    }
    before = flow.phone(BUDI).templates

    sync(flow, sheet(lunas="v"))
    flow.advance("2026-12-05 09:45")

    assert "due_today" not in before and "belum disinkronkan sejak padam" in why["list_not_synced"]
    assert flow.phone(BUDI).templates == [*before, "due_today"]
    assert flow.phone(SITI).templates[-1] == "payment_received"
    assert "due_today" not in flow.phone(SITI).templates


def test_a_sheet_that_stays_silent_calls_a_person_and_holds_nothing_for_ever(flow: Flow) -> None:
    kept_in_step(flow)

    flow.advance("2026-12-05 12:00")
    asked = flow.run("find_cases", reason="list_not_synced")["items"]
    flow.advance("2026-12-06 12:00")

    assert [case["note"] for case in asked] == ["kost-melati"]
    assert flow.phone(BUDI).sent[-1] == ("12-06 09:00", "overdue_notice")
    assert len(only(flow.events("needs_human"), reason="list_not_synced")) == 1


def test_a_file_that_was_brought_once_never_waits_for_a_sync(flow: Flow) -> None:
    begun(flow)
    flow.power_off("2026-12-05 02:00")
    flow.power_on("2026-12-05 07:45")

    flow.advance("2026-12-05 12:00")

    assert flow.phone(BUDI).sent[-1] == ("12-05 09:00", "due_today")
