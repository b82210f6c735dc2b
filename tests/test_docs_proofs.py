"""Every test that docs/power-cuts.md names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_named_proof_exists() -> None:
    text = (ROOT / "docs" / "power-cuts.md").read_text(encoding="utf-8")
    everything = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))

    files = set(re.findall(r"`(tests/[a-z_/]+\.py)(?:::\w+)?`", text))
    named = set(re.findall(r"`(?:tests/[a-z_/.]+)?:*(test_\w+)`", text))

    assert len(files) >= 8 and len(named) >= 20
    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert [name for name in named if f"def {name}(" not in everything] == []
    for file, name in re.findall(r"`(tests/[a-z_/]+\.py)::(\w+)`", text):
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"
