"""Reads a QRIS payload (EMVCo merchant-presented mode) far enough to say whose merchant it pays.

EMV QRCPS-MPM v1.1: two digits of tag, two of length, the value; 26-51 are merchant accounts, 59 the merchant's
name, 63 a CRC-16/CCITT-FALSE over everything before its value. QRIS puts the national merchant id (NMID) into
tag 51 and the acquirers' own ids into 26-45.
"""

import re
from dataclasses import dataclass

LONGEST = 512
_ACCOUNTS = range(26, 52)
_NATIONAL = "ID.CO.QRIS.WWW"


class NotQris(ValueError):
    """The text is no QRIS payload; the argument says what is wrong."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who is paid. Amount, bill number and terminal may differ between two payloads of one merchant."""

    nmid: str | None
    name: str
    accounts: tuple[tuple[str, ...], ...]  # of each acquirer: tag, domain, account number, merchant id

    @property
    def normal(self) -> str:
        """One text that is equal exactly when merchant id, name and acquirers are."""
        accounts = ";".join("/".join(account) for account in self.accounts)
        return f"{self.nmid or '-'}|{' '.join(self.name.casefold().split())}|{accounts}"


def crc16(text: str) -> str:
    """CRC-16/CCITT-FALSE as four capital hexadecimal digits.

    >>> crc16("123456789")
    '29B1'
    """
    crc = 0xFFFF
    for byte in text.encode("ascii"):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return f"{crc:04X}"


def read_merchant(text: str) -> Merchant:
    """The merchant of a payload whose CRC is right; raises NotQris for anything unclear."""
    text = text.strip()
    if not text.isascii() or not text.isprintable() or not 30 <= len(text) <= LONGEST:
        raise NotQris("it is not a line of plain characters")
    fields = _fields(text)
    if fields.get("00") != "01" or not text[-8:].startswith("6304"):
        raise NotQris("it does not begin and end as QRIS does")
    if crc16(text[:-4]) != fields.get("63", "").upper():
        raise NotQris("its checksum is wrong")
    accounts = tuple(_account(tag, value) for tag, value in sorted(fields.items()) if int(tag) in _ACCOUNTS)
    name = fields.get("59", "").strip()
    if not accounts or not name:
        raise NotQris("it names no merchant")
    nmid = next((a[3] for a in accounts if a[1].upper() == _NATIONAL and a[3]), None)
    return Merchant(nmid, name, accounts)


def _account(tag: str, value: str) -> tuple[str, ...]:
    inner = _fields(value)
    return (tag, inner.get("00", "").upper(), inner.get("01", ""), inner.get("02", ""))


def _fields(text: str) -> dict[str, str]:
    """Tag -> value. A tag that comes twice is refused: readers differ on which of the two counts."""
    found: dict[str, str] = {}
    place = 0
    while place < len(text):
        head = re.match(r"(\d\d)(\d\d)", text[place : place + 4], re.ASCII)
        if head is None:
            raise NotQris("its fields cannot be read")
        tag, length = head[1], int(head[2])
        value = text[place + 4 : place + 4 + length]
        if len(value) != length or tag in found:
            raise NotQris("its fields cannot be read")
        found[tag] = value
        place += 4 + length
    return found
