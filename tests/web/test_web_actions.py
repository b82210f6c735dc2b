import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from web_face import Actions, Caller, make_key

from connector.specs import Catalog
from connector.store.db import Store


def test_an_action_runs_in_the_name_of_the_key_and_answers_its_result(
    admin: Caller, actions: Actions
) -> None:
    answer = admin.run("create_invoice", invoice="A3-2026-12")

    assert answer.status_code == 200
    assert answer.json["result"] == "created"
    name, body, actor, dry_run = actions.calls[0]
    assert (name, body, dry_run) == ("create_invoice", {"invoice": "A3-2026-12"}, False)
    assert actor.startswith("key:key_")


def test_a_dry_run_reaches_the_action_and_is_never_remembered(admin: Caller, actions: Actions) -> None:
    key = {"Idempotency-Key": "one"}

    first = admin.post("/v1/actions/create_invoice", {"invoice": "1", "dry_run": True}, headers=key)
    second = admin.post("/v1/actions/create_invoice", {"invoice": "1"}, headers=key)

    assert (first.status_code, second.status_code) == (200, 200)
    assert [call[3] for call in actions.calls] == [True, False]
    assert [call[1] for call in actions.calls] == [{"invoice": "1"}, {"invoice": "1"}]


def test_the_same_key_and_body_answer_the_first_result_again(admin: Caller, actions: Actions) -> None:
    key = {"Idempotency-Key": "order-17"}

    first = admin.post("/v1/actions/create_invoice", {"invoice": "1", "extra": "x"}, headers=key)
    again = admin.post("/v1/actions/create_invoice", {"extra": "x", "invoice": "1"}, headers=key)

    assert again.json == first.json
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(actions.calls) == 1


def test_the_same_key_with_another_body_is_refused(admin: Caller, actions: Actions) -> None:
    key = {"Idempotency-Key": "order-17"}
    admin.post("/v1/actions/create_invoice", {"invoice": "1"}, headers=key)

    other = admin.post("/v1/actions/create_invoice", {"invoice": "2"}, headers=key)

    assert (other.status_code, other.json["code"]) == (422, "idempotency_mismatch")
    assert len(actions.calls) == 1


def test_another_api_key_with_the_same_idempotency_key_runs_afresh(
    app: Flask, store: Store, actions: Actions
) -> None:
    for _ in range(2):
        caller = Caller(app.test_client(), make_key(store).secret)
        caller.post("/v1/actions/create_invoice", {"invoice": "1"}, headers={"Idempotency-Key": "k"})

    assert len(actions.calls) == 2


def test_a_refused_request_is_not_remembered(admin: Caller, actions: Actions) -> None:
    key = {"Idempotency-Key": "order-17"}

    first = admin.post("/v1/actions/create_invoice", {"amount": "wrong"}, headers=key)
    again = admin.post("/v1/actions/create_invoice", {"amount": "wrong"}, headers=key)

    assert (first.status_code, again.status_code) == (422, 422)
    assert len(actions.calls) == 2


def test_a_request_in_flight_is_told_to_wait(
    app: Flask, store: Store, admin: Caller, actions: Actions
) -> None:
    key = {"Idempotency-Key": "slow"}
    actions.gate = threading.Event()
    first: list[Any] = []
    other = Caller(app.test_client(), admin.secret)
    thread = threading.Thread(
        target=lambda: first.append(other.post("/v1/actions/create_invoice", {"invoice": "1"}, headers=key))
    )
    thread.start()
    assert actions.entered.wait(10)

    meanwhile = admin.post("/v1/actions/create_invoice", {"invoice": "1"}, headers=key)
    actions.gate.set()
    thread.join(10)

    assert (meanwhile.status_code, meanwhile.json["code"]) == (409, "idempotency_in_flight")
    assert meanwhile.headers["Retry-After"] == "1"
    assert first[0].status_code == 200
    assert len(actions.calls) == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "é"])
