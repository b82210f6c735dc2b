"""Rendering and the values that go into it: whole sentences, one line each, nothing executed."""

import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import (
    Business,
    Button,
    Customer,
    Invoice,
    InvoiceStatus,
    Permission,
    Promise,
    PromiseState,
    Stage,
)
from connector.domain.problems import Problem
from connector.domain.sms import segments
from connector.domain.templates import (
    Param,
    Template,
    Wording,
    customer_values,
    meta_template_body,
    promise_buttons,
    render,
    statement_values,
    suspicious,
    suspicious_names,
    url_suffix,
    values_for,
)
from connector.domain.variables import clean
from connector.specs.templates import load_templates

SHIPPED, _ = load_templates(Path(__file__).parents[2] / "recipes" / "templates")

BUSINESS = Business(
    id="biz_1",
    name="Kost Melati",
    language="id",
    zone="Asia/Jakarta",
    country="ID",
    currency="IDR",
    relationship="first_party",
    payment_details="BCA 1234567890 a.n. Kost Melati",
    office_hours=None,
    pay_host=None,
)
SITI = Customer(id="cus_1", ref="A3", name="Siti Rahma", folded_name="siti rahma")
RENT = Invoice(
    id="inv_1",
    number="A3-2026-12",
    customer_id="cus_1",
    source="api",
    amount=150_000_000,
    paid=0,
    currency="IDR",
    issue_date=date(2026, 11, 28),
    due_date=date(2026, 12, 5),
    status=InvoiceStatus.OPEN,
    description="Sewa kamar A3, Desember 2026",
)


def note(
    body: str, *, sms: tuple[str, ...] = (), params: tuple[str, ...] = ("customer_name", "amount")
) -> Template:
    wording = Wording(body=body, sms=sms, buttons=(Button("already_paid", "Sudah bayar"),))
    return Template(
        name="note",
        version="1",
        category="utility",
        stage=Stage.OTHER,
        permission=Permission.NOTICE,
        params=tuple(Param(name, 20, 10, {"id": "x", "en": "x"}) for name in params),
        languages={"id": wording, "en": wording},
        title={"id": "Catatan", "en": "Note"},
    )


def test_the_sample_invoice_reads_as_a_whole_message():
    values = values_for(RENT, SITI, BUSINESS, "id", today=date(2026, 11, 28))

    rendered = render(SHIPPED["invoice_created"].template, "id", values)

    assert rendered.text == (
        "Halo Siti Rahma, ini tagihan baru dari Kost Melati.\n\n"
        "No. invoice: A3-2026-12\n"
        "Untuk: Sewa kamar A3, Desember 2026\n"
        "Jumlah: Rp1.500.000\n"
        "Jatuh tempo: 5 Des 2026\n"
        "Cara bayar: BCA 1234567890 a.n. Kost Melati\n\n"
        "Bila ada yang kurang sesuai, cukup balas pesan ini. Terima kasih."
    )
    assert rendered.whole.endswith("\n\nBalas STOP untuk berhenti menerima pesan ini")
    assert [name for name, _ in rendered.params][:3] == ["customer_name", "business_name", "invoice_number"]
    assert [button.id for button in rendered.buttons] == ["already_paid", "need_more_time"]


def test_an_sms_without_a_link_says_how_to_pay_and_with_one_gives_it():
    values = values_for(RENT, SITI, BUSINESS, "id")
    template = SHIPPED["payment_reminder"].template

    plain = render(template, "id", values)
    linked = render(template, "id", {**values, "pay_link": "https://bayar.example/a1"})

    assert plain.sms is not None and plain.sms.endswith("Cara bayar: BCA 1234567890 a.n. Kost Melati")
    assert plain.pay_url is None
    assert linked.sms is not None and linked.sms.endswith("https://bayar.example/a1")
    assert linked.pay_url == "https://bayar.example/a1"


def test_an_sms_that_outgrows_one_segment_gives_way_to_a_shorter_one():
    template = note(
        "Halo {{customer_name}}, sisa {{amount}} ya.", sms=("y" * 155 + "{{amount}}", "Sisa {{amount}}")
    )

    rendered = render(template, "id", {"customer_name": "Siti", "amount": "Rp1.500.000"})

    assert rendered.sms == "Sisa Rp1.500.000"


def test_a_variable_without_a_value_is_refused_by_name():
    with pytest.raises(Problem) as refused:
        render(note("Halo {{customer_name}}, sisa {{amount}} ya."), "id", {"customer_name": "Siti"})

    assert refused.value.code == "template_variables_missing"
    assert refused.value.params == {"template": "note", "names": "amount"}


def test_an_unknown_language_falls_back_to_the_first():
    rendered = render(SHIPPED["due_today"].template, "jv", values_for(RENT, SITI, BUSINESS, "id"))

    assert rendered.language == "id"


