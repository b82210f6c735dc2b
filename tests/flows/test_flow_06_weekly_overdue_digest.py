"""Automation 6: what is overdue, once a week by a schedule or every morning by the owner's digest."""

from flows.flow import Flow

from connector.store import audit_chain
from connector.store.audit_chain import Head

ROOMS = (("A1", "081290000001"), ("A2", "081290000002"), ("A3", "081290000003"), ("B1", "081290000004"))


def tenants(flow: Flow, *, due: str = "2026-12-05") -> None:
    for room, phone in ROOMS:
        flow.run(
            "create_invoice",
            customer_ref=room,
            customer_name=f"Penyewa {room}",
            customer_phone=phone,
            amount="1500000",
            due_date=due,
            invoice_number=f"{room}-2026-12",
            extra={"tag": "lantai-1" if room.startswith("A") else "lantai-2"},
        )


def test_a_schedule_asks_on_monday_and_the_chat_gets_one_text(flow: Flow) -> None:
    tenants(flow)
    flow.advance("2026-12-04 10:00")
    flow.run("mark_paid", invoice="A1-2026-12", paid_on="2026-12-04", payment_ref="bca-1")
    flow.run("record_promise", invoice="A2-2026-12", promise_date="2026-12-10")
    flow.advance("2026-12-07 08:00")

    told = flow.run("get_summary", period="month")

    assert told["text"].splitlines() == [
        "Kost Melati, Senin 7 Des.",
        "Lewat tempo 3 (Rp4.500.000):",
        "• A2-2026-12 Penyewa A2: Rp1.500.000, 2 hari",
        "• A3-2026-12 Penyewa A3: Rp1.500.000, 2 hari",
        "• B1-2026-12 Penyewa B1: Rp1.500.000, 2 hari",
        "Dijanjikan: Rp1.500.000.",
        "Diterima 1 Des–7 Des: Rp1.500.000.",
    ]
    assert (told["overdue_count"], told["overdue_total"], told["promised_total"]) == (3, "4500000", "1500000")
    assert told["received_total"] == "1500000" and len(told["lines"]) == 3


def test_one_floor_is_asked_for_by_its_tag_and_in_english(flow: Flow) -> None:
    tenants(flow)
    flow.advance("2026-12-06 08:00")

    told = flow.run("get_summary", tag="Lantai-2", language="en")

    assert told["overdue_count"] == 1
    assert told["text"].splitlines()[:3] == [
        "Kost Melati, Sunday 6 Dec.",
        "Overdue 1 (Rp1,500,000):",
        "• B1-2026-12 Penyewa B1: Rp1,500,000, 1 day",
    ]


def test_every_morning_at_seven_the_digest_is_ready(flow: Flow) -> None:
    tenants(flow)

    flow.advance("2026-12-07 12:00")

    told = flow.events("owner_digest")
    assert [event["digest_on"] for event in told] == [
        f"2026-{day}" for day in ("11-29", "11-30", *(f"12-0{n}" for n in range(1, 8)))
    ]
    assert {event["occurred_at"][11:] for event in told} == {"07:00:00+07:00"}
    assert told[-1]["summary"] == (
        "Senin 7 Des: lewat tempo 4 (Rp6.000.000), jatuh tempo hari ini 0, 0 kasus menunggu Anda."
    )
    assert [line["invoice_number"] for line in told[-1]["lines"]] == [f"{room}-2026-12" for room, _ in ROOMS]


def test_at_two_without_power_there_is_one_digest_and_it_is_the_true_one(flow: Flow) -> None:
    tenants(flow)
    flow.power_off("2026-12-05 22:00")

    flow.power_on("2026-12-08 12:00")
    flow.advance("2026-12-08 13:00")

    late = [event for event in flow.events("owner_digest") if event["digest_on"] > "2026-12-05"]
    assert [event["digest_on"] for event in late] == ["2026-12-08"]
    assert late[0]["late_minutes"] == 300
    assert "Lewat tempo 4" in late[0]["text"] and "3 hari" in late[0]["text"]
    flow.advance("2026-12-09 08:00")
    told = flow.event("owner_digest")
    assert told["digest_on"] == "2026-12-09" and "padam" in told["text"]


def test_power_back_at_three_in_the_night_wakes_nobody(flow: Flow) -> None:
    tenants(flow)
    flow.power_off("2026-12-05 22:00")
    flow.power_on("2026-12-07 03:00")
    before = len(flow.events())

    flow.advance("2026-12-07 06:59")
    made_by_time = {"owner_digest", "invoice_overdue", "invoice_due", "promise_broken"}
    assert made_by_time.isdisjoint(flow.types(after=before))

    flow.advance("2026-12-07 07:30")
    told = [event for event in flow.events(after=before) if event["type"] in made_by_time]
    assert sorted({event["type"] for event in told}) == ["invoice_overdue", "owner_digest"]
    assert {event["occurred_at"] for event in told} == {"2026-12-07T07:00:00+07:00"}


def test_what_a_person_was_told_stays_true_when_it_is_read_again(flow: Flow) -> None:
    tenants(flow)
    flow.advance("2026-12-07 08:00")
    before = flow.event("owner_digest")

    flow.run("mark_paid", invoice="A1-2026-12", paid_on="2026-12-07", payment_ref="bca-1")

    assert flow.event("owner_digest") == before


def test_money_that_waits_for_a_word_and_the_audits_head_stand_in_the_morning(flow: Flow) -> None:
    tenants(flow)
    flow.run("mark_paid", invoice="F-999", amount="250000", payment_ref="bca-9", park=True)
    flow.advance("2026-12-05 09:00")
    flow.press("+6281290000001", "already_paid")

    flow.advance("2026-12-07 07:30")

    told, asked = flow.event("owner_digest"), flow.run("get_summary", language="en")
    assert (told["unmatched_count"], told["unmatched_total"], told["open_claims"]) == (1, "250000", 1)
    lines = told["text"].splitlines()
    assert [line for line in lines if "belum jelas" in line or "F-999" in line or "Mengaku" in line] == [
        "Pembayaran belum jelas untuk apa: 1 (Rp250.000).",
        "• Rp250.000 tanggal 2026-11-28, untuk F-999",
        "Mengaku sudah bayar, belum dijawab: 1.",
    ]
    assert "• A1-2026-12, 2 hari" in lines
    assert "Say they have paid, not answered yet: 1.\n• A1-2026-12, 2 days" in asked["text"]
    head = Head.read(told["audit_head"])
    assert head is not None and lines[-1] == f"Catatan audit sampai {told['audit_head']}."
    with flow.world.store.read() as tx:
        assert audit_chain.holds(tx, head)
        assert not audit_chain.holds(tx, Head(head.no, "0" * 12))