def test_an_unusable_idempotency_key_is_refused(admin: Caller, actions: Actions, key: str) -> None:
    answer = admin.post("/v1/actions/create_invoice", {"invoice": "1"}, headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_invalid")
    assert actions.calls == []


def test_a_key_without_the_scope_is_refused(app: Flask, store: Store, actions: Actions) -> None:
    reader = Caller(app.test_client(), make_key(store, "read").secret)

    assert reader.run("find_invoices", invoice="1").status_code == 200
    for action in ("create_invoice", "pause_all"):
        refused = reader.run(action, invoice="1")
        assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert [call[0] for call in actions.calls] == ["find_invoices"]


def test_a_key_bound_to_some_actions_runs_no_other(app: Flask, store: Store) -> None:
    bound = Caller(app.test_client(), make_key(store, "read", "invoices", actions=["create_invoice"]).secret)

    assert bound.run("create_invoice", invoice="1").status_code == 200
    assert bound.run("find_invoices", invoice="1").status_code == 403


def test_a_masked_key_sees_neither_phones_nor_fields_marked_personal(app: Flask, store: Store) -> None:
    masked = Caller(app.test_client(), make_key(store, "invoices", pii="masked").secret)

    body = masked.run("create_invoice", invoice="1").json

    assert body["customer_phone"] == "+62812****7890"
    assert body["contact_name"] == "S***"
    assert body["result"] == "created"


def test_an_unknown_action_is_a_problem_with_its_remedy(admin: Caller) -> None:
    answer = admin.run("make_coffee")

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "action_unknown"


def test_a_refusal_names_the_field_and_speaks_the_callers_language(admin: Caller, catalog: Catalog) -> None:
    answers = {
        language: admin.post(
            "/v1/actions/create_invoice", {"amount": "wrong"}, headers={"Accept-Language": language}
        ).json
        for language in ("en-GB", "id", "de")
    }

    said = catalog.problems["amount_invalid"]
    (error,) = answers["en-GB"]["errors"]
    assert (error["field"], error["code"]) == ("amount", "amount_invalid")
    assert answers["en-GB"]["title"] == said.title["en"]
    assert answers["en-GB"]["detail"].endswith(said.remedy["en"])
    assert answers["id"]["title"] == answers["de"]["title"] == said.title["id"]
    assert answers["id"]["retryable"] is False


def test_what_nobody_foresaw_is_a_500_that_shows_and_logs_no_value(
    admin: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    answer = admin.run("create_invoice", amount="bug")

    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert "ZeroDivisionError" in caplog.text
    assert answer.json["request_id"] in caplog.text
    assert "6281234567890" not in caplog.text + answer.text


def test_a_dry_run_that_is_no_boolean_is_refused(admin: Caller, actions: Actions) -> None:
    answer = admin.run("create_invoice", dry_run="yes")

    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "dry_run")
    assert actions.calls == []


def test_a_dead_process_leaves_no_key_in_flight_for_ever(
    make_app: Callable[..., Flask], store: Store, admin: Caller, actions: Actions, clock: Any
) -> None:
    from datetime import timedelta

    from connector.store.idempotency import Slot, reserve

    with store.write() as tx:  # a process reserved the slot and died
        machine = tx.machine
        key_id = tx.conn.exec_driver_sql("SELECT id FROM api_keys").scalar_one()
        assert reserve(tx, Slot(key_id, "create_invoice", "k"), "other-hash").found == "new"
    clock.machine_at = machine + timedelta(seconds=61)

    answer = admin.post("/v1/actions/create_invoice", {"invoice": "1"}, headers={"Idempotency-Key": "k"})

    assert answer.status_code == 200
    assert len(actions.calls) == 1


def test_an_answer_is_forgotten_after_a_day(
    admin: Caller, actions: Actions, clock: Any, store: Store
) -> None:
    from datetime import timedelta

    from connector.store.idempotency import forget_old

    key = {"Idempotency-Key": "k"}
    admin.post("/v1/actions/create_invoice", {"invoice": "1"}, headers=key)
    clock.machine_at = clock.machine() + timedelta(hours=24, seconds=5)

    again = admin.post("/v1/actions/create_invoice", {"invoice": "2"}, headers=key)

    assert again.status_code == 200
    clock.machine_at += timedelta(hours=24, seconds=5)
    with store.write() as tx:
        assert forget_old(tx) == 1
