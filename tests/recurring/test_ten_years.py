"""Every period of a roster gets exactly one invoice, whatever the electricity does."""

import random
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from world import at

from connector.store import schema

from .house import house
from .years import Years, months


def live(home: Path, url: str, count: int, seed: int) -> None:
    """So many months of the roster, then everything that must be true."""
    with house(home, url, at("2026-11-20 08:00")) as opened:
        story = Years(opened, random.Random(seed))
        story.move_in()

        for first in months(date(2026, 12, 1), count):
            story.month(first)

        story.every_period_once()
        story.the_money_adds_up()
        story.no_burst()
        if count >= 12:
            story.nothing_to_who_paid_ahead()


@pytest.fixture
def memory_home() -> Iterator[Path]:
    """A folder in memory where there is one: ten years are a hundred thousand commits."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_years_of_sixty_rooms_on_sqlite(memory_home: Path) -> None:
    url = f"sqlite:///{memory_home / 'tagih.db'}"
    engine = sa.create_engine(url)
    schema.metadata.create_all(engine)
    engine.dispose()

    live(memory_home, url, 120, seed=2026)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_one_year_of_sixty_rooms_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    live(tmp_path, postgres_url, 12, seed=7)
