"""Subscriptions over HTTP: subscribe, look, change, end, test, change the secret, read the log, replay."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request

from connector.actions import subscribing
from connector.actions.subscribing import Caller
from connector.clock import to_ms
from connector.domain.deliveries import DeliveryState
from connector.domain.problems import FieldError, Invalid, NotFound, RateLimited, invalid
from connector.domain.subscriptions import Subscription
from connector.specs import hooks
from connector.specs.faults import InputCheck, given
from connector.specs.openapi_parts import Schema
from connector.store import deliveries, subscriptions
from connector.store.db import Row, Tx
from connector.store.keys import Key
from connector.web.access import need
from connector.web.actions import as_json
from connector.web.body import read_json
from connector.web.languages import Languages
from connector.web.limits import Buckets
from connector.web.query import whole_number
from connector.web.services import Hooks, Services
from connector.web.webhook_answers import SAID, instant, logged, shown

TEST_PATIENCE_S = 5.0
TESTS_AN_HOUR = 10  # of one key: a test must not become a port scanner (T-15)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every route needs: the services, the checks of the bodies, the tests that are left."""

    services: Services
    languages: Languages
    hooks: Hooks
    wanted: InputCheck
    wanted_of_one: InputCheck
    changed: InputCheck
    tested: InputCheck
    replayed: InputCheck
    tests: Buckets = field(default_factory=lambda: Buckets(TESTS_AN_HOUR / 3600, TESTS_AN_HOUR))

    @property
    def language(self) -> str:
        return self.languages.of_request()

    def body(self, check: InputCheck) -> dict[str, Any]:
        """The body that fits; every fault at once."""
        data = read_json(request)
        found = check.faults(data, self.language)
        if found:
            raise invalid(FieldError(fault.path, fault.code, fault.message) for fault in found)
        return given(data, check.schema["properties"])

    def said(self, result: str, **more: Any) -> dict[str, Any]:
        return {"result": result, "result_text": SAID[result][self.language], **more}

    def answer(self, result: str, **more: Any) -> Response:
        return _json(self.said(result, **more))

    def shown(self, one: Subscription, waiting: int) -> dict[str, Any]:
        return shown(one, waiting, self.services.catalog.reason_text(one.state_reason, self.language))


def routes(services: Services, languages: Languages) -> Blueprint:
    """`/v1/webhooks`; only where there is a key for the secrets."""
    door = Blueprint("webhooks", __name__)
    if services.hooks is None:
        return door

    def check(schema: Schema) -> InputCheck:
        return InputCheck.of(schema, services.catalog.problems)

    desk = Desk(
        services,
        languages,
        services.hooks,
        wanted=check(hooks.wanted(services.catalog)),
        wanted_of_one=check(hooks.wanted_of_one(services.catalog)),
        changed=check(hooks.changed(services.catalog)),
        tested=check(hooks.tested(services.catalog)),
        replayed=check(hooks.replayed()),
    )
    _keeping(door, desk)
    _looking(door, desk)
    _sending(door, desk)
    return door


def _keeping(door: Blueprint, desk: Desk) -> None:
    store, private = desk.services.store, desk.hooks.private

    @door.post("/v1/webhooks")
    def subscribe() -> Response:
        return _json(_made(desk, need("hooks"), desk.body(desk.wanted)))

    @door.post("/v1/webhooks/events/<event>")
    def subscribe_to_one(event: str) -> Response:
        """For platforms with one trigger per event that unsubscribe at `Location` (Power Automate)."""
        key = need("hooks")
        if event not in desk.services.catalog.triggers:
            raise NotFound("trigger_unknown", params={"name": event[:60]})
        made = _made(desk, key, {**desk.body(desk.wanted_of_one), "events": [event]})
        answer = _json(made)
        answer.status_code = 201
        answer.headers["Location"] = f"{desk.services.public_url.rstrip('/')}/v1/webhooks/{made['id']}"
        return answer

    @door.patch("/v1/webhooks/<id>")
    def change(id: str) -> Response:
        key = need("hooks")
        body = desk.body(desk.changed)
        with store.write() as tx:
            result, found = subscribing.change(tx, _caller(tx, key), id, body, private)
            waiting = subscriptions.waiting_counts(tx).get(found.id, 0)
        return desk.answer(result, **desk.shown(found, waiting))

    @door.delete("/v1/webhooks/<id>")
    def end(id: str) -> Response:
        key = need("hooks")
        with store.write() as tx:
            result = subscribing.remove(tx, _caller(tx, key), id)
        return desk.answer(result, id=id)

    @door.post("/v1/webhooks/<id>/rotate-secret")
    def rotate(id: str) -> Response:
        key = need("hooks")
        with store.write() as tx:
            secret, until = subscribing.rotate(tx, desk.hooks.vault, _caller(tx, key), id)
        return desk.answer("rotated", id=id, secret=secret, former_accepted_until=instant(until))


