"""From an order of visits to a timed route: earliest return, and the latest departure that still makes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from domain.plans import StepKind
from routing.problem import UNREACHABLE, Problem, TimeWindow, Vehicle
from routing.solution import Route, Step
from routing.solvers.cost import UNITS_PER_CENT, units_per_metre, units_per_second
from routing.solvers.index import Index
from routing.solvers.visits import Visit


@dataclass(frozen=True, slots=True)
class _Place:
    location: int
    service_s: int
    windows: tuple[TimeWindow, ...]


def schedule(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> Route | None:
    """The route that makes these visits in this order, or None when a load, a time or a way does not allow it.

    Disposal is exactly where ``visits`` says, so they must end with one.
    """
    places = [_Place(vehicle.start, 0, ())]
    places += [_place(index, visit) for visit in visits]
    places.append(_Place(vehicle.end, 0, ()))
    legs = [_leg(index.problem, a.location, b.location) for a, b in pairwise(places)]
    if any(leg is None for leg in legs):
        return None
    durations_s = [leg[1] for leg in legs if leg is not None]
    begins_s = _forward(places, durations_s, vehicle.starts_s)
    if begins_s is None or begins_s[-1] > vehicle.ends_s:
        return None
    departure_s = _latest_departure(places, durations_s, begins_s)
    begins_s = _forward(places, durations_s, departure_s)
    if begins_s is None:
        return None
    steps = _steps(index, vehicle, visits, begins_s)
    return None if steps is None else Route(vehicle.id, steps)


def cost_units(vehicle: Vehicle, route: Route) -> int:
    """Fixed, distance and duration cost of a route in exact units."""
    return (
        vehicle.fixed_cost * UNITS_PER_CENT
        + route.distance_m * units_per_metre(vehicle)
        + route.duration_s * units_per_second(vehicle)
    )


def _place(index: Index, visit: Visit) -> _Place:
    if visit.kind is StepKind.DISPOSAL:
        site = index.sites[visit.id]
        return _Place(site.location, site.service_s, ())
    stop = index.stops[visit.id]
    return _Place(stop.location, stop.service_s, stop.time_windows)


def _leg(problem: Problem, origin: int, destination: int) -> tuple[int, int] | None:
    duration_s = int(problem.matrix.durations_s[origin, destination])
    if duration_s == UNREACHABLE:
        return None
    return int(problem.matrix.distances_m[origin, destination]), duration_s


def _forward(places: Sequence[_Place], durations_s: Sequence[int], departure_s: int) -> list[int] | None:
    """Earliest begin of service at every place."""
    begins_s = [departure_s]
    for place, previous, duration_s in zip(places[1:], places, durations_s, strict=False):
        arrival_s = begins_s[-1] + previous.service_s + duration_s
        window = _window(place, arrival_s)
        if window is None:
            return None
        begins_s.append(max(arrival_s, window[0]))
    return begins_s


def _window(place: _Place, arrival_s: int) -> TimeWindow | None:
    """The first window that is still open at or after the arrival."""
    if not place.windows:
        return (arrival_s, arrival_s)
    return next((window for window in place.windows if arrival_s <= window[1]), None)


def _latest_departure(places: Sequence[_Place], durations_s: Sequence[int], begins_s: Sequence[int]) -> int:
    latest_s = begins_s[-1]
    for number in range(len(places) - 2, -1, -1):
        latest_s -= durations_s[number] + places[number].service_s
        if places[number].windows:
            window = next(w for w in places[number].windows if w[0] <= begins_s[number] <= w[1])
            latest_s = min(latest_s, window[1])
    return latest_s


def _steps(index: Index, vehicle: Vehicle, visits: Sequence[Visit], begins_s: Sequence[int]) -> tuple[Step, ...] | None:
    steps = [Step(StepKind.START, vehicle.start, begins_s[0], 0, 0, 0, 0, 0)]
    aboard = frozenset[str]()
    for visit, begin_s in zip(visits, begins_s[1:], strict=False):
        place = _place(index, visit)
        distance_m, arrival_s = _arrive(index.problem, steps[-1], place.location)
        arrived = Step(
            visit.kind,
            place.location,
            arrival_s,
            begin_s - arrival_s,
            place.service_s,
            0,
            0,
            distance_m,
        )
        if visit.kind is StepKind.DISPOSAL:
            if not aboard <= index.sites[visit.id].fractions:
                return None
            aboard = frozenset()
            steps.append(replace(arrived, disposal_site_id=visit.id))
            continue
        stop = index.stops[visit.id]
        load_kg, load_l = steps[-1].load_kg + stop.kg, steps[-1].load_l + stop.l
        if load_kg > vehicle.capacity_kg or load_l > vehicle.capacity_l or vehicle.id not in index.allowed[stop.id]:
            return None
        aboard |= {stop.fraction}
        steps.append(replace(arrived, stop_id=stop.id, load_kg=load_kg, load_l=load_l))
    if aboard:
        return None
    last = steps[-1]
    distance_m, arrival_s = _arrive(index.problem, last, vehicle.end)
    steps.append(Step(StepKind.END, vehicle.end, arrival_s, 0, 0, last.load_kg, last.load_l, distance_m))
    return tuple(steps)


def _arrive(problem: Problem, previous: Step, location: int) -> tuple[int, int]:
    """Metres and seconds at the arrival at the next location."""
    duration_s = int(problem.matrix.durations_s[previous.location, location])
    departed_s = previous.arrival_s + previous.waiting_s + previous.service_s
    return (
        previous.distance_m + int(problem.matrix.distances_m[previous.location, location]),
        departed_s + duration_s,
    )
