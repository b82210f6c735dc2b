"""Events by cursor, and samples for those who build a flow."""

from typing import Any

from flask import Blueprint, Response, request

from connector.domain.problems import Forbidden, NotFound
from connector.store.events import newest_events, read_events
from connector.store.keys import Key
from connector.web.access import need
from connector.web.actions import as_json
from connector.web.masking import masked, pii_kinds
from connector.web.query import whole_number
from connector.web.services import Services

SAMPLES = 3


def routes(services: Services) -> Blueprint:
    """`GET /v1/events` and `GET /v1/triggers/{type}/samples`."""
    door = Blueprint("events", __name__)
    hidden: dict[str, str] = {}
    for spec in services.catalog.triggers.values():
        hidden |= pii_kinds(spec.payload)

    def known(type: str) -> str:
        if type not in services.catalog.triggers:
            raise NotFound("trigger_unknown", params={"name": type[:60]})
        return type

    def shown(items: list[dict[str, Any]], key: Key) -> Any:
        return items if key.pii == "full" else [masked(item, hidden) for item in items]

    @door.get("/v1/events")
    def listed() -> Response:
        key = _reader()
        type = request.args.get("type") or None
        after = whole_number("after", 0, least=0)
        limit = whole_number("limit", 50, least=1, most=200)
        with services.store.read() as tx:
            rows = read_events(
                tx, after=after, type=known(type) if type else None, limit=limit, sources=key.sources
            )
            items = services.event_payloads(tx, rows)
        next = rows[-1]["number"] if len(rows) == limit else None
        return _json({"items": shown(items, key), "next": next})

    @door.get("/v1/triggers/<type>/samples")
    def samples(type: str) -> Response:
        key = _reader()
        spec = services.catalog.triggers[known(type)]
        with services.store.read() as tx:
            newest = newest_events(tx, type, SAMPLES) if key.sources is None else []
            items = services.event_payloads(tx, newest)
        return _json({"items": shown(items or [dict(spec.sample)], key), "next": None})

    return door


def _reader() -> Key:
    """The key, if it may read events: one that is bound to some actions does those and nothing else."""
    key = need("read", bound=True)
    if key.actions is not None:
        raise Forbidden("forbidden", params={"scope": "read"})
    return key


def _json(body: dict[str, Any]) -> Response:
    return Response(as_json(body), content_type="application/json")
