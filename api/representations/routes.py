"""Routes with their steps and the line along the streets."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field

from api.language import Language
from api.representations.base import LineString, Moment, Point, Representation, Share
from api.representations.emptyings import StoredEmptying
from api.representations.visit_requests import StoredVisitRequest
from domain.containers import Container, Fraction
from domain.fleet import Emptying
from domain.plans import Plan, PlanStatus, ReasonCode, Route, RouteStep, StepKind
from domain.visit_requests import VisitRequest
from storage.fleet import Fleet


class RouteVehicle(Representation):
    """The truck; never its licence plate."""

    id: int
    name: str


class RouteSummary(Representation):
    """A route without its steps."""

    id: int
    plan_id: int
    plan_date: datetime.date
    plan_status: PlanStatus = Field(description="Only an approved plan is driven")
    plan_superseded: bool = Field(description="There is a newer plan of this date")
    vehicle: RouteVehicle
    starts_at: Moment
    ends_at: Moment
    distance_m: int
    duration_s: int
    stops: int
    disposals: int
    geometry: LineString


class Routes(Representation):
    """The routes of a plan."""

    routes: list[RouteSummary]


class StepContainer(Representation):
    """The container that a step empties, and why."""

    id: int
    code: str
    fraction: Fraction
    address: str
    capacity_l: int
    expected_fill_level: Share | None
    reason: ReasonCode | None
    explanation: str | None


class Step(Representation):
    """A step of a route. Loads and ``distanceM`` are after the step and since the start."""

    sequence: int
    kind: StepKind
    position: Point
    arrives_at: Moment
    service_s: int
    load_kg: int
    load_l: int
    distance_m: int
    name: str = Field(description="Address of the container, or name of the depot or disposal site")
    container: StepContainer | None
    emptying: StoredEmptying | None = Field(description="Newest report on this route or that day, if not withdrawn")
    visit_request: StoredVisitRequest | None = Field(
        description="Newest visit that a driver asked for that day, if not withdrawn: it could not be emptied"
    )


class RouteWithSteps(RouteSummary):
    """A route in full."""

    read_at: Moment = Field(description="When this was read from the database: tells the newer of two copies")
    steps: list[Step]


@dataclass(frozen=True)
class Surroundings:
    """What a route refers to: its plan, the fleet, containers by id, and by container what was emptied already and what
    drivers asked to come back for."""

    plan: Plan
    superseded: bool
    fleet: Fleet
    containers: Mapping[int, Container]
    emptyings: Mapping[int, Emptying]
    visit_requests: Mapping[int, VisitRequest]


def summary(route: Route, surroundings: Surroundings) -> RouteSummary:
    """A route in figures."""
    plan = surroundings.plan
    assert route.id is not None
    assert plan.id is not None
    names = {vehicle.id: vehicle.name for vehicle in surroundings.fleet.vehicles}
    return RouteSummary(
        id=route.id,
        plan_id=plan.id,
        plan_date=plan.date,
        plan_status=plan.status,
        plan_superseded=surroundings.superseded,
        vehicle=RouteVehicle(id=route.vehicle_id, name=names[route.vehicle_id]),
        starts_at=route.starts_at,
        ends_at=route.ends_at,
        distance_m=route.distance_m,
        duration_s=route.duration_s,
        stops=sum(step.kind is StepKind.EMPTYING for step in route.steps),
        disposals=sum(step.kind is StepKind.DISPOSAL for step in route.steps),
        geometry=LineString.of(route.geometry),
    )


def with_steps(route: Route, surroundings: Surroundings, language: Language) -> RouteWithSteps:
    """A route in full, reasons in the given language."""
    decisions = {each.container_id: each for each in surroundings.plan.decisions}

    def step_container(step: RouteStep) -> StepContainer | None:
        if step.container_id is None:
            return None
        container = surroundings.containers[step.container_id]
        decision = decisions.get(container.id)
        return StepContainer(
            id=container.id,
            code=container.code,
            fraction=container.fraction,
            address=container.address,
            capacity_l=container.capacity_l,
            expected_fill_level=None if decision is None else decision.fill_level,
            reason=None if decision is None else decision.reason,
            explanation=None if decision is None else decision.explanation.get(language),
        )

    steps = [
        Step(
            sequence=step.sequence,
            kind=step.kind,
            position=Point.of(step.position),
            arrives_at=step.arrives_at,
            service_s=step.service_s,
            load_kg=step.load_kg,
            load_l=step.load_l,
            distance_m=step.distance_m,
            name=name_of(_place(step, route), surroundings),
            container=step_container(step),
            emptying=_emptying(step, surroundings),
            visit_request=_visit_request(step, surroundings),
        )
        for step in route.steps
    ]
    read_at = datetime.datetime.now(datetime.UTC)
    return RouteWithSteps(**dict(summary(route, surroundings)), read_at=read_at, steps=steps)


def _place(step: RouteStep, route: Route) -> RouteStep:
    """The step that a break is taken at: before it, or before what follows."""
    if step.kind is not StepKind.BREAK:
        return step
    there = [each for each in route.steps if each.position == step.position and each.kind is not StepKind.BREAK]
    return min(there, key=lambda each: abs(each.sequence - step.sequence))


def name_of(step: RouteStep, surroundings: Surroundings) -> str:
    """What a driver calls the place of a step."""
    if step.container_id is not None:
        container = surroundings.containers[step.container_id]
        return container.address or container.code
    if step.disposal_site_id is not None:
        sites = {site.id: site.name for site in surroundings.fleet.disposal_sites}
        return sites[step.disposal_site_id]
    depots = {depot.id: depot.name for depot in surroundings.fleet.depots}
    return depots[surroundings.plan.depot_id]


def _emptying(step: RouteStep, surroundings: Surroundings) -> StoredEmptying | None:
    found = None if step.container_id is None else surroundings.emptyings.get(step.container_id)
    return None if found is None else StoredEmptying.of(found)


def _visit_request(step: RouteStep, surroundings: Surroundings) -> StoredVisitRequest | None:
    found = None if step.container_id is None else surroundings.visit_requests.get(step.container_id)
    return None if found is None else StoredVisitRequest.of(found)
