"""T-46: a remembered answer belongs to one key, one action and one body, for a day; later nothing of it is left."""

from threats.conftest import Guarded
from threats.doors import Door, code

from connector.clock import to_ms
from connector.store import idempotency, schema

CUSTOMER = {"customer_name": "Siti Uji", "customer_ref": "A3", "customer_phone": "081290001111"}


def test_t46_another_clients_key_runs_afresh_under_its_own_rights(home: Guarded) -> None:
    first, second, reader = Door(home, "n8n"), Door(home, "write"), Door(home, "read")
    told = first.act("upsert_customer", key="K1", **CUSTOMER).get_json()
    assert told["customer_phone"] == "+6281290001111"

    again = second.act("upsert_customer", key="K1", **CUSTOMER)

    assert "Idempotent-Replayed" not in again.headers
    assert again.get_json()["result"] == "unchanged"
    assert again.get_json()["customer_phone"] != told["customer_phone"]  # masked, as this key sees people
    assert reader.act("upsert_customer", key="K1", **CUSTOMER).status_code == 403


def test_t46_the_same_key_with_another_body_is_refused(home: Guarded) -> None:
    client = Door(home, "n8n")
    client.act("upsert_customer", key="K1", **CUSTOMER)

    other = client.act("upsert_customer", key="K1", **{**CUSTOMER, "customer_name": "Lain"})

    assert (other.status_code, code(other)) == (422, "idempotency_mismatch")


def test_t46_after_a_day_no_personal_answer_is_stored(home: Guarded) -> None:
    Door(home, "n8n").act("upsert_customer", key="K1", **CUSTOMER)
    assert "Siti" in home.world.rows(schema.idempotency)[0].answer

    with home.world.store.write() as tx:
        old = to_ms(tx.machine) - idempotency.KEPT_S * 1000 - 1
        tx.conn.execute(schema.idempotency.update().values(created_at_m=old))
        idempotency.forget_old(tx)

    assert home.world.rows(schema.idempotency) == []
