"""The problem that the solvers solve and the checker judges against: stops, vehicles, disposal sites, road matrices.

Units throughout: metres, seconds, kilograms and litres as integers. Times are seconds from an origin that the caller
chooses (the planning job takes local midnight). Money is in whole *cents* of one currency: fixed costs, prizes, costs
per kilometre and per hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

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
from routing.matrix import UNREACHABLE, Matrix
from routing.vehicle import DEFAULT_PROFILE, Break, Compartment, DrivingRule, Vehicle, Visit, one_body

HIGHEST_PRIORITY = 100
"""As in VROOM: priorities run from 0 to 100."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A container, or several that are emptied together (or any place to visit).

    Parameters
    ----------
    id
        Unique among the stops.
    location
        Row and column in the matrices. Several stops may share one; a place with two sides of the street is two
        locations.
    amounts
        What is picked up, by fraction. Only a vehicle that takes all of these fractions may stop here.
    service_s
        How long the vehicle stands here.
    setup_s
        How much longer it stands when the step before was at another location (VROOM's ``setup``): what the
        containers of one site share. Breaks are no steps in this sense.
    prize
        What visiting is worth in cents; the stop is left out when it costs more than that. None = required.
    priority
        0 to 100. When not all required stops fit, those with a lower priority are left out first: leaving one out
        weighs 1 + priority.
    skills
        What the vehicle must be able to do.
    allowed_vehicles
        Ids of the vehicles that may come: one for a stop that is fixed to it. None = every one that can.
    time_windows
        When service (setup included) may begin; sorted, not overlapping. Empty = at any time.
    release_s
        When what the trip must bring is ready, such as a key or an empty bin to exchange: the trip that serves the stop
        leaves its start, or the disposal site before it, no earlier (PyVRP's ``release_time``). Waiting for it, the
        vehicle stands where the trip begins, after service and breaks there.
    planned_vehicle
        The vehicle that an earlier plan gave it to: giving it to another costs the problem's ``change_cost``.
    done
        Already served: in no route any more, and not missed either.
    """

    id: int
    location: int
    amounts: tuple[Amount, ...]
    service_s: int = 0
    setup_s: int = 0
    prize: int | None = None
    priority: int = 0
    skills: frozenset[str] = frozenset()
    allowed_vehicles: frozenset[int] | None = None
    time_windows: tuple[TimeWindow, ...] = ()
    planned_vehicle: int | None = None
    done: bool = False
    release_s: int = 0

    def __post_init__(self) -> None:
        where = f"stop {self.id}"
        check_whole(where, "location", self.location, LARGEST_AMOUNT)
        object.__setattr__(self, "amounts", check_amounts(where, "amounts", self.amounts))
        check_whole(where, "service_s", self.service_s, LATEST_S)
        check_whole(where, "setup_s", self.setup_s, LATEST_S)
        check_whole(where, "release_s", self.release_s, LATEST_S)
        check_whole(where, "priority", self.priority, HIGHEST_PRIORITY)
        if self.prize is not None:
            check_whole(where, "prize", self.prize, LARGEST_AMOUNT)
        check_windows(where, self.time_windows)

    @property
    def required(self) -> bool:
        """Whether leaving it out is a failure rather than a choice."""
        return self.prize is None

    @property
    def fractions(self) -> frozenset[Fraction]:
        """What is collected here."""
        return frozenset(amount.fraction for amount in self.amounts)

    @property
    def kg(self) -> int:
        """Kilograms of all fractions together."""
        return sum(amount.kg for amount in self.amounts)

    @property
    def l(self) -> int:  # noqa: E743 - litre
        """Litres of all fractions together."""
        return sum(amount.l for amount in self.amounts)


@dataclass(frozen=True, slots=True)
class DisposalSite:
    """Where vehicles empty themselves: every compartment whose contents are all accepted here is emptied.

    A compartment that holds anything else keeps all of its load. A vehicle only comes to empty something. Service
    begins within ``time_windows`` (empty: at any time).
    """

    id: int
    location: int
    fractions: frozenset[Fraction]
    service_s: int = 0
    time_windows: tuple[TimeWindow, ...] = ()

    def __post_init__(self) -> None:
        where = f"disposal site {self.id}"
        check_whole(where, "location", self.location, LARGEST_AMOUNT)
        check_whole(where, "service_s", self.service_s, LATEST_S)
        check_windows(where, self.time_windows)
        if not self.fractions:
            raise InvalidInput("accepts no fraction at all", where=where, remedy="name at least one")


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything that a solver may know. No stops, no vehicles and no disposal sites are all valid.

    Parameters
    ----------
    matrices
        By profile, all of one size. A single :class:`Matrix` stands for that of :data:`DEFAULT_PROFILE`.
    change_cost
        Cents for every stop that is served by another vehicle than its ``planned_vehicle``: the weight of stability
        when replanning.

    Raises
    ------
    InvalidInput
        When ids repeat, a location lies outside the matrices, a vehicle has no matrix, or a stop or a prefix names
        what does not exist.
    """

    matrices: Mapping[str, Matrix]
    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    disposal_sites: tuple[DisposalSite, ...]
    change_cost: int = 0

    def __init__(
        self,
        matrices: Mapping[str, Matrix] | Matrix,
        stops: tuple[Stop, ...],
        vehicles: tuple[Vehicle, ...],
        disposal_sites: tuple[DisposalSite, ...],
        change_cost: int = 0,
    ) -> None:
        by_profile = {DEFAULT_PROFILE: matrices} if isinstance(matrices, Matrix) else dict(matrices)
        object.__setattr__(self, "matrices", MappingProxyType(by_profile))
        object.__setattr__(self, "stops", tuple(stops))
        object.__setattr__(self, "vehicles", tuple(vehicles))
        object.__setattr__(self, "disposal_sites", tuple(disposal_sites))
        object.__setattr__(self, "change_cost", change_cost)
        self._check_matrices()
        self._check_locations()
        self._check_references()

    def __reduce__(self) -> tuple[type[Problem], tuple[object, ...]]:
        # A mapping proxy cannot be handed to another process.
        return type(self), (dict(self.matrices), self.stops, self.vehicles, self.disposal_sites, self.change_cost)

    @property
    def size(self) -> int:
        """Number of locations."""
        return next(iter(self.matrices.values())).size

    def matrix_of(self, vehicle: Vehicle) -> Matrix:
        """The matrix that a vehicle drives by."""
        return self.matrices[vehicle.profile]

    def _check_matrices(self) -> None:
        if not self.matrices:
            raise InvalidInput("there is no matrix", where="matrices", remedy="give one for each profile")
        sizes = {matrix.size for matrix in self.matrices.values()}
        if len(sizes) > 1:
            raise InvalidInput(
                f"the matrices cover {sorted(sizes)} locations", where="matrices", remedy="cover the same"
            )
        for vehicle in self.vehicles:
            if vehicle.profile not in self.matrices:
                raise InvalidInput(
                    f"drives by the profile {vehicle.profile!r}, for which there is no matrix",
                    where=f"vehicle {vehicle.id}",
                    remedy=f"there is one for {', '.join(sorted(self.matrices))}",
                )

    def _check_locations(self) -> None:
        check_unique("stop", (stop.id for stop in self.stops))
        check_unique("vehicle", (vehicle.id for vehicle in self.vehicles))
        check_unique("disposal site", (site.id for site in self.disposal_sites))
        check_whole("problem", "change_cost", self.change_cost, LARGEST_AMOUNT)
        for stop in self.stops:
            self._within(f"stop {stop.id}", "location", stop.location)
        for vehicle in self.vehicles:
            self._within(f"vehicle {vehicle.id}", "start", vehicle.start)
            self._within(f"vehicle {vehicle.id}", "end", vehicle.end)
        for site in self.disposal_sites:
            self._within(f"disposal site {site.id}", "location", site.location)

    def _check_references(self) -> None:
        vehicles = {vehicle.id for vehicle in self.vehicles}
        for stop in self.stops:
            named = (stop.allowed_vehicles or frozenset[int]()) | (
                frozenset[int]() if stop.planned_vehicle is None else {stop.planned_vehicle}
            )
            unknown = sorted(named - vehicles)
            if unknown and stop.allowed_vehicles and unknown[0] in stop.allowed_vehicles:
                raise InvalidInput(f"allows vehicle {unknown[0]}, which does not exist", where=f"stop {stop.id}")
            if unknown:
                raise InvalidInput(
                    f"was planned for vehicle {unknown[0]}, which does not exist", where=f"stop {stop.id}"
                )
        stops = {stop.id: stop for stop in self.stops}
        sites = {site.id for site in self.disposal_sites}
        locked: set[int] = set()
        for vehicle in self.vehicles:
            where = f"vehicle {vehicle.id}"
            for visit in vehicle.prefix:
                known = visit.kind is StepKind.DISPOSAL and visit.id in sites
                if not known and not (visit.kind is StepKind.EMPTYING and visit.id in stops):
                    raise InvalidInput(f"the prefix names {visit.kind} {visit.id}, which does not exist", where=where)
                if visit.kind is StepKind.EMPTYING:
                    if visit.id in locked:
                        raise InvalidInput(f"the prefix names stop {visit.id}, which is in a prefix twice", where=where)
                    if stops[visit.id].done:
                        raise InvalidInput(f"the prefix names stop {visit.id}, which is already done", where=where)
                    locked.add(visit.id)

    def _within(self, where: str, name: str, location: int) -> None:
        if location >= self.size:
            raise InvalidInput(
                f"{name} {location} is outside the matrix of {self.size} locations (0 to {self.size - 1})", where=where
            )


__all__ = (
    "DEFAULT_PROFILE",
    "HIGHEST_PRIORITY",
    "LARGEST_AMOUNT",
    "LATEST_S",
    "UNREACHABLE",
    "Amount",
    "Break",
    "Compartment",
    "DisposalSite",
    "DrivingRule",
    "Matrix",
    "Problem",
    "Stop",
    "TimeWindow",
    "Vehicle",
    "Visit",
    "one_body",
)
