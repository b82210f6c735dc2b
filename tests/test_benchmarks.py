"""The benchmarks still run: each one tiny, on real processes; and what they count cannot lie."""

import compileall
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks import __main__ as bench
from benchmarks import places, seed, sending
from benchmarks.results import Figure, Section, page
from benchmarks.sizes import TINY
from connector import app as composition
from connector.store import schema
from connector.store.db import Store


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(bench.MEASURES))
def test_each_measurement_runs(name: str, postgres_server: str) -> None:
    section = bench.MEASURES[name](TINY, postgres_server)

    assert section.figures
    assert all(len(figure.runs) == TINY.runs for figure in section.figures)
    assert section.title in page([section], [("machine", "of a test")])


def test_a_message_that_was_sent_twice_ends_the_measurement(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(sqlite_url)
    seed.invoices(store, composition.read_catalog(), 3, due_at=store.now())
    with store.write() as tx:
        tx.conn.execute(schema.steps.update().values(state="sent"))
    monkeypatch.setattr(sending, "taken", lambda port: 4)

    with pytest.raises(RuntimeError, match="3 were due, 3 are sent, the provider took 4"):
        sending._judge(store, 0, 3)
    store.close()


def test_the_future_has_as_many_steps_as_promised(store: Store) -> None:
    seed.future(store, composition.read_catalog(), 3_000, steps_each=2)

    with store.read() as tx:
        steps = tx.conn.execute(sa.select(sa.func.count()).select_from(schema.steps)).scalar_one()
        due = tx.conn.execute(sa.select(sa.func.min(schema.steps.c.due_at))).scalar_one()
        now_ms = tx.now_ms
    assert steps == 6_000
    assert due > now_ms + 29 * 86_400_000


@pytest.mark.parametrize(
    ("runs", "less", "verdict"),
    [
        ((1, 5, 3), False, "aim"),
        ((1, 2, 2), False, "least"),
        ((1, 1, 9), False, "SHORT"),
        ((3, 3, 3), True, "SHORT"),
        ((1, 1, 3), True, "aim"),
    ],
)
def test_the_median_decides(runs: tuple[float, ...], less: bool, verdict: str) -> None:
    bounds = {"aim": 1, "least": 2} if less else {"aim": 3, "least": 2}

    assert Figure("x", "1/s", runs, less_is_better=less, **bounds).verdict == verdict


def test_the_page_shows_every_run_and_what_fell_short() -> None:
    section = Section(
        "Sent", "So.", [Figure("rate", "1/s", [900, 700, 800], aim=3000, least=1000)], ["Why: this."]
    )

    text = page([section], [("machine", "2 cores")])

    assert "| rate | **800** | 1/s | 900 700 800 | 3,000 | 1,000 | SHORT |" in text
    assert "- Why: this." in text


def test_the_rivals_scripts_are_whole() -> None:
    """They run only where the rivals are installed (`make bench`); here at least they compile."""
    assert compileall.compile_dir(str(Path(places.ROOT) / "benchmarks" / "rivals"), quiet=1, force=True)
