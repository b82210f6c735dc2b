"""Contact policies, declarative gateways, key presets and fixed drop-down lists: the small spec files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from connector.domain.model import Policy, WindowRule
from connector.specs.files import SpecFiles

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class PresetSpec:
    """A kind of API key: what it may do and whether it sees whole phone numbers."""

    name: str
    title: Mapping[str, str]
    scopes: tuple[str, ...]
    pii: str  # full or masked
    actions: tuple[str, ...] | None = None  # None: every action that the scopes allow
    in_path: bool = False


def read_policies(files: SpecFiles) -> dict[str, Policy]:
    """Every contact policy; a window that closes before it opens is a fault."""
    found: dict[str, Policy] = {}
    for path, data in files.folder(files.root / "policies", "policy"):
        for part in ("window", "notice_window"):
            if data[part]["opens"] >= data[part]["closes"]:
                files.fault(path, f"/{part}", "the window closes before it opens.")
        found[data["name"]] = Policy(
            name=data["name"],
            window=_window(data["window"]),
            notice_window=_window(data["notice_window"]),
            cap_per_cycle=data["cap_per_cycle"],
            cap_per_7_days=data["cap_per_7_days"],
            minimum_gap_hours=data["minimum_gap_hours"],
            reply_minutes=data["reply_minutes"],
            consent=data["consent"],
            plan_max_instalments=data["plan_max_instalments"],
            plan_max_days=data["plan_max_days"],
            neutral_after_days=data["neutral_after_days"],
        )
    return found


def _window(said: dict[str, Any]) -> WindowRule:
    return WindowRule(
        opens=time.fromisoformat(said["opens"]),
        closes=time.fromisoformat(said["closes"]),
        weekdays=frozenset(WEEKDAYS.index(day) for day in said["weekdays"]),
        holidays=said["holidays"],
    )


def read_providers(files: SpecFiles) -> dict[str, dict[str, Any]]:
    """Every gateway told in data."""
    return {data["name"]: data for _, data in files.folder(files.root / "providers", "provider")}


def read_presets(files: SpecFiles) -> dict[str, PresetSpec]:
    """The kinds of keys."""
    found = files.read(files.root / "presets.json", "presets") or {}
    return {
        name: PresetSpec(
            name=name,
            title=said["title"],
            scopes=tuple(said["scopes"]),
            pii=said["pii"],
            actions=tuple(said["actions"]) if "actions" in said else None,
            in_path=said.get("in_path", False),
        )
        for name, said in found.items()
    }


def read_lists(files: SpecFiles) -> dict[str, dict[str, dict[str, str]]]:
    """The drop-downs whose values never change at run time: {list: {value: {id, en}}}."""
    found: dict[str, dict[str, dict[str, str]]] = files.read(files.root / "lists.json", "lists") or {}
    return found
