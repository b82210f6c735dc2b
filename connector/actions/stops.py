"""Stopping everything, and letting it go on."""

from datetime import UTC, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.actions import references
from connector.actions.context import Context
from connector.domain.windows import local_instant
from connector.store import control, sequences

_WORDS = {
    "paused": {"id": "Semua pengiriman dijeda.", "en": "Every message is paused."},
    "already_paused": {"id": "Pengiriman memang sedang dijeda.", "en": "Messages were already paused."},
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
    until = control.state(ctx.tx).paused_until
    return {
        "result": result,
        "result_text": _WORDS[result][ctx.language],
        "affected": 0 if result == "not_needed" else sequences.count_planned(ctx.tx),
        "paused_until": None if until is None else ctx.local(until.astimezone(UTC)),
    }
