"""What stands in the cells of a sheet and what expressions give: figures, dates, moments. The server gets what was
meant, in a real n8n (its zone is Jakarta's)."""

from typing import Any

import pytest
from between import Relay
from real import Json, N8n, door, output, split, tagih
from running import Home

NUMBERS: Json = {"name": "Uji Sel", "phone": 81290051011, "number": 4321, "amount": 1500000}


@pytest.fixture
def through(n8n: N8n, key: str, relay: Relay) -> Json:
    return n8n.credential("Cells", relay.url, key)


def test_a_phone_and_a_number_may_be_figures(n8n: N8n, home: Home, through: Json, relay: Relay) -> None:
    given = {"customer_phone": "={{ $json.body.phone }}", "invoice_number": "={{ $json.body.number }}"}
    make = tagih(
        through,
        resource="invoice",
        operation="create_invoice",
        customer_name="={{ $json.body.name }}",
        amount="={{ $json.body.amount }}",
        due_date="2027-03-05",
        additionalFields=given,
    )
    n8n.workflow("cell-figures", [door("cell-figures"), make])

    made = n8n.call("cell-figures", NUMBERS).json()

    [call] = relay.named("/v1/actions/create_invoice")
    assert (call.json["customer_phone"], call.json["invoice_number"]) == ("81290051011", "4321")
    assert (made["result"], made["customer_phone"]) == ("created", "+6281290051011"), made
    home.act("void_invoice", invoice="4321", reason="uji")


DAYS = {
    "={{ DateTime.fromISO('2027-03-05T23:30', {zone: 'Asia/Jakarta'}) }}": "2027-03-05",
    "={{ DateTime.fromISO('2027-03-05T23:30', {zone: 'Asia/Jakarta'}).toISO() }}": "2027-03-05",
    "2027-03-05 00:00:00": "2027-03-05",
    "2027-03-05T23:30:00-06:00": "2027-03-05",  # the day that its writer wrote
    "2027-03-05T00:00:00.000Z": "2027-03-05",  # a date without a time, as databases give it
    "2027-03-04T17:00:00.000Z": "2027-03-05",  # midnight in Jakarta, as JavaScript tells it
    "={{ new Date(Date.UTC(2027, 2, 4, 17)) }}": "2027-03-05",
}


def test_a_day_may_come_with_its_time(n8n: N8n, home: Home, through: Json, relay: Relay) -> None:
    given = {"resource": "invoice", "operation": "create_invoice", "amount": "1500000"}
    steps = [
        tagih(through, f"Day {n}", **given, customer_name=f"Uji Hari {n}", due_date=written)
        for n, written in enumerate(DAYS)
    ]
    flow = n8n.workflow("cell-days", [door("cell-days"), *steps])

    answer = n8n.call("cell-days")

    assert answer.status_code == 200, n8n.runs(flow)[0]["data"]["resultData"].get("error")
    calls = relay.named("/v1/actions/create_invoice")
    told = {written: call.json["due_date"] for written, call in zip(DAYS, calls, strict=True)}
    assert told == DAYS
    for made in (output(n8n.ended(flow)[0], f"Day {n}")[0] for n in range(len(steps))):
        home.act("void_invoice", invoice=made["invoice_id"], reason="uji")


def test_what_is_typed_as_json_is_read_alike(n8n: N8n, through: Json, relay: Relay) -> None:
    lines = '[{"date": "2027-03-05T10:00:00+07:00", "amount": 500000}]'
    plan = {"resource": "plan", "operation": "create_payment_plan", "invoice": "={{ 99887 }}"}
    who = {"resource": "customer", "operation": "upsert_customer", "customer_name": "Uji Dua Nomor"}
    phones = {"customer_phone": "={{ 81290051012 }}", "other_phones": "[81290051013]"}
    steps = [
        tagih(through, "Who", **who, additionalFields=phones),
        tagih(through, "Split", **plan, additionalFields={"lines": lines}, onError="continueRegularOutput"),
    ]
    n8n.workflow("cell-json", [door("cell-json"), *steps])

    answer = n8n.call("cell-json")

    assert answer.status_code == 200, answer.text
    [customer] = relay.named("/v1/actions/upsert_customer")
    assert (customer.json["customer_phone"], customer.json["other_phones"]) == (
        "81290051012",
        ["81290051013"],
    )
    [split] = relay.named("/v1/actions/create_payment_plan")
    assert split.json["invoice"] == "99887"
    assert split.json["lines"] == [{"date": "2027-03-05", "amount": 500000}]


def cells(row: int, number: Any, **more: Any) -> Json:
    return {
        "row_number": row,
        "Nama": f"Uji {row}",
        "No HP": f"08129005110{row}",
        "No Tagihan": number,
        "Jumlah": 1500000,
        "Jatuh Tempo": "2027-03-05",
        **more,
    }


def test_the_cells_of_synced_rows_may_be_figures_and_dates(n8n: N8n, home: Home, through: Json) -> None:
    sync = tagih(through, resource="import", operation="import_rows", list="n8-cells")
    n8n.workflow("cell-rows", [door("cell-rows", responseData="allEntries"), split("body.rows"), sync])
    rows = [
        cells(2, 7001, **{"No HP": 81290051102}),
        cells(3, "C-3", **{"Jatuh Tempo": 46451}),  # as Excel counts days
        cells(4, "C-4", **{"Jatuh Tempo": "2027-03-05T00:00:00.000+07:00"}),
        cells(5, "C-5", **{"Jatuh Tempo": "2027-03-04T17:00:00.000Z"}),
    ]

    given = n8n.call("cell-rows", {"rows": rows}).json()

    assert [(one["row"], one["invoice_number"], one["result"]) for one in given] == [
        (2, "7001", "created"),
        (3, "C-3", "created"),
        (4, "C-4", "created"),
        (5, "C-5", "created"),
    ], given
    made = [home.act("get_invoice", invoice=one["invoice_number"]) for one in given]
    assert [one["due_date"] for one in made] == ["2027-03-05"] * 4
    assert made[0]["customer_phone"] == "+6281290051102"
