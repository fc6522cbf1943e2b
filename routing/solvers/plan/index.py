"""Look-ups into a problem, and which vehicle can serve which stop at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.containers import Fraction
from domain.plans import StepKind
from routing.problem import DisposalSite, Problem, Stop, TimeWindow, Vehicle, Visit
from routing.solution import UnassignedReason
from routing.solvers.plan.rig import Rig, bits, rigs_of
from routing.solvers.plan.timetable import Place
from routing.solvers.plan.timing import timing


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A problem with its parts by id; ``allowed``: ids of the vehicles that could serve a stop if it were alone.

    ``hopeless``: stops that no vehicle can serve, with the rule that says so; stops already done are allowed nowhere
    and not hopeless either. ``locked``: the vehicle whose prefix a stop is in. ``accepted``:
    what each site accepts, as bits (:func:`routing.solvers.plan.rig.bits`). ``timed``: whether anything has windows.
    ``released``: whether a trip may have to wait for a release.
    """

    problem: Problem
    stops: Mapping[int, Stop]
    vehicles: Mapping[int, Vehicle]
    sites: Mapping[int, DisposalSite]
    rigs: Mapping[int, Rig]
    accepted: Mapping[int, int]
    allowed: Mapping[int, frozenset[int]]
    hopeless: Mapping[int, UnassignedReason]
    locked: Mapping[int, int]
    timed: bool
    released: bool = False

    def place_of(self, visit: Visit) -> Stop | DisposalSite:
        """The stop or the disposal site of a visit."""
        return self.stops[visit.id] if visit.kind is StepKind.EMPTYING else self.sites[visit.id]


def index_of(problem: Problem) -> Index:
    """Index a problem."""
    locked = {
        visit.id: vehicle.id
        for vehicle in problem.vehicles
        for visit in vehicle.prefix
        if visit.kind is StepKind.EMPTYING
    }
    alike: dict[tuple[Vehicle, bool], list[int]] = {}
    for vehicle in problem.vehicles:
        works = timing(vehicle, [Place(0, 0, ())]) is not None
        alike.setdefault((_kind(vehicle), works), []).append(vehicle.id)
    allowed: dict[int, frozenset[int]] = {}
    hopeless: dict[int, UnassignedReason] = {}
    shared: dict[frozenset[int], frozenset[int]] = {}
    for stop in problem.stops:
        if stop.done:
            allowed[stop.id] = frozenset()
            continue
        may_come, furthest = _who_may_come(problem, stop, alike, locked.get(stop.id))
        # One set for all that have the same: of ten thousand stops each would hold all vehicles.
        allowed[stop.id] = shared.setdefault(may_come, may_come)
        if not may_come:
            hopeless[stop.id] = furthest
    return Index(
        problem,
        {stop.id: stop for stop in problem.stops},
        {vehicle.id: vehicle for vehicle in problem.vehicles},
        {site.id: site for site in problem.disposal_sites},
        rigs_of(problem),
        {site.id: bits(site.fractions) for site in problem.disposal_sites},
        allowed,
        hopeless,
        locked,
        timed=any(x.time_windows for x in (*problem.stops, *problem.disposal_sites))
        or any(each.time_windows for vehicle in problem.vehicles for each in vehicle.breaks),
        released=any(stop.release_s for stop in problem.stops if not stop.done),
    )


def _kind(vehicle: Vehicle) -> Vehicle:
    """The vehicle without what does not matter to the question whether it could serve a stop alone."""
    return replace(
        vehicle,
        id=0,
        prefix=(),
        breaks=(),
        driving_rule=None,
        initial_load=(),
        fixed_cost=0,
        under_way=False,
    )


_ORDER = (
    UnassignedReason.NO_VEHICLE,
    UnassignedReason.SKILL,
    UnassignedReason.CAPACITY,
    UnassignedReason.UNREACHABLE,
    UnassignedReason.TIME_WINDOW,
    UnassignedReason.SHIFT,
)


def _who_may_come(
    problem: Problem, stop: Stop, alike: Mapping[tuple[Vehicle, bool], Sequence[int]], locked: int | None
) -> tuple[frozenset[int], UnassignedReason]:
    """The vehicles that could serve a stop alone, and the rule that the most suitable one got furthest against."""
    furthest = 0
    may_come: set[int] = set()
    for (vehicle, works), ids in alike.items():
        named = [each for each in ids if stop.allowed_vehicles is None or each in stop.allowed_vehicles]
        named = [each for each in named if locked is None or each == locked]
        obstacle = _obstacle(problem, vehicle, stop)
        if not named and obstacle is not UnassignedReason.NO_VEHICLE:
            obstacle = UnassignedReason.SKILL
        if obstacle is None and not works:
            # Its breaks alone do not fit into its shift.
            obstacle = UnassignedReason.SHIFT
        if obstacle is None:
            may_come.update(named)
        else:
            furthest = max(furthest, _ORDER.index(obstacle))
    return frozenset(may_come), _ORDER[furthest]


