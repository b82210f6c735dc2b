"""T-03: a free text carries "please pay to the new account" or a link, through our approved template."""

import pytest
from threats.conftest import Guarded
from world import at

from connector.actions import imports


@pytest.mark.parametrize(
    "field",
    [
        {"description": "rek baru BCA 88123456"},
        {"customer_name": "Siti bayar ke bit.ly/x"},
    ],
)
def test_t03_a_value_that_says_where_to_pay_holds_the_message_and_calls_a_person(
    home: Guarded, field: dict[str, str]
) -> None:
    home.world.invoice(**field)

    home.world.advance(at("2026-11-28 10:00"))

    step = home.world.steps("T-1")["created"]
    assert (step.state, step.reason) == ("held", "suspicious_value")
    assert home.world.sent() == []
    assert len(home.cases("message_held")) == 1


def test_t03_a_link_in_an_invoices_number_does_not_hide_among_several_invoices(home: Guarded) -> None:
    home.world.invoice("T-1")
    home.world.invoice("T-2 pay-xendit.co/abc", description="Listrik")

    home.world.advance(at("2026-11-28 10:00"))

    assert home.world.sent() == []
    assert home.world.steps("T-1")["created"].reason == "suspicious_value"


def test_t03_once_mended_and_resumed_the_message_goes(home: Guarded) -> None:
    home.world.invoice(description="rek baru BCA 88123456")
    home.world.advance(at("2026-11-28 10:00"))
    case = home.cases("message_held")[0]

    home.world.act("update_invoice", invoice="T-1", description="Sewa kamar A3, Desember 2026")
    home.world.act("resolve_case", case=case.id, outcome="explained", next="resume")
    home.world.settle()

    assert home.world.sent() == [("11-28 10:00", "invoice_created")]


def test_t03_the_preview_of_an_import_shows_it_as_suspicious(home: Guarded) -> None:
    sheet = b"nama,nomor,jumlah,jatuh tempo,keterangan\nSiti,081290001111,1500000,2026-12-05,rek baru BCA 88123456\n"

    shown = imports.stage_file(
        home.world.store, home.world.app.catalog, sheet, list_name="kost", file_name="kost.csv"
    )

    assert [item["flags"] for item in shown["suspicious"]] == [["suspicious_value"]]
