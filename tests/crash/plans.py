"""The list of deaths of one run: each boundary of the send path once, and the random ones between them."""

import random
from dataclasses import dataclass

from dying import AFTER, ANSWERED, BEFORE, CALL, FLIGHT, UNSENT, Plan
from reconcilers import EXPIRED

RANDOM = "at random"
COMMITS = ("boot", "heartbeat", "claim", "record", "statuses", "close")


@dataclass(frozen=True, slots=True)
class Load:
    """One run: how much, on what, and whether with the naive retry."""

    messages: int = 3000
    workers: int = 1
    naive: bool = False
    random_kills: int = 8
    seed: int = 1


def worker_plans(load: Load, rng: random.Random) -> list[Plan]:
    """How the lives of the workers end, in a shuffled order."""
    most = max(load.messages // 60, 1)  # each life gets about twice as many messages
    calls = [Plan(CALL, phase, rng.randint(1, most)) for phase in (UNSENT, FLIGHT, ANSWERED)]
    if load.naive:
        found = [*calls, Plan("record", BEFORE, 2), Plan("claim", AFTER, 2)]
    else:
        commits = [Plan(place, phase, _nth(place, rng)) for place in COMMITS for phase in (BEFORE, AFTER)]
        expired = [Plan(EXPIRED, phase) for phase in (BEFORE, AFTER)] if load.workers > 1 else []
        found = calls + commits + expired
    found += [Plan(RANDOM, "", after_s=rng.uniform(0.1, 0.9)) for _ in range(load.random_kills)]
    rng.shuffle(found)
    return found


def _nth(place: str, rng: random.Random) -> int:
    return 1 if place in ("boot", "heartbeat") else rng.randint(1, 3)


def web_plans(load: Load, rng: random.Random) -> list[Plan]:
    """How the lives of the web process end."""
    found = [] if load.naive else [Plan("webhook", phase, rng.randint(1, 5)) for phase in (BEFORE, AFTER)]
    found += [Plan(RANDOM, "", after_s=rng.uniform(0.5, 2.0)) for _ in range(load.random_kills // 2)]
    rng.shuffle(found)
    return found
