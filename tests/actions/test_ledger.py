"""Any order and repetition of what people and tools do with money leaves a book that adds up."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .ledger import OPERATIONS, Book, Step
from .shop import Shop

STEPS = st.builds(
    Step,
    name=st.sampled_from(sorted(OPERATIONS)),
    invoice=st.integers(1, 3),
    amount=st.sampled_from([300, 500, 700, 1000, 1500]),
    ref=st.integers(0, 3),
    flag=st.booleans(),
    times=st.integers(1, 2),
)
FIRST = tuple(Step("create", n, 1000, 0, False, 1) for n in (1, 2))


def _play(shop: Shop, steps: list[Step]) -> Book:
    book = Book(shop)
    for step in (*FIRST, *steps):
        book.do(step)
    return book


@settings(
    max_examples=5,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(STEPS, min_size=4, max_size=10))
def test_the_book_adds_up_whatever_happens_in_whatever_order(shop: Shop, steps: list[Step]) -> None:
    _play(shop, steps)


@pytest.mark.parametrize(
    "steps",
    [
        # Split, paid in full on the debt, taken back, joined: the debt is whole again.
        [
            Step("split", 1, 1000, 1, False, 2),
            Step("pay", 1, 1000, 1, True, 2),
            Step("reverse", 1, 1000, 1, False, 2),
            Step("join", 1, 1000, 0, False, 2),
        ],
        # Parked before the invoice is there, then an instalment of it, then the payment goes back.
        [
            Step("park", 3, 700, 2, False, 2),
            Step("create", 3, 1000, 0, False, 2),
            Step("split", 3, 1000, 0, False, 1),
            Step("pay_instalment", 3, 300, 1, True, 2),
            Step("reverse", 3, 700, 2, False, 2),
        ],
        # A list's tick, taken back and set again; months issued and paid ahead; all of it paid at once.
        [
            Step("import", 1, 1000, 0, True, 2),
            Step("import", 1, 1500, 0, False, 2),
            Step("import", 3, 700, 0, True, 1),
            Step("recur", 1, 500, 1, False, 2),
            Step("recur", 3, 500, 1, True, 2),
            Step("pay_customer", 1, 1500, 2, True, 2),
            Step("import", 1, 1500, 0, True, 2),
        ],
        # Months paid ahead by a transfer that is taken back, then paid again at another price by one told twice.
        [
            Step("void", 1, 300, 0, False, 1),
            Step("void", 2, 300, 0, False, 1),
            Step("recur", 1, 500, 1, False, 2),
            Step("pay_customer", 1, 1500, 1, True, 2),
            Step("reverse", 1, 1500, 1, False, 2),
            Step("recur", 1, 700, 1, False, 1),
            Step("tell_twice", 1, 1500, 1, True, 2),
            Step("tell_twice", 1, 700, 1, True, 2),
        ],
        # One transfer over several, one part of it back, one invoice void.
        [
            Step("pay_customer", 1, 1500, 1, True, 2),
            Step("reverse", 2, 1500, 1, True, 2),
            Step("void", 2, 300, 0, False, 2),
            Step("reverse", 1, 1500, 1, False, 2),
        ],
    ],
)
def test_a_story_that_touches_everything_adds_up(shop: Shop, steps: list[Step]) -> None:
    book = _play(shop, steps)

    assert set(book.refused) <= {
        "invoice_in_plan",
        "plan_completed",
        "payment_not_found",
        "ambiguous",
        "invoice_closed",
    }
