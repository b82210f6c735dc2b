"""The emulator's troubles: what may go wrong, for whom, how often, and which of them strikes a request."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Trouble(StrEnum):
    """What a fault does. The first five strike the request, the others what comes after it."""

    CODE = "code"  # a refusal with a code, in the answer
    REFUSED = "refused"  # not taken, and said so: the gateway is not available
    NETWORK = "network"  # the line breaks before the message is taken
    LOST_ANSWER = "lost_answer"  # taken, then the line breaks
    TIMEOUT = "timeout"  # taken, and the answer comes too late
    FAILED = "failed"  # taken, later a `failed` status with the code
    LATE = "late"  # statuses come `seconds` later
    DUPLICATE = "duplicate"  # every status twice
    OUT_OF_ORDER = "out_of_order"  # statuses in the wrong order
    BATCHES = "batches"  # statuses gathered to full multiples of `seconds`
    SILENT = "silent"  # no status ever


AT_ONCE = frozenset({Trouble.CODE, Trouble.REFUSED, Trouble.NETWORK, Trouble.LOST_ANSWER, Trouble.TIMEOUT})
# Words of the error table that are no number: what each looks like from here.
NAMED: dict[str, Trouble] = {
    "connect": Trouble.REFUSED,
    "ambiguous": Trouble.LOST_ANSWER,
    "no_delivery": Trouble.SILENT,
}
# These codes never come in an answer, only in a status.
LATER_ONLY = frozenset({"131014", "131036"})


@dataclass(frozen=True, slots=True)
class Fault:
    id: str
    provider: str
    trouble: Trouble
    code: str | None = None
    rate: float | None = None
    next: int | None = None
    phone: str | None = None
    seconds: float | None = None


def fault_of(row: Any) -> Fault:
    """The fault of a stored row."""
    return Fault(
        row.id,
        row.provider,
        trouble_of(row.code, row.kind),
        row.code,
        row.rate,
        row.next,
        row.phone,
        row.seconds,
    )


def trouble_of(code: str | None, kind: str | None) -> Trouble:
    """What a fault given by code, by kind or by both does.

    >>> trouble_of("131026", None), trouble_of("131036", None), trouble_of("131026", "failed")
    (<Trouble.CODE: 'code'>, <Trouble.FAILED: 'failed'>, <Trouble.FAILED: 'failed'>)
    """
    if kind is not None:
        return Trouble(kind)
    if code in NAMED:
        return NAMED[code]
    return Trouble.FAILED if code in LATER_ONLY else Trouble.CODE


@dataclass(frozen=True, slots=True)
class Struck:
    """The faults that strike one request: at most one at once, any number later."""

    at_once: Fault | None
    later: tuple[Fault, ...]

    def has(self, trouble: Trouble) -> Fault | None:
        return next((fault for fault in self.later if fault.trouble is trouble), None)

    @property
    def used(self) -> tuple[str, ...]:
        """Those whose number of times goes down."""
        all_of_them = (self.at_once, *self.later) if self.at_once else self.later
        return tuple(fault.id for fault in all_of_them if fault and fault.next is not None)


def strike(faults: Sequence[Fault], provider: str, phone: str, rng: random.Random) -> Struck:
    """The faults for this provider and phone whose number or dice say so; the oldest goes first."""
    at_once: Fault | None = None
    later: list[Fault] = []
    for fault in faults:
        if fault.provider != provider or (fault.phone is not None and fault.phone != phone):
            continue
        if fault.next is not None and fault.next <= 0:
            continue
        if fault.rate is not None and rng.random() >= fault.rate:
            continue
        if fault.trouble not in AT_ONCE:
            later.append(fault)
        elif at_once is None:
            at_once = fault
    if at_once is not None and at_once.trouble in (Trouble.CODE, Trouble.REFUSED, Trouble.NETWORK):
        later = []  # nothing is taken, so nothing comes later
    return Struck(at_once, tuple(later))
