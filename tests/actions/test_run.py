"""One action, one transaction, one row in the audit; recipes are versions that nobody can change."""

import pytest

from connector.actions.sample import load_sample
from connector.domain.problems import Invalid, NotFound
from connector.store import audit, recipes

from .shop import ROOT, Shop

KOST = (ROOT / "recipes" / "kost.yaml").read_text(encoding="utf-8")


def test_unknown_fields_and_actions_are_refused(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act("get_invoice", invoice="A3-2026-12", invioce="x")
    assert refused.value.code == "field_unknown"
    with pytest.raises(NotFound) as unknown:
        shop.act("get_invoices")
    assert unknown.value.code == "action_unknown"


def test_the_audit_names_ids_and_no_person(shop: Shop) -> None:
    card = shop.new("N-1")

    with shop.store.read() as tx:
        entry = audit.latest(tx, limit=1)[0]

    assert (entry.actor, entry.action, entry.result) == ("key:test", "create_invoice", "created")
    assert entry.object == card["invoice_id"]
    assert "6281311112222" not in str(entry)


def test_a_refusal_leaves_nothing_behind(shop: Shop) -> None:
    before = (len(shop.rows("customers")), len(shop.rows("audit")))

    with pytest.raises(NotFound):
        shop.new("N-1", recipe="nope", customer_ref="NEW")

    assert (len(shop.rows("customers")), len(shop.rows("audit"))) == before


def test_a_dry_run_may_be_asked_for_in_the_input(shop: Shop) -> None:
    answer = shop.act("mark_paid", invoice="A3-2026-12", payment_ref="x") | {}
    assert "dry_run" not in answer

    dry = shop.act("void_invoice", invoice="A1-2026-12", reason="x", dry_run=True)

    assert dry["dry_run"] is True
    assert shop.invoice("A1-2026-12").status == "open"


def test_the_sample_is_loaded_once(shop: Shop) -> None:
    before = {name: len(shop.rows(name)) for name in ("invoices", "customers", "steps", "events", "cases")}

    load_sample(shop.store, shop.catalog)

    assert {name: len(shop.rows(name)) for name in before} == before
    assert len(shop.rows("customers")) == 10


def test_a_users_recipe_shadows_the_shipped_one_and_running_sequences_keep_theirs(shop: Shop) -> None:
    text = KOST.replace("{offset: H-3,", "{offset: H-2,")

    answer = shop.act("import_recipe", text=text)

    shop.new("N-1")
    assert answer["result"] == "updated"
    assert shop.sequence("N-1").recipe_version == answer["recipe_version"]
    assert "H-2" in shop.states("N-1")
    assert shop.sequence("A3-2026-12").recipe_version != answer["recipe_version"]
    moved = shop.act("update_invoice", invoice="A3-2026-12", due_date="2026-12-20")
    assert moved["result"] == "updated"
    assert "H-3" in shop.states("A3-2026-12") and "H-2" not in shop.states("A3-2026-12")
    assert shop.act("import_recipe", text=text)["result"] == "unchanged"


def test_seeding_again_changes_nothing(shop: Shop) -> None:
    with shop.store.write() as tx:
        before = recipes.active_recipes(tx)
        recipes.seed(tx, shop.catalog)
        assert recipes.active_recipes(tx) == before


def test_a_wrong_recipe_names_every_fault_with_its_place(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act("import_recipe", text="recipe: x\npolicy: nope\nstepz: []\n")

    assert refused.value.code == "recipe_invalid"
    assert any("3" in (e.detail or "") for e in refused.value.errors)


def test_the_business_is_changed_by_what_is_given(shop: Shop) -> None:
    answer = shop.act("update_business", business_name="Kost Mawar", recipe="gentle", language="en")

    assert (answer["business_name"], answer["recipe"]) == ("Kost Mawar", "gentle")
    card = shop.new("N-1")
    assert shop.sequence("N-1").recipe == "gentle"
    assert card["result_text"] == "N-1 created."
    with pytest.raises(Invalid):
        shop.act("update_business", time_zone="Mars/Olympus")
