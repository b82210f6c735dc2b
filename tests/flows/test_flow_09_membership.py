"""Flow 9, a gym: the monthly membership bills itself; nobody is locked out for a payment that a cut swallowed.

The charge goes in once; from then on the calendar issues, whatever n8n or the electricity does.
"""

from typing import Any

from flows.flow import Flow

DIMAS = "+6285711112222"


def membership(flow: Flow, **more: Any) -> dict[str, Any]:
    given = {
        "charge_ref": "M-0417",
        "customer_name": "Dimas",
        "customer_phone": "0857-1111-2222",
        "amount": "350.000",
        "due_day": 31,
        "every_months": 1,
        "first_period": "2026-12",
        "recipe": "saas",
        "description": "Iuran {plan}, {period_text}",
        "extra": {"plan": "HIIT"},
    }
    return flow.run("upsert_recurring_charge", **{**given, **more})


def numbers(flow: Flow) -> list[str]:
    return sorted(row.number for row in flow.rows("invoices"))


def test_flow_09_the_membership_bills_itself_on_the_last_day_of_every_month(flow: Flow) -> None:
    answer = membership(flow)

    assert (answer["result"], answer["next_due_date"], answer["next_issue_on"]) == (
        "created",
        "2026-12-31",
        "2026-12-24",
    )

    for month in ("2026-12-26", "2027-01-26", "2027-02-23"):
        flow.advance(f"{month} 08:00")
        flow.run("mark_paid", customer=DIMAS)

    assert numbers(flow) == ["M-0417-2026-12", "M-0417-2027-01", "M-0417-2027-02"]
    assert [row.due_on for row in flow.rows("invoices")] == ["2026-12-31", "2027-01-31", "2027-02-28"]
    texts = [text for text in flow.phone(DIMAS).texts if "Iuran HIIT" in text]
    assert "Desember 2026" in texts[0] and "Februari 2027" in texts[-1]


def test_flow_09_the_turnstile_closes_at_five_days_and_opens_with_the_payment(flow: Flow) -> None:
    membership(flow)

    flow.advance("2027-01-07 08:00")
    overdue = flow.events("invoice_overdue")
    flow.run("mark_paid", invoice="M-0417-2026-12")

    assert [event["threshold_days"] for event in overdue] == [1, 3, 7]
    assert all(event["safe_to_act"] for event in overdue)
    assert all(event["occurred_at"][11:16] >= "07:00" for event in overdue)
    assert flow.event("invoice_paid")["invoice_number"] == "M-0417-2026-12"


def test_flow_09_a_frozen_member_is_skipped_and_comes_back(flow: Flow) -> None:
    membership(flow, paused_until="2027-01-31")

    flow.advance("2027-02-24 08:00")

    assert numbers(flow) == ["M-0417-2027-02"]
    skipped = [row for row in flow.rows("charge_periods") if row.state == "skipped"]
    assert [(row.period, row.reason) for row in skipped] == [("2026-12", "paused"), ("2027-01", "paused")]


def test_flow_09_two_in_the_morning_without_power_the_period_is_issued_once_on_waking(flow: Flow) -> None:
    membership(flow)

    flow.power_off("2026-12-23 22:00")
    flow.power_on("2026-12-24 02:00")
    flow.power_off()
    flow.power_on("2026-12-29 10:20")
    flow.advance("2026-12-30 08:00")

    assert numbers(flow) == ["M-0417-2026-12"]
    assert flow.phone(DIMAS).sent == [("12-29 10:20", "invoice_created")]
    assert [row.state for row in flow.rows("charge_periods")] == ["issued"]


def test_flow_09_a_dark_season_leaves_old_months_to_a_person_and_bursts_on_nobody(flow: Flow) -> None:
    membership(flow, first_period="2026-11", due_day=30)
    flow.advance("2026-11-28 12:00")
    flow.run("mark_paid", customer=DIMAS)
    before = len(flow.phone(DIMAS).sent)

    flow.power_off()
    flow.power_on("2027-03-25 10:00")

    states = {row.period: (row.state, row.reason) for row in flow.rows("charge_periods")}
    assert states == {
        "2026-11": ("issued", None),
        "2026-12": ("waiting", "missed_periods"),
        "2027-01": ("waiting", "missed_periods"),
        "2027-02": ("waiting", "missed_periods"),
        "2027-03": ("issued", None),
    }
    case = flow.event("needs_human")
    assert case["reason"] == "missed_periods"
    assert "Desember 2026 (30 Des 2026)" in case["summary"] and "Pengingat" not in case["summary"]
    assert case["suggested_act"] == "issue_or_skip_periods"
    assert len(flow.phone(DIMAS).sent) - before <= 1

    flow.run("resolve_case", case=case["case_id"], outcome="periods_skipped", next="resume")

    assert {row.state for row in flow.rows("charge_periods")} == {"issued", "skipped"}


def test_flow_09_a_year_paid_at_the_desk_is_one_receipt_and_then_silence(flow: Flow) -> None:
    membership(flow)
    flow.advance("2026-12-24 08:30")

    answer = flow.run("mark_paid", customer=DIMAS, amount="1.400.000", payment_ref="desk-1")
    flow.advance("2027-03-30 12:00")

    assert answer["payment_invoice_numbers"] == ",".join(
        f"M-0417-{period}" for period in ("2026-12", "2027-01", "2027-02", "2027-03")
    )
    assert flow.phone(DIMAS).templates == ["payment_received_several"]
    assert "1.400.000" in flow.phone(DIMAS).texts[0]
    assert "M-0417 Desember 2026 sampai Maret 2027" in flow.phone(DIMAS).texts[0]
