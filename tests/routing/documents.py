"""The examples of docs/problem-json.md, and random problems that use every field of the wire format."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
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
    TimeWindow,
    Vehicle,
    Visit,
)

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENTATION = DOCS / "problem-json.md"

FRACTIONS = tuple(Fraction)


def examples() -> list[dict[str, Any]]:
    """The JSON documents on the page: short, with coordinates, with everything."""
    return [
        json.loads(found) for found in re.findall(r"```json\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.DOTALL)
    ]


def changed(path: str, value: object, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """The last example (or another document) with one value set, or, with ``...``, taken away."""
    document = copy.deepcopy(examples()[-1] if document is None else document)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    inner: Any = document
    for key in parents:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return document


def _windows() -> st.SearchStrategy[tuple[TimeWindow, ...]]:
    times = st.lists(st.integers(0, 10**7), unique=True, max_size=6).map(sorted)
    return times.map(lambda t: tuple((t[n], t[n + 1]) for n in range(0, len(t) - 1, 2)))


def _amounts(fractions: st.SearchStrategy[frozenset[Fraction]], most: int) -> st.SearchStrategy[tuple[Amount, ...]]:
    number = st.integers(0, most)
    return fractions.flatmap(
        lambda names: st.tuples(*(st.builds(Amount, st.just(name), number, number) for name in sorted(names)))
    )


_money = st.integers(0, 10**9)
_caps = st.none() | st.integers(0, 10**9)
_skills = st.frozensets(st.text(min_size=1, max_size=3), max_size=2)
_rules = st.integers(0, 10**7).flatmap(
    lambda most: st.builds(DrivingRule, st.just(most), st.integers(0, 10**7), st.integers(0, most))
)


@st.composite
def _vehicle(draw: st.DrawFn, identifier: int, size: int, profiles: list[str], prefix: tuple[Visit, ...]) -> Vehicle:
    order = draw(st.permutations(FRACTIONS))
    cut = draw(st.integers(1, 4))
    parts = [order[:cut], order[cut : cut + draw(st.integers(0, 2))]]
    capacity = st.integers(1000, 10**6)
    compartments = tuple(Compartment(frozenset(part), draw(capacity), draw(capacity)) for part in parts if part)
    starts_s, ends_s = sorted(draw(st.lists(st.integers(0, 10**7), min_size=2, max_size=2, unique=True)))
    names = st.frozensets(st.sampled_from(sorted(part for each in parts for part in each)), max_size=3)
    return Vehicle(
        id=identifier,
        start=draw(st.integers(0, size - 1)),
        end=draw(st.integers(0, size - 1)),
        compartments=compartments,
        starts_s=starts_s,
        ends_s=ends_s,
        max_duration_s=draw(st.none() | st.integers(0, 10**7)),
        max_overtime_s=draw(st.integers(0, 10**7)),
        breaks=tuple(Break(n, draw(st.integers(0, 10**7)), draw(_windows())) for n in range(draw(st.integers(0, 2)))),
        driving_rule=draw(st.none() | _rules),
        fixed_cost=draw(_money),
        cost_per_km=draw(_money),
        cost_per_hour=draw(st.integers(1, 10**9)),
        cost_per_overtime_hour=draw(_money),
        max_trips=draw(_caps),
        max_stops=draw(_caps),
        max_kg=draw(_caps),
        max_l=draw(_caps),
        initial_load=draw(_amounts(names, 300)),
        ends_empty=draw(st.booleans()),
        skills=draw(_skills),
        profile=draw(st.sampled_from(profiles)),
        prefix=prefix,
        under_way=draw(st.booleans()),
        departed_s=draw(st.none() | st.integers(0, 10**7)),
    )


@st.composite
def any_problems(draw: st.DrawFn) -> Problem:
    """Problems that may make no sense to a driver, but use every field of the contract."""
    size = draw(st.integers(1, 4))
    profiles = draw(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=2, unique=True))
    random = np.random.default_rng(draw(st.integers(0, 10**6)))

    def matrix() -> Matrix:
        metres = random.integers(-1, 10**6, (size, size), np.int32)
        np.fill_diagonal(metres, 0)
        return Matrix(metres, np.where(metres < 0, -1, metres // 7))

    vehicle_ids = draw(st.lists(st.integers(0, 2**63 - 1), max_size=2, unique=True))
    some_vehicles = st.frozensets(st.sampled_from(vehicle_ids)) if vehicle_ids else st.just(frozenset[int]())
    stop_ids = draw(st.lists(st.integers(0, 2**63 - 1), max_size=3, unique=True))
    locked = draw(st.lists(st.sampled_from(stop_ids), unique=True)) if stop_ids and vehicle_ids else []
    sites = tuple(
        DisposalSite(
            n,
            draw(st.integers(0, size - 1)),
            draw(st.frozensets(st.sampled_from(FRACTIONS), min_size=1)),
            draw(st.integers(0, 10**7)),
            draw(_windows()),
        )
        for n in range(draw(st.integers(0, 2)))
    )
    prefix = [Visit(StepKind.EMPTYING, each) for each in locked] + [Visit(StepKind.DISPOSAL, site.id) for site in sites]
    stops = tuple(
        Stop(
            each,
            draw(st.integers(0, size - 1)),
            draw(_amounts(st.frozensets(st.sampled_from(FRACTIONS), max_size=2), 10**9)),
            draw(st.integers(0, 10**7)),
            draw(st.integers(0, 10**7)),
            draw(st.none() | _money),
            draw(st.integers(0, 100)),
            draw(_skills),
            draw(st.none() | some_vehicles),
            draw(_windows()),
            draw(st.none() | st.sampled_from(vehicle_ids)) if vehicle_ids else None,
            done=each not in locked and draw(st.booleans()),
            release_s=draw(st.integers(0, 10**7)),
        )
        for each in stop_ids
    )
    vehicles = tuple(
        draw(_vehicle(each, size, profiles, tuple(prefix) if number == 0 else ()))
        for number, each in enumerate(vehicle_ids)
    )
    return Problem({profile: matrix() for profile in profiles}, stops, vehicles, sites, draw(_money))