def _made(desk: Desk, key: Key, wish: dict[str, Any]) -> dict[str, Any]:
    with desk.services.store.write() as tx:
        made = subscribing.create(tx, desk.hooks.vault, _caller(tx, key), wish, desk.hooks.private)
        waiting = subscriptions.waiting_counts(tx).get(made.subscription.id, 0)
    return desk.said(made.result, secret=made.secret, **desk.shown(made.subscription, waiting))


def _looking(door: Blueprint, desk: Desk) -> None:
    store = desk.services.store

    @door.get("/v1/webhooks")
    def listed() -> Response:
        key = need("hooks")
        url = request.args.get("url")
        with store.read() as tx:
            found = subscribing.seen(tx, _caller(tx, key))
            waiting = subscriptions.waiting_counts(tx)
        items = [desk.shown(one, waiting.get(one.id, 0)) for one in found if url in (None, "", one.url)]
        return _json({"items": items, "next": None})

    @door.get("/v1/webhooks/<id>")
    def look(id: str) -> Response:
        key = need("hooks")
        with store.read() as tx:
            found = subscribing.find(tx, _caller(tx, key), id)
            waiting = subscriptions.waiting_counts(tx)
        return _json(desk.shown(found, waiting.get(id, 0)))

    @door.get("/v1/webhooks/<id>/deliveries")
    def log(id: str) -> Response:
        key = need("hooks")
        limit = whole_number("limit", 50, least=1, most=200)
        state = request.args.get("state")
        if state is not None and state not in set(DeliveryState):
            raise Invalid("field_invalid", field="state", params={"expected": ", ".join(DeliveryState)})
        with store.read() as tx:
            subscribing.find(tx, _caller(tx, key), id)
            rows = deliveries.log(tx, id, state=state, before=request.args.get("after") or None, limit=limit)
        next = rows[-1].id if len(rows) == limit else None
        return _json({"items": [logged(row, desk.language) for row in rows], "next": next})


def _sending(door: Blueprint, desk: Desk) -> None:
    store = desk.services.store

    @door.post("/v1/webhooks/<id>/test")
    def test(id: str) -> Response:
        key = need("hooks")
        body = desk.body(desk.tested)
        with store.read() as tx:
            subscribing.find(tx, _caller(tx, key), id)
        wait = desk.tests.take(key.id)
        if wait:
            raise RateLimited("rate_limited", retry_after_s=wait)
        with store.write() as tx:
            delivery_id, event_id = subscribing.test(tx, _caller(tx, key), id, body.get("type"))
        row = _awaited(desk, delivery_id)
        tried = row is not None and row.last_at is not None and row.state != DeliveryState.SENDING
        result = "queued" if not tried or row is None else _came_of(row)
        return desk.answer(
            result, delivery_id=delivery_id, event_id=event_id, status_code=row.status if row else None
        )

    @door.post("/v1/webhooks/<id>/replay")
    def replay(id: str) -> Response:
        key = need("hooks")
        body = desk.body(desk.replayed)
        time_ms = _ms(body["from_time"]) if "from_time" in body else None
        with store.write() as tx:
            count, rest = subscribing.replay(
                tx, _caller(tx, key), id, number=body.get("from_event_number"), time_ms=time_ms
            )
        return desk.answer("queued", events=count, next_event_number=rest)


def _caller(tx: Tx, key: Key) -> Caller:
    return Caller.of(tx, key.id, key.pii)


def _awaited(desk: Desk, delivery_id: str) -> Row[Any] | None:
    """The test's delivery once it was tried, or as it is when the patience ends: the worker sends it, not we."""
    until = time.monotonic() + TEST_PATIENCE_S
    while True:
        with desk.services.store.read() as tx:
            row = deliveries.by_id(tx, delivery_id)
        tried = row is None or (row.last_at is not None and row.state != DeliveryState.SENDING)
        if tried or time.monotonic() > until:
            return row
        time.sleep(0.05)


def _came_of(row: Row[Any]) -> str:
    return "delivered" if row.state == DeliveryState.DELIVERED else "failed"


def _ms(text: str) -> int:
    try:
        return to_ms(datetime.fromisoformat(text))
    except (ValueError, OverflowError, TypeError):
        raise Invalid("time_invalid", field="from_time") from None


def _json(body: dict[str, Any]) -> Response:
    return Response(as_json(body), content_type="application/json")
