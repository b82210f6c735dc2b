"""Serves a WSGI application with gunicorn's threaded worker in this process, without gunicorn's own parent.

Our supervisor is the parent already; gunicorn's arbiter would be a fourth process, and its orphaned worker
could go on answering for a while after the arbiter's death.
"""

import logging
import os
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

Wsgi = Callable[..., Any]
THREADS = 16
BACKLOG = 1024
_SHARED_MEMORY = Path("/dev/shm")


class CannotListen(Exception):
    """The address is taken or not ours."""


def listen(host: str, port: int) -> socket.socket:
    """An open socket. The parent makes it, so that callers wait, not fail, while web restarts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
    """gunicorn's worker, which leaves Ctrl-C to the parent: the terminal sends it to everyone."""

    def init_signals(self) -> None:
        super().init_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGINT, signal.SIG_IGN)


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


def serve(wsgi: Wsgi, on: socket.socket, *, threads: int = THREADS, graceful_s: int = 5) -> None:
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
    worker: Any = _Worker(  # type: ignore[no-untyped-call]
        1, os.getppid(), [on], application, 0, application.cfg, _LogToOurs()
    )
    worker.init_process()


def _is_sticky(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_ISVTX)
