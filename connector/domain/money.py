"""Amounts: read from what people and tools write, written as people and tools read it.

In: major units as text or integer, never a JSON fraction (floats have already lost something). A separator
followed by exactly three digits groups thousands in rupiah; in other currencies it is a refusal, because
"1.500" is one and a half to one reader and fifteen hundred to the next. Out: exact text, number, sentence.
"""

import re
from decimal import Decimal
from functools import cache, lru_cache

from babel.core import get_global

from connector.domain.model import Money
from connector.domain.problems import Invalid

MAX_DIGITS = 18  # in minor units too: what a 64-bit column and a sum of many keep without overflow
MAX_LENGTH = 40

# ISO 4217 decimals where CLDR (babel) gives the decimals in daily use instead.
TWO_DECIMALS = ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER")
ISO_DECIMALS = dict.fromkeys(TWO_DECIMALS, 2) | {"IQD": 3}

SYMBOLS = {
    "IDR": "Rp",
    "USD": "US$",
    "SGD": "S$",
    "AUD": "A$",
    "HKD": "HK$",
    "MYR": "RM",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "PHP": "₱",
    "INR": "₹",
    "THB": "฿",
    "VND": "₫",
}
BARE_SYMBOLS = {"USD": ("$",), "SGD": ("$",), "AUD": ("$",), "HKD": ("$",), "IDR": ("Rp.",)}

# "M" alone is a milliard in Jakarta and a million in Singapore: it is not in the list.
UNITS = {
    "rb": 10**3,
    "ribu": 10**3,
    "k": 10**3,
    "jt": 10**6,
    "juta": 10**6,
    "miliar": 10**9,
    "milyar": 10**9,
}
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " "})
FIGURE = re.compile(r"(?P<body>[0-9](?:[0-9., ']*[0-9])?) ?(?P<unit>[a-z]+)?", re.ASCII)


@cache
def decimals(currency: str) -> int:
    """How many digits of the minor unit a currency has; an unknown code is refused.

    >>> decimals("IDR"), decimals("JPY"), decimals("KWD")
    (2, 0, 3)
    """
    if currency not in get_global("all_currencies") or currency == "XXX":
        raise Invalid("currency_unknown", field="currency", params={"currency": str(currency)[:3]})
    if currency in ISO_DECIMALS:
        return ISO_DECIMALS[currency]
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


def parse_amount(
    value: str | int, currency: str, *, allow_fraction: bool = False, field: str = "amount"
) -> Money:
    """The amount that a person or a tool wrote, or a refusal that says what is wrong with it.

    >>> parse_amount("Rp 1,5jt", "IDR") == parse_amount("1.500.000", "IDR") == parse_amount(1500000, "IDR")
    True
    """
    places = decimals(currency)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Invalid("amount_invalid", field=field)
    if isinstance(value, int):
        if abs(value) >= 10**MAX_DIGITS:
            raise Invalid("amount_too_large", field=field)
        major = Decimal(value)
    else:
        major = _major(value, currency, field)
    return _money(major, currency, places, allow_fraction, field)


def amount_of_number(
    value: int | float, currency: str, *, allow_fraction: bool = False, field: str = "amount"
) -> Money:
    """The amount of a spreadsheet's typed number cell, whose binary noise beyond the minor unit is dropped.

    >>> amount_of_number(10.1 + 0.2, "USD")
    Money(minor=1030, currency='USD')
    """
    if isinstance(value, int):
        return parse_amount(value, currency, allow_fraction=allow_fraction, field=field)
    if value != value or abs(value) >= 10**15:  # NaN, or more than a float holds exactly
        raise Invalid("amount_invalid" if value != value else "amount_too_large", field=field)
    places = decimals(currency)
    return _money(Decimal(f"{value:.6f}"), currency, places, allow_fraction, field)


def _money(major: Decimal, currency: str, places: int, allow_fraction: bool, field: str) -> Money:
    """Minor units, once sign, size and fraction are in order."""
    if major <= 0:
        raise Invalid("amount_not_positive", field=field)
    minor = major.scaleb(places)
    if minor >= 10**MAX_DIGITS:
        raise Invalid("amount_too_large", field=field)
    whole = int(minor)
    if whole != minor or (currency == "IDR" and not allow_fraction and whole % 100):
        raise Invalid("amount_fraction", field=field, params={"currency": currency})
    return Money(whole, currency)


@lru_cache(maxsize=4096)  # the same few amounts fill a sheet
def _major(text: str, currency: str, field: str) -> Decimal:
    """The figure of a text, with its currency mark, thousands and unit word ("rb", "jt") understood."""
    if len(text) > MAX_LENGTH and sum(char.isdigit() for char in text) > MAX_DIGITS:
        raise Invalid("amount_too_large", field=field)
    if len(text) > MAX_LENGTH:
        raise Invalid("amount_invalid", field=field)
    bare, negative = _without_marks(text.translate(SPACES).strip(), currency)
    found = FIGURE.fullmatch(bare.lower()) if bare.isascii() else None
    if found is None or "  " in found["body"]:
        raise Invalid("amount_invalid", field=field)
    if sum(char.isdigit() for char in found["body"]) > MAX_DIGITS:
        raise Invalid("amount_too_large", field=field)
    if found["unit"] == "m":
        raise Invalid("amount_ambiguous", field=field)
    factor = UNITS.get(found["unit"] or "", 0) if found["unit"] else 1
    if factor == 0:
        raise Invalid("amount_invalid", field=field)
    figure = _figure(found["body"], groups=currency == "IDR" and factor == 1, field=field) * factor
    return -figure if negative else figure


