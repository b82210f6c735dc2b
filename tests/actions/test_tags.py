"""Tags find invoices by an index, and mean what they meant without one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.store.tags import spread

from .shop import Shop

WORDS = st.text("ab VIP2", min_size=1, max_size=4)


@given(st.lists(WORDS, max_size=4), WORDS)
def test_a_word_is_held_as_a_whole_whatever_its_case_and_spaces(words: list[str], asked: str) -> None:
    def plain(word: str) -> str:
        return word.replace(" ", "").lower()

    held = spread({"tag": ",".join(words)}) or ""

    if plain(asked):
        assert (f",{plain(asked)}," in held) == (plain(asked) in map(plain, words))


@pytest.mark.parametrize(("tag", "numbers"), [("vip", ["T-1", "T-2"]), ("Lantai 2", ["T-2"]), ("lantai", [])])
def test_an_invoice_is_found_by_its_own_tag_and_by_its_customers(
    shop: Shop, tag: str, numbers: list[str]
) -> None:
    shop.new("T-1", extra={"tag": "VIP"})
    shop.new("T-2", customer_name="Budi", customer_phone="0813-2222-3333")
    tagged = {"customer_name": "Budi", "customer_phone": "0813-2222-3333", "extra": {"tag": "Lantai 2, vip"}}
    shop.act("upsert_customer", **tagged)
    shop.new("T-3", customer_name="Ani", customer_phone="0813-2222-4444")

    found = shop.act("find_invoices", tag=tag)

    assert [item["invoice_number"] for item in found["items"]] == numbers


def test_a_tag_that_is_taken_away_finds_nothing_any_more(shop: Shop) -> None:
    shop.new("T-1", extra={"tag": "vip"})
    shop.act("update_invoice", invoice="T-1", extra={"tag": ""})

    assert shop.act("find_invoices", tag="vip")["items"] == []


def test_the_summary_counts_what_bears_the_tag(shop: Shop) -> None:
    shop.new("T-1", extra={"tag": "vip"}, due_date="2026-11-20")
    shop.new("T-2", due_date="2026-11-20")

    assert shop.act("get_summary", tag="VIP")["overdue_count"] == 1
