"""What is said about an input that does not fit, and what counts as not given."""

from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from spec_folder import RECIPES, SPECS

from connector.domain.problems import Invalid, Problem
from connector.specs import Catalog, given, load

GOOD = {"customer_name": "Siti Rahma", "amount": "1.500.000", "due_date": "2026-12-05"}
CATALOG = load(SPECS, RECIPES)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(sorted(CATALOG.actions["create_invoice"].input["properties"])) | st.text(max_size=5)

CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"customer_name": None}, "customer_name", "field_required"),
    ({"customer_name": "  "}, "customer_name", "field_required"),
    ({"due_date": "5/12/2026"}, "due_date", "date_invalid"),
    ({"due_date": "2026-02-30"}, "due_date", "date_invalid"),
    ({"amount": 1.5}, "amount", "amount_fraction"),
    ({"amount": 1500000.0}, "amount", "amount_fraction"),
    ({"amount": True}, "amount", "field_invalid"),
    ({"amount": ["1"]}, "amount", "field_invalid"),
    ({"language": "fr"}, "language", "field_invalid"),
    ({"pay_url": "javascript:alert(1)"}, "pay_url", "field_invalid"),
    ({"customer_email": "siti"}, "customer_email", "field_invalid"),
    ({"hold": "yes"}, "hold", "field_invalid"),
    ({"description": "x" * 501}, "description", "field_invalid"),
    ({"description": "a\x00b"}, "description", "text_invalid"),
    ({"customer_name": "\ud800"}, "customer_name", "text_invalid"),
    ({"extra": {"room": "A\x07"}}, "extra.room", "text_invalid"),
    ({"extra": {"Room No": "A3"}}, "extra", "field_invalid"),
    ({"extra": {f"k{n}": n for n in range(11)}}, "extra", "field_invalid"),
    ({"extra": {"room": {"deep": 1}}}, "extra.room", "field_invalid"),
    ({"costumer_phone": "0812"}, "costumer_phone", "field_unknown"),
]


@pytest.mark.parametrize(("change", "path", "code"), CASES)
def test_a_fault_names_its_field_and_code(
    catalog: Catalog, change: dict[str, Any], path: str, code: str
) -> None:
    faults = catalog.faults("create_invoice", GOOD | change)

    assert [(fault.path, fault.code) for fault in faults] == [(path, code)]
    assert path in faults[0].message


def test_every_fault_is_told_in_the_order_of_the_form(catalog: Catalog) -> None:
    faults = catalog.faults("create_invoice", {"due_date": "x", "amount": {}, "nonsense": 1})

    assert [fault.path for fault in faults] == ["customer_name", "amount", "due_date", "nonsense"]


def test_a_misspelt_field_gets_the_likely_one(catalog: Catalog) -> None:
    (fault,) = catalog.faults("create_invoice", GOOD | {"costumer_phone": "0812"}, "en")

    assert "Did you mean customer_phone?" in fault.message


def test_the_end_of_a_name_is_enough_to_be_asked_whether_it_is_meant(catalog: Catalog) -> None:
    found = catalog.faults("create_invoice", GOOD | {"phone": "0812", "number": "T-1"}, "id")

    assert [fault.message.split("ini. ")[1] for fault in found] == [
        "Maksudnya customer_phone?",
        "Maksudnya invoice_number?",
    ]


def test_a_limit_reads_as_a_sentence_in_both_languages(catalog: Catalog) -> None:
    charge = {
        "customer_name": "Siti",
        "customer_phone": "0812",
        "charge_ref": "A3",
        "amount": "1",
        "due_day": 32,
    }

    (indonesian,) = catalog.faults("upsert_recurring_charge", charge, "id")
    (english,) = catalog.faults("upsert_recurring_charge", charge, "en")

    assert indonesian.message == "due_day harus berupa angka, paling besar 31."
    assert english.message == "due_day must be 31 or less."


def test_a_personal_value_is_not_echoed(catalog: Catalog) -> None:
    wrong = GOOD | {
        "customer_phone": 6281234567890,
        "customer_email": "siti-at-home",
        "customer_name": "\x01Siti",
    }

    faults = catalog.faults("create_invoice", wrong)

    told = " ".join(fault.message for fault in faults)
    assert len(faults) == 3
    assert "6281234567890" not in told and "siti-at-home" not in told and "Siti" not in told


def test_null_and_blank_mean_not_given(catalog: Catalog) -> None:
    body = GOOD | {"customer_phone": None, "pay_url": "", "extra": None, "hold": False}

    found = catalog.given("create_invoice", body)

    assert found == GOOD | {"hold": False}


def test_one_of_two_is_enough_and_none_is_a_fault(catalog: Catalog) -> None:
    assert catalog.faults("mark_paid", {"customer": "A3"}) == []

    (fault,) = catalog.faults("mark_paid", {"invoice": None, "customer": ""})

    assert fault.code == "one_of_required"
    assert "invoice or customer" in fault.message


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_a_body_that_is_no_object_is_a_fault(catalog: Catalog, body: Any) -> None:
    assert [fault.code for fault in catalog.faults("mark_paid", body)] == ["field_invalid"]


def test_several_faults_become_one_problem(catalog: Catalog) -> None:
    with pytest.raises(Invalid) as caught:
        catalog.given("create_invoice", {"amount": "1"}, "id")

    body = catalog.problem_body(caught.value, language="id", request_id="req_1")

    assert (body["status"], body["code"], body["request_id"]) == (422, "field_required", "req_1")
    assert [error["field"] for error in body["errors"]] == ["customer_name", "due_date"]
    assert body["errors"][0]["detail"] == "customer_name wajib diisi."


def test_a_problem_tells_what_is_wrong_and_what_to_do(catalog: Catalog) -> None:
    problem = Problem("invoice_not_found", field="invoice", params={"given": "X-9"})

    body = catalog.problem_body(problem, language="en")

    assert (body["status"], body["retryable"]) == (404, False)
    assert body["detail"] == "There is no invoice X-9. Check its number or id."
    assert body["errors"] == [
        {"field": "invoice", "code": "invoice_not_found", "detail": "There is no invoice X-9."}
    ]


def test_an_unknown_code_is_told_as_itself(catalog: Catalog) -> None:
    body = catalog.problem_body(Problem("brand_new"))

    assert (body["status"], body["title"]) == (400, "brand_new")


@settings(max_examples=150, deadline=None)
@given_any(st.dictionaries(KEYS, JSON, max_size=6))
def test_no_input_breaks_the_check_and_what_passes_is_clean(body: dict[str, Any]) -> None:
    faults = CATALOG.faults("create_invoice", GOOD | body)

    assert all(fault.code in CATALOG.problems for fault in faults)
    if not faults:
        kept = CATALOG.given("create_invoice", GOOD | body)
        assert None not in kept.values() and given(kept) == kept
