"""A roster that comes again: under another name, after its undo, after half a month's money, on a stopped charge."""

from typing import Any

import pytest

from connector.actions import imports
from connector.actions.import_publishing import publish
from connector.actions.import_undo import undo
from connector.actions.run import run_action
from connector.domain.problems import Conflict, Invalid
from connector.spreadsheets.table import table_of_rows

from .shop import Shop

SITI = {"charge_ref": "Z3", "customer_name": "Siti Uji", "due_day": 5}


def row(**more: Any) -> dict[str, Any]:
    fixed = {"row": 2, "nama": "Siti Uji", "no_wa": "0812-9000-1111", "kamar": "Z3", "tgl": "5"}
    return {**fixed, "sewa": "1.500.000", **more}


def sync(shop: Shop, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    fixed = {"list": "melati", "mode": "apply_safe", "confirm_paid": True, "first_import_quiet": False}
    body = {**fixed, **more, "rows": list(rows)}
    return run_action(shop.store, shop.catalog, "import_rows", body, "test", settle_seconds=0, mode="sandbox")


def take_back(shop: Shop, import_id: str) -> None:
    undo(shop.store, shop.catalog, import_id, actor="test", settle_seconds=0, mode="sandbox")


def charges(shop: Shop) -> list[Any]:
    return [one for one in shop.rows("recurring_charges") if one["ref"] == "Z3"]


def test_the_same_tenant_of_another_list_waits_for_a_yes(shop: Shop) -> None:
    sync(shop, row(), list="kost-des")

    looked = sync(shop, row(), list="kost-jan", mode="preview")["rows"][0]
    again = sync(shop, row(), list="kost-jan")["rows"][0]
    shown = imports.stage(
        shop.store, shop.catalog, table_of_rows([row()]), list_name="kost-feb", language="id"
    )

    assert (looked["result"], again["result"]) == ("new", "waiting")
    assert all("daftar lain" in one["why_not"] for one in (looked, again))
    assert [one["list_name"] for one in charges(shop)] == ["kost-des"]
    assert shown["rows"][0]["flags"] == ["other_list"]
    shop.act("stop_recurring_charge", charge="Z3")
    assert sync(shop, row(), list="kost-jan")["rows"][0]["result"] == "created"


def test_an_undone_roster_that_comes_again_is_billed_again(shop: Shop) -> None:
    months = {"Desember": "v", "Januari": "v"}
    take_back(shop, sync(shop, row(**months))["import_id"])
    gone = (charges(shop), [one for one in shop.rows("charge_periods") if one["period"] > "2026-12"])

    answer = sync(shop, row(**months))["rows"][0]

    assert gone == ([], [])
    assert (answer["result"], shop.invoice("Z3-2026-12").status.value) == ("paid", "paid")
    assert [one["state"] for one in charges(shop)] == ["active"]
    assert shop.invoice("Z3-2026-12").paid == 1_500_000 * 100


@pytest.mark.parametrize("tick", ["v", "1.500.000"])
def test_the_second_half_of_a_month_is_as_much_as_the_first(shop: Shop, tick: str) -> None:
    sync(shop, row())
    shop.act("upsert_recurring_charge", **SITI, issue_period="2026-12")
    shop.act("mark_paid", invoice="Z3-2026-12", amount="750000")

    answer = sync(shop, row(Desember=tick), mode="apply")["rows"][0]

    assert (answer["result"], answer["why_not"]) == ("paid", "")


def test_paid_through_fills_the_second_half(shop: Shop) -> None:
    shop.act("upsert_recurring_charge", **SITI, amount="1500000", issue_period="2026-12")
    shop.act("mark_paid", invoice="Z3-2026-12", amount="750000")

    shop.act("upsert_recurring_charge", **SITI, paid_through="2026-12")

    assert shop.invoice("Z3-2026-12").status.value == "paid"


def test_an_undo_takes_back_what_its_own_import_brought(shop: Shop) -> None:
    sync(shop, row(Desember="400.000"), mode="apply")
    shop.pass_time(seconds=60)
    second = sync(shop, row(Desember="1.000.000"), mode="apply")
    before = shop.invoice("Z3-2026-12").paid

    take_back(shop, second["import_id"])

    assert (before, shop.invoice("Z3-2026-12").paid) == (1_000_000 * 100, 400_000 * 100)


def test_the_ids_of_an_ambiguous_reference_are_accepted(shop: Shop) -> None:
    sync(shop, row())
    sync(shop, row(nama="Budi", no_wa="0812-9000-2222"), list="mawar")

    with pytest.raises(Invalid) as asked:
        shop.act("upsert_recurring_charge", **SITI, amount="1700000")
    offered = asked.value.params["candidates"].split(", ")
    own = next(one["id"] for one in charges(shop) if one["list_name"] == "melati")
    shop.act("upsert_recurring_charge", **{**SITI, "charge_ref": own}, amount="1700000")

    assert own in offered and len(offered) == 2
    assert {one["list_name"]: one["amount"] for one in charges(shop)} == {
        "melati": 1_700_000 * 100,
        "mawar": 1_500_000 * 100,
    }


def test_a_payment_that_was_taken_back_is_said(shop: Shop) -> None:
    sync(shop, row(Desember="v"))
    shown = imports.stage(
        shop.store, shop.catalog, table_of_rows([row(Desember="")]), list_name="melati", language="id"
    )
    given = {"preview_version": shown["preview_version"], "accept": [2], "start": True}

    done = publish(
        shop.store,
        shop.catalog,
        shown["import_id"],
        actor="test",
        settle_seconds=0,
        mode="sandbox",
        **given,
    )

    assert "Pembayaran yang dibatalkan: 1." in done["result_text"]


def test_a_month_that_was_given_back_can_be_paid_by_its_number(shop: Shop) -> None:
    given = {**SITI, "customer_phone": "0812-9000-1111", "amount": "1500000", "paid_through": "2027-01"}
    shop.act("upsert_recurring_charge", **given)
    shop.act("reverse_payment", invoice="Z3-2027-01", reason="uji")
    before = shop.invoice("Z3-2027-01").status.value

    answer = shop.act("mark_paid", invoice="Z3-2027-01", amount="1500000")

    assert (before, answer["result"]) == ("void", "recorded")
    assert shop.invoice("Z3-2027-01").status.value == "paid"
    shop.act("reverse_payment", invoice="Z3-2027-01", reason="uji")
    half = shop.act("mark_paid", invoice="Z3-2027-01", amount="700000")
    assert half["result"] == "recorded" and "created" in shop.states("Z3-2027-01")  # the rest is asked for


def test_a_month_of_a_stopped_charge_stays_closed(shop: Shop) -> None:
    shop.act("upsert_recurring_charge", **SITI, amount="1500000", paid_through="2027-01")
    shop.act("reverse_payment", invoice="Z3-2027-01", reason="uji")
    shop.act("stop_recurring_charge", charge="Z3")

    with pytest.raises(Conflict, match="invoice_closed"):
        shop.act("mark_paid", invoice="Z3-2027-01", amount="1400000")


def test_a_tick_of_an_unknown_rent_is_not_passed_over(shop: Shop) -> None:
    new = sync(shop, row(sewa="", Desember="v"))["rows"][0]
    shop.act("upsert_recurring_charge", **SITI)
    known = sync(shop, row(sewa="", Desember="v", Januari=""))["rows"][0]

    assert new["result"] == "waiting"
    assert all("sewanya kosong" in one["why_not"] for one in (new, known))


def test_a_row_of_a_stopped_charge_says_so(shop: Shop) -> None:
    sync(shop, row())
    shop.act("stop_recurring_charge", charge="Z3")

    answer = sync(shop, row())

    assert answer["rows"][0]["result"] == "unchanged" and "berhenti" in answer["rows"][0]["why_not"]
    assert (answer["needs_approval"], answer["suspicious"]) == (False, 0)
