"""From an order of visits to a timed route with its breaks, in the shortest time from departure to return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from domain.plans import StepKind
from routing.problem import UNREACHABLE, Vehicle, Visit
from routing.solution import Load, Route, Step
from routing.solvers.plan.cost import route_units
from routing.solvers.plan.index import Index, first_open
from routing.solvers.plan.loads import carries, loads_along
from routing.solvers.plan.releases import leaves
from routing.solvers.plan.rig import Rig
from routing.solvers.plan.timetable import Pause, Place, Timing
from routing.solvers.plan.timing import timing


def schedule(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> Route | None:
    """The route that makes these visits in this order, or None when a load, a time, a way or a lock forbids it.

    Disposal is exactly where ``visits`` says. Departure, waiting, breaks and rests are chosen so that duration, and
    with it overtime and cost, is the least possible for this order, and of such schedules one with the earliest
    return; exactly, but for the cap on ways in :func:`routing.solvers.plan.timing.timing`.
    """
    rig = index.rigs[vehicle.id]
    if not may_make(index, vehicle, visits):
        return None
    ride = _ride(index, rig, visits)
    timed = None if ride is None else timing(vehicle, ride.places)
    if ride is None or timed is None:
        return None
    loads = loads_along(index, rig, visits)
    return None if loads is None else Route(vehicle.id, _steps(index, rig, visits, ride, timed, loads))


def units_of(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> int | None:
    """What :func:`schedule`'s route for these visits would cost in exact units; None where it has none."""
    rig = index.rigs[vehicle.id]
    if not (may_make(index, vehicle, visits) and carries(index, rig, visits)):
        return None
    ride = _ride(index, rig, visits)
    timed = None if ride is None else timing(vehicle, ride.places)
    if ride is None or timed is None:
        return None
    return route_units(vehicle, ride.distance_m, timed.duration_s)


def cost_units(vehicle: Vehicle, route: Route) -> int:
    """Fixed, distance, duration and overtime cost of a route in exact units."""
    return route_units(vehicle, route.distance_m, route.duration_s)


def may_make(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> bool:
    """Whether the vehicle may come to all of these stops, and they begin with its prefix."""
    allowed = index.allowed
    return tuple(visits[: len(vehicle.prefix)]) == vehicle.prefix and all(
        vehicle.id in allowed[identifier] for kind, identifier in visits if kind is StepKind.EMPTYING
    )


class _Ride(NamedTuple):
    places: list[Place]
    setups_s: list[int]
    locations: list[int]
    distance_m: int


def _ride(index: Index, rig: Rig, visits: Sequence[Visit]) -> _Ride | None:
    """Legs and places of the visits, the vehicle's end last; None where there is no way, or a trip left too early."""
    leave_s = leaves(index, rig.vehicle, visits)
    if leave_s is None:
        return None
    seconds, metres = rig.seconds, rig.metres
    stops, sites = index.stops, index.sites
    here = rig.vehicle.start
    distance_m = 0
    places: list[Place] = []
    setups_s: list[int] = []
    locations: list[int] = []
    for number, (kind, identifier) in enumerate(visits):
        if kind is StepKind.EMPTYING:
            stop = stops[identifier]
            there = stop.location
            setup_s = stop.setup_s if there != here else 0
            service_s, windows = stop.service_s, stop.time_windows
        else:
            site = sites[identifier]
            there, setup_s, service_s, windows = site.location, 0, site.service_s, site.time_windows
        leg_s = seconds[here, there]
        if leg_s == UNREACHABLE:
            return None
        distance_m += metres[here, there]
        places.append(Place(leg_s, setup_s + service_s, windows, leave_s.get(number, 0)))
        setups_s.append(setup_s)
        locations.append(there)
        here = there
    leg_s = seconds[here, rig.vehicle.end]
    if leg_s == UNREACHABLE:
        return None
    places.append(Place(leg_s, 0, ()))
    locations.append(rig.vehicle.end)
    return _Ride(places, setups_s, locations, distance_m + metres[here, rig.vehicle.end])


def _steps(  # noqa: PLR0917 - all that a step tells
    index: Index, rig: Rig, visits: Sequence[Visit], ride: _Ride, timed: Timing, loads: Sequence[tuple[Load, ...]]
) -> tuple[Step, ...]:
    vehicle = rig.vehicle
    steps = [Step(StepKind.START, vehicle.start, timed.departs_s, 0, 0, loads[0], 0)]
    for number, place in enumerate(ride.places):
        for pause in timed.pauses:
            if pause.leg == number and not pause.on_arrival:
                steps.append(_pause_step(vehicle, steps[-1], steps[-1].departs_s, pause))
        if steps[-1].departs_s < place.leave_s:
            steps[-1] = replace(steps[-1], hold_s=place.leave_s - steps[-1].departs_s)
        here, there = steps[-1], ride.locations[number]
        distance_m = here.distance_m + rig.metres[here.location, there]
        arrival_s = here.departs_s + place.leg_s
        for pause in timed.pauses:
            if pause.leg == number and pause.on_arrival:
                break_step = _pause_step(vehicle, here, arrival_s, pause, there, distance_m)
                steps.append(break_step)
                arrival_s = break_step.departs_s
        if number == len(visits):
            steps.append(Step(StepKind.END, there, arrival_s, 0, 0, loads[-1], distance_m))
            break
        visit = visits[number]
        begins_s = first_open(place.windows, arrival_s)
        assert begins_s is not None  # arriving earlier than in the timing's reckoning never misses a window
        emptying = visit.kind is StepKind.EMPTYING
        steps.append(
            Step(
                visit.kind,
                there,
                arrival_s,
                begins_s - arrival_s,
                place.busy_s - ride.setups_s[number],
                loads[number + 1],
                distance_m,
                setup_s=ride.setups_s[number],
                stop_id=visit.id if emptying else None,
                disposal_site_id=None if emptying else visit.id,
            )
        )
    return tuple(steps)


def _pause_step(  # noqa: PLR0917
    vehicle: Vehicle,
    before: Step,
    arrival_s: int,
    pause: Pause,
    location: int | None = None,
    distance_m: int | None = None,
) -> Step:
    if pause.number is None:
        assert vehicle.driving_rule is not None
        begins_s, duration_s, break_id = arrival_s, vehicle.driving_rule.rest_s, None
    else:
        each = vehicle.breaks[pause.number]
        opened_s = first_open(each.time_windows, arrival_s)
        assert opened_s is not None
        begins_s, duration_s, break_id = opened_s, each.duration_s, each.id
    return Step(
        StepKind.BREAK,
        before.location if location is None else location,
        arrival_s,
        begins_s - arrival_s,
        duration_s,
        before.loads,
        before.distance_m if distance_m is None else distance_m,
        break_id=break_id,
    )
