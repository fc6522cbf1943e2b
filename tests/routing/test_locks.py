"""A lock that nobody can keep is refused with the vehicle, the visit and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.check import check
from routing.problem import Amount, Break, DrivingRule, Matrix, Problem, Visit
from routing.solve import solve
from routing.solvers.plan.index import index_of
from routing.solvers.plan.locks import locked_route
from routing.solvers.plan.tidy import tidy
from tests.routing.problems import GLASS, PAPER, RESIDUAL, line, three_stops, tip

FAR = Visit(StepKind.EMPTYING, 3)
NEAR, NEXT = Visit(StepKind.EMPTYING, 1), Visit(StepKind.EMPTYING, 2)


def with_stops(problem: Problem, **changes: object) -> Problem:
    stops = tuple(replace(each, **changes) for each in problem.stops)
    return Problem(problem.matrices, stops, problem.vehicles, problem.disposal_sites)


def cut_off(problem: Problem, location: int) -> Problem:
    metres = problem.matrices["truck"].distances_m.copy()
    metres[np.arange(len(metres)) != location, location] = -1
    matrix = Matrix(metres, np.where(metres < 0, -1, metres // 10))
    return Problem(matrix, problem.stops, problem.vehicles, problem.disposal_sites)


def closing(problem: Problem, at_s: int) -> Problem:
    sites = tuple(replace(site, time_windows=((0, at_s),)) for site in problem.disposal_sites)
    return Problem(problem.matrices, problem.stops, problem.vehicles, sites)


def held(*prefix: Visit, **changes: object) -> Problem:
    return three_stops(prefix=prefix, **changes)


CASES: Sequence[tuple[str, Problem, str]] = [
    ("window", with_stops(held(FAR), time_windows=((0, 300),)), "locked visit 1 (stop 3) begins 100 s too late"),
    (
        "second window",
        with_stops(held(NEAR, NEXT), time_windows=((0, 100), (150, 300))),
        "locked visit 2 (stop 2) begins 60 s too late at the earliest: its last window ends at 300",
    ),
    (
        "break first",
        with_stops(held(NEAR, breaks=(Break(1, 600, ((0, 100),)),)), time_windows=((0, 200),)),
        "locked visit 1 (stop 1) begins 600 s too late",
    ),
    (
        "break",
        held(NEAR, starts_s=500, breaks=(Break(7, 60, ((0, 100),)),)),
        "break 7, due on the way to locked visit 1",
    ),
    (
        "driving",
        held(NEAR, driving_rule=DrivingRule(150, 60)),
        "(stop 1) takes 50 s more driving than the driving rule",
    ),
    (
        "shift",
        held(FAR, ends_s=400),
        "after its locked visits is home 1060 s later, or out 1060 s longer, than its shift allows",
    ),
    ("duration", held(FAR, max_duration_s=1400), "after its locked visits is home 60 s later, or out 60 s longer"),
    ("closed", closing(held(NEAR), 100), "disposal site 1 on the way home begins 260 s too late"),
    ("kilograms", held(NEAR, NEXT, kg=150), "has 50 kg too much in a compartment at locked visit 2 (stop 2)"),
    ("litres", held(NEAR, NEXT, litres=1500), "has 500 l too much in a compartment at locked visit 2 (stop 2)"),
    (
        "cap",
        held(NEAR, NEXT, max_stops=1),
        "exceeds what it may do on a day (trips, stops, kg or l) with locked visit 2",
    ),
    ("skill", with_stops(held(NEAR), skills=frozenset({"crane"})), "lacks the skill 'crane' for locked visit 1"),
    ("allowed", with_stops(held(NEAR), allowed_vehicles=frozenset()), "is not among the vehicles that locked visit 1"),
    ("fraction", with_stops(held(NEAR), amounts=(Amount(GLASS, 1, 1),)), "does not take the glass of locked visit 1"),
    ("no way", cut_off(held(NEAR, FAR), 4), "no way leads to locked visit 2 (stop 3)"),
    (
        "no way home",
        cut_off(held(NEAR), 1),
        "after its locked visits no way leads home over sites that take all that is aboard",
    ),
    (
        "out already",
        replace(three_stops(under_way=True, initial_load=(Amount(PAPER, 1, 1),)), disposal_sites=()),
        "from where it is no way leads home over sites that take all that is aboard",
    ),
    ("trip", held(NEAR, max_trips=0), "exceeds what it may do on a day"),
]


@pytest.mark.parametrize(("problem", "sentence"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_cannot_be_driven_is_refused(problem: Problem, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        solve(problem, time_limit_s=0.2)
    assert caught.value.where == "vehicle 1"
    assert sentence in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize("late_s", [1, 500])
def test_the_seconds_told_are_just_what_is_lacking(late_s: int) -> None:
    problem = held(FAR, ends_s=1460 - late_s)
    with pytest.raises(InvalidInput, match=rf"home {late_s} s later"):
        solve(problem, time_limit_s=0.2)
    enough = held(FAR, ends_s=1460)
    assert check(enough, solve(enough, time_limit_s=0.2)) == []


def test_the_way_home_leads_over_a_site_that_is_still_open() -> None:
    """Not over the nearest, which closes."""
    problem = closing(held(NEAR), 100)
    problem = Problem(problem.matrices, problem.stops, problem.vehicles, (*problem.disposal_sites, tip(2, 4)))
    route = locked_route(index_of(problem), problem.vehicles[0])
    assert route is not None
    assert [step.disposal_site_id for step in route.steps if step.disposal_site_id] == [2]


def test_orders_of_sites_that_tidying_does_not_try_are_found() -> None:
    told, waste = held(NEAR).vehicles[0], (PAPER, GLASS, RESIDUAL, Fraction.ORGANIC)
    bodies = tuple(replace(told.compartments[0], fractions=frozenset({each})) for each in waste)
    full = replace(three_stops().stops[0], amounts=tuple(Amount(each, 1, 1) for each in waste), location=1)
    # A kilometre apart and ten minutes at each: only from the farthest, which closes first, to the nearest.
    sites = tuple(
        replace(tip(number, 1 + number, each), time_windows=((0, 600 + 800 * (4 - number)),))
        for number, each in enumerate(waste, start=1)
    )
    metres = line(0, 1000, 2000, 3000, 4000, 5000)
    problem = Problem(metres, (full,), (replace(told, compartments=bodies),), sites)
    index, vehicle = index_of(problem), problem.vehicles[0]
    assert tidy(index, vehicle, vehicle.prefix) is None
    route = locked_route(index, vehicle)
    assert route is not None
    assert [step.disposal_site_id for step in route.steps if step.disposal_site_id] == [4, 3, 2, 1]
