"""A copy of the shipped specs in which a test may plant a fault."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connector.specs import SpecFaults, default_dirs, load

SPECS, RECIPES = default_dirs()


class SpecFolder:
    """The copy; `plant` changes one file's data, `faults` loads it and tells what was found."""

    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path / "specs"
        shutil.copytree(SPECS, self.root)

    def plant(self, name: str, change: Callable[[Any], object]) -> None:
        path = self.root / name
        data = json.loads(path.read_text(encoding="utf-8"))
        change(data)
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    def faults(self, **options: Any) -> list[str]:
        try:
            load(self.root, RECIPES, **options)
        except SpecFaults as problem:
            return [str(fault) for fault in problem.faults]
        return []
