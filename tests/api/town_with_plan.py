"""A small town with four weeks' worth of readings in miniature and a plan made by hand, written through storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.containers import Container, Municipality
from domain.observations import Observation, Quality
from domain.plans import (
    Decision,
    FixedSchedule,
    Plan,
    PlanStatus,
    ReasonCode,
    Route,
    RouteStep,
    StepKind,
    Urgency,
)
from storage import observations, plans
from storage.database import Connection
from tests.storage import town

DATE = date(2026, 1, 5)


@dataclass(frozen=True)
class TownWithPlan:
    municipality: Municipality
    glass: Container
    paper: Container
    plan: Plan
    newest: datetime

    @property
    def route_id(self) -> int:
        route_id = self.plan.routes[0].id
        assert route_id is not None
        return route_id

    @property
    def midnight(self) -> datetime:
        """When the plan's day begins."""
        return datetime.combine(DATE, time(), ZoneInfo(self.municipality.time_zone))

    @property
    def plan_id(self) -> int:
        assert self.plan.id is not None
        return self.plan.id


def build(connection: Connection) -> TownWithPlan:
    """The glass container is visited and has readings, the paper one is skipped and has none."""
    small = town.build(connection)
    depot, tip, truck = town.add_fleet(connection, small.municipality.id)
    newest = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    readings = [
        Observation(small.fill_level, newest - timedelta(hours=hours), 0.9 - hours / 100, newest, Quality.GOOD)
        for hours in range(48)
    ]
    readings[3] = Observation(small.fill_level, newest - timedelta(hours=3), 0.2, newest, Quality.FALSE_ECHO)
    observations.store(connection, observations=readings)
    plan = plans.save(connection, a_plan(small, depot.id, tip.id, truck.id))
    return TownWithPlan(small.municipality, small.glass, small.paper, plan, newest)


def a_plan(small: town.SmallTown, depot_id: int, tip_id: int, truck_id: int) -> Plan:
    starts = datetime(2026, 1, 5, 5, tzinfo=UTC)

    def step(sequence: int, kind: StepKind, **more: int) -> RouteStep:
        return RouteStep(
            sequence=sequence,
            kind=kind,
            position=town.MARKET,
            arrives_at=starts + timedelta(minutes=10 * sequence),
            service_s=120,
            load_kg=100 * sequence,
            load_l=1000 * sequence,
            distance_m=500 * sequence,
            **more,
        )

    route = Route(
        id=None,
        vehicle_id=truck_id,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        distance_m=2000,
        duration_s=3600,
        steps=(
            step(0, StepKind.START),
            step(1, StepKind.EMPTYING, container_id=small.glass.id),
            step(2, StepKind.DISPOSAL, disposal_site_id=tip_id),
            step(3, StepKind.END),
        ),
        geometry=(town.MARKET, town.MARKET),
    )
    return Plan(
        id=None,
        municipality_id=small.municipality.id,
        depot_id=depot_id,
        date=DATE,
        created_at=datetime(2026, 1, 4, 20, tzinfo=UTC),
        status=PlanStatus.PROPOSED,
        decisions=(
            _decision(small.glass.id, visited=True, reason=ReasonCode.OVERFLOW_RISK),
            _decision(small.paper.id, visited=False, reason=ReasonCode.NO_ROUND),
        ),
        routes=(route,),
        distance_m=2000,
        duration_s=3600,
        fixed_schedule=FixedSchedule(stops=2, routes=1, distance_m=3000, duration_s=5000),
        engines="OR-Tools",
        road_source="test streets",
    )


def _decision(container_id: int, *, visited: bool, reason: ReasonCode) -> Decision:
    return Decision(
        container_id=container_id,
        urgency=Urgency.MUST if visited else Urgency.SKIP,
        visited=visited,
        reason=reason,
        fill_level=0.95 if visited else None,
        growth_per_day=0.2 if visited else None,
        overflow_risk=0.4 if visited else None,
        next_chance_at=datetime(2026, 1, 7, 5, tzinfo=UTC),
        last_observed_at=None,
        last_fill_level=None,
        explanation={"en": "because it may overflow", "nl": "omdat hij kan overlopen"},
    )
