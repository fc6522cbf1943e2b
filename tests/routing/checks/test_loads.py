"""What is aboard, and how much a vehicle may take."""

from __future__ import annotations

import pytest

from routing.check import Rule, Violation, check
from routing.problem import Compartment, Problem
from routing.solution import Load
from tests.routing.checks.broken import EMPTY_SEVENTH, R1, R2, Case, name_of, with_step, with_vehicle
from tests.routing.checks.good_solution import GLASS, PAPER, PROBLEM, SOLUTION


def with_paper(kg: int, litres: int) -> Problem:
    """The first vehicle with another compartment for paper."""
    return with_vehicle(
        1,
        compartments=(Compartment(frozenset({PAPER}), kg, litres), Compartment(frozenset({GLASS}), 200, 2000)),
    )


CASES: list[Case] = [
    (Rule.CAPACITY_KG, 10, f"{R1}, step 3 (emptying), compartment 0", with_paper(190, 2000), SOLUTION),
    (Rule.CAPACITY_L, 100, f"{R1}, step 3 (emptying), compartment 0", with_paper(200, 1900), SOLUTION),
    (Rule.LOAD, 5, f"{R1}, step 0 (start), compartment 1", PROBLEM, with_step(0, loads=(Load(0, 0), Load(45, 500)))),
    (
        Rule.LOAD,
        500,
        f"{R1}, step 8 (emptying), compartment 0",
        PROBLEM,
        with_step(8, loads=(Load(100, 1500), Load(0, 0))),
    ),
    (Rule.LOAD, 1, f"{R1}, step 8 (emptying)", PROBLEM, with_step(8, loads=(Load(100, 1000),))),
    (
        Rule.DISPOSAL_USELESS,
        1,
        f"{R1}, step 9 (disposal)",
        EMPTY_SEVENTH,
        with_step(8, loads=(Load(0, 0), Load(0, 0))),
    ),
    (Rule.NOT_EMPTY, 5, f"{R2}, step 2 (end)", with_vehicle(2, ends_empty=True), SOLUTION),
    (Rule.TRIPS, 1, R1, with_vehicle(1, max_trips=1), SOLUTION),
    (Rule.DAY_STOPS, 1, R1, with_vehicle(1, max_stops=3), SOLUTION),
    (Rule.DAY_KG, 10, R1, with_vehicle(1, max_kg=440), SOLUTION),
    (Rule.DAY_L, 100, R1, with_vehicle(1, max_l=4400), SOLUTION),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_exactly_what_is_wrong_is_found(case: Case) -> None:
    rule, amount, place, problem, solution = case
    assert check(problem, solution) == [Violation(place, rule, amount)]
