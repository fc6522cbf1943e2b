"""The best there is, for a handful of stops: every order of every set of stops for every vehicle.

Orders that serve the same stops, end at the same place and carry the same are compared, and only those are followed
that no other one beats in cost and in all times.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.plans import StepKind
from routing.problem import UNREACHABLE, Stop, Vehicle, Visit
from routing.solution import Route
from routing.solvers.plan.cost import UNITS_PER_CENT, change_units, route_units, weight_of
from routing.solvers.plan.index import Index
from routing.solvers.plan.loads import Body, trips, within_caps
from routing.solvers.plan.rig import Rig
from routing.solvers.plan.schedule import schedule
from routing.solvers.plan.timetable import Place
from routing.solvers.plan.walk import Walk, Way, Ways, duration_s

MOST_STOPS = 7
"""Up to so many stops all orders are looked at."""

_Key = tuple[int, int, tuple[Visit, ...]]


class _Late(Exception):
    """The time is over."""


@dataclass(slots=True)
class _Tour:
    """A vehicle on its way: its visits so far, and its ways in time."""

    visits: tuple[Visit, ...]
    location: int
    served: int
    body: Body
    metres: int
    ways: Ways
    needs: tuple[int, ...] = ()
    """What must not be more than another tour's for being as good: room that may be lacking later, trips begun."""
    trip: tuple[Place, ...] = ()
    """The places of the trip that it is on."""
    trip_ways: Ways | None = None
    """Its ways in time where that trip begins; None: here."""
    leave_s: int = 0
    """What that trip waits for so far."""
    may_wait: bool = False
    """Whether a stop that comes yet may have that trip wait for longer: only tours on the same trip are compared."""


def best_routes(index: Index, *, ends_at: float) -> dict[int, Route] | None:
    """The best routes of all; None where there are too many stops, or no time to look at everything."""
    stops = [stop for stop in index.problem.stops if index.allowed[stop.id]]
    if len(stops) > MOST_STOPS:
        return None
    try:
        orders = _all_orders(index, stops, ends_at)
    except _Late:
        return None
    chosen = _share_out(index, stops, orders)
    if chosen is None:
        return None
    routes = {vehicle_id: schedule(index, index.vehicles[vehicle_id], visits) for vehicle_id, visits in chosen.items()}
    return {vehicle_id: route for vehicle_id, route in routes.items() if route is not None}


_Orders = dict[int, tuple[int, tuple[Visit, ...]]]
"""By set of stops (bits): units of the best order, changes included, and the order. No order: stays in the yard."""


def _share_out(index: Index, stops: Sequence[Stop], orders: dict[int, _Orders]) -> dict[int, tuple[Visit, ...]] | None:
    """Which vehicle serves which set of stops."""
    everything = (1 << len(stops)) - 1
    best: dict[int, tuple[int, dict[int, tuple[Visit, ...]]]] = {0: (0, {})}
    for vehicle_id, found in orders.items():
        following: dict[int, tuple[int, dict[int, tuple[Visit, ...]]]] = {}
        for served, (units, chosen) in best.items():
            for more, (more_units, visits) in found.items():
                if served & more:
                    continue
                total = units + more_units
                if served | more not in following or total < following[served | more][0]:
                    following[served | more] = (total, {**chosen, vehicle_id: visits} if visits else chosen)
        best = following

    def rank(served: int) -> tuple[int, int]:
        left_out = [stop for number, stop in enumerate(stops) if (everything ^ served) >> number & 1]
        return weight_of(left_out), best[served][0] + sum(stop.prize or 0 for stop in left_out) * UNITS_PER_CENT

    return best[min(best, key=rank)][1] if best else None


def _all_orders(index: Index, stops: Sequence[Stop], ends_at: float) -> dict[int, _Orders]:
    """The best orders by vehicle; vehicles that are alike have the same, but for the cost of changes."""
    alike: dict[object, _Orders] = {}
    found: dict[int, _Orders] = {}
    for vehicle in index.problem.vehicles:
        kind = (replace(vehicle, id=0), tuple(vehicle.id in index.allowed[stop.id] for stop in stops))
        if kind not in alike:
            alike[kind] = _orders(index, vehicle, stops, ends_at)
        changes = [change_units(index.problem, vehicle, stop) for stop in stops]
        found[vehicle.id] = {
            served: (units + sum(cost for number, cost in enumerate(changes) if served >> number & 1), visits)
            for served, (units, visits) in alike[kind].items()
        }
    return found


