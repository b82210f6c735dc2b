"""`POST /v1/sandbox/clock`: asks for a later business time and waits until the worker has walked there.

The worker alone moves the virtual clock; the web only raises its target. A long walk answers 202 and goes on.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from connector.actions import walking
from connector.domain.problems import Conflict, Invalid
from connector.store import clockrow
from connector.web.access import need
from connector.web.body import read_json
from connector.web.services import Services

PATIENCE_S = 25.0
LONGEST = timedelta(days=1830)
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)


def routes(services: Services) -> Blueprint:
    """The clock call depends on the virtual clock alone, not on the sandbox."""
    door = Blueprint("clock", __name__)

    @door.post("/v1/sandbox/clock")
    def move() -> ResponseReturnValue:
        need("admin")
        if not services.store.virtual:
            raise Conflict("clock_not_virtual")
        target = _raise_target(services, read_json(request))
        now, arrived = walking.wait(services.store, target, patience_s=PATIENCE_S)
        body = {
            "result": "arrived" if arrived else "walking",
            "now": now.isoformat(),
            "target": target.isoformat(),
        }
        return jsonify(body), 200 if arrived else 202

    return door


def _raise_target(services: Services, body: dict[str, Any]) -> datetime:
    with services.store.write() as tx:
        target = target_of(body, tx.now)
        clockrow.request_advance(tx, target)
    return target


def target_of(body: dict[str, Any], now: datetime) -> datetime:
    """The instant that the body asks for: `advance` counts from now, `to` names it."""
    if set(body) == {"advance"}:
        target = now + duration(body["advance"])
    elif set(body) == {"to"}:
        target = _instant(body["to"])
    else:
        raise Invalid("one_of_required", params={"names": "advance, to"})
    if target < now:
        raise Invalid("clock_backwards", field=next(iter(body)), params={"now": now.isoformat()})
    if target - now > LONGEST:
        raise Invalid("duration_invalid", field=next(iter(body)), params={"limit": "P1830D"})
    return target


def duration(text: Any) -> timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds.

    >>> duration("P1DT2H")
    datetime.timedelta(days=1, seconds=7200)
    """
    found = _DURATION.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    parts = {name: int(value) for name, value in found.groupdict().items() if value} if found else {}
    if not parts:
        raise Invalid("duration_invalid", field="advance", params={"limit": "P1830D"})
    return timedelta(**parts)


def _instant(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("time_invalid", field="to")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Invalid("time_invalid", field="to") from None
