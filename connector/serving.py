"""Serves a WSGI application with gunicorn's threaded worker in this process, without gunicorn's own parent.

Our supervisor is the parent already; gunicorn's arbiter would be a fourth process, and its orphaned worker
could go on answering for a while after the arbiter's death.
"""

import contextlib
import logging
import os
import selectors
import signal
import socket
import stat
import struct
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

Wsgi = Callable[..., Any]
THREADS = 32
READ_S = 30.0  # a whole request must have arrived by then; who is slower is cut off
WRITE_S = 30  # an answer that nobody takes
BACKLOG = 1024
_SHARED_MEMORY = Path("/dev/shm")


class CannotListen(Exception):
    """The address is taken or not ours."""


def listen(host: str, port: int) -> socket.socket:
    """An open socket. The parent makes it, so that callers wait, not fail, while web restarts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by every connection. gunicorn sends head and body apart: without this each answer on a
    # connection that is kept alive waits 40 ms for the client's delayed ACK.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        opened.bind((host, port))
        opened.listen(BACKLOG)
    except OSError as fault:
        opened.close()
        raise CannotListen(f"TAGIH_BIND: cannot listen on {host}:{port} ({fault.strerror})") from fault
    return opened


class _Application(BaseApplication):
    """Hands gunicorn our options and the application that was made in this process."""

    def __init__(self, wsgi: Wsgi, options: dict[str, Any]) -> None:
        self._wsgi = wsgi
        self._options = options
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        assert self.cfg is not None  # made by the base class just before
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Wsgi:
        return self._wsgi


class _Worker(ThreadWorker):
    """gunicorn's worker with three habits of its own.

    It leaves Ctrl-C to the parent: the terminal sends it to everyone. And a new connection waits for its first
    bytes in the poller, not in a thread: a few silent connections (browsers open them in advance) would hold
    all threads for five seconds. And a request that has not come in whole after `read_s` is cut off: a few
    half ones would hold every thread for ever.
    """

    read_s = READ_S

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)  # type: ignore[no-untyped-call]
        self._since: dict[Any, float] = {}  # connections in or before a thread; only the main thread is here

    def init_signals(self) -> None:
        super().init_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def enqueue_req(self, conn: Any) -> None:
        if conn.initialized or conn.data_ready:
            self._since[conn] = time.monotonic()
            super().enqueue_req(conn)  # type: ignore[no-untyped-call]
            return
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", WRITE_S, 0))
        assert self.poller is not None  # open for as long as the worker runs
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.pending_conns.append(conn)
        ready = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, ready)

    def finish_request(self, conn: Any, fs: Any) -> None:
        self._since.pop(conn, None)
        super().finish_request(conn, fs)  # type: ignore[no-untyped-call]

    def murder_pending(self) -> None:
        """Called every second or sooner. Ending the reading leaves what was read whole to be answered."""
        super().murder_pending()  # type: ignore[no-untyped-call]
        latest = time.monotonic() - self.read_s
        for conn in [conn for conn, since in self._since.items() if since < latest]:
            del self._since[conn]
            with contextlib.suppress(OSError):  # it has gone by itself
                conn.sock.shutdown(socket.SHUT_RD)


class _LogToOurs:
    """What the worker asks of a logger, without gunicorn's own handlers, which would bypass the redaction."""

    def __init__(self) -> None:
        log = logging.getLogger("gunicorn.error")
        self.critical, self.error, self.warning = log.critical, log.error, log.warning
        self.info, self.debug, self.exception, self.log = log.info, log.debug, log.exception, log.log

    def access(self, *_: object) -> None:
        """The web room writes its own request lines, by route and not by path."""

    def close_on_exec(self) -> None:
        """Python's own files are closed on exec already."""

    def reopen_files(self) -> None:
        """There are none."""


def serve(
    wsgi: Wsgi, on: socket.socket, *, threads: int = THREADS, graceful_s: int = 5, read_s: float = READ_S
) -> None:
    """Serves an application made in this process until SIGTERM; running requests may end."""
    options: dict[str, Any] = {
        "threads": threads,
        "worker_class": "gthread",
        "worker_connections": 1000,
        "graceful_timeout": graceful_s,
        "keepalive": 15,
        "limit_request_line": 8190,  # bytes; longer ones are answered 414
        "limit_request_fields": 64,
        "limit_request_field_size": 8190,
        "forwarded_allow_ips": "",  # no proxy is trusted to name the client; see threat model, control 9
        "umask": 0o077,
    }
    if _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK) and _is_sticky(_SHARED_MEMORY):
        options["worker_tmp_dir"] = str(_SHARED_MEMORY)  # the root file system may be read-only
    application = _Application(wsgi, options)
    worker: Any = _Worker(1, os.getppid(), [on], application, 0, application.cfg, _LogToOurs())
    worker.read_s = read_s
    worker.init_process()


def _is_sticky(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_ISVTX)
