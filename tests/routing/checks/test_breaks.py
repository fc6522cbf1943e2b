"""Breaks, and rests after so much driving."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.check import Rule, Violation, check
from routing.problem import Break, DrivingRule
from routing.solution import Route
from tests.routing.checks.broken import R1, Case, name_of, with_rule, with_step, with_vehicle
from tests.routing.checks.good_solution import BREAK, DISPOSAL, END, FIRST, SECOND, SOLUTION, THIRD, step

CASES: list[Case] = [
    (Rule.UNKNOWN_BREAK, 1, f"{R1}, step 5 (break)", with_rule(None), SOLUTION),
    (Rule.BREAK_MISSING, 1, f"{R1}, break 2", with_vehicle(1, breaks=(Break(1, 300), Break(2, 900))), SOLUTION),
    (Rule.BREAK_TWICE, 1, f"{R1}, break 1", with_vehicle(1, breaks=(Break(1, 300),)), with_step(5, break_id=1)),
    (Rule.BREAK_ORDER, 1, R1, with_vehicle(1, breaks=(Break(2, 300), Break(1, 300))), with_step(5, break_id=2)),
    (Rule.DRIVING, 50, f"{R1}, step 10 (end)", with_rule(DrivingRule(650, 300, 300)), SOLUTION),
    (Rule.DRIVING, 100, f"{R1}, step 2 (break)", with_rule(DrivingRule(700, 300, 600)), SOLUTION),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_exactly_what_is_wrong_is_found(case: Case) -> None:
    rule, amount, place, problem, solution = case
    assert check(problem, solution) == [Violation(place, rule, amount)]


def test_a_break_moves_on_and_never_back() -> None:
    """Two breaks between the same visits: both before the drive, one on each side, or both after it."""
    problem = with_vehicle(3, breaks=(Break(1, 60), Break(2, 60)))

    def places(first: int, second: int) -> set[Rule]:
        first_s = 260 + (100 if first == 1 else 0)
        second_s = first_s + 60 + (100 if first != second else 0)
        third_s = second_s + 60 + (100 if second == 2 else 0)
        route = Route(
            3,
            (
                *THIRD.steps[:2],
                step(BREAK, first, 2000 if first == 2 else 3000, first_s, (100, 1000), service_s=60, break_id=1),
                step(
                    BREAK,
                    second,
                    {(2, 2): 2000, (2, 1): 3000, (1, 1): 3000, (1, 2): 4000}[first, second],
                    second_s,
                    (100, 1000),
                    service_s=60,
                    break_id=2,
                ),
                step(
                    DISPOSAL,
                    1,
                    5000 if (first, second) == (1, 2) else 3000,
                    third_s,
                    (0, 0),
                    service_s=120,
                    disposal_site_id=1,
                ),
                step(END, 0, 6000 if (first, second) == (1, 2) else 4000, third_s + 220, (0, 0)),
            ),
        )
        return {violation.rule for violation in check(problem, replace(SOLUTION, routes=(FIRST, SECOND, route)))}

    expected = {Rule.STOP_TWICE, Rule.COST}
    assert places(2, 2) == places(2, 1) == places(1, 1) == expected
    assert places(1, 2) == expected | {Rule.WRONG_PLACE}
