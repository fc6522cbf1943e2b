"""What vehicles are held to: the visits that drivers were already told, and the way home of those that are out.

A lock that nobody can keep leaves no valid plan. It is refused before anything is searched, with the vehicle, the visit
and by how much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.problem import LATEST_S, UNREACHABLE, Stop, Vehicle, Visit
from routing.solution import Route
from routing.solvers.plan.index import Index
from routing.solvers.plan.loads import Body, within_caps
from routing.solvers.plan.rig import Rig
from routing.solvers.plan.schedule import schedule, units_of
from routing.solvers.plan.tidy import tidy
from routing.solvers.plan.timetable import Place
from routing.solvers.plan.walk import Walk, Ways, duration_s

REMEDY = "lock fewer visits (prefix), or give them, the shift or the breaks more time"


def check_locks(index: Index) -> None:
    """Make sure that vehicles with a prefix, or under way, can make their visits and be home by all rules.

    Raises
    ------
    InvalidInput
        When one cannot; the first such vehicle, its first visit that is impossible, and by how much are named.
    """
    for vehicle in index.problem.vehicles:
        if (vehicle.prefix or vehicle.under_way) and locked_route(index, vehicle) is None:
            raise _refusal(index, vehicle)


def locked_route(index: Index, vehicle: Vehicle) -> Route | None:
    """The route that makes the visits of a vehicle's prefix and no others; None where none keeps all rules."""
    route = tidy(index, vehicle, vehicle.prefix)
    if route is not None:
        return route
    # The nearest disposal sites may be closed when others are open.
    tried = ((units_of(index, vehicle, visits), visits) for visits in _endings(index, vehicle))
    found = [(units, visits) for units, visits in tried if units is not None]
    return schedule(index, vehicle, min(found)[1]) if found else None


def _endings(index: Index, vehicle: Vehicle) -> Iterator[tuple[Visit, ...]]:
    """The prefix, and behind it every order of disposal sites that empties what must be emptied."""
    rig = index.rigs[vehicle.id]
    body = Body(rig)
    for visit in vehicle.prefix:
        if visit.kind is StepKind.DISPOSAL:
            body.dispose(index.accepted[visit.id])
        elif visit.id in rig.cargo:
            body.collect(rig, visit.id)
    yield from _emptied(index, vehicle, body, vehicle.prefix)


def _emptied(index: Index, vehicle: Vehicle, body: Body, visits: tuple[Visit, ...]) -> Iterator[tuple[Visit, ...]]:
    if body.empty or not vehicle.ends_empty:
        yield visits
    for site, accepted in index.accepted.items():
        if body.empties(accepted):
            further = body.copy()
            further.dispose(accepted)
            yield from _emptied(index, vehicle, further, (*visits, Visit(StepKind.DISPOSAL, site)))


def _refusal(index: Index, vehicle: Vehicle) -> InvalidInput:
    for look in (_forbidden, _too_full, _too_late, _not_home):
        what = look(index, vehicle)
        if what is not None:
            return InvalidInput(what, where=f"vehicle {vehicle.id}", remedy=REMEDY)
    return InvalidInput("cannot make its locked visits", where=f"vehicle {vehicle.id}", remedy=REMEDY)


def _called(vehicle: Vehicle, number: int) -> str:
    kind, identifier = vehicle.prefix[number]
    what = "stop" if kind is StepKind.EMPTYING else "disposal site"
    return f"locked visit {number + 1} ({what} {identifier})"


def _forbidden(index: Index, vehicle: Vehicle) -> str | None:
    """A stop that the vehicle may not come to, or a place to which no way leads."""
    seconds, here = index.rigs[vehicle.id].seconds, vehicle.start
    for number, visit in enumerate(vehicle.prefix):
        place, called = index.place_of(visit), _called(vehicle, number)
        if isinstance(place, Stop):
            if not place.fractions <= vehicle.fractions:
                return f"does not take the {min(place.fractions - vehicle.fractions)} of {called}"
            if not place.skills <= vehicle.skills:
                return f"lacks the skill {min(place.skills - vehicle.skills)!r} for {called}"
            if place.allowed_vehicles is not None and vehicle.id not in place.allowed_vehicles:
                return f"is not among the vehicles that {called} allows"
        if seconds[here, place.location] == UNREACHABLE:
            return f"no way leads to {called}"
        here = place.location
    return None


