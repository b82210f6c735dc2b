"""The laws of dividing one payment among several invoices."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.allocations import exact, oldest_first
from connector.domain.model import Invoice, InvoiceStatus


def _invoice(number: int, amount: int, days: int) -> Invoice:
    return Invoice(
        id=f"inv_{number}",
        number=f"F-{number:03d}",
        customer_id="cus_1",
        source="api",
        amount=amount,
        paid=0,
        currency="IDR",
        issue_date=date(2026, 11, 1),
        due_date=date(2026, 12, 1) + timedelta(days=days),
        status=InvoiceStatus.OPEN,
    )


INVOICES = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), min_size=1, max_size=8).map(
    lambda found: [_invoice(n, amount * 100, days) for n, (amount, days) in enumerate(found)]
)


@given(INVOICES, st.integers(1, 60_000))
def test_oldest_first_gives_all_of_it_away_and_no_more(some: list[Invoice], amount: int) -> None:
    parts = oldest_first(some, amount)

    assert sum(part.amount for part in parts) == amount
    assert all(part.amount > 0 for part in parts)
    assert all(part.amount <= part.invoice.due for part in parts[:-1])
    days = [(part.invoice.due_date, part.invoice.number) for part in parts]
    assert days == sorted(days)


@given(INVOICES, st.data())
def test_exact_finds_a_set_only_when_it_is_the_only_one(some: list[Invoice], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(some), min_size=1, unique_by=lambda i: i.id))
    amount = sum(invoice.due for invoice in chosen)

    parts = exact(some, amount)

    if parts is not None:
        assert sum(part.amount for part in parts) == amount
        assert len({part.invoice.id for part in parts}) == len(parts)
        whole = amount == sum(i.due for i in some)
        assert whole or {p.invoice.id for p in parts} == {i.id for i in chosen}
