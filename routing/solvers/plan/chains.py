"""Trips put together into days: a whole trip moved behind another vehicle's, or two days made one.

The engines move stops. That a vehicle is saved when a whole trip goes to another one, they find late or never, since
every stop moved alone on the way there makes things worse.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.plans import StepKind
from routing.problem import UNREACHABLE, Vehicle, Visit
from routing.solvers.plan.cost import change_units, fixed_units, units_per_metre, units_per_second
from routing.solvers.plan.disposal import settle
from routing.solvers.plan.index import Index
from routing.solvers.plan.schedule import units_of
from routing.solvers.plan.visits import Visits

TRIED = 60
"""Moves that look cheaper and are looked at exactly, before it is enough."""

Trip = tuple[Visit, ...]


class _Move(NamedTuple):
    """Trips ``first`` to ``last`` (excluded) of a vehicle go before trip ``place`` of another one."""

    units: int
    giver: int
    first: int
    last: int
    taker: int
    place: int


def chained(index: Index, visits: Visits, *, ends_at: float, eagerness: float = 0) -> dict[int, list[Visit]]:
    """The visits with trips moved between vehicles for as long as that makes the whole cheaper.

    Visits that a vehicle cannot make are left alone. Ends at ``ends_at`` on the monotonic clock. ``eagerness``: what
    sparing a vehicle counts for on top of what it saves, in mean costs of a day. That makes plans dearer which a search
    may then make cheaper than those with more vehicles.
    """
    days = {vehicle_id: trips_of(index.vehicles[vehicle_id], order) for vehicle_id, order in visits.items() if order}
    costs: dict[int, int] = {}
    for vehicle_id, order in visits.items():
        units = units_of(index, index.vehicles[vehicle_id], order) if order else None
        if units is not None:
            costs[vehicle_id] = units + _changes(index, vehicle_id, order)
    bonus = int(eagerness * sum(costs.values()) / max(1, len(costs)))
    while time.monotonic() < ends_at and _improved(index, days, costs, bonus, ends_at):
        pass
    return {vehicle_id: [visit for trip in day for visit in trip] for vehicle_id, day in days.items() if day}


def trips_of(vehicle: Vehicle, order: Sequence[Visit]) -> list[Trip]:
    """Visits cut behind each disposal that is followed by a stop; what is locked stays in the first piece."""
    trips: list[Trip] = []
    current: list[Visit] = []
    for number, visit in enumerate(order):
        ended = current and current[-1].kind is StepKind.DISPOSAL and visit.kind is StepKind.EMPTYING
        if ended and number > len(vehicle.prefix):
            trips.append(tuple(current))
            current = []
        current.append(visit)
    return [*trips, tuple(current)] if current else trips


def _improved(index: Index, days: dict[int, list[Trip]], costs: dict[int, int], bonus: int, ends_at: float) -> bool:
    """Make the first move, by what it seems to save, that makes the plan cheaper; whether there was one."""
    for tried, move in enumerate(sorted(_moves(index, days, costs, bonus))):
        if tried >= TRIED or time.monotonic() >= ends_at:
            return False
        giver, taker = days[move.giver], days[move.taker]
        left = [*giver[: move.first], *giver[move.last :]]
        joined = [*taker[: move.place], *giver[move.first : move.last], *taker[move.place :]]
        after = {move.giver: _priced(index, move.giver, left), move.taker: _priced(index, move.taker, joined)}
        prices = [price for price, _ in after.values() if price is not None]
        spared = 0 if left else bonus
        if len(prices) < 2 or sum(prices) - spared >= costs[move.giver] + costs[move.taker]:
            continue
        for vehicle_id, (price, order) in after.items():
            days[vehicle_id] = trips_of(index.vehicles[vehicle_id], order)
            costs[vehicle_id] = price or 0
        return True
    return False


def _priced(index: Index, vehicle_id: int, trips: Sequence[Trip]) -> tuple[int | None, list[Visit]]:
    """What a day costs, and its visits with disposals where they are needed; None where it breaks a rule."""
    vehicle = index.vehicles[vehicle_id]
    order = [visit for trip in trips for visit in trip]
    if not order and not vehicle.under_way:
        return 0, order
    units = units_of(index, vehicle, order)
    if units is None:
        order = settle(index, vehicle, order)
        units = units_of(index, vehicle, order)
    return (None if units is None else units + _changes(index, vehicle_id, order)), order


def _changes(index: Index, vehicle_id: int, order: Sequence[Visit]) -> int:
    if not index.problem.change_cost:
        return 0
    vehicle = index.vehicles[vehicle_id]
    stops = (index.stops[visit.id] for visit in order if visit.kind is StepKind.EMPTYING)
    return sum(change_units(index.problem, vehicle, stop) for stop in stops)


def _moves(index: Index, days: Mapping[int, Sequence[Trip]], costs: Mapping[int, int], bonus: int) -> Iterator[_Move]:
    """Moves of one trip, or of a whole day, that save by driving alone, a vehicle spared included."""
    for giver, given in days.items():
        own = index.vehicles[giver]
        if giver not in costs or not given:
            continue
        locked = bool(own.prefix or own.under_way or own.initial_load)
        pieces = {(n, n + 1) for n in range(len(given)) if not (locked and n == 0)}
        pieces |= set() if locked else {(0, len(given))}
        for first, last in pieces:
            saved = _removed(index, own, given, first, last) + (bonus if last - first == len(given) else 0)
            for taker, taking in days.items():
                if taker == giver or taker not in costs or not taking or not _may_take(index, taker, given[first:last]):
                    continue
                other = index.vehicles[taker]
                for place in range(1 if other.prefix or other.initial_load else 0, len(taking) + 1):
                    added = _added(index, other, taking, place, given[first:last])
                    if added is not None and added < saved:
                        yield _Move(added - saved, giver, first, last, taker, place)


def _may_take(index: Index, vehicle_id: int, trips: Sequence[Trip]) -> bool:
    return all(
        vehicle_id in index.allowed[visit.id] for trip in trips for visit in trip if visit.kind is StepKind.EMPTYING
    )


def _removed(index: Index, vehicle: Vehicle, day: Sequence[Trip], first: int, last: int) -> int:
    """Cost units of the ways to and from some trips, less the way that is driven instead."""
    if first == 0 and last == len(day):
        whole = fixed_units(vehicle) + (_way(index, vehicle, vehicle.start, _place(index, day[0][0])) or 0)
        return whole + (_way(index, vehicle, _place(index, day[-1][-1]), vehicle.end) or 0)
    return -(_between(index, vehicle, day[:first], day[last:], day[first:last]) or 0)


def _added(index: Index, vehicle: Vehicle, day: Sequence[Trip], place: int, trips: Sequence[Trip]) -> int | None:
    between = _between(index, vehicle, day[:place], day[place:], trips)
    return None if between is None else -between


def _between(
    index: Index, vehicle: Vehicle, before: Sequence[Trip], after: Sequence[Trip], trips: Sequence[Trip]
) -> int | None:
    """Cost units of the plain way between two parts of a day, less those over some trips; None where there is none."""
    here = _place(index, before[-1][-1]) if before else vehicle.start
    there = _place(index, after[0][0]) if after else vehicle.end
    to, back = _place(index, trips[0][0]), _place(index, trips[-1][-1])
    ways = (_way(index, vehicle, *legs) for legs in ((here, there), (here, to), (back, there)))
    plain, out, home = ways
    return None if out is None or home is None else (plain or 0) - out - home


def _place(index: Index, visit: Visit) -> int:
    return index.place_of(visit).location


def _way(index: Index, vehicle: Vehicle, origin: int, destination: int) -> int | None:
    rig = index.rigs[vehicle.id]
    seconds = rig.seconds[origin, destination]
    if seconds == UNREACHABLE:
        return None
    return rig.metres[origin, destination] * units_per_metre(vehicle) + seconds * units_per_second(vehicle)
