"""What the difference of a list says to people: short words in Indonesian and English."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from connector.domain.money import format_money
from connector.domain.texts import format_date, period_text

ACTIONS: Mapping[str, Mapping[str, str]] = {
    "new": {"id": "baru", "en": "new"},
    "changed": {"id": "berubah", "en": "changed"},
    "newly_paid": {"id": "lunas", "en": "paid"},
    "unchanged": {"id": "tetap", "en": "unchanged"},
    "missing": {"id": "hilang", "en": "missing"},
    "refused": {"id": "ditolak", "en": "refused"},
}
FIELDS: Mapping[str, Mapping[str, str]] = {
    "customer_name": {"id": "nama", "en": "name"},
    "phone": {"id": "nomor WhatsApp", "en": "phone"},
    "customer_phone": {"id": "nomor WhatsApp", "en": "phone"},
    "amount": {"id": "jumlah", "en": "amount"},
    "currency": {"id": "mata uang", "en": "currency"},
    "due_date": {"id": "jatuh tempo", "en": "due date"},
    "description": {"id": "keterangan", "en": "description"},
    "invoice_number": {"id": "nomor tagihan", "en": "invoice number"},
    "paid": {"id": "lunas", "en": "paid"},
    "pay_url": {"id": "tautan bayar", "en": "pay link"},
    "language": {"id": "bahasa", "en": "language"},
    "recipe": {"id": "resep", "en": "recipe"},
    "charge_ref": {"id": "kamar atau kode", "en": "room or code"},
    "due_day": {"id": "tanggal jatuh tempo", "en": "due day"},
    "first_period": {"id": "bulan pertama", "en": "first month"},
    "last_period": {"id": "bulan terakhir", "en": "last month"},
    "row": {"id": "baris ini", "en": "this row"},
}
FLAGS: Mapping[str, Mapping[str, str]] = {
    "amount_dropped": {
        "id": "jumlahnya turun jauh; mungkin ada nol yang hilang",
        "en": "the amount fell by far; a zero may be lost",
    },
    "amount_jumped": {
        "id": "jumlahnya naik jauh; mungkin ada nol yang lebih",
        "en": "the amount rose by far; there may be a zero too many",
    },
    "currency_changed": {"id": "mata uangnya lain", "en": "the currency is another one"},
    "phone_changed": {
        "id": "nomor WhatsApp-nya lain; yang lama dipakai sampai Anda menyetujui",
        "en": "the phone number is another one; the old one stays in use until you agree",
    },
    "name_changed": {
        "id": "namanya lain; mungkin orang lain, jadi tidak diganti sendiri",
        "en": "the name is another one; perhaps another person, so it is not changed by itself",
    },
    "tenant_changed": {
        "id": "nama dan nomornya lain; tampaknya penyewa baru di tempat yang sama",
        "en": "another name and another number; it seems that somebody else moved in",
    },
    "other_tenant": {
        "id": "bulan yang bertanda lunas itu ditagihkan kepada penyewa sebelumnya, jadi tandanya tidak dicatat",
        "en": "the month with the paid mark is owed by the tenant before, so the mark is not recorded",
    },
    "tick_unclear": {
        "id": "ada tanda di kolom bulan yang tidak terbaca",
        "en": "a mark in a month's column cannot be read",
    },
    "other_list": {
        "id": "penyewa dan tempat yang sama sudah ditagih dari daftar lain; sebut barisnya hanya bila memang "
        "harus ditagih dua kali",
        "en": "another list bills the same tenant for the same place; name the line only to bill both",
    },
    "rent_missing": {
        "id": "ada bulan bertanda lunas, tetapi sewanya kosong; tandanya tidak dicatat",
        "en": "a month has a paid mark, but the rent is blank; the mark is not recorded",
    },
    "charge_stopped": {
        "id": "tagihannya sudah berhenti; tidak ada yang terbit lagi",
        "en": "its charge has stopped; nothing is billed any more",
    },
    "description_changed": {"id": "keterangannya diganti", "en": "the description was changed"},
    "due_date_moved": {"id": "jatuh temponya bergeser jauh", "en": "the due date moved far"},
    "paid_changed_too": {
        "id": "jumlahnya berubah dan sekaligus ditandai lunas",
        "en": "its amount changed and it is ticked as paid at once",
    },
    "paid_ahead": {
        "id": "tagihan baru untuk bulan yang akan datang, tetapi sudah ditandai lunas",
        "en": "a new invoice for a month to come, but it is ticked as paid already",
    },
    "below_paid": {
        "id": "jumlahnya kurang dari yang sudah dibayar; sebut barisnya bila memang benar",
        "en": "the amount is less than is paid already; name its line if that is right",
    },
    "part_payment": {"id": "dibayar sebagian", "en": "paid in part"},
    "overpayment": {"id": "dibayar lebih dari tagihan", "en": "paid more than is owed"},
    "payment_unticked": {
        "id": "tanda lunasnya dihapus, padahal pembayarannya sudah dicatat; sebut barisnya untuk "
        "membatalkannya",
        "en": "its paid mark is gone, but the payment is booked; name its line to take the payment back",
    },
    "paid_changed": {
        "id": "sudah lunas, tetapi jumlahnya berubah",
        "en": "paid already, but its amount changed",
    },
    "other_source": {"id": "tagihan ini berasal dari tempat lain", "en": "this invoice comes from elsewhere"},
    "void": {"id": "tagihan ini sudah dibatalkan", "en": "this invoice is void"},
    "suspicious_value": {
        "id": "ada tautan atau nomor rekening di dalam teksnya",
        "en": "its text holds a link or an account number",
    },
}
_UNTICKED = {"id": "tanda lunas dihapus", "en": "paid mark removed"}
_NOTHING = {"id": "kosong", "en": "empty"}
_ARROW = " → "


def words_of(table: Mapping[str, Mapping[str, str]], key: str, language: str) -> str:
    """The words for a key; an unknown key speaks for itself.

    >>> words_of(ACTIONS, "newly_paid", "id"), words_of(FIELDS, "no_such", "en")
    ('lunas', 'no such')
    """
    said = table.get(key)
    return key.replace("_", " ") if said is None else said["en" if language == "en" else "id"]


def change_text(field: str, before: Any, after: Any, currency: str, language: str) -> str:
    """One field of a row before and after.

    >>> change_text("amount", 150000000, 160000000, "IDR", "id")
    'jumlah Rp1.500.000 → Rp1.600.000'
    """
    show = _SHOWN.get(field, _plain)
    sides = (show(value, currency, language) for value in (before, after))
    return f"{words_of(FIELDS, field.removeprefix('extra.'), language)} {_ARROW.join(sides)}"


def changes_text(
    changes: Mapping[str, tuple[Any, Any]], currency: str, language: str, *, unticked: bool = False
) -> str:
    """Everything that changed, one after the other."""
    told = [
        change_text(field, before, after, currency, language) for field, (before, after) in changes.items()
    ]
    if unticked:
        told.append(_UNTICKED["en" if language == "en" else "id"])
    return "; ".join(told)


def _plain(value: Any, currency: str, language: str) -> str:
    return _NOTHING["en" if language == "en" else "id"] if value in (None, "") else str(value)


def _money(value: Any, currency: str, language: str) -> str:
    whole = isinstance(value, int)
    return format_money(value, currency, language) if whole else _plain(value, currency, language)


def _day(value: Any, currency: str, language: str) -> str:
    return format_date(date.fromisoformat(str(value)), language)


def _month(value: Any, currency: str, language: str) -> str:
    return period_text(value, language) if value else _plain(value, currency, language)


_SHOWN: Mapping[str, Callable[[Any, str, str], str]] = {
    "amount": _money,
    "due_date": _day,
    "first_period": _month,
    "last_period": _month,
}