def _without_marks(text: str, currency: str) -> tuple[str, bool]:
    """The text without currency marks and the Indonesian closing ",-"; and whether it is negative."""
    negative = text.startswith("-") or (text.startswith("(") and text.endswith(")"))
    if negative:
        text = text.strip("()").removeprefix("-").strip()
    marks = (*BARE_SYMBOLS.get(currency, ()), SYMBOLS.get(currency, currency), currency)
    for mark in marks:
        if text.lower().startswith(mark.lower()):
            text = text[len(mark) :].strip()
            break
    for mark in ("rupiah", currency) if currency == "IDR" else (SYMBOLS.get(currency, currency), currency):
        if text.lower().endswith(mark.lower()):
            text = text[: -len(mark)].strip()
            break
    if text.startswith("-"):
        negative, text = True, text[1:].strip()
    closing = re.search(r"[.,] ?(-{1,2}|=|–|—)$", text)
    return (text[: closing.start()] if closing else text).strip(), negative


def _figure(body: str, *, groups: bool, field: str) -> Decimal:
    """Digits with separators as a number; `groups` says that one lone group of three means thousands."""
    signs = [char for char in body if not char.isdigit()]
    parts = re.split(r"[., ']", body)
    lead = parts[0]
    if len(lead) > 1 and lead.startswith("0"):  # "0812...": a phone number in the wrong column
        raise Invalid("amount_invalid", field=field)
    if not signs:
        return Decimal(lead)
    last_is_decimal = _last_is_decimal(signs, parts, groups, field)
    thousands = parts[1:-1] if last_is_decimal else parts[1:]
    kinds = signs[:-1] if last_is_decimal else signs
    well_grouped = not thousands or (
        len(lead) <= 3 and lead != "0" and all(len(part) == 3 for part in thousands)
    )
    if len(set(kinds)) > 1 or not well_grouped:
        raise Invalid("amount_invalid", field=field)
    fraction = parts[-1] if last_is_decimal else "0"
    return Decimal(f"{lead}{''.join(thousands)}.{fraction}")


def _last_is_decimal(signs: list[str], parts: list[str], groups: bool, field: str) -> bool:
    """Whether the last separator opens a fraction; refuses the one that could be read both ways."""
    last, tail = signs[-1], parts[-1]
    if last in " '":
        return False
    if len(signs) > 1:
        alone = last not in signs[:-1]
        if alone and len(tail) == 3:
            raise Invalid("amount_ambiguous", field=field)
        return alone
    if len(tail) != 3:
        return True
    if groups and len(parts[0]) <= 3 and parts[0] != "0":
        return False
    raise Invalid("amount_ambiguous", field=field)


def decimal_string(minor: int, currency: str) -> str:
    """The exact amount for machines: "1500000" for whole rupiah, "10.00" for dollars.

    >>> decimal_string(150000000, "IDR"), decimal_string(150000050, "IDR"), decimal_string(1000, "USD")
    ('1500000', '1500000.50', '10.00')
    """
    whole, fraction = _split(minor, currency)
    return f"{'-' if minor < 0 else ''}{whole}{'.' + fraction if fraction else ''}"


def amount_number(minor: int, currency: str) -> int | float:
    """The amount as a JSON number, for filters and comparisons only.

    >>> amount_number(150000000, "IDR"), amount_number(1050, "USD")
    (1500000, 10.5)
    """
    scale: int = 10 ** decimals(currency)
    return minor // scale if minor % scale == 0 else minor / scale


def format_money(minor: int, currency: str, language: str) -> str:
    """The amount as a sentence shows it.

    >>> format_money(150000000, "IDR", "id"), format_money(150000000, "IDR", "en")
    ('Rp1.500.000', 'Rp1,500,000')
    """
    whole, fraction = _split(minor, currency)
    group, point = (",", ".") if language == "en" else (".", ",")
    figure = f"{int(whole):,}".replace(",", group) + (point + fraction if fraction else "")
    return f"{'-' if minor < 0 else ''}{SYMBOLS.get(currency, currency + ' ')}{figure}"


def _split(minor: int, currency: str) -> tuple[str, str]:
    """Whole units and fraction as digits; whole rupiah have no fraction."""
    places = decimals(currency)
    digits = str(abs(minor)).rjust(places + 1, "0")
    whole, fraction = (digits[:-places], digits[-places:]) if places else (digits, "")
    return whole, "" if currency == "IDR" and fraction == "00" else fraction
