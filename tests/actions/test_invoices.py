"""Invoices: one upsert, a plan that follows, nothing changed behind anybody's back."""

from datetime import UTC, date, datetime

import pytest

from connector.domain.problems import Conflict, Invalid, NotFound
from connector.specs import problem_body

from .shop import Shop


def test_a_new_invoice_has_its_plan_and_tells_once(shop: Shop) -> None:
    card = shop.new("N-1")

    assert (card["result"], card["invoice_status"], card["sequence_status"]) == ("created", "open", "planned")
    assert card["next_step_at"] == "2026-11-28T09:00:00+07:00"
    assert shop.states("N-1") == dict.fromkeys(["created", "H-3", "H", "H+1", "H+7"], "planned")
    assert shop.events("N-1") == ["invoice_created"]


def test_the_first_message_waits_until_the_fact_has_settled(shop: Shop) -> None:
    shop.pass_time(hours=4)  # 12:00: the hour of the invoice text has passed

    shop.new("N-1")

    assert shop.step("N-1", "created").due_at == datetime(2026, 11, 28, 5, 5, tzinfo=UTC)


def test_the_same_again_is_unchanged_and_tells_nobody(shop: Shop) -> None:
    shop.new("N-1")
    before = shop.invoice("N-1")

    card = shop.new("N-1")

    assert card["result"] == "unchanged"
    assert shop.invoice("N-1") == before
    assert shop.events("N-1") == ["invoice_created"]


def test_a_changed_amount_is_one_more_version(shop: Shop) -> None:
    shop.new("N-1")

    card = shop.new("N-1", amount="Rp 1,6jt")

    assert (card["result"], card["amount_due"]) == ("updated", "1600000")
    assert shop.invoice("N-1").version == 2


def test_a_small_correction_of_the_due_date_repeats_nothing(shop: Shop) -> None:
    shop.new("N-1")
    shop.mark_sent("N-1", "created")
    shop.mark_sent("N-1", "H-3")

    shop.act("update_invoice", invoice="N-1", due_date="2026-12-07")

    assert {s.plan_no for s in shop.steps("N-1")} == {1}
    assert shop.states("N-1")["H-3"] == "sent"
    assert shop.step("N-1", "H").due_at == datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
    assert len([s for s in shop.steps("N-1") if s.key == "H-3"]) == 1


def test_a_due_date_moved_far_begins_a_new_plan(shop: Shop) -> None:
    shop.new("N-1")
    shop.mark_sent("N-1", "created")

    shop.act("update_invoice", invoice="N-1", due_date="2026-12-20")

    assert shop.invoice("N-1").plan_no == shop.sequence("N-1").plan_no == 2
    assert (shop.step("N-1", "H-3").state, shop.step("N-1", "H-3").reason) == ("cancelled", "due_date_moved")
    assert shop.step("N-1", "H-3", 2).due_at == datetime(2026, 12, 17, 2, 0, tzinfo=UTC)
    assert [s.plan_no for s in shop.steps("N-1") if s.key == "created"] == [1]


def test_another_source_may_not_touch_an_invoice(shop: Shop) -> None:  # T-36
    shop.new("N-1", source="xero")
    before = shop.invoice("N-1")

    with pytest.raises(Conflict) as refused:
        shop.new("N-1", source="square", amount="1")

    assert refused.value.code == "invoice_conflict"
    assert shop.invoice("N-1") == before


def test_a_number_of_another_person_is_not_taken_over(shop: Shop) -> None:
    shop.new("N-1")

    with pytest.raises(Conflict) as refused:
        shop.new("N-1", customer_name="Orang Lain", customer_phone="0813-9999-8888")

    assert refused.value.code == "invoice_number_taken"


def test_a_row_without_a_number_finds_itself_again(shop: Shop) -> None:
    first = shop.new(None, description="Sewa kamar Z1")
    again = shop.new(None, description="  sewa KAMAR z1 ", due_date="2026-12-06")
    other = shop.new(None, description="Sewa kamar Z1", due_date="2027-01-05")

    assert again["invoice_number"] == first["invoice_number"]
    assert again["result"] == "updated"
    assert other["invoice_number"] != first["invoice_number"]


def test_without_a_phone_the_invoice_waits_and_then_catches_up(shop: Shop) -> None:
    card = shop.new("N-1", customer_phone=None, customer_ref="N1")
    assert (card["invoice_status"], card["waiting_for"]) == ("waiting", "phone")
    assert card["hold_reason"] == "waiting_for_phone"
    assert shop.states("N-1") == {}
    assert shop.events("N-1") == ["invoice_created", "contact_problem"]

    shop.act(
        "upsert_customer", customer_ref="N1", customer_name="Rina Wulandari", customer_phone="081311112222"
    )

    now = shop.act("get_invoice", invoice="N-1")
    assert (now["invoice_status"], now["waiting_for"]) == ("open", None)
    assert now["next_step_at"] == "2026-11-28T09:00:00+07:00"


