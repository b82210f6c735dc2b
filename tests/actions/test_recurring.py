"""Recurring charges through the actions: created, changed, stopped; paid ahead; decided by a person."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connector.actions.issuing import when_due
from connector.actions.run import context
from connector.domain.problems import Invalid, NotFound

from .shop import Shop

GYM: dict[str, Any] = {
    "charge_ref": "M-0417",
    "customer_name": "Dimas",
    "customer_phone": "0857-1111-2222",
    "amount": "350.000",
    "due_day": 31,
    "first_period": "2026-12",
    "recipe": "saas",
    "description": "Iuran {plan}, {period_text}",
    "extra": {"plan": "HIIT"},
}


def upsert(shop: Shop, **more: Any) -> dict[str, Any]:
    return shop.act("upsert_recurring_charge", settle=0, **{**GYM, **more})


def charge(shop: Shop, ref: str = "M-0417") -> Any:
    return next(row for row in shop.rows("recurring_charges") if row["ref"] == ref)


def periods(shop: Shop, ref: str = "M-0417") -> dict[str, tuple[str, str | None]]:
    own = charge(shop, ref)["id"]
    rows = [row for row in shop.rows("charge_periods") if row["charge_id"] == own]
    return {row["period"]: (row["state"], row["reason"]) for row in rows}


def run_step(shop: Shop, ref: str = "M-0417") -> None:
    """What the worker does when the charge's step is due."""
    with shop.store.write() as tx:
        ctx = context(tx, shop.catalog, "tagih", settle_seconds=0, mode="sandbox")
        row = charge(shop, ref)
        assert when_due(ctx, row["id"], row["step_id"])


def planned(shop: Shop, ref: str = "M-0417") -> Any:
    own = charge(shop, ref)
    return next(row for row in shop.rows("steps") if row["id"] == own["step_id"])


def test_a_new_charge_plans_its_first_issue(shop: Shop) -> None:
    answer = upsert(shop)

    assert answer["result"] == "created"
    assert (
        answer["next_period"],
        answer["next_issue_on"],
        answer["next_due_date"],
        answer["next_amount"],
    ) == (
        "2026-12",
        "2026-12-24",
        "2026-12-31",
        "350000",
    )
    step = planned(shop)
    assert (step["kind"], step["key"], step["state"]) == ("tick", "issue:2026-12", "planned")
    assert [row["number"] for row in shop.rows("invoices") if row["source"] == "recurring"] == []


def test_the_same_data_again_changes_nothing(shop: Shop) -> None:
    upsert(shop)
    step = planned(shop)["id"]

    answer = upsert(shop)

    assert answer["result"] == "unchanged"
    assert planned(shop)["id"] == step


def test_without_a_first_period_it_begins_with_the_next_due_day(shop: Shop) -> None:
    given = {k: v for k, v in GYM.items() if k != "first_period"}

    answer = shop.act("upsert_recurring_charge", **{**given, "due_day": 27})

    assert (answer["first_period"], answer["next_due_date"]) == ("2026-12", "2026-12-27")


def test_a_period_becomes_an_ordinary_invoice(shop: Shop) -> None:
    upsert(shop, due_day=3)
    shop.pass_time(days=1)

    run_step(shop)

    invoice = shop.invoice("M-0417-2026-12")
    assert (invoice.source, invoice.due, invoice.description) == (
        "recurring",
        350000 * 100,
        "Iuran HIIT, Desember 2026",
    )
    assert invoice.issue_date.isoformat() == "2026-11-26"
    assert shop.sequence("M-0417-2026-12").recipe == "saas"
    assert periods(shop) == {"2026-12": ("issued", None)}
    assert planned(shop)["key"] == "issue:2027-01"


def test_a_step_that_runs_twice_issues_once(shop: Shop) -> None:
    upsert(shop, due_day=3)
    first = charge(shop)

    with shop.store.write() as tx:
        ctx = context(tx, shop.catalog, "tagih", settle_seconds=0, mode="sandbox")
        when_due(ctx, first["id"], first["step_id"])
        when_due(ctx, first["id"], first["step_id"])

    assert list(periods(shop)) == ["2026-12"]


def test_two_workers_at_one_step_issue_once(shop: Shop) -> None:
    upsert(shop, due_day=3)
    first = charge(shop)

    def work(_: int) -> bool:
        with shop.store.write() as tx:
            ctx = context(tx, shop.catalog, "tagih", settle_seconds=0, mode="sandbox")
            return when_due(ctx, first["id"], first["step_id"])

    with ThreadPoolExecutor(4) as workers:
        done = list(workers.map(work, range(8)))

    assert any(done)
    assert list(periods(shop)) == ["2026-12"]
    assert len([row for row in shop.rows("invoices") if row["source"] == "recurring"]) == 1