def test_values_are_guests_and_bring_no_placeholders_lines_or_runs_of_spaces():
    template = note("Halo {{customer_name}}, sisa {{amount}} ya.")

    rendered = render(template, "id", {"customer_name": "A\n\tB      {{amount}}", "amount": ""})

    assert rendered.text == "Halo A B {{amount}}, sisa - ya."


def test_names_are_cut_but_figures_and_accounts_never_are():
    template = note(
        "Untuk {{customer_name}}: {{payment_details}} ya.", params=("customer_name", "payment_details")
    )
    long_account = "Bank Contoh 1234567890123456 a.n. Kost Melati"

    rendered = render(template, "id", {"customer_name": "x" * 99, "payment_details": long_account})

    assert dict(rendered.params)["customer_name"] == "x" * 17 + "..."
    assert dict(rendered.params)["payment_details"] == long_account


@given(st.text(max_size=300), st.integers(min_value=4, max_value=80))
def test_a_cleaned_value_is_always_one_short_line(value, longest):
    cleaned = clean(value, longest)

    assert 1 <= len(cleaned) <= longest
    assert cleaned == cleaned.strip()
    assert not set(cleaned) & set("\n\r\t\x0b\x0c\x85\u2028\u2029\u202e")
    assert "  " not in cleaned


@given(st.dictionaries(st.sampled_from(["customer_name", "description"]), st.text(max_size=120)))
def test_every_shipped_template_renders_whatever_the_values_hold(free):
    values = values_for(RENT, SITI, BUSINESS, "id", today=date(2026, 12, 8)) | free
    values |= statement_values([RENT], SITI, BUSINESS, "id") | free

    for file in SHIPPED.values():
        rendered = render(file.template, "id", values)
        assert "\n\n\n" not in rendered.text
        assert len(rendered.text) <= 1024
        assert all(value and "\n" not in value for _, value in rendered.params)


def test_every_sms_stays_one_segment_with_every_value_at_its_longest():
    filler = string.ascii_letters * 4

    for file in SHIPPED.values():
        longest = {param.name: filler[: param.sms_max] for param in file.template.params}
        for language in file.template.languages:
            for values in (longest, {**longest, "pay_link": ""}):
                sms = render(file.template, language, values).sms
                assert sms is None or (segments(sms).count, segments(sms).encoding) == (1, "GSM-7"), (
                    file.name,
                    sms,
                )
                assert sms is not None or file.name == "promise_ask"


def test_a_bill_without_account_or_link_says_whom_to_ask():
    bare = Business(**{**_fields(BUSINESS), "payment_details": None})

    assert values_for(RENT, SITI, bare, "id")["payment_details"] == "hubungi kami"
    assert values_for(RENT, SITI, bare, "en", pay_link="https://bayar.example/x")["payment_details"] == (
        "https://bayar.example/x"
    )


def test_a_receipt_and_a_promise_bring_their_own_values():
    promise = Promise(
        id="pro_1",
        no=1,
        invoice_id="inv_1",
        customer_id="cus_1",
        on=date(2026, 12, 25),
        amount=100_000_000,
        state=PromiseState.OPEN,
        made_at=datetime(2026, 12, 6, tzinfo=UTC),
    )

    values = values_for(
        RENT,
        SITI,
        BUSINESS,
        "en",
        today=date(2026, 12, 8),
        paid_amount=50_000_000,
        paid_on=date(2026, 12, 7),
        payment_method="transfer",
        promise=promise,
    )

    assert values["paid_amount"] == "Rp500,000"
    assert values["paid_date"] == "7 Dec 2026"
    assert values["promise_date"] == "25 Dec 2026"
    assert values["promise_amount"] == "Rp1,000,000"
    assert values["days_overdue"] == "3"


def test_the_contact_person_is_greeted_and_extra_fields_are_there():
    shop = Customer(id="c", ref=None, name="Toko Maju", folded_name="toko maju", contact_name="Ibu Rina")
    invoice = Invoice(**{**_fields(RENT), "extra": {"plan": "HIIT", "seats": 3, "note": None}})

    values = values_for(invoice, shop, BUSINESS, "id")

    assert values["customer_name"] == "Ibu Rina"
    assert (values["extra_plan"], values["extra_seats"], values["extra_note"]) == ("HIIT", "3", "")
    assert customer_values(shop, BUSINESS)["customer_name"] == "Ibu Rina"


def test_a_statement_lists_whole_invoices_in_order_and_counts_the_rest():
    invoices = [
        Invoice(
            **{**_fields(RENT), "id": f"i{n}", "number": f"A3-{n:02d}", "due_date": date(2026, 12, 31 - n)}
        )
        for n in range(1, 30)
    ]

    values = statement_values(invoices, SITI, BUSINESS, "id")

    assert values["count"] == "29"
    assert values["total"] == "Rp43.500.000"
    assert values["invoices_text"].startswith("A3-29 Rp1.500.000 (2 Des 2026); A3-28")
    assert values["invoices_text"].endswith("lagi")
    assert len(values["invoices_text"]) <= 500
    assert "\n" not in values["invoices_text"]


