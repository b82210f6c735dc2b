"""The wording lint: what may not stand in a billing message, and what must.

Three sorts of rules: decency (no threats, shaming, pressure), truth and safety (who, which invoice, how much,
when; no account and no link typed in), and the shape that Meta accepts. It reads wording only; values are
judged when they are filled in (`variables.suspicious`).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from connector.domain.lint_shape import Finding, found, shape_findings, texts_of
from connector.domain.lint_words import BANS, MARKETING
from connector.domain.model import Permission, Stage
from connector.domain.templates import PLACEHOLDER, Template, Wording, names_in

__all__ = ["Finding", "lint_template"]

_URL = re.compile(
    r"https?:|www\.|://|\b[a-z0-9-]+\.(?:com|id|net|org|co|io|me|ly|link|info|xyz|app|page|example)\b"
)
_ACCOUNT = re.compile(r"\d(?:[ .\-]?\d){5,}")
_HOURS = re.compile(r"(?<!\d)[0-2]?\d[.:][0-5]\d\s?-\s?[0-2]?\d[.:][0-5]\d(?!\d)")
_PAID_ALREADY = {
    "id": (re.compile(r"\babaikan\b"), re.compile(r"\bsudah\s+(?:di|mem)?(?:bayar|lunas|transfer)")),
    "en": (
        re.compile(r"\b(?:ignore|disregard)\b"),
        re.compile(r"\balready\s+paid\b|\b(?:have|been)\s+paid\b"),
    ),
}
_OPT_OUT = re.compile(r"\bSTOP\b|\bBERHENTI\b")
_CAPS = re.compile(r"\b[A-Z]{5,}\b")
_CAPS_ALLOWED = frozenset({"BERHENTI", "MULAI", "START"})
_CAPS_RUN = re.compile(r"\b[A-Z]{3,}\s+[A-Z]{3,}\s+[A-Z]{3,}\b")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2069\ufeff]")

_INVOICE_WORDS = ("invoice_number", "amount", "due_date", "business_name")
_MUST_NAME: Mapping[Stage, tuple[str, ...]] = {
    Stage.CREATED: _INVOICE_WORDS,
    Stage.PRE_DUE: _INVOICE_WORDS,
    Stage.DUE: _INVOICE_WORDS,
    Stage.OVERDUE: _INVOICE_WORDS,
    Stage.RECEIPT: ("invoice_number", "paid_amount", "business_name"),
    Stage.OTHER: ("business_name",),
}


# A text about several invoices names them by their list, or in an SMS by how many they are.
_ALSO_NAMED: Mapping[str, frozenset[str]] = {"invoice_number": frozenset({"invoices_text", "count"})}


def lint_template(template: Template) -> list[Finding]:
    """Everything that is to be mended before this wording may be used; empty when it is clean."""
    return [*shape_findings(template), *_wording(template)]


def _wording(template: Template) -> Iterator[Finding]:
    for language, wording in template.languages.items():
        base = f"languages.{language}"
        for place, text in texts_of(base, wording):
            yield from _indecent(place, text, template.category)
            yield from _typed_in(place, text)
        yield from _must_say(template, language, wording)


def _indecent(place: str, text: str, category: str) -> Iterator[Finding]:
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    folded = " ".join(PLACEHOLDER.sub(" ~ ", plain).casefold().split())
    bans = BANS if category == "marketing" else (*BANS, MARKETING)
    for ban in bans:
        hit = ban.hit(folded)
        if hit:
            yield found(place, ban.code, f'"{hit}": {ban.id}', f'"{hit}": {ban.en}')
    loud = next((word for word in _CAPS.findall(plain) if word not in _CAPS_ALLOWED), None)
    run = _CAPS_RUN.search(plain)
    if loud or run:
        shown = loud or (run[0] if run else "")
        yield found(
            place,
            "capitals",
            f'"{shown}": jangan berteriak dengan huruf besar.',
            f'"{shown}": do not shout in capitals.',
        )


def _typed_in(place: str, text: str) -> Iterator[Finding]:
    bare = PLACEHOLDER.sub(" ~ ", unicodedata.normalize("NFKC", text)).casefold()
    if _ACCOUNT.search(_HOURS.sub(" ~ ", bare)):
        yield found(
            place,
            "account_typed_in",
            "Nomor rekening tidak ditulis di template; pakai {{payment_details}}, yang sudah disetujui.",
            "An account number is not typed into a template; use {{payment_details}}, which is approved.",
        )
    if _URL.search(bare):
        yield found(
            place,
            "link_typed_in",
            "Tautan tidak ditulis di template; pakai {{pay_link}} atau pay_button: true.",
            "A link is not typed into a template; use {{pay_link}} or pay_button: true.",
        )


def _must_say(template: Template, language: str, wording: Wording) -> Iterator[Finding]:
    base = f"languages.{language}"
    needed = _MUST_NAME[template.stage] if template.permission is not Permission.REPLY else ()
    for place, text in (
        (f"{base}.body", wording.body),
        *((p, t) for p, t in texts_of(base, wording) if ".sms." in p),
    ):
        for name in needed:
            if not {name, *_ALSO_NAMED.get(name, ())} & set(names_in(text)):
                yield found(
                    place,
                    f"{name}_missing",
                    f"{{{{{name}}}}} harus disebut, supaya penerima tahu tagihan siapa dan yang mana.",
                    f"{{{{{name}}}}} must be named, so that the reader knows whose invoice and which.",
                )
    body = wording.body.casefold()
    wanted = _PAID_ALREADY.get(language, ()) if template.stage is Stage.OVERDUE else ()
    if not all(words.search(body) for words in wanted):
        yield found(
            f"{base}.body",
            "already_paid_missing",
            'Sebut bahwa pesan boleh diabaikan "jika sudah membayar".',
            'Say that the message may be ignored "if you have already paid".',
        )
    if template.permission is Permission.REMINDER and not _OPT_OUT.search(wording.footer or ""):
        yield found(
            f"{base}.footer",
            "opt_out_missing",
            "Footer pengingat memuat cara berhenti: Balas STOP untuk berhenti.",
            "A reminder's footer says how to stop: Reply STOP to stop these messages.",
        )
