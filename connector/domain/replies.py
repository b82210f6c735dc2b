"""What a button, or a word that can only mean one thing, asks for. Understanding of free text comes later."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from connector.domain.names import fold_name


class Wish(StrEnum):
    STOP = "stop"
    START = "start"
    ALREADY_PAID = "already_paid"
    NEED_MORE_TIME = "need_more_time"
    PROMISE = "promise"
    DISPUTE = "dispute"
    WRONG_NUMBER = "wrong_number"  # "this is not my number": everything stops
    NUMBER_RIGHT = "number_right"  # "yes, this is me": the answer to the neutral first message
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    wish: Wish
    on: date | None = None  # for a promise


# The whole message must be one of these: "jangan stop langganan saya" is not an opt-out.
# Source: Meta's opt-in page (honour opt-out requests), law-and-policy G4.
STOP_WORDS = frozenset(
    {"stop", "berhenti", "stop wa", "jangan hubungi", "jangan hubungi saya", "unsubscribe"}
)
START_WORDS = frozenset({"start", "mulai", "mulai lagi", "subscribe"})
WRONG_WORDS = frozenset({"salah nomor", "nomor salah", "salah sambung", "bukan saya", "wrong number"})
BUTTONS = {
    "already_paid": Wish.ALREADY_PAID,
    "need_more_time": Wish.NEED_MORE_TIME,
    "something_wrong": Wish.DISPUTE,
    "stop": Wish.STOP,
    "wrong_number": Wish.WRONG_NUMBER,
    "number_right": Wish.NUMBER_RIGHT,
}


def asked(button_id: str | None, text: str | None) -> Asked:
    """Reads a button first, then the few words that count on their own.

    >>> asked("promise:2026-12-25", None)
    Asked(wish=<Wish.PROMISE: 'promise'>, on=datetime.date(2026, 12, 25))
    >>> asked(None, " STOP! ").wish
    <Wish.STOP: 'stop'>
    >>> asked(None, "jangan stop langganan saya").wish
    <Wish.NONE: 'none'>
    """
    if button_id:
        if button_id.startswith("promise:"):
            return _promise(button_id.removeprefix("promise:"))
        return Asked(BUTTONS.get(button_id.lower(), Wish.NONE))
    words = fold_name(text or "")
    if words in STOP_WORDS:
        return Asked(Wish.STOP)
    if words in START_WORDS:
        return Asked(Wish.START)
    if words in WRONG_WORDS:
        return Asked(Wish.WRONG_NUMBER)
    return Asked(Wish.NONE)


def _promise(day: str) -> Asked:
    try:
        return Asked(Wish.PROMISE, date.fromisoformat(day))
    except ValueError:
        return Asked(Wish.NONE)


def promise_dates(today: date, *, due: date, max_days: int) -> tuple[date, ...]:
    """Up to three days to offer: three days more, then the next pay days (25th, 28th, 1st); when the first pay
    day is far away, a day a week later comes before it.

    Three days more than the due day, or than today when that has passed. None is today or earlier, none
    before the invoice is due, none beyond the recipe's limit.

    >>> promise_dates(date(2026, 12, 20), due=date(2026, 12, 5), max_days=31)
    (datetime.date(2026, 12, 23), datetime.date(2026, 12, 25), datetime.date(2026, 12, 28))
    >>> promise_dates(date(2026, 12, 1), due=date(2026, 12, 1), max_days=31)
    (datetime.date(2026, 12, 4), datetime.date(2026, 12, 11), datetime.date(2026, 12, 25))
    >>> promise_dates(date(2026, 12, 1), due=date(2026, 12, 20), max_days=20)
    (datetime.date(2026, 12, 21),)
    """
    last = today + timedelta(days=max_days)
    soon = min(max(today, due) + timedelta(days=3), last)
    if soon <= today or soon < due:
        return ()
    later = [soon + timedelta(days=n) for n in range(1, (last - soon).days + 1)]
    pay_days = [day for day in later if day.day in (25, 28, 1)][:2]
    weeks = [day for day in (soon + timedelta(days=7), soon + timedelta(days=14)) if day <= last]
    if not pay_days or pay_days[0] - soon > timedelta(days=10):
        pay_days = sorted({*weeks[:1], *pay_days}) if pay_days else weeks
    return tuple(sorted({soon, *pay_days})[:3])
