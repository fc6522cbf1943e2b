"""A plan: for one municipality, depot and date a decision with a reason for every container, and routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from domain.geography import Position


class Urgency(StrEnum):
    """What the forecast says of a container, before any route is known."""

    MUST = "must"
    MAY = "may"
    SKIP = "skip"


class ReasonCode(StrEnum):
    """Why a container is visited or skipped. ``routing.explain`` turns it into a sentence."""

    OVERFLOW_RISK = "overflow_risk"
    ABOVE_THRESHOLD = "above_threshold"
    ON_THE_WAY = "on_the_way"
    NO_TRUSTED_READING = "no_trusted_reading"
    RISK_LOW = "risk_low"
    NO_ROUND = "no_round"
    NOT_WORTH_DETOUR = "not_worth_detour"
    NO_CAPACITY = "no_capacity"
    UNREACHABLE = "unreachable"
    NO_VEHICLE = "no_vehicle"
    REQUESTED = "requested"
    """Somebody asked for a visit: a complaint, a driver, an operator."""
    INTERVAL = "interval"
    """The longest time between two emptyings is over before the next chance (hygiene)."""
    COMING_DAYS_FULL = "coming_days_full"
    """The trucks of the days until it is due have no room left, so it is visited earlier."""
    CHEAPER_LATER = "cheaper_later"
    """On a later day, still in time, a truck is near anyway."""
    NOT_A_FIXED_DAY = "not_a_fixed_day"
    TOO_SOON = "too_soon"
    """The shortest time between two emptyings is not over."""
    DAY_OFF = "day_off"
    MARKET = "market"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the plan does with one container, with the numbers behind it.

    ``fill_level`` is the forecast mean when the round begins, ``growth_per_day`` the fill rate as a share a day,
    ``overflow_risk`` P(fill level > 1) just before ``next_chance_at``, the next time a truck could come.
    ``last_observed_at`` is the newest good reading that the forecast rests on, ``last_fill_level`` what it said.
    ``visited`` says whether a route stops here.
    """

    container_id: int
    urgency: Urgency
    visited: bool
    reason: ReasonCode
    fill_level: float | None
    growth_per_day: float | None
    overflow_risk: float | None
    next_chance_at: datetime | None
    last_observed_at: datetime | None
    last_fill_level: float | None
    explanation: Mapping[str, str] = field(default_factory=dict[str, str])
    """The reason as a sentence, by language ("en", "nl")."""


class StepKind(StrEnum):
    """What happens at a step of a route (VROOM's ``type``)."""

    START = "start"
    EMPTYING = "emptying"
    DISPOSAL = "disposal"
    BREAK = "break"
    END = "end"


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step of a route. Loads and ``distance_m`` are after the step and since the start; times are aware.

    ``container_id`` is set for emptyings, ``disposal_site_id`` for disposals. Several containers of one site are
    consecutive steps with the same position.
    """

    sequence: int
    kind: StepKind
    position: Position
    arrives_at: datetime
    service_s: int
    load_kg: int
    load_l: int
    distance_m: int
    container_id: int | None = None
    disposal_site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One vehicle's day. ``geometry`` follows the streets from depot to depot."""

    id: int | None
    vehicle_id: int
    starts_at: datetime
    ends_at: datetime
    distance_m: int
    duration_s: int
    steps: tuple[RouteStep, ...]
    geometry: tuple[Position, ...]


ESTIMATE = "straight lines (estimated)"
"""The road source of a plan whose distances are straight lines, lengthened: a last resort."""


class PlanStatus(StrEnum):
    """Life of a plan: a proposal waits for approval; only an approved one is driven."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class FixedSchedule:
    """What emptying everything that the fixed schedule has on that date would take: the measure of the saving."""

    stops: int
    routes: int
    distance_m: int
    duration_s: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The outcome of one planning run. ``engines`` says which solver did what."""

    id: int | None
    municipality_id: int
    depot_id: int
    date: date
    created_at: datetime
    status: PlanStatus
    decisions: tuple[Decision, ...]
    routes: tuple[Route, ...]
    distance_m: int
    duration_s: int
    fixed_schedule: FixedSchedule | None
    engines: str
    road_source: str
    """Where distances come from: the name of the road graph or the road engine, or :data:`ESTIMATE`."""
