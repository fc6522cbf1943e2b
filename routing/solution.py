"""What a solver returns: routes with their steps, stops left out with a reason, what it costs and who found it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.plans import StepKind


class UnassignedReason(StrEnum):
    """The rule that keeps a stop out of every route."""

    NO_VEHICLE = "no_vehicle"
    """There are no vehicles at all, or none takes the fraction."""
    SKILL = "skill"
    """Vehicles take the fraction, but the stop allows none of them."""
    CAPACITY = "capacity"
    """It is heavier or larger than every vehicle that may come."""
    UNREACHABLE = "unreachable"
    """No way leads from a yard over the stop and a disposal site for its fraction back to the yard."""
    TIME = "time"
    """It does not fit in the shifts and time windows together with what is already planned, or even alone."""
    NOT_WORTH_DETOUR = "not_worth_detour"
    """It is optional, and its prize is less than what visiting would cost."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route. Times in seconds, loads after the step, ``distance_m`` driven since the start.

    Service runs from ``arrival_s + waiting_s`` for ``service_s``. ``stop_id`` is set for emptyings,
    ``disposal_site_id`` for disposals.
    """

    kind: StepKind
    location: int
    arrival_s: int
    waiting_s: int
    service_s: int
    load_kg: int
    load_l: int
    distance_m: int
    stop_id: int | None = None
    disposal_site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One vehicle's day from start to end; vehicles that stay in the yard have no route."""

    vehicle_id: int
    steps: tuple[Step, ...]

    @property
    def distance_m(self) -> int:
        """Metres driven."""
        return self.steps[-1].distance_m

    @property
    def starts_s(self) -> int:
        """Departure from the yard."""
        return self.steps[0].arrival_s

    @property
    def ends_s(self) -> int:
        """Return to the yard."""
        return self.steps[-1].arrival_s

    @property
    def duration_s(self) -> int:
        """Seconds from departure to return."""
        return self.ends_s - self.starts_s

    @property
    def stop_ids(self) -> tuple[int, ...]:
        """Ids of the stops in the order of their visit."""
        return tuple(step.stop_id for step in self.steps if step.stop_id is not None)


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A stop in no route. ``detour_cost``: what a visit costs at least, in cents, if that is the reason."""

    stop_id: int
    reason: UnassignedReason
    detour_cost: int | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost in cents, broken down. ``missed_prizes`` are the prizes of optional stops left out.

    Required stops left out have no price: compare solutions by their number first.
    """

    fixed: float = 0
    distance: float = 0
    duration: float = 0
    missed_prizes: float = 0

    @property
    def total(self) -> float:
        """What the solvers minimise."""
        return self.fixed + self.distance + self.duration + self.missed_prizes


@dataclass(frozen=True, slots=True)
class Search:
    """Which engine found the routes of these vehicles, and after how many ``seconds``.

    ``found_by``: "OR-Tools", "PyVRP", "PyVRP, improved by OR-Tools", or "insertion" where neither found any.
    """

    vehicle_ids: tuple[int, ...]
    stops: int
    found_by: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Solution:
    """Routes of the vehicles that leave the yard, and every stop that is in none of them."""

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    cost: Cost
    searches: tuple[Search, ...] = ()

    @property
    def distance_m(self) -> int:
        """Metres driven by all vehicles."""
        return sum(route.distance_m for route in self.routes)

    @property
    def duration_s(self) -> int:
        """Seconds from departure to return, over all vehicles."""
        return sum(route.duration_s for route in self.routes)

    @property
    def engines(self) -> str:
        """Which engines found how many of the independent parts, as one line."""
        found = [search.found_by for search in self.searches]
        names = sorted(set(found))
        return "; ".join(name if len(found) == 1 else f"{name} ({found.count(name)} of {len(found)})" for name in names)
