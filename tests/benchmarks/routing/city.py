"""The Hague: a day of the real containers, as a problem that uses what Halfvol's problem has and others' have not.

8,353 containers stand in ``containers/denhaag.json``: where, and for what. Everything else is made up, with a seed:
which are due, how full they are, the trucks, the yard, two disposal sites. There are no streets of The Hague at hand:
ways are straight lines times the detour factor that was measured on the streets of Heidelberg.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.containers import BULK_DENSITY_KG_PER_M3, Fraction
from routing.check import check
from routing.problem import Amount, Break, Compartment, DisposalSite, Matrix, Problem, Stop, Vehicle
from routing.solve import solve
from tests.benchmarks.routing import loaders
from tests.benchmarks.routing.engines import Memory, today

FRACTIONS = {"RES": Fraction.RESIDUAL, "PPR": Fraction.PAPER, "GLB": Fraction.GLASS, "PLA": Fraction.PLASTICS}
DUE = {"RES": 1080, "PPR": 190, "GLB": 150, "PLA": 80}
"""How many of each are due on the day of 1,500; where there are too few, more residual ones are."""

TRUCKS = {"RES": 9, "PPR": 1, "GLB": 2, "PPR+PLA": 2}
"""Trucks for the day of 1,500; the last have two compartments."""

DETOUR = 1.59
"""Way over the street by straight line, median of Heidelberg (docs/benchmarks.md)."""

METRES_PER_S = 7.0
YARD = (52.0553, 4.3290)
SITES = ((52.0437, 4.3706), (52.0710, 4.2490))
"""Latitude and longitude: one in the south-east that takes all, one in the west for residual waste and glass."""

SERVICE_S, SETUP_S, TIP_S = 75, 45, 600
CONTAINER_L = 5000
SHIFT_S = (6 * 3600, 16 * 3600)
LUNCH = Break(1, 1800, ((11 * 3600, 13 * 3600),))
SIZES = (100, 300, 1000, 1500, 3000)
CITY_S = 300.0
"""The aim: 1,500 containers within five minutes. Other sizes get the same share of it for each stop, 20 s at least."""


@dataclass(frozen=True, slots=True)
class Day:
    """What came of one size. ``first_s``: when the first plan was there; ``near_s``: one within 1 % of the last."""

    stops: int
    trucks: int
    limit_s: float
    took_s: float
    first_s: float
    near_s: float
    cost: float
    km: float
    routes: int
    left_out: int
    violations: int
    peak_mb: float
    found_by: str


def main(seconds: float | None, cores: int, seeds: int) -> int:
    """Run all sizes and print the table; ``seconds``: for 1,500 stops."""
    path = loaders.default_folder().parent / "containers" / "denhaag.json"
    if not path.is_file():
        print(f"{path} does not exist: HALFVOL_BENCH_DATA must lie beside the folder containers/", file=sys.stderr)
        return 1
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    containers = json.loads(path.read_text())
    limits = {size: max(20.0, (seconds or CITY_S) * size / sum(DUE.values())) for size in SIZES}
    print(f"{len(SIZES)} days, {seeds} seeds, about {seeds * sum(limits.values()) / 60:.0f} minutes", flush=True)
    lines = [
        "| containers due | trucks | limit, s | took, s | first plan, s | within 1 % of the last, s | cost, EUR"
        " | a stop, EUR | km | routes | left out | violations | peak memory, MB |",
        "|" + "---|" * 13,
    ]
    print("\n".join(lines), flush=True)
    wrong = 0
    for size in SIZES:
        for seed in range(1, seeds + 1):
            day = run(problem(containers, size, seed), limits[size], seed)
            wrong += day.violations
            print(_row(day), flush=True)
    print()
    print(
        f"{today()}, {cores} cores of {os.cpu_count()}, Python {platform.python_version()},"
        f" load {os.getloadavg()[0]:.1f} at the end; straight lines x {DETOUR}."
    )
    return 1 if wrong else 0


def problem(containers: Sequence[dict[str, object]], size: int, seed: int) -> Problem:
    """A day on which ``size`` of the containers are due, with trucks in proportion."""
    random = np.random.default_rng(seed)
    share = size / sum(DUE.values())
    at_hand = {code: [each for each in containers if each["fc"] == code] for code in DUE}
    wanted = {code: min(round(count * share), len(at_hand[code])) for code, count in DUE.items()}
    wanted["RES"] += size - sum(wanted.values())
    chosen = [
        at_hand[code][number]
        for code, count in wanted.items()
        for number in sorted(random.choice(len(at_hand[code]), count, replace=False))
    ]
    places = [YARD, *SITES, *((float(str(each["lat"])), float(str(each["lng"]))) for each in chosen)]
    where, location = np.unique(np.round(places, 6), axis=0, return_inverse=True)
    location = location.ravel()
    stops = tuple(
        _stop(number, int(location[3 + number]), FRACTIONS[str(each["fc"])], float(random.uniform(0.5, 0.95)))
        for number, each in enumerate(chosen)
    )
    everything = frozenset(FRACTIONS.values())
    heavy = frozenset({Fraction.RESIDUAL, Fraction.GLASS})
    trucks: list[Vehicle] = []
    for codes, count in TRUCKS.items():
        for _ in range(max(1, round(count * share))):
            trucks.append(_truck(len(trucks) + 1, int(location[0]), [FRACTIONS[code] for code in codes.split("+")]))
    return Problem(
        _matrix(where),
        stops,
        tuple(trucks),
        (
            DisposalSite(1, int(location[1]), everything, TIP_S, ((SHIFT_S[0], SHIFT_S[1]),)),
            DisposalSite(2, int(location[2]), heavy, TIP_S, ((7 * 3600, 12 * 3600), (13 * 3600, 16 * 3600))),
        ),
    )


def _stop(number: int, location: int, fraction: Fraction, fill: float) -> Stop:
    litres = round(fill * CONTAINER_L)
    kg = round(litres * BULK_DENSITY_KG_PER_M3[fraction] / 1000)
    return Stop(number + 1, location, (Amount(fraction, kg, litres),), SERVICE_S, SETUP_S)


def _truck(number: int, yard: int, fractions: Sequence[Fraction]) -> Vehicle:
    # A press makes about a fifth of the loose volume; bodies of 20 cubic metres, shared by the compartments.
    body_l = 100_000 // len(fractions)
    compartments = tuple(Compartment(frozenset({each}), 11_000 // len(fractions), body_l) for each in fractions)
    return Vehicle(
        number,
        yard,
        yard,
        compartments,
        starts_s=SHIFT_S[0],
        ends_s=SHIFT_S[1],
        breaks=(LUNCH,),
        fixed_cost=20_000,
        cost_per_km=90,
        cost_per_hour=6000,
    )


def _matrix(where: NDArray[np.float64]) -> Matrix:
    latitude, longitude = np.radians(where).T
    east = 6_371_000 * np.cos(latitude.mean()) * longitude
    north = 6_371_000 * latitude
    metres = DETOUR * np.hypot(east[:, None] - east[None], north[:, None] - north[None])
    seconds = np.ceil(metres / METRES_PER_S).astype(np.int32)
    return Matrix(np.round(metres).astype(np.int32), seconds, estimated=True)


def run(day: Problem, limit_s: float, seed: int) -> Day:
    """Solve, check and measure."""
    seen: list[tuple[float, float]] = []
    began_at = time.monotonic()

    def on_progress(_: float, cost: float | None) -> None:
        if cost is not None:
            seen.append((time.monotonic() - began_at, cost))

    with Memory(os.getpid()) as memory:
        solution = solve(day, time_limit_s=limit_s, seed=seed, on_progress=on_progress)
    took_s = time.monotonic() - began_at
    total = solution.cost.total
    return Day(
        len(day.stops),
        len(day.vehicles),
        limit_s,
        took_s,
        seen[0][0] if seen else took_s,
        next((at for at, cost in seen if cost <= 1.01 * total), took_s),
        total / 100,
        solution.distance_m / 1000,
        len(solution.routes),
        len(solution.unassigned),
        len(check(day, solution)),
        memory.peak_mb,
        solution.engines,
    )


def _row(day: Day) -> str:
    return (
        f"| {day.stops} | {day.trucks} | {day.limit_s:.0f} | {day.took_s:.1f} | {day.first_s:.1f} | {day.near_s:.1f}"
        f" | {day.cost:,.0f} | {day.cost / day.stops:.2f} | {day.km:,.0f} | {day.routes} | {day.left_out}"
        f" | {day.violations} | {day.peak_mb:,.0f} |"
    )
