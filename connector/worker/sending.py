"""Sends what was claimed: many requests in flight, each outcome brought back, none decided here."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.clock import http_date
from connector.domain.model import Outcome, OutcomeKind
from connector.providers import Provider, SenderConfig, Unbuildable
from connector.worker.claiming import Sendable
from connector.worker.outgoing import Answer, Outgoing
from connector.worker.recording import Answered

DATE_DRIFT = timedelta(minutes=5)


@dataclass(slots=True)
class Sending:
    """The requests on their way. `answers` fills up; `arrived` wakes the loop."""

    outgoing: Outgoing
    providers: Mapping[str, Provider]
    senders: Mapping[str, SenderConfig]
    machine: Callable[[], datetime]
    network_down: Callable[[], bool]  # the sandbox's switch: nothing leaves
    answers: list[Answered] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    suspect_dates: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    def start(self, sendable: Sendable) -> None:
        """Begins one request; its outcome arrives in `answers`."""
        task = asyncio.create_task(self._send(sendable))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, sendable: Sendable) -> None:
        outcome = await self._outcome(sendable)
        self.answers.append(Answered(sendable.message_id, sendable.sender_id, outcome))
        self.arrived.set()

    async def _outcome(self, sendable: Sendable) -> Outcome:
        provider = self.providers[sendable.provider]
        try:
            request = provider.build(sendable.outgoing, self.senders[sendable.sender_id])
        except Unbuildable as fault:
            return Outcome(OutcomeKind.REFUSED, "fix", code=fault.code, title=fault.code)
        if self.network_down():
            return Outcome(OutcomeKind.RETRY, "connect", code="network", title="the sandbox's network is off")
        answer = await self.outgoing.send(request)
        if not isinstance(answer, Answer):
            return answer.outcome()
        self._check_date(answer)
        return provider.read_answer(answer.status, answer.headers, answer.body)

    def _check_date(self, answer: Answer) -> None:
        """A provider's clock that differs by more than five minutes says that ours is wrong (T-27)."""
        if not answer.date_header:
            return
        theirs = http_date(answer.date_header)
        if theirs is None:
            return
        # In a row: one provider's wrong clock now and then must not stop everything.
        off = abs(self.machine() - theirs) > DATE_DRIFT
        self.suspect_dates = self.suspect_dates + 1 if off else 0

    def take_answers(self) -> list[Answered]:
        """What has come back since the last call."""
        taken, self.answers = self.answers, []
        self.arrived.clear()
        return taken

    async def finish(self, timeout_s: float) -> None:
        """Waits for what is on its way; what does not come back in time is unknown after the restart."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_s)
