"""The providers as the specs of the repository make them."""

import json
from pathlib import Path

import pytest

from connector.providers import Provider, load_providers

SPECS = Path(__file__).resolve().parents[2] / "specs" / "providers"


@pytest.fixture(scope="session")
def providers() -> dict[str, Provider]:
    return load_providers({path.stem: json.loads(path.read_text()) for path in sorted(SPECS.glob("*.json"))})
