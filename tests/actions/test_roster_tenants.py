"""Who owes what when rooms share a name, tenants change, months stand open, and a list is begun in the middle."""

from datetime import date
from typing import Any

import pytest

from connector.actions.issuing import when_due
from connector.actions.run import context, run_action
from connector.spreadsheets.roster import read_roster
from connector.spreadsheets.table import table_of_rows

from .shop import Shop

SITI = {"nama": "Siti Uji", "no_wa": "0812-9000-1111"}
BUDI = {"nama": "Budi", "no_wa": "0812-9000-2222"}


def row(**more: Any) -> dict[str, Any]:
    return {"row": 2, "kamar": "Z3", "sewa": "1.500.000", "tgl": "5", **SITI, **more}


def sync(shop: Shop, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {
        "list": "melati",
        "mode": "apply_safe",
        "confirm_paid": True,
        "first_import_quiet": False,
        **more,
    }
    body = {**given, "rows": list(rows)}
    return run_action(shop.store, shop.catalog, "import_rows", body, "test", settle_seconds=0, mode="sandbox")


def charge(shop: Shop, list_name: str = "melati") -> Any:
    return next(one for one in shop.rows("recurring_charges") if one["list_name"] == list_name)


def issue(shop: Shop, list_name: str = "melati") -> None:
    """What the worker does when the charge's step is due."""
    with shop.store.write() as tx:
        ctx = context(tx, shop.catalog, "tagih", settle_seconds=0, mode="sandbox")
        assert when_due(ctx, charge(shop, list_name)["id"], charge(shop, list_name)["step_id"])


def periods(shop: Shop, list_name: str = "melati") -> dict[str, tuple[str, str | None]]:
    own = charge(shop, list_name)["id"]
    return {
        one["period"]: (one["state"], one["reason"])
        for one in shop.rows("charge_periods")
        if one["charge_id"] == own
    }


def test_one_room_in_two_lists_is_two_tenants(shop: Shop) -> None:
    first = sync(shop, row())
    second = sync(shop, row(**BUDI, sewa="900.000", tgl="4"), list="mawar")
    shop.pass_time(days=2)

    issue(shop), issue(shop, "mawar")

    assert [answer["rows"][0]["result"] for answer in (first, second)] == ["created", "created"]
    assert shop.invoice("Z3-2026-12").due == 1_500_000 * 100
    assert shop.invoice("Z3-mawar-2026-12").due == 900_000 * 100
    given = {"charge_ref": "Z3", "customer_name": "Siti Uji", "due_day": 6}
    with pytest.raises(Exception, match="ambiguous"):
        shop.act("upsert_recurring_charge", **given)


def test_a_charge_made_by_hand_for_the_same_tenant_is_not_billed_twice(shop: Shop) -> None:
    given = {"charge_ref": "Z3", "customer_name": "Siti Uji", "customer_phone": SITI["no_wa"]}
    shop.act("upsert_recurring_charge", **given, amount="1400000", due_day=5)

    answer = sync(shop, row())

    assert answer["rows"][0]["result"] == "updated"
    assert [c["amount"] for c in shop.rows("recurring_charges") if c["ref"] == "Z3"] == [1_500_000 * 100]


def test_a_tick_never_pays_what_the_tenant_before_owes(shop: Shop) -> None:
    sync(shop, row())
    shop.pass_time(days=2)
    issue(shop)

    answers = [sync(shop, row(**BUDI, Desember="v"), mode="apply") for _ in range(2)]

    bill = shop.invoice("Z3-2026-12")
    assert (bill.paid, bill.status.value, bill.customer_id) == (0, "open", bill.customer_id)
    assert "sebelumnya" in answers[0]["rows"][0]["why_not"]
    assert [c["reason"] for c in shop.rows("cases") if c["customer_id"] == charge(shop)["customer_id"]] == [
        "payment_unmatched"
    ]


def test_ticks_of_a_list_that_never_ran_are_told_to_nobody(shop: Shop) -> None:
    sync(shop, row(Desember="v", Januari="500.000"), mode="apply", first_import_quiet=True)
    asleep = [s.key for n in ("Z3-2026-12", "Z3-2027-01") for s in shop.steps(n)]
    told = set(shop.events("Z3-2026-12")) | set(shop.events("Z3-2027-01"))

    sync(shop, row(Desember="v", Januari="500.000"), mode="apply")

    assert (asleep, told) == ([], {"invoice_created"})
    assert "created" in shop.states("Z3-2027-01")  # the rest is asked for once the list runs
    assert shop.steps("Z3-2026-12") == []


def test_a_part_of_a_month_is_not_called_paid(shop: Shop) -> None:
    answer = sync(shop, row(Desember="500.000"), mode="apply")["rows"][0]

    assert (answer["result"], answer["invoice_number"], answer["invoice_status"]) == (
        "partly_paid",
        "Z3-2026-12",
        "partly_paid",
    )
    assert "created" in shop.states("Z3-2026-12")


@pytest.mark.parametrize(
    ("more", "open_months"),
    [
        ({"Desember": ""}, {"2026-12": ("issued", None)}),
        ({"Desember": "500.000"}, {"2026-12": ("issued", None)}),
        ({"mulai": "2026-12-01"}, {"2026-12": ("issued", None)}),
        (
            {"mulai": "2026-09-03", "September": "", "Oktober": "v", "November": "v", "Desember": ""},
            {
                "2026-09": ("waiting", "missed_periods"),
                "2026-10": ("issued", None),
                "2026-11": ("issued", None),
                "2026-12": ("issued", None),
            },
        ),
        ({"Oktober": "", "November": "v", "Desember": "v"}, {}),  # moved in in November
        ({"mulai": "2023-03-01", "Desember": "v"}, {"2026-12": ("issued", None)}),
    ],
)
def test_who_is_late_when_the_roster_comes_is_not_forgotten(
    shop: Shop, more: dict[str, str], open_months: dict[str, Any]
) -> None:
    shop.pass_time(days=10)  # 8 December

    sync(shop, row(**more), mode="apply")
    if charge(shop)["step_id"] is not None and open_months:
        issue(shop)

    assert periods(shop) == open_months
    bill = next((b for b in shop.rows("invoices") if b["number"] == "Z3-2026-12"), None)
    if bill is not None and bill["status"] != "paid":
        first = shop.step("Z3-2026-12", "first")
        assert (first.template, first.state.value) == ("first_contact", "planned")
        assert shop.invoice("Z3-2026-12").entered_on == date(2026, 12, 8)


def test_an_old_month_that_is_ticked_later_is_paid_and_its_case_is_answered(shop: Shop) -> None:
    months = {"September": "", "Oktober": "v", "November": "v", "Desember": "v"}
    shop.pass_time(days=10)
    sync(shop, row(mulai="2026-09-03", **months), mode="apply")
    issue(shop)
    open_before = [c["state"] for c in shop.rows("cases") if c["reason"] == "missed_periods"]

    answer = sync(shop, row(mulai="2026-09-03", **{**months, "September": "v"}), mode="apply")

    assert answer["newly_paid"] == 1
    assert shop.invoice("Z3-2026-09").status.value == "paid"
    assert open_before == ["open"]
    assert [c["state"] for c in shop.rows("cases") if c["reason"] == "missed_periods"] == ["resolved"]


def test_a_mark_that_nobody_can_read_leaves_the_tenant_and_is_told_in_words(shop: Shop) -> None:
    unclear = sync(shop, row(Desember="mungkin"))["rows"][0]

    sync(shop, row(Desember="v"))
    later = sync(shop, row(Desember="v", Januari="mungkin", sewa="1.600.000"), mode="apply")["rows"][0]

    assert unclear["result"] == "waiting"
    assert "Desember" in unclear["error"] and "paid_unclear" not in unclear["error"]
    assert later["result"] == "updated" and "Januari" in later["error"]
    assert charge(shop)["amount"] == 1_600_000 * 100


@pytest.mark.parametrize(
    ("currency", "said", "amount"), [("USD", "1250.50", "1250.50"), ("JPY", "1500", "1500")]
)
def test_amounts_are_those_of_their_currency(currency: str, said: str, amount: str) -> None:
    roster = read_roster(table_of_rows([row(sewa=said)]), today=date(2026, 12, 1), currency=currency)

    assert roster is not None and roster.rows[0].given["amount"] == amount
