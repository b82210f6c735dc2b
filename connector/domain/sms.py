"""SMS: what a text costs in segments, and the spelling that keeps it cheap.

GSM-7 carries 160 septets alone or 153 per part, UCS-2 70 or 67 UTF-16 units. One curly quote turns a whole
message into UCS-2 and doubles its price, so such signs are respelt before sending.
"""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # an escape and a septet: two units that may not be parted

RESPELT = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022", "-")
    | dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\t", " ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")
    | {"\u2026": "...", "\u00d7": "x", "\u2192": "->"}
)


@dataclass(frozen=True, slots=True)
class Segments:
    encoding: str  # "GSM-7" or "UCS-2"
    units: int  # septets or UTF-16 units
    count: int


def to_gsm7(text: str) -> str:
    """The text with quotes, dashes, spaces and dots of word processors respelt; other signs stay as they are.

    >>> to_gsm7("“Kost Melati” – Rp1.500.000…")
    '"Kost Melati" - Rp1.500.000...'
    """
    return text.translate(RESPELT)


def segments(text: str) -> Segments:
    """How the text travels and in how many parts; an escape pair or a surrogate pair is never split.

    >>> segments("Halo"), segments("Halo 🙏").encoding
    (Segments(encoding='GSM-7', units=4, count=1), 'UCS-2')
    """
    if all(char in BASIC or char in EXTENDED for char in text):
        sizes = [2 if char in EXTENDED else 1 for char in text]
        return Segments("GSM-7", sum(sizes), _parts(sizes, alone=160, part=153))
    sizes = [2 if ord(char) > 0xFFFF else 1 for char in text]
    return Segments("UCS-2", sum(sizes), _parts(sizes, alone=70, part=67))


def _parts(sizes: list[int], *, alone: int, part: int) -> int:
    """The parts that signs of these sizes fill, each sign whole in its part; an empty text has none."""
    if sum(sizes) <= alone:
        return 1 if sizes else 0
    count, room = 1, part
    for size in sizes:
        if size > room:
            count, room = count + 1, part
        room -= size
    return count
