"""Whole trips move between vehicles where that makes the plan cheaper, and only then."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from domain.plans import StepKind
from routing.problem import Problem, Visit
from routing.solvers.plan.assemble import rank, routes_of
from routing.solvers.plan.chains import chained, trips_of
from routing.solvers.plan.index import index_of
from routing.solvers.plan.insertion import fill_in
from routing.solvers.plan.visits import visits_of
from tests.routing.problems import line, problems, stop, tip, truck

DUMP = Visit(StepKind.DISPOSAL, 1)


def at(*stops: int) -> list[Visit]:
    return [Visit(StepKind.EMPTYING, each) for each in stops]


def road(**changes: object) -> Problem:
    """Four stops that each fill a truck, ten kilometres down the road beside the tip; four trucks."""
    return Problem(
        line(0, 10_000, 11_000, 12_000, 13_000, 14_000),
        tuple(stop(number, 1 + number, kg=900) for number in range(1, 5)),
        tuple(truck(number, **changes) for number in range(1, 5)),  # type: ignore[arg-type]
        (tip(),),
    )


def one_trip_each() -> dict[int, list[Visit]]:
    return {number: [*at(number), DUMP] for number in range(1, 5)}


def days(problem: Problem, start: dict[int, list[Visit]]) -> list[int]:
    """How many trips the vehicles that go out make."""
    found = chained(index_of(problem), start, ends_at=time.monotonic() + 20)
    assert sorted(v.id for order in found.values() for v in order if v.kind is StepKind.EMPTYING) == [1, 2, 3, 4]
    return sorted(len(trips_of(problem.vehicles[0], order)) for order in found.values())


@pytest.mark.parametrize(
    ("changes", "trips"),
    [
        ({}, [4]),
        # All four take 4,000 s of driving and 2,640 s of work.
        ({"ends_s": 6000}, [1, 3]),
        ({"max_kg": 1800}, [2, 2]),
        ({"max_stops": 3}, [1, 3]),
        ({"max_trips": 1}, [1, 1, 1, 1]),
    ],
)
def test_days_are_made_one_as_far_as_the_rules_allow(changes: dict[str, object], trips: list[int]) -> None:
    assert days(road(**changes), one_trip_each()) == trips


def test_a_trip_goes_where_its_stops_are_allowed() -> None:
    problem = road()
    fixed = tuple(replace(each, allowed_vehicles=frozenset({each.id})) for each in problem.stops)
    problem = Problem(problem.matrices, fixed, problem.vehicles, problem.disposal_sites)
    assert days(problem, one_trip_each()) == [1, 1, 1, 1]


def test_what_is_locked_stays_where_it_is() -> None:
    problem = road()
    told = (replace(problem.vehicles[0], prefix=(Visit(StepKind.EMPTYING, 1),)), *problem.vehicles[1:])
    problem = Problem(problem.matrices, problem.stops, told, problem.disposal_sites)
    found = chained(index_of(problem), one_trip_each(), ends_at=time.monotonic() + 20)
    assert list(found) == [1]
    assert found[1][:2] == one_trip_each()[1]


def test_planned_trips_are_not_taken_from_their_vehicle_for_less_than_that_costs() -> None:
    problem = road()
    planned = tuple(replace(each, planned_vehicle=each.id) for each in problem.stops)
    costly = Problem(problem.matrices, planned, problem.vehicles, problem.disposal_sites, change_cost=10**6)
    assert days(costly, one_trip_each()) == [1, 1, 1, 1]


def test_without_time_nothing_is_moved() -> None:
    assert chained(index_of(road()), one_trip_each(), ends_at=0) == one_trip_each()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(most_stops=7, most_vehicles=3))
def test_no_plan_gets_worse_or_loses_a_stop(problem: Problem) -> None:
    index = index_of(problem)
    routes = fill_in(index, {}, ends_at=time.monotonic() + 5)
    after = routes_of(index, chained(index, visits_of(routes), ends_at=time.monotonic() + 5))
    assert rank(index, after) <= rank(index, routes)
