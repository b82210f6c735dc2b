"""'Already paid': answered once by a person, never believed by itself."""

import pytest

from connector.domain.problems import Invalid, NotFound

from .shop import Shop

A3 = "A3-2026-12"


def _claim(shop: Shop, invoice: str = A3) -> str:
    """A person writes down that the customer says so."""
    shop.act("open_case", invoice=invoice, reason="payment_claim", note="lewat telepon")
    return str(shop.act("get_invoice", invoice=invoice)["claim_id"])


def test_a_claim_made_by_a_person_rests_the_reminders_and_moves_no_money(shop: Shop) -> None:
    claim = _claim(shop)

    card = shop.act("get_invoice", invoice=A3)

    assert claim.startswith("clm_") and len(claim) <= 26
    assert (card["hold_reason"], card["amount_due"]) == ("claim_waiting", "1500000")
    told = shop.payloads("payment_claimed")[-1]
    assert (told["claim_id"], told["case_id"], told["reminders_held_until"]) == (
        claim,
        card["case_id"],
        "2026-11-30",
    )


def test_received_records_the_payment_once_and_ends_everything(shop: Shop) -> None:
    claim = _claim(shop)

    answer = shop.act("answer_payment_claim", claim=claim, answer="received", paid_on="2026-11-27")
    again = shop.act("answer_payment_claim", claim=claim, answer="received", paid_on="2026-11-27")

    assert (answer["result"], answer["reminders"], answer["invoice_status"]) == (
        "recorded",
        "stopped",
        "paid",
    )
    assert (again["result"], again["payment_id"]) == ("already_answered", answer["payment_id"])
    assert shop.invoice(A3).paid == 150_000_000
    case = next(c for c in shop.rows("cases") if c["reason"] == "payment_claim")
    assert (case["state"], case["outcome"]) == ("resolved", "payment_found")
    assert shop.payloads("payment_received")[-1]["claim_id"] == claim


def test_a_payment_by_another_road_answers_the_claim(shop: Shop) -> None:
    claim = _claim(shop)
    paid = shop.act("mark_paid", invoice=A3, payment_ref="mt_1")

    answer = shop.act("answer_payment_claim", claim=claim, answer="received")

    assert (answer["result"], answer["payment_id"]) == ("already_answered", paid["payment_id"])
    assert shop.invoice(A3).paid == 150_000_000


def test_the_reference_of_a_known_payment_adds_nothing(shop: Shop) -> None:
    shop.act("mark_paid", invoice=A3, amount="500000", payment_ref="mt_1")
    claim = _claim(shop)

    answer = shop.act("answer_payment_claim", claim=claim, answer="received", payment_ref="mt_1")

    assert answer["result"] == "already_recorded"
    assert shop.invoice(A3).paid == 50_000_000


def test_what_was_ticked_meanwhile_is_what_the_claim_was_about(shop: Shop) -> None:
    claim = _claim(shop)
    ticked = shop.act("mark_paid", invoice=A3, amount="500000")
    shop.pass_time(days=6)

    answer = shop.act("answer_payment_claim", claim=claim, answer="received_part", amount="500000")

    assert (answer["result"], answer["payment_id"]) == ("already_recorded", ticked["payment_id"])
    assert shop.invoice(A3).paid == 50_000_000
    answered = next(c for c in shop.rows("claims") if c["id"] == claim)
    assert (answered["state"], answered["payment_id"]) == ("received_part", ticked["payment_id"])


def test_a_part_is_recorded_and_the_reminders_go_on(shop: Shop) -> None:
    claim = _claim(shop)

    answer = shop.act("answer_payment_claim", claim=claim, answer="received_part", amount="900000")

    assert (answer["reminders"], answer["amount_due"], answer["hold_reason"]) == ("resumed", "600000", None)
    assert [c["state"] for c in shop.rows("claims") if c["id"] == claim] == ["received_part"]


