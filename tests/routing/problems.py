"""Small problems with names, random ones for property tests, and the best cost of tiny ones by trying everything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from domain.containers import Fraction
from routing.problem import DisposalSite, Matrix, Problem, Stop, Vehicle

PAPER, GLASS, RESIDUAL = Fraction.PAPER, Fraction.GLASS, Fraction.RESIDUAL

HOUR = 3600


def line(*metres: int) -> Matrix:
    """Locations along one road at 10 metres a second."""
    distances = np.abs(np.subtract.outer(metres, metres)).astype(np.int32)
    return Matrix(distances, distances // 10)


def truck(identifier: int = 1, *fractions: Fraction, **changes: int) -> Vehicle:
    """A truck of the yard at location 0: 1,000 kg, 10,000 l, eight hours, 1 euro a km and 36 an hour."""
    values = {"capacity_kg": 1000, "capacity_l": 10_000, "ends_s": 8 * HOUR, "cost_per_km": 100, "cost_per_hour": 3600}
    return Vehicle(identifier, 0, 0, frozenset(fractions or (PAPER,)), **(values | changes))


def tip(identifier: int = 1, location: int = 1, *fractions: Fraction, service_s: int = 600) -> DisposalSite:
    return DisposalSite(identifier, location, frozenset(fractions or (PAPER,)), service_s)


def stop(identifier: int, location: int, fraction: Fraction = PAPER, *, kg: int = 100, **changes: object) -> Stop:
    values: dict[str, object] = {"l": 10 * kg, "service_s": 60} | changes
    return Stop(identifier, location, fraction, kg, **values)  # type: ignore[arg-type]


def three_stops(**changes: int) -> Problem:
    """Yard at 0 m, tip at 1 km, stops 1, 2 and 3 at 2, 3 and 4 km of one road; one truck that takes all at once."""
    return Problem(
        line(0, 1000, 2000, 3000, 4000),
        (stop(1, 2), stop(2, 3), stop(3, 4)),
        (truck(**changes),),
        (tip(),),
    )


def medium(seed: int = 0, *, stops: int = 40, fractions: Sequence[Fraction] = (PAPER,), vehicles: int = 3) -> Problem:
    """A random town; vehicle n takes the n-th fraction, and stop locations start after the yard and two tips."""
    random = np.random.default_rng(seed)
    places = random.random((stops + 3, 2)) * 6000
    metres = (1.4 * np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))).astype(np.int32)
    return Problem(
        Matrix(metres, metres // 7),
        tuple(
            stop(n, n + 3, fractions[n % len(fractions)], kg=int(random.integers(50, 200)), service_s=120)
            for n in range(stops)
        ),
        tuple(truck(n, fractions[n % len(fractions)], fixed_cost=3000, capacity_kg=1500) for n in range(vehicles)),
        (tip(1, 1, *fractions), tip(2, 2, *fractions)),
    )


@st.composite
def problems(draw: st.DrawFn, *, most_stops: int = 5, most_vehicles: int = 2, most_sites: int = 2) -> Problem:
    """Random small problems: asymmetric roads with gaps, several fractions, prizes, windows, tight capacities."""
    stops = draw(st.integers(0, most_stops))
    vehicles = draw(st.integers(0, most_vehicles))
    sites = draw(st.integers(0, most_sites))
    size = 1 + sites + stops
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    metres = random.integers(100, 5000, (size, size)).astype(float)
    if draw(st.booleans()):
        metres[random.random((size, size)) < 0.5] = np.inf
    np.fill_diagonal(metres, 0)
    for over in range(size):  # shortest ways, as in every road matrix
        metres = np.minimum(metres, metres[:, [over]] + metres[[over], :])
    metres = np.where(np.isinf(metres), -1, metres).astype(int)
    fractions = draw(st.sampled_from([(PAPER,), (PAPER, GLASS), (PAPER, GLASS, RESIDUAL)]))
    some = st.frozensets(st.sampled_from(fractions), min_size=1)
    windows = draw(st.booleans())
    return Problem(
        Matrix(metres, np.where(metres < 0, -1, metres // 8)),
        tuple(
            stop(
                n + 1,
                1 + sites + n,
                draw(st.sampled_from(fractions)),
                kg=draw(st.sampled_from([0, 100, 300, 700, 1500])),
                prize=draw(st.sampled_from([None, 0, 300, 1500])),
                allowed_vehicles=draw(st.sampled_from([None, None, frozenset(range(1, vehicles + 1)[-1:])])),
                time_windows=draw(st.sampled_from([(), ((600, 1500),), ((0, 500), (2000, 3000))])) if windows else (),
            )
            for n in range(stops)
        ),
        tuple(
            Vehicle(
                n + 1,
                0,
                0,
                draw(some),
                capacity_kg=draw(st.sampled_from([400, 1000])),
                capacity_l=draw(st.sampled_from([5000, 20_000])),
                starts_s=draw(st.sampled_from([0, 400])),
                ends_s=draw(st.sampled_from([2500, 4000, 20_000])),
                fixed_cost=draw(st.sampled_from([0, 777])),
                cost_per_km=draw(st.sampled_from([0, 100])),
                cost_per_hour=draw(st.sampled_from([1800, 3600])),
            )
            for n in range(vehicles)
        ),
        tuple(tip(n + 1, 1 + n, *draw(some), service_s=draw(st.sampled_from([0, 300]))) for n in range(sites)),
    )


def best_by_brute_force(problem: Problem) -> tuple[int, float]:
    """Fewest required stops left out, and the least cost in cents with so many, over all possible routes."""
    stops = problem.stops
    costs = [_route_costs(problem, vehicle) for vehicle in problem.vehicles]
    best = (len(stops) + 1, 0.0)
    for choice in product(range(len(problem.vehicles) + 1), repeat=len(stops)):
        sets = [frozenset(n for n, who in enumerate(choice) if who == v) for v in range(len(problem.vehicles))]
        routes = [cost.get(chosen) for cost, chosen in zip(costs, sets, strict=True)]
        if any(cost is None for cost in routes):
            continue
        left_out = [stops[n] for n, who in enumerate(choice) if who == len(problem.vehicles)]
        total = sum(cost for cost in routes if cost is not None) + sum(stop.prize or 0 for stop in left_out)
        best = min(best, (sum(stop.prize is None for stop in left_out), total))
    return best


class _State(NamedTuple):
    """A vehicle on its way: where, since departure, and what is aboard."""

    place: int
    seconds: int
    metres: int
    kg: int
    litres: int
    aboard: frozenset[Fraction]
    done: frozenset[int]


def _route_costs(problem: Problem, vehicle: Vehicle) -> dict[frozenset[int], float]:
    """Least cost of serving exactly each set of stops (by position); sets that cannot be are absent.

    Knows no time windows: with them the best departure would have to be searched as well.
    """
    found: dict[frozenset[int], float] = {frozenset(): 0.0}
    metres, seconds = problem.matrix.distances_m.tolist(), problem.matrix.durations_s.tolist()
    longest_s = vehicle.ends_s - vehicle.starts_s

    def follow(now: _State) -> None:
        if now.seconds > longest_s:
            return
        if now.done and not now.aboard and seconds[now.place][vehicle.end] >= 0:
            back_s = now.seconds + seconds[now.place][vehicle.end]
            back_m = now.metres + metres[now.place][vehicle.end]
            cost = vehicle.fixed_cost + vehicle.cost_per_km * back_m / 1000 + vehicle.cost_per_hour * back_s / 3600
            if back_s <= longest_s:
                found[now.done] = min(found.get(now.done, float("inf")), cost)
        for n, stop in enumerate(problem.stops):
            if n not in now.done and _may_load(vehicle, now, stop) and seconds[now.place][stop.location] >= 0:
                follow(
                    _State(
                        stop.location,
                        now.seconds + seconds[now.place][stop.location] + stop.service_s,
                        now.metres + metres[now.place][stop.location],
                        now.kg + stop.kg,
                        now.litres + stop.l,
                        now.aboard | {stop.fraction},
                        now.done | {n},
                    )
                )
        for site in problem.disposal_sites:
            if now.aboard and now.aboard <= site.fractions and seconds[now.place][site.location] >= 0:
                driven_s = now.seconds + seconds[now.place][site.location] + site.service_s
                driven_m = now.metres + metres[now.place][site.location]
                follow(_State(site.location, driven_s, driven_m, 0, 0, frozenset(), now.done))

    follow(_State(vehicle.start, 0, 0, 0, 0, frozenset(), frozenset()))
    return found


def _may_load(vehicle: Vehicle, now: _State, stop: Stop) -> bool:
    return (
        stop.fraction in vehicle.fractions
        and (stop.allowed_vehicles is None or vehicle.id in stop.allowed_vehicles)
        and now.kg + stop.kg <= vehicle.capacity_kg
        and now.litres + stop.l <= vehicle.capacity_l
    )
