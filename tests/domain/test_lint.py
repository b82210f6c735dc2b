"""The wording lint: decent, true, complete, and in a shape that Meta and an SMS take."""

from dataclasses import replace
from pathlib import Path

import pytest

from connector.domain.lint import lint_template
from connector.domain.model import Button, Permission, Stage
from connector.domain.templates import Param, Template, Wording
from connector.domain.variables import CATALOGUE
from connector.specs.templates import load_templates

SHIPPED, _ = load_templates(Path(__file__).parents[2] / "recipes" / "templates")
GOOD = SHIPPED["overdue_notice"].template


def codes(template: Template) -> set[str]:
    return {finding.code for finding in lint_template(template)}


def with_body(body: str, *, language: str = "id", template: Template = GOOD) -> Template:
    wording = replace(template.languages[language], body=body)
    return replace(template, languages={**template.languages, language: wording})


def saying(sentence: str, *, language: str = "id") -> Template:
    body = GOOD.languages[language].body
    return with_body(f"{body} {sentence}", language=language)


def test_a_good_template_has_no_findings():
    assert lint_template(GOOD) == []


@pytest.mark.parametrize(
    ("code", "language", "sentence"),
    [
        ("threat", "id", "Jika tidak, kami lapor polisi."),
        ("threat", "id", "Barang Anda akan disita."),
        ("threat", "id", "Penghuni bisa diusir dari kamar."),
        ("threat", "id", "Listrik akan diputus besok."),
        ("threat", "en", "Debt collector will visit you."),
        ("threat", "en", "There will be consequences for this."),
        ("threat", "en", "Your things may be seized by us."),
        ("legal", "id", "Kami tempuh jalur hukum bila perlu."),
        ("legal", "id", "Perkara ini dibawa ke pengadilan."),
        ("legal", "id", "Anda akan kami gugat."),
        ("legal", "en", "We will take legal action now."),
        ("legal", "en", "Our lawyer will write to you."),
        ("shaming", "id", "Nama Anda kami viralkan."),
        ("shaming", "id", "Keluarga Anda akan kami hubungi."),
        ("shaming", "id", "Anda masuk daftar hitam kami."),
        ("shaming", "id", "Anda terlambat membayar."),
        ("shaming", "id", "Nama dilaporkan ke SLIK."),
        ("shaming", "en", "You failed to pay us."),
        ("shaming", "en", "This hurts your credit score."),
        ("urgency", "id", "Segera lunasi tagihan ini."),
        ("urgency", "id", "Ini kesempatan terakhir Anda."),
        ("urgency", "id", "Bayar dalam 24 jam ya."),
        ("urgency", "en", "Final notice for this invoice."),
        ("urgency", "en", "Please pay immediately today."),
        ("fee", "id", "Ada denda bila lewat."),
        ("fee", "en", "A late fee will be added."),
        ("marketing", "id", "Dapatkan diskon bulan depan."),
        ("marketing", "en", "Renew now with a discount."),
        ("capitals", "id", "HARAP PERHATIKAN pesan ini."),
        ("capitals", "en", "PAY NOW FOR US please."),
        ("account_typed_in", "id", "Transfer lewat BCA 1234567890 saja."),
        ("account_typed_in", "id", "Rekening kami 12-34-56-78 di sana."),
        ("link_typed_in", "id", "Buka https://bayar.example/x di sini."),
        ("link_typed_in", "en", "Open pay.example.com for the details."),
        ("threat", "id", "Kami lapor po\u200blisi besok."),
        ("threat", "id", "Kami lapor ＰＯＬＩＳＩ besok."),
        ("threat", "id", "Kami\n  lapor   ke\n  penjara besok."),
    ],
)
def test_indecent_or_unsafe_wording_is_found_with_its_place(code, language, sentence):
    findings = lint_template(saying(sentence, language=language))

    found = [finding for finding in findings if finding.code == code]
    assert found, findings
    assert found[0].place == f"languages.{language}.body"
    assert found[0].sentence["id"] != found[0].sentence["en"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Terima kasih atas pengertian Anda.",
        "Bersama ini kami sertakan rinciannya.",
        "Kasita akan membantu Anda.",  # "sita" inside a name
        "Bila ada yang kurang sesuai, beri tahu kami.",
        "Kantor buka pukul 08.00-17.00 setiap hari.",
        "Balas MULAI atau STOP kapan saja.",
    ],
)
def test_ordinary_sentences_are_left_alone(sentence):
    assert lint_template(saying(sentence)) == []


def test_marketing_words_belong_to_the_marketing_category():
    assert "marketing" not in codes(replace(saying("Dapatkan diskon bulan depan."), category="marketing"))


@pytest.mark.parametrize("name", ["invoice_number", "due_date", "amount", "business_name"])
@pytest.mark.parametrize("stage", ["invoice_created", "payment_reminder", "due_today", "overdue_notice"])
def test_a_reminder_names_business_invoice_amount_and_due_date(stage, name):
    template = SHIPPED[stage].template
    body = template.languages["en"].body.replace("{{" + name + "}}", "it")

    findings = lint_template(with_body(body, language="en", template=template))

    assert (f"{name}_missing", "languages.en.body") in {(f.code, f.place) for f in findings}


