"""Sync Rows: what is applied, what waits for a yes, and what is written back into the sheet."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connector.actions import import_publishing, import_syncing, imports
from connector.actions.run import run_action
from connector.domain.problems import Invalid, Problem
from connector.store import schema

from .shop import Shop

LIST = "kost-melati"


def row(line: int = 2, **more: Any) -> dict[str, Any]:
    base = {
        "row": line,
        "nama": f"Penyewa {line}",
        "no_wa": f"0812900010{line:02d}",
        "sewa": "1.500.000",
        "jatuh_tempo": "2026-12-05",
        "lunas": "",
    }
    return {**base, **more}


def sync(shop: Shop, *rows: dict[str, Any], settle: int = 300, **more: Any) -> dict[str, Any]:
    given = {"list": LIST, "confirm_paid": True, "first_import_quiet": False, **more, "rows": list(rows)}
    return run_action(
        shop.store, shop.catalog, "import_rows", given, "key:test", settle_seconds=settle, mode="sandbox"
    )


def count(shop: Shop, table: sa.Table) -> int:
    with shop.store.read() as tx:
        return int(tx.conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def receipt(shop: Shop) -> Any:
    (found,) = [r for r in shop.rows("steps") if r["key"].startswith("receipt:") and r["state"] == "planned"]
    return found


def accept(shop: Shop, asked: dict[str, Any], *, line: int) -> None:
    """A person says yes to this line."""
    import_publishing.publish(
        shop.store,
        shop.catalog,
        asked["import_id"],
        actor="key:test",
        settle_seconds=0,
        mode="sandbox",
        preview_version=asked["preview_version"],
        accept=[line],
    )


def test_what_a_hand_has_typed_settles_before_the_customer_hears_of_it(shop: Shop) -> None:
    sync(shop, row())
    settled = shop.clock.at + timedelta(seconds=300)

    sync(shop, row(lunas="v"))

    assert receipt(shop)["due_at"] == int(settled.timestamp() * 1000)
    (born,) = [invoice for invoice in shop.rows("invoices") if invoice["list_name"] == LIST]
    assert born["settles_at"] == int(settled.timestamp() * 1000)


def test_a_preview_shows_and_changes_nothing(shop: Shop) -> None:
    before = [count(shop, t) for t in (schema.invoices, schema.customers, schema.events, schema.lists)]

    seen = sync(shop, row(), row(3, no_wa="12"), mode="preview")

    assert (seen["result"], seen["new"], seen["refused"], seen["needs_approval"]) == ("preview", 1, 1, False)
    assert [one["result"] for one in seen["rows"]] == ["new", "refused"]
    assert [
        count(shop, t) for t in (schema.invoices, schema.customers, schema.events, schema.lists)
    ] == before


def test_a_waiting_line_is_applied_when_a_person_names_it(shop: Shop) -> None:
    sync(shop, row(no_invoice="K-1"))
    asked = sync(shop, row(no_invoice="K-1", no_wa="081290009999"))
    assert (asked["result"], asked["rows"][0]["result"]) == ("needs_approval", "waiting")

    accept(shop, asked, line=2)

    assert shop.act("get_invoice", invoice="K-1")["customer_phone"] == "+6281290009999"
    assert sync(shop, row(no_invoice="K-1", no_wa="081290009999"))["result"] == "unchanged"


def test_applying_everything_still_lets_another_number_wait(shop: Shop) -> None:
    sync(shop, row(no_invoice="K-1"))

    sync(shop, row(no_invoice="K-1", no_wa="081290009999"), mode="apply")

    card = shop.act("get_invoice", invoice="K-1")
    assert (card["customer_phone"], card["hold_reason"]) == ("+6281290001002", "phone_change_unconfirmed")


def test_what_changed_while_it_was_prepared_is_prepared_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(shop, row(no_invoice="K-1"))
    real = import_syncing._prepared
    calls: list[str] = []

    def prepared(ctx: Any, *given: Any) -> Any:
        found = real(ctx, *given)
        calls.append("prepared")
        if len(calls) == 1:
            shop.act("mark_paid", invoice="K-1", paid_on="2026-11-20")
        return found

    monkeypatch.setattr(import_syncing, "_prepared", prepared)
    answer = sync(shop, row(no_invoice="K-1", lunas="v"))

    assert calls == ["prepared", "prepared"]
    assert (answer["result"], answer["unchanged"]) == ("unchanged", 1)
    assert shop.act("get_invoice", invoice="K-1")["amount_paid"] == "1500000"


def test_a_heading_that_nobody_knows_is_mapped(shop: Shop) -> None:
    odd = {"row": 2, "siapa": "Rina", "hubungi": "081290001111", "sewa": "750rb", "jatuh_tempo": "2026-12-05"}
    with pytest.raises(Problem) as refused:
        sync(shop, odd)
    assert refused.value.code == "columns_missing"

    answer = sync(shop, odd, mapping={"siapa": "customer_name", "hubungi": "customer_phone"})

    assert answer["new"] == 1
    with pytest.raises(Invalid, match="field_invalid"):
        sync(shop, odd, mapping={"siapa": "no_such_field"})


def test_what_is_written_back_never_runs_as_a_formula(shop: Shop) -> None:
    answer = sync(shop, row(no_invoice='=HYPERLINK("https://evil.example")', recipe="=cmd"))

    (told,) = answer["rows"]
    assert all(not str(value).startswith(("=", "+", "-", "@")) for value in told.values())


@pytest.mark.parametrize(
    "cells",
    [
        {"sewa": "1e1000000"},
        {"sewa": "NaN"},
        {"sewa": "9" * 5000},
        {"sewa": "١٥٠٠٠٠٠"},
        {"sewa": "１５０００００"},
        {"jatuh_tempo": "9" * 400},
        {"nama": "\u202egnihsihp"},
        {"keterangan": "x" * 5000},
    ],
)
def test_number_traps_and_strange_texts_are_refused_row_by_row(shop: Shop, cells: dict[str, Any]) -> None:
    answer = sync(shop, row(2), row(3, **cells))

    assert (answer["new"], answer["refused"]) == (1, 1)
    assert answer["rows"][1]["error"]


@pytest.mark.parametrize("rows", [[row(2), row(2)], [row(0)], [row(-1)], [row(2**40)]])
def test_a_row_number_belongs_to_one_row(shop: Shop, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(Invalid) as refused:
        sync(shop, *rows)

    assert refused.value.code == "field_invalid"


def test_an_erased_number_that_comes_back_in_a_sheet_keeps_its_stop(shop: Shop) -> None:
    shop.act("upsert_customer", customer_ref="GONE", customer_name="Tono Uji", customer_phone="081290001077")
    addresses = schema.addresses
    with shop.store.write() as tx:
        mine = addresses.c.phone == "+6281290001077"
        tx.conn.execute(addresses.update().where(mine).values(opted_out_at=tx.now_ms))
    shop.act("erase_customer", customer="GONE")

    sync(shop, row(nama="Tono Uji", no_wa="081290001077"))

    (back,) = [a for a in shop.rows("addresses") if a["phone"] == "+6281290001077"]
    assert back["opted_out_at"] is not None


def test_a_paid_mark_of_a_month_to_come_in_a_running_list_waits(shop: Shop) -> None:
    sync(shop, row())

    ahead = row(3, jatuh_tempo="2027-02-05", lunas="v")
    asked = sync(shop, row(), ahead, confirm_paid=False)

    assert (asked["result"], asked["rows"][1]["result"]) == ("needs_approval", "waiting")


def test_less_than_is_paid_waits_for_its_line_and_may_be_raised_again(shop: Shop) -> None:
    sync(shop, row(no_invoice="K-1"))
    shop.act("mark_paid", invoice="K-1", amount="500000")

    asked = sync(shop, row(no_invoice="K-1", sewa="150.000"), mode="apply")
    assert (asked["result"], shop.invoice("K-1").amount) == ("needs_approval", 150_000_000)

    accept(shop, asked, line=2)
    assert shop.invoice("K-1").status.value == "paid"
    lower = sync(shop, row(no_invoice="K-1", sewa="400.000"), mode="apply")
    raised = sync(shop, row(no_invoice="K-1"), mode="apply")

    assert lower["rows"][0]["result"] == "refused"
    assert "K-1" in lower["rows"][0]["error"] and "{" not in lower["rows"][0]["error"]
    assert (raised["rows"][0]["result"], shop.invoice("K-1").due) == ("updated", 100_000_000)
    assert "planned" in shop.states("K-1").values()


def test_a_person_who_publishes_twice_gives_the_list_no_rhythm(shop: Shop) -> None:
    for amount in ("1500000", "1550000"):
        staged = imports.stage_file(
            shop.store,
            shop.catalog,
            f"nama,no_wa,no invoice,jumlah,jatuh tempo\nSiti,081290001111,K-1,{amount},2026-12-05\n".encode(),
            list_name=LIST,
        )
        import_publishing.publish(
            shop.store,
            shop.catalog,
            staged["import_id"],
            actor="terminal",
            settle_seconds=0,
            mode="sandbox",
            preview_version=staged["preview_version"],
            start=True,
        )
        shop.pass_time(minutes=20)

    (kept,) = [one for one in shop.rows("lists") if one["name"] == LIST]
    assert (kept["synced_at"], kept["rhythm_ms"]) == (None, None)
    assert shop.invoice("K-1").amount == 155_000_000
