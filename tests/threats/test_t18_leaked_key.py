"""T-18: a leaked key reaches what its scopes, actions and sources allow, and nothing after it is revoked."""

import time

import pytest
from threats.conftest import Guarded
from threats.doors import Door

from connector.store import keys, schema


@pytest.mark.parametrize(
    "action", ["export_customer", "erase_customer", "import_recipe", "update_business", "pause_all"]
)
def test_t18_a_sheets_key_neither_exports_nor_rules(home: Guarded, action: str) -> None:
    home.world.invoice(customer_ref="A3")

    answer = Door(home, "sheets").act(action, customer="A3", text="recipe: x", reason="x")

    assert answer.status_code == 403
    assert home.world.rows(schema.customers)[0].erased_at is None


def test_t18_no_key_of_automation_carries_what_only_people_may(home: Guarded) -> None:
    for preset in ("read", "write", "n8n", "zapier", "sheets", "accounting"):
        carried = Door(home, preset).key
        assert not carried.allows("admin"), preset
        assert not carried.allows("destinations"), preset


def test_t18_a_sheets_key_makes_no_key_no_hook_and_no_recipe(home: Guarded) -> None:
    leaked = Door(home, "sheets")

    answers = [
        leaked.post(path, url="https://evil.example", text="x") for path in ("/v1/webhooks", "/v1/recipes")
    ]

    assert [a.status_code for a in answers] == [403, 403]
    assert leaked.post("/v1/keys", label="mine").status_code == 404


def test_t18_after_a_revocation_the_next_call_is_refused(home: Guarded) -> None:
    leaked = Door(home, "sheets")
    assert leaked.get("/v1/me").status_code == 200

    with home.world.store.write() as tx:
        keys.revoke_key(tx, leaked.key.id)
    time.sleep(keys.SEEN_KEYS_LIVE_S + 0.1)

    assert leaked.get("/v1/me").status_code == 401
