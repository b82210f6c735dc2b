"""The samples of the triggers, as a flow builder maps them: each is an event that could have happened."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from spec_folder import SPECS

from connector.domain.money import format_money
from connector.domain.texts import format_date_long
from connector.specs import Catalog

TRIGGERS = sorted(path.stem for path in (SPECS / "triggers").glob("*.json"))
PAGES_TO_COME = ("console_url", "case_url", "answer_url")


def about_invoice(sample: Mapping[str, Any]) -> bool:
    return sample["invoice_id"] is not None and sample["amount"] is not None


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_sample_knows_when_and_whose_it_is(catalog: Catalog, name: str) -> None:
    sample = catalog.triggers[name].sample

    at = datetime.fromisoformat(sample["occurred_at"])

    assert sample["type"] == name and sample["test"] is False
    assert at.utcoffset() is not None and sample["occurred_on"] == at.date().isoformat()
    assert sample["business_name"] and sample["event_id"].startswith("evt_")
    assert sample["late_minutes"] >= 0 and sample["event_number"] > 0
    assert (sample["customer_id"] is None) == (sample["customer_name"] is None)
    if sample["customer_phone"]:
        assert sample["chat_url"] == f"https://wa.me/{sample['customer_phone'].removeprefix('+')}"


@pytest.mark.parametrize("name", TRIGGERS)
def test_the_money_of_a_sample_adds_up(catalog: Catalog, name: str) -> None:
    sample = catalog.triggers[name].sample
    if not about_invoice(sample):
        return

    code = sample["currency"]
    amount, paid, due = (int(Decimal(sample[k]) * 100) for k in ("amount", "amount_paid", "amount_due"))

    closed = sample["invoice_status"] in ("paid", "void")
    assert due == (0 if closed else amount - paid)
    assert sample["amount_due_text"] == format_money(due, code, "id")
    assert str(sample["amount_due_number"]) == sample["amount_due"]
    assert sample["invoice_status"] != "paid" or paid >= amount
    assert sample["open_invoices"] >= (0 if closed else 1)


@pytest.mark.parametrize("name", TRIGGERS)
def test_the_days_of_a_sample_are_those_of_a_calendar(catalog: Catalog, name: str) -> None:
    sample = catalog.triggers[name].sample
    for key, value in sample.items():
        if key.endswith("_date") and f"{key}_text" in sample and value is not None:
            assert sample[f"{key}_text"] == format_date_long(date.fromisoformat(value), "id"), key
    if not about_invoice(sample):
        return

    late = (date.fromisoformat(sample["occurred_on"]) - date.fromisoformat(sample["due_date"])).days

    assert sample["days_overdue"] == max(late, 0) or sample["invoice_status"] in ("void", "paid")


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_sample_leads_to_no_page_that_is_not_there(catalog: Catalog, name: str) -> None:
    sample = catalog.triggers[name].sample

    assert [key for key in PAGES_TO_COME if sample.get(key)] == []


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_sample_is_said_as_a_sentence(catalog: Catalog, name: str) -> None:
    said = catalog.triggers[name].sample["summary"]

    assert said and said == said.strip() and not re.search(r"[{}]|None|null|\bcode\b", said)
    assert said[0].isupper() or said[0].isdigit()
