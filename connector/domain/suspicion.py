"""Judges a free text: does it bring a link, an account or a long number of its own?

A value is a guest in a text that a person approved. Real descriptions name months, rooms, invoice numbers,
meter readings and amounts, so those are taken out before long digit runs are looked for.
"""

import re
import unicodedata

LINK, ACCOUNT, DIGITS = "link", "account", "digits"

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2069\ufeff]")
_LINK = re.compile(
    r"(?:https?|ftp)\s*:|://|\bwww\s*\.|"
    r"\b[a-z0-9-]{2,}\s?\.\s?(?:com|net|org|info|biz|xyz)\b|"
    r"\b[a-z0-9-]{2,}\.(?:id|co|me|io|ly|gl|gg|cc|ru|cn|tk|top|site|online|shop|store|link|click|live|app|page|"
    r"dev|cloud|money|pro|example)\b|\b[a-z]\.me\b"
)
# A bill is also called "rekening" (rekening listrik), so those words do not make an account.
_ACCOUNT = re.compile(
    r"\b(?:no\.?\s*rek\b|norek\b|rek\b|rekening\b(?!\s+(?:listrik|air|telepon|telpon|pln|pdam|internet|gas)\b)|"
    r"virtual\s*account|qris\b|iban\b|swift\b|"
    r"bank\s+account|new\s+account|account\s+(?:no\b|number)|a\s*/\s*n\b|"
    r"(?:transfer|bayar|kirim|setor)\w*\s+ke\b|(?:transfer|pay|send)\s+(?:it\s+)?to\b)"
)
_BANKS = r"bca|bri|bni|bsi|btn|cimb|gopay|seabank|shopeepay|linkaja"
_BANK_WITH_NUMBER = re.compile(
    rf"\b(?:{_BANKS}|mandiri|permata|danamon|jago|ovo|dana|va)\b\D{{0,20}}\d(?:[ .\-]?\d){{4,}}|"
    # Behind a number only names that are no other word: "1.500.000 dana kebersihan" is no account.
    rf"\d(?:[ .\-]?\d){{4,}}\D{{0,12}}\b(?:{_BANKS})\b"
)
_DIGITS = re.compile(r"\d(?:[ .\-_/]{0,2}\d){7,}")

_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATES = re.compile(r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\b")
_MONEY = re.compile(
    r"\b(?:rp|idr)\s*\.?\s*\d{1,3}(?:[.,]\d{3})*(?:,\d{2}|\.\d{2})?(?![\d.,]*\d)|"
    r"(?<![\d.,])[1-9]\d{0,2}(?:(?:\.\d{3}){1,2}|(?:,\d{3}){1,2})(?![\d.,]*\d)"  # 12.500.000, below a milliard
)
# What else is long and harmless, in this order.
_HARMLESS = (
    re.compile(r"(?<!\d)[0-2]?\d[.:][0-5]\d\s?-\s?[0-2]?\d[.:][0-5]\d(?!\d)"),  # 08.00-17.00
    re.compile(rf"(?<!\d){_YEAR}\s?[/\-\u2013]\s?{_YEAR}(?!\d)"),  # 2025/2026
    re.compile(rf"(?<!\d)\d{{1,2}}/{_YEAR}(?!\d)"),  # 12/2026
    re.compile(rf"(?<!\d){_YEAR}{_MONTH}(?:{_DAY})?(?!\d)"),  # 20261205, 202612
    re.compile(r"(?<!\d)\d{1,10}(?:[.,]\d{1,3})?\s*(?:kwh|wh|m3|m2|km|kg|liter|ltr|pcs|unit|gb|mb)\b"),
    re.compile(
        r"\b(?:inv|invoice|po|so|kwitansi|nota|faktur|idpel|id\s+pel(?:anggan)?|meter)\b\W{0,3}"
        r"\d[\d/.\-]{0,15}(?!\d)"
    ),
    re.compile(r"(?<!\d)\d{1,2}(?:/\d{1,2}){1,7}(?![\d/])"),  # rooms: 10/11/12/13
)


def suspicious(value: str, *, long_digits: bool = False) -> str | None:
    """Why a free text looks like a payment instruction (`link`, `account`, `digits`), or None.

    `long_digits` allows digit runs, for references that consist of them.

    >>> suspicious("rek baru BCA 88123456"), suspicious("bayar di bit.ly/x"), suspicious("hubungi 0812-3456-7890")
    ('account', 'link', 'digits')
    >>> suspicious("Sewa kamar A3, Desember 2026"), suspicious("INV-20261205-0001"), suspicious("Meter 12345678 kWh")
    (None, None, None)
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", value).casefold())
    if _LINK.search(text):
        return LINK
    if _ACCOUNT.search(text):
        return ACCOUNT
    if long_digits:
        return None
    text = _MONEY.sub(" ~ ", _DATES.sub(" ~ ", text))
    if _BANK_WITH_NUMBER.search(text):
        return ACCOUNT
    for harmless in _HARMLESS:
        text = harmless.sub(" ~ ", text)
    return DIGITS if _DIGITS.search(text) else None


_TO = re.compile(r"\b(?:ke|to)\b")


def says_where_to_pay(method: str) -> bool:
    """True when a payment method carries a link, a number or an instruction; its own words are allowed.

    >>> says_where_to_pay("QRIS"), says_where_to_pay("virtual account BCA"), says_where_to_pay("VA 88123456")
    (False, False, True)
    """
    text = unicodedata.normalize("NFKC", method).casefold()
    return bool(_LINK.search(text) or _DIGITS.search(text) or _TO.search(text))