def _orders(index: Index, vehicle: Vehicle, stops: Sequence[Stop], ends_at: float) -> _Orders:
    """The best order of every set of stops that the vehicle can serve."""
    rig = index.rigs[vehicle.id]
    walk = Walk(vehicle, rests=vehicle.driving_rule is not None)
    tour = _begin(index, rig, walk, stops)
    stays = not vehicle.prefix and not vehicle.under_way
    found: _Orders = {0: (0, ())} if stays else {}
    if tour is None:
        # A prefix that cannot be driven: nothing would be valid.
        return found or {0: (0, ())}
    tour.may_wait = _may_wait(tour, stops)
    level = {_key(tour): [tour]}
    while level:
        following: dict[_Key, list[_Tour]] = {}
        for tours in level.values():
            for each in tours:
                if time.monotonic() > ends_at:
                    raise _Late
                if each.served or not stays:
                    _end(index, rig, walk, each, found)
                for further in _further(index, rig, walk, each, stops):
                    further.needs += _lacking(rig, further, stops)
                    further.may_wait = index.released and _may_wait(further, stops)
                    _keep(following.setdefault(_key(further), []), further)
        level = following
    return found or {0: (0, ())}


def _begin(index: Index, rig: Rig, walk: Walk, stops: Sequence[Stop]) -> _Tour | None:
    """The vehicle after its prefix."""
    number_of = {stop.id: number for number, stop in enumerate(stops)}
    vehicle = rig.vehicle
    tour = _Tour((), vehicle.start, 0, Body(rig), 0, walk.begin(vehicle.ends_s))
    for visit in vehicle.prefix:
        further = _to(index, rig, walk, tour, visit, number_of.get(visit.id, -1))
        if further is None:
            return None
        tour = further
    return tour


def _further(index: Index, rig: Rig, walk: Walk, tour: _Tour, stops: Sequence[Stop]) -> list[_Tour]:
    vehicle_id = rig.vehicle.id
    visits = [
        (Visit(StepKind.EMPTYING, stop.id), number)
        for number, stop in enumerate(stops)
        if not tour.served >> number & 1
        and vehicle_id in index.allowed[stop.id]
        and index.locked.get(stop.id) is None
        and tour.body.fits(rig, stop.id)
    ]
    visits += [(Visit(StepKind.DISPOSAL, site), -1) for site, bits in index.accepted.items() if tour.body.empties(bits)]
    found = [_to(index, rig, walk, tour, visit, number) for visit, number in visits]
    return [further for further in found if further is not None]


def _to(index: Index, rig: Rig, walk: Walk, tour: _Tour, visit: Visit, number: int) -> _Tour | None:  # noqa: PLR0917
    """The tour with one more visit; None where it is not allowed."""
    body = tour.body.copy()
    if visit.kind is StepKind.EMPTYING:
        stop = index.stops[visit.id]
        if number < 0 or rig.vehicle.id not in index.allowed[stop.id] or not body.collect(rig, stop.id):
            return None
        there, windows = stop.location, stop.time_windows
        busy_s = stop.service_s + (stop.setup_s if there != tour.location else 0)
    else:
        site = index.sites[visit.id]
        body.dispose(index.accepted[site.id])
        there, windows, busy_s = site.location, site.time_windows, site.service_s
    leg_s = rig.seconds[tour.location, there]
    visits = (*tour.visits, visit)
    if leg_s == UNREACHABLE or not within_caps(index, rig, visits):
        return None
    place = Place(leg_s, busy_s, windows)
    on_trip = visit.kind is StepKind.EMPTYING
    leave_s = _leave_s(index, rig.vehicle, tour, visit) if on_trip else 0
    if leave_s is None:
        return None
    ways = tour.ways if tour.trip_ways is None else tour.trip_ways
    if leave_s > tour.leave_s:
        # The trip that was begun leaves later.
        first = len(tour.visits) - len(tour.trip)
        for number_of, each in enumerate((*tour.trip, place)):
            ways = walk.go(ways, first + number_of, each if number_of else each._replace(leave_s=leave_s))
    else:
        ways = walk.go(tour.ways, len(tour.visits), place)
    if all(way.ready > rig.vehicle.ends_s for level in ways for way in level):
        return None
    served = tour.served | (1 << number if number >= 0 else 0)
    further = _Tour(visits, there, served, body, tour.metres + rig.metres[tour.location, there], ways)
    if on_trip:
        further.trip, further.leave_s = (*tour.trip, place), leave_s
        further.trip_ways = tour.ways if tour.trip_ways is None else tour.trip_ways
    if rig.vehicle.max_trips is not None:
        # The run of emptyings that comes next counts as begun.
        further.needs = (trips(visits) + (visit.kind is StepKind.DISPOSAL),)
    return further


