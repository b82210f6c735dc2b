"""Automation 13: an agency serves several businesses, one home each, and one flow tells them apart."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flows.flow import Flow
from world import world

from connector.settings import Settings

TENANT = "081290000001"


@contextmanager
def two_homes(tmp_path: Path, template: Path) -> Iterator[tuple[Flow, Flow]]:
    """Two businesses on one machine, each with its own file."""
    with ExitStack() as stack:
        flows = []
        for name in ("Kost Melati", "Klinik Sehat"):
            home = tmp_path / name.replace(" ", "-").lower()
            home.mkdir()
            database = home / "tagih.db"
            database.write_bytes(template.read_bytes())
            made = world(home, f"sqlite:///{database}", TAGIH_BUSINESS_NAME=name)
            flows.append(Flow(stack.enter_context(made)))
        yield flows[0], flows[1]


def invoice(flow: Flow, amount: str) -> None:
    flow.run(
        "create_invoice",
        customer_name="Dewi",
        customer_phone=TENANT,
        amount=amount,
        due_date="2026-12-05",
        invoice_number="X-1",
        recipe="kost",
    )


def test_every_event_says_whose_it_is(flow: Flow) -> None:
    invoice(flow, "1500000")

    flow.advance("2026-12-08 12:00")

    told = flow.events()
    assert {"invoice_created", "message_sent", "invoice_overdue", "owner_digest", "invoice_changed"} <= {
        event["type"] for event in told
    }
    assert {event["business_name"] for event in told} == {"Kost Melati"}
    assert all(event["business_id"] for event in told)


def test_two_homes_know_nothing_of_each_other(tmp_path: Path, sqlite_template: Path) -> None:
    with two_homes(tmp_path, sqlite_template) as (kost, clinic):
        invoice(kost, "1500000")
        invoice(clinic, "750000")
        kost.advance("2026-12-02 12:00")

        assert [i["amount"] for i in kost.run("find_invoices")["items"]] == ["1500000"]
        assert [i["amount"] for i in clinic.run("find_invoices")["items"]] == ["750000"]
        assert clinic.now < kost.now and clinic.phone("+6281290000001").rows == ()
        names = {event["business_name"] for home in (kost, clinic) for event in home.events()}
        assert names == {"Kost Melati", "Klinik Sehat"}


def test_at_two_without_power_each_home_wakes_with_its_own_report(
    tmp_path: Path, sqlite_template: Path
) -> None:
    with two_homes(tmp_path, sqlite_template) as (kost, clinic):
        invoice(kost, "1500000")
        invoice(clinic, "750000")
        for home in (kost, clinic):
            home.power_off("2026-12-02 02:00")
        kost.power_on("2026-12-03 12:00")

        clinic.power_on("2026-12-06 12:00")  # the second disk took longer: the first did not wait for it

        for home in (kost, clinic):
            home.advance("2026-12-06 13:00")
            assert len(home.events("blackout_recovered")) == 1
        lengths = [home.event("blackout_recovered")["blackout_minutes"] for home in (kost, clinic)]
        assert lengths == [34 * 60, 106 * 60]


@pytest.mark.parametrize("path", ["/kost-melati", "/klinik"])
def test_a_home_has_its_own_file_and_its_own_path(tmp_path: Path, path: str) -> None:
    made = Settings.load({"TAGIH_PUBLIC_URL": f"https://tagih.agency.example{path}"}, tmp_path / path[1:])

    assert made.path_prefix == path
    assert made.database_path == tmp_path / path[1:] / "tagih.db"
    assert (tmp_path / path[1:] / "secret.key").stat().st_mode & 0o077 == 0
