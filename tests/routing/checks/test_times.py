"""The clock of a route, and the hours that it must keep."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.check import Rule, Violation, check
from routing.problem import Break, DrivingRule
from tests.routing.checks.broken import (
    R1,
    Case,
    name_of,
    with_rule,
    with_site,
    with_step,
    with_steps,
    with_stop,
    with_vehicle,
)
from tests.routing.checks.good_solution import BREAK, FIRST, PROBLEM, SECOND, SOLUTION, THIRD, step

HELD_AT_A_STOP = with_steps({8: {"hold_s": 5}, 9: {"arrival_s": 2405}, 10: {"arrival_s": 2625}})
HELD_AT_A_STOP = replace(HELD_AT_A_STOP, cost=replace(SOLUTION.cost, duration=3245, overtime=200 + 5 / 3))


CASES: list[Case] = [
    (Rule.TIME, 4, f"{R1}, step 8 (emptying)", PROBLEM, with_step(8, arrival_s=2236, waiting_s=4)),
    (Rule.SETUP, 10, f"{R1}, step 1 (emptying)", with_stop(1, setup_s=40), SOLUTION),
    (Rule.SETUP, 10, f"{R1}, step 8 (emptying)", with_stop(7, setup_s=10), SOLUTION),
    (
        Rule.SETUP,
        10,
        f"{R1}, step 5 (break)",
        PROBLEM,
        with_steps({5: {"setup_s": 10}, 6: {"arrival_s": 1470, "waiting_s": 30}}),
    ),
    (Rule.SERVICE, 10, f"{R1}, step 8 (emptying)", with_stop(7, service_s=70), SOLUTION),
    (Rule.SERVICE, 20, f"{R1}, step 6 (disposal)", with_site(2, service_s=100), SOLUTION),
    (Rule.SERVICE, 5, f"{R1}, step 2 (break)", with_vehicle(1, breaks=(Break(1, 305),)), SOLUTION),
    (Rule.SERVICE, 1, f"{R1}, step 5 (break)", with_rule(DrivingRule(driving_s=700, rest_s=299)), SOLUTION),
    (Rule.WINDOW, 50, f"{R1}, step 4 (emptying)", with_stop(3, time_windows=((0, 850), (1000, 1100))), SOLUTION),
    (Rule.WINDOW, 100, f"{R1}, step 6 (disposal)", with_site(2, time_windows=((1600, 2000),)), SOLUTION),
    (Rule.WINDOW, 10, f"{R1}, step 2 (break)", with_vehicle(1, breaks=(Break(1, 300, ((0, 390),)),)), SOLUTION),
    (Rule.TIME, 5, f"{R1}, step 8 (emptying)", with_vehicle(1, ends_s=2630, max_overtime_s=605), HELD_AT_A_STOP),
    (Rule.RELEASE, 10, f"{R1}, step 0 (start)", with_stop(3, release_s=110), SOLUTION),
    (Rule.RELEASE, 10, f"{R1}, step 7 (disposal)", with_stop(7, release_s=2150), SOLUTION),
    (
        Rule.RELEASE,
        10,
        f"{R1}, step 0 (start)",
        replace(with_vehicle(1, departed_s=80), stops=with_stop(3, release_s=90).stops),
        SOLUTION,
    ),
    (Rule.SHIFT, 10, R1, with_vehicle(1, starts_s=110), SOLUTION),
    (Rule.SHIFT, 20, R1, with_vehicle(1, ends_s=2600), SOLUTION),
    (Rule.DURATION, 100, R1, with_vehicle(1, max_overtime_s=500), SOLUTION),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_exactly_what_is_wrong_is_found(case: Case) -> None:
    rule, amount, place, problem, solution = case
    assert check(problem, solution) == [Violation(place, rule, amount)]


def test_trips_that_leave_when_their_stops_are_released() -> None:
    for problem in (with_stop(3, release_s=100), with_stop(7, release_s=2140)):
        assert check(problem, SOLUTION) == []


def test_a_vehicle_stands_where_a_trip_begins_and_may_have_a_break_there() -> None:
    pause = step(BREAK, 0, 0, 0, (0, 0), service_s=60, break_id=1)
    later = (replace(each, arrival_s=each.arrival_s + 90) for each in THIRD.steps[1:])
    route = replace(THIRD, steps=(THIRD.steps[0], replace(pause, hold_s=30), *later))
    problem = with_vehicle(3, breaks=(Break(1, 60),))
    solution = replace(SOLUTION, routes=(route,))

    def rules(release_s: int) -> set[Rule]:
        stops = tuple(replace(each, release_s=release_s) for each in problem.stops)
        return {v.rule for v in check(replace(problem, stops=stops), solution)} & {Rule.RELEASE, Rule.TIME}

    assert rules(90) == set()
    assert rules(91) == {Rule.RELEASE}


def test_waiting_in_the_yard_is_no_part_of_a_day() -> None:
    problem = with_vehicle(3, starts_s=0)
    late = replace(THIRD, steps=(replace(THIRD.steps[0], waiting_s=7), *THIRD.steps[1:]))
    found = check(problem, replace(SOLUTION, routes=(FIRST, SECOND, late)))
    assert Violation("route of vehicle 3, step 0 (start)", Rule.TIME, 7) in found
