"""A roster sheet becomes charges, its ticks payments; the same sheet again changes nothing."""

from datetime import date
from typing import Any

from connector.actions.rosters import apply_roster
from connector.actions.run import context, run_action
from connector.spreadsheets.roster import read_roster
from connector.spreadsheets.table import table_of_rows

from .shop import Shop

TODAY = date(2026, 11, 28)


def rows(count: int, **more: str) -> list[dict[str, Any]]:
    return [
        {
            "row": 2 + n,
            "nama": f"Penyewa {n}",
            "kamar": f"Z{n}",
            "no_wa": f"0812-9000-{n:04d}",
            "sewa": "1.500.000",
            "tgl": 5,
            **more,
        }
        for n in range(count)
    ]


def apply(shop: Shop, some: list[dict[str, Any]]) -> dict[str, Any]:
    roster = read_roster(table_of_rows(some), today=TODAY)
    assert roster is not None
    with shop.store.write() as tx:
        ctx = context(tx, shop.catalog, "test", settle_seconds=0, mode="sandbox")
        return apply_roster(ctx, roster, list_name="kost-melati")


def test_a_roster_says_who_pays_when_and_how_much(shop: Shop) -> None:
    answer = apply(shop, rows(6))

    assert answer["text"] == "6 penyewa, terbit berikutnya 28 Nov 2026 09:00, jumlah Rp9.000.000."
    assert (answer["tenants"], answer["total"], answer["counts"]) == (6, "9000000", {"created": 6})


def test_the_same_roster_again_changes_nothing(shop: Shop) -> None:
    some = rows(3, Desember="v")
    apply(shop, some)
    before = (len(shop.rows("payments")), len(shop.rows("invoices")), len(shop.rows("steps")))

    answer = apply(shop, some)

    assert (answer["counts"], answer["paid_months"]) == ({"unchanged": 3}, 0)
    assert (len(shop.rows("payments")), len(shop.rows("invoices")), len(shop.rows("steps"))) == before


def test_a_ticked_month_is_paid_and_nobody_is_reminded_of_it(shop: Shop) -> None:
    answer = apply(shop, rows(1, Desember="lunas", Januari="500.000"))

    assert answer["rows"][0]["paid"] == ["2026-12", "2027-01"]
    assert shop.invoice("Z0-2026-12").status.value == "paid"
    assert shop.invoice("Z0-2027-01").due == 1_000_000 * 100
    assert [s.key.partition(":")[0] for s in shop.steps("Z0-2026-12")] in ([], ["receipt"])


def test_months_before_the_charge_began_are_history(shop: Shop) -> None:
    answer = apply(shop, rows(1, Oktober="v", November="v"))

    assert answer["paid_months"] == 0
    assert [row["number"] for row in shop.rows("invoices") if row["source"] == "recurring"] == []


def test_a_new_price_counts_from_the_next_month(shop: Shop) -> None:
    apply(shop, rows(1, Desember="v"))

    answer = apply(shop, rows(1, Desember="v", sewa="1.750.000"))

    assert answer["counts"] == {"updated": 1}
    assert shop.invoice("Z0-2026-12").amount == 1_500_000 * 100


def test_a_bad_row_is_undone_alone(shop: Shop) -> None:
    some = rows(2)
    some[1]["no_wa"] = "abc"

    answer = apply(shop, some)

    assert answer["counts"] == {"created": 1, "refused": 1}
    assert [row["ref"] for row in shop.rows("recurring_charges") if row["ref"].startswith("Z")] == ["Z0"]


def sync(shop: Shop, some: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    given = {"list": "kost", "mode": "apply_safe", "confirm_paid": True, "first_import_quiet": False, **more}
    body = {**given, "rows": some}
    return run_action(shop.store, shop.catalog, "import_rows", body, "test", settle_seconds=0, mode="sandbox")


def test_sync_rows_takes_a_roster_and_tells_each_row(shop: Shop) -> None:
    answer = sync(shop, rows(3, Desember="v"))

    assert (answer["result"], answer["new"], answer["newly_paid"], answer["needs_approval"]) == (
        "applied",
        3,
        3,
        False,
    )
    assert answer["rows"][0]["invoice_number"] == "Z0-2026-12"
    again = sync(shop, rows(3, Desember="v"))
    assert (again["result"], again["unchanged"], again["newly_paid"]) == ("unchanged", 3, 0)


def test_a_preview_of_a_roster_keeps_nothing(shop: Shop) -> None:
    answer = sync(shop, rows(2, Desember="v"), mode="preview")

    assert (answer["result"], answer["new"], answer["newly_paid"]) == ("preview", 2, 2)
    assert [row["ref"] for row in shop.rows("recurring_charges") if row["ref"].startswith("Z")] == []


def test_ticks_that_nobody_confirmed_wait(shop: Shop) -> None:
    answer = sync(shop, rows(2, Desember="v"), confirm_paid=False)

    assert (answer["newly_paid"], answer["needs_approval"]) == (0, True)
    assert [row["number"] for row in shop.rows("invoices") if row["source"] == "recurring"] == []


def test_a_list_that_nobody_started_issues_nothing_until_it_is(shop: Shop) -> None:
    sync(shop, rows(2), first_import_quiet=True)
    asleep = [row["step_id"] for row in shop.rows("recurring_charges") if row["list_name"] == "kost"]

    sync(shop, rows(2), first_import_quiet=False)

    awake = [row["step_id"] for row in shop.rows("recurring_charges") if row["list_name"] == "kost"]
    assert asleep == [None, None]
    assert None not in awake