def test_a_part_needs_an_amount_that_is_a_part(shop: Shop) -> None:
    claim = _claim(shop)

    for more, code in (({}, "field_required"), ({"amount": "1500000"}, "amount_not_part")):
        with pytest.raises(Invalid) as refused:
            shop.act("answer_payment_claim", claim=claim, answer="received_part", **more)
        assert refused.value.code == code


def test_not_found_ends_the_truce_with_one_kind_word(shop: Shop) -> None:
    claim = _claim(shop)
    shop.pass_time(days=11)  # 9 December: H+1 has passed meanwhile

    answer = shop.act("answer_payment_claim", claim=claim, answer="not_found")

    assert (answer["result"], answer["reminders"], answer["hold_reason"]) == ("not_found", "resumed", None)
    (word,) = [s for s in shop.steps(A3) if s.template == "claim_not_found"]
    assert (word.state, word.permission) == ("planned", "reminder")
    others = [s.key for s in shop.steps(A3) if s.kind == "message" and s.state == "planned" and s is not word]
    assert "H+7" in others and "H+1" not in others, "one text today, the next stage in its own time"


@pytest.mark.parametrize(
    ("silent", "case", "says", "reminders"),
    [
        (False, None, "Pelanggan diberi tahu", "resumed"),
        (True, None, "pelanggan tidak diberi tahu", "resumed"),
        (False, "dispute", "Pelanggan belum diberi tahu", "held"),
    ],
)
def test_not_found_says_what_the_customer_really_hears(
    shop: Shop, silent: bool, case: str | None, says: str, reminders: str
) -> None:
    claim = _claim(shop)
    if case:
        shop.act("open_case", invoice=A3, reason=case)

    answer = shop.act("answer_payment_claim", claim=claim, answer="not_found", tell_customer=not silent)

    assert says in answer["result_text"]
    assert (answer["reminders"], answer["hold_reason"]) == (reminders, "disputed" if case else None)


def test_a_case_that_a_person_resolves_answers_the_claim(shop: Shop) -> None:
    claim = _claim(shop)
    case = shop.act("get_invoice", invoice=A3)["case_id"]

    shop.act("resolve_case", case=case, outcome="payment_not_found", next="resume")

    assert [c["state"] for c in shop.rows("claims") if c["id"] == claim] == ["not_found"]
    assert shop.act("answer_payment_claim", claim=claim, answer="received")["result"] == "already_answered"


def test_a_claim_about_everything_fills_the_oldest(shop: Shop) -> None:
    for number, day in (("F-1", "2026-12-05"), ("F-2", "2026-12-20")):
        shop.new(number, customer_ref="TOKO-88", customer_name="Toko Maju", amount="1000000", due_date=day)
    shop.act("open_case", customer="TOKO-88", reason="payment_claim")
    claim = next(c["id"] for c in shop.rows("claims") if c["invoice_id"] is None)

    answer = shop.act("answer_payment_claim", claim=claim, answer="received_part", amount="1200000")

    assert (answer["result"], answer["invoice_id"]) == ("recorded", None)
    assert [shop.invoice(n).paid for n in ("F-1", "F-2")] == [100_000_000, 20_000_000]


def test_the_third_claim_without_a_proof_gets_no_truce(shop: Shop) -> None:  # T-31
    for _ in range(2):
        shop.act("answer_payment_claim", claim=_claim(shop), answer="not_found", tell_customer=False)

    third = _claim(shop)

    told = shop.payloads("payment_claimed")[-1]
    assert (told["claim_id"], told["reminders_held_until"]) == (third, None)
    assert shop.invoice(A3).paid == 0


def test_an_unknown_claim_is_refused(shop: Shop) -> None:
    with pytest.raises(NotFound) as refused:
        shop.act("answer_payment_claim", claim="clm_nobody", answer="received")

    assert refused.value.code == "claim_not_found"


def test_the_open_claims_are_in_the_drop_down(shop: Shop) -> None:
    from connector.actions.options import LISTS

    claim = _claim(shop)

    with shop.store.read() as tx:
        shown = LISTS["claims"](tx, "siti")

    assert [option["id"] for option in shown] == [claim]
