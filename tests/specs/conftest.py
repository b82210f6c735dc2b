"""The shipped catalogue, read once, and a folder of specs to break."""

from pathlib import Path

import pytest
from spec_folder import RECIPES, SPECS, SpecFolder

from connector.specs import Catalog, load


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load(SPECS, RECIPES, strict=True)


@pytest.fixture
def folder(tmp_path: Path) -> SpecFolder:
    return SpecFolder(tmp_path)
