"""A plan in figures: for programs as JSON, for people as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from rich.panel import Panel
from rich.table import Table

from api.planning import PlanningRun
from domain.plans import ReasonCode

REASONS: dict[ReasonCode, str] = {
    ReasonCode.OVERFLOW_RISK: "might overflow before the next truck",
    ReasonCode.ABOVE_THRESHOLD: "full enough to be worth a stop",
    ReasonCode.ON_THE_WAY: "on the way of a truck anyway",
    ReasonCode.NO_TRUSTED_READING: "no reading that can be trusted",
    ReasonCode.RISK_LOW: "room enough for now",
    ReasonCode.NO_ROUND: "no round for their fraction that day",
    ReasonCode.NOT_WORTH_DETOUR: "not worth the detour yet",
    ReasonCode.NO_CAPACITY: "no room left in the trucks or the shift",
    ReasonCode.UNREACHABLE: "no street leads there",
    ReasonCode.NO_VEHICLE: "no truck for their fraction works that day",
    ReasonCode.REQUESTED: "somebody asked for a visit",
    ReasonCode.INTERVAL: "the longest time between two emptyings would be over",
    ReasonCode.COMING_DAYS_FULL: "no room left in the trucks of the coming days",
    ReasonCode.CHEAPER_LATER: "a truck is near on a later day, in time",
    ReasonCode.NOT_A_FIXED_DAY: "not one of their days",
    ReasonCode.TOO_SOON: "too soon after their last emptying",
    ReasonCode.DAY_OFF: "no collection that day",
    ReasonCode.MARKET: "no truck may come in that day's hours",
}


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """The figures of a plan; the ``fixed_schedule`` ones are those of emptying every container with a round that day.

    ``expected_overflows`` adds up the risks of the containers left alone until the next truck comes to each; with the
    fixed schedule that is its next round.
    ``plan_violations`` is what the independent checker found; a plan with any is never stored.
    """

    plan_date: date
    containers: int
    stops: int
    skipped: int
    stop_reasons: dict[str, int]
    skip_reasons: dict[str, int]
    routes: int
    distance_m: int
    route_duration_s: int
    fixed_schedule_stops: int
    fixed_schedule_distance_m: int
    fixed_schedule_duration_s: int
    expected_overflows: float
    fixed_schedule_expected_overflows: float
    plan_violations: int
    engines: str
    road_source: str

    def as_json(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return asdict(self) | {"plan_date": self.plan_date.isoformat()}


def summarise_plan(planning: PlanningRun) -> PlanSummary:
    """Count what a plan holds."""
    plan = planning.plan
    visited = Counter(decision.reason for decision in plan.decisions if decision.visited)
    skipped = Counter(decision.reason for decision in plan.decisions if not decision.visited)
    fixed = plan.fixed_schedule
    return PlanSummary(
        plan_date=plan.date,
        containers=len(plan.decisions),
        stops=visited.total(),
        skipped=skipped.total(),
        stop_reasons={code.value: count for code, count in visited.most_common()},
        skip_reasons={code.value: count for code, count in skipped.most_common()},
        routes=len(plan.routes),
        distance_m=plan.distance_m,
        route_duration_s=plan.duration_s,
        fixed_schedule_stops=fixed.stops if fixed else 0,
        fixed_schedule_distance_m=fixed.distance_m if fixed else 0,
        fixed_schedule_duration_s=fixed.duration_s if fixed else 0,
        expected_overflows=round(planning.expected_overflows, 2),
        fixed_schedule_expected_overflows=round(planning.fixed_schedule_expected_overflows, 2),
        plan_violations=len(planning.violations),
        engines=plan.engines,
        road_source=plan.road_source,
    )


def plan_panel(summary: PlanSummary) -> Panel:
    """The figures for people."""
    table = Table.grid(padding=(0, 3))
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    table.add_row("Containers to empty", f"{summary.stops:,}", f"of {summary.containers:,}")
    for code, count in summary.stop_reasons.items():
        _add_reason(table, code, count)
    table.add_row("Containers skipped", f"{summary.skipped:,}")
    for code, count in summary.skip_reasons.items():
        _add_reason(table, code, count)
    table.add_row()
    table.add_row("Routes", f"{summary.routes}", f"checker: {summary.plan_violations} violations")
    table.add_row("Kilometres", *_against(summary.distance_m, summary.fixed_schedule_distance_m, 1000))
    table.add_row("Hours", *_against(summary.route_duration_s, summary.fixed_schedule_duration_s, 3600))
    table.add_row("Stops", *_against(summary.stops, summary.fixed_schedule_stops, 1))
    table.add_row(
        "Overflows expected",
        f"{summary.expected_overflows:.1f}",
        f"against {summary.fixed_schedule_expected_overflows:.1f} on the fixed schedule, each before its next truck",
    )
    table.add_row()
    table.add_row("", "", f"[dim]{summary.engines}; streets: {summary.road_source}[/dim]")
    title = f"Plan for {summary.plan_date:%A} {summary.plan_date.day} {summary.plan_date:%B %Y}"
    return Panel(table, title=title, border_style="green", padding=(1, 2), expand=False)


def _add_reason(table: Table, code: str, count: int) -> None:
    table.add_row("", f"[dim]{count:,}[/dim]", f"[dim]{REASONS[ReasonCode(code)]}[/dim]")


def _against(planned: int, fixed: int, unit: int) -> tuple[str, str]:
    decimals = 0 if unit == 1 else 1
    if not fixed:
        return f"{planned / unit:,.{decimals}f}", "no round on that day to compare with"
    change = f"{abs(planned - fixed) / fixed:.0%} {'less' if planned <= fixed else 'more'}"
    return f"{planned / unit:,.{decimals}f}", f"{change} than the fixed schedule's {fixed / unit:,.{decimals}f}"
