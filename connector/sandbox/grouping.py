"""Many callers, one transaction: a thread gathers what waits and commits it together."""

import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Grouping(Generic[T, R]):
    """`submit` waits until its item was committed with its group.

    A failed group is tried one by one, so that one bad item harms nobody else. The thread starts with the
    first item and again after a fork.
    """

    def __init__(self, commit: Callable[[Sequence[T]], Sequence[R]], *, at_most: int = 200) -> None:
        self._commit = commit
        self._at_most = at_most
        self._guard = threading.Lock()
        self._waiting: queue.SimpleQueue[tuple[T, Future[R]]] = queue.SimpleQueue()
        self._pid: int | None = None

    def submit(self, item: T) -> R:
        if self._pid != os.getpid():
            self._start()
        done: Future[R] = Future()
        self._waiting.put((item, done))
        return done.result()

    def _start(self) -> None:
        with self._guard:
            if self._pid == os.getpid():
                return
            self._waiting = queue.SimpleQueue()
            threading.Thread(target=self._run, args=(self._waiting,), name="emulator", daemon=True).start()
            self._pid = os.getpid()

    def _run(self, waiting: "queue.SimpleQueue[tuple[T, Future[R]]]") -> None:
        while True:
            group = [waiting.get()]
            while len(group) < self._at_most and not waiting.empty():
                group.append(waiting.get())
            try:
                answers = self._commit([item for item, _ in group])
            except Exception:  # noqa: BLE001 - one bad item must not fail its neighbours
                self._one_by_one(group)
                continue
            for (_, done), answer in zip(group, answers, strict=True):
                done.set_result(answer)

    def _one_by_one(self, group: Sequence[tuple[T, "Future[R]"]]) -> None:
        for item, done in group:
            try:
                done.set_result(self._commit([item])[0])
            except Exception as error:  # noqa: BLE001 - its own caller gets it
                done.set_exception(error)
