"""The problem that the solvers solve and the checker judges against: stops, vehicles, disposal sites, one road matrix.

Units throughout: metres, seconds, kilograms and litres as integers. Times are seconds from an origin that the caller
chooses (the planning job takes local midnight). Money is in whole *cents* of one currency: fixed costs, prizes, costs
per kilometre and per hour.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction
from domain.errors import InvalidInput

UNREACHABLE = -1
"""What a matrix holds where no way leads from one location to the other."""

LATEST_S = 10**7
"""Largest time accepted, about 115 days: well beyond any shift, well within 32 bits."""

LARGEST_AMOUNT = 10**9
"""Largest mass, volume, cost and prize accepted: sums over ten thousand stops stay far within 64 bits."""

TimeWindow = tuple[int, int]
"""Earliest and latest start of service in seconds, both included."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Driving distances and durations between all locations.

    Parameters
    ----------
    distances_m, durations_s
        Shape (n, n), ``int32``, row = from, column = to, zero on the diagonal, need not be symmetric.
        :data:`UNREACHABLE` (-1), in both, where there is no way. Kept as read-only arrays. The durations are taken to
        be those of the fastest ways: where no way leads directly, none leads over a third location either.

    Raises
    ------
    InvalidInput
        When a shape, a type or a value is not as described; the row and column are named.
    """

    distances_m: NDArray[np.int32]
    durations_s: NDArray[np.int32]

    def __post_init__(self) -> None:
        for name in ("distances_m", "durations_s"):
            object.__setattr__(self, name, _int32_square(name, getattr(self, name)))
        if self.distances_m.shape != self.durations_s.shape:
            raise InvalidInput(
                f"distances are {_shape(self.distances_m)} but durations {_shape(self.durations_s)}",
                where="matrix",
                remedy="both must cover the same locations",
            )
        differs = np.argwhere((self.distances_m == UNREACHABLE) != (self.durations_s == UNREACHABLE))
        if len(differs):
            row, column = (int(x) for x in differs[0])
            raise InvalidInput(
                "only one of distance and duration says unreachable (-1)", where=f"matrix[{row}][{column}]"
            )

    @property
    def size(self) -> int:
        """Number of locations."""
        return len(self.distances_m)

    def reaches(self, origin: int, destination: int) -> bool:
        """Whether a way leads from one location to the other."""
        return bool(self.durations_s[origin, destination] != UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Stop:
    """A container (or any place) to empty.

    Parameters
    ----------
    id
        Unique among the stops.
    location
        Row and column in the matrix. Several stops may share one.
    fraction
        What is collected; only vehicles that take it may stop here.
    kg, l
        Amounts picked up.
    service_s
        How long the vehicle stands here.
    prize
        What visiting is worth in cents; the stop is left out when it costs more than that. None = required.
    allowed_vehicles
        Ids of the vehicles that may come. None = every one that takes the fraction.
    time_windows
        When service may start; sorted, not overlapping. Empty = at any time.
    """

    id: int
    location: int
    fraction: Fraction
    kg: int
    l: int  # noqa: E741 - litre
    service_s: int = 0
    prize: int | None = None
    allowed_vehicles: frozenset[int] | None = None
    time_windows: tuple[TimeWindow, ...] = ()

    def __post_init__(self) -> None:
        where = f"stop {self.id}"
        _whole(where, "location", self.location, LARGEST_AMOUNT)
        _whole(where, "kg", self.kg, LARGEST_AMOUNT)
        _whole(where, "l", self.l, LARGEST_AMOUNT)
        _whole(where, "service_s", self.service_s, LATEST_S)
        if self.prize is not None:
            _whole(where, "prize", self.prize, LARGEST_AMOUNT)
        previous_end = -1
        for start, end in self.time_windows:
            _whole(where, "time window start", start, LATEST_S)
            _whole(where, "time window end", end, LATEST_S)
            if end < start:
                raise InvalidInput(f"the time window [{start}, {end}] ends before it starts", where=where)
            if start <= previous_end:
                raise InvalidInput(
                    f"the time window [{start}, {end}] overlaps the one before it or comes out of order", where=where
                )
            previous_end = end

    @property
    def required(self) -> bool:
        """Whether leaving it out is a failure rather than a choice."""
        return self.prize is None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A truck on its shift; leaves ``start`` empty and reaches ``end`` empty, between ``starts_s`` and ``ends_s``.

    ``fractions`` share one body with ``capacity_kg`` and ``capacity_l``. Cost in cents: ``fixed_cost`` when it leaves
    the yard at all, ``cost_per_km`` driven, ``cost_per_hour`` from departure to return (driving, service, waiting).
    """

    id: int
    start: int
    end: int
    fractions: frozenset[Fraction]
    capacity_kg: int
    capacity_l: int
    starts_s: int = 0
    ends_s: int = LATEST_S
    fixed_cost: int = 0
    cost_per_km: int = 0
    cost_per_hour: int = 3600

    def __post_init__(self) -> None:
        where = f"vehicle {self.id}"
        _whole(where, "starts_s", self.starts_s, LATEST_S)
        _whole(where, "ends_s", self.ends_s, LATEST_S)
        for name in ("start", "end", "capacity_kg", "capacity_l", "fixed_cost", "cost_per_km", "cost_per_hour"):
            _whole(where, name, getattr(self, name), LARGEST_AMOUNT)
        if not self.fractions:
            raise InvalidInput("takes no fraction at all", where=where, remedy="name at least one")
        if self.ends_s <= self.starts_s:
            raise InvalidInput(f"the shift ends ({self.ends_s}) before it starts ({self.starts_s})", where=where)
        if self.cost_per_km == 0 and self.cost_per_hour == 0:
            raise InvalidInput(
                "driving costs nothing, so no route is better than another",
                where=where,
                remedy="set cost_per_km or cost_per_hour",
            )


