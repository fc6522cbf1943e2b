"""Small problems with names, and random ones with every feature for property tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from domain.containers import Fraction
from domain.plans import StepKind
from routing.problem import (
    Amount,
    Break,
    Compartment,
    DisposalSite,
    DrivingRule,
    Matrix,
    Problem,
    Stop,
    Vehicle,
    Visit,
    one_body,
)

PAPER, GLASS, RESIDUAL = Fraction.PAPER, Fraction.GLASS, Fraction.RESIDUAL

HOUR = 3600


def line(*metres: int) -> Matrix:
    """Locations along one road at 10 metres a second."""
    distances = np.abs(np.subtract.outer(metres, metres)).astype(np.int32)
    return Matrix(distances, distances // 10)


def truck(
    identifier: int = 1, *fractions: Fraction, kg: int = 1000, litres: int = 10_000, **changes: object
) -> Vehicle:
    """A truck of the yard at location 0: 1,000 kg, 10,000 l, eight hours, 1 euro a km and 36 an hour."""
    values: dict[str, object] = {"ends_s": 8 * HOUR, "cost_per_km": 100, "cost_per_hour": 3600} | changes
    bodies = one_body(frozenset(fractions or (PAPER,)), kg, litres)
    return Vehicle(identifier, 0, 0, **({"compartments": bodies} | values))  # type: ignore[arg-type]


def tip(identifier: int = 1, location: int = 1, *fractions: Fraction, service_s: int = 600) -> DisposalSite:
    return DisposalSite(identifier, location, frozenset(fractions or (PAPER,)), service_s)


def stop(identifier: int, location: int, *fractions: Fraction, kg: int = 100, **changes: object) -> Stop:
    """A stop with as much of each fraction, paper if none is named."""
    litres = int(changes.pop("l", 10 * kg))  # type: ignore[call-overload]
    amounts = tuple(Amount(fraction, kg, litres) for fraction in fractions or (PAPER,))
    return Stop(identifier, location, amounts, **({"service_s": 60} | changes))  # type: ignore[arg-type]


def three_stops(**changes: object) -> Problem:
    """Yard at 0 m, tip at 1 km, stops 1, 2 and 3 at 2, 3 and 4 km of one road; one truck that takes all at once."""
    return Problem(
        line(0, 1000, 2000, 3000, 4000),
        (stop(1, 2), stop(2, 3), stop(3, 4)),
        (truck(**changes),),  # type: ignore[arg-type]
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
        tuple(truck(n, fractions[n % len(fractions)], fixed_cost=3000, kg=1500) for n in range(vehicles)),
        (tip(1, 1, *fractions), tip(2, 2, *fractions)),
    )


def working_day(seed: int = 0, *, stops: int = 300, vehicles: int = 10) -> Problem:
    """A town with all that a working day brings: lunch, driving rule, windows, opening hours, setups, overtime."""
    base = medium(seed, stops=stops, vehicles=vehicles)
    morning = ((7 * HOUR, 12 * HOUR),)
    return Problem(
        base.matrices,
        tuple(replace(each, setup_s=30, time_windows=morning if each.id % 3 == 0 else ()) for each in base.stops),
        tuple(
            replace(
                each,
                starts_s=6 * HOUR,
                ends_s=15 * HOUR,
                max_duration_s=7 * HOUR,
                max_overtime_s=HOUR,
                cost_per_overtime_hour=2000,
                compartments=one_body(frozenset({PAPER}), 3000, 30_000),
                breaks=(Break(1, 1800, ((11 * HOUR, 13 * HOUR),)),),
                driving_rule=DrivingRule(2 * HOUR, 900),
            )
            for each in base.vehicles
        ),
        (base.disposal_sites[0], replace(base.disposal_sites[1], time_windows=((6 * HOUR, 16 * HOUR),))),
    )


def shortest_ways(metres: np.ndarray) -> np.ndarray:
    """Distances as in every road matrix: no detour is shorter; -1 where there is no way."""
    np.fill_diagonal(metres, 0)
    for over in range(len(metres)):
        metres = np.minimum(metres, metres[:, [over]] + metres[[over], :])
    return np.where(np.isinf(metres), -1, metres).astype(int)


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    most_stops: int = 5,
    most_vehicles: int = 2,
    most_sites: int = 2,
    breaks: bool = True,
    releases: bool | None = None,
) -> Problem:
    """Random small problems that use every feature: each is there or not, by chance (releases: if not said)."""
    # Hypothesis' own choices would mostly be trivial problems.
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    stops = most_stops if random.random() < 0.5 else int(random.integers(0, most_stops + 1))
    vehicles = int(random.integers(0, most_vehicles + 1)) if random.random() < 0.3 else most_vehicles
    sites = int(random.integers(0, most_sites + 1)) if random.random() < 0.3 else most_sites

    def some(*values: Any) -> Any:
        return values[random.integers(len(values))]

    def chance(share: float) -> bool:
        return bool(random.random() < share)

    gaps, windows, hours, profiles = chance(0.3), chance(0.4), chance(0.3), chance(0.3)
    waits = chance(0.3) if releases is None else releases
    size = 2 + sites + stops
    matrices: dict[str, Matrix] = {}
    for profile in ("truck", "small") if profiles else ("truck",):
        metres = random.integers(100, 5000, (size, size)).astype(float)
        if gaps:
            metres[random.random((size, size)) < 0.4] = np.inf
        ways = shortest_ways(metres)
        matrices[profile] = Matrix(ways, np.where(ways < 0, -1, ways // 8))
    fractions = (PAPER, GLASS, RESIDUAL)[: random.integers(1, 4)]

    def subset(share: float = 0.5) -> tuple[Fraction, ...]:
        return tuple(f for f in fractions if chance(share)) or (fractions[random.integers(len(fractions))],)

    def make_stop(number: int) -> Stop:
        loaded = subset(0.3)
        return Stop(
            number + 1,
            2 + sites + (number if chance(0.8) else 0),
            ()
            if chance(0.05)
            else tuple(Amount(f, int(kg := some(0, 100, 200, 400, 900)), 10 * int(kg)) for f in loaded),
            service_s=some(0, 60, 200),
            setup_s=some(0, 0, 100),
            prize=some(None, None, 0, 300, 1500),
            priority=some(0, 0, 5),
            skills=frozenset({"crane"}) if chance(0.1) else frozenset(),
            allowed_vehicles=frozenset({vehicles}) if vehicles and chance(0.1) else None,
            time_windows=some((), ((600, 1500),), ((0, 500), (2000, 3000))) if windows else (),
            planned_vehicle=1 if vehicles and chance(0.3) else None,
            done=chance(0.05),
            release_s=some(0, 0, 500, 1200, 2000) if waits else 0,
        )

    made = tuple(make_stop(number) for number in range(stops))
    free = [each.id for each in made if not each.done]

    def make_vehicle(number: int) -> Vehicle:
        taken = subset(0.7)
        one = len(taken) == 1 or chance(0.5)
        parts = [taken] if one else [taken[:1], taken[1:]]
        bodies = tuple(Compartment(frozenset(p), int(some(400, 1000)), int(some(5000, 20_000))) for p in parts)
        prefix: tuple[Visit, ...] = ()
        if free and chance(0.1):
            prefix = (Visit(StepKind.EMPTYING, free.pop()),)
        pauses: tuple[Break, ...] = ()
        rule = None
        if breaks and chance(0.3):
            pauses = (Break(1, int(some(0, 300)), some((), ((700, 1200),), ((200, 400), (1500, 2500)))),)
            if chance(0.2):
                pauses += (Break(2, 200, ()),)
        if breaks and chance(0.2):
            rule = DrivingRule(int(some(1200, 2000)), 250, int(some(0, 300)))
        return Vehicle(
            number + 1,
            int(some(0, 1)),
            int(some(0, 0, 1)),
            bodies,
            starts_s=some(0, 400),
            ends_s=some(2500, 4000, 20_000),
            max_duration_s=some(None, None, 1500, 3000),
            max_overtime_s=some(0, 1000),
            breaks=pauses,
            driving_rule=rule,
            fixed_cost=some(0, 777),
            cost_per_km=some(0, 100),
            cost_per_hour=some(1800, 3600),
            cost_per_overtime_hour=some(0, 3600),
            max_trips=some(None, None, None, 1, 2),
            max_stops=some(None, None, None, 2),
            max_kg=some(None, None, None, 900),
            max_l=some(None, None, None, 9000),
            initial_load=(Amount(taken[0], 100, 1000),) if chance(0.15) else (),
            ends_empty=chance(0.8),
            skills=frozenset({"crane"}) if chance(0.5) else frozenset(),
            profile=some(*matrices),
            prefix=prefix,
            under_way=chance(0.1),
            departed_s=some(0, 600) if waits and chance(0.15) else None,
        )

    return Problem(
        matrices,
        made,
        tuple(make_vehicle(number) for number in range(vehicles)),
        tuple(
            DisposalSite(
                number + 1,
                2 + number,
                frozenset(subset(0.8)),
                int(some(0, 300)),
                some((), ((0, 2500),), ((0, 800), (1800, 6000))) if hours else (),
            )
            for number in range(sites)
        ),
        change_cost=int(some(0, 0, 150)),
    )