def test_a_statement_keeps_currencies_apart():
    dollars = Invoice(
        **{**_fields(RENT), "id": "i2", "currency": "USD", "amount": 1000, "due_date": date(2027, 1, 1)}
    )

    values = statement_values([dollars, RENT], SITI, BUSINESS, "en")

    assert values["total"].startswith("Rp1,500,000 + ")


def test_promise_dates_become_at_most_three_buttons():
    days = [date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 1, 2)]

    buttons = promise_buttons(days, "en")

    assert buttons == (
        Button("promise:2026-12-25", "25 Dec"),
        Button("promise:2026-12-28", "28 Dec"),
        Button("promise:2027-01-01", "1 Jan"),
    )
    asked = render(
        SHIPPED["promise_ask"].template, "en", values_for(RENT, SITI, BUSINESS, "en"), buttons=buttons
    )
    assert asked.buttons == buttons


SUSPICIOUS = [
    "rek baru BCA 88123456",
    "Rekening baru: 88 1234 5678",
    "bayar ke Bank Contoh",
    "transfer ke 0812",
    "https://evil.example",
    "lihat bit.ly/abc",
    "pay-xendit.co",
    "cek evil.com sekarang juga ya",
    "t.me/rekening",
    "www . evil . com",
    "8812345678",
    "８８１２３４５６７８",
    "88-1234-5678",
    "8812\u200b345678",
    "BCA: 12345",
    "dana 081234",
    "VA 98765 43210",
    "please pay to the new account",
    "new account number inside",
    "a/n Budi",
    "QRIS terlampir",
    "wa.me/628123",
    "IBAN DE00",
]
HARMLESS = [
    "Sewa kamar A3, Desember 2026",
    "Siti Rahma",
    "Dana Permata Mandiri",
    "PT Mandiri Jaya Abadi",
    "Rekening listrik November 2026",
    "Sewa 2026-12-05 s/d 2027-01-05",
    "Periode 01/12/2026-31/12/2026",
    "Cicilan 3 dari 12, Rp12.500.000",
    "Jl.Merdeka No.10, RT.03/RW.05",
    "Kamar A3 (2 orang), listrik 350 kWh",
    "Account management fee, December",
    "Jasa transfer kendaraan",
    "Sampai akhir bulan ini. Id pelanggan 33",
    "",
    "-",
]


@pytest.mark.parametrize("value", SUSPICIOUS)
def test_a_value_that_says_where_to_pay_is_suspicious(value):
    assert suspicious(value)


@pytest.mark.parametrize("value", HARMLESS)
def test_an_ordinary_value_is_not_suspicious(value):
    assert not suspicious(value)


def test_only_free_values_are_judged_and_references_may_be_long_digits():
    template = SHIPPED["invoice_created"].template
    good = values_for(RENT, SITI, BUSINESS, "id") | {"invoice_number": "202612000123456"}

    assert suspicious_names(template, good) == ()
    assert suspicious_names(template, good | {"description": "rek baru BCA 88123456"}) == ("description",)
    assert suspicious_names(template, good | {"invoice_number": "http://evil.example"}) == ("invoice_number",)


def test_the_pay_buttons_suffix_exists_only_on_the_approved_host():
    assert url_suffix("https://pay.example.com/i/a1", "pay.example.com") == "i/a1"
    assert url_suffix("https://pay.example.com/i/a1", "https://pay.example.com/") == "i/a1"
    assert url_suffix("https://pay.example.com.evil.example/i", "pay.example.com") is None
    assert url_suffix("http://pay.example.com/i", "pay.example.com") is None
    assert url_suffix("https://pay.example.com/", "pay.example.com") is None
    assert url_suffix(None, "pay.example.com") is None


def test_metas_creation_body_has_examples_a_short_life_and_a_second_shape_with_a_pay_button():
    template = SHIPPED["overdue_notice"].template

    plain = meta_template_body(template, "id")
    paying = meta_template_body(template, "id", pay_host="pay.example.com")

    assert (plain["name"], plain["category"], plain["parameter_format"]) == (
        "overdue_notice",
        "UTILITY",
        "NAMED",
    )
    assert plain["message_send_ttl_seconds"] == 43_200
    assert [b["type"] for b in plain["components"][-1]["buttons"]] == ["QUICK_REPLY", "QUICK_REPLY"]
    assert paying["name"] == "overdue_notice_pay"
    assert paying["components"][-1]["buttons"][0]["url"] == "https://pay.example.com/{{1}}"


def _fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
