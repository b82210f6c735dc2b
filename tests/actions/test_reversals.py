"""A payment taken back: owed again, reminded with what is true now, never twice, never in a burst."""

from datetime import UTC, datetime

import pytest

from connector.actions.issuing import when_due
from connector.actions.run import context
from connector.domain.problems import Invalid, NotFound

from .shop import Shop

A3 = "A3-2026-12"


def _at(shop: Shop, text: str) -> None:
    """Moves the clock to a Jakarta wall time."""
    shop.clock.at = datetime.fromisoformat(f"{text}:00+07:00").astimezone(UTC)


def _pay(shop: Shop, **more: object) -> str:
    return str(shop.act("mark_paid", **{"invoice": A3, "payment_ref": "mt_1", **more})["payment_id"])


def test_a_reversal_opens_the_invoice_and_cancels_the_receipt_that_waits(shop: Shop) -> None:
    payment = _pay(shop)

    answer = shop.act("reverse_payment", payment=payment, reason="transfer ditolak")

    assert (answer["result"], answer["invoice_status"], answer["amount_due"]) == (
        "reversed",
        "open",
        "1500000",
    )
    assert answer["reopened"] is True
    receipt = next(s for s in shop.steps(A3) if s.key.startswith("receipt:"))
    assert (receipt.state, receipt.reason) == ("cancelled", "payment_reversed")
    (told,) = shop.payloads("payment_reversed")
    assert (told["payment_id"], told["reason"], told["amount_due"]) == (
        payment,
        "transfer ditolak",
        "1500000",
    )
    assert (
        told["summary"]
        == "Pembayaran Rp1.500.000 dari Siti Rahma (A3) untuk A3-2026-12 dibatalkan: transfer ditolak."
    )
    assert [p["state"] for p in shop.rows("payments") if p["id"] == payment] == ["reversed"]


def test_the_plan_goes_on_under_its_own_sequence_with_one_text_that_is_true_now(shop: Shop) -> None:
    shop.mark_sent(A3, "created")
    shop.mark_sent(A3, "H-3")
    _at(shop, "2026-12-04 10:00")
    payment = _pay(shop)
    _at(shop, "2026-12-08 10:00")

    shop.act("reverse_payment", payment=payment, reason="salah catat")

    assert shop.sequence(A3).state == "running"
    states = shop.states(A3)
    assert {k: states[k] for k in ("created", "H-3", "H", "H+1", "H+7")} == {
        "created": "sent",
        "H-3": "sent",
        "H": "cancelled",
        "H+1": "planned",
        "H+7": "planned",
    }
    now = shop.step(A3, "H+1")
    assert now.due_at == datetime(2026, 12, 8, 3, 5, tzinfo=UTC)  # settled, inside the window


def test_a_stage_that_was_sent_is_never_said_again(shop: Shop) -> None:
    for key in ("created", "H-3", "H", "H+1"):
        shop.mark_sent(A3, key)
    _at(shop, "2026-12-07 10:00")
    payment = _pay(shop)

    shop.act("reverse_payment", payment=payment, reason="salah catat")

    due = [s.key for s in shop.steps(A3) if s.state == "planned" and s.kind == "message"]
    assert due == ["H+7"]


def test_reminders_that_a_person_had_ended_stay_ended(shop: Shop) -> None:
    shop.act("cancel_sequence", invoice=A3)
    payment = _pay(shop)

    shop.act("reverse_payment", payment=payment, reason="x")

    assert shop.sequence(A3).state == "cancelled"
    assert not [s for s in shop.steps(A3) if s.state == "planned" and s.kind == "message"]


def test_paid_again_after_a_reversal_is_told_again(shop: Shop) -> None:
    shop.act("reverse_payment", payment=_pay(shop), reason="x")

    shop.act("mark_paid", invoice=A3, payment_ref="mt_2")

    assert shop.invoice(A3).status == "paid"
    assert shop.events(A3).count("invoice_paid") == 2
    assert shop.sequence(A3).state == "finished"


