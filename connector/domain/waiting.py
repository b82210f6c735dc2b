"""What waits for a person: payments that nobody can place, claims without an answer, webhooks that stopped."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.domain.money import format_money

LISTED = 5
_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9/._#-]{0,39}")


@dataclass(frozen=True, slots=True)
class Parked:
    """A payment that fits nothing yet. What it was told to be for is joined when it is told."""

    payment_id: str
    amount: int
    currency: str
    paid_on: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A customer's word that something is paid; who and what is joined when it is told."""

    claim_id: str
    days: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """A receiver of events to which nothing is sent any more. Its host alone: the path is often a secret."""

    host: str
    since: str
    reason: str  # its code


_WORDS: dict[str, dict[str, str]] = {
    "id": {
        "parked": "Pembayaran belum jelas untuk apa: {count} ({total}).",
        "payment": "• {amount} tanggal {day}",
        "told": "• {amount} tanggal {day}, untuk {told}",
        "claims": "Mengaku sudah bayar, belum dijawab: {count}.",
        "claim": "• {what}, {days} hari",
        "several": "beberapa tagihan",
        "more": "dan {more} lagi",
        "stopped": "Webhook berhenti: {count}.",
        "webhook": "• {host} sejak {day}: {why}",
        "head": "Catatan audit sampai {head}.",
    },
    "en": {
        "parked": "Payments nobody can place yet: {count} ({total}).",
        "payment": "• {amount} on {day}",
        "told": "• {amount} on {day}, for {told}",
        "claims": "Say they have paid, not answered yet: {count}.",
        "claim": "• {what}, {days}",
        "several": "several invoices",
        "more": "and {more} more",
        "stopped": "Webhooks that stopped: {count}.",
        "webhook": "• {host} since {day}: {why}",
        "head": "Audit record up to {head}.",
    },
}


def parked_lines(
    parked: Sequence[Parked], told: Mapping[str, str], *, count: int, total: str, language: str
) -> list[str]:
    """The payments that nobody can place, the longest waiting first.

    `told` is what their senders wrote: a number is shown, free words are not, because they may name people.
    """
    if not count:
        return []
    words = _WORDS[_spoken(language)]
    found = [words["parked"].format(count=count, total=total)]
    for one in parked:
        amount = format_money(one.amount, one.currency, language)
        said = told.get(one.payment_id, "").strip()
        line = words["told" if _NUMBER.fullmatch(said) else "payment"]
        found.append(line.format(amount=amount, day=one.paid_on, told=said))
    return found + _more(count - len(parked), words)


def claim_lines(
    claims: Sequence[Unanswered], named: Mapping[str, str], *, count: int, language: str
) -> list[str]:
    """What is said to be paid and has no answer, the longest waiting first; `named` by invoice or reference."""
    if not count:
        return []
    words = _WORDS[_spoken(language)]
    found = [words["claims"].format(count=count)]
    for one in claims:
        days = str(one.days) if _spoken(language) == "id" else f"{one.days} day{'s' * (one.days != 1)}"
        found.append(words["claim"].format(what=named.get(one.claim_id) or words["several"], days=days))
    return found + _more(count - len(claims), words)


def stopped_lines(
    stopped: Sequence[Stopped], sentences: Mapping[str, str], *, count: int, language: str
) -> list[str]:
    """Where events do not arrive any more, the longest first; `sentences` by reason.

    The owner must hear it here: who follows events by that very webhook hears nothing.
    """
    if not count:
        return []
    words = _WORDS[_spoken(language)]
    found = [words["stopped"].format(count=count)]
    for one in stopped:
        why = sentences.get(one.reason, one.reason)
        found.append(words["webhook"].format(host=one.host, day=one.since, why=why))
    return found + _more(count - len(stopped), words)


def head_lines(head: str | None, language: str) -> list[str]:
    """How far the audit's chain reached: kept outside the house, so that cutting its tail shows."""
    return [] if head is None else [_WORDS[_spoken(language)]["head"].format(head=head)]


def _more(left: int, words: Mapping[str, str]) -> list[str]:
    return [words["more"].format(more=left)] if left > 0 else []


def _spoken(language: str) -> str:
    return "en" if language == "en" else "id"
