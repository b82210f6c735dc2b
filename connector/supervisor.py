"""The parent of the process tree: imports once, freezes, forks its children and brings a dead one back.

The children share the parent's imported pages (gc.freeze keeps the collector from copying them, some 40 MB).
They die with the parent, however it dies; a child that is refused ends the whole tree and stays away.
"""

import ctypes
import gc
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

log = logging.getLogger(__name__)

EXIT_REFUSED = 78  # sysexits' EX_CONFIG: trying again would meet the same refusal
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 30.0
STEADY_AFTER_S = 60.0  # a child that lived this long starts again at the first delay
STOP_GRACE_S = 10.0  # what `docker stop` gives
FIRST_SHARE = 0.7  # of the grace, for those who are asked before the last
_PR_SET_PDEATHSIG = 1


class Refused(Exception):
    """Raised by a child that cannot run here at all (the lock is taken, say): the whole tree stops."""


@dataclass(slots=True)
class _Child:
    name: str
    run: Callable[[], None]
    pid: int | None = None
    started: float = 0.0
    delay: float = FIRST_DELAY_S
    due: float = 0.0  # when it is started (again); machine's monotonic time


class Supervisor:
    """Keeps the named children running until it is told to stop. `run()` answers the exit code."""

    def __init__(
        self, children: Mapping[str, Callable[[], None]], *, stop_grace_s: float = STOP_GRACE_S
    ) -> None:
        self._children = [_Child(name, run) for name, run in children.items()]
        self._grace_s = stop_grace_s
        self._stops = 0  # signals to stop seen so far
        self._exit = 0

    def run(self) -> int:
        """Runs the tree.

        1. Nothing may run beside us: a thread or a database connection does not survive a fork.
        2. Freeze what was imported, fork the children.
        3. Wait; restart the dead with growing delay; stop all on SIGTERM, SIGINT or a refusal.
        """
        if _threads() != 1:
            raise RuntimeError("the parent must have one thread when it forks")
        gc.collect()
        gc.freeze()
        wake_r, wake_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else _pipe()
        before = self._listen(wake_w)
        try:
            while self._stops == 0:
                self._start_due()
                self._sleep(wake_r)
                self._reap()
            self._stop(wake_r)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(-1)
            os.close(wake_r)
            os.close(wake_w)
            gc.unfreeze()
        return self._exit

    def _listen(self, wake: int) -> dict[int, "signal._HANDLER"]:
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        wanted = {signal.SIGTERM: self._told, signal.SIGINT: self._told, signal.SIGCHLD: _nothing}
        return {number: signal.signal(number, handler) for number, handler in wanted.items()}

    def _told(self, number: int, _: FrameType | None) -> None:
        self._stops += 1

    def _sleep(self, wake: int) -> None:
        """Until a signal comes or a child is due."""
        dues = [child.due for child in self._children if child.pid is None]
        wait = max(0.0, min(dues) - time.monotonic()) if dues else None
        select.select([wake], [], [], wait)
        _drain(wake)

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.pid is None and child.due <= now:
                child.started = now
                child.pid = _forked(child.name, child.run)
                log.info("child_started", extra={"child": child.name, "pid": child.pid})

    def _reap(self) -> None:
        for child in self._children:
            if child.pid is None:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid == 0:
                continue
            self._bury(child, os.waitstatus_to_exitcode(status))

    def _bury(self, child: _Child, code: int) -> None:
        now = time.monotonic()
        pid, child.pid = child.pid, None
        if code == EXIT_REFUSED:
            self._stops, self._exit = max(self._stops, 1), EXIT_REFUSED
            return
        if now - child.started >= STEADY_AFTER_S:
            child.delay = FIRST_DELAY_S
        child.due = now + child.delay
        if self._stops == 0:
            extra = {"child": child.name, "pid": pid, "exit": code, "delay_s": child.delay}
            log.error("child_ended", extra=extra)
        child.delay = min(child.delay * 2, LONGEST_DELAY_S)

    def _stop(self, wake: int) -> None:
        """Asks one after the other to end, the last one first, and ends who has not after the grace.

        In the sandbox the worker speaks to the web: it must hear the answers to what is on its way.
        """
        began = time.monotonic()
        order = self._children[::-1]
        for child in order:
            share = 1.0 if child is order[-1] else FIRST_SHARE
            if child.pid is not None:
                os.kill(child.pid, signal.SIGTERM)
            self._wait(child, wake, until=began + self._grace_s * share)
        self._signal(signal.SIGKILL)
        for child in self._alive():
            os.waitpid(child.pid or 0, 0)
            child.pid = None

    def _wait(self, child: _Child, wake: int, *, until: float) -> None:
        """Until the child has ended, its time is over, or somebody tells us a second time."""
        while child.pid is not None and time.monotonic() < until and self._stops < 2:
            select.select([wake], [], [], max(0.0, until - time.monotonic()))
            _drain(wake)
            self._reap()

    def _alive(self) -> list[_Child]:
        return [child for child in self._children if child.pid is not None]

    def _signal(self, number: int) -> None:
        for child in self._alive():
            os.kill(child.pid or 0, number)


def begin(name: str, run: Callable[[], None]) -> Callable[[], int]:
    """Starts something in a short-lived child, whose imports are gone with it.

    Answers a function that waits for its end and gives its exit code.
    """
    pid = _forked(name, run)
    return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _forked(name: str, run: Callable[[], None]) -> int:
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    os._exit(_as_child(name, run, parent))


def _as_child(name: str, run: Callable[[], None], parent: int) -> int:
    """Runs the child's work; nothing of it ever returns into the parent's code."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # a terminal's Ctrl-C reaches all; the parent tells us in order
        _die_with(parent)
        run()
        return 0
    except Refused as reason:
        log.error("refused", extra={"child": name, "reason": str(reason)})
        return EXIT_REFUSED
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
    except BaseException:
        # The last line of defence of a process: told, then reported to the parent by the exit code.
        log.exception("child_failed", extra={"child": name})
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(0)


def _nothing(number: int, _: FrameType | None) -> None:
    """A handler must exist, else the signal would not wake us."""


def _die_with(parent: int) -> None:
    """Ends this process when its parent is gone, even by `kill -9`: an orphan would hold lock and port."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _threads() -> int:
    """Of this process, those of C libraries included where the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends


def _drain(wake: int) -> None:
    try:
        while os.read(wake, 512):
            continue
    except BlockingIOError:
        return
