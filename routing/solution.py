"""What a solver returns: routes with their steps, stops left out with a reason, what it costs and who found it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from domain.plans import StepKind


class UnassignedReason(StrEnum):
    """The rule that keeps a stop out of every route: that which the most suitable vehicle got furthest against."""

    NO_VEHICLE = "no_vehicle"
    """There are no vehicles at all, or none takes its fractions."""
    SKILL = "skill"
    """Vehicles take its fractions, but none of them has its skills and is allowed to come."""
    CAPACITY = "capacity"
    """It is heavier or larger than the compartments, or than the day's cap, of every vehicle that may come."""
    UNREACHABLE = "unreachable"
    """No way leads from a start over the stop and disposal sites for its fractions to the end."""
    TIME_WINDOW = "time_window"
    """No vehicle can begin in a time window of the stop, or empty itself within opening hours afterwards."""
    SHIFT = "shift"
    """It does not fit into any shift: not even alone, or (full) not beside what is already planned there."""
    NOT_WORTH_DETOUR = "not_worth_detour"
    """It is optional, and its prize is less than what visiting would cost."""


class Load(NamedTuple):
    """What is in one compartment, in whole kilograms and litres."""

    kg: int
    l: int  # noqa: E741 - litre


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route. Times in seconds, loads after the step, ``distance_m`` driven since the start.

    The vehicle arrives, waits for ``waiting_s``, and then sets up and serves for ``setup_s + service_s`` (for a break:
    ``service_s`` is its length). Then it stands for ``hold_s`` until all that its next trip waits for is released.
    ``loads``: one for each compartment of the vehicle. ``stop_id`` is set for emptyings,
    ``disposal_site_id`` for disposals, ``break_id`` for the vehicle's own breaks and not for rests of a driving rule.
    """

    kind: StepKind
    location: int
    arrival_s: int
    waiting_s: int
    service_s: int
    loads: tuple[Load, ...]
    distance_m: int
    setup_s: int = 0
    stop_id: int | None = None
    disposal_site_id: int | None = None
    break_id: int | None = None
    hold_s: int = 0

    @property
    def begins_s(self) -> int:
        """When setup and service begin."""
        return self.arrival_s + self.waiting_s

    @property
    def departs_s(self) -> int:
        """When the vehicle is done here, and released to go on."""
        return self.begins_s + self.setup_s + self.service_s + self.hold_s

    @property
    def load_kg(self) -> int:
        """Kilograms in all compartments together."""
        return sum(load.kg for load in self.loads)

    @property
    def load_l(self) -> int:
        """Litres in all compartments together."""
        return sum(load.l for load in self.loads)


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
    """A stop in no route. ``detour_cost``: what a visit costs at least, in cents, if that is the reason.

    So ``detour_cost`` minus the stop's prize is by how much it is not worth its detour.
    """

    stop_id: int
    reason: UnassignedReason
    detour_cost: int | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost in cents, broken down. ``missed_prizes`` are the prizes of optional stops left out, ``changes`` what the
    stops cost that are served by another vehicle than planned.

    Required stops left out have no price: compare solutions by their weights (1 + priority) first.
    """

    fixed: float = 0
    distance: float = 0
    duration: float = 0
    overtime: float = 0
    missed_prizes: float = 0
    changes: float = 0

    @property
    def total(self) -> float:
        """What the solvers minimise."""
        return self.fixed + self.distance + self.duration + self.overtime + self.missed_prizes + self.changes


@dataclass(frozen=True, slots=True)
class Search:
    """Which engine found the routes of these vehicles, and after how many ``seconds``.

    ``found_by``: "OR-Tools", "PyVRP", "PyVRP, improved by OR-Tools", "start" for routes that were given,
    "enumeration" where every order was looked at, or "insertion" where no engine found any.
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
