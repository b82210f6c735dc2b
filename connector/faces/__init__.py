"""The low-code faces: each platform's files, made from the specs by a pure function.

A face is a module of this package with `TITLE` and `files(catalog, version) -> {path: text}`; the paths are
those of the repository. `tagih export` finds it by the module's name, `make generate` writes them all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from connector.specs.catalog import Catalog

Files = Callable[[Catalog, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Face:
    """One platform. `files` gives the text of each generated file by its path in the repository."""

    name: str
    title: str
    files: Files


def faces() -> dict[str, Face]:
    """Every face by its name, as the command line spells it: `power-automate`."""
    found = {}
    for info in sorted(iter_modules(__path__), key=lambda info: info.name):
        module = import_module(f"{__name__}.{info.name}")
        if hasattr(module, "files"):
            name = info.name.replace("_", "-")
            found[name] = Face(name, module.TITLE, module.files)
    return found