def _too_full(index: Index, vehicle: Vehicle) -> str | None:
    """A compartment without room, or a cap of the day."""
    rig = index.rigs[vehicle.id]
    body = Body(rig)
    for number, (kind, identifier) in enumerate(vehicle.prefix):
        if kind is StepKind.DISPOSAL:
            body.dispose(index.accepted[identifier])
        elif not body.collect(rig, identifier):
            over_kg = max(kg - most.kg for kg, most in zip(body.kg, rig.capacities, strict=True))
            over_l = max(litres - most.l for litres, most in zip(body.litres, rig.capacities, strict=True))
            over = f"{over_kg} kg" if over_kg > 0 else f"{over_l} l"
            return f"has {over} too much in a compartment at {_called(vehicle, number)}"
        if not within_caps(index, rig, vehicle.prefix[: number + 1]):
            return f"exceeds what it may do on a day (trips, stops, kg or l) with {_called(vehicle, number)}"
    return None


def _too_late(index: Index, vehicle: Vehicle) -> str | None:
    """A visit behind its last window, or a break that the visits before it leave no time for."""
    places = _places(index, index.rigs[vehicle.id], vehicle.prefix)
    walk, ways = _begin(vehicle)
    for number, place in enumerate(places):
        further = walk.go(ways, number, place)
        if not any(further):
            return _missed(vehicle, walk, ways, number, place, _called(vehicle, number))
        ways = further
    return None


def _not_home(index: Index, vehicle: Vehicle) -> str:
    """Why none of the ways home does; the one that is nearest to doing it tells by how much."""
    rig, told = index.rigs[vehicle.id], len(vehicle.prefix)
    over_s: list[int] = []
    missed: list[str] = []
    for visits in _endings(index, vehicle):
        places = _places(index, rig, visits, home=True)
        if any(place.leg_s == UNREACHABLE for place in places):
            continue
        if not within_caps(index, rig, visits):
            missed.append("may not make the trip that its locked visits begin")
            continue
        walk, ways = _begin(vehicle)
        for number, place in enumerate(places):
            further = walk.go(ways, number, place, last=number == len(visits))
            if not any(further):
                called = "its end" if number == len(visits) else f"disposal site {visits[number].id} on the way home"
                missed.append(_missed(vehicle, walk, ways, number, place, called))
                break
            ways = further
        else:
            excess_s = [max(way.ready - vehicle.ends_s, duration_s(way) - vehicle.longest_s) for way in ways[-1]]
            over_s += [each for each in excess_s if each > 0]
    subject = "after its locked visits" if told else "from where it is"
    if over_s:
        return f"{subject} is home {min(over_s)} s later, or out {min(over_s)} s longer, than its shift allows"
    if missed:
        return missed[0]
    return f"{subject} no way leads home" + (" over sites that take all that is aboard" if vehicle.ends_empty else "")


def _places(index: Index, rig: Rig, visits: Sequence[Visit], *, home: bool = False) -> list[Place]:
    places: list[Place] = []
    here = rig.vehicle.start
    for visit in visits:
        place = index.place_of(visit)
        setup_s = place.setup_s if isinstance(place, Stop) and place.location != here else 0
        places.append(Place(rig.seconds[here, place.location], setup_s + place.service_s, place.time_windows))
        here = place.location
    return [*places, Place(rig.seconds[here, rig.vehicle.end], 0, ())] if home else places


def _begin(vehicle: Vehicle) -> tuple[Walk, Ways]:
    """A walk as if its day had no end."""
    endless = replace(vehicle, ends_s=LATEST_S, max_duration_s=None)
    walk = Walk(endless, rests=vehicle.driving_rule is not None)
    return walk, walk.begin(LATEST_S)


def _missed(vehicle: Vehicle, walk: Walk, ways: Ways, number: int, place: Place, called: str) -> str:  # noqa: PLR0917
    """Why there is no way to a place from the one before, the ``number``-th of the day."""
    rule = vehicle.driving_rule
    if rule is not None and place.leg_s > rule.driving_s:
        return f"the way to {called} takes {place.leg_s - rule.driving_s} s more driving than the driving rule allows"
    arrived = [way.ready for level in walk.go(ways, number, place._replace(windows=())) for way in level]
    if arrived and place.windows:
        late_s = min(arrived) - place.busy_s - place.windows[-1][1]
        return f"{called} begins {late_s} s too late at the earliest: its last window ends at {place.windows[-1][1]}"
    taken = next((taken for taken, level in enumerate(ways) if level), 0)
    missed = vehicle.breaks[min(taken, len(vehicle.breaks) - 1)]
    ready_s = min((way.ready for level in ways for way in level), default=vehicle.starts_s)
    late_s = ready_s - (missed.time_windows[-1][1] if missed.time_windows else ready_s)
    return f"break {missed.id}, due on the way to {called}, begins {late_s} s too late at the earliest"


__all__ = ("check_locks", "locked_route")
