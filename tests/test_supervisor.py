"""The process tree: children come back, end with their parent, stop when told; web keeps its port."""

import http.client
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ports import free_port

from connector import serving
from connector.supervisor import EXIT_REFUSED, begin

SLEEPERS = """
import sys, time, os
from pathlib import Path
from connector.supervisor import Supervisor, Refused
folder = Path(sys.argv[1])
def child(name):
    def run():
        (folder / f"{name}.{time.monotonic_ns()}").write_text(str(os.getpid()))
        if (folder / "refuse").exists():
            raise Refused("the lock is taken")
        if name == "stubborn":
            import signal
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    return run
sys.exit(Supervisor({n: child(n) for n in sys.argv[2].split(",")}, stop_grace_s=1.0).run())
"""

WEB = """
import sys, os
from connector import serving
from connector.supervisor import Supervisor
opened = serving.listen("127.0.0.1", int(sys.argv[1]))
def app(environ, start_response):
    body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
sys.exit(Supervisor({"web": lambda: serving.serve(app, opened)}).run())
"""

Start = Callable[..., "subprocess.Popen[bytes]"]


def eventually(what: Callable[[], object], within_s: float = 10.0) -> object:
    """The first truthy answer."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError(f"not within {within_s} s")


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(script: str, *args: object) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", script, *map(str, args)]
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        return started[-1]

    yield run
    for parent in started:
        if parent.poll() is None:
            parent.kill()
        parent.wait()


def pids(folder: Path, name: str) -> list[int]:
    """The processes that ran as this child, oldest first."""
    files = sorted(folder.glob(f"{name}.*"), key=lambda path: int(path.suffix[1:]))
    return [int(text) for path in files if (text := path.read_text())]


def test_a_dead_child_is_back_in_less_than_a_second_and_the_other_is_left_alone(
    tmp_path: Path, start: Start
) -> None:
    start(SLEEPERS, tmp_path, "web,worker")
    eventually(lambda: pids(tmp_path, "web") and pids(tmp_path, "worker"))

    took = []
    for number in (2, 3, 4):  # a busy machine may be late once
        os.kill(pids(tmp_path, "worker")[-1], signal.SIGKILL)
        began = time.monotonic()
        eventually(lambda n=number: len(pids(tmp_path, "worker")) == n)  # type: ignore[misc]
        took.append(time.monotonic() - began)
        if took[-1] < 1.0:
            break

    assert min(took) < 1.0
    assert len(pids(tmp_path, "web")) == 1


def test_a_child_that_dies_again_and_again_is_brought_back_ever_more_slowly(
    tmp_path: Path, start: Start
) -> None:
    start(SLEEPERS, tmp_path, "worker")

    births = []
    for number in range(1, 5):
        eventually(lambda n=number: len(pids(tmp_path, "worker")) == n)  # type: ignore[misc]
        births.append(time.monotonic())
        os.kill(pids(tmp_path, "worker")[-1], signal.SIGKILL)

    waits = [later - earlier for earlier, later in itertools.pairwise(births)]
    assert all(wait >= delay for wait, delay in zip(waits, (0.1, 0.2, 0.4), strict=True))
    assert waits[2] > waits[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_the_tree_ends_cleanly_and_leaves_nobody(
    tmp_path: Path, start: Start, number: int
) -> None:
    parent = start(SLEEPERS, tmp_path, "web,worker")
    eventually(lambda: pids(tmp_path, "web") and pids(tmp_path, "worker"))

    parent.send_signal(number)

    assert parent.wait(timeout=30) == 0
    assert not any(is_alive(pid) for name in ("web", "worker") for pid in pids(tmp_path, name))


def test_a_child_that_will_not_stop_is_ended_after_the_grace(tmp_path: Path, start: Start) -> None:
    parent = start(SLEEPERS, tmp_path, "stubborn")
    child = eventually(lambda: pids(tmp_path, "stubborn"))
    time.sleep(0.1)  # until it ignores the signal

    parent.send_signal(signal.SIGTERM)

    assert parent.wait(timeout=30) == 0
    assert isinstance(child, list) and not is_alive(child[0])


def test_a_killed_parent_takes_its_children_along(tmp_path: Path, start: Start) -> None:
    parent = start(SLEEPERS, tmp_path, "web,worker")
    eventually(lambda: pids(tmp_path, "web") and pids(tmp_path, "worker"))

    parent.kill()
    parent.wait()

    children = [pids(tmp_path, "web")[0], pids(tmp_path, "worker")[0]]
    eventually(lambda: not any(map(is_alive, children)), within_s=10)


def test_a_refused_child_ends_the_whole_tree_with_its_own_code(tmp_path: Path, start: Start) -> None:
    (tmp_path / "refuse").touch()

    parent = start(SLEEPERS, tmp_path, "web,worker")

    assert parent.wait(timeout=30) == EXIT_REFUSED


def test_a_short_lived_child_answers_its_exit_code() -> None:
    assert begin("fine", lambda: None)() == 0
    assert begin("wrong", lambda: sys.exit(3))() == 3


def _web_pid(port: int) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return int(connection.getresponse().read())
    except (ConnectionError, OSError):
        return None
    finally:
        connection.close()


def test_a_killed_web_child_is_followed_by_one_that_answers_on_the_same_port(start: Start) -> None:
    port = free_port()
    start(WEB, port)
    first = eventually(lambda: _web_pid(port))
    assert isinstance(first, int)

    os.kill(first, signal.SIGKILL)
    second = _web_pid(port)  # waits in the parent's socket instead of being refused

    assert second is not None
    assert second != first


def test_the_web_child_stops_within_seconds_though_a_caller_keeps_its_connection(start: Start) -> None:
    port = free_port()
    parent = start(WEB, port)
    eventually(lambda: _web_pid(port))
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    caller.request("GET", "/")
    caller.getresponse().read()

    parent.send_signal(signal.SIGTERM)

    assert parent.wait(timeout=9) == 0
    caller.close()


def test_a_request_line_that_is_too_long_is_refused(start: Start) -> None:
    port = free_port()
    start(WEB, port)
    eventually(lambda: _web_pid(port))
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    caller.request("GET", "/" + "x" * 20_000)

    assert caller.getresponse().status == 414
    caller.close()


def test_a_taken_address_is_a_clear_refusal() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(serving.CannotListen, match=f"TAGIH_BIND: cannot listen on 127.0.0.1:{port}"):
            serving.listen("127.0.0.1", port)