def test_price_day_and_name_count_for_what_is_not_issued_yet(shop: Shop) -> None:
    upsert(shop, due_day=3)
    run_step(shop)

    answer = upsert(shop, due_day=10, amount="400.000")

    assert answer["result"] == "updated"
    assert (answer["next_due_date"], answer["next_amount"]) == ("2027-01-10", "400000")
    assert shop.invoice("M-0417-2026-12").due == 350000 * 100


def test_another_name_and_number_are_another_tenant(shop: Shop) -> None:
    before = upsert(shop)

    after = upsert(shop, customer_name="Rani", customer_phone="0857-3333-4444")

    assert after["customer_id"] != before["customer_id"]
    assert (after["customer_name"], after["customer_phone"]) == ("Rani", "+6285733334444")


def test_another_number_alone_waits_for_a_yes(shop: Shop) -> None:
    upsert(shop)

    after = upsert(shop, customer_phone="0857-3333-4444")

    assert (after["phone_change"], after["customer_phone"]) == ("waiting", "+6285711112222")


def test_a_pause_skips_what_is_due_in_it_and_says_so(shop: Shop) -> None:
    upsert(shop, due_day=3, paused_until="2027-01-15")
    shop.pass_time(days=31)

    run_step(shop)

    assert periods(shop) == {"2026-12": ("skipped", "paused"), "2027-01": ("skipped", "paused")}
    assert planned(shop)["key"] == "issue:2027-02"


def test_a_pause_is_seen_in_the_answer_and_ends_with_a_day_that_has_passed(shop: Shop) -> None:
    paused = upsert(shop, paused_until="2027-01-15")

    lifted = upsert(shop, paused_until="2026-11-01")

    assert (paused["next_period"], lifted["next_period"]) == ("2027-01", "2026-12")


def test_old_periods_wait_for_a_person_who_issues_them(shop: Shop) -> None:
    upsert(shop, due_day=3, first_period="2026-09")

    run_step(shop)

    assert periods(shop) == {
        "2026-09": ("waiting", "missed_periods"),
        "2026-10": ("waiting", "missed_periods"),
        "2026-11": ("waiting", "missed_periods"),
        "2026-12": ("issued", None),
    }
    case = next(row for row in shop.rows("cases") if row["reason"] == "missed_periods")
    assert "September 2026 (3 Sep 2026)" in case["note"] and "Agustus" not in case["note"]

    shop.act("resolve_case", case=case["id"], outcome="periods_issued", next="resume")

    assert {state for state, _ in periods(shop).values()} == {"issued"}
    assert shop.invoice("M-0417-2026-09").due_date.isoformat() == "2026-09-03"


def test_old_periods_are_skipped_when_the_person_says_so(shop: Shop) -> None:
    upsert(shop, due_day=3, first_period="2026-10")
    run_step(shop)
    case = next(row for row in shop.rows("cases") if row["reason"] == "missed_periods")

    shop.act("resolve_case", case=case["id"], outcome="periods_skipped", next="resume")

    assert periods(shop)["2026-10"] == ("skipped", "person")


def test_one_period_can_be_issued_or_skipped_by_name(shop: Shop) -> None:
    upsert(shop, due_day=3, first_period="2026-10")
    run_step(shop)

    answer = upsert(
        shop, due_day=3, first_period="2026-10", issue_period="2026-11", skip_period="2026-10, 2027-01"
    )

    assert answer["result"] == "updated"
    assert periods(shop) == {
        "2026-10": ("skipped", "person"),
        "2026-11": ("issued", None),
        "2026-12": ("issued", None),
        "2027-01": ("skipped", "person"),
    }
    assert answer["next_period"] == "2027-02"


def test_a_missed_case_holds_no_other_reminder(shop: Shop) -> None:
    upsert(shop, due_day=3, first_period="2026-10")

    run_step(shop)

    card = shop.act("get_invoice", invoice="M-0417-2026-12")
    assert (card["sequence_status"], card["hold_reason"]) == ("planned", None)


def test_another_source_in_the_same_month_is_not_billed_twice(shop: Shop) -> None:
    upsert(shop, charge_ref="R-A3", customer_name="Siti Rahma", customer_phone="081234567890", due_day=3)

    run_step(shop, "R-A3")

    assert periods(shop, "R-A3") == {"2026-12": ("waiting", "double_billing_suspected")}
    case = next(row for row in shop.rows("cases") if row["reason"] == "double_billing_suspected")
    assert case["invoice_id"] == shop.invoice("A3-2026-12").id
    assert shop.act("get_invoice", invoice="A3-2026-12")["sequence_status"] == "planned"

    shop.act("resolve_case", case=case["id"], outcome="periods_issued", next="resume")

    assert shop.invoice("R-A3-2026-12").customer_id == shop.invoice("A3-2026-12").customer_id


