"""The owner's digest: what is owed, came in and waits, as figures and as a text that fits into one chat message."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from connector.domain.money import format_money
from connector.domain.summaries import CAUSES, length_text
from connector.domain.texts import SHORT_MONTHS, WEEKDAYS
from connector.domain.waiting import Parked, Stopped, Unanswered, head_lines

LONGEST = 3500  # Telegram takes 4,096 characters
SHOWN = 15


class Period(StrEnum):
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"


def days_of(period: Period, today: date) -> tuple[date, date]:
    """The first and the last day of the period that today lies in; the last is never later than today.

    >>> days_of(Period.WEEK, date(2026, 12, 9))
    (datetime.date(2026, 12, 7), datetime.date(2026, 12, 9))
    """
    if period is Period.WEEK:
        return today - timedelta(days=today.weekday()), today
    return (today.replace(day=1) if period is Period.MONTH else today), today


@dataclass(frozen=True, slots=True)
class Owed:
    """One invoice that is overdue; who owes it is joined when it is told."""

    invoice_id: str
    amount: int
    currency: str
    days: int


@dataclass(frozen=True, slots=True)
class Outage:
    """A blackout of the period, with what it did to the plan."""

    cause: str
    minutes: int
    late: int
    superseded: int
    lost: int
    doubled: int


Sums = Mapping[str, int]  # currency -> minor units


@dataclass(frozen=True, slots=True)
class Figures:
    """What is true at one moment. Ids and amounts only, so that it can be kept when people are erased."""

    day: date
    first: date
    last: date
    overdue_count: int = 0
    overdue: Sums = field(default_factory=dict)
    due_today: int = 0
    due_today_sums: Sums = field(default_factory=dict)
    promised: Sums = field(default_factory=dict)
    received: Sums = field(default_factory=dict)
    waiting_cases: int = 0
    failures: int = 0
    worst: tuple[Owed, ...] = ()
    outages: tuple[Outage, ...] = ()
    unmatched_count: int = 0
    unmatched: Sums = field(default_factory=dict)
    parked: tuple[Parked, ...] = ()
    open_claims: int = 0
    claims: tuple[Unanswered, ...] = ()
    stopped_webhooks: int = 0
    stopped: tuple[Stopped, ...] = ()
    audit_head: str | None = None  # only in the morning's digest: how far the audit's chain reached

    @property
    def more(self) -> int:
        """How many overdue invoices are not among the worst."""
        return self.overdue_count - len(self.worst)

    def kept(self) -> dict[str, Any]:
        """As an event keeps it."""
        found = asdict(self)
        return found | {name: found[name].isoformat() for name in ("day", "first", "last")}


def figures_of(kept: Mapping[str, Any]) -> Figures:
    """The figures that an event kept."""
    days = {name: date.fromisoformat(kept[name]) for name in ("day", "first", "last")}
    worst = tuple(Owed(**one) for one in kept["worst"])
    outages = tuple(Outage(**one) for one in kept["outages"])
    parked = tuple(Parked(**one) for one in kept["parked"])
    claims = tuple(Unanswered(**one) for one in kept["claims"])
    stopped = tuple(Stopped(**one) for one in kept.get("stopped", ()))
    lists = {"worst": worst, "outages": outages, "parked": parked, "claims": claims, "stopped": stopped}
    return Figures(**{**kept, **days, **lists})


@dataclass(frozen=True, slots=True)
class Line:
    """One overdue invoice in words."""

    number: str
    name: str
    amount_text: str
    days: int


_WORDS: dict[str, dict[str, str]] = {
    "id": {
        "head": "{business}, {day}.",
        "overdue": "Lewat tempo {count} ({total}):",
        "none": "Tidak ada yang lewat tempo.",
        "line": "• {number} {name}: {amount}, {days} hari",
        "more": "dan {more} lagi",
        "due": "Jatuh tempo hari ini: {count} ({total}).",
        "promised": "Dijanjikan: {total}.",
        "received": "Diterima {when}: {total}.",
        "cases": "Menunggu Anda: {count} kasus.",
        "failures": "Gagal terkirim: {count} pesan.",
        "outage": "{cause} padam {length}: {late} pesan terlambat, {superseded} diganti pesan yang lebih benar, "
        "{lost} hilang, {doubled} ganda.",
        "short": "{day}: lewat tempo {count} ({total}), jatuh tempo hari ini {due}, {cases} kasus menunggu Anda.",
    },
    "en": {
        "head": "{business}, {day}.",
        "overdue": "Overdue {count} ({total}):",
        "none": "Nothing is overdue.",
        "line": "• {number} {name}: {amount}, {days}",
        "more": "and {more} more",
        "due": "Due today: {count} ({total}).",
        "promised": "Promised: {total}.",
        "received": "Received {when}: {total}.",
        "cases": "Waiting for you: {count}.",
        "failures": "Not delivered: {count}.",
        "outage": "{cause} was out for {length}: {late} late, {superseded} replaced by a truer one, "
        "{lost} lost, {doubled} doubled.",
        "short": "{day}: {count} overdue ({total}), {due} due today, {cases} waiting for you.",
    },
}


def digest_text(
    figures: Figures,
    lines: Sequence[Line],
    *,
    business: str,
    currency: str,
    language: str,
    waiting: Sequence[str] = (),
) -> str:
    """The digest in one chat message of at most 3,500 characters; what does not fit is counted.

    `waiting` are the lines on what waits for a person: money, and webhooks that stopped.
    """
    head, tail = _around(figures, business, currency, language, waiting)
    shown = list(lines)
    while True:
        text = "\n".join([*head, *_listed(shown, figures.overdue_count, language), *tail])
        if len(text) <= LONGEST or not shown:
            return text[:LONGEST]
        shown.pop()


def digest_summary(figures: Figures, *, currency: str, language: str) -> str:
    """The digest in one sentence."""
    words = _WORDS[_spoken(language)]["short"]
    return words.format(
        day=day_words(figures.day, language),
        count=figures.overdue_count,
        total=sums_text(figures.overdue, currency, language),
        due=figures.due_today,
        cases=figures.waiting_cases,
    )


def sums_text(sums: Sums, currency: str, language: str) -> str:
    """The sums of all currencies, the business's own first.

    >>> sums_text({"USD": 1000, "IDR": 150000000}, "IDR", "id")
    'Rp1.500.000 + US$10,00'
    """
    codes = sorted((c for c in sums if sums[c]), key=lambda code: (code != currency, code)) or [currency]
    return " + ".join(format_money(sums.get(code, 0), code, language) for code in codes)


def day_words(day: date, language: str) -> str:
    """A day in short words.

    >>> day_words(date(2026, 12, 7), "id")
    'Senin 7 Des'
    """
    spoken = _spoken(language)
    return f"{WEEKDAYS[spoken][day.weekday()]} {day.day} {SHORT_MONTHS[spoken][day.month - 1]}"


def _spoken(language: str) -> str:
    return "en" if language == "en" else "id"


def _around(
    figures: Figures, business: str, currency: str, language: str, waiting: Sequence[str]
) -> tuple[list[str], list[str]]:
    """What is said before and after the list of invoices."""
    words = _WORDS[_spoken(language)]

    def total(sums: Sums) -> str:
        return sums_text(sums, currency, language)

    head = [words["head"].format(business=business, day=day_words(figures.day, language))]
    if figures.overdue_count:
        head.append(words["overdue"].format(count=figures.overdue_count, total=total(figures.overdue)))
    else:
        head.append(words["none"])
    tail = []
    if figures.due_today:
        tail.append(words["due"].format(count=figures.due_today, total=total(figures.due_today_sums)))
    if any(figures.promised.values()):
        tail.append(words["promised"].format(total=total(figures.promised)))
    tail.append(words["received"].format(when=_when(figures, language), total=total(figures.received)))
    if figures.waiting_cases:
        tail.append(words["cases"].format(count=figures.waiting_cases))
    if figures.failures:
        tail.append(words["failures"].format(count=figures.failures))
    tail += [*waiting, *(_outage(one, language) for one in figures.outages[-3:])]
    return head, [*tail, *head_lines(figures.audit_head, language)]


def _listed(lines: Sequence[Line], count: int, language: str) -> list[str]:
    words = _WORDS[_spoken(language)]
    found = []
    for line in lines:
        days = str(line.days) if _spoken(language) == "id" else f"{line.days} day{'s' * (line.days != 1)}"
        found.append(
            words["line"].format(number=line.number, name=line.name, amount=line.amount_text, days=days)
        )
    if count > len(lines):
        found.append(words["more"].format(more=count - len(lines)))
    return found


def _when(figures: Figures, language: str) -> str:
    first, last = figures.first, figures.last
    spoken = _spoken(language)
    if (first, last) == (figures.day, figures.day):
        return "hari ini" if spoken == "id" else "today"
    yesterday = figures.day - timedelta(days=1)
    if (first, last) == (yesterday, yesterday):
        return "kemarin" if spoken == "id" else "yesterday"
    months = SHORT_MONTHS[spoken]
    ends = [f"{day.day} {months[day.month - 1]}" for day in (first, last)]
    return ends[0] if first == last else f"{ends[0]}–{ends[1]}"


def _outage(outage: Outage, language: str) -> str:
    spoken = _spoken(language)
    return _WORDS[spoken]["outage"].format(
        cause=CAUSES.get(outage.cause, CAUSES["pause"])[spoken],
        length=length_text(outage.minutes, language),
        late=outage.late,
        superseded=outage.superseded,
        lost=outage.lost,
        doubled=outage.doubled,
    )
