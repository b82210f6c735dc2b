"""Cases found, and joined to the tickets of other tools."""

import pytest

from connector.domain.problems import Invalid

from .shop import Shop


def test_the_longest_waiting_case_is_found_first(shop: Shop) -> None:
    shop.pass_time(minutes=90)
    shop.act("open_case", invoice="A1-2026-12", reason="dispute", note="salah kamar")

    found = shop.act("find_cases")["items"]
    waiting = shop.act("find_cases", waiting_minutes_min=60)["items"]

    assert [(c["reason"], c["waiting_minutes"]) for c in found] == [("terms", 90), ("dispute", 0)]
    assert [c["case_id"] for c in waiting] == ["cas_sample"]
    assert found[1]["invoice_number"] == "A1-2026-12" and found[1]["amount_due_text"] == "Rp1.400.000"


def test_cases_are_found_by_reason_and_by_customer(shop: Shop) -> None:
    shop.act("open_case", customer="A2", reason="call")

    by_reason = shop.act("find_cases", reason="call")["items"]
    by_customer = shop.act("find_cases", customer="B1")["items"]

    assert [c["customer_name"] for c in by_reason] == ["Agus Wijaya"]
    assert by_reason[0]["invoice_number"] is None
    assert [c["customer_name"] for c in by_customer] == ["Budi Santoso"]
    with pytest.raises(Invalid) as refused:
        shop.act("find_cases", reason="nonsense")
    assert refused.value.code == "case_reason_unknown"


def test_a_page_ends_with_a_cursor_that_leads_on(shop: Shop) -> None:
    for room in ("A1", "A2", "A3"):
        shop.act("open_case", invoice=f"{room}-2026-12", reason="call")

    first = shop.act("find_cases", limit=3)
    second = shop.act("find_cases", limit=3, cursor=first["next"])

    seen = [c["case_id"] for c in first["items"] + second["items"]]
    assert len(first["items"]) == 3 and len(seen) == len(set(seen)) == 4 and second["next"] is None


def test_a_ticket_finds_its_case_whether_it_is_open_or_not(shop: Shop) -> None:
    shop.act("link_case", case="cas_sample", external_id="hs-5512")
    shop.act("resolve_case", case="hs-5512", outcome="explained", next="resume")

    by_ticket = shop.act("find_cases", external_id="hs-5512")["items"]

    assert [(c["case_status"], c["outcome"]) for c in by_ticket] == [("resolved", "explained")]
    assert shop.act("find_cases")["items"] == []
    assert [c["case_id"] for c in shop.act("find_cases", status="resolved")["items"]] == ["cas_sample"]


def test_the_first_ticket_of_a_case_stays(shop: Shop) -> None:
    first = shop.act("link_case", case="cas_sample", external_id="hs-1", external_url="https://hs.example/1")
    again = shop.act("link_case", case="cas_sample", external_id="hs-2", external_url="https://hs.example/2")

    assert (first["result"], first["external_id"]) == ("linked", "hs-1")
    assert (again["result"], again["external_id"], again["external_url"]) == (
        "already_linked",
        "hs-1",
        "https://hs.example/1",
    )
    assert again["result_text"] == "Kasus Budi Santoso sudah ditautkan ke hs-1."


def test_the_ticket_comes_along_when_the_case_is_resolved(shop: Shop) -> None:
    shop.act("link_case", case="cas_sample", external_id="hs-1", external_url="https://hs.example/1")
    shop.act("resolve_case", case="cas_sample", outcome="agreed_date", next="resume", note="tgl 20")

    (told,) = shop.payloads("case_resolved")

    assert (told["external_id"], told["external_url"]) == ("hs-1", "https://hs.example/1")
    assert (told["outcome"], told["next"], told["note"]) == ("agreed_date", "resume", "tgl 20")


def test_a_wrong_outcome_is_told_the_right_ones(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act("resolve_case", case="cas_sample", outcome="fixed", next="resume")

    assert refused.value.code == "outcome_unknown"
    assert (
        "amount_corrected" in refused.value.params["allowed"]
        and "explained" in refused.value.params["allowed"]
    )


def test_a_script_is_no_ticket(shop: Shop) -> None:
    with pytest.raises(Invalid):
        shop.act("link_case", case="cas_sample", external_id="x", external_url="javascript:alert(1)")