def test_a_changed_phone_holds_every_message_until_somebody_says_yes(shop: Shop) -> None:  # T-34
    card = shop.act(
        "create_invoice",
        invoice_number="A3-2027-01",
        customer_ref="A3",
        customer_name="Siti Rahma",
        customer_phone="+6287811112222",
        amount=1500000,
        due_date="2027-01-05",
    )

    assert card["phone_change"] == "waiting"
    assert card["customer_phone"] == "+6281234567890"
    for number in ("A3-2027-01", "A3-2026-12"):
        held = shop.act("get_invoice", invoice=number)
        assert (held["hold_reason"], held["next_step_at"]) == ("phone_change_unconfirmed", None)
    told = shop.payloads("contact_problem")[-1]
    assert (told["problem"], told["new_phone"]) == ("number_changed", "+6287811112222")


def test_a_confirmed_phone_takes_over_what_is_still_to_be_said(shop: Shop) -> None:
    given = {"customer_ref": "A3", "customer_name": "Siti Rahma", "customer_phone": "+6287811112222"}
    shop.act("upsert_customer", **given)

    card = shop.act("upsert_customer", **given, confirm_phone_change=True)

    assert card["customer_phone"] == "+6287811112222"
    invoice = shop.act("get_invoice", invoice="A3-2026-12")
    assert (invoice["hold_reason"], invoice["customer_phone"]) == (None, "+6287811112222")
    phones = {a["id"]: a["phone"] for a in shop.rows("addresses")}
    messages = [s for s in shop.steps("A3-2026-12") if s.kind == "message"]
    assert {phones[s.address_id or ""] for s in messages} == {"+6287811112222"}


def test_the_old_number_given_again_withdraws_the_change(shop: Shop) -> None:
    given = {"customer_ref": "A3", "customer_name": "Siti Rahma"}
    shop.act("upsert_customer", **given, customer_phone="+6287811112222")

    shop.act("upsert_customer", **given, customer_phone="0812-3456-7890")

    assert shop.act("get_invoice", invoice="A3-2026-12")["hold_reason"] is None


def test_a_couple_shares_a_number_and_stays_two_people(shop: Shop) -> None:
    first = shop.new("N-1", customer_name="Rina Wulandari")
    second = shop.new("N-2", customer_name="Joko Wulandari")
    again = shop.new("N-3", customer_name="  RINA  wulandari")

    assert first["customer_id"] != second["customer_id"]
    assert again["customer_id"] == first["customer_id"]
    with pytest.raises(Invalid) as refused:
        shop.act("find_customer", customer="0813-1111-2222")
    assert refused.value.code == "ambiguous"


def test_an_invoice_renames_nobody(shop: Shop) -> None:
    shop.new("N-1", customer_ref="A3", customer_name="S. Rahma", customer_phone=None)

    assert shop.act("find_customer", customer="A3")["customer_name"] == "Siti Rahma"


def test_plans_are_made_in_the_customers_own_zone(shop: Shop) -> None:
    shop.act("cancel_promise", promise="prm_sample")

    assert shop.step("C2-2026-12", "H").due_at == datetime(2026, 12, 5, 1, 0, tzinfo=UTC)  # 09:00 in Makassar


def test_a_pay_link_to_an_unapproved_host_holds_the_messages(shop: Shop) -> None:
    card = shop.new("N-1", pay_url="https://pay.evil.example/x", mode="live")

    assert card["hold_reason"] == "pay_destination_unapproved"


def test_a_void_invoice_is_silent(shop: Shop) -> None:
    card = shop.act("void_invoice", invoice="C2-2026-12", reason="salah input")

    assert (card["result"], card["invoice_status"], card["amount_due"]) == ("void", "void", "0")
    assert not [s for s in shop.steps("C2-2026-12") if s.state in ("planned", "held")]
    assert "promise_cancelled" in shop.events("C2-2026-12")
    assert shop.act("void_invoice", invoice="C2-2026-12", reason="x")["result"] == "already_void"


def test_a_paid_invoice_is_neither_voided_nor_changed(shop: Shop) -> None:
    shop.act("mark_paid", invoice="A3-2026-12")

    for action, more in (("void_invoice", {"reason": "x"}), ("update_invoice", {"amount": "1"})):
        with pytest.raises(Conflict) as refused:
            shop.act(action, invoice="A3-2026-12", **more)
        assert refused.value.code == "invoice_closed"


