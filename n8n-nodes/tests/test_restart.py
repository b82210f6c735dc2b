"""n8n goes down and comes up again: late events arrive, and a run that slept meanwhile goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from real import Json, N8n, output, trigger
from running import Home, until
from test_trigger import hooks_of, made, subscribed
from test_waiting import a_customer_who_wrote, flow_that_waits, waits_of


@pytest.fixture(scope="session")
def restarted(n8n: N8n, home: Home, credential: Json) -> dict[str, str]:
    """Two workflows that lived through it."""
    listens = n8n.workflow("down", [trigger(credential, ["invoice_created"])])
    subscribed(home, n8n, 1)
    a_customer_who_wrote(home, "WT-4", "081290030004")
    waits = flow_that_waits(n8n, "wait-over", credential, waitAmount=0.3)  # longer than n8n needs to stop
    n8n.ended(listens)
    n8n.call("wait-over", {"phone": "081290030004"})
    until(lambda: n8n.runs(waits, status="waiting"), 20, n8n.tail)

    n8n.stop()
    made(home, "RS-1")
    made(home, "RS-2")
    until(lambda: _listener(home, n8n)["failing_since"] is not None, 20)
    n8n.start()
    home.advance("PT2H")  # it would be tried again in 30 seconds; business time is quicker here
    until(lambda: _listener(home, n8n)["waiting"] == 0, 60, n8n.tail)
    return {"listens": listens, "waits": waits}


def _listener(home: Home, n8n: N8n) -> Json:
    [found] = [one for one in hooks_of(home, n8n.url) if one["name"] == "n8n: down"]
    return found


def test_what_happened_while_n8n_was_down_arrives_once_and_in_order(
    n8n: N8n, home: Home, restarted: dict[str, str]
) -> None:
    heard = [output(run, "Tagih Trigger")[0] for run in n8n.ended(restarted["listens"], 3)]

    assert [one["invoice_number"] for one in heard] == ["WT-4", "RS-1", "RS-2"]
    n8n.deactivate(restarted["listens"])
    until(lambda: hooks_of(home, f"{n8n.url}/webhook/") == [], 20, n8n.tail)


def test_without_an_answer_the_run_goes_on_when_the_time_is_over(
    n8n: N8n, home: Home, restarted: dict[str, str]
) -> None:
    [run] = n8n.ended(restarted["waits"], within_s=45)

    assert output(run, "After") == [{"text": None, "over": True}]
    asked = output(run, "Ask")[0]
    assert asked["result"] == "sent" and asked["customer_name"] == "Uji WT-4"
    [wait] = waits_of(home, "wait-over")
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    home.client().patch(f"/v1/webhooks/{wait['id']}", json={"ends_at": soon}).raise_for_status()
    until(lambda: waits_of(home, "wait-over") == [], 10)
