"""Plans, the decisions in them, and planning jobs."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Literal

from pydantic import Field

from api.language import Language
from api.reasons import label
from api.representations.base import Moment, Representation
from api.representations.containers import ContainerDecision
from domain.plans import ESTIMATE, Plan, PlanStatus, ReasonCode, StepKind


class Totals(Representation):
    """Stops, routes, metres and seconds."""

    stops: int
    routes: int
    distance_m: int
    duration_s: int


class ReasonCount(Representation):
    """How many containers a reason decided, and the reason in the language that was asked for."""

    reason: ReasonCode
    visited: bool
    label: str
    containers: int


class PlanSummary(Totals):
    """A plan without its decisions and routes, which are resources of their own."""

    id: int
    date: datetime.date
    depot_id: int
    created_at: Moment
    status: PlanStatus
    containers: int
    skipped: int
    reasons: list[ReasonCount] = Field(description="Most frequent first")
    fixed_schedule: Totals | None = Field(description="What emptying everything on schedule would take that day")
    engines: str
    road_source: str
    shadow: bool = Field(description="Made beside the fixed schedule, which the trucks drive: not for driving")
    distances_estimated: bool = Field(description="They are straight lines, lengthened: no street was looked at")


class Plans(Representation):
    """Newest date first."""

    plans: list[PlanSummary]


class PlanDecision(ContainerDecision):
    """A decision, with the container that it is about."""

    container_id: int


class PlanDecisions(Representation):
    """A decision for every container of the municipality."""

    decisions: list[PlanDecision]


class StatusChange(Representation):
    """What an operator decided about a plan."""

    status: PlanStatus


class PlanRequest(Representation):
    """Ask for a plan of a date."""

    date: datetime.date


class PlanningJob(Representation):
    """A plan in the making. Ask again until ``status`` is ``succeeded`` or ``failed``."""

    id: int
    date: datetime.date
    status: Literal["waiting", "running", "succeeded", "failed"]
    time_limit_s: float = Field(description="How long the search for good routes may take, seconds")
    stage: str | None = Field(
        description="What is being done: loading, forecasting, measuring, solving, comparing, saving, done"
    )
    share: float | None = Field(description="How much of the whole is done, 0..1; null before it began")
    problem: str | None = Field(description="Why it failed, in English; null unless it did")


def summary(plan: Plan, language: Language, *, shadow: bool = False) -> PlanSummary:
    """A plan in figures. ``shadow``: it is not for driving."""
    assert plan.id is not None
    stops = sum(step.kind is StepKind.EMPTYING for route in plan.routes for step in route.steps)
    reasons = Counter((each.reason, each.visited) for each in plan.decisions)
    fixed = plan.fixed_schedule
    return PlanSummary(
        id=plan.id,
        date=plan.date,
        depot_id=plan.depot_id,
        created_at=plan.created_at,
        status=plan.status,
        containers=len(plan.decisions),
        stops=stops,
        skipped=sum(not each.visited for each in plan.decisions),
        routes=len(plan.routes),
        distance_m=plan.distance_m,
        duration_s=plan.duration_s,
        reasons=[
            ReasonCount(reason=reason, visited=visited, label=label(reason, language), containers=count)
            for (reason, visited), count in reasons.most_common()
        ],
        fixed_schedule=None
        if fixed is None
        else Totals(stops=fixed.stops, routes=fixed.routes, distance_m=fixed.distance_m, duration_s=fixed.duration_s),
        engines=plan.engines,
        road_source=plan.road_source,
        shadow=shadow,
        distances_estimated=plan.road_source == ESTIMATE,
    )
