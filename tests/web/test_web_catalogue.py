"""The catalogue, events by cursor, health, the clock and the two pages."""

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from web_face import Caller, make_key

from connector.clock import FixedClock, to_ms
from connector.domain.decision import Decision, NewEvent
from connector.domain.problems import Invalid
from connector.specs import Catalog
from connector.store import clockrow, control
from connector.store.apply import apply
from connector.store.db import Store
from connector.store.events import number_events, unnumbered
from connector.store.schema import heartbeats
from connector.store.vitals import unfinished
from connector.web.clock import duration, target_of

NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


def tell(store: Store, *names: str) -> None:
    with store.write() as tx:
        apply(
            tx,
            Decision(events=tuple(NewEvent("invoice_paid", tx.now, data={"name": name}) for name in names)),
        )


def number(store: Store, limit: int = 500) -> int:
    with store.write() as tx:
        return number_events(tx, limit)


def test_the_catalogue_lists_and_shows_specs(admin: Caller) -> None:
    listed = admin.get("/v1/specs").json

    assert {"name": "create_invoice", "title": "Create Invoice", "kind": "change"} in listed["actions"]
    assert listed["triggers"] == [{"name": "invoice_paid", "title": "Invoice Paid"}]
    assert admin.get("/v1/specs/actions/create_invoice").json["scope"] == "invoices"
    assert admin.get("/v1/specs/triggers/invoice_paid").json["once_per"] == ["invoice"]
    assert admin.get("/v1/specs/actions/nothing").json["code"] == "action_unknown"
    assert admin.get("/v1/specs/triggers/nothing").json["code"] == "trigger_unknown"


def test_the_connection_test_says_who_and_how(admin: Caller) -> None:
    assert admin.get("/v1/me").json == {
        "business_id": "biz_melati",
        "business_name": "Kost Melati",
        "mode": "sandbox",
        "version": "0.1.0",
        "preset": "admin",
    }


def test_drop_downs_are_bare_arrays(admin: Caller) -> None:
    assert admin.get("/v1/options/recipe?q=x").json == [{"id": "kostx", "label": "Kost"}]
    assert admin.get("/v1/options/nothing").json["code"] == "options_unknown"
    assert admin.get("/v1/options/template_fields?template=h_3").json == {"type": "object", "title": "h_3"}
    assert admin.get("/v1/options/template_fields").json["code"] == "field_required"


def test_reading_needs_the_scope(app: Flask, store: Store) -> None:
    accounting = Caller(app.test_client(), make_key(store, "invoices").secret)

    for path in ("/v1/events", "/v1/options/recipe", "/v1/triggers/invoice_paid/samples"):
        assert accounting.get(path).status_code == 403
    assert accounting.get("/v1/me").status_code == 200


def test_events_are_numbered_after_commit_and_read_by_cursor(admin: Caller, store: Store) -> None:
    tell(store, "one", "two")
    assert admin.get("/v1/events").json == {"items": [], "next": None}

    assert number(store) == 2
    tell(store, "three")
    assert number(store) == 1
    assert number(store) == 0

    first = admin.get("/v1/events?limit=2&type=invoice_paid").json
    assert [item["event_number"] for item in first["items"]] == [1, 2]
    rest = admin.get(f"/v1/events?limit=2&after={first['next']}").json
    assert [item["event_number"] for item in rest["items"]] == [3]
    assert rest["next"] is None


