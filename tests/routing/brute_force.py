"""The best cost of tiny problems by trying everything, in the plainest way: nothing is shared with the solvers.

Every share-out of the stops among the vehicles, every order, every disposal and every place of every break and rest,
and for each of them every departure at which anything could change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise, product

from domain.plans import StepKind
from routing.problem import DisposalSite, Problem, Stop, TimeWindow, Vehicle

Place = Stop | DisposalSite


def best_by_brute_force(problem: Problem) -> tuple[int, float] | None:
    """Least weight of required stops left out, and the least cost in cents with that; None if no plan is valid."""
    stops = [each for each in problem.stops if not each.done]
    costs = [route_costs(problem, vehicle) for vehicle in problem.vehicles]
    best: tuple[int, float] | None = None
    for choice in product(range(len(problem.vehicles) + 1), repeat=len(stops)):
        served = [
            frozenset(each.id for each, who in zip(stops, choice, strict=True) if who == number)
            for number in range(len(problem.vehicles))
        ]
        routes = [cost.get(chosen) for cost, chosen in zip(costs, served, strict=True)]
        left_out = [each for each, who in zip(stops, choice, strict=True) if who == len(problem.vehicles)]
        total = sum(each.prize or 0 for each in left_out)
        if any(cost is None for cost in routes):
            continue
        weight = sum(1 + each.priority for each in left_out if each.prize is None)
        found = (weight, total + sum(cost for cost in routes if cost is not None))
        best = found if best is None else min(best, found)
    return best


def route_costs(problem: Problem, vehicle: Vehicle, *, told_only: bool = False) -> dict[frozenset[int], float]:
    """Least cost in cents of serving exactly each set of stops by one vehicle; sets that cannot be are absent.

    ``told_only``: serve no stops but those of the prefix.
    """
    found: dict[frozenset[int], float] = {}
    if not vehicle.prefix and not vehicle.under_way:
        found[frozenset()] = 0.0
    stops = {each.id: each for each in problem.stops}
    for order in _orders(problem, vehicle, told_only=told_only):
        served = frozenset(place.id for place in order if isinstance(place, Stop))
        if not served and not vehicle.under_way and not vehicle.prefix:
            continue
        durations = least_duration(problem, vehicle, order)
        if durations is None:
            continue
        metres = sum(
            int(problem.matrix_of(vehicle).distances_m[a, b]) for a, b in _legs(vehicle, [p.location for p in order])
        )
        cost = 0.0 if vehicle.under_way else float(vehicle.fixed_cost)
        cost += vehicle.cost_per_km * metres / 1000 + vehicle.cost_per_hour * durations / 3600
        if vehicle.max_duration_s is not None:
            cost += vehicle.cost_per_overtime_hour * max(0, durations - vehicle.max_duration_s) / 3600
        for identifier in served:
            planned = stops[identifier].planned_vehicle
            cost += problem.change_cost if planned is not None and planned != vehicle.id else 0
        found[served] = min(found.get(served, float("inf")), cost)
    return found


def _orders(problem: Problem, vehicle: Vehicle, *, told_only: bool) -> Iterator[list[Place]]:
    """Every order of visits that compartments, caps, skills, ways and the prefix allow."""
    stops = {each.id: each for each in problem.stops if not each.done}
    sites = {each.id: each for each in problem.disposal_sites}
    locked = {visit.id for v in problem.vehicles for visit in v.prefix if visit.kind is StepKind.EMPTYING}
    seconds = problem.matrix_of(vehicle).durations_s
    told: list[Place] = [
        stops[visit.id] if visit.kind is StepKind.EMPTYING else sites[visit.id] for visit in vehicle.prefix
    ]
    begin = [dict[object, tuple[int, int]]() for _ in vehicle.compartments]
    for amount in vehicle.initial_load:
        number = next(n for n, c in enumerate(vehicle.compartments) if amount.fraction in c.fractions)
        begin[number][amount.fraction] = (amount.kg, amount.l)

    def further(order: list[Place], holds: list[dict[object, tuple[int, int]]]) -> Iterator[list[Place]]:
        here = order[-1].location if order else vehicle.start
        if len(order) >= len(told):
            if seconds[here, vehicle.end] >= 0 and not (vehicle.ends_empty and any(holds)):
                yield order
            free = () if told_only else stops.values()
            choices: list[Place] = [s for s in free if s not in order and s.id not in locked]
            choices += sites.values()
        else:
            choices = [told[len(order)]]
        for place in choices:
            if seconds[here, place.location] < 0:
                continue
            after = _after(vehicle, place, holds)
            if after is None or (isinstance(place, DisposalSite) and after == holds and len(order) >= len(told)):
                continue
            if _caps(vehicle, [*order, place]):
                yield from further([*order, place], after)

    yield from further([], begin)


def _after(  # noqa: PLR0911 - one a rule
    vehicle: Vehicle, place: Place, holds: list[dict[object, tuple[int, int]]]
) -> list[dict[object, tuple[int, int]]] | None:
    """What is aboard after a visit; None where the visit is not allowed."""
    after = [dict(hold) for hold in holds]
    if isinstance(place, DisposalSite):
        return [{} if set(hold) <= place.fractions else hold for hold in after]
    if not place.skills <= vehicle.skills:
        return None
    if place.allowed_vehicles is not None and vehicle.id not in place.allowed_vehicles:
        return None
    for amount in place.amounts:
        fitting = [n for n, c in enumerate(vehicle.compartments) if amount.fraction in c.fractions]
        if not fitting:
            return None
        kg, litres = after[fitting[0]].get(amount.fraction, (0, 0))
        after[fitting[0]][amount.fraction] = (kg + amount.kg, litres + amount.l)
    for compartment, hold in zip(vehicle.compartments, after, strict=True):
        if sum(kg for kg, _ in hold.values()) > compartment.capacity_kg:
            return None
        if sum(litres for _, litres in hold.values()) > compartment.capacity_l:
            return None
    return after


def _caps(vehicle: Vehicle, order: Sequence[Place]) -> bool:
    stops = [place for place in order if isinstance(place, Stop)]
    trips = sum(
        isinstance(place, Stop) and (number == 0 or isinstance(order[number - 1], DisposalSite))
        for number, place in enumerate(order)
    )
    return (
        (vehicle.max_trips is None or trips <= vehicle.max_trips)
        and (vehicle.max_stops is None or len(stops) <= vehicle.max_stops)
        and (vehicle.max_kg is None or sum(a.kg for s in stops for a in s.amounts) <= vehicle.max_kg)
        and (vehicle.max_l is None or sum(a.l for s in stops for a in s.amounts) <= vehicle.max_l)
    )


def _legs(vehicle: Vehicle, locations: Sequence[int]) -> list[tuple[int, int]]:
    places = [vehicle.start, *locations, vehicle.end]
    return list(pairwise(places))


@dataclass(frozen=True)
class _Doing:
    """Something that takes time: a leg, a visit, a break. It begins within the windows, if there are any."""

    seconds: int
    windows: tuple[TimeWindow, ...] = ()
    drives: bool = False
    rests: bool = False


def least_duration(problem: Problem, vehicle: Vehicle, order: Sequence[Place]) -> int | None:
    """Least seconds from departure to return for this order; None where its times cannot be kept."""
    seconds = problem.matrix_of(vehicle).durations_s
    base: list[_Doing] = []
    slots: list[int] = []
    before = vehicle.start
    leaves_s = _leaves(vehicle, order)
    if leaves_s is None:
        return None
    for number, (here, there) in enumerate(_legs(vehicle, [place.location for place in order])):
        slots.append(len(base))
        if number in leaves_s:
            base.append(_Doing(0, ((leaves_s[number], 10**9),)))
        base.append(_Doing(int(seconds[here, there]), drives=True))
        slots.append(len(base))
        if number < len(order):
            place = order[number]
            setup_s = place.setup_s if isinstance(place, Stop) and place.location != before else 0
            base.append(_Doing(place.service_s + setup_s, place.time_windows))
            before = place.location
    best: int | None = None
    for day in _with_pauses(vehicle, base, slots):
        for departs_s in _departures(vehicle, day):
            duration_s = _duration(vehicle, day, departs_s)
            if duration_s is not None and (best is None or duration_s < best):
                best = duration_s
    return best


def _leaves(vehicle: Vehicle, order: Sequence[Place]) -> dict[int, int] | None:
    """When each trip may leave, by the number of its first leg; None where the one under way has left too early."""
    found: dict[int, int] = {}
    for number, place in enumerate(order):
        if not isinstance(place, Stop):
            continue
        sites = [n for n in range(number) if isinstance(order[n], DisposalSite)]
        first = sites[-1] + 1 if sites else 0
        if not sites and vehicle.departed_s is not None:
            if place.release_s > vehicle.departed_s:
                return None
        else:
            found[first] = max(found.get(first, 0), place.release_s)
    return {leg: time_s for leg, time_s in found.items() if time_s}


def _with_pauses(vehicle: Vehicle, base: Sequence[_Doing], slots: Sequence[int]) -> Iterator[list[_Doing]]:
    """Own breaks in order, in every combination of slots, and as many rests as could be of use."""
    rule = vehicle.driving_rule
    rest_s = rule.rest_s if rule is not None else 10**9
    own = [_Doing(each.duration_s, each.time_windows, rests=each.duration_s >= rest_s) for each in vehicle.breaks]
    driven_s = sum(doing.seconds for doing in base if doing.drives) + (rule.driven_s if rule is not None else 0)
    most = 0 if rule is None or driven_s <= rule.driving_s else 2 * driven_s // max(1, rule.driving_s)
    for count in range(min(most, len(slots)) + 1):
        for rests in combinations_with_replacement(slots, count):
            if len(set(rests)) < count:
                continue
            for places in combinations_with_replacement(slots, len(own)):
                # In one slot a rest before or after a break makes a difference where the break has windows.
                for rest_first in {True, bool(set(rests) & set(places)) is False}:
                    day: list[_Doing] = []
                    for number in range(len(base) + 1):
                        pauses = [each for each, place in zip(own, places, strict=True) if place == number]
                        rest = [_Doing(rest_s, rests=True)] if number in rests else []
                        day += (rest + pauses if rest_first else pauses + rest) + list(base[number : number + 1])
                    if _rested(vehicle, day):
                        yield day


def _rested(vehicle: Vehicle, day: Sequence[_Doing]) -> bool:
    rule = vehicle.driving_rule
    if rule is None:
        return True
    driven_s = rule.driven_s
    for doing in day:
        if doing.rests:
            driven_s = 0
        if doing.drives:
            driven_s += doing.seconds
            if driven_s > rule.driving_s:
                return False
    return True


def _departures(vehicle: Vehicle, day: Sequence[_Doing]) -> set[int]:
    """The earliest departure, and all that reach something just when one of its windows begins or ends."""
    found = {vehicle.starts_s}
    passed_s = 0
    for doing in day:
        found |= {time_s - passed_s for window in doing.windows for time_s in window}
        passed_s += doing.seconds
    return {departs_s for departs_s in found if vehicle.starts_s <= departs_s <= vehicle.ends_s}


def _duration(vehicle: Vehicle, day: Sequence[_Doing], departs_s: int) -> int | None:
    now_s = departs_s
    for doing in day:
        if doing.windows:
            begins_s = [max(opens, now_s) for opens, closes in doing.windows if closes >= now_s]
            if not begins_s:
                return None
            now_s = min(begins_s)
        now_s += doing.seconds
    longest_s = vehicle.ends_s - vehicle.starts_s
    if vehicle.max_duration_s is not None:
        longest_s = min(longest_s, vehicle.max_duration_s + vehicle.max_overtime_s)
    return now_s - departs_s if now_s <= vehicle.ends_s and now_s - departs_s <= longest_s else None