@dataclass(frozen=True, slots=True)
class DisposalSite:
    """Where vehicles empty themselves. A vehicle may only come when every fraction aboard is accepted."""

    id: int
    location: int
    fractions: frozenset[Fraction]
    service_s: int = 0

    def __post_init__(self) -> None:
        where = f"disposal site {self.id}"
        _whole(where, "location", self.location, LARGEST_AMOUNT)
        _whole(where, "service_s", self.service_s, LATEST_S)
        if not self.fractions:
            raise InvalidInput("accepts no fraction at all", where=where, remedy="name at least one")


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything that a solver may know. No stops, no vehicles and no disposal sites are all valid.

    Raises
    ------
    InvalidInput
        When ids repeat, a location lies outside the matrix, or a stop allows a vehicle that does not exist.
    """

    matrix: Matrix
    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    disposal_sites: tuple[DisposalSite, ...]

    def __post_init__(self) -> None:
        for name in ("stops", "vehicles", "disposal_sites"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        _unique("stop", (stop.id for stop in self.stops))
        _unique("vehicle", (vehicle.id for vehicle in self.vehicles))
        _unique("disposal site", (site.id for site in self.disposal_sites))
        for stop in self.stops:
            self._within(f"stop {stop.id}", "location", stop.location)
        for vehicle in self.vehicles:
            self._within(f"vehicle {vehicle.id}", "start", vehicle.start)
            self._within(f"vehicle {vehicle.id}", "end", vehicle.end)
        for site in self.disposal_sites:
            self._within(f"disposal site {site.id}", "location", site.location)
        known = {vehicle.id for vehicle in self.vehicles}
        for stop in self.stops:
            unknown = sorted((stop.allowed_vehicles or frozenset()) - known)
            if unknown:
                raise InvalidInput(f"allows vehicle {unknown[0]}, which does not exist", where=f"stop {stop.id}")

    def _within(self, where: str, name: str, location: int) -> None:
        if location >= self.matrix.size:
            raise InvalidInput(
                f"{name} {location} is outside the matrix of {self.matrix.size} locations (0 to"
                f" {self.matrix.size - 1})",
                where=where,
            )


def _int32_square(name: str, values: NDArray[np.int32]) -> NDArray[np.int32]:
    array = np.asarray(values)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise InvalidInput(f"must be square, but is {_shape(array)}", where=f"matrix.{name}")
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise InvalidInput(f"must hold whole numbers, not {array.dtype}", where=f"matrix.{name}")
    outside = np.argwhere((array < UNREACHABLE) | (array > np.iinfo(np.int32).max // 2))
    if len(outside):
        row, column = (int(x) for x in outside[0])
        raise InvalidInput(
            f"{array[row, column]} is neither a distance or duration nor -1 (unreachable)",
            where=f"matrix.{name}[{row}][{column}]",
        )
    off_zero = np.flatnonzero(np.diagonal(array))
    if len(off_zero):
        row = int(off_zero[0])
        raise InvalidInput(
            f"from a location to itself it must be 0, not {array[row, row]}", where=f"matrix.{name}[{row}][{row}]"
        )
    result = np.array(array, dtype=np.int32)
    result.flags.writeable = False
    return result


def _shape(array: NDArray[np.int32]) -> str:
    return " x ".join(str(length) for length in array.shape) or "a single number"


def _whole(where: str, name: str, value: int, largest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InvalidInput(f"{name} must be a whole number, not {value!r}", where=where)
    if not 0 <= value <= largest:
        raise InvalidInput(f"{name} is {value}, but must lie between 0 and {largest}", where=where)


def _unique(noun: str, ids: Iterable[int]) -> None:
    seen: set[int] = set()
    for identifier in ids:
        if identifier in seen:
            raise InvalidInput(f"the id {identifier} is used twice", where=f"{noun} {identifier}")
        seen.add(identifier)
