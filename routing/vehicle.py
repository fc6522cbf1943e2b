"""A truck on its shift: compartments, hours, breaks, prices, and what of its day is already fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.amounts import (
    LARGEST_AMOUNT,
    LATEST_S,
    Amount,
    TimeWindow,
    check_amounts,
    check_unique,
    check_whole,
    check_windows,
)

DEFAULT_PROFILE = "truck"
"""Name of the matrix that vehicles drive by unless they name another."""


class Visit(NamedTuple):
    """A stop (``EMPTYING``) or a disposal site (``DISPOSAL``) by its id."""

    kind: StepKind
    id: int


@dataclass(frozen=True, slots=True)
class Compartment:
    """A part of a vehicle's body with ``capacity_kg`` and ``capacity_l``, shared by the ``fractions`` it takes."""

    fractions: frozenset[Fraction]
    capacity_kg: int
    capacity_l: int


@dataclass(frozen=True, slots=True)
class Break:
    """A break of ``duration_s`` that begins within one of ``time_windows`` (empty: at any time of the shift).

    It is taken between two steps, either where the vehicle stands or where it goes next, before it serves there.
    """

    id: int
    duration_s: int
    time_windows: tuple[TimeWindow, ...] = ()

    def __post_init__(self) -> None:
        check_whole(f"break {self.id}", "duration_s", self.duration_s, LATEST_S)
        check_windows(f"break {self.id}", self.time_windows)


