"""Headings: Indonesian and English, with case, underscores, units and slips of the keys."""

import pytest

from connector.domain.problems import Problem
from connector.spreadsheets.columns import columns_of, field_of, header_row, need_columns
from connector.spreadsheets.headings import HEADINGS, IGNORED, WEAK
from connector.spreadsheets.table import Row


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("nama", "customer_name"),
        ("NAMA PENYEWA", "customer_name"),
        ("Customer_Name", "customer_name"),
        ("customerName", "customer_name"),
        ("Nama Pelangan", "customer_name"),
        ("no_wa", "phone"),
        ("No. HP/WA", "phone"),
        ("Nomor WhatsApp (aktif)", "phone"),
        ("NoWA", "phone"),
        ("telp.", "phone"),
        ("Phone Number", "phone"),
        ("customer_phone", "phone"),
        ("Jumlah (Rp)", "amount"),
        ("Nominal", "amount"),
        ("Jumlha Tagihan", "amount"),
        ("Amount Due", "amount"),
        ("jatuh_tempo", "due_date"),
        ("Tgl. Jatuh Tempo", "due_date"),
        ("JATUH TEMPPO", "due_date"),
        ("Due date (dd/mm/yyyy)", "due_date"),
        ("No Invoice", "invoice_number"),
        ("Keterangan", "description"),
        ("Lunas?", "paid"),
        ("Status Pembayaran", "paid"),
        ("Tgl Bayar", "paid"),
        ("E-mail", "customer_email"),
        ("Bahasa", "language"),
        ("Link pembayaran", "pay_url"),
        ("consent_source", "consent_source"),
        ("No.", ""),
        ("Last message", ""),
        ("Kamar", None),
        ("Catatan khusus", None),
    ],
)
def test_a_heading_names_its_field(header: str, field: str | None) -> None:
    assert field_of(header)[0] == field


def test_no_heading_names_two_fields_and_none_is_mistaken_for_another() -> None:
    plain = [heading for headings in HEADINGS.values() for heading in headings]

    assert len(plain) == len(set(plain))
    assert not set(plain) & IGNORED
    for field, headings in HEADINGS.items():
        assert {field_of(heading)[0] for heading in headings} == {field}
    for field, headings in WEAK.items():
        assert {field_of(heading) for heading in headings} == {(field, 1)}


def test_a_weak_word_counts_only_without_a_plain_one() -> None:
    with_due = columns_of(Row(1, ("Tanggal", "Nama", "Jatuh tempo")))
    alone = columns_of(Row(1, ("Tanggal", "Nama", "Jumlah")))

    assert [column.field for column in with_due] == [None, "customer_name", "due_date"]
    assert [column.field for column in alone] == ["due_date", "customer_name", "amount"]


def test_of_two_headings_for_one_field_the_left_one_counts_and_the_other_is_kept() -> None:
    columns = columns_of(Row(1, ("No HP", "No WA")))

    assert [column.field for column in columns] == ["phone", None]


def test_the_heading_row_is_found_below_a_title() -> None:
    rows = [
        Row(1, ("Daftar tagihan Kost Melati",)),
        Row(2, ("Total", 60)),
        Row(4, ("Nama", "No WA", "Jumlah", "Jatuh tempo")),
        Row(5, ("Siti", "0812", "1500000", "2026-12-05")),
    ]

    header = header_row(rows)

    assert header is not None
    assert header.line == 4


def test_what_is_missing_is_named() -> None:
    with pytest.raises(Problem) as refused:
        need_columns(columns_of(Row(1, ("Nama", "Jumlah"))))

    assert refused.value.code == "columns_missing"
    assert [error.field for error in refused.value.errors] == ["phone", "due_date"]
    assert refused.value.params["names"] == "phone, due_date"
