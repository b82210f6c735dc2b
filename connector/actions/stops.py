"""Stopping everything, and letting it go on."""

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.actions import references
from connector.actions.context import Context
from connector.domain.texts import format_date
from connector.domain.windows import local_instant
from connector.store import control, sequences

_WORDS = {
    "paused": {"id": "Semua pengiriman dijeda{until}.", "en": "Every message is paused{until}."},
    "already_paused": {
        "id": "Pengiriman memang sedang dijeda{until}.",
        "en": "Messages were already paused{until}.",
    },
    "resumed": {"id": "Pengiriman berjalan lagi.", "en": "Messages go on."},
    "not_needed": {"id": "Pengiriman tidak sedang dijeda.", "en": "Messages are not paused."},
}


def pause_all(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """From now on nothing leaves, also after a restart, until a day or until `resume_all`."""
    until_day = references.later_than_today(ctx, given)
    # A pause is about the real world: it runs on machine time, also when business time is virtual.
    until = None
    if until_day is not None:
        days = until_day - ctx.today + timedelta(days=1)
        today = ctx.tx.machine.astimezone(ZoneInfo(ctx.business.zone)).date()
        until = local_instant(today + days, time(0), ctx.business.zone)
    before = control.state(ctx.tx)
    same = before.paused and before.paused_until == until
    if not same:
        control.pause_all(ctx.tx, given["reason"], until)
    return _answer(ctx, "already_paused" if same else "paused")


def resume_all(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Lifts the pause, confirms the clock and lets stopped senders go on; nothing goes in a burst."""
    return _answer(ctx, "resumed" if control.resume_all(ctx.tx) else "not_needed")


def _answer(ctx: Context, result: str) -> dict[str, Any]:
    day = _last_day(ctx)
    head = " sampai " if ctx.language == "id" else " until "
    until = "" if day is None else head + format_date(day, ctx.language)
    ends = None if day is None else local_instant(day + timedelta(days=1), time(0), ctx.business.zone)
    return {
        "result": result,
        "result_text": _WORDS[result][ctx.language].format(until=until),
        "affected": 0 if result == "not_needed" else sequences.count_planned(ctx.tx),
        "paused_until": None if ends is None else ctx.local(ends),
    }


def _last_day(ctx: Context) -> date | None:
    """The last day of the pause on the business's own calendar, also while that one is virtual."""
    until = control.state(ctx.tx).paused_until
    if until is None:
        return None
    zone = ZoneInfo(ctx.business.zone)
    left = until.astimezone(zone).date() - ctx.tx.machine.astimezone(zone).date()
    return ctx.today + left - timedelta(days=1)
