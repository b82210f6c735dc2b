"""Values that the tests of the schedule share: the invoice of room A3, the kost recipe, policies."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from connector.domain.model import (
    Invoice,
    InvoiceStatus,
    Permission,
    Policy,
    Recipe,
    RecipeStep,
    Stage,
    Step,
    StepKind,
    WindowRule,
)
from connector.domain.plan import plan_steps
from connector.ids import CountingIds

JAKARTA = "Asia/Jakarta"
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Berlin", "America/New_York")
EVERY_DAY = WindowRule(time(8), time(20))
MON_TO_SAT = WindowRule(time(8), time(20), frozenset(range(6)), "ID")
SMB = Policy("id-smb", EVERY_DAY, EVERY_DAY, cap_per_cycle=8, cap_per_7_days=4, minimum_gap_hours=20)
PUJK = Policy("id-pujk", MON_TO_SAT, EVERY_DAY, cap_per_cycle=8, cap_per_7_days=4, minimum_gap_hours=20)


def line(
    key: str,
    stage: Stage,
    offset: int | None,
    at: time = time(9),
    kind: StepKind = StepKind.MESSAGE,
    **more: Any,
) -> RecipeStep:
    template = None if kind is StepKind.TASK else f"kost_{stage.value}"
    return RecipeStep(key, kind, stage, offset, at, template=template, **more)


CREATED = line("created", Stage.CREATED, None)
KOST = Recipe(
    name="kost",
    version="v1",
    policy=SMB,
    steps=(
        CREATED,
        line("H-3", Stage.PRE_DUE, -3),
        line("H", Stage.DUE, 0),
        line("H+1", Stage.OVERDUE, 1),
        line("H+7", Stage.OVERDUE, 7),
        line("H+10", Stage.OVERDUE, 10, kind=StepKind.TASK, reason="overdue_long"),
    ),
    receipt="payment_received",
    promise_confirm="promise_confirm",
    promise_broken="promise_broken",
)
DENSE = replace(
    KOST,
    steps=(
        CREATED,
        *(line(f"H-{n}", Stage.PRE_DUE, -n) for n in (7, 3, 2, 1)),
        line("H", Stage.DUE, 0),
        *(line(f"H+{n}", Stage.OVERDUE, n) for n in (1, 2, 3, 7, 14)),
    ),
)


def invoice(**changes: Any) -> Invoice:
    """A3's rent of December 2026, Rp1.500.000, due on Saturday the 5th."""
    given: dict[str, Any] = {
        "id": "inv_1",
        "number": "A3-2026-12",
        "customer_id": "cus_1",
        "source": "api",
        "amount": 150_000_000,
        "paid": 0,
        "currency": "IDR",
        "issue_date": date(2026, 11, 28),
        "due_date": date(2026, 12, 5),
        "status": InvoiceStatus.OPEN,
    }
    return Invoice(**(given | changes))


def at(text: str, zone: str = JAKARTA) -> datetime:
    """Local wall time as a UTC instant: at("2026-12-05 09:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def wall(instant: datetime, zone: str = JAKARTA) -> str:
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def message(key: str, stage: Stage, due: str | datetime, offset: int | None = None, **more: Any) -> Step:
    due_at = at(due) if isinstance(due, str) else due
    given: dict[str, Any] = {
        "id": f"stp_{key}",
        "kind": StepKind.MESSAGE,
        "key": key,
        "stage": stage,
        "due_at": due_at,
        "planned_for": due_at,
        "offset_days": offset,
        "sequence_id": "seq_1",
        "invoice_id": "inv_1",
        "permission": Permission.REMINDER
        if stage in (Stage.PRE_DUE, Stage.DUE, Stage.OVERDUE)
        else Permission.NOTICE,
    }
    return Step(**(given | more))


def new_ids() -> Any:
    return CountingIds().new


Row = tuple[str, str, str | None]


def plan(
    recipe: Recipe, bill: Invoice, now: datetime, zone: str = JAKARTA, **more: object
) -> tuple[Step, ...]:
    return plan_steps(
        recipe,
        invoice=bill,
        sequence_id="seq_1",
        customer_id="cus_1",
        address_id="adr_1",
        zone=zone,
        now=now,
        new_id=new_ids(),
        **more,  # type: ignore[arg-type]
    )


def told(steps: tuple[Step, ...], zone: str = JAKARTA) -> dict[str, Row]:
    """key -> (state, local time, reason) of messages and tasks."""
    return {
        s.key: (s.state.value, wall(s.due_at, zone), s.reason) for s in steps if s.kind is not StepKind.TICK
    }


def going(steps: tuple[Step, ...], zone: str = JAKARTA) -> dict[str, str]:
    return {k: when for k, (state, when, _) in told(steps, zone).items() if state == "planned"}


zones = st.sampled_from(ZONES)
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(
    lambda d: d.replace(tzinfo=UTC, microsecond=0)
)


@st.composite
def rules(draw: st.DrawFn, *, holidays: bool = True) -> WindowRule:
    """Windows of an hour or more within a day, on one weekday or more, with or without holidays."""
    opens = draw(st.integers(0, 22 * 60))
    closes = draw(st.integers(opens + 60, 23 * 60 + 59))
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    calendar = draw(st.sampled_from([None, "ID"])) if holidays else None
    return WindowRule(time(*divmod(opens, 60)), time(*divmod(closes, 60)), weekdays, calendar)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Recipes with any offsets, local times and windows."""
    offsets = sorted(draw(st.sets(st.integers(-14, 30), max_size=7)))
    hours = st.times(time(0), time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))
    steps = [line("created", Stage.CREATED, None, draw(hours))] if draw(st.booleans()) else []
    for n in offsets:
        stage = Stage.PRE_DUE if n < 0 else Stage.DUE if n == 0 else Stage.OVERDUE
        key = "H" if n == 0 else f"H{n:+d}"
        kind = draw(st.sampled_from([StepKind.MESSAGE] * 4 + [StepKind.TASK]))
        steps.append(line(key, stage, n, draw(hours), kind))
    policy = replace(SMB, window=draw(rules()), notice_window=draw(rules(holidays=False)))
    return replace(KOST, policy=policy, steps=tuple(steps))