@dataclass(frozen=True, slots=True)
class DrivingRule:
    """A rest of ``rest_s`` at the latest after ``driving_s`` of driving (not service, not waiting).

    The defaults are 45 minutes after 4.5 hours (Regulation (EC) 561/2006, article 7). A break that lasts at least
    ``rest_s`` counts as a rest. A vehicle may take further rests, without an id, wherever it may take a break.
    """

    driving_s: int = 16_200
    rest_s: int = 2_700
    driven_s: int = 0
    """Driving since the last rest when the vehicle starts."""

    def __post_init__(self) -> None:
        check_whole("driving rule", "driving_s", self.driving_s, LATEST_S)
        check_whole("driving rule", "rest_s", self.rest_s, LATEST_S)
        check_whole("driving rule", "driven_s", self.driven_s, self.driving_s)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A truck on its shift, from the location ``start`` to the location ``end``.

    Parameters
    ----------
    id
        Unique among the vehicles.
    start, end
        Locations: rows and columns in the matrix of its profile.
    compartments
        Parts of the body; no fraction in two of them.
    starts_s, ends_s
        Earliest departure and latest return, breaks included.
    max_duration_s
        Longest paid time from departure to return without overtime. None: the whole of the shift.
    max_overtime_s
        How much longer it may take at most; each hour of it costs ``cost_per_overtime_hour`` on top (as in PyVRP).
    breaks
        Breaks that it takes, all of them, in this order, whenever it leaves the yard.
    driving_rule
        When it must rest from driving. None: it need not.
    fixed_cost, cost_per_km, cost_per_hour, cost_per_overtime_hour
        Cents: when it leaves the yard at all, for each kilometre, for each hour from departure to return (driving,
        service, waiting, breaks), and for each hour of overtime on top.
    max_trips
        How often it may fill up: the largest number of runs of emptyings between two visits of disposal sites.
    max_stops, max_kg, max_l
        Caps over all trips of the day, of all fractions together.
    initial_load
        What is aboard when it starts.
    ends_empty
        Whether it must reach ``end`` empty, so go by a disposal site before.
    skills
        What it can do ("crane", "narrow street"); a stop asks for all of its own.
    profile
        The matrix it drives by.
    prefix
        The visits that it makes first, in this order and wherever they lead: what a driver was already told. Locked.
    under_way
        It is out already: its fixed cost is spent, and it has a route even if that only leads home (over a disposal
        site, where it must end empty and is not). Otherwise only a vehicle that serves a stop has a route.
    departed_s
        When the trip that it is on left, so that before its first disposal it serves only stops released by then. None:
        its first trip leaves from ``start``, and waits there for releases.
    """

    id: int
    start: int
    end: int
    compartments: tuple[Compartment, ...]
    starts_s: int = 0
    ends_s: int = LATEST_S
    max_duration_s: int | None = None
    max_overtime_s: int = 0
    breaks: tuple[Break, ...] = ()
    driving_rule: DrivingRule | None = None
    fixed_cost: int = 0
    cost_per_km: int = 0
    cost_per_hour: int = 3600
    cost_per_overtime_hour: int = 0
    max_trips: int | None = None
    max_stops: int | None = None
    max_kg: int | None = None
    max_l: int | None = None
    initial_load: tuple[Amount, ...] = ()
    ends_empty: bool = True
    skills: frozenset[str] = frozenset()
    profile: str = DEFAULT_PROFILE
    prefix: tuple[Visit, ...] = ()
    under_way: bool = False
    departed_s: int | None = None

    def __post_init__(self) -> None:
        where = f"vehicle {self.id}"
        for name in ("starts_s", "ends_s", "max_overtime_s"):
            check_whole(where, name, getattr(self, name), LATEST_S)
        for name in ("start", "end", "fixed_cost", "cost_per_km", "cost_per_hour", "cost_per_overtime_hour"):
            check_whole(where, name, getattr(self, name), LARGEST_AMOUNT)
        for name in ("max_duration_s", "max_trips", "max_stops", "max_kg", "max_l", "departed_s"):
            if getattr(self, name) is not None:
                check_whole(where, name, getattr(self, name), LARGEST_AMOUNT)
        if self.ends_s <= self.starts_s:
            raise InvalidInput(f"the shift ends ({self.ends_s}) before it starts ({self.starts_s})", where=where)
        if self.cost_per_km == 0 and self.cost_per_hour == 0:
            raise InvalidInput(
                "driving costs nothing, so no route is better than another",
                where=where,
                remedy="set cost_per_km or cost_per_hour",
            )
        self._check_compartments(where)
        check_unique(f"{where}, break", (each.id for each in self.breaks))

    def _check_compartments(self, where: str) -> None:
        if not self.compartments:
            raise InvalidInput("has no compartment, so it can load nothing", where=where)
        seen: set[Fraction] = set()
        for number, compartment in enumerate(self.compartments):
            place = where if len(self.compartments) == 1 else f"{where}, compartment {number}"
            check_whole(place, "capacity_kg", compartment.capacity_kg, LARGEST_AMOUNT)
            check_whole(place, "capacity_l", compartment.capacity_l, LARGEST_AMOUNT)
            if not compartment.fractions:
                raise InvalidInput("takes no fraction at all", where=place, remedy="name at least one")
            twice = sorted(seen & compartment.fractions)
            if twice:
                raise InvalidInput(f"takes {twice[0]}, which another compartment takes too", where=place)
            seen |= compartment.fractions
        object.__setattr__(self, "initial_load", check_amounts(where, "initial_load", self.initial_load))
        for amount in self.initial_load:
            if amount.fraction not in seen:
                raise InvalidInput(f"starts with {amount.fraction}, which no compartment takes", where=where)
        for number, (compartment, kg, litres) in enumerate(zip(self.compartments, *self.loads(), strict=True)):
            if kg > compartment.capacity_kg or litres > compartment.capacity_l:
                raise InvalidInput(
                    f"starts with {kg} kg and {litres} l in compartment {number}, which holds"
                    f" {compartment.capacity_kg} kg and {compartment.capacity_l} l",
                    where=where,
                )

    @property
    def fractions(self) -> frozenset[Fraction]:
        """All fractions that it takes."""
        return frozenset[Fraction]().union(*(compartment.fractions for compartment in self.compartments))

    @property
    def capacity_kg(self) -> int:
        """Kilograms in all compartments together."""
        return sum(compartment.capacity_kg for compartment in self.compartments)

    @property
    def capacity_l(self) -> int:
        """Litres in all compartments together."""
        return sum(compartment.capacity_l for compartment in self.compartments)

    @property
    def longest_s(self) -> int:
        """Longest time from departure to return, overtime included."""
        shift_s = self.ends_s - self.starts_s
        return shift_s if self.max_duration_s is None else min(shift_s, self.max_duration_s + self.max_overtime_s)

    def compartment_of(self, fraction: Fraction) -> int | None:
        """Number of the compartment that takes a fraction; None where it takes it in none."""
        for number, compartment in enumerate(self.compartments):
            if fraction in compartment.fractions:
                return number
        return None

    def loads(self) -> tuple[list[int], list[int]]:
        """Kilograms and litres in each compartment at the start."""
        kg, litres = [0] * len(self.compartments), [0] * len(self.compartments)
        for amount in self.initial_load:
            number = self.compartment_of(amount.fraction)
            if number is not None:
                kg[number] += amount.kg
                litres[number] += amount.l
        return kg, litres


def one_body(fractions: frozenset[Fraction], capacity_kg: int, capacity_l: int) -> tuple[Compartment, ...]:
    """The compartments of a truck with a single body."""
    return (Compartment(fractions, capacity_kg, capacity_l),)