def _obstacle(problem: Problem, vehicle: Vehicle, stop: Stop) -> UnassignedReason | None:
    if not stop.fractions <= vehicle.fractions:
        return UnassignedReason.NO_VEHICLE
    if not stop.skills <= vehicle.skills:
        return UnassignedReason.SKILL
    if _too_much(vehicle, stop):
        return UnassignedReason.CAPACITY
    return _obstacle_on_the_way(problem, vehicle, stop)


def _obstacle_on_the_way(problem: Problem, vehicle: Vehicle, stop: Stop) -> UnassignedReason | None:
    matrix = problem.matrix_of(vehicle)
    if not matrix.reaches(vehicle.start, stop.location):
        return UnassignedReason.UNREACHABLE
    out_s = int(matrix.durations_s[vehicle.start, stop.location])
    # Not its setup: another stop of the same place may have seen to that.
    begin_s = first_open(stop.time_windows, max(vehicle.starts_s + out_s, _released_s(problem, vehicle, stop)))
    served_s = _NEVER if begin_s is None else begin_s + stop.service_s
    ways = list(_ways_home(problem, vehicle, stop.location, _together(vehicle, stop), (0, served_s)))
    if not ways:
        return UnassignedReason.UNREACHABLE
    in_time = [(work_s, back_s) for work_s, back_s in ways if back_s < _NEVER]
    if not in_time:
        return UnassignedReason.TIME_WINDOW
    if any(
        back_s <= vehicle.ends_s and out_s + stop.service_s + work_s <= vehicle.longest_s for work_s, back_s in in_time
    ):
        return None
    return UnassignedReason.SHIFT


_NEVER = 10**12


def _released_s(problem: Problem, vehicle: Vehicle, stop: Stop) -> int:
    """When a trip that waits for the stop is there at the earliest, from wherever trips begin."""
    if stop.release_s <= (vehicle.departed_s or 0):
        return 0
    matrix = problem.matrix_of(vehicle)
    begins = (vehicle.start, *(site.location for site in problem.disposal_sites))
    legs_s = (int(matrix.durations_s[here, stop.location]) for here in begins if matrix.reaches(here, stop.location))
    return stop.release_s + min(legs_s, default=0)


def _ways_home(
    problem: Problem, vehicle: Vehicle, here: int, full: Sequence[frozenset[Fraction]], clock: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """Over all orders of sites that empty what is full: seconds of work, and when the vehicle is at its end.

    ``clock``: work so far and the time now. Where a site is closed by then the time is :data:`_NEVER` or later.
    """
    matrix = problem.matrix_of(vehicle)
    work_s, now_s = clock
    if not full:
        if matrix.reaches(here, vehicle.end):
            home_s = int(matrix.durations_s[here, vehicle.end])
            yield work_s + home_s, now_s + home_s
        return
    for site in problem.disposal_sites:
        left = [fractions for fractions in full if not fractions <= site.fractions]
        if len(left) < len(full) and matrix.reaches(here, site.location):
            leg_s = int(matrix.durations_s[here, site.location])
            begin_s = first_open(site.time_windows, now_s + leg_s)
            done_s = _NEVER if begin_s is None else begin_s + site.service_s
            yield from _ways_home(problem, vehicle, site.location, left, (work_s + leg_s + site.service_s, done_s))


def first_open(windows: Sequence[TimeWindow], arrival_s: int) -> int | None:
    """Earliest begin at or after the arrival within the windows (empty: at any time); None where all are over."""
    if not windows:
        return arrival_s
    return next((max(arrival_s, opens) for opens, closes in windows if arrival_s <= closes), None)


def _too_much(vehicle: Vehicle, stop: Stop) -> bool:
    kg, litres = [0] * len(vehicle.compartments), [0] * len(vehicle.compartments)
    for amount in stop.amounts:
        number = vehicle.compartment_of(amount.fraction)
        assert number is not None  # the vehicle takes all of the stop's fractions
        kg[number] += amount.kg
        litres[number] += amount.l
    return (
        any(
            kg[number] > compartment.capacity_kg or litres[number] > compartment.capacity_l
            for number, compartment in enumerate(vehicle.compartments)
        )
        or (vehicle.max_kg is not None and stop.kg > vehicle.max_kg)
        or (vehicle.max_l is not None and stop.l > vehicle.max_l)
        or vehicle.max_stops == 0
        or vehicle.max_trips == 0
    )


def _together(vehicle: Vehicle, stop: Stop) -> list[frozenset[Fraction]]:
    """What must be emptied before the end: the stop's fractions, by the compartments that they share."""
    if not vehicle.ends_empty:
        return []
    return [shared for each in vehicle.compartments if (shared := each.fractions & stop.fractions)]
