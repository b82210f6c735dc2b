"""`POST /v1/actions/{name}`: runs an action, once for each Idempotency-Key."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from connector.domain.problems import Conflict, Invalid, NotFound, Problem
from connector.specs import ActionSpec
from connector.store import files, idempotency
from connector.store.db import Tx
from connector.store.idempotency import Found, Slot
from connector.store.keys import Key
from connector.web.access import need, within_sources
from connector.web.body import JSON_BYTES, ROWS_BYTES, read_json
from connector.web.languages import Languages
from connector.web.masking import masked, pii_kinds
from connector.web.services import Answer, OnSuccess, Services

_PRINTABLE = re.compile(r"[\x21-\x7e]{1,200}")
# The endings of an action that sends, after which nothing goes: the same wish may well come true an hour later.
_NOTHING_SENT = frozenset(
    {"window_closed", "opted_out", "case_open", "not_needed", "untrue_then", "already_planned"}
)


def routes(services: Services, languages: Languages) -> Blueprint:
    """The one route that changes things."""
    door = Blueprint("actions", __name__)
    hidden = {name: pii_kinds(spec.output) for name, spec in services.catalog.actions.items()}

    @door.post("/v1/actions/<name>")
    def run(name: str) -> Response:
        spec = services.catalog.actions.get(name)
        if spec is None:
            raise NotFound("action_unknown", params={"name": name[:60]})
        key = need(spec.scope, name, bound=True)
        body = read_json(request, ROWS_BYTES if spec.scope == "imports" else JSON_BYTES)
        within_sources(key, name, body)
        dry_run = _dry_run(body)

        def shown(answer: Answer) -> str:
            return as_json(answer if key.pii == "full" else masked(answer, hidden[name]))

        def execute(on_success: OnSuccess | None = None) -> str:
            language = languages.of_request()
            return shown(
                run_action(services, name, body, key, language, dry_run=dry_run, on_success=on_success)
            )

        slot = _slot(spec, key)
        if slot is None or dry_run or spec.kind == "read":
            return _answer(execute())
        return once(services, slot, spec, body, lambda: execute(_remembering(slot, spec, shown)))

    return door


def run_action(
    services: Services,
    name: str,
    body: dict[str, Any],
    key: Key,
    language: str,
    *,
    dry_run: bool = False,
    on_success: OnSuccess | None = None,
) -> Answer:
    """The action's answer, run in the name of the key."""
    return services.run_action(
        services.store,
        services.catalog,
        name,
        body,
        f"key:{key.id}",
        settle_seconds=services.settle_seconds,
        mode=services.mode,
        dry_run=dry_run,
        public_url=services.public_url,
        language=language,
        admin=key.allows("admin"),
        sources=key.sources,
        on_success=on_success,
    )


def _remembering(slot: Slot, spec: ActionSpec, shown: Callable[[Answer], str]) -> OnSuccess:
    """Keeps the answer in the transaction of the change itself: a crash loses both or neither.

    "Not sent" is not kept: the next request with this key tries again, instead of hearing it for a day.
    """

    def remember(tx: Tx, answer: Answer) -> None:
        if spec.idempotency == "key" and answer.get("result") in _NOTHING_SENT:
            idempotency.release(tx, slot)
        else:
            idempotency.remember(tx, slot, 200, shown(answer))

    return remember


def _dry_run(body: dict[str, Any]) -> bool:
    wanted = body.pop("dry_run", False)
    if not isinstance(wanted, bool):
        raise Invalid("field_invalid", field="dry_run", params={"expected": "true or false"})
    return wanted


def _slot(spec: ActionSpec, key: Key) -> Slot | None:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if not _PRINTABLE.fullmatch(given):
        raise Problem("idempotency_key_invalid")
    return Slot(key.id, spec.name, given)


def once(
    services: Services, slot: Slot, spec: ActionSpec, body: dict[str, Any], execute: Callable[[], str]
) -> Response:
    """Execute, which remembers its own answer, or answer again what was answered before."""
    with services.store.write() as tx:
        canonical = json.dumps(_meant(tx, spec, body), sort_keys=True, separators=(",", ":")).encode()
        reserved = idempotency.reserve(tx, slot, hashlib.sha256(canonical).hexdigest())
    if reserved.found is Found.MISMATCH:
        raise Invalid("idempotency_mismatch")
    if reserved.found is Found.IN_FLIGHT:
        raise Conflict("idempotency_in_flight", retry_after_s=1)
    if reserved.found is Found.ANSWERED:
        response = _answer(reserved.answer)
        response.headers["Idempotent-Replayed"] = "true"
        return response
    try:
        return _answer(execute())
    except BaseException:
        with services.store.write() as tx:
            idempotency.release(tx, slot)
        raise


def _meant(tx: Tx, spec: ActionSpec, body: dict[str, Any]) -> dict[str, Any]:
    """The body with what a file holds in the place of its id: a caller that tries again uploads it once more."""
    meant = dict(body)
    for name, schema in spec.input["properties"].items():
        given = body.get(name)
        if schema.get("x-file") and isinstance(given, str):
            known = files.by_id(tx, given)
            meant[name] = known.sha256 if known is not None and known.sha256 else given
    return meant


def as_json(answer: Any) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _answer(text: str) -> Response:
    return Response(text, content_type="application/json")
