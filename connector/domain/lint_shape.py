"""The shape of a template: what Meta refuses, what an SMS cannot hold and what our renderer cannot fill."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connector.domain.sms import segments
from connector.domain.templates import PLACEHOLDER, Template, Wording, names_in
from connector.domain.variables import LANGUAGES, variable

BODY_LONGEST = 1024
FOOTER_LONGEST = 60
BUTTON_LONGEST = 25
REPLY_BUTTON_LONGEST = 20  # a button of a free message is shorter than one of a template
SMS_LONGEST = 160
WORDS_PER_VARIABLE = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `place` is the path in the template file, joined by dots: `languages.id.body`."""

    place: str
    code: str
    sentence: Mapping[str, str]


def found(place: str, code: str, indonesian: str, english: str) -> Finding:
    """A finding in both languages."""
    return Finding(place, code, {"id": indonesian, "en": english})


def texts_of(base: str, wording: Wording) -> Iterator[tuple[str, str]]:
    """Every text of a language with its place."""
    yield f"{base}.body", wording.body
    if wording.footer:
        yield f"{base}.footer", wording.footer
    for index, button in enumerate(wording.buttons):
        yield f"{base}.buttons.{index}.title", button.title
    for index, sms in enumerate(wording.sms):
        yield f"{base}.sms.{index}", sms


def shape_findings(template: Template) -> Iterator[Finding]:
    """What Meta refuses at creation, and what our own renderer cannot fill."""
    declared = {param.name for param in template.params}
    for name in sorted(declared):
        if variable(name) is None:
            yield _unknown(f"params.{name}", name)
    bodies = {language: frozenset(names_in(wording.body)) for language, wording in template.languages.items()}
    for language in LANGUAGES:
        if language not in bodies:
            yield found(
                "languages",
                "language_missing",
                f"Bahasa {language} belum ada.",
                f"Language {language} is missing.",
            )
    if len(set(bodies.values())) > 1:
        yield found(
            "languages",
            "variables_differ",
            "Semua bahasa memakai variabel yang sama di body.",
            "Every language uses the same variables in its body.",
        )
    for language, wording in template.languages.items():
        base = f"languages.{language}"
        for place, text in texts_of(base, wording):
            yield from _placeholders(place, text, declared)
        yield from _meta_body(f"{base}.body", wording.body)
        yield from _meta_rest(base, template, wording)
        yield from _sms_fits(base, template, wording)
    used = frozenset(
        n for w in template.languages.values() for _, text in texts_of("", w) for n in names_in(text)
    )
    for name in sorted(declared - used):
        yield found(f"params.{name}", "variable_unused", f"`{name}` tidak dipakai.", f"`{name}` is not used.")


def _placeholders(place: str, text: str, declared: set[str]) -> Iterator[Finding]:
    rest = PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        yield found(
            place,
            "placeholder_malformed",
            "Hanya {{nama_variabel}} yang dikenal; tidak ada rumus di dalam template.",
            "Only {{variable_name}} is known; there are no formulas in a template.",
        )
    for name in names_in(text):
        if variable(name) is None:
            yield _unknown(place, name)
        elif name not in declared:
            yield found(
                place,
                "variable_undeclared",
                f"`{name}` belum ada di params.",
                f"`{name}` is not listed in params.",
            )
    if place.endswith((".footer", ".title")) and names_in(text):
        yield found(
            place,
            "variable_misplaced",
            "Footer dan tombol tidak memuat variabel.",
            "A footer or button holds no variable.",
        )


def _unknown(place: str, name: str) -> Finding:
    return found(
        place,
        "variable_unknown",
        f"`{name}` tidak ada di daftar variabel.",
        f"`{name}` is not in the catalogue of variables.",
    )


def _meta_body(place: str, body: str) -> Iterator[Finding]:
    count = len(PLACEHOLDER.findall(body))
    if not 1 <= len(body) <= BODY_LONGEST:
        yield found(
            place,
            "body_length",
            f"Body 1 sampai {BODY_LONGEST} huruf.",
            f"A body has 1 to {BODY_LONGEST} characters.",
        )
    if re.match(r"\s*\{\{", body) or re.search(r"\}\}\W*\Z", body):
        yield found(
            place,
            "variable_at_edge",
            "Body tidak boleh diawali atau diakhiri variabel.",
            "A body may not start or end with a variable.",
        )
    if re.search(r"\}\}\s*\{\{", body):
        yield found(
            place,
            "variables_adjacent",
            "Dua variabel tidak boleh bersebelahan.",
            "Two variables may not stand side by side.",
        )
    fixed = len(re.findall(r"\w+", PLACEHOLDER.sub(" ", body)))
    if count and fixed < WORDS_PER_VARIABLE * count:
        yield found(
            place,
            "words_few",
            f"Sedikitnya {WORDS_PER_VARIABLE} kata tetap untuk tiap variabel ({fixed} untuk {count}).",
            f"At least {WORDS_PER_VARIABLE} fixed words for each variable ({fixed} for {count}).",
        )
    if "\n\n\n" in body or re.search(r" {5,}|\t", body):
        yield found(
            place,
            "body_spacing",
            "Paling banyak satu baris kosong dan empat spasi berurutan.",
            "At most one empty line and four spaces in a row.",
        )


def _meta_rest(base: str, template: Template, wording: Wording) -> Iterator[Finding]:
    if wording.footer and len(wording.footer) > FOOTER_LONGEST:
        yield found(
            f"{base}.footer",
            "footer_length",
            f"Footer paling panjang {FOOTER_LONGEST} huruf.",
            f"A footer has at most {FOOTER_LONGEST} characters.",
        )
    longest = REPLY_BUTTON_LONGEST if template.reply else BUTTON_LONGEST
    for index, button in enumerate(wording.buttons):
        if not 1 <= len(button.title) <= longest:
            yield found(
                f"{base}.buttons.{index}.title",
                "button_length",
                f"Tombol paling panjang {longest} huruf.",
                f"A button has at most {longest} characters.",
            )
    if len(wording.buttons) > 3:
        yield found(f"{base}.buttons", "buttons_many", "Paling banyak tiga tombol.", "At most three buttons.")


def _sms_fits(base: str, template: Template, wording: Wording) -> Iterator[Finding]:
    """The SMS holds within one segment even when every value is as long as its SMS limit."""
    limits = {param.name: param.sms_max for param in template.params}
    for index, sms in enumerate(wording.sms):
        longest = PLACEHOLDER.sub(lambda found: "x" * limits.get(found[1], 0), sms)
        length = segments(longest).units
        if length > SMS_LONGEST:
            yield found(
                f"{base}.sms.{index}",
                "sms_length",
                f"SMS sampai {length} huruf; paling banyak {SMS_LONGEST}.",
                f"The SMS can reach {length} characters; at most {SMS_LONGEST}.",
            )
        if not sms.isascii():
            yield found(
                f"{base}.sms.{index}",
                "sms_alphabet",
                "SMS hanya memakai huruf, angka dan tanda baca biasa.",
                "An SMS uses plain letters, digits and marks only.",
            )