def test_a_number_that_is_taken_is_not_taken_again(shop: Shop) -> None:
    upsert(shop, charge_ref="A3", due_day=3)

    run_step(shop, "A3")

    assert periods(shop, "A3") == {"2026-12": ("waiting", "double_billing_suspected")}


def test_an_unknown_amount_is_asked_for_and_never_sent_as_nothing(shop: Shop) -> None:
    given = {k: v for k, v in GYM.items() if k != "amount"}
    shop.act("upsert_recurring_charge", settle=0, **{**given, "due_day": 3})

    run_step(shop)

    card = shop.act("get_invoice", invoice="M-0417-2026-12")
    assert (card["invoice_status"], card["waiting_for"], card["next_step_at"]) == ("waiting", "amount", None)
    case = next(row for row in shop.rows("cases") if row["reason"] == "amount_missing")
    assert (case["state"], case["invoice_id"]) == ("open", card["invoice_id"])

    card = shop.act("update_invoice", settle=0, invoice="M-0417-2026-12", amount="412.500")

    assert (card["invoice_status"], card["waiting_for"], card["amount_due"]) == ("open", None, "412500")
    assert card["next_step_at"] is not None
    case = next(row for row in shop.rows("cases") if row["reason"] == "amount_missing")
    assert case["state"] == "resolved"


def test_an_unknown_amount_is_asked_three_days_before_it_should_go(shop: Shop) -> None:
    given = {k: v for k, v in GYM.items() if k != "amount"}
    answer = shop.act("upsert_recurring_charge", settle=0, **given)

    assert (answer["next_issue_on"], answer["next_amount"]) == ("2026-12-24", None)
    assert planned(shop)["due_at"] == 1797786300000  # 21 December, 00:05 in Jakarta


def test_paid_through_makes_the_months_paid_with_receipts_that_go_together(shop: Shop) -> None:
    upsert(shop, due_day=3)

    answer = upsert(shop, due_day=3, paid_through="2027-02")

    assert (answer["result"], answer["next_period"]) == ("updated", "2027-03")
    numbers = ["M-0417-2026-12", "M-0417-2027-01", "M-0417-2027-02"]
    assert {shop.invoice(n).status.value for n in numbers} == {"paid"}
    steps = [s for n in numbers for s in shop.steps(n)]
    assert [s.key.partition(":")[0] for s in steps] == ["receipt"] * 3
    assert len({s.data["together"] for s in steps}) == 1
    assert sum(s.data["paid_amount"] for s in steps) == 3 * 350000 * 100
    assert upsert(shop, due_day=3, paid_through="2027-02")["result"] == "unchanged"


def test_months_that_lie_behind_are_history_and_tell_nobody(shop: Shop) -> None:
    upsert(shop, due_day=3, first_period="2026-08", paid_through="2026-11")

    assert [s.key for n in ("2026-08", "2026-11") for s in shop.steps(f"M-0417-{n}")] == []
    assert charge(shop)["paid_through"] == "2026-11"


def test_more_than_is_open_pays_whole_months_ahead(shop: Shop) -> None:
    upsert(shop, due_day=3)
    run_step(shop)

    answer = shop.act("mark_paid", customer="085711112222", amount="1.050.000", paid_on="2026-11-28")

    assert answer["payment_invoice_numbers"] == "M-0417-2026-12,M-0417-2027-01,M-0417-2027-02"
    assert (answer["overpaid_amount"], answer["settles_invoice"]) == ("0", True)
    receipts = [s for s in shop.rows("steps") if s["key"].startswith("receipt:")]
    assert [s["data"]["paid_amount"] for s in receipts] == [350000 * 100] * 3
    assert len({s["data"]["together"] for s in receipts}) == 1
    assert planned(shop)["key"] == "issue:2027-03"


def test_a_part_of_a_month_is_still_too_much(shop: Shop) -> None:
    upsert(shop, due_day=3)
    run_step(shop)

    with pytest.raises(Invalid) as refused:
        shop.act("mark_paid", customer="085711112222", amount="500.000", paid_on="2026-11-28")

    assert refused.value.code == "amount_exceeds_due"
    assert list(periods(shop)) == ["2026-12"]


