"""T-48: numbers and texts that break parsers get a 4xx with a code, quickly, and never a 5xx."""

import json
import time
import unicodedata
from typing import Any

import pytest
from threats.conftest import Guarded
from threats.doors import Door

from connector.store import schema

DIGITS = {
    "arabic": "١٢٣٤٥٦",
    "persian": "۱۲۳۴۵۶",
    "devanagari": "१२३४५६",
    "full-width": "１２３４５６",
    "mathematical": "𝟏𝟐𝟑𝟒𝟓𝟔",
    "superscript": "¹²³",
    "circled": "①②③",
    "roman": "Ⅻ",
    "han": "一二三",
}
AMOUNTS = [
    "1e1000000", "1E9", "1e-9", "-1e5", "NaN", "nan", "-NaN", "Infinity", "-Infinity", "inf", "0x10", "0b11", "0o17",
    "9" * 5000, "9" * 100, "9" * 19, "1" + "0" * 18, "-1", "-0", "+-1", "--5", "1--", "0", "0.0", "00", "1.2.3.4,5",
    "1,2,3", "1..000", "1_000", "1 0 0 0 x", "", " ", "\t", "\n", "Rp", "Rp-5", "lima", "1/3", "½", "10%", "1;2",
    "1,5,jt", "jt", "1 juta juta", "1.500.00", "1.50.000", "15.00.000", "1.500,000.00", ".", ",", "-", "+", "e", "E5",
    "1\u0000", "\u00001", "1\u202e000", "\u202d1000", "1\ufeff\ufeff\u0000", "\ud800", "1\udfff", "1\u0085\u0000",
    "#REF!", "=1+1", "1e", "²", "1﹒5", "∞", "１e５", "1e５", "٫", "1٫5", "1٬000", *DIGITS.values(),
    *(f"{d}000" for d in DIGITS.values()), *(f"Rp {d}" for d in DIGITS.values()),
]  # fmt: skip
RAW = [
    "NaN", "Infinity", "-Infinity", "1e1000000", "-1e1000000", "1e400", "1.5", "0.1", "-1", "0", "9" * 5000, "9" * 400,
    "1" + "0" * 19, "true", "false", "[]", "{}", "[1]", '{"a":1}', "0.30000000000000004", "1e-400", "-0", "1.0e2",
]  # fmt: skip
TEXTS = [
    "a\u0000b", "\u0000", "\ud800", "a\udfffb", "\udc80\udc80", "\u202eevil", "a\u202ab", "\u2066x\u2069", "\u200f",
    "\u001b[31m", "a\u0007b", "\u0085", "\u2028", "\ufffe", "\ufeff", "x" * 100_000, "\u0301" * 500, "é" * 201,
    "\r\nBcc: x", "\x7f", "\u061c", "\u200e\u200f", "\U000e0001", "\U0010ffff", "\u180e", "\u00ad" * 300, " ", "",
]  # fmt: skip
PHONES = [
    *DIGITS.values(), *(f"08{d}7890" for d in DIGITS.values()), "8.12E+11", "08123456789\u0000", "\ud8000812345678",
    "0812345678l0", "+62" * 10, "0" * 40, "9" * 5000, "+", "00", "08-", "NaN", "1e12", "-0812345678",
    "0812\u202e345678",
    "+62 812 3456 7890 / 0813 1111 2222", "(0812)", "tel:", "wa.me/", "0812 3456 7890;ext=1", "+62\n8123456789\n0",
]  # fmt: skip
DATES = [
    "0000-00-00", "2026-02-30", "9999-12-31", "10000-01-01", "2026-13-01", "26-1-1", "٢٠٢٦-١٢-٠٥", "NaN", "-1", "", " ",
    "2026-12-05\u0000", "1" * 5000, "2026-12-05T25:61", "0001-01-01",
]  # fmt: skip
GIVEN: dict[str, Any] = {
    "customer_name": "Siti Uji",
    "customer_phone": "081290001111",
    "amount": "1500000",
    "due_date": "2026-12-05",
    "invoice_number": "T-1",
}
COUNT = len(AMOUNTS) + len(RAW) + len(TEXTS) + len(PHONES) + len(DATES)


