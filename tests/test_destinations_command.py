"""`tagih destinations` and `tagih setup`: a person at the terminal looks, says yes, says no longer."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from connector.actions.run import run_action
from connector.app import build
from connector.cli import main
from connector.settings import Settings
from connector.store import schema
from connector.supervisor import EXIT_REFUSED

OLD, NEW = "BCA 1234567890 a.n. Ratna Dewi", "BCA 7776665554 a.n. Ratna Dewi"


def tagih(home: Path, *words: str, input: str | None = None) -> Result:
    runner = CliRunner(env={"TAGIH_CLOCK": "virtual:2026-11-28T08:00+07:00"})
    return runner.invoke(main, [*words, "--home", str(home)], input=input)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    assert (
        tagih(
            folder, "setup", "--name", "Kost Melati", "--payment-details", OLD, "--language", "en"
        ).exit_code
        == 0
    )
    return folder


def act(home: Path, action: str, **given: Any) -> dict[str, Any]:
    settings = Settings.load({"TAGIH_CLOCK": "virtual"}, home)
    app = build(settings)
    try:
        return run_action(app.store, app.catalog, action, given, "key:n8n", settle_seconds=0, mode="live")
    finally:
        app.store.close()


def audit(home: Path) -> list[tuple[str, str]]:
    engine = sa.create_engine(f"sqlite:///{home / 'tagih.db'}")
    with engine.connect() as conn:
        found = conn.execute(sa.select(schema.audit.c.actor, schema.audit.c.action)).all()
    engine.dispose()
    return [(row.actor, row.action) for row in found]


def test_what_is_given_at_set_up_is_live(home: Path) -> None:
    shown = tagih(home, "destinations", "list").stdout

    assert OLD in shown and "Ratna Dewi" in shown and " live " in shown
    assert "waiting" not in shown


def test_a_keys_wish_waits_beside_the_present_account_until_a_person_says_yes(home: Path) -> None:
    act(home, "update_business", payment_details=NEW)

    listed = tagih(home, "destinations", "list").stdout
    refused = tagih(home, "destinations", "approve", NEW, input="n\n")
    approved = tagih(home, "destinations", "approve", NEW, input="y\n")
    after = tagih(home, "destinations", "list").stdout

    first = next(line for line in listed.splitlines() if NEW in line)
    assert "waiting" in first and OLD in first
    assert f"now          {OLD}" in refused.stdout and refused.exit_code != 0
    assert approved.exit_code == 0, approved.output
    states = {line.split()[0]: line for line in after.splitlines() if "BCA" in line}
    assert any(NEW in line and " live " in line for line in states.values())
    assert any(OLD in line and " retired " in line for line in states.values())
    assert ("terminal", "destination_approved") in audit(home)


def test_a_host_is_approved_before_anybody_names_it_and_retired_again(home: Path) -> None:
    unknown = tagih(home, "destinations", "approve", "pay.xendit.co", "--yes")
    approved = tagih(home, "destinations", "approve", "pay.xendit.co", "--kind", "host", "--yes")
    invoice = {
        "customer_name": "Siti",
        "customer_phone": "081234567890",
        "amount": "1",
        "due_date": "2026-12-05",
    }
    free = act(home, "create_invoice", invoice_number="A", pay_url="https://pay.xendit.co/1", **invoice)
    held = act(home, "create_invoice", invoice_number="B", pay_url="https://evil.example/1", **invoice)
    retired = tagih(home, "destinations", "retire", "pay.xendit.co")

    assert (unknown.exit_code, approved.exit_code, retired.exit_code) == (EXIT_REFUSED, 0, 0), approved.output
    assert free["hold_reason"] is None
    assert held["hold_reason"] == "pay_destination_unapproved"
    assert act(home, "get_invoice", invoice="A")["hold_reason"] == "pay_destination_unapproved"


@pytest.mark.parametrize(("value", "kind"), [("77", "va_prefix"), ("not a host", "host"), ("000201", "qris")])
def test_what_is_no_destination_is_refused_in_words(home: Path, value: str, kind: str) -> None:
    before = tagih(home, "destinations", "list").stdout
    refused = tagih(home, "destinations", "approve", value, "--kind", kind, "--yes")

    assert refused.exit_code == EXIT_REFUSED
    assert "no destination" in refused.stderr
    assert tagih(home, "destinations", "list").stdout == before


def test_set_up_again_at_the_terminal_takes_the_place_of_the_old_account(home: Path) -> None:
    done = tagih(home, "setup", "--payment-details", NEW, "--pay-host", "https://Pay.Example.com/")

    listed = tagih(home, "destinations", "list").stdout
    assert done.exit_code == 0, done.output
    assert "pay.example.com" in listed and listed.count(" live ") == 2 and " retired " in listed
