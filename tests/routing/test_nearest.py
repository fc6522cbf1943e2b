"""A plan at once for any number of stops: nearly complete, and by the rules."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from routing.check import check
from routing.problem import Problem
from routing.solve import solve
from routing.solvers.plan.assemble import assemble, routes_of
from routing.solvers.plan.index import index_of
from routing.solvers.plan.insertion import fill_in
from routing.solvers.plan.nearest import nearest_plan
from tests.routing.problems import HOUR, medium, problems, three_stops, working_day
from tests.routing.test_solve import can_be_driven


def test_stops_are_visited_from_near_to_far_and_the_load_is_brought_away() -> None:
    problem = three_stops(kg=200)
    (visits,) = nearest_plan(index_of(problem)).values()
    assert [visit.kind.value for visit in visits] == ["emptying", "emptying", "disposal", "emptying"]
    assert [visit.id for visit in visits] == [1, 2, 1, 3]


@pytest.mark.parametrize(
    ("changes", "served"),
    [({}, 3), ({"max_stops": 2}, 2), ({"max_kg": 150}, 1), ({"kg": 150, "max_trips": 2}, 2), ({"ends_s": 1400}, 2)],
)
def test_it_stops_where_a_rule_would_be_broken(changes: dict[str, object], served: int) -> None:
    (visits,) = nearest_plan(index_of(three_stops(**changes))).values()
    assert sum(visit.kind.value == "emptying" for visit in visits) == served


def test_required_stops_come_before_optional_ones() -> None:
    base = three_stops(max_stops=1)
    stops = (*(replace(each, prize=100_000) for each in base.stops[:2]), base.stops[2])
    problem = Problem(base.matrices, stops, base.vehicles, base.disposal_sites)
    (visits,) = nearest_plan(index_of(problem)).values()
    assert visits[0].id == 3


def test_of_a_working_day_little_is_left_out_at_once() -> None:
    problem = working_day(stops=1000, vehicles=30)
    index = index_of(problem)
    began_at = time.process_time()
    routes = routes_of(index, nearest_plan(index))
    assert time.process_time() - began_at < 3
    assert sum(len(route.stop_ids) for route in routes.values()) > 950


def test_a_time_limit_too_small_for_the_size_still_serves_nearly_all() -> None:
    problem = medium(stops=1200, vehicles=40)
    longer = tuple(replace(each, ends_s=10 * HOUR) for each in problem.vehicles)
    problem = Problem(problem.matrices, problem.stops, longer, problem.disposal_sites)
    solution = solve(problem, time_limit_s=0.5)
    assert check(problem, solution) == []
    assert len(solution.unassigned) < 100


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(most_stops=7, most_vehicles=3))
def test_what_is_made_of_it_breaks_no_rule(problem: Problem) -> None:
    if not can_be_driven(problem):
        return
    index = index_of(problem)
    # As at the end of a search: what could still be served has been.
    routes = fill_in(index, routes_of(index, nearest_plan(index)), ends_at=time.monotonic() + 5)
    solution = assemble(index, routes, (), ends_at=time.monotonic() + 5)
    assert check(problem, solution) == []
