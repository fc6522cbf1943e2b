"""What PyVRP is told of a problem, and that its answers come back whole."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import pyvrp
from pyvrp.stop import MaxIterations

from domain.plans import StepKind
from routing.check import check
from routing.problem import LATEST_S, Amount, Break, Compartment, Matrix, Problem, Vehicle, Visit
from routing.solve import solve
from routing.solvers.plan.index import index_of
from routing.solvers.plan.schedule import schedule
from routing.solvers.pyvrp_engine import engine
from routing.solvers.pyvrp_engine.clock import Clock, clock_of
from routing.solvers.pyvrp_engine.model import PyvrpModel, expresses
from tests.routing.problems import GLASS, HOUR, PAPER, RESIDUAL, line, medium, stop, three_stops, tip, truck


def model(problem: Problem, *, all_required: bool = True) -> PyvrpModel:
    return PyvrpModel(index_of(problem), all_required=all_required)


def plain(stops: int = 30, trucks: int = 12) -> Problem:
    """A capacitated routing problem and nothing else: no tips, no hours, alike trucks."""
    random = np.random.default_rng(1)
    places = random.integers(0, 1000, (stops + 1, 2))
    metres = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)).astype(np.int32)
    return Problem(
        Matrix(metres, metres),
        tuple(stop(n, n, kg=int(random.integers(1, 100)), l=0, service_s=0) for n in range(1, stops + 1)),
        tuple(
            truck(n, kg=300, cost_per_km=1000, cost_per_hour=0, ends_s=LATEST_S, ends_empty=False)
            for n in range(trucks)
        ),
        (),
    )


def test_a_plain_problem_is_told_as_plainly_as_in_pyvrp_itself() -> None:
    problem = plain()
    data = model(problem).data
    (kind,) = data.vehicle_types()
    assert (kind.num_available, data.num_load_dimensions, data.num_depots) == (12, 1, 1)
    assert not data.has_time_windows()
    assert not kind.reload_depots
    assert data.num_locations == 31
    assert (data.distance_matrix(0)[:30, :30] == problem.matrices["truck"].distances_m[1:, 1:]).all()
    assert all(client.required and client.prize == 0 for client in data.clients())


def test_a_plain_problem_is_searched_like_in_pyvrp_itself() -> None:
    """The same seed takes the same way: nothing that we add makes the search another or a slower one."""
    problem = plain()
    told = model(problem)
    ours = pyvrp.solve(told.data, MaxIterations(300), seed=3, collect_stats=False)
    order = [*range(1, 31), 0]
    metres: Any = problem.matrices["truck"].distances_m.astype(np.int64)[np.ix_(order, order)]
    nothing: Any = np.zeros((31, 31), dtype=np.int64)
    theirs = pyvrp.solve(
        pyvrp.ProblemData(
            [pyvrp.Location(0, 0)] * 31,
            [pyvrp.Client(n - 1, pickup=[s.kg]) for n, s in enumerate(problem.stops, start=1)],
            [pyvrp.Depot(30)],
            [pyvrp.VehicleType(12, [300], 0, 0)],
            [metres],
            [nothing],
        ),
        MaxIterations(300),
        seed=3,
        collect_stats=False,
    )
    assert ours.cost() == theirs.cost()


def test_alike_trucks_are_one_kind_and_different_ones_are_not() -> None:
    trucks = (truck(1), truck(2), truck(3, cost_per_km=90))
    problem = replace_vehicles(three_stops(), trucks)
    assert [kind.num_available for kind in model(problem).data.vehicle_types()] == [2, 1]


def replace_vehicles(problem: Problem, vehicles: tuple[Vehicle, ...]) -> Problem:
    return Problem(problem.matrices, problem.stops, vehicles, problem.disposal_sites, problem.change_cost)


def two_compartments() -> Problem:
    """Paper and glass side by side in one truck, each with a tip of its own."""
    bodies = (Compartment(frozenset({PAPER}), 250, 10_000), Compartment(frozenset({GLASS}), 250, 10_000))
    return Problem(
        line(0, 1000, 2000, 3000, 4000, 5000, 6000),
        tuple(stop(n, n + 2, PAPER, GLASS) for n in range(1, 5)),
        (truck(1, compartments=bodies),),
        (tip(1, 1, PAPER), tip(2, 2, GLASS)),
    )


def test_compartments_with_tips_of_their_own_are_emptied_at_both() -> None:
    problem = two_compartments()
    assert not expresses(index_of(problem))[0]
    solution = solve(problem, time_limit_s=5, engine="pyvrp", iterations=300, cores=1)
    assert not check(problem, solution)
    assert not solution.unassigned
    visited = {step.disposal_site_id for step in solution.routes[0].steps if step.kind is StepKind.DISPOSAL}
    assert visited == {1, 2}


def released(problem: Problem, release_s: int) -> Problem:
    """The last stop released later."""
    stops = (*problem.stops[:-1], replace(problem.stops[-1], release_s=release_s))
    return Problem(problem.matrices, stops, problem.vehicles, problem.disposal_sites)


def test_a_trip_leaves_after_service_at_the_site_and_not_before_the_release() -> None:
    """PyVRP waits for releases before service at a depot: so service at the site is on the way to it."""
    problem = released(three_stops(), 2000)
    told = model(problem)
    order = [Visit(StepKind.EMPTYING, 1), Visit(StepKind.EMPTYING, 2), Visit(StepKind.DISPOSAL, 1)]
    route = told.solution({1: [*order, Visit(StepKind.EMPTYING, 3), Visit(StepKind.DISPOSAL, 1)]}).routes()[0]
    ours = schedule(index_of(problem), problem.vehicles[0], [*order, Visit(StepKind.EMPTYING, 3), order[-1]])
    assert ours is not None
    assert (route.is_feasible(), route.duration(), route.end_time()) == (True, ours.duration_s, ours.ends_s)


@pytest.mark.parametrize(
    ("problem", "exact"),
    [
        (plain(), True),
        (three_stops(), True),
        (three_stops(breaks=(Break(1, 1800),)), False),
        (three_stops(max_stops=2), True),
        (released(three_stops(), 600), True),
        (released(three_stops(departed_s=0), 600), False),
        (three_stops(max_stops=2, kg=150), False),
        (three_stops(max_duration_s=3600, max_overtime_s=3600, cost_per_overtime_hour=100), True),
    ],
)
def test_what_pyvrp_can_express(problem: Problem, *, exact: bool) -> None:
    assert expresses(index_of(problem))[0] is exact


@pytest.mark.parametrize(
    "changes",
    [
        {"max_trips": 2, "kg": 150},
        {"max_stops": 2},
        {"max_kg": 200},
        {"breaks": (Break(1, 1800, ((600, 3600),)),)},
        {"initial_load": (Amount(PAPER, 950, 0),)},
        {"ends_empty": False},
        {"max_duration_s": 1200, "max_overtime_s": 600, "cost_per_overtime_hour": 1000},
        {"prefix": (Visit(StepKind.EMPTYING, 3), Visit(StepKind.DISPOSAL, 1))},
        {"under_way": True},
    ],
)
def test_every_rule_of_a_truck_is_kept_by_pyvrp_alone(changes: dict[str, object]) -> None:
    problem = three_stops(**changes)
    solution = solve(problem, time_limit_s=5, engine="pyvrp", iterations=200, cores=1)
    assert not check(problem, solution)
    assert solution.routes
    least = solve(problem, time_limit_s=5, engine="ortools", iterations=50, cores=1)
    assert (len(solution.unassigned), solution.cost.total) <= (len(least.unassigned), least.cost.total + 1e-6)


def test_a_start_is_taken_over_as_it_is() -> None:
    problem = medium(stops=20)
    told = model(problem)
    solution = solve(problem, time_limit_s=5, engine="pyvrp", iterations=20, cores=1)
    visits = {
        route.vehicle_id: [
            Visit(step.kind, identifier)
            for step in route.steps
            if (identifier := step.stop_id if step.stop_id is not None else step.disposal_site_id) is not None
        ]
        for route in solution.routes
    }
    taken = told.solution(visits)
    assert taken.is_feasible()
    assert {tuple(visits) for visits in told.visits(taken).values()} == {tuple(order) for order in visits.values()}


def test_the_engine_stops_in_time_and_returns_its_start_when_there_is_none() -> None:
    problem = medium(stops=60)
    start = engine.first_plan(problem, seed=1)
    assert start is not None
    began_at = time.monotonic()
    assert engine.search(problem, time_limit_s=0, seed=1, iterations=10**9, start=start) is not None
    assert time.monotonic() - began_at < 2


def test_the_clock_stands_still_for_a_break_that_all_take() -> None:
    lunch = (Break(1, HOUR, ((4 * HOUR, 6 * HOUR),)),)
    clock = clock_of([truck(1, breaks=lunch), truck(2, breaks=lunch)])
    assert [clock.told(hour * HOUR) for hour in (0, 5, 6, 8)] == [0, 5 * HOUR, 5 * HOUR, 7 * HOUR]
    assert clock.told(LATEST_S) == LATEST_S
    assert clock_of([truck(1, breaks=lunch), truck(2)]) == Clock()


def test_windows_on_both_sides_of_lunch_are_met() -> None:
    lunch = (Break(1, HOUR, ((3 * HOUR, 4 * HOUR),)),)
    early, late = ((2 * HOUR, 3 * HOUR),), ((4 * HOUR, 4 * HOUR + 1800),)
    problem = Problem(
        line(0, 1000, 2000, 3000, 4000),
        (stop(1, 2, time_windows=early), stop(2, 3, time_windows=late), stop(3, 4, time_windows=late)),
        (truck(1, breaks=lunch),),
        (tip(),),
    )
    solution = solve(problem, time_limit_s=5, engine="pyvrp", iterations=200, cores=1)
    assert not check(problem, solution)
    assert not solution.unassigned


def test_what_a_truck_may_not_mix_it_does_not_load() -> None:
    """One body, and no tip takes paper and residual waste together: PyVRP chooses what is wanted more."""
    problem = Problem(
        line(0, 1000, 2000, 3000, 4000, 5000),
        (stop(1, 3, PAPER), stop(2, 4, PAPER), stop(3, 5, RESIDUAL)),
        (truck(1, PAPER, RESIDUAL),),
        (tip(1, 1, PAPER), tip(2, 2, RESIDUAL)),
    )
    solution = solve(problem, time_limit_s=5, engine="pyvrp", iterations=200, cores=1)
    assert not check(problem, solution)
    assert {1, 2} <= {stop_id for route in solution.routes for stop_id in route.stop_ids}
