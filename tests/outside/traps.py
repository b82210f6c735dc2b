"""Values that look like numbers, phones and dates and are none: what T-48 lists, as JSON text."""

import json

# Digits of other scripts, marks that cannot be seen, controls: Python's int() and strip() take many of them.
ODD = (
    "\u0661", "\u06f5", "\uff15", "\u0967", "\u0e51", "\u00b2", "\u2460", "\u2167", "\U0001d7d5",
    "\u200b", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff", "\u00ad",
    "\u0001", "\u0007", "\u001b", "\u007f", "\ufffd", "\ue000", "_", "'", "`", "\\", "e", "E", "x",
    "%", "#", "*", "/", ";", ":", "<", ">", "\U0001f4b0",
)  # fmt: skip
WORDS = (
    "NaN", "nan", "-NaN", "Infinity", "-Infinity", "inf", "1e1000000", "-1e1000000", "1E400", "1e-400", "1e5",
    "0x16E360", "0b101", "0o17", "1_500_000", "--1500000", "+-1500000", "1500000-", "1.5.0.0", "1,5,0,0",
    "1..5", ".", ",", "-", "+", "Rp", "IDR", "None", "null", "true", "{}", "[]", "=1+1", "=cmd|' /C calc'!A0",
    "{{7*7}}", "${7*7}", "%s%n", "'; DROP TABLE invoices; --", "<script>alert(1)</script>", "../../etc/passwd",
    "9" * 19, "9" * 400, "9" * 5000, "0" * 5000, "1" + "0" * 999, "-" + "9" * 30, "1" * 18 + "." + "1" * 18,
    "Ⅻ", "十二", "١٥٠٠٠٠٠", "۱۵۰۰۰۰۰", "１５０００００", "१५०००००", "๑๕๐๐๐๐๐",
)  # fmt: skip
# White space of other scripts: fit to be cut off at the ends, and nowhere else.
GAPS = ("\u0085", "\u2028", "\u2029", "\u3000", "\u2003", "\t", "\n", "\r")
# What no JSON text may hold, or holds in a form that costs: written as it would arrive.
RAW = (
    "NaN", "Infinity", "-Infinity", "1e1000000", "-1e1000000", "1e400", "1.5", "-0.5", "0.1", "1e-1000000",
    "9" * 20, "9" * 400, "9" * 5000, "-" + "9" * 30, '"\\ud800"', '"\\udc00\\ud800"', '"15\\u000000000"',
    '"\\u0000"', "[1500000]", '{"value": 1500000}', "true", "false", "[]", "{}", "[[[[[[]]]]]]",
)  # fmt: skip


def everywhere() -> list[str]:
    """JSON texts that neither an amount nor a phone nor a date may be: two hundred of them."""
    spoilt = [text for mark in ODD for text in (f"15{mark}00000", f"{mark}1500000", f"1500000{mark}")]
    spoilt += [f"15{gap}000{gap}00" for gap in GAPS]
    return [*RAW, *(json.dumps(text) for text in (*WORDS, *spoilt))]


AMOUNTS = [
    json.dumps(text) for text in ("0", "-1", "-0", "0.00", "00", "1.5", "1500000.55", "Rp -5", "12 34 5")
]
AMOUNTS += ["0", "-1", "-1500000"]
PHONES = [
    json.dumps(text)
    for text in (
        "0", "08", "0812", "+62", "+6281", "081234567890123456", "+62" + "8" * 30, "+0081234567890", "++6281234567890",
        "+6281234567890,+6281234567891", "081234567890/081234567891", "abcdefghij", "0800BUNGA", "+1555", "62 8",
    )
]  # fmt: skip
DATES = [
    json.dumps(text)
    for text in (
        "2026-13-01", "2026-02-30", "2026-00-10", "2026-12-00", "2026-12-32", "20261205", "2026-12-5", "26-12-05",
        "05-12-2026", "12/05/2026", "2026-12-05T00:00:00", "2026-W49-6", "2026-339", "-2026-12-05", "10000-01-01",
        "0001-01-01", "9999-12-31", "2026-12-05\n", "2026-12-05 2026-12-06", "tomorrow", "besok", "1765000000",
    )
]  # fmt: skip
