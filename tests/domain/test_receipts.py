"""One confirmation for several invoices: every one is named, the months of a rent stand together."""

from dataclasses import replace
from datetime import date

import pytest

from connector.domain.model import Invoice, InvoiceStatus
from connector.domain.receipts import paid_text

RENT = Invoice(
    id="inv_1",
    number="A3-2026-12",
    customer_id="cus_1",
    source="recurring",
    amount=150_000_000,
    paid=150_000_000,
    currency="IDR",
    issue_date=date(2026, 12, 1),
    due_date=date(2026, 12, 5),
    status=InvoiceStatus.PAID,
)


def rent(year: int, month: int, charge: str = "A3") -> tuple[Invoice, int]:
    period = f"{year:04d}-{month:02d}"
    return replace(RENT, number=f"{charge}-{period}", due_date=date(year, month, 5)), 150_000_000


def half(number: str) -> tuple[Invoice, int]:
    open_one = replace(RENT, paid=50_000_000, status=InvoiceStatus.PARTLY_PAID)
    return replace(open_one, number=number, source="api"), 50_000_000


@pytest.mark.parametrize(
    ("paid", "said"),
    [
        ([rent(2026, 12), rent(2027, 1)], "A3 Desember 2026, Januari 2027: Rp3.000.000"),
        (
            [rent(2026, 12), *(rent(2027, month) for month in range(1, 12))],
            "A3 Desember 2026 sampai November 2027, 12 tagihan: Rp18.000.000",
        ),
        (
            [rent(2027, month) for month in (1, 2, 4, 5)],
            "A3 Januari 2027, Februari 2027, April 2027, Mei 2027: Rp6.000.000",
        ),
        (
            [rent(2026, 12), rent(2026, 12, "B1"), half("F-9")],
            "A3 Desember 2026 Rp1.500.000; B1 Desember 2026 Rp1.500.000; F-9 Rp500.000 (sisa Rp1.000.000)",
        ),
    ],
)
def test_months_of_one_charge_stand_together_and_a_gap_is_never_covered(paid, said) -> None:
    assert paid_text(paid, "id") == said


def test_the_words_follow_the_language_and_many_are_counted() -> None:
    assert paid_text([half("F-1"), half("F-2")], "en").startswith("F-1 Rp500,000 (Rp1,000,000 left); F-2")
    assert paid_text([half(f"F-{n:03d}") for n in range(40)], "en").endswith("more")
    assert len(paid_text([half(f"F-{n:03d}") for n in range(40)], "en")) <= 500
