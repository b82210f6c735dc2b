"""What counts as a payment instruction in a free text, and what real invoices say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.suspicion import suspicious

REAL = [
    "Sewa kamar A3, Desember 2026",
    "INV-20261205-0001",
    "INV/2026/12/000123",
    "Invoice 202612-000123",
    "Meter 12345678 kWh",
    "Rekening listrik Desember, meter 8812345678",
    "ID pelanggan 541234567890, 1.234 kWh",
    "SPP 2025/2026 semester 1",
    "Iuran 12/2026 - 01/2027",
    "Kontrol 09-12-2026 10.30-11.00",
    "Kamar 10/11/12/13, 2 bulan",
    "Unit 12-05-03, Tower A",
    "Cicilan 4 dari 12, Rp 12.500.000",
    "Uang pangkal 12.500.000 dana kebersihan 50.000",
    "Langganan Januari-Maret 2027",
    "Bayar denda? tidak ada. Kamar B12",
    "Toko Maju, F-331, F-340, F-352",
]
FRAUD = {
    "rek baru BCA 88123456": "account",
    "norek 88123456": "account",
    "no. rek 123": "account",
    "transfer ke Budi": "account",
    "mohon dibayar ke rekening baru": "account",
    "pay to our new account": "account",
    "virtual account 8808": "account",
    "88123456 BCA": "account",
    "mandiri 1230004567": "account",
    "QRIS terlampir": "account",
    "bayar di bit.ly/kost": "link",
    "lihat HTTPS://evil.example": "link",
    "www . evil . com": "link",
    "hubungi 0812-3456-7890": "digits",
    "８８１２３４５６７８": "digits",
    "8 8 1 2 3 4 5 6 7": "digits",
    "r\u200bek baru 12": "account",
    "INV-20261205-0001 rek BRI": "account",
}


@pytest.mark.parametrize("text", REAL)
def test_what_real_invoices_say_is_not_suspicious(text: str) -> None:
    assert suspicious(text) is None


@pytest.mark.parametrize(("text", "why"), FRAUD.items())
def test_what_says_where_to_pay_is_suspicious_and_says_why(text: str, why: str) -> None:
    assert suspicious(text) == why


@given(
    before=st.sampled_from(REAL), account=st.integers(10**9, 10**15), gap=st.sampled_from(["", " ", "-", "."])
)
def test_an_account_number_beside_a_bank_is_found_whatever_stands_before(
    before: str, account: int, gap: str
) -> None:
    number = gap.join(str(account)[i : i + 4] for i in range(0, len(str(account)), 4))

    assert suspicious(f"{before}, BCA {number}") is not None
