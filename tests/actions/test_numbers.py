"""Several numbers for one person, one number for several people, and a yes after a no."""

import pytest

from connector.domain.problems import Invalid
from connector.store import retention, schema
from connector.store.db import Store

from .shop import Shop

FIRST, SECOND = "+6281234567890", "+6281377778888"


def test_the_first_number_is_used_and_the_others_are_kept(shop: Shop) -> None:
    given = {"customer_ref": "A3", "customer_name": "Siti Rahma", "other_phones": ["0813-7777-8888"]}

    answer = shop.act("upsert_customer", **given)

    assert (answer["customer_phone"], answer["other_phones"]) == (FIRST, [SECOND])
    assert shop.act("upsert_customer", **given)["result"] == "unchanged"
    steps = [s for s in shop.steps("A3-2026-12") if s.kind == "message"]
    assert len({s.address_id for s in steps}) == 1


def test_another_number_that_is_known_as_theirs_holds_nothing(shop: Shop) -> None:
    shop.act("upsert_customer", customer_ref="A3", customer_name="Siti Rahma", other_phones=[SECOND])

    answer = shop.act("upsert_customer", customer_ref="A3", customer_name="Siti Rahma", customer_phone=SECOND)

    assert (answer["phone_change"], answer["customer_phone"]) == (None, FIRST)
    assert shop.act("get_invoice", invoice="A3-2026-12")["hold_reason"] is None


def test_a_former_number_is_passed_over_and_said_to_be(shop: Shop) -> None:
    shop.act("change_phone", customer="A3", new_phone=SECOND, reason="asked")

    answer = shop.act("upsert_customer", customer_ref="A3", customer_name="Siti Rahma", customer_phone=FIRST)

    assert (answer["phone_change"], answer["customer_phone"]) == ("former", SECOND)


def test_the_customer_may_return_to_a_former_number(shop: Shop) -> None:
    shop.act("change_phone", customer="A3", new_phone=SECOND, reason="asked")

    answer = shop.act("change_phone", customer="A3", new_phone=FIRST, reason="asked")

    assert (answer["result"], answer["customer_phone"]) == ("changed", FIRST)
    ties = [r for r in shop.rows("customer_addresses") if r["customer_id"] == answer["customer_id"]]
    assert [(r["is_primary"], r["state"]) for r in ties if not r["is_primary"]] == [(False, "former")]


def test_what_is_no_number_is_refused_with_its_field(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act("change_phone", customer="A3", new_phone="021-555", reason="asked")

    assert refused.value.code.startswith("phone_")


def test_retention_forgets_texts_and_keeps_that_they_were_said(store: Store) -> None:
    with store.write() as tx:
        tx.conn.execute(
            schema.replies.insert().values(
                id="rep_1",
                provider="whatsapp_cloud",
                provider_id="w1",
                phone=FIRST,
                kind="text",
                text="halo",
                at=0,
                received_at=0,
            )
        )
        retention.forget_old(tx)

    with store.read() as tx:
        row = tx.conn.execute(schema.replies.select()).one()
    assert (row.text, row.phone, row.kind) == (None, None, "text")
