"""Payment plans: one debt, several days; nothing counts twice, and the debt is always the sum of its parts."""

from datetime import UTC, datetime

import pytest

from connector.actions.run import run_action
from connector.domain.problems import Conflict, Forbidden, Invalid

from .shop import Shop

A3 = "A3-2026-12"
LINES = [
    {"date": "2026-12-10", "amount": "600rb"},
    {"date": "2027-01-10", "amount": "600000"},
    {"date": "2027-02-10", "amount": "300.000"},
]


def _plan(shop: Shop, **more: object) -> dict[str, object]:
    return shop.act("create_payment_plan", **{"invoice": A3, "lines": LINES, **more})


def _dues(shop: Shop) -> list[int]:
    return [shop.invoice(f"{A3}/{n}").due // 100 for n in (1, 2, 3)]


def test_a_plan_makes_ordinary_invoices_with_reminders_of_their_own(shop: Shop) -> None:
    answer = _plan(shop)

    assert (answer["result"], answer["plan_status"], answer["amount_due"]) == (
        "plan_created",
        "active",
        "1500000",
    )
    assert [(i["no"], i["invoice_number"], i["due_date"], i["amount"]) for i in answer["instalments"]] == [
        (1, f"{A3}/1", "2026-12-10", "600000"),
        (2, f"{A3}/2", "2027-01-10", "600000"),
        (3, f"{A3}/3", "2027-02-10", "300000"),
    ]
    assert answer["sequence_status"] == "cancelled"
    assert answer["why_not_text"] == "Tagihan ini dibagi dalam cicilan; pengingat berjalan per cicilan."
    assert not [s for s in shop.steps(A3) if s.state == "planned"]
    assert shop.step(f"{A3}/2", "H").due_at == datetime(2027, 1, 10, 2, 0, tzinfo=UTC)
    assert shop.step(f"{A3}/2", "created").due_at == datetime(2027, 1, 3, 2, 0, tzinfo=UTC)
    assert shop.events().count("invoice_created") == 15, "12 of the sample, and three instalments"


def test_nothing_counts_twice(shop: Shop) -> None:
    before = shop.act("find_customer", customer="A3")

    _plan(shop)

    after = shop.act("find_customer", customer="A3")
    assert (before["total_due"], after["total_due"]) == ("1500000", "1500000")
    assert (before["open_invoices"], after["open_invoices"]) == (1, 3)
    found = shop.act("find_invoices", customer="A3")["items"]
    assert sum(int(i["amount_due"]) for i in found) == 1_500_000
    assert A3 not in {i["invoice_number"] for i in found}
    assert shop.act("get_invoice", invoice=A3)["amount_due"] == "1500000"


def test_paying_the_debt_fills_the_oldest_instalment(shop: Shop) -> None:
    _plan(shop)

    answer = shop.act("mark_paid", invoice=A3, amount="700000", payment_ref="a")

    assert answer["payment_invoice_numbers"] == f"{A3}/1,{A3}/2"
    assert (answer["invoice_number"], answer["amount_due"]) == (A3, "800000")
    assert _dues(shop) == [0, 500_000, 300_000]


def test_paying_an_instalment_lowers_the_debt_and_what_is_too_much_fills_the_next(shop: Shop) -> None:
    _plan(shop)

    shop.act("mark_paid", invoice=f"{A3}/2", amount="650000", payment_ref="a")

    assert shop.invoice(A3).due == 85_000_000
    assert _dues(shop) == [550_000, 0, 300_000]


def test_the_last_instalment_settles_the_debt_once(shop: Shop) -> None:
    _plan(shop)
    for n in (1, 2, 3):
        shop.act("mark_paid", invoice=f"{A3}/{n}", payment_ref=f"r{n}")

    debt = shop.invoice(A3)

    assert (debt.status, debt.due) == ("paid", 0)
    assert shop.events(A3).count("invoice_paid") == 1
    assert [p["state"] for p in shop.rows("payment_plans") if p["invoice_id"] == debt.id] == ["completed"]


def test_more_than_the_whole_debt_is_credit_on_the_debt(shop: Shop) -> None:
    _plan(shop)
    with pytest.raises(Invalid):
        shop.act("mark_paid", invoice=f"{A3}/1", amount="1600000", payment_ref="a")

    shop.act("mark_paid", invoice=f"{A3}/1", amount="1600000", payment_ref="a", allow_over=True)

    assert _dues(shop) == [0, 0, 0]
    assert shop.act("find_customer", customer="A3")["credit_amount"] == "100000"


def test_a_reversal_opens_the_instalment_and_the_debt(shop: Shop) -> None:
    _plan(shop)
    shop.act("mark_paid", invoice=A3, payment_ref="whole")

    shop.act("reverse_payment", payment="whole", reason="ditolak")

    assert (shop.invoice(A3).due, _dues(shop)) == (150_000_000, [600_000, 600_000, 300_000])
    assert shop.sequence(f"{A3}/1").state == "planned"
    assert [p["state"] for p in shop.rows("payment_plans")][-1] == "active"
    assert shop.step(f"{A3}/1", "task:plan_broken").state == "planned"


def test_equal_instalments_are_whole_rupiah_and_add_up(shop: Shop) -> None:
    answer = shop.act(
        "create_payment_plan",
        invoice=A3,
        instalments=3,
        first_date="2026-12-31",
        every="month",
        down_payment="500001",
    )

    shown = [(i["due_date"], i["amount"]) for i in answer["instalments"]]
    assert shown == [
        ("2026-11-28", "500001"),
        ("2026-12-31", "333333"),
        ("2027-01-31", "333333"),
        ("2027-02-28", "333333"),
    ]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"lines": LINES[:2]}, "plan_sum_differs"),
        ({"lines": [LINES[1], LINES[0], LINES[2]]}, "plan_dates_invalid"),
        ({"lines": None, "instalments": 7}, "plan_beyond_policy"),
        ({"lines": None, "instalments": 4, "first_date": "2027-05-01"}, "plan_beyond_policy"),
        ({"lines": None, "instalments": 1}, "plan_too_small"),
    ],
)
def test_a_plan_that_is_none_is_refused(shop: Shop, given: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act(
            "create_payment_plan", **{k: v for k, v in {"invoice": A3, "lines": LINES, **given}.items() if v}
        )

    assert refused.value.code == code
    assert shop.states(A3)["H-3"] == "planned"


def test_only_who_may_do_everything_goes_beyond_the_ceiling(shop: Shop) -> None:
    given = {"invoice": A3, "instalments": 8, "every": "week", "approve_exception": True}

    with pytest.raises(Forbidden):
        run_action(
            shop.store,
            shop.catalog,
            "create_payment_plan",
            given,
            "key:n8n",
            settle_seconds=0,
            mode="sandbox",
            admin=False,
        )

    assert len(shop.act("create_payment_plan", **given)["instalments"]) == 8
    assert [p["exception"] for p in shop.rows("payment_plans")][-1]


def test_a_debt_is_split_once_and_an_instalment_never(shop: Shop) -> None:
    _plan(shop)

    for invoice in (A3, f"{A3}/1"):
        with pytest.raises(Conflict) as refused:
            shop.act("create_payment_plan", invoice=invoice, instalments=2)
        assert refused.value.code == "invoice_in_plan"


def test_a_debt_that_changes_freezes_its_plan_and_asks_a_person(shop: Shop) -> None:
    _plan(shop)

    shop.act(
        "create_invoice",
        customer_name="Siti Rahma",
        amount="1400000",
        due_date="2026-12-05",
        invoice_number=A3,
    )

    (plan,) = [p for p in shop.rows("payment_plans") if p["id"] != "pln_sample"]
    assert plan["state"] == "frozen"
    assert shop.payloads("needs_human")[-1]["reason"] == "plan_frozen"
    assert {shop.sequence(f"{A3}/{n}").state for n in (1, 2, 3)} == {"handed_off"}
    shop.act("cancel_payment_plan", plan=A3, reason="dibuat ulang")
    again = shop.act("create_payment_plan", invoice=A3, instalments=2)
    assert [(i["invoice_number"], i["amount"]) for i in again["instalments"]] == [
        (f"{A3}/4", "700000"),
        (f"{A3}/5", "700000"),
    ]


def test_an_instalment_is_not_changed_or_voided_alone(shop: Shop) -> None:
    _plan(shop)

    for action, more in (
        ("update_invoice", {"amount": "1"}),
        ("update_invoice", {"due_date": "2026-12-20"}),
        ("void_invoice", {"reason": "x"}),
    ):
        with pytest.raises(Conflict) as refused:
            shop.act(action, invoice=f"{A3}/1", **more)
        assert refused.value.code == "invoice_in_plan"


def test_a_void_debt_takes_its_instalments_along(shop: Shop) -> None:
    _plan(shop)

    shop.act("void_invoice", invoice=A3, reason="x")

    assert {shop.invoice(f"{A3}/{n}").status for n in (1, 2, 3)} == {"void"}
    assert shop.act("find_customer", customer="A3")["total_due"] == "0"


def test_a_cancelled_plan_gives_the_debt_its_reminders_back_without_repeating_them(shop: Shop) -> None:
    shop.mark_sent(A3, "created")
    _plan(shop)
    shop.act("mark_paid", invoice=f"{A3}/1", payment_ref="a")

    answer = shop.act("cancel_payment_plan", plan=A3, reason="tidak jadi")
    again = shop.act("cancel_payment_plan", plan=str(answer["plan_id"]), reason="tidak jadi")

    assert (answer["result"], again["result"]) == ("plan_cancelled", "already_cancelled")
    assert (answer["amount_due"], answer["sequence_status"]) == ("900000", "running")
    assert [shop.invoice(f"{A3}/{n}").status for n in (1, 2, 3)] == ["paid", "void", "void"]
    assert shop.states(A3)["H-3"] == "planned" and shop.states(A3)["created"] == "sent"
    assert shop.act("find_customer", customer="A3")["total_due"] == "900000"
    shop.act("reverse_payment", payment="a", reason="x")
    assert shop.invoice(A3).due == 150_000_000


def test_money_paid_before_the_split_and_taken_back_freezes_the_plan(shop: Shop) -> None:
    shop.act("mark_paid", invoice=A3, amount="500000", payment_ref="early")
    shop.act("create_payment_plan", invoice=A3, instalments=2)

    shop.act("reverse_payment", payment="early", reason="x")

    assert shop.invoice(A3).due == 150_000_000
    assert [p["state"] for p in shop.rows("payment_plans")][-1] == "frozen"


def test_the_promise_and_the_case_that_asked_for_terms_give_way_to_the_plan(shop: Shop) -> None:
    shop.act("create_payment_plan", invoice="B1-2026-12", instalments=2)
    shop.act("create_payment_plan", invoice="C2-2026-12", instalments=2)

    case = next(c for c in shop.rows("cases") if c["id"] == "cas_sample")
    assert (case["state"], case["outcome"]) == ("resolved", "agreed_plan")
    assert [p["state"] for p in shop.rows("promises")] == ["cancelled"]
    assert shop.sequence("B1-2026-12/1").state == "planned"


def test_an_act_on_the_split_debt_is_one_on_its_instalments(shop: Shop) -> None:
    _plan(shop)

    paused = shop.act("pause_sequence", invoice=A3, until="2027-01-01")
    shop.act("record_promise", invoice=A3, promise_date="2026-12-12")
    started = shop.act("start_sequence", invoice=A3)

    assert paused["result"] == "paused"
    assert {shop.sequence(f"{A3}/{n}").state for n in (1, 2, 3)} == {"paused"}
    assert [p["invoice_id"] for p in shop.rows("promises")][-1] == shop.invoice(f"{A3}/1").id
    assert (started["result"], started["invoice_number"]) == ("already_running", f"{A3}/1")
