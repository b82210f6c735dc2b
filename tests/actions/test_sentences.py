"""Sentences that people read: nothing twice, nothing long that says nothing, nothing that sounds like a machine."""

import re
from datetime import date

from connector.domain.numbers import stable_number
from connector.domain.templates import render, values_for
from connector.specs import load

from .shop import ROOT, Shop

TEMPLATES = load(ROOT / "specs", ROOT / "recipes").templates


def test_a_moved_plan_is_explained_without_saying_a_stage_twice(shop: Shop) -> None:
    shop.new("N-1", settle=0)
    shop.mark_sent("N-1", "created")
    shop.act("update_invoice", invoice="N-1", due_date="2026-12-20")
    shop.act("update_invoice", invoice="N-1", due_date="2026-12-28")

    told = shop.act("explain_invoice", invoice="N-1")

    keys = [line["step"] for line in told["lines"]]
    assert len(keys) == len(set(keys)), keys
    assert "H-3" in keys and told["story_text"].count("H-3") <= 1


def test_a_receipt_of_an_unnamed_payment_reads_like_a_receipt(shop: Shop) -> None:
    shop.act("mark_paid", invoice="A3-2026-12")
    invoice = shop.invoice("A3-2026-12")
    template = TEMPLATES["payment_received"].template
    with shop.store.read() as tx:
        from connector.store import business, customers

        own, customer = business.get(tx), customers.by_id(tx, invoice.customer_id)
        assert own is not None and customer is not None

    said = {
        language: render(
            template, language, values_for(invoice, customer, own, language, paid_on=date(2026, 12, 4))
        ).text
        for language in ("id", "en")
    }

    assert "Keterangan: pembayaran tercatat" in said["id"] and "disebutkan" not in said["id"]
    assert "Details: payment recorded" in said["en"] and "not stated" not in said["en"]


def test_an_invoice_without_a_number_gets_one_that_can_be_read_aloud() -> None:
    number = stable_number("kost", "+6281234567890", "Siti Rahma", None, date(2026, 12, 5))

    month, code = number[:7], number[8:]
    assert (month, len(number)) == ("2026-12", 16)
    assert code.isalnum() and code == code.upper()


def test_a_simulated_invoice_has_a_short_number(shop: Shop) -> None:
    from connector.actions.simulating import simulate

    told = simulate(shop.store, shop.catalog, "kost", {}, mode="sandbox")

    texts = [step["text"] for step in told["steps"] if step["text"]]
    assert texts and all(re.search(r"\bSIM-[0-9A-Z]{6}\b", text) for text in texts)