def test_finding_goes_page_by_page(shop: Shop) -> None:
    everyone = [card["invoice_number"] for card in shop.act("find_invoices", status="owed")["items"]]

    numbers, cursor = [], None
    while page := shop.act("find_invoices", status="owed", limit=5, **({"cursor": cursor} if cursor else {})):
        numbers += [card["invoice_number"] for card in page["items"]]
        if (cursor := page["next"]) is None:
            break

    assert len(everyone) > 10
    assert numbers == everyone


def test_finding_what_is_overdue(shop: Shop) -> None:
    shop.pass_time(days=9)  # 7 December

    found = shop.act("find_invoices", status="overdue", overdue_days_min=2)

    assert {c["invoice_number"] for c in found["items"]} == {
        "A1-2026-12",
        "A3-2026-12",
        "B1-2026-12",
        "C2-2026-12",
    }
    assert {c["days_overdue"] for c in found["items"]} == {2}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount", "0", "amount_not_positive"),
        ("amount", "1.5", "amount_fraction"),
        ("due_date", "2126-12-05", "date_out_of_range"),
        ("customer_phone", "0812345678l0", "phone_has_letters"),
        ("currency", "XQZ", "currency_invalid"),
        ("time_zone", "Asia/Nowhere", "zone_unknown"),
        ("pay_url", "https://me:pw@x.example/", "field_invalid"),
    ],
)
def test_a_wrong_field_is_named(shop: Shop, field: str, value: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        shop.new("N-1", **{field: value})

    assert refused.value.code in (code, "currency_unknown" if field == "currency" else code)
    assert [e.field for e in refused.value.errors] == [field]
    with pytest.raises(NotFound):
        shop.act("get_invoice", invoice="N-1")


def test_an_unknown_recipe_creates_nothing(shop: Shop) -> None:
    with pytest.raises(NotFound) as refused:
        shop.new("N-1", recipe="nope")

    assert refused.value.code == "recipe_not_found"
    assert "N-1" not in {row["number"] for row in shop.rows("invoices")}


def test_an_issue_date_is_the_local_day(shop: Shop) -> None:
    shop.pass_time(hours=17)  # 01:00 on the 29th in Jakarta, still the 28th in UTC

    shop.new("N-1")

    assert shop.invoice("N-1").issue_date == date(2026, 11, 29)


def test_every_wrong_field_is_told_at_once(shop: Shop) -> None:
    told_before = len(shop.event_rows())

    with pytest.raises(Invalid) as refused:
        shop.new("N-1", amount="1,5", due_date="2046-01-31", customer_phone="0812", currency="RPX")

    body = problem_body(refused.value, shop.catalog.problems)
    assert body["code"] == "fields_invalid"
    assert {e["field"]: e["code"] for e in body["errors"]} == {
        "currency": "currency_unknown",
        "amount": "amount_fraction",
        "due_date": "date_out_of_range",
        "customer_phone": "phone_invalid",
    }
    assert all("…" not in e["detail"] for e in body["errors"]), body["errors"]
    assert len(shop.event_rows()) == told_before


def test_invoices_are_found_by_tag_by_own_fields_and_by_what_changed(shop: Shop) -> None:
    shop.new("N-1", extra={"tag": "vip, lantai-2", "room": "N1"})
    shop.new("N-2", customer_name="Joko", customer_phone="081377770001", extra={"tag": "lantai-1"})
    shop.act("upsert_customer", customer_ref="B2", customer_name="Nur Aini", extra={"tag": "VIP"})
    before = shop.clock.at.isoformat()
    shop.pass_time(hours=1)
    shop.act("update_invoice", invoice="N-2", description="Sewa kamar N2")

    def numbers(**asked: object) -> list[str]:
        return [i["invoice_number"] for i in shop.act("find_invoices", **asked)["items"]]

    assert sorted(numbers(tag="vip")) == ["B2-2026-12", "N-1"]
    assert numbers(tag="lantai 1") == [] and numbers(tag="Lantai-1") == ["N-2"]
    assert numbers(extra={"room": "N1"}) == ["N-1"]
    assert numbers(extra={"room": "A3"}, status="owed") == ["A3-2026-12"]
    assert numbers(changed_after=before) == ["N-2"]


def test_an_appointment_is_local_time_and_comes_back_with_its_offset(shop: Shop) -> None:
    made = shop.new("N-1", appointment_at="2026-12-09 10:30")
    moved = shop.act("update_invoice", invoice="N-1", appointment_at="2026-12-10T10:30:00+08:00")

    assert made["appointment_at"] == "2026-12-09T10:30:00+07:00"
    assert moved["appointment_at"] == "2026-12-10T09:30:00+07:00"
    assert shop.act("get_invoice", invoice="N-1")["appointment_at"] == "2026-12-10T09:30:00+07:00"
