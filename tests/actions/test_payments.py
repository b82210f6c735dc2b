"""Money that came in: counted once, confirmed once, and reminders end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from connector.domain.problems import Conflict, Invalid

from .shop import Shop


def test_paid_in_full_ends_the_reminders_and_plans_one_receipt(shop: Shop) -> None:
    shop.mark_sent("A3-2026-12", "created")

    answer = shop.act("mark_paid", invoice="A3-2026-12", payment_method="bank_transfer", payment_ref="x1")

    assert (answer["result"], answer["invoice_status"], answer["settles_invoice"]) == (
        "recorded",
        "paid",
        True,
    )
    assert answer["sequence_status"] == "finished"
    states = shop.states("A3-2026-12")
    assert states.pop("receipt") == "planned"
    assert states == {"created": "sent", **dict.fromkeys(["H-3", "H", "H+1", "H+7"], "cancelled")}
    assert {s.reason for s in shop.steps("A3-2026-12") if s.state == "cancelled"} == {"paid"}
    receipt = next(s for s in shop.steps("A3-2026-12") if s.key.startswith("receipt:"))
    assert receipt.due_at == datetime(2026, 11, 28, 1, 5, tzinfo=UTC)
    assert (receipt.template, receipt.permission) == ("payment_received", "notice")
    assert sorted(shop.events("A3-2026-12")[-3:]) == [
        "invoice_paid",
        "payment_received",
        "sequence_completed",
    ]


def test_a_small_payment_does_not_close_a_large_invoice(shop: Shop) -> None:  # T-06
    answer = shop.act("mark_paid", invoice="A3-2026-12", amount="1", payment_ref="x1")

    assert (answer["invoice_status"], answer["amount_due"]) == ("partly_paid", "1499999")
    assert "invoice_paid" not in shop.events("A3-2026-12")
    assert shop.states("A3-2026-12")["H-3"] == "planned"
    receipt = next(s for s in shop.steps("A3-2026-12") if s.key.startswith("receipt:"))
    assert receipt.template == "payment_partial"


def test_part_and_rest_make_the_whole(shop: Shop) -> None:
    shop.act("mark_paid", invoice="A3-2026-12", amount="1jt")

    answer = shop.act("mark_paid", invoice="A3-2026-12")

    assert (answer["payment_amount"], answer["invoice_status"]) == ("500000", "paid")


def test_the_same_reference_is_recorded_once(shop: Shop) -> None:
    first = shop.act("mark_paid", invoice="A3-2026-12", amount=1500000, payment_ref="mt_1")

    again = shop.act("mark_paid", invoice="A3-2026-12", amount=1500000, payment_ref="mt_1")

    assert (again["result"], again["payment_id"]) == ("already_recorded", first["payment_id"])
    assert [p["ref"] for p in shop.rows("payments")] == [None, "mt_1"]  # the first is the sample's
    assert shop.invoice("A3-2026-12").paid == 150_000_000


@pytest.mark.parametrize("change", [{"amount": "5"}, {"invoice": "A1-2026-12"}])
def test_a_reference_belongs_to_one_payment(shop: Shop, change: dict[str, str]) -> None:
    given = {"invoice": "A3-2026-12", "amount": "1500000", "payment_ref": "mt_1"}
    shop.act("mark_paid", **given)

    with pytest.raises(Conflict) as refused:
        shop.act("mark_paid", **{**given, **change})

    assert refused.value.code == "payment_ref_taken"


def test_a_like_payment_without_a_reference_is_probably_the_same(shop: Shop) -> None:
    shop.act("mark_paid", invoice="A3-2026-12", amount="500000", paid_on="2026-11-26")

    answer = shop.act("mark_paid", invoice="A3-2026-12", amount="500000", paid_on="2026-11-28")
    later = shop.act("mark_paid", invoice="A3-2026-12", amount="500000", paid_on="2026-11-22")

    assert (answer["result"], later["result"]) == ("probable_duplicate", "recorded")
    assert [p["amount"] for p in shop.rows("payment_items")[1:]] == [50_000_000, 50_000_000]


def test_two_people_who_record_the_same_payment_at_once_record_it_once(shop: Shop) -> None:
    def tell(_: int) -> str:
        return str(shop.act("mark_paid", invoice="A3-2026-12", amount=1500000, payment_ref="mt_1")["result"])

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(tell, range(4)))

    assert results == ["already_recorded"] * 3 + ["recorded"]
    assert shop.invoice("A3-2026-12").paid == 150_000_000


def test_more_than_is_open_needs_a_word(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act("mark_paid", invoice="A3-2026-12", amount="1600000")
    assert refused.value.code == "amount_exceeds_due"

    answer = shop.act("mark_paid", invoice="A3-2026-12", amount="1600000", allow_over=True)

    assert (answer["overpaid_amount"], answer["invoice_status"]) == ("100000", "paid")


def test_one_transfer_for_the_only_fitting_set_of_invoices(shop: Shop) -> None:
    for number, amount in (("F-1", "1000000"), ("F-2", "2500000"), ("F-3", "4000000")):
        shop.new(number, customer_ref="TOKO-88", customer_name="Toko Maju", amount=amount)

    given = {"customer": "TOKO-88", "amount": "5000000", "payment_ref": "BCA 1"}
    answer = shop.act("mark_paid", **given, allocate="exact")

    assert answer["payment_invoice_numbers"] == "F-1,F-3"
    assert [shop.invoice(n).status for n in ("F-1", "F-2", "F-3")] == ["paid", "open", "paid"]
    again = shop.act("mark_paid", **given)
    assert (again["result"], again["payment_amount"]) == ("already_recorded", "5000000")
    told = shop.payloads("payment_received")[-1]
    assert (told["invoice_id"], told["payment_amount"]) == (None, "5000000")
    assert "F-1,F-3" in told["summary"]


def _two_of_toko_maju(shop: Shop) -> None:
    for number in ("F-1", "F-2"):
        shop.new(number, customer_ref="TOKO-88", customer_name="Toko Maju", amount="1000000")


@pytest.mark.parametrize("amount", ["700000", "1000000"])  # none fits; two fit
def test_an_amount_that_fits_no_set_is_kept_for_a_person_to_decide(shop: Shop, amount: str) -> None:
    _two_of_toko_maju(shop)

    answer = shop.act("mark_paid", customer="TOKO-88", amount=amount, payment_ref="BCA 7")

    assert (answer["result"], answer["payment_amount"]) == ("needs_choice", amount)
    assert [c["invoice_number"] for c in answer["candidates"]] == ["F-1", "F-2"]
    assert "F-1" in answer["candidates_text"] and answer["case_id"]
    assert [shop.invoice(n).paid for n in ("F-1", "F-2")] == [0, 0]
    (told,) = shop.payloads("payment_unmatched")
    assert (told["payment_amount"], told["customer_ref"], told["case_id"]) == (
        amount,
        "TOKO-88",
        answer["case_id"],
    )


def test_what_a_person_chooses_takes_the_kept_payment_and_closes_its_case(shop: Shop) -> None:
    _two_of_toko_maju(shop)
    asked = shop.act("mark_paid", customer="TOKO-88", amount="1000000", allocate="ask", payment_ref="BCA 7")

    again = shop.act("mark_paid", customer="TOKO-88", amount="1000000", allocate="ask", payment_ref="BCA 7")
    chosen = shop.act("mark_paid", invoice="F-2", payment_ref="BCA 7")

    assert (again["result"], again["payment_id"]) == ("needs_choice", asked["payment_id"])
    assert (chosen["result"], chosen["payment_id"]) == ("recorded", asked["payment_id"])
    assert [shop.invoice(n).status for n in ("F-1", "F-2")] == ["open", "paid"]
    case = next(c for c in shop.rows("cases") if c["id"] == asked["case_id"])
    assert (case["state"], case["outcome"]) == ("resolved", "payment_found")


def test_a_payment_kept_without_a_reference_is_chosen_by_its_id(shop: Shop) -> None:
    _two_of_toko_maju(shop)
    asked = shop.act("mark_paid", customer="TOKO-88", amount="1000000")

    chosen = shop.act("mark_paid", invoice="F-1", payment=asked["payment_id"])

    assert (chosen["result"], chosen["payment_amount"]) == ("recorded", "1000000")


def test_a_customer_who_owes_nothing_is_not_refused_but_asked_about(shop: Shop) -> None:
    shop.act("mark_paid", invoice="A3-2026-12", payment_ref="x1")

    blank = shop.act("mark_paid", customer="A3")
    kept = shop.act("mark_paid", customer="A3", amount="50000", payment_ref="x2")

    assert (blank["result"], kept["result"], kept["candidates"]) == ("not_needed", "needs_choice", [])
    assert shop.invoice("A3-2026-12").paid == 150_000_000


def test_the_oldest_is_filled_first_when_that_is_asked_for(shop: Shop) -> None:
    _two_of_toko_maju(shop)

    answer = shop.act("mark_paid", customer="TOKO-88", amount="1200000", allocate="oldest_first")

    assert answer["payment_invoice_numbers"] == "F-1,F-2"
    assert [shop.invoice(n).status for n in ("F-1", "F-2")] == ["paid", "partly_paid"]


def test_paying_keeps_the_promise(shop: Shop) -> None:
    shop.act("mark_paid", invoice="C2-2026-12", payment_ref="x1")

    assert "promise_kept" in shop.events("C2-2026-12")
    assert [p["state"] for p in shop.rows("promises")] == ["kept"]
    told = shop.payloads("payment_received")[-1]
    assert (told["promise_id"], told["promise_kept"]) == ("prm_sample", True)


def test_a_payment_answers_the_claim_that_waited(shop: Shop) -> None:
    opened = shop.act("open_case", invoice="A3-2026-12", reason="claim_waiting")
    assert opened["hold_reason"] == "claim_waiting"

    shop.act("mark_paid", invoice="A3-2026-12", payment_ref="x1")

    case = next(c for c in shop.rows("cases") if c["id"] == opened["case_id"])
    assert (case["state"], case["outcome"]) == ("resolved", "payment_found")


def test_nothing_is_told_to_the_customer_when_nobody_wants_it(shop: Shop) -> None:
    answer = shop.act("mark_paid", invoice="A3-2026-12", tell_customer=False)

    assert answer["confirmation_at"] is None
    assert "receipt" not in shop.states("A3-2026-12")


def test_a_receipt_at_night_is_promised_for_the_morning(shop: Shop) -> None:
    shop.pass_time(hours=15)  # 23:00

    answer = shop.act("mark_paid", invoice="A3-2026-12")

    assert answer["confirmation_at"] > "2026-11-29T07:00:00+07:00"


def test_another_currency_is_not_our_payment(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act("mark_paid", invoice="A3-2026-12", amount="1500000", currency="USD", payment_ref="x")

    assert refused.value.code == "currency_mismatch"


def test_a_void_invoice_takes_no_money(shop: Shop) -> None:
    shop.act("void_invoice", invoice="A3-2026-12", reason="x")

    with pytest.raises(Conflict):
        shop.act("mark_paid", invoice="A3-2026-12", amount="1500000")


# --- one transfer told twice about a customer ---------------------------------------------------------------------


def _rent_of_dimas(shop: Shop) -> None:
    """A monthly charge of Rp350.000 whose December is issued."""
    given = {"charge_ref": "M-1", "customer_name": "Dimas", "customer_phone": "0857-1111-2222"}
    months = {"amount": "350000", "due_day": 3, "first_period": "2026-12", "issue_period": "2026-12"}
    shop.act("upsert_recurring_charge", settle=0, **given, **months)


def test_the_same_transfer_of_a_customer_pays_no_month_ahead(shop: Shop) -> None:
    _rent_of_dimas(shop)
    told = {"customer": "085711112222", "amount": "350000"}
    first = shop.act("mark_paid", **told)

    again = shop.act("mark_paid", **told)
    by_the_bank = shop.act("mark_paid", **told, payment_ref="mt_9")
    another = shop.act("mark_paid", **told, payment_ref="mt_10")

    assert (again["result"], again["payment_id"]) == ("probable_duplicate", first["payment_id"])
    assert again["invoice_number"] == "M-1-2026-12"
    assert by_the_bank["payment_id"] == first["payment_id"], "the reference of the same money"
    assert (another["result"], another["payment_invoice_numbers"]) == ("recorded", "M-1-2027-01")


def test_the_same_transfer_of_a_customer_fills_no_second_invoice(shop: Shop) -> None:
    _two_of_toko_maju(shop)
    told = {"customer": "TOKO-88", "amount": "1000000", "allocate": "oldest_first"}
    shop.act("mark_paid", **told)

    again = shop.act("mark_paid", **told)
    next_week = shop.act("mark_paid", **told, paid_on="2026-11-20")

    assert (again["result"], next_week["result"]) == ("probable_duplicate", "recorded")
    assert [shop.invoice(n).paid for n in ("F-1", "F-2")] == [100_000_000] * 2


@pytest.mark.parametrize("how", [{"invoice": "F-2"}, {"customer": "TOKO-88", "allocate": "oldest_first"}])
def test_a_kept_transfer_that_is_told_again_with_its_invoice_is_that_transfer(
    shop: Shop, how: dict[str, str]
) -> None:
    _two_of_toko_maju(shop)
    kept = shop.act("mark_paid", customer="TOKO-88", amount="1000000")

    chosen = shop.act("mark_paid", amount="1000000", **how)

    assert (kept["result"], chosen["result"]) == ("needs_choice", "recorded")
    assert chosen["payment_id"] == kept["payment_id"]
    assert {c["state"] for c in shop.rows("cases") if c["id"] == kept["case_id"]} == {"resolved"}


def test_a_zero_too_many_pays_no_year_until_somebody_says_so(shop: Shop) -> None:
    _rent_of_dimas(shop)

    asked = shop.act("mark_paid", customer="085711112222", amount="3500000")
    assert (asked["result"], asked["candidates_text"]) == (
        "needs_choice",
        "M-1-2026-12 Rp350.000 (3 Des 2026)",
    )
    assert "9 bulan" in asked["result_text"] and "allow_over" in asked["result_text"]
    assert [i["number"] for i in shop.rows("invoices") if i["number"].startswith("M-1-")] == ["M-1-2026-12"]

    meant = {"customer": "085711112222", "payment": asked["payment_id"], "allow_over": True}
    answer = shop.act("mark_paid", **meant)

    assert (answer["result"], answer["settles_invoice"]) == ("recorded", True)
    assert len(answer["payment_invoice_numbers"].split(",")) == 10


# --- what a payment answers ---------------------------------------------------------------------------------------


def test_a_payment_closes_the_cases_that_were_only_about_the_money(shop: Shop) -> None:
    reasons = ("overdue_long", "promise_broken", "dispute")
    opened = {r: shop.act("open_case", invoice="A3-2026-12", reason=r)["case_id"] for r in reasons}

    shop.act("mark_paid", invoice="A3-2026-12")

    states = {
        c["reason"]: (c["state"], c["outcome"]) for c in shop.rows("cases") if c["id"] in opened.values()
    }
    assert states == {
        "overdue_long": ("resolved", "payment_found"),
        "promise_broken": ("resolved", "payment_found"),
        "dispute": ("open", None),
    }


def test_a_plan_that_is_paid_closes_the_cases_of_the_debt_and_of_its_instalments(shop: Shop) -> None:
    shop.act("open_case", invoice="A3-2026-12", reason="overdue_long")
    shop.act("create_payment_plan", invoice="A3-2026-12", instalments=2)
    shop.act("open_case", invoice="A3-2026-12/1", reason="plan_broken")

    shop.act("mark_paid", invoice="A3-2026-12", amount="1500000")

    ours = [c for c in shop.rows("cases") if c["reason"] in ("overdue_long", "plan_broken")]
    assert [c["state"] for c in ours] == ["resolved"] * 2
