"""T-06: a genuine small payment, another currency, or another's reference never closes an invoice."""

import pytest
from threats.conftest import Guarded
from threats.doors import Door, code


def _state(home: Guarded) -> tuple[str, str]:
    card = home.world.act("get_invoice", invoice="T-1")
    return card["invoice_status"], card["amount_due"]


def test_t06_one_rupiah_leaves_all_but_one_open_and_tells_nobody_that_it_is_paid(home: Guarded) -> None:
    home.world.invoice()

    answer = Door(home, "accounting").act("mark_paid", invoice="T-1", amount="1", payment_ref="g-1")
    home.world.settle()

    assert answer.status_code == 200
    assert _state(home) == ("partly_paid", "1499999")
    assert home.world.events("invoice_paid") == []
    assert home.world.steps("T-1")["H-3"].state == "planned"


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"amount": "1500000", "currency": "USD"}, "currency_mismatch"),
        ({"amount": "1500001"}, "amount_exceeds_due"),
    ],
)
def test_t06_what_does_not_match_the_record_is_for_a_person(
    home: Guarded, more: dict[str, str], refusal: str
) -> None:
    home.world.invoice()

    answer = Door(home, "accounting").act("mark_paid", invoice="T-1", payment_ref="g-1", **more)

    assert code(answer) == refusal
    assert _state(home) == ("open", "1500000")


def test_t06_a_reference_that_was_spent_on_one_invoice_pays_no_other(home: Guarded) -> None:
    home.world.invoice()
    home.world.invoice("T-2", customer_ref="B", customer_phone="081290002222", customer_name="Budi")
    gateway = Door(home, "accounting")
    gateway.act("mark_paid", invoice="T-2", amount="1500000", payment_ref="g-1")

    answer = gateway.act("mark_paid", invoice="T-1", amount="1500000", payment_ref="g-1")

    assert (answer.status_code, code(answer)) == (409, "payment_ref_taken")
    assert _state(home) == ("open", "1500000")
