"""A provider's error table as data: code -> action, and what each action means for a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.domain.model import Outcome, OutcomeKind

KINDS: dict[str, OutcomeKind] = {
    "accepted": OutcomeKind.ACCEPTED,
    "wait": OutcomeKind.ACCEPTED,  # held for quality assessment: accepted, only later
    "retry": OutcomeKind.RETRY,
    "retry_pair": OutcomeKind.RETRY,  # this recipient waits, others go on
    "throttle": OutcomeKind.RETRY,  # the whole sender slows down
    "fallback": OutcomeKind.UNDELIVERABLE,
    "switch_to_template": OutcomeKind.REFUSED,
    "fix": OutcomeKind.REFUSED,
    "pause_template": OutcomeKind.REFUSED,
    "suppress": OutcomeKind.REFUSED,
    "stop_all": OutcomeKind.REFUSED,  # the sender stops; the worker keeps the step for its return
    "give_up": OutcomeKind.REFUSED,
    "needs_human": OutcomeKind.REFUSED,
    "unknown_outcome": OutcomeKind.UNKNOWN,
}
RAW_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    action: str
    title: str
    after_s: float | None = None


class ErrorTable:
    """Looks a code up; a listed range ("200-299") counts for each code in it."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._codes: dict[str, Entry] = {}
        self._http: dict[int, str] = {int(key): action for key, action in spec.get("http", {}).items()}
        ranges: list[tuple[int, int, Entry]] = []
        for code, given in spec.get("codes", {}).items():
            entry = Entry(code, given["action"], given["title"], given.get("after_s"))
            if entry.action not in KINDS:
                raise ValueError(f"error code {code}: unknown action {entry.action!r}")
            low, dash, high = code.partition("-")
            if dash and low.isdigit() and high.isdigit():
                ranges.append((int(low), int(high), entry))
            else:
                self._codes[code] = entry
        self._ranges = tuple(ranges)

    def find(self, code: str | None) -> Entry | None:
        """The entry of a code; a code of its own goes before a range that holds it."""
        if code is None:
            return None
        entry = self._codes.get(code)
        if entry is not None or not (code.isascii() and code.isdigit() and len(code) < 12):
            return entry
        number = int(code)
        return next((entry for low, high, entry in self._ranges if low <= number <= high), None)

    def outcome(
        self,
        status: int | None,
        code: str | None,
        *,
        title: str | None = None,
        raw: str | None = None,
        after_s: float | None = None,
    ) -> Outcome:
        """Order of decision: the code, then the HTTP class. `status` None: a failure told by a webhook."""
        entry = self.find(code)
        if entry is not None:
            wait = after_s if after_s is not None else entry.after_s
            action, name = entry.action, entry.title
        else:
            wait, action, name = after_s, self._by_class(status, code), title or ""
        return Outcome(KINDS[action], action, code=code, title=name or title, after_s=wait, raw=_short(raw))

    def _by_class(self, status: int | None, code: str | None) -> str:
        if status is None:
            return "fix"  # the provider itself says that it failed: nothing is unknown
        if code is None and status in self._http:
            return self._http[status]
        # A 5xx, or a 2xx that cannot be read, may have been accepted: only the webhook knows.
        return "unknown_outcome" if status >= 500 or status < 300 else "fix"


def _short(raw: str | None) -> str | None:
    return raw if raw is None or len(raw) <= RAW_LIMIT else raw[:RAW_LIMIT]


def retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header; a date or nonsense counts as none.

    >>> retry_after("30"), retry_after("soon")
    (30.0, None)
    """
    text = (value or "").strip()
    return min(float(text), 86_400.0) if text.isascii() and text.isdigit() and len(text) < 9 else None
