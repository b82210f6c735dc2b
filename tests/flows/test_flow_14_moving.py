"""Flow 14, moving from personal WhatsApp and a spreadsheet: silent until Start, then gently, a few a day."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from flows.flow import Flow, only

from connector.store import business

PAID = [f"Sudah {n}" for n in range(3)]
AHEAD = "Nanti Rahma"
LATE = "Telat Wijaya"
LONG = "Lama Santoso"


def row(number: int, name: str, due: str, paid: str = "") -> dict[str, Any]:
    return {
        "row": number,
        "nama": name,
        "no_wa": f"0812900012{number:02d}",
        "sewa": "1.500.000",
        "jatuh_tempo": due,
        "keterangan": f"Sewa {name}",
        "lunas": paid,
    }


def phone(number: int) -> str:
    return f"+62812900012{number:02d}"


def house() -> list[dict[str, Any]]:
    """Saturday 28 November: three have paid, one is not due yet, one is 8 days late, one 43."""
    paid = [row(n + 2, name, "2026-11-05", "lunas") for n, name in enumerate(PAID)]
    return [
        *paid,
        row(10, AHEAD, "2026-12-05"),
        row(11, LATE, "2026-11-20"),
        row(12, LONG, "2026-10-16"),
    ]


def sync(flow: Flow, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return flow.run("import_rows", list="kost-melati", rows=rows, **more)


def of_row(answer: dict[str, Any], number: int) -> dict[str, Any]:
    return next(one for one in answer["rows"] if one["row"] == number)


def number_of(flow: Flow, name: str) -> str:
    (customer,) = [c for c in flow.rows("customers") if c.name == name]
    (invoice,) = [i for i in flow.rows("invoices") if i.customer_id == customer.id]
    return str(invoice.number)


def test_the_first_rows_of_a_list_stay_silent_until_start(flow: Flow) -> None:
    first = sync(flow, house())
    flow.advance("2026-11-30 12:00")

    assert (first["result"], first["new"], first["started"]) == ("applied", 6, False)
    assert "menunggu perintah mulai" in first["result_text"]
    assert of_row(first, 2)["invoice_status"] == "paid"
    assert of_row(first, 10)["why_not"] == "daftar ini belum dimulai"
    assert flow.messages_sent() == 0
    assert flow.events("payment_received", "invoice_paid", "needs_human") == []

    started = sync(flow, house(), first_import_quiet=False)
    flow.advance("2026-11-30 16:00")

    assert started["started"] is True
    assert flow.messages_sent() == 2
    assert [flow.phone(phone(n)).sent for n in (2, 3, 4)] == [[], [], []]


def test_who_is_late_gets_one_gentle_first_text_and_the_stages_count_from_there(flow: Flow) -> None:
    sync(flow, house(), first_import_quiet=False)
    flow.advance("2026-12-07 20:00")

    late = flow.phone(phone(11))
    assert late.sent == [
        ("11-28 09:00", "first_contact"),
        ("11-29 09:00", "overdue_notice"),
        ("12-05 09:00", "overdue_followup"),
    ]
    assert "Kost Melati" in late.texts[0]
    assert "nomor ini ada di catatan kami" in late.texts[0]
    assert "STOP" in late.texts[0]
    assert flow.phone(phone(10)).templates == [
        "invoice_created",
        "payment_reminder",
        "due_today",
        "overdue_notice",
    ]


def test_who_is_late_by_more_than_thirty_days_is_for_a_person(flow: Flow) -> None:
    sync(flow, house(), first_import_quiet=False)
    flow.advance("2026-12-20 12:00")

    assert flow.phone(phone(12)).sent == []
    (asked,) = only(flow.events("needs_human"), customer_name=LONG)
    assert asked["reason"] == "overdue_long"
    assert flow.steps(number_of(flow, LONG))["task:first"].state == "sent"


def late_house(count: int) -> list[dict[str, Any]]:
    """So many tenants, the later in the sheet the longer overdue, from one day on."""
    today = date(2026, 11, 28)
    return [
        row(n + 2, f"Telat {n:02d}", (today - timedelta(days=1 + n % 20)).isoformat()) for n in range(count)
    ]


def entries(flow: Flow) -> dict[str, str]:
    """Customer's name -> the day on which they come in."""
    names = {customer.id: customer.name for customer in flow.rows("customers")}
    return {names[invoice.customer_id]: invoice.entered_on for invoice in flow.rows("invoices")}


def test_twenty_come_in_on_a_day_the_longest_overdue_last(flow: Flow) -> None:
    sync(flow, late_house(45), first_import_quiet=False)

    days = entries(flow)
    assert Counter(days.values()) == {"2026-11-28": 20, "2026-11-29": 20, "2026-11-30": 5}
    overdue = {f"Telat {n:02d}": 1 + n % 20 for n in range(45)}
    assert max(overdue[name] for name, day in days.items() if day == "2026-11-28") <= min(
        overdue[name] for name, day in days.items() if day == "2026-11-30"
    )


def test_at_two_in_the_morning_without_power_the_limit_of_the_first_week_still_holds(flow: Flow) -> None:
    with flow.world.store.write() as tx:
        own = business.get(tx)
        assert own is not None
        business.change(tx, own.id, {"settings": {**own.settings, "first_contacts_a_day": 2}})
    sync(flow, late_house(4), first_import_quiet=False)
    flow.advance("2026-11-28 20:00")
    flow.power_off("2026-11-29 02:00")
    flow.power_on("2026-11-30 13:00")
    flow.world.restart()
    flow.advance("2026-11-30 14:00")
    more = sync(flow, [*late_house(4), row(60, "Baru Telat", "2026-11-27")])
    flow.advance("2026-11-30 20:00")

    assert more["new"] == 1
    firsts = [flow.phone(phone(n)).sent[0] for n in (2, 3, 4, 5)]
    assert {name for _, name in firsts} == {"first_contact"}, "not the notice that the cut made due as well"
    assert Counter(at[:5] for at, _ in firsts) == {"11-28": 2, "11-30": 2}
    assert entries(flow)["Baru Telat"] == "2026-11-30"


def test_a_customer_who_owes_three_months_gets_one_first_text(flow: Flow) -> None:
    rows = [
        {**row(2, LATE, "2026-11-01"), "keterangan": "November"},
        {**row(2, LATE, "2026-11-20"), "row": 3, "keterangan": "Parkir"},
        {**row(2, LATE, "2026-11-25"), "row": 4, "keterangan": "Air"},
    ]

    sync(flow, rows, first_import_quiet=False)
    flow.advance("2026-11-29 20:00")

    assert flow.phone(phone(2)).sent == [("11-28 09:00", "first_contact"), ("11-29 09:00", "statement")]
