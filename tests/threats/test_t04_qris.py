"""T-04: a QRIS payload is replaced by another merchant's."""

from dataclasses import replace

import pytest
from threats.conftest import Guarded
from world import at

from connector.actions.sample import BUSINESS as SAMPLE
from connector.domain.destinations import UNAPPROVED, Kind, approved_of, carried_by, normal_of, unapproved
from connector.domain.qris import crc16

BUSINESS = replace(SAMPLE, payment_details=None)


def field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def qris(
    nmid: str = "ID1020304050607", name: str = "KOST MELATI", bank: str = "ID.CO.BCA.WWW", amount: str = ""
) -> str:
    acquirer = (
        field("00", bank) + field("01", "936000140012345678") + field("02", "12345678") + field("03", "UMI")
    )
    national = field("00", "ID.CO.QRIS.WWW") + field("02", nmid) + field("03", "UMI")
    body = (
        field("00", "01")
        + field("01", "12" if amount else "11")
        + field("26", acquirer)
        + field("51", national)
    )
    body += field("52", "8699") + field("53", "360") + (field("54", amount) if amount else "")
    body += field("58", "ID") + field("59", name) + field("60", "JAKARTA") + field("61", "10110") + "6304"
    return body + crc16(body)


@pytest.mark.parametrize(
    "other",
    [
        qris(nmid="ID9999999999999"),
        qris(name="KOST MELATI 2"),
        qris(bank="COM.GO-JEK.WWW"),
        qris()[:-4] + "0000",
        "bukan qris sama sekali, hanya teks biasa",
    ],
    ids=["merchant id", "name", "acquirer", "checksum", "no QRIS"],
)
def test_t04_another_merchant_is_never_the_approved_one(other: str) -> None:
    approved = approved_of([("qris", normal_of(Kind.QRIS, qris()), "approved")])

    assert unapproved(carried_by(BUSINESS, extra={"qris": other}), approved, live=False) is not None
    assert unapproved(carried_by(BUSINESS, extra={"qris": qris()}), approved, live=False) is None


def test_t04_a_replaced_payload_is_held_and_never_rendered(home: Guarded) -> None:
    home.approve("qris", qris())

    card = home.world.invoice(extra={"qris": qris(nmid="ID9999999999999")})
    home.world.advance(at("2026-11-28 12:00"))

    assert card["hold_reason"] == UNAPPROVED
    assert home.world.sent() == []
    assert len(home.cases("pay_destination")) == 1


def test_t04_the_approved_merchant_goes_with_any_amount(home: Guarded) -> None:
    home.approve("qris", qris())

    home.world.invoice(extra={"qris": qris(amount="1500000")})
    home.world.advance(at("2026-11-28 10:00"))

    assert home.world.sent() == [("11-28 09:00", "invoice_created")]


def test_t04_a_virtual_account_must_begin_as_the_approved_ones_do(home: Guarded) -> None:
    home.approve("va_prefix", "88081")

    home.world.invoice("OURS", extra={"va": "8808 1234 5678"})
    home.world.invoice("THEIRS", extra={"va": "7001234567890"}, customer_phone="081290002222")
    home.world.advance(at("2026-11-28 10:00"))

    assert len(home.world.phone("+6281290001111")) == 1
    assert home.world.phone("+6281290002222") == []
