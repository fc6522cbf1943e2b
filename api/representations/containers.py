"""Containers as GeoJSON features, and their observations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from api.language import Language
from api.representations.base import CRS84, Moment, Point, Representation, Share
from domain.containers import Fraction
from domain.health import HealthState, SensorHealth
from domain.judged_emptyings import EmptyingState
from domain.observations import JudgedObservation, Quality
from domain.plans import Decision, Plan, ReasonCode, StepKind, Urgency
from storage.containers import FillState

EMPTIED_SINCE = timedelta(days=90)
MISSED_FOR = timedelta(days=14)


class ContainerDecision(Representation):
    """What the plan of a date does with the container, and why, in the language that was asked for."""

    plan_id: int
    plan_date: date
    visited: bool
    urgency: Urgency
    reason: ReasonCode
    explanation: str
    fill_level: Share | None = Field(description="Expected when the round begins")
    growth_per_day: float | None
    overflow_risk: float | None = Field(description="Probability that it overflows before nextChanceAt")
    next_chance_at: Moment | None
    last_observed_at: Moment | None
    last_fill_level: Share | None
    route_id: int | None
    sequence: int | None = Field(description="Which stop of its route, counting emptyings only, from 1")


class ContainerProperties(Representation):
    """A container with its newest fill level; see ``quality`` and ``stale`` for how far to trust it."""

    code: str
    site_id: int
    fraction: Fraction
    address: str
    capacity_l: int
    fullness_threshold: float
    fill_level: Share | None
    observed_at: Moment | None
    quality: Quality | None
    stale: bool = Field(description="The fill level is too old to rely on")
    sensor_device_id: str | None
    sensor_health: SensorHealth | None = Field(description="What is wrong with its sensor, judged each night")
    sensor_health_since_at: Moment | None = Field(description="As far as the readings that were looked at reach back")
    sensor_trust: float | None = Field(description="Probability that its next reading is within 10 points of the truth")
    last_emptied_at: Moment | None = Field(description="By report or by the readings, judged each night; 90 days back")
    missed_pickup_at: Moment | None = Field(
        description="When it was reported emptied and was still full, if nothing has emptied it since; 14 days back"
    )
    decision: ContainerDecision | None


class ContainerFeature(Representation):
    """GeoJSON feature."""

    type: Literal["Feature"] = "Feature"
    id: int
    geometry: Point
    properties: ContainerProperties


class CoordinateReferenceSystem(Representation):
    """GeoJSON's older way to say that coordinates are longitude, latitude."""

    type: Literal["name"] = "name"
    properties: dict[str, str] = Field(default_factory=lambda: {"name": CRS84})


class ContainerCollection(Representation):
    """GeoJSON feature collection."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    crs: CoordinateReferenceSystem = CoordinateReferenceSystem()
    bbox: tuple[float, float, float, float]
    features: list[ContainerFeature]


class ContainerObservation(Representation):
    """One value of an observed property. ``server_timed``: the message told no time, that of its receipt stands in."""

    phenomenon_at: Moment
    received_at: Moment
    result: float = Field(description="As measured")
    quality: Quality = Field(description="As last judged: fill levels each night beside the other readings")
    received_quality: Quality | None = Field(
        description="What the message said by itself, where it was judged otherwise; null: the same"
    )
    cleaned_result: float | None = Field(
        description="What it probably was: bridged where suspect, freed of the empty level's drift; null: as measured"
    )
    server_timed: bool


class ContainerObservations(Representation):
    """Oldest first; ``result`` in ``unit`` (UCUM)."""

    container_id: int
    observed_property: str
    unit: str | None
    observations: list[ContainerObservation]


class ImportedContainers(Representation):
    """What an import added."""

    containers: int
    sites: int


def feature(
    state: FillState,
    decision: ContainerDecision | None,
    *,
    health: HealthState | None,
    emptyings: EmptyingState | None,
    now: datetime,
    stale_after: timedelta,
) -> ContainerFeature:
    """A container with its newest fill level and decision."""
    container = state.container
    stale = state.observed_at is not None and now - state.observed_at > stale_after
    return ContainerFeature(
        id=container.id,
        geometry=Point.of(container.position),
        properties=ContainerProperties(
            code=container.code,
            site_id=container.site_id,
            fraction=container.fraction,
            address=container.address,
            capacity_l=container.capacity_l,
            fullness_threshold=container.fullness_threshold,
            fill_level=state.fill_level,
            observed_at=state.observed_at,
            quality=state.quality,
            stale=stale,
            sensor_device_id=state.sensor_device_id,
            sensor_health=None if health is None else health.health,
            sensor_health_since_at=None if health is None else health.since,
            sensor_trust=None if health is None else health.trust,
            last_emptied_at=None if emptyings is None else emptyings.last_emptied_at,
            missed_pickup_at=None if emptyings is None else _lately_missed(emptyings, now),
            decision=decision,
        ),
    )


def _lately_missed(emptyings: EmptyingState, now: datetime) -> datetime | None:
    missed_at = emptyings.missed_at
    return missed_at if missed_at is not None and now - missed_at < MISSED_FOR else None


def decisions_of(plan: Plan, language: Language) -> Mapping[int, ContainerDecision]:
    """The plan's decisions by container, each with its place in a route."""
    places: dict[int, tuple[int | None, int]] = {}
    for route in plan.routes:
        stops = [step for step in route.steps if step.kind is StepKind.EMPTYING]
        for number, step in enumerate(stops, start=1):
            if step.container_id is not None:
                places[step.container_id] = (route.id, number)
    return {
        each.container_id: _decision(plan, each, language, places.get(each.container_id)) for each in plan.decisions
    }


def _decision(
    plan: Plan, decision: Decision, language: Language, place: tuple[int | None, int] | None
) -> ContainerDecision:
    assert plan.id is not None
    return ContainerDecision(
        plan_id=plan.id,
        plan_date=plan.date,
        visited=decision.visited,
        urgency=decision.urgency,
        reason=decision.reason,
        explanation=decision.explanation.get(language, ""),
        fill_level=decision.fill_level,
        growth_per_day=decision.growth_per_day,
        overflow_risk=decision.overflow_risk,
        next_chance_at=decision.next_chance_at,
        last_observed_at=decision.last_observed_at,
        last_fill_level=decision.last_fill_level,
        route_id=None if place is None else place[0],
        sequence=None if place is None else place[1],
    )


def observation(each: JudgedObservation) -> ContainerObservation:
    """From an observation."""
    return ContainerObservation(
        phenomenon_at=each.phenomenon_time,
        received_at=each.received_at,
        result=each.result,
        quality=each.quality,
        received_quality=each.received_quality,
        cleaned_result=each.cleaned,
        server_timed=each.server_timed,
    )
