"""A webhook that stopped is told on roads that do not need it: the summary, the digest, the metrics, the doctor."""

import json

import httpx
import pytest
from hooks.house import House
from hooks.receiver import Receiver
from world import at

from connector.commands.doctor import Finding, webhooks
from connector.store import keys, schema


def examined(house: House) -> list[Finding]:
    """What `tagih doctor` says of webhooks."""
    with house.world.store.read() as tx:
        return list(webhooks(tx, "UTC"))


def ended_by(house: House, receiver: Receiver, reason: str) -> str:
    """A subscription that stopped for this reason; its id."""
    made_by = house.key("hooks", "read")
    made = house.subscribe(receiver.url, "invoice_created", key=made_by.secret)
    with house.world.store.write() as tx:
        if reason == "subscription_secret_lost":
            tx.conn.execute(schema.secrets.update().values(sealed=b"0" * 60))
        elif reason == "subscription_key_revoked":
            keys.revoke_key(tx, made_by.key.id)
    receiver.answer = lambda _r, _e: 410 if reason == "subscription_gone" else 503
    house.tell("T-1")
    if reason == "subscription_unreachable":
        with house.world.store.write() as tx:
            tx.conn.execute(schema.subscriptions.update().values(tries=20))
        house.age_failures(days=6)
        house.world.advance(at("2026-11-28 08:10"))
    return str(made["id"])


@pytest.mark.parametrize(
    "reason",
    [
        "subscription_unreachable",
        "subscription_gone",
        "subscription_key_revoked",
        "subscription_secret_lost",
    ],
)
def test_the_owner_hears_of_a_stopped_webhook_without_any_other(
    house: House, receiver: Receiver, reason: str
) -> None:
    ended = ended_by(house, receiver, reason)
    house.tell("T-2")

    told = {language: house.world.act("get_summary", language=language) for language in ("id", "en")}
    metrics = httpx.get(f"{house.world.app.settings.local_url}/metrics", trust_env=False).text
    [line] = examined(house)

    assert house.look(ended)["state_reason"] == reason
    assert "Webhook berhenti: 1.\n• 127.0.0.1 sejak 2026-11-28: " in told["id"]["text"]
    assert "Webhooks that stopped: 1.\n• 127.0.0.1 since 2026-11-28: " in told["en"]["text"]
    assert (told["en"]["stopped_webhooks"], told["en"]["webhooks_text"] in told["en"]["text"]) == (1, True)
    assert f'tagih_webhooks_stopped{{reason="{reason}"}} 1.0' in metrics and "127.0.0.1" not in metrics
    assert line.state == ("note" if reason == "subscription_gone" else "FAULT")
    assert "127.0.0.1 berhenti sejak 2026-11-28" in line.words
    assert "127.0.0.1 stopped on 2026-11-28" in (line.english or "")
    assert "/hook/" not in json.dumps([told, metrics, line.words, line.english])  # paths are often secrets
    [event] = house.cursor("channel_unhealthy")
    assert (event["reason"], event["message_provider"]) == (reason, "127.0.0.1")


def test_the_morning_tells_it_until_it_goes_on_or_is_deleted(house: House, receiver: Receiver) -> None:
    ended = ended_by(house, receiver, "subscription_gone")
    house.call("PATCH", f"/{ended}", {"name": "Gudang"})  # it does not stop anew by that
    house.world.advance(at("2026-11-30 08:00"))
    receiver.answer = lambda _r, _e: 200

    house.call("PATCH", f"/{ended}", {"active": True})
    house.world.advance(at("2026-12-01 08:00"))

    first, second, third = house.cursor("owner_digest")
    assert "127.0.0.1 sejak 2026-11-28" in first["webhooks_text"]
    assert second["webhooks_text"] == first["webhooks_text"] and second["webhooks_text"] in second["text"]
    assert (third["webhooks_text"], third["stopped_webhooks"]) == (None, 0)


def test_what_its_own_user_switched_off_is_nobodys_alarm(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    house.call("PATCH", f"/{made['id']}", {"active": False})

    told = house.world.act("get_summary")
    [line] = examined(house)

    assert (told["stopped_webhooks"], told["webhooks_text"], line.state) == (0, None, "ok")
