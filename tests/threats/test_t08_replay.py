"""T-08: an old, valid report of a payment is replayed, at once or after the payment was taken back."""

from datetime import timedelta

from threats.conftest import Guarded
from threats.doors import Door

PAID = {"invoice": "T-1", "amount": "1500000", "payment_ref": "g-1"}


def test_t08_a_paid_report_replayed_ten_days_after_the_refund_changes_nothing(home: Guarded) -> None:
    home.world.invoice()
    gateway = Door(home, "accounting")
    gateway.act("mark_paid", **PAID)
    Door(home, "n8n").act("reverse_payment", payment="g-1", reason="refund")
    home.world.advance(timedelta(days=10))
    before = home.world.act("get_invoice", invoice="T-1")

    answer = gateway.act("mark_paid", **PAID)

    assert (answer.status_code, answer.get_json()["result"]) == (200, "already_reversed")
    assert home.world.act("get_invoice", invoice="T-1") == before
    assert before["amount_due"] == "1500000"


def test_t08_the_same_report_a_hundred_times_is_one_payment_and_one_receipt(home: Guarded) -> None:
    home.world.invoice()
    gateway = Door(home, "accounting")

    results = {gateway.act("mark_paid", **PAID).get_json()["result"] for _ in range(20)}
    home.world.advance(timedelta(days=2))

    assert results == {"recorded", "already_recorded"}
    assert [name for _, name in home.world.sent()].count("payment_received") == 1
    assert len(home.world.events("payment_received")) == 1
