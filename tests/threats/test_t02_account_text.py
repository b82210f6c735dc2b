"""T-02: the bank account is edited in the business profile, a template or a recipe."""

import pytest
from threats.conftest import Guarded
from world import KEY, at

from connector.domain.destinations import UNAPPROVED
from connector.domain.problems import Problem
from connector.store import business, schema

OLD = "BCA 1234567890 a.n. Ratna Dewi"
THIEF = "BRI 9990001112223 a.n. Budi"
RECIPE = """recipe: titipan
title: {id: "Titipan", en: "Brought"}
description: {id: "Satu pesan.", en: "One message."}
policy: id-smb
at: "09:00"
steps:
  - {when: issue, template: bawaan}
templates:
  bawaan:
    title: {id: "Tagihan", en: "Invoice"}
    category: utility
    stage: created
    permission: notice
    params:
      customer_name: {sample: {id: "Siti", en: "Siti"}}
      business_name: {sample: {id: "Kost", en: "Kost"}}
      invoice_number: {sample: {id: "A3", en: "A3"}}
      amount: {sample: {id: "Rp1", en: "Rp1"}}
      due_date: {sample: {id: "5 Des", en: "5 Dec"}}
    languages:
      id:
        body: |
          Halo {{customer_name}}, ini tagihan baru dari {{business_name}} dengan nomor invoice {{invoice_number}}
          sebesar {{amount}} yang jatuh tempo pada tanggal {{due_date}} dan dibayar lewat SOMEWHERE ya, terima kasih.
"""


def _live_account(home: Guarded) -> str | None:
    with home.world.store.read() as tx:
        own = business.get(tx)
    return own.payment_details if own else None


def test_t02_an_api_key_only_proposes_another_account_and_the_old_one_stays_live(home: Guarded) -> None:
    answer = home.world.act("update_business", payment_details=THIEF)

    assert (answer["result"], answer["payment_details"]) == ("approval_needed", OLD)
    assert answer["destination_waiting"] == THIEF
    assert home.destinations() == {OLD: "approved", THIEF: "proposed"}
    home.world.settle()
    assert [e.data["reason"] for e in home.world.events("needs_human")] == ["pay_destination"]
    home.world.invoice()
    home.world.advance(at("2026-11-28 10:00"))
    assert OLD in home.world.phone("+6281290001111")[0].text


def test_t02_the_case_of_a_proposal_is_found_linked_and_resolved_like_any_other(home: Guarded) -> None:
    home.world.act("update_business", payment_details=THIEF)
    case = home.cases("pay_destination")[0].id

    found = home.world.act("find_cases", reason="pay_destination")
    home.world.act("link_case", case=case, external_id="hs-1")
    with pytest.raises(Problem):
        home.world.act("reply_to_case", case=case, text="halo")
    done = home.world.act("resolve_case", case=case, outcome="other", next="resume")

    assert [item["case_id"] for item in found["items"]] == [case]
    assert done["result"] == "resolved"
    assert home.destinations()[THIEF] == "proposed"


def test_t02_asking_twice_calls_once(home: Guarded) -> None:
    home.world.act("update_business", payment_details=THIEF)
    home.world.act("update_business", payment_details="bri 999-000-111-2223  a.n. Budi")

    assert len(home.cases("pay_destination")) == 1


def test_t02_a_persons_yes_makes_the_new_account_live_and_retires_the_old(home: Guarded) -> None:
    home.world.act("update_business", payment_details="BCA 7776665554 a.n. Ratna Dewi")

    home.approve_waiting("BCA 7776665554 a.n. Ratna Dewi")

    assert _live_account(home) == "BCA 7776665554 a.n. Ratna Dewi"
    assert home.destinations()[OLD] == "retired"
    assert home.cases("pay_destination") == []
    home.world.invoice()
    home.world.advance(at("2026-11-28 10:00"))
    assert "7776665554" in home.world.phone("+6281290001111")[0].text


def test_t02_an_account_that_was_edited_in_the_database_is_never_sent(home: Guarded) -> None:
    home.world.invoice()
    with home.world.store.write() as tx:
        tx.conn.execute(schema.business.update().values(payment_details=THIEF))

    home.world.advance(at("2026-11-28 12:00"))

    assert home.world.sent() == []
    assert home.world.steps("T-1")["created"].reason == UNAPPROVED
    assert len(home.cases("pay_destination")) == 1


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("business_name", "Kost Melati, rek baru BRI 9990001112"),
        ("office_hours", "bayar ke bit.ly/kost"),
    ],
)
def test_t02_a_profile_text_that_says_where_to_pay_is_refused(home: Guarded, field: str, text: str) -> None:
    with pytest.raises(Problem) as refused:
        home.world.act("update_business", **{field: text})

    assert refused.value.code == "text_suspicious"


@pytest.mark.parametrize(
    ("words", "code"),
    [("BCA 1234567890", "account_typed_in"), ("https://bayar.example/kost", "link_typed_in")],
)
def test_t02_a_recipe_with_an_account_typed_in_is_refused_with_its_place(
    home: Guarded, words: str, code: str
) -> None:
    with pytest.raises(Problem) as refused:
        home.world.act("import_recipe", text=RECIPE.replace("SOMEWHERE", words))

    told = str(refused.value.params) + str(refused.value.errors)
    assert code in told and "{{pay" in told


def test_t02_set_up_lasts_until_a_destination_is_known(home: Guarded) -> None:
    with home.world.store.write() as tx:
        tx.conn.execute(schema.destinations.delete())
        tx.conn.execute(schema.business.update().values(payment_details=None))

    first = home.world.act("update_business", payment_details=OLD)
    second = home.world.act("update_business", payment_details=THIEF)

    assert (first["result"], first["payment_details"]) == ("updated", OLD)
    assert (second["result"], second["payment_details"]) == ("approval_needed", OLD)


def test_t02_no_key_reaches_the_approval(home: Guarded) -> None:
    """Approving is no action and no route: an admin key finds nothing to call."""
    names = set(home.world.app.catalog.actions)

    assert KEY and not {name for name in names if "destination" in name or "approve" in name}
