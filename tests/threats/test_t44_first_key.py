"""T-44: the first admin key is no line of a log; unused for a day it ends, and its first use keeps it."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.commands.starting import presets
from connector.store import keys
from connector.store.db import Store
from connector.store.schema import api_keys


@pytest.fixture
def first(store: Store) -> str:
    with store.write() as tx:
        made = keys.create_key(
            tx,
            label="first",
            scopes=presets()["admin"].scopes,
            pii="full",
            expires_at=tx.machine + keys.FIRST_KEY_WAITS,
            made_by=keys.FIRST_START,
        )
    return made.secret


def test_t44_without_a_terminal_a_closed_file_holds_it_and_the_output_only_its_name(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["migrate", "--home", str(tmp_path)])

    secret = (tmp_path / "admin.key").read_text().strip()
    assert secret and secret not in done.output
    assert "admin.key" in done.output
    assert (tmp_path / "admin.key").stat().st_mode & 0o077 == 0
    assert secret not in (tmp_path / "tagih.db").read_bytes().decode("latin-1")


def a_day_passes(store: Store) -> None:
    """Keys live on machine time, which no test moves: their times are moved instead."""
    day = int(timedelta(days=1, seconds=1).total_seconds() * 1000)
    with store.write() as tx:
        tx.conn.execute(api_keys.update().values(expires_at_m=api_keys.c.expires_at_m - day))


def test_t44_unused_for_a_day_it_is_refused(store: Store, first: str) -> None:
    a_day_passes(store)

    assert keys.KeyRing(store).find(first) is None


def test_t44_its_first_use_keeps_it(store: Store, first: str) -> None:
    ring = keys.KeyRing(store)
    assert ring.find(first) is not None

    a_day_passes(store)

    assert ring.find(first) is not None
    assert keys.KeyRing(store).find(first) is not None