def body(**changed: Any) -> bytes:
    """JSON with lone surrogates as escapes, which is how they come in."""
    return json.dumps({**GIVEN, **changed}).encode()


def judged(
    door: Door, sent: list[tuple[str, bytes]], action: str = "create_invoice"
) -> list[tuple[str, int]]:
    """What was taken although it is a trap; every answer is quick, and every refusal has a code."""
    taken = []
    spent = []
    for name, raw in sent:
        begun = time.perf_counter()
        answer = door.raw(action, raw)
        spent.append(time.perf_counter() - begun)
        assert answer.status_code < 500, (name[:40], answer.get_data(as_text=True)[:300])
        if answer.status_code >= 400:
            assert answer.get_json()["code"], name[:40]
        else:
            taken.append((name, answer.status_code))
    assert min(spent) < 0.05, "quick whenever this machine has the time"
    assert sorted(spent)[len(spent) // 2] < 0.5, "none of them is work"
    return taken


def test_t48_there_are_two_hundred_of_them() -> None:
    assert COUNT >= 200


def test_t48_no_trap_becomes_an_amount(home: Guarded) -> None:
    sent = [(text, body(amount=text)) for text in AMOUNTS]
    sent += [(text, body(amount="@").replace(b'"@"', text.encode())) for text in RAW]

    assert judged(Door(home), sent) == []
    assert home.world.rows(schema.invoices) == []


def test_t48_no_trap_becomes_a_phone_or_a_date(home: Guarded) -> None:
    sent = [(text, body(customer_phone=text)) for text in PHONES]
    sent += [(text, body(due_date=text)) for text in DATES]

    taken = judged(Door(home), sent)

    assert [name for name, _ in taken] == []


@pytest.mark.parametrize("field", ["customer_name", "description", "invoice_number", "customer_ref"])
def test_t48_no_text_brings_what_hides_or_breaks(home: Guarded, field: str) -> None:
    door = Door(home)

    judged(door, [(text, body(**{field: text, "invoice_number" if field != "invoice_number" else "source": f"N-{n}"}))
                  for n, text in enumerate(TEXTS)])  # fmt: skip

    for row in (*home.world.rows(schema.invoices), *home.world.rows(schema.customers)):
        for value in (getattr(row, "description", None), getattr(row, "number", None), getattr(row, "name", None),
                      getattr(row, "ref", None)):  # fmt: skip
            hidden = [
                c for c in value or "" if unicodedata.category(c) in ("Cc", "Cs") or c in "\u202a\u202e\u2066"
            ]
            assert hidden == [], field


def test_t48_part_payments_are_read_by_the_same_parser(home: Guarded) -> None:
    home.world.invoice()
    sent = [
        (text, json.dumps({"invoice": "T-1", "amount": text}).encode()) for text in AMOUNTS if text.strip()
    ]

    assert judged(Door(home), sent, "mark_paid") == []
    assert home.world.act("get_invoice", invoice="T-1")["amount_paid"] == "0"


FAR = ["0001-01-01", "9999-12-31"]
FAR_TIMES = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2300-01-01"]
FAR_CALLS: list[tuple[str, str, dict[str, Any]]] = [
    *(("pause_sequence", "until", {"invoice": "T-1", "reason": "x", "until": day}) for day in FAR),
    *(("pause_all", "until", {"reason": "x", "until": day}) for day in FAR),
    *(("get_summary", "to", {"to": day}) for day in FAR),
    *(("update_invoice", "appointment_at", {"invoice": "T-1", "appointment_at": at}) for at in FAR_TIMES),
    *(("schedule_reminder", "send_at", {"invoice": "T-1", "template": "overdue_notice", "send_at": at})
      for at in FAR_TIMES),
]  # fmt: skip


def test_t48_a_year_far_from_ours_is_refused_in_its_field(home: Guarded) -> None:
    home.world.invoice("T-1")
    door = Door(home)

    answers = [(field, door.act(action, **given)) for action, field, given in FAR_CALLS]

    told = [(a.status_code, [(e["field"], e["code"]) for e in a.get_json()["errors"]]) for _, a in answers]
    assert told == [(422, [(field, "date_out_of_range")]) for field, _ in answers]
