"""Phone numbers: E.164 from the door inwards, and never a wrong number that happens to be valid.

What could be another person's number is refused, not repaired. Measured traps (phonenumbers 9): a letter l
among the digits is silently cut ("0812345678l0" is valid as somebody else's number), "6591234567" (Singapore
without plus) is a valid Indonesian landline, "0062..." fails, and Excel eats both the leading zero and plus.
"""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from connector.domain.problems import Invalid

MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
MAX_LENGTH = 60

# Address books leave marks around a number. The two overrides are not among them: they turn its digits around.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202c\u2060-\u2069\ufeff]")
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"))
WA_LINK = re.compile(r"(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=)\+?([0-9]+)/?", re.I)
LABEL = re.compile(
    r"(?:whatsapp|wa|no\.?\s*wa|no\.?\s*hp|hp|no\.?\s*telp|telp|telepon|tlp|tel|phone|mobile|no)\b\s*[.:]?\s*(?=[+(0-9])",
    re.I,
)
ROUNDED = re.compile(r"\+?[0-9]+([.,][0-9]+)?e\+?[0-9]+", re.I)  # 8.12E+11: the digits are gone
FLOAT = re.compile(r"\+?[1-9][0-9]+\.0")  # a program's number with a point: its tail is no digit of the phone
FLOAT_TAIL = re.compile(r"[^.]*\.0+")
SEVERAL = re.compile(r"[0-9][^0-9]*[/,;&|\n][^0-9]*[0-9]")
DIALLED = re.compile(r"\(?\+?[0-9][0-9 .()-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Number:
    """A valid number, asked of the library once: its tables are slow, and a sheet has thousands."""

    country_code: int
    e164: str
    kind: int


def parse_phone(text: str, country: str = "ID", *, field: str = "phone") -> str:
    """The mobile number in E.164, or a refusal that says what to mend.

    A number without plus, 00 or leading zero is taken only when one of its two readings (this country's, or
    international without plus) can be a mobile phone.

    >>> parse_phone("0812-3456-7890"), parse_phone("wa.me/6281234567890"), parse_phone("0062 812 3456 7890")
    ('+6281234567890', '+6281234567890', '+6281234567890')
    """
    dialled = _dialled(text, field)
    digits = re.sub(r"[^0-9]", "", dialled)
    if not 7 <= len(digits) <= 17:  # 15 of E.164 and a leading 00
        raise Invalid("phone_invalid", field=field)
    if "+" in dialled:
        return _only_mobile(_international(digits), field)
    if digits.startswith("00"):
        return _only_mobile(_international(digits[2:]), field)
    national = _national(digits, country)
    if digits.startswith("0"):
        return _only_mobile(national, field)
    abroad = _international(digits)
    if national is not None and abroad == national:
        return _only_mobile(national, field)
    return _unmarked(digits, national, abroad, country, field)


def _dialled(text: str, field: str) -> str:
    """The text as it would be dialled: no marks of spreadsheets, links and labels, and no letter left."""
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        raise Invalid("phone_invalid", field=field)
    bare = INVISIBLE.sub("", text).translate(DASHES).strip()
    if bare.startswith('="') and bare.endswith('"'):  # ="0812...": the spreadsheet's way to keep a zero
        bare = bare[2:-1]
    bare = bare.lstrip("'=`\u2018\u2019").strip()
    if not bare:
        raise Invalid("phone_missing", field=field)
    link = WA_LINK.fullmatch(bare)
    if link:
        return "+" + link[1]
    bare = LABEL.sub("", bare, count=1) if LABEL.match(bare) else bare
    if ROUNDED.fullmatch(bare):
        raise Invalid("phone_rounded", field=field)
    bare = bare.removesuffix(".0") if FLOAT.fullmatch(bare) else bare
    if FLOAT_TAIL.fullmatch(bare):
        raise Invalid("phone_rounded", field=field)
    if any(char.isalpha() for char in bare):
        raise Invalid("phone_has_letters", field=field)
    if SEVERAL.search(bare) or bare.count("+") > 1:
        raise Invalid("phone_ambiguous", field=field)
    bare = re.sub(r"\s", " ", bare)
    if not bare.isascii() or not DIALLED.fullmatch(bare) or not re.match(r"\(?\+|[^+]*$", bare):
        raise Invalid("phone_invalid", field=field)
    return bare


def _unmarked(
    digits: str,
    national: _Number | None,
    abroad: _Number | None,
    country: str,
    field: str,
) -> str:
    """Decides between the two readings of bare digits, where exactly one can be a mobile of this country."""
    own_code = phonenumbers.country_code_for_region(country)
    own_abroad = abroad if abroad is not None and abroad.country_code == own_code else None
    mobiles = [number for number in (national, abroad) if _is_mobile(number)]
    if len(mobiles) == 1 and mobiles[0] in (national, own_abroad):
        return _only_mobile(mobiles[0], field)
    if mobiles:
        raise Invalid("phone_ambiguous", field=field)
    return _only_mobile(national or own_abroad, field)


def _parsed(text: str, country: str | None) -> _Number | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:  # which is what "not valid" means to the library
        return None
    e164 = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return _Number(number.country_code or 0, e164, kind)


def _national(digits: str, country: str) -> _Number | None:
    """The reading as a number of this country; its digits are all of what was written but one zero."""
    number = _parsed(digits, country)
    if number is None or number.country_code != phonenumbers.country_code_for_region(country):
        return None
    kept = number.e164[1:]
    own = str(number.country_code)
    return number if kept in (digits, own + digits, own + digits.removeprefix("0")) else None


def _international(digits: str) -> _Number | None:
    """The reading with its country code in front; "+62 (0)812" is understood."""
    number = _parsed("+" + digits, None)
    if number is None:
        return None
    own = str(number.country_code)
    kept = number.e164[1:]
    return number if digits in (kept, own + "0" + kept.removeprefix(own)) else None


def _is_mobile(number: _Number | None) -> bool:
    return number is not None and number.kind in MOBILE


def _only_mobile(number: _Number | None, field: str) -> str:
    if number is None:
        raise Invalid("phone_invalid", field=field)
    if not _is_mobile(number):
        raise Invalid("phone_not_mobile", field=field)
    return number.e164


def mask_phone(e164: str) -> str:
    """The number as logs and masked payloads show it.

    >>> mask_phone("+6281234567890")
    '+62812****7890'
    """
    if len(e164) < 12:
        return e164[:3] + "****" + e164[-2:]
    return e164[:6] + "****" + e164[-4:]


def last4(e164: str) -> str:
    """The last four digits, enough for a person to know which number is meant.

    >>> last4("+6281234567890")
    '7890'
    """
    return e164[-4:]