def test_the_sequencer_takes_bounded_bites(store: Store, app: Flask) -> None:
    tell(store, *"abcde")

    assert [number(store, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    with store.read() as tx:
        assert unnumbered(tx) == 0
        numbers = sorted(tx.conn.exec_driver_sql("SELECT number FROM events").scalars())
    assert numbers == [1, 2, 3, 4, 5]


def test_two_sequencers_never_give_one_number_twice(store: Store, app: Flask) -> None:
    tell(store, *(str(n) for n in range(60)))
    done: list[int] = []

    def run() -> None:
        while given := number(store, limit=7):
            done.append(given)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sum(done) == 60
    with store.read() as tx:
        numbers = sorted(tx.conn.exec_driver_sql("SELECT number FROM events").scalars())
    assert numbers == list(range(1, 61))


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=99999999999999999999", "limit=0", "limit=201", "after=١"]
)
def test_an_odd_cursor_is_refused(admin: Caller, query: str) -> None:
    answer = admin.get(f"/v1/events?{query}")

    assert (answer.status_code, answer.json["code"]) == (422, "field_invalid")


def test_an_unknown_event_type_is_refused(admin: Caller) -> None:
    assert admin.get("/v1/events?type=nothing").json["code"] == "trigger_unknown"


def test_samples_are_the_newest_real_events_else_the_specs_own(admin: Caller, store: Store) -> None:
    before = admin.get("/v1/triggers/invoice_paid/samples").json
    tell(store, *"abcd")
    number(store)
    after = admin.get("/v1/triggers/invoice_paid/samples").json

    assert [item["event_id"] for item in before["items"]] == ["evt_sample"]
    assert [item["event_number"] for item in after["items"]] == [4, 3, 2]
    assert before["next"] is None and after["next"] is None


def test_a_masked_key_sees_masked_samples(app: Flask, store: Store) -> None:
    reader = Caller(app.test_client(), make_key(store, "read", pii="masked").secret)

    (sample,) = reader.get("/v1/triggers/invoice_paid/samples").json["items"]

    assert sample["customer_phone"] == "+62812****7890"


def test_it_is_ready_while_the_worker_gives_signs_of_life(
    app: Flask, store: Store, clock: FixedClock
) -> None:
    client = app.test_client()
    silent = client.get("/readyz")
    with store.write() as tx:
        tx.conn.execute(heartbeats.insert().values(worker="w1", at=tx.now_ms, at_m=tx.machine_ms))
    alive = client.get("/readyz")
    clock.machine_at = clock.machine() + timedelta(seconds=11)
    late = client.get("/readyz")

    assert (silent.status_code, silent.json["checks"]["worker"]) == (503, "silent")
    assert (alive.status_code, alive.json["status"]) == (200, "ok")
    assert alive.json["checks"] == {"database": "ok", "migrations": "ok", "worker": "ok"}
    assert late.status_code == 503


def test_it_is_not_ready_before_the_migrations(make_app: Callable[..., Flask]) -> None:
    answer = make_app(is_migrated=lambda: False).test_client().get("/readyz")

    assert (answer.status_code, answer.json["checks"]["migrations"]) == (503, "pending")


def test_a_database_that_is_gone_is_a_503_and_not_a_crash(app: Flask, store: Store, admin: Caller) -> None:
    def gone() -> Any:
        raise ConnectionError("postgres://tagih:secret@db")

    assert admin.get("/v1/me").status_code == 200
    store.read = gone  # type: ignore[method-assign]

    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, "failed")
    assert app.test_client().get("/healthz").status_code == 200


def test_metrics_count_and_say_nothing_personal(admin: Caller, store: Store) -> None:
    admin.run("create_invoice", invoice="A3-2026-12", phone="+6281234567890")
    tell(store, "one")

    text = admin.client.get("/metrics").text

    assert 'tagih_requests_total{route="/v1/actions/<name>",status="200"} 1.0' in text
    assert "tagih_events_unnumbered 1.0" in text
    assert "A3-2026-12" not in text and "6281234567890" not in text