def test_the_first_report_repeated_after_the_reversal_changes_nothing(shop: Shop) -> None:  # T-08
    shop.act("reverse_payment", payment=_pay(shop, amount="1500000"), reason="refund")
    shop.pass_time(days=10)

    again = shop.act("mark_paid", invoice=A3, amount="1500000", payment_ref="mt_1")

    assert (again["result"], again["amount_due"]) == ("already_reversed", "1500000")
    assert shop.invoice(A3).paid == 0


def test_a_second_reversal_is_the_same_reversal(shop: Shop) -> None:
    payment = _pay(shop)
    shop.act("reverse_payment", payment=payment, reason="x")

    again = shop.act("reverse_payment", payment="mt_1", reason="x")

    assert again["result"] == "already_reversed"
    assert shop.events().count("payment_reversed") == 1


def test_a_kept_promise_waits_again(shop: Shop) -> None:
    payment = str(shop.act("mark_paid", invoice="C2-2026-12", payment_ref="x1")["payment_id"])

    shop.act("reverse_payment", payment=payment, reason="x")

    assert [p["state"] for p in shop.rows("promises")] == ["open"]
    ticks = [
        s for s in shop.steps("C2-2026-12") if s.key.startswith("tick:promise:") and s.state == "planned"
    ]
    assert len(ticks) == 1 and ticks[0].key.endswith(":prm_sample")


def test_one_invoices_part_of_a_transfer_can_be_taken_back_alone(shop: Shop) -> None:
    for number in ("F-1", "F-2"):
        shop.new(number, customer_ref="TOKO-88", customer_name="Toko Maju", amount="1000000")
    payment = shop.act("mark_paid", invoice="F-1,F-2", payment_ref="BCA 1")["payment_id"]

    part = shop.act("reverse_payment", invoice="F-2", reason="salah tagihan")

    assert (part["payment_id"], part["payment_amount"]) == (payment, "1000000")
    assert [shop.invoice(n).status for n in ("F-1", "F-2")] == ["paid", "open"]
    whole = shop.act("reverse_payment", payment=payment, reason="ditolak")
    assert whole["payment_invoice_numbers"] == "F-1"
    assert [shop.invoice(n).paid for n in ("F-1", "F-2")] == [0, 0]
    assert shop.events().count("payment_reversed") == 2


def test_an_invoice_with_two_payments_asks_which_one_is_meant(shop: Shop) -> None:
    first, second = (_pay(shop, amount="500000", payment_ref=ref) for ref in ("a", "b"))

    with pytest.raises(Invalid) as refused:
        shop.act("reverse_payment", invoice=A3, reason="x")

    assert refused.value.code == "ambiguous"
    assert {first, second} == set(str(refused.value.params["candidates"]).split(", "))


def test_what_was_never_paid_cannot_be_taken_back(shop: Shop) -> None:
    with pytest.raises(NotFound) as refused:
        shop.act("reverse_payment", invoice=A3, reason="x")

    assert refused.value.code == "payment_not_found"


def test_the_customer_hears_of_it_only_when_somebody_wants_that(shop: Shop) -> None:
    payment = _pay(shop)

    shop.act("reverse_payment", payment=payment, reason="x", tell_customer=True)

    (word,) = [s for s in shop.steps(A3) if s.template == "payment_reversed"]
    assert (word.permission, word.data["paid_amount"]) == ("notice", 150_000_000)


def test_an_open_case_holds_the_reminders_that_come_back(shop: Shop) -> None:
    payment = _pay(shop)
    shop.act("open_case", invoice=A3, reason="dispute")

    answer = shop.act("reverse_payment", payment=payment, reason="x")

    assert (answer["sequence_status"], answer["hold_reason"]) == ("handed_off", "disputed")
    assert answer["case_id"]


def test_more_than_was_owed_is_seen_as_credit_until_it_is_taken_back(shop: Shop) -> None:
    payment = _pay(shop, amount="1600000", allow_over=True)
    before = shop.act("find_customer", customer="A3")

    shop.act("reverse_payment", payment=payment, reason="x")

    assert (before["credit_amount"], before["credit_text"]) == ("100000", "Rp100.000")
    assert shop.act("find_customer", customer="A3")["credit_amount"] == "0"