def _leave_s(index: Index, vehicle: Vehicle, tour: _Tour, visit: Visit) -> int | None:
    """What the trip waits for with one more stop; None where it has left too early for that."""
    release_s = index.stops[visit.id].release_s
    if vehicle.departed_s is not None and len(tour.trip) == len(tour.visits):
        return None if release_s > vehicle.departed_s else 0
    return max(tour.leave_s, release_s)


def _may_wait(tour: _Tour, stops: Sequence[Stop]) -> bool:
    return any(stop.release_s > tour.leave_s for n, stop in enumerate(stops) if not tour.served >> n & 1)


def _end(index: Index, rig: Rig, walk: Walk, tour: _Tour, found: _Orders) -> None:
    """Go home from here, if that is allowed, and keep it if it is the best with these stops."""
    vehicle = rig.vehicle
    leg_s = rig.seconds[tour.location, vehicle.end]
    if leg_s == UNREACHABLE or (vehicle.ends_empty and not tour.body.empty):
        return
    way = walk.shortest(walk.go(tour.ways, len(tour.visits), Place(leg_s, 0, ()), last=True))
    if way is None:
        return
    units = route_units(vehicle, tour.metres + rig.metres[tour.location, vehicle.end], duration_s(way))
    if tour.served not in found or units < found[tour.served][0]:
        found[tour.served] = (units, tour.visits)


def _key(tour: _Tour) -> _Key:
    return tour.served, tour.location, tour.visits[len(tour.visits) - len(tour.trip) :] if tour.may_wait else ()


def _lacking(rig: Rig, tour: _Tour, stops: Sequence[Stop]) -> tuple[int, ...]:
    """How much too full each compartment would be if all other stops came into it as well."""
    kg, litres = list(tour.body.kg), list(tour.body.litres)
    for number, stop in enumerate(stops):
        if not tour.served >> number & 1:
            for compartment, more_kg, more_l, _ in rig.cargo.get(stop.id, ()):
                kg[compartment] += more_kg
                litres[compartment] += more_l
    return tuple(
        max(0, have - most)
        for haves, mosts in ((kg, [c.kg for c in rig.capacities]), (litres, [c.l for c in rig.capacities]))
        for have, most in zip(haves, mosts, strict=True)
    )


def _keep(tours: list[_Tour], tour: _Tour) -> None:
    """Add a tour unless another one beats it in everything; drop those that it beats."""
    if any(_beats(other, tour) for other in tours):
        return
    tours[:] = [other for other in tours if not _beats(tour, other)]
    tours.append(tour)


def _beats(one: _Tour, other: _Tour) -> bool:
    return (
        one.metres <= other.metres
        and all(less <= more for less, more in zip(one.needs, other.needs, strict=True))
        and all(not less & ~more for less, more in zip(one.body.aboard, other.body.aboard, strict=True))
        and all(
            any(_covers(way, worse) for way in ways)
            for ways, level in zip(_compared(one), _compared(other), strict=True)
            for worse in level
        )
    )


def _compared(tour: _Tour) -> Ways:
    return tour.trip_ways if tour.may_wait and tour.trip_ways is not None else tour.ways


def _covers(way: Way, worse: Way) -> bool:
    return (
        way.ready <= worse.ready
        and way.work <= worse.work
        and way.latest >= worse.latest
        and way.driven <= worse.driven
    )


__all__ = ("MOST_STOPS", "best_routes")