def test_openapi_needs_no_key_and_names_only_routes_that_exist(
    make_app: Callable[..., Flask], real_catalog: Catalog
) -> None:
    app = make_app(catalog=real_catalog, mode="live")

    document = app.test_client().get("/openapi.json").json

    known = {
        (re.sub(r"<[^>]*>", "{}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    for path, operations in document["paths"].items():
        own = "/v1/actions/{}" if path.startswith("/v1/actions/") else re.sub(r"{[^}]*}", "{}", path)
        for method in operations:
            assert (own, method.upper()) in known, (path, method)
    assert set(real_catalog.actions) <= {path.rpartition("/")[2] for path in document["paths"]}


def test_the_pages_are_plain_html_without_script_or_inline_style(app: Flask) -> None:
    client = app.test_client()

    for path in ("/", "/docs"):
        answer = client.get(path, headers={"Accept-Language": "id"})
        assert answer.content_type.startswith("text/html")
        assert not re.search(r"<script|style=|<style| on\w+=", answer.text)
        assert "SANDBOX" in answer.text
    assert "Kost Melati" in client.get("/").text
    assert "Keterangan &lt;b&gt;" in client.get("/docs", headers={"Accept-Language": "id"}).text


def test_a_live_page_does_not_say_sandbox(make_app: Callable[..., Flask]) -> None:
    assert "SANDBOX" not in make_app(mode="live").test_client().get("/").text


def test_durations_and_targets() -> None:
    assert duration("P1D") == timedelta(days=1)
    assert duration("PT90M") == timedelta(minutes=90)
    assert duration("P1W") == timedelta(days=7)
    assert target_of({"advance": "PT1H"}, NOW) == NOW + timedelta(hours=1)
    assert target_of({"to": "2026-11-28T09:00:00+07:00"}, NOW) == NOW + timedelta(hours=1)
    for wrong in ("", "P", "PT", "1D", "P-1D", "P1Y", "P1.5D", None, 5, "P١D", "P99999D"):
        with pytest.raises(Invalid):
            target_of({"advance": wrong}, NOW)
    for body in (
        {},
        {"advance": "P1D", "to": "x"},
        {"to": "2026-11-28"},
        {"to": "0001-01-01T00:00:00+14:00"},
    ):
        with pytest.raises(Invalid):
            target_of(body, NOW)
    with pytest.raises(Invalid, match="clock_backwards"):
        target_of({"to": "2026-11-27T00:00:00Z"}, NOW)


def virtual(open_store: Callable[..., Store], url: str) -> Store:
    store = open_store(url, virtual=True)
    with store.write() as tx:
        clockrow.start_virtual(tx, NOW)
    return store


def test_the_clock_call_waits_until_the_worker_has_walked_there(
    make_app: Callable[..., Flask], open_store: Callable[..., Store], database_url: str
) -> None:
    store = virtual(open_store, database_url)
    app = make_app(store=store)
    admin = Caller(app.test_client(), make_key(store).secret)

    def walk() -> None:
        for _ in range(2000):
            with store.write() as tx:
                target = control.state(tx).target
                if target is not None and target > tx.now:
                    clockrow.set_now(tx, target)
                    return
            time.sleep(0.01)

    worker = threading.Thread(target=walk)
    worker.start()
    answer = admin.post("/v1/sandbox/clock", {"advance": "P1D"})
    worker.join(30)

    assert answer.status_code == 200
    assert answer.json["now"] == (NOW + timedelta(days=1)).isoformat()


def test_the_clock_call_also_waits_for_the_work_of_the_last_instant(
    make_app: Callable[..., Flask], open_store: Callable[..., Store], database_url: str
) -> None:
    store = virtual(open_store, database_url)
    admin = Caller(make_app(store=store).test_client(), make_key(store).secret)
    tell(store, "not yet numbered")

    def work() -> None:
        with store.write() as tx:
            clockrow.set_now(tx, NOW + timedelta(hours=1))
        time.sleep(0.3)
        number(store)

    began = time.monotonic()
    worker = threading.Thread(target=work)
    worker.start()
    answer = admin.post("/v1/sandbox/clock", {"to": (NOW + timedelta(hours=1)).isoformat()})
    worker.join(10)

    assert answer.status_code == 200
    assert time.monotonic() - began >= 0.3
    with store.read() as tx:
        assert not any(unfinished(tx))


def test_work_that_does_not_move_is_not_waited_for(
    make_app: Callable[..., Flask],
    open_store: Callable[..., Store],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = virtual(open_store, database_url)
    monkeypatch.setattr("connector.actions.walking.STUCK_S", 0.1)
    admin = Caller(make_app(store=store).test_client(), make_key(store).secret)
    tell(store, "never numbered")

    assert admin.post("/v1/sandbox/clock", {"advance": "PT0S"}).json["result"] == "arrived"


def test_a_long_walk_answers_202_and_goes_on(
    make_app: Callable[..., Flask],
    open_store: Callable[..., Store],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = virtual(open_store, database_url)
    monkeypatch.setattr("connector.web.clock.PATIENCE_S", 0.1)
    admin = Caller(make_app(store=store).test_client(), make_key(store).secret)

    answer = admin.post("/v1/sandbox/clock", {"advance": "P1D"})

    assert (answer.status_code, answer.json["result"]) == (202, "walking")
    with store.read() as tx:
        target = control.state(tx).target
    assert target is not None and to_ms(target) == to_ms(NOW + timedelta(days=1))


def test_a_real_clock_is_not_moved(admin: Caller, app: Flask, store: Store) -> None:
    assert admin.post("/v1/sandbox/clock", {"advance": "P1D"}).json["code"] == "clock_not_virtual"
    reader = Caller(app.test_client(), make_key(store, "read").secret)
    assert reader.post("/v1/sandbox/clock", {"advance": "P1D"}).status_code == 403