def test_items_add_up_to_what_is_paid(shop: Shop) -> None:
    _pay(shop, amount="500000")
    shop.act("reverse_payment", payment="mt_1", reason="x")
    _pay(shop, amount="700000", payment_ref="mt_2")

    standing = [i["amount"] for i in shop.rows("payment_items") if i["reversed_at"] is None]

    assert shop.invoice(A3).paid == 70_000_000
    assert sorted(standing) == [50_000_000, 70_000_000]  # the other one is the sample's


# --- months that were paid ahead ----------------------------------------------------------------------------------

DIMAS = "085711112222"


def _charge(shop: Shop, **more: object) -> None:
    given = {"charge_ref": "M-1", "customer_name": "Dimas", "customer_phone": DIMAS, "recipe": "kost"}
    months = {"amount": "350000", "due_day": 31, "first_period": "2026-12"}
    shop.act("upsert_recurring_charge", settle=0, **{**given, **months, **more})


def _issue_what_is_due(shop: Shop) -> None:
    """What the worker does when the step of the charge is due."""
    (charge,) = [c for c in shop.rows("recurring_charges") if c["ref"] == "M-1"]
    with shop.store.write() as tx:
        ctx = context(tx, shop.catalog, "tagih", settle_seconds=0, mode="sandbox")
        assert when_due(ctx, charge["id"], charge["step_id"])


def test_months_ahead_whose_payment_is_taken_back_wait_for_their_day_again(shop: Shop) -> None:
    _charge(shop, issue_period="2026-12")
    paid = shop.act("mark_paid", customer=DIMAS, amount="1050000", payment_ref="big")
    assert paid["payment_invoice_numbers"] == "M-1-2026-12,M-1-2027-01,M-1-2027-02"
    january = shop.invoice("M-1-2027-01").id

    answer = shop.act("reverse_payment", payment="big", reason="salah ketik")

    assert answer["payment_invoice_numbers"] == paid["payment_invoice_numbers"]
    assert shop.act("find_customer", customer=DIMAS)["total_due"] == "350000", "only December is due"
    late = shop.act("mark_paid", customer=DIMAS, amount="1050000", payment_ref="big")
    mended = shop.act("mark_paid", customer=DIMAS, amount="350000")
    assert (late["result"], mended["payment_invoice_numbers"]) == ("already_reversed", "M-1-2026-12")

    _charge(shop, amount="400000")
    _at(shop, "2027-01-28 09:00")
    _issue_what_is_due(shop)

    born = shop.invoice("M-1-2027-01")
    assert (born.id, born.status, born.due) == (january, "open", 40_000_000)
    assert shop.sequence("M-1-2027-01").state == "planned"
    assert shop.step("M-1-2027-01", "created").state == "planned"
    ahead = shop.act("mark_paid", customer=DIMAS, amount="800000", payment_ref="two")
    assert ahead["payment_invoice_numbers"] == "M-1-2027-01,M-1-2027-02"
    assert shop.rows("payments")[-1]["amount"] == 80_000_000


def test_a_month_that_was_paid_ahead_and_is_due_by_now_is_reminded_of(shop: Shop) -> None:
    _charge(shop, paid_through="2026-12")
    _at(shop, "2026-12-29 09:00")

    shop.act("reverse_payment", invoice="M-1-2026-12", reason="salah kolom")

    assert (shop.invoice("M-1-2026-12").status, shop.sequence("M-1-2026-12").state) == ("open", "planned")
    waiting = [s for s in shop.steps("M-1-2026-12") if s.kind == "message" and s.state == "planned"]
    assert "created" in {s.key for s in waiting}


def test_a_month_given_back_does_not_stand_in_the_way_of_the_next_tenant(shop: Shop) -> None:
    _charge(shop, issue_period="2026-12", paid_through="2027-01")
    shop.act("reverse_payment", invoice="M-1-2027-01", reason="salah kolom")

    _charge(shop, customer_name="Budi", customer_phone="0857-3333-4444")
    _at(shop, "2027-01-28 09:00")
    _issue_what_is_due(shop)

    card = shop.act("get_invoice", invoice="M-1-2027-01")
    assert (card["customer_name"], card["invoice_status"]) == ("Budi", "open")
