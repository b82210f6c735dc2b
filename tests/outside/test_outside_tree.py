"""The process tree as the power company treats it: killed, doubled, paused, stopped; the work goes on."""

import os
import re
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from running import Home, quick_check, until

from connector import locks
from connector.locks import Role

MANY = 1000


def zone_of_noon() -> str:
    """A zone in which it is about noon now: the messages of this test may leave at any hour of the machine."""
    offset = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


ZONE = zone_of_noon()


def pid_of(home: Home, role: Role) -> int:
    pid = locks.holder(home.database, role)
    assert pid is not None
    return pid


def killed(home: Home, role: Role) -> float:
    """Kills the child and answers how long the next one took to hold the lock."""
    pid = pid_of(home, role)
    os.kill(pid, signal.SIGKILL)
    return until(lambda: locks.is_held(home.database, role) and locks.holder(home.database, role) != pid, 10)


def sheet(path: Path, many: int) -> Path:
    due = datetime.now(ZoneInfo(ZONE)).date()
    rows = [f"Orang {n},0812{n:08d},1000,{due:%Y-%m-%d},Iuran" for n in range(many)]
    path.write_text("\n".join(["Nama,No HP,Jumlah,Jatuh Tempo,Keterangan", *rows]))
    return path


def accepted(home: Home) -> int:
    """How many messages the emulator has taken."""
    return home.count("SELECT count(*) FROM emu_messages WHERE direction = 'out'")


def test_a_killed_child_is_back_within_a_second_and_the_work_goes_on(make_home: Callable[..., Home]) -> None:
    home = make_home().serve()
    a3 = "+6281234567890"

    worker = killed(home, "worker")
    home.advance("PT2H")
    invoice_text = home.client().get(f"/v1/sandbox/phones/{a3}").json()["items"]
    web = killed(home, "web")
    me = home.client().get("/v1/me")
    home.advance("P4D")
    reminded = home.client().get(f"/v1/sandbox/phones/{a3}").json()["items"]

    assert worker < 1.0 and web < 1.0
    assert me.status_code == 200
    assert len(invoice_text) == 1 and len(reminded) == 2
    assert home.tree is not None and home.tree.poll() is None
    assert quick_check(home.database) == "ok"


def test_callers_of_a_killed_web_process_wait_and_are_answered(make_home: Callable[..., Home]) -> None:
    home = make_home(sample=False).serve()
    os.kill(pid_of(home, "web"), signal.SIGKILL)
    time.sleep(0.02)

    began = time.monotonic()
    answer = home.client("another-connection-0123456789").get("/healthz")

    assert answer.status_code == 200
    assert time.monotonic() - began < 5.0


def test_a_second_serve_on_the_same_home_is_refused_and_names_the_first(
    make_home: Callable[..., Home],
) -> None:
    home = make_home().serve()
    second = Home(home.folder)

    refused = second.run("serve")

    assert refused.returncode == 78
    named = re.search(r"process (\d+) is already the (web|worker)", refused.stderr)
    assert named is not None
    assert int(named[1]) in {pid_of(home, "web"), pid_of(home, "worker")}
    assert home.is_ready()


def test_sigterm_ends_the_tree_cleanly_in_the_middle_of_work(
    make_home: Callable[..., Home], tmp_path: Path
) -> None:
    home = make_home(virtual=False, sample=False, TAGIH_TIMEZONE=ZONE, TAGIH_SETTLE_SECONDS="0").serve()
    home.done("import", sheet(tmp_path / "l.csv", 200), "--yes", "--start")
    until(lambda: accepted(home) > 10, said=home.log.read_text)
    children = [pid_of(home, "web"), pid_of(home, "worker")]

    began = time.monotonic()
    code = home.stop()

    assert code == 0
    assert time.monotonic() - began < 11
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert not locks.is_held(home.database, "web") and not locks.is_held(home.database, "worker")
    assert "Traceback" not in home.log.read_text()
    assert quick_check(home.database) == "ok"
    assert home.count("SELECT count(*) FROM messages WHERE status = 'sending'") == 0  # none left in doubt


@pytest.mark.slow
def test_pause_all_holds_within_a_second_and_through_a_restart_and_nothing_is_lost_or_doubled(
    make_home: Callable[..., Home], tmp_path: Path
) -> None:
    home = make_home(virtual=False, sample=False, TAGIH_TIMEZONE=ZONE, TAGIH_SETTLE_SECONDS="0").serve()
    home.act("pause_all", reason="test")
    home.done("import", sheet(tmp_path / "l.csv", MANY), "--yes", "--start")
    before = accepted(home)
    home.act("resume_all")
    until(lambda: accepted(home) > 50, said=home.log.read_text)

    home.act("pause_all", reason="test")
    paused = int(time.time() * 1000)
    time.sleep(1.0)
    until(
        lambda: home.count("SELECT count(*) FROM messages WHERE status = 'sending'") == 0
    )  # were on their way
    held = accepted(home)
    time.sleep(1.5)
    still = accepted(home)
    home.stop()
    home.serve()
    time.sleep(1.5)
    after_restart = accepted(home)
    late = home.count(f"SELECT count(*) FROM messages WHERE intent_at_m > {paused + 1000}")
    home.act("resume_all")
    until(lambda: accepted(home) >= MANY, within_s=90, said=lambda: str(accepted(home)))
    time.sleep(1.0)

    assert before == 0
    assert 50 < held < MANY  # it was in the middle of the work
    assert (held, late) == (still, 0) and held == after_restart
    per_phone = home.rows(
        "SELECT phone, count(*) FROM emu_messages WHERE direction = 'out' GROUP BY phone HAVING count(*) <> 1"
    )
    assert per_phone == []
    assert accepted(home) == MANY
