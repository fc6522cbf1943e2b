"""Where steps are, and how far it is from one to the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from routing.check import Rule, Violation, check
from routing.problem import Matrix, Problem
from routing.solution import Load
from tests.routing.checks.broken import (
    EMPTY_SEVENTH,
    R1,
    Case,
    name_of,
    with_step,
    with_steps,
    with_stop,
    with_unassigned,
    with_vehicle,
)
from tests.routing.checks.good_solution import LEFT_OUT_4, LEFT_OUT_6, PROBLEM, SOLUTION


def road_closed(origin: int, destination: int) -> Problem:
    metres = PROBLEM.matrices["truck"].distances_m.copy()
    metres[origin, destination] = -1
    return replace(
        PROBLEM, matrices=dict(PROBLEM.matrices) | {"truck": Matrix(metres, np.where(metres < 0, -1, metres // 10))}
    )


CASES: list[Case] = [
    (
        Rule.UNKNOWN_STOP,
        1,
        "unassigned stop 77",
        PROBLEM,
        with_unassigned(LEFT_OUT_4, LEFT_OUT_6, replace(LEFT_OUT_6, stop_id=77)),
    ),
    (
        Rule.UNKNOWN_SITE,
        1,
        f"{R1}, step 9 (disposal)",
        EMPTY_SEVENTH,
        with_steps({8: {"loads": (Load(0, 0), Load(0, 0))}, 9: {"disposal_site_id": 9}}),
    ),
    (Rule.STEP_CONTRADICTED, 1, f"{R1}, step 9 (disposal)", PROBLEM, with_step(9, stop_id=7)),
    (Rule.STEP_CONTRADICTED, 2, f"{R1}, step 0 (start)", PROBLEM, with_step(0, stop_id=7, break_id=1)),
    (Rule.WRONG_PLACE, 1, f"{R1}, step 8 (emptying)", with_stop(7, location=5), SOLUTION),
    (Rule.WRONG_PLACE, 1, f"{R1}, step 10 (end)", with_vehicle(1, end=5), SOLUTION),
    (Rule.WRONG_PLACE, 1, f"{R1}, step 2 (break)", PROBLEM, with_step(2, location=5)),
    (Rule.NO_WAY, 1, f"{R1}, step 5 (break)", road_closed(3, 4), SOLUTION),
    (Rule.DISTANCE, 7, f"{R1}, step 2 (break)", PROBLEM, with_step(2, distance_m=2007)),
    (Rule.DISTANCE, 7, f"{R1}, step 0 (start)", PROBLEM, with_step(0, distance_m=7)),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_exactly_what_is_wrong_is_found(case: Case) -> None:
    rule, amount, place, problem, solution = case
    assert check(problem, solution) == [Violation(place, rule, amount)]
