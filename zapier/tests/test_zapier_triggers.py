"""The triggers: subscribed, told, tried in the editor, and ended."""

from typing import Any

import pytest
from conftest import ROOT, Zap, written
from hooks.receiver import Receiver
from running import Home, until

TRIGGERS = written("triggers")


def keys_of(event: dict[str, Any]) -> set[str]:
    """The keys that the spec promises; `extra_*` are the user's own."""
    return {key for key in event if not key.startswith("extra_")}


def subscriptions(home: Home) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in home.client().get("/v1/webhooks").json()["items"]}


def test_every_trigger_is_turned_on_and_off(zap: Zap, home: Home, receiver: Receiver) -> None:
    for key, trigger in TRIGGERS.items():
        kept = zap.subscribe(key, f"{receiver.url}/{key}", quiet="off")
        there = subscriptions(home)[kept["id"]]

        for _ in range(2):  # Zapier may ask twice
            zap.done(f"triggers.{key}.operation.performUnsubscribe", inputData={}, subscribeData=kept)

        assert set(kept) == {"id"}  # the secret does not lie at Zapier
        assert there["events"] == [key] and there["url"].endswith(f"/{key}")
        assert there["name"] == f"Zapier: {trigger['definition']['display']['label']}"
        assert kept["id"] not in subscriptions(home)


def test_filters_reach_the_subscription(zap: Zap, home: Home, receiver: Receiver) -> None:
    overdue = zap.subscribe(
        "invoice_overdue", receiver.url, days_overdue=["3", "14"], only_recipes=["kost"], quiet="22:00-06:00"
    )
    people = zap.subscribe("needs_human", receiver.url, reasons=["dispute"], language="en", only_tags=["vip"])

    there = subscriptions(home)
    for kept, key in ((overdue, "invoice_overdue"), (people, "needs_human")):
        zap.done(f"triggers.{key}.operation.performUnsubscribe", inputData={}, subscribeData=kept)

    one, two = there[overdue["id"]], there[people["id"]]
    assert (one["days_overdue"], one["only_recipes"], one["quiet"]) == ([3, 14], ["kost"], "22:00-06:00")
    assert (two["reasons"], two["language"], two["only_tags"]) == (["dispute"], "en", ["vip"])


def test_an_event_starts_the_zap_with_the_keys_of_its_sample(
    zap: Zap, home: Home, receiver: Receiver
) -> None:
    kept = zap.subscribe("payment_received", receiver.url, quiet="off")
    zap.create(
        "create_invoice",
        customer_name="Uji Kait",
        amount="50.000",
        due_date="2026-12-20",
        invoice_number="ZT-1",
    )
    zap.create("mark_paid", invoice="ZT-1", payment_ref="hook-1")
    until(lambda: any(event["invoice_number"] == "ZT-1" for event in receiver.taken), 20)
    [event] = [event for event in receiver.taken if event["invoice_number"] == "ZT-1"]

    items = zap.done("triggers.payment_received.operation.perform", cleanedRequest=event, inputData={})
    tried = zap.done("triggers.payment_received.operation.performList", inputData={})
    zap.done("triggers.payment_received.operation.performUnsubscribe", inputData={}, subscribeData=kept)

    sample = TRIGGERS["payment_received"]["definition"]["operation"]["sample"]
    assert items == [event] and event["payment_amount"] == "50000"
    assert keys_of(items[0]) == keys_of(tried[0]) == set(sample)
    assert event["event_id"] in {one["event_id"] for one in tried}  # the newest, not a made-up one


@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
def test_the_editor_finds_something_to_try(zap: Zap, trigger: str) -> None:
    tried = zap.done(f"triggers.{trigger}.operation.performList", inputData={})

    sample = TRIGGERS[trigger]["definition"]["operation"]["sample"]
    assert tried and all(keys_of(event) == set(sample) for event in tried)
    assert len({event["event_id"] for event in tried}) == len(tried)


def test_the_editor_tries_only_what_the_filters_let_through(zap: Zap) -> None:
    part = "triggers.needs_human.operation.performList"
    sample = TRIGGERS["needs_human"]["definition"]["operation"]["sample"]
    newest = zap.done(part, inputData={})[0]
    other = "hardship" if newest["reason"] != "hardship" else "dispute"

    same, none = (zap.done(part, inputData={"reasons": [reason]}) for reason in (newest["reason"], other))

    assert newest["event_id"] in {event["event_id"] for event in same}
    assert {event["reason"] for event in same} == {newest["reason"]}
    assert none == [sample] or {event["reason"] for event in none} == {other}


def test_t17_made_up_fields_do_not_survive_asking_again(zap: Zap) -> None:
    """Zapier gives an app nothing to check a signature against: docs/zapier.md says so, and what to do instead."""
    zap.create(
        "create_invoice",
        customer_name="Uji Palsu",
        amount="50.000",
        due_date="2026-12-20",
        invoice_number="ZT17-1",
    )
    sample = TRIGGERS["invoice_paid"]["definition"]["operation"]["sample"]
    forged = {**sample, "invoice_number": "ZT17-1", "invoice_status": "paid"}

    [believed] = zap.done("triggers.invoice_paid.operation.perform", cleanedRequest=forged, inputData={})
    [found] = zap.search("get_invoice", invoice=believed["invoice_number"])

    assert believed == forged
    assert (found["invoice_status"], found["amount_due"]) == ("waiting", "50000")
    page = (ROOT / "docs" / "zapier.md").read_text()
    assert "Zapier gives an app no way to check that" in page and "ask again with **Find Invoice**" in page


def test_t16_a_key_sends_events_to_its_own_host_only(home: Home, receiver: Receiver) -> None:
    """The key that docs/zapier.md tells to make, when it is stolen."""
    bound = home.done("keys", "create", "bound", "--preset", "zapier", "--hook-host", "hooks.zapier.com")
    stolen = Zap(home.url, bound.split()[0])

    error = stolen.refused(
        "triggers.invoice_paid.operation.performSubscribe", inputData={}, targetUrl=receiver.url
    )
    stolen.end()

    assert error["status"] == 403 and "--hook-host" in error["message"]
