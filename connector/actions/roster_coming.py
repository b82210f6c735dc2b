"""What a roster brings next: on which day, to how many tenants, how much."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from connector.domain import recurring as rules
from connector.domain.model import Recipe
from connector.domain.money import format_money
from connector.domain.recurring import Charge
from connector.domain.texts import format_date, format_time


@dataclass(frozen=True, slots=True)
class Coming:
    """What the next issue brings: on which day, at which hour, to how many tenants, how much in minor units."""

    tenants: int
    total: int
    on: date | None = None
    at: str | None = None  # the hour of the first text
    old: int = 0  # months that are due for so long that a person decides about them

    def kept(self) -> dict[str, Any]:
        """The same as JSON."""
        return asdict(self) | {"on": self.on.isoformat() if self.on else None}


def coming_of(kept: Mapping[str, Any]) -> Coming:
    """The same, read back."""
    return Coming(**{**kept, "on": date.fromisoformat(kept["on"]) if kept["on"] else None})


def coming(
    after: Sequence[tuple[Charge, Collection[str]]],
    recipe_of: Callable[[Charge], Recipe | None],
    currency: str,
    today: date,
) -> Coming:
    """The period of the next issue, with all that is issued for it; charges come with their decided periods."""
    found: list[tuple[date, str, Charge]] = []
    old = 0
    for charge, decided in after:
        period, missed = _next(charge, decided, today)
        old += missed
        if period is not None:
            day = rules.issue_day(charge, period, rules.lead_days(charge, recipe_of(charge)))
            found.append((max(day, today), period, charge))
    if not found:
        return Coming(len(after), 0, old=old)
    first, period, charge = min(found, key=lambda one: (one[0], one[1], one[2].ref))
    recipe = recipe_of(charge)
    times = [step.at for step in recipe.steps] if recipe else []
    total = sum(c.amount or 0 for _, due, c in found if due == period and c.currency == currency)
    return Coming(len(after), total, first, format_time(min(times)) if times else None, old)


def _next(charge: Charge, decided: Collection[str], today: date) -> tuple[str | None, int]:
    """The next period that is issued by the calendar, and how many before it wait for a person."""
    old = 0
    for period in rules.periods(charge, decided):
        fate = rules.fate(charge, period, today)
        if fate is rules.Fate.ISSUE:
            return period, old
        old += fate is rules.Fate.MISSED
    return None, old


_SENTENCES = {
    "id": "{count} penyewa, terbit berikutnya {when}, jumlah {total}.",
    "en": "{count} {tenants}, next issue {when}, total {total}.",
}
_OLD = {
    "id": " {old} bulan yang sudah lama lewat menunggu keputusan Anda.",
    "en": " {old} months that are long past wait for your decision.",
}
_NONE = {"id": "{count} penyewa, tidak ada yang akan terbit.", "en": "{count} {tenants}, nothing to issue."}


def coming_text(coming: Coming, currency: str, language: str) -> str:
    """What the roster brings next.

    >>> coming_text(Coming(60, 8450000000, date(2026, 12, 2), "09:00"), "IDR", "id")
    '60 penyewa, terbit berikutnya 2 Des 2026 09:00, jumlah Rp84.500.000.'
    """
    words = _SENTENCES if coming.on is not None else _NONE
    when = "" if coming.on is None else f"{format_date(coming.on, language)} {coming.at or ''}".strip()
    total = format_money(coming.total, currency, language)
    tenants = "tenant" if coming.tenants == 1 else "tenants"
    text = words[language].format(count=coming.tenants, tenants=tenants, when=when, total=total)
    return text + _OLD[language].format(old=coming.old) if coming.old else text