def test_an_sms_names_them_too():
    wording = replace(GOOD.languages["id"], sms=("Tagihan {{invoice_number}} {{amount}} belum kami terima.",))

    findings = lint_template(replace(GOOD, languages={**GOOD.languages, "id": wording}))

    places = {(f.code, f.place) for f in findings}
    assert ("due_date_missing", "languages.id.sms.0") in places
    assert ("business_name_missing", "languages.id.sms.0") in places


def test_an_overdue_text_says_that_payment_may_have_crossed_it():
    body = GOOD.languages["id"].body.replace("abaikan pesan ini atau ", "")

    assert codes(with_body(body)) == {"already_paid_missing"}


def test_a_reminder_says_how_to_stop():
    silent = {language: replace(wording, footer=None) for language, wording in GOOD.languages.items()}

    assert codes(replace(GOOD, languages=silent)) == {"opt_out_missing"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Halo {{x.__class__}} dari kami semua.", "placeholder_malformed"),
        ("Halo {0.__init__} dari kami semua.", "placeholder_malformed"),
        ("Halo {% for x in y %} dari kami semua.", "placeholder_malformed"),
        ("Halo {{ customer_name }} dari kami semua.", "placeholder_malformed"),
        ("Halo {{customer_name|safe}} dari kami semua.", "placeholder_malformed"),
        ("Halo {{{customer_name}}} dari kami semua.", "placeholder_malformed"),
        ("Halo {{password}} dari kami semua.", "variable_unknown"),
        ("Halo {{total}} dari kami semua.", "variable_undeclared"),
        ("{{customer_name}}, ini dari kami semua.", "variable_at_edge"),
        ("Halo dari kami semua, {{customer_name}}.", "variable_at_edge"),
        ("Halo {{customer_name}} {{amount}} dari kami semua.", "variables_adjacent"),
        ("Halo {{customer_name}} x {{amount}} y", "words_few"),
        ("Halo {{customer_name}} dari kami.\n\n\nTerima kasih ya.", "body_spacing"),
        ("Halo {{customer_name}} " + "kata " * 210, "body_length"),
        ("", "body_length"),
    ],
)
def test_the_shape_that_meta_and_our_renderer_take(text, code):
    assert code in codes(with_body(text))


def test_footers_buttons_and_sms_have_their_own_limits():
    wording = Wording(
        body=GOOD.languages["id"].body,
        footer="Balas STOP untuk berhenti " + "x" * 60 + " {{amount}}",
        buttons=tuple(Button(f"b{n}", "x" * 26) for n in range(4)),
        sms=(GOOD.languages["id"].sms[0] + " tambahan yang membuatnya terlalu panjang", "Tempo \u2026"),
    )

    found = codes(replace(GOOD, languages={**GOOD.languages, "id": wording}))

    assert {
        "footer_length",
        "variable_misplaced",
        "button_length",
        "buttons_many",
        "sms_length",
        "sms_alphabet",
    } <= found


def test_a_reply_is_a_free_message_with_shorter_buttons():
    wording = replace(SHIPPED["promise_ask"].template.languages["id"], buttons=(Button("x", "y" * 21),))
    asked = SHIPPED["promise_ask"].template

    assert "button_length" in codes(replace(asked, languages={**asked.languages, "id": wording}))


def test_both_languages_exist_and_use_the_same_variables():
    only = replace(GOOD, languages={"id": GOOD.languages["id"]})
    differing = with_body(GOOD.languages["en"].body.replace("{{description}}", "rent"), language="en")

    assert "language_missing" in codes(only)
    assert "variables_differ" in codes(differing)


def test_a_declared_variable_is_known_and_used():
    more = (*GOOD.params, Param("total", 9, 9, {}), Param("secret", 9, 9, {}))

    findings = {(f.code, f.place) for f in lint_template(replace(GOOD, params=more))}

    assert ("variable_unused", "params.total") in findings
    assert ("variable_unknown", "params.secret") in findings


def test_extra_fields_may_be_shown_and_code_may_not():
    body = GOOD.languages["id"].body + " Paket {{extra_plan}} ini milik Anda."
    english = GOOD.languages["en"].body + " The plan {{extra_plan}} is yours."
    template = with_body(english, language="en", template=with_body(body))

    assert codes(replace(template, params=(*GOOD.params, Param("extra_plan", 20, 10, {})))) == set()
    assert all(name.isidentifier() and not name.startswith("_") for name in CATALOGUE)


def test_replies_are_not_asked_to_repeat_what_the_customer_is_talking_about():
    asked = SHIPPED["promise_ask"].template

    assert (asked.permission, asked.stage) == (Permission.REPLY, Stage.OTHER)
    assert lint_template(asked) == []
