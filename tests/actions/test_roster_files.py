"""A roster as a file: its difference is shown, and what was seen is what is applied."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from connector.actions import imports
from connector.actions.import_publishing import publish
from connector.actions.import_undo import undo
from connector.domain.problems import Conflict
from connector.spreadsheets.table import table_of_rows
from connector.store import schema

from .shop import Shop

LIST = "kost"
TODAY = date(2026, 11, 28)


def tenant(n: int, **more: Any) -> dict[str, Any]:
    return {
        "row": 2 + n,
        "nama": f"Penyewa {n}",
        "kamar": f"Z{n}",
        "no_wa": f"0812-9000-{n:04d}",
        "sewa": "1.500.000",
        "tgl": 5,
        "Desember": "",
        "Januari": "",
        **more,
    }


def stage(shop: Shop, *rows: dict[str, Any], language: str = "id") -> dict[str, Any]:
    table = table_of_rows(rows)
    return imports.stage(shop.store, shop.catalog, table, list_name=LIST, language=language)


def apply(shop: Shop, preview: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"preview_version": preview["preview_version"], "start": True, **more}
    return publish(
        shop.store,
        shop.catalog,
        preview["import_id"],
        actor="test",
        settle_seconds=0,
        mode="sandbox",
        **given,
    )


def charges(shop: Shop) -> dict[str, Any]:
    return {row["ref"]: row for row in shop.rows("recurring_charges") if row["ref"].startswith("Z")}


def receipts(shop: Shop, number: str) -> list[str]:
    return [step.state.value for step in shop.steps(number) if step.key.startswith("receipt")]


def test_a_roster_is_shown_as_tenants_and_changes_nothing(shop: Shop) -> None:
    shown = stage(shop, tenant(0, Desember="v"), tenant(1, no_wa="abc"), tenant(2, kamar="Z0"))

    assert (shown["shape"], shown["counts"]["new"], shown["counts"]["refused"]) == ("roster", 1, 2)
    first, bad, twice = shown["rows"]
    assert (first["action"], first["due_date_text"], first["amount_text"]) == (
        "new",
        "tiap tanggal 5",
        "Rp1.500.000",
    )
    assert (first["paid_periods"], first["changes_text"]) == (["2026-12"], "lunas: Desember 2026")
    assert "no_wa" in bad["errors"][0]["detail"] and "kamar" in twice["errors"][0]["detail"]
    assert shown["summary_text"] == "1 penyewa, terbit berikutnya 29 Des 2026 09:00, jumlah Rp1.500.000."
    assert charges(shop) == {}


def test_what_was_seen_is_applied_and_the_same_file_again_changes_nothing(shop: Shop) -> None:
    rows = [tenant(0, Desember="v"), tenant(1)]

    done = apply(shop, stage(shop, *rows))
    again = stage(shop, *rows)

    assert done["counts"] == {"created": 2}
    assert shop.invoice("Z0-2026-12").status.value == "paid"
    assert [row["action"] for row in again["rows"]] == ["unchanged", "unchanged"]
    assert all(row["step_id"] for row in charges(shop).values())


def test_ticks_of_a_first_import_are_history_and_later_ones_are_told(shop: Shop) -> None:
    apply(shop, stage(shop, tenant(0, Desember="v")))

    done = apply(shop, stage(shop, tenant(0, Desember="v", Januari="v")))

    assert (done["counts"], done["rows"][0]["paid_periods"]) == ({"recorded": 1}, ["2027-01"])
    assert receipts(shop, "Z0-2026-12") == []
    assert receipts(shop, "Z0-2027-01") == ["planned"]


def test_changes_are_told_from_what_to_what_and_a_new_tenant_is_looked_at_twice(shop: Shop) -> None:
    apply(shop, stage(shop, tenant(0), tenant(1), tenant(2)))

    shown = stage(
        shop,
        tenant(0, sewa="1.750.000"),
        tenant(1, nama="Orang Baru", no_wa="0812-7777-0001"),
        tenant(2, no_wa="0812-7777-0002"),
    )

    price, moved, number = shown["rows"]
    assert price["changes_text"] == "jumlah Rp1.500.000 → Rp1.750.000"
    assert (moved["flags"], number["flags"]) == (["tenant_changed"], ["phone_changed"])
    done = apply(shop, shown, accept=[2, 3, 4])
    assert done["counts"] == {"updated": 3}
    again = stage(shop, *[tenant(0, sewa="1.750.000"), tenant(1, nama="Orang Baru", no_wa="081277770001")])
    assert [row["action"] for row in again["rows"]] == ["unchanged", "unchanged"]
    assert shop.act("find_customer", customer="0812-7777-0002")["customer_name"] == "Penyewa 2"


def test_who_vanished_is_missing_and_is_billed_until_somebody_stops_it(shop: Shop) -> None:
    apply(shop, stage(shop, tenant(0), tenant(1), tenant(2)))
    shop.act("stop_recurring_charge", charge="Z2")

    shown = stage(shop, tenant(0))

    assert shown["missing"] == ["Z1"]
    assert shown["missing_rows"] == [{"number": "Z1", "customer_name": "Penyewa 1"}]
    apply(shop, shown)
    assert charges(shop)["Z1"]["state"] == "active"


def test_a_tick_that_is_gone_takes_its_payment_back_when_the_line_is_named(shop: Shop) -> None:
    apply(shop, stage(shop, tenant(0, Desember="v")))

    shown = stage(shop, tenant(0))
    everything = apply(shop, shown)
    named = apply(shop, stage(shop, tenant(0)), accept=[2])

    assert shown["rows"][0]["flags"] == ["payment_unticked"]
    assert everything["counts"] == {"needs_person": 1}
    assert named["counts"] == {"reversed": 1}
    assert shop.invoice("Z0-2026-12").due == 1_500_000 * 100
    assert "planned" in shop.states("Z0-2026-12").values()


def test_a_preview_that_is_no_longer_true_is_refused(shop: Shop) -> None:
    apply(shop, stage(shop, tenant(0)))
    shown = stage(shop, tenant(0, sewa="1.750.000"))
    given = {"charge_ref": "Z0", "customer_name": "Penyewa 0", "due_day": 5, "amount": "1600000"}
    shop.act("upsert_recurring_charge", **given)

    with pytest.raises(Conflict) as refused:
        apply(shop, shown)

    assert refused.value.code == "import_stale"
    assert charges(shop)["Z0"]["amount"] == 1_600_000 * 100


def test_an_undone_roster_leaves_nothing_and_can_come_again(shop: Shop) -> None:
    preview = stage(shop, tenant(0, Desember="v"), tenant(1))
    apply(shop, preview)

    undo(shop.store, shop.catalog, preview["import_id"], actor="test", settle_seconds=0, mode="sandbox")

    assert shop.invoice("Z0-2026-12").status.value == "void"
    assert charges(shop) == {}
    assert [row["action"] for row in stage(shop, tenant(1))["rows"]] == ["new"]


def test_a_changed_price_is_put_back(shop: Shop) -> None:
    apply(shop, stage(shop, tenant(0)))
    preview = stage(shop, tenant(0, sewa="1.750.000", Januari="v"))
    apply(shop, preview)

    undo(shop.store, shop.catalog, preview["import_id"], actor="test", settle_seconds=0, mode="sandbox")

    assert charges(shop)["Z0"]["amount"] == 1_500_000 * 100
    assert shop.invoice("Z0-2027-01").paid == 0


def test_ticks_that_wait_in_sync_rows_are_approved_as_any_import(shop: Shop) -> None:
    given = {"list": LIST, "first_import_quiet": False, "confirm_paid": False}
    asked = shop.act("import_rows", rows=[tenant(0, Desember="v")], **given)
    again = shop.act("import_rows", rows=[tenant(0, Desember="v")], **given)

    done = apply(shop, asked, accept=[2])

    assert asked["needs_approval"] and asked["import_id"] == again["import_id"]
    assert asked["rows"][0]["why_not"].startswith("tanda lunas menunggu")
    assert done["counts"] == {"recorded": 1}
    with shop.store.read() as tx:
        source = tx.conn.execute(sa.select(schema.payments.c.source)).scalars().all()
    assert f"sheet:{LIST}" in source
