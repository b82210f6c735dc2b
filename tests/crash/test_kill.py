"""SIGKILL at every commit boundary of the send path and at random: each message is accepted exactly once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
COMMITS = ("boot", "heartbeat", "claim", "record", "statuses", "close", "holds that end")
CALLS = ("before it leaves", "while it is on its way", "answered, not recorded")


def killed(database_url: str, home: Path, *options: str) -> dict[str, Any]:
    """One run in a process of its own, for its parent must have a single thread when it forks."""
    script = str(HERE / "kill_loop.py")
    command = [sys.executable, script, "--database", database_url, "--home", str(home), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=560, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def planned_deaths(workers: int) -> set[str]:
    places = (*COMMITS, "dead leases") if workers > 1 else COMMITS
    sides = ("before the commit", "after the commit")
    return (
        {f"worker: {place}, {side}" for place in places for side in sides}
        | {f"worker: call, {phase}" for phase in CALLS}
        | {f"web: webhook, {side}" for side in sides}
        | {"worker: at random", "web: at random", "all: at once"}
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("database", "workers"), [("sqlite", 1), ("postgresql", 2)])
def test_no_kill_loses_or_doubles_a_message(
    database: str, workers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    fixture = "empty_sqlite_url" if database == "sqlite" else "empty_postgres_url"
    url = request.getfixturevalue(fixture)

    verdict = killed(url, tmp_path, "--messages", "3000", "--workers", str(workers))

    counts = verdict["counts"]
    assert (counts["accepted"], counts["doubled"], counts["lost"]) == (3000, 0, 0), verdict
    assert counts["is_once"], counts
    assert verdict["crashes"] == []
    assert planned_deaths(workers) <= set(verdict["kills"])
    assert verdict["unreached"] == []
    assert verdict["wrong_requests"] == []
    # The count can fail: it sees one planted message too many, and one too few.
    assert verdict["planted"]["double"]["doubled"] == 1
    assert verdict["planted"]["loss"]["lost"] == 1
    assert not any(planted["is_once"] for planted in verdict["planted"].values())


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_naive_retry_doubles_messages_under_the_same_kills(tmp_path: Path, empty_sqlite_url: str) -> None:
    verdict = killed(empty_sqlite_url, tmp_path, "--naive", "--messages", "600", "--random-kills", "2")

    assert verdict["counts"]["doubled"] > 0
    assert not verdict["counts"]["is_once"]