def test_a_charge_that_stops_leaves_what_is_open(shop: Shop) -> None:
    upsert(shop, due_day=3)
    run_step(shop)

    answer = shop.act("stop_recurring_charge", charge="M-0417", reason="pindah")

    assert (answer["result"], answer["next_period"], answer["open_invoices"]) == ("stopped", None, 1)
    assert charge(shop)["step_id"] is None
    assert shop.act("stop_recurring_charge", charge="M-0417")["result"] == "already_stopped"
    assert upsert(shop, due_day=3)["next_period"] is None


def test_a_stopped_charge_begins_anew_with_a_later_first_period(shop: Shop) -> None:
    upsert(shop, due_day=3)
    shop.act("stop_recurring_charge", charge="M-0417", last_period="2026-12")

    answer = upsert(shop, due_day=3, first_period="2027-06")

    assert (answer["next_period"], answer["last_period"]) == ("2027-06", None)


def test_a_stop_after_a_last_period_still_bills_until_then(shop: Shop) -> None:
    upsert(shop, due_day=3)

    answer = shop.act("stop_recurring_charge", charge="M-0417", last_period="2026-12")

    assert (answer["result"], answer["next_period"], answer["last_period"]) == (
        "stopped",
        "2026-12",
        "2026-12",
    )
    run_step(shop)
    assert charge(shop)["step_id"] is None


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"description": "Iuran {warna}"}, "charge_word_unknown", "description"),
        ({"last_period": "2026-11"}, "field_invalid", "last_period"),
        ({"first_period": "1998-01"}, "date_out_of_range", "first_period"),
        ({"paid_through": "2033-01"}, "date_out_of_range", "paid_through"),
        ({"issue_period": "2026-11"}, "period_unknown", "issue_period"),
        ({"due_day": 32}, "field_invalid", "due_day"),
        ({"every_months": 5}, "field_invalid", "every_months"),
        ({"first_period": "2026-13"}, "field_invalid", "first_period"),
        ({"amount": "0"}, "amount_not_positive", "amount"),
    ],
)
def test_what_cannot_be_meant_is_refused(shop: Shop, more: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        upsert(shop, **more)

    assert refused.value.code == code
    assert field in {error.field for error in refused.value.errors}


def test_a_charge_that_is_not_there_cannot_stop(shop: Shop) -> None:
    with pytest.raises(NotFound) as refused:
        shop.act("stop_recurring_charge", charge="X-1")

    assert refused.value.code == "charge_not_found"


def test_an_invoice_is_issued_a_week_before_and_the_reminders_stay_reminders(shop: Shop) -> None:
    upsert(shop, due_day=10, recipe="kost")
    shop.pass_time(days=5)

    run_step(shop)

    plan = {
        s.key: s.due_at.isoformat()[:10] for s in shop.steps("M-0417-2026-12") if s.state.value == "planned"
    }
    assert (plan["created"], plan["H-3"], plan["H"]) == ("2026-12-03", "2026-12-07", "2026-12-10")


def test_a_charge_may_be_issued_on_another_day_than_its_recipe_says(shop: Shop) -> None:
    before = upsert(shop)

    after = upsert(shop, issue_days_before=2)

    assert (before["issue_days_before"], before["next_issue_on"]) == (7, "2026-12-24")
    assert (after["issue_days_before"], after["next_issue_on"]) == (2, "2026-12-29")
    with pytest.raises(Invalid):
        upsert(shop, issue_days_before=29)


def test_a_charge_that_has_stopped_says_so_when_it_is_written_again(shop: Shop) -> None:
    upsert(shop, due_day=3)
    shop.act("stop_recurring_charge", charge="M-0417")

    again, dearer = upsert(shop, due_day=3), upsert(shop, due_day=3, amount="400.000")

    assert (again["result"], again["charge_status"]) == ("already_stopped", "stopped")
    assert (dearer["result"], dearer["charge_status"]) == ("updated", "stopped")


def test_an_amount_that_comes_after_the_due_day_is_first_heard_of_gently(shop: Shop) -> None:
    upsert(shop, charge_ref="M-1", due_day=3)  # the same customer knows us by then
    given = {k: v for k, v in GYM.items() if k != "amount"}
    shop.act("upsert_recurring_charge", settle=0, **{**given, "due_day": 3, "recipe": "kost"})
    run_step(shop)
    shop.pass_time(days=7)  # 5 December

    shop.act("update_invoice", settle=0, invoice="M-0417-2026-12", amount="412.500")

    planned = {
        s.key: s.template for s in shop.steps("M-0417-2026-12") if s.state.value == "planned" and s.template
    }
    assert planned["first"] == "first_contact"
    assert min(planned, key=lambda key: shop.step("M-0417-2026-12", key).due_at) == "first"
    assert "H+1" in planned  # counted from the day on which it could be known
