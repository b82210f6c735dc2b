"""Names and free texts at the door: cleaned once, compared by a folded form."""

import re
import unicodedata

from connector.domain.problems import Invalid

APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
NOT_WORD = re.compile(r"[\W_]+")
# Bidirectional controls turn a name around on the screen; they carry nothing that a name needs.
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\x7f-\x9f]"
)


def fold_name(text: str) -> str:
    """The form in which two spellings of one name are equal: case, spaces and punctuation do not count.

    Honorifics stay: "Ibu Siti" and "Siti" may be two people.

    >>> fold_name("  PT.Sinar-Jaya "), fold_name("Ma'ruf")
    ('pt sinar jaya', 'maruf')
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(NOT_WORD.sub(" ", APOSTROPHES.sub("", plain)).split())


def clean_text(text: str, max_len: int, *, field: str = "text") -> str:
    """The text in NFC, trimmed, with plain line ends; control characters and turned-around text are refused.

    >>> clean_text("  Sewa kamar A3 ", 80)
    'Sewa kamar A3'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if FORBIDDEN.search(plain):
        raise Invalid("text_invalid", field=field)
    plain = unicodedata.normalize("NFC", plain).strip()
    if len(plain) > max_len:
        raise Invalid("text_too_long", field=field, params={"max": max_len, "length": len(plain)})
    return plain
