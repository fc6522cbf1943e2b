from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.check import check
from routing.problem import Matrix, Problem
from routing.solution import Solution, UnassignedReason
from routing.solve import Engine, solve
from tests.routing.brute_force import best_by_brute_force, route_costs
from tests.routing.problems import (
    GLASS,
    HOUR,
    PAPER,
    RESIDUAL,
    line,
    medium,
    problems,
    stop,
    three_stops,
    tip,
    truck,
)

ENGINES: tuple[Engine, ...] = ("best", "ortools", "pyvrp")

every_engine = pytest.mark.parametrize("engine", ENGINES)

patient = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def reasons(problem: Problem, engine: Engine = "best") -> dict[int, UnassignedReason]:
    solution = solve(problem, time_limit_s=2, engine=engine)
    assert check(problem, solution) == []
    return {unassigned.stop_id: unassigned.reason for unassigned in solution.unassigned}


@every_engine
def test_three_stops_on_one_road(engine: Engine) -> None:
    problem = three_stops()
    solution = solve(problem, time_limit_s=2, engine=engine)
    assert check(problem, solution) == []
    (route,) = solution.routes
    assert set(route.stop_ids) == {1, 2, 3}
    assert [step.kind for step in route.steps][-2:] == [StepKind.DISPOSAL, StepKind.END]
    assert solution.distance_m == 8000
    assert solution.duration_s == 800 + 3 * 60 + 600
    assert solution.cost.total == pytest.approx(800 + 1580)


@every_engine
def test_full_trucks_go_to_the_disposal_site_in_between(engine: Engine) -> None:
    problem = three_stops(kg=200)
    solution = solve(problem, time_limit_s=2, engine=engine)
    assert check(problem, solution) == []
    kinds = [step.kind for step in solution.routes[0].steps]
    assert kinds.count(StepKind.DISPOSAL) == 2
    assert set(solution.routes[0].stop_ids) == {1, 2, 3}


@every_engine
def test_litres_fill_a_truck_too(engine: Engine) -> None:
    problem = three_stops(litres=2000)
    solution = solve(problem, time_limit_s=2, engine=engine)
    assert check(problem, solution) == []
    assert [step.kind for step in solution.routes[0].steps].count(StepKind.DISPOSAL) == 2


@every_engine
def test_waste_goes_only_where_all_of_it_is_accepted(engine: Engine) -> None:
    # One truck, two fractions, and no site that accepts both: never both aboard.
    problem = Problem(
        line(0, 1000, 2000, 3000, 4000, 5000),
        (stop(1, 3, PAPER), stop(2, 4, GLASS), stop(3, 5, PAPER)),
        (truck(1, PAPER, GLASS),),
        (tip(1, 1, PAPER), tip(2, 2, GLASS)),
    )
    solution = solve(problem, time_limit_s=2, engine=engine)
    assert check(problem, solution) == []
    # PyVRP cannot express it and serves one fraction; the other is then filled in.
    assert solution.unassigned == ()


@every_engine
def test_optional_stops_are_visited_when_their_prize_pays_for_the_detour(engine: Engine) -> None:
    # The far stop costs 8 km and 860 s more: 800 + 860 cents.
    near = replace(three_stops().stops[0], prize=None)
    for prize, visited in ((1600, False), (1800, True)):
        problem = Problem(
            line(0, 1000, 2000, 6000), (near, stop(2, 3, prize=prize)), three_stops().vehicles, (tip(1, 1),)
        )
        solution = solve(problem, time_limit_s=2, engine=engine)
        assert check(problem, solution) == []
        assert (2 in solution.routes[0].stop_ids) == visited
        if not visited:
            (unassigned,) = solution.unassigned
            assert unassigned.reason is UnassignedReason.NOT_WORTH_DETOUR
            assert unassigned.detour_cost == 1660
            assert solution.cost.missed_prizes == prize


@every_engine
def test_time_windows_make_it_wait_and_leave_late(engine: Engine) -> None:
    problem = Problem(
        line(0, 1000, 2000, 3000),
        (stop(1, 2, time_windows=((3600, 4000),)), stop(2, 3, time_windows=((0, 300), (5000, 6000)))),
        (truck(),),
        (tip(),),
    )
    solution = solve(problem, time_limit_s=2, engine=engine)
    assert check(problem, solution) == []
    (route,) = solution.routes
    assert set(route.stop_ids) == {1, 2}
    if route.stop_ids == (1, 2):
        assert route.starts_s > 3400


@every_engine
def test_vehicles_that_are_not_needed_stay_in_the_yard(engine: Engine) -> None:
    problem = three_stops()
    problem = replace(problem, vehicles=(truck(1, fixed_cost=5000), truck(2, fixed_cost=4000)))
    solution = solve(problem, time_limit_s=2, engine=engine)
    assert check(problem, solution) == []
    assert [route.vehicle_id for route in solution.routes] == [2]


def test_nothing_to_do() -> None:
    problem = replace(three_stops(), stops=())
    solution = solve(problem, time_limit_s=1)
    assert solution.routes == ()
    assert solution.unassigned == ()
    assert solution.cost.total == 0


def test_every_rule_that_keeps_a_stop_out_is_named() -> None:
    assert reasons(replace(three_stops(), vehicles=())) == dict.fromkeys((1, 2, 3), UnassignedReason.NO_VEHICLE)
    assert reasons(replace(three_stops(), disposal_sites=())) == dict.fromkeys((1, 2, 3), UnassignedReason.UNREACHABLE)
    base = three_stops()
    cases = {
        UnassignedReason.NO_VEHICLE: stop(9, 2, GLASS),
        UnassignedReason.SKILL: stop(9, 2, allowed_vehicles=frozenset({2})),
        UnassignedReason.CAPACITY: stop(9, 2, kg=1001, l=10),
        UnassignedReason.TIME_WINDOW: stop(9, 2, time_windows=((0, 10),)),
    }
    for reason, hopeless in cases.items():
        problem = replace(base, stops=(*base.stops, hopeless), vehicles=(truck(1), truck(2, RESIDUAL)))
        assert reasons(problem) == {9: reason}


def test_unreachable_stops_leave_the_others_alone() -> None:
    base = three_stops()
    metres = base.matrices["truck"].distances_m.copy()
    metres[4, :4] = -1
    matrix = Matrix(metres, np.where(metres < 0, -1, metres // 10))
    for engine in ENGINES:
        assert reasons(Problem(matrix, base.stops, base.vehicles, base.disposal_sites), engine) == {
            3: UnassignedReason.UNREACHABLE
        }


@every_engine
def test_too_short_a_shift_serves_what_it_can(engine: Engine) -> None:
    # To the first stop and home over the tip takes 400 + 60 + 600 s, each next one 260 s more.
    problem = three_stops(ends_s=1400)
    assert set(reasons(problem, engine).values()) == {UnassignedReason.SHIFT}
    assert len(reasons(problem, engine)) == 1


@pytest.mark.parametrize("limit_s", [0, -1, float("nan"), float("inf")])
def test_a_time_limit_that_cannot_be_is_refused(limit_s: float) -> None:
    with pytest.raises(InvalidInput, match="positive number of seconds"):
        solve(three_stops(), time_limit_s=limit_s)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InvalidInput, match="choose one of best, ortools, pyvrp"):
        solve(three_stops(), time_limit_s=1, engine="vroom")  # type: ignore[arg-type]


@every_engine
def test_time_limits_are_kept(engine: Engine) -> None:
    problem = medium(stops=150, vehicles=4)
    for limit_s in (0.5, 3.0):
        began_at = time.monotonic()
        solution = solve(problem, time_limit_s=limit_s, engine=engine)
        assert time.monotonic() - began_at < limit_s + 1
        assert check(problem, solution) == []


def test_time_limits_are_kept_when_most_stops_are_left_out() -> None:
    base = medium(stops=400, vehicles=2)
    problem = replace(base, stops=tuple(replace(each, prize=600) for each in base.stops))
    began_at = time.monotonic()
    solution = solve(problem, time_limit_s=3)
    assert time.monotonic() - began_at < 4
    assert check(problem, solution) == []
    assert len(solution.unassigned) > 50


def test_fractions_that_share_no_vehicle_are_searched_apart() -> None:
    problem = medium(fractions=(PAPER, GLASS, RESIDUAL), stops=36)
    solution = solve(problem, time_limit_s=3)
    assert check(problem, solution) == []
    assert sorted(search.vehicle_ids for search in solution.searches) == [(0,), (1,), (2,)]
    assert "PyVRP" in solution.engines


@every_engine
def test_the_same_seed_gives_the_same_routes_when_iterations_are_limited(engine: Engine) -> None:
    problem = medium(stops=25)
    first, second = (
        solve(problem, time_limit_s=60, engine=engine, iterations=30, seed=4, cores=1).routes for _ in range(2)
    )
    assert first == second


def test_progress_rises_to_one_and_tells_the_cost() -> None:
    told: list[tuple[float, float | None]] = []
    solution = solve(medium(stops=20), time_limit_s=1, on_progress=lambda share, cost: told.append((share, cost)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert told[-1][1] == pytest.approx(solution.cost.total)


def test_an_exception_in_progress_ends_the_search() -> None:
    def interrupt(share: float, cost: float | None) -> None:
        raise KeyboardInterrupt

    began_at = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        solve(medium(stops=60), time_limit_s=20, on_progress=interrupt)
    assert time.monotonic() - began_at < 10


@patient
@given(problems(most_stops=7, most_vehicles=3))
def test_no_solution_breaks_a_rule(problem: Problem) -> None:
    if not can_be_driven(problem):
        with pytest.raises(InvalidInput, match=r"^vehicle \d+: "):
            solve(problem, time_limit_s=0.1)
        return
    for engine in ENGINES:
        solution = solve(problem, time_limit_s=0.4, engine=engine, iterations=20)
        assert check(problem, solution) == []


def can_be_driven(problem: Problem) -> bool:
    """Whether the vehicles that are out already, or have been told where to go, can get home by all rules."""
    fixed = [vehicle for vehicle in problem.vehicles if vehicle.prefix or vehicle.under_way]
    return all(route_costs(problem, vehicle, told_only=True) for vehicle in fixed)


def same_as_brute_force(problem: Problem) -> None:
    best = best_by_brute_force(problem)
    assume(best is not None)
    solution = solve(problem, time_limit_s=5)
    assert check(problem, solution) == []
    left_out = {unassigned.stop_id for unassigned in solution.unassigned}
    weight = sum(1 + each.priority for each in problem.stops if each.prize is None and each.id in left_out)
    assert (weight, pytest.approx(solution.cost.total)) == best


@patient
@given(problems(most_stops=3, most_vehicles=2))
def test_tiny_problems_with_breaks_are_solved_to_the_optimum(problem: Problem) -> None:
    same_as_brute_force(problem)


@patient
@given(problems(most_stops=4, most_vehicles=2, breaks=False))
def test_small_problems_without_breaks_are_solved_to_the_optimum(problem: Problem) -> None:
    same_as_brute_force(problem)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(most_stops=7, most_vehicles=1, most_sites=1, breaks=False))
def test_seven_stops_are_solved_to_the_optimum(problem: Problem) -> None:
    same_as_brute_force(problem)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems(most_stops=4, most_vehicles=2, breaks=False, releases=True))
def test_problems_with_releases_are_solved_to_the_optimum(problem: Problem) -> None:
    same_as_brute_force(problem)


def released(engine: Engine, release_s: int) -> Solution:
    """Three stops, the second of them released later, and the third served soon."""
    base = three_stops()
    first, second, third = base.stops
    stops = (first, replace(second, release_s=release_s), replace(third, time_windows=((0, 500),)))
    problem = Problem(base.matrices, stops, base.vehicles, base.disposal_sites)
    solution = solve(problem, time_limit_s=2, engine=engine, iterations=100, cores=1)
    assert check(problem, solution) == []
    return solution


@pytest.mark.parametrize("engine", ENGINES)
def test_a_truck_comes_back_for_what_is_released_later(engine: Engine) -> None:
    assert [step.kind for step in released(engine, 50).routes[0].steps].count(StepKind.DISPOSAL) == 1
    (route,) = released(engine, 2000).routes
    assert [step.kind for step in route.steps].count(StepKind.DISPOSAL) == 2
    assert set(route.stop_ids) == {1, 2, 3}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_town_with_releases(engine: Engine) -> None:
    """Nothing is given up for them that need not be: within a quarter of the cost without."""
    base = medium(stops=30)
    stops = tuple(replace(each, release_s=1800 * (each.id % 3)) for each in base.stops)
    problem = Problem(base.matrices, stops, base.vehicles, base.disposal_sites)
    free, bound = (solve(each, time_limit_s=1.5, engine=engine, iterations=100, cores=1) for each in (base, problem))
    assert check(problem, bound) == []
    assert not bound.unassigned
    assert bound.cost.total < 1.25 * free.cost.total


@pytest.mark.parametrize("hours", [4, 8])
def test_more_time_in_the_shift_never_serves_less(hours: int) -> None:
    base = medium(stops=12, vehicles=1)
    longer = replace(base, vehicles=(truck(0, ends_s=hours * HOUR),))
    solution = solve(longer, time_limit_s=1)
    assert check(longer, solution) == []
    assert solution.unassigned == ()


@pytest.mark.parametrize("trucks", [1, 2])
def test_a_stop_that_needs_a_trip_of_its_own_is_not_worth_it_rather_than_impossible(trucks: int) -> None:
    required = [stop(number, 2 + number, kg=500, l=100) for number in range(30)]
    optional = stop(99, 40, kg=900, prize=500)
    fleet = tuple(truck(1 + number, kg=15_000, fixed_cost=50_000) for number in range(trucks))
    matrix = line(*range(0, 4100, 100))
    solution = solve(Problem(matrix, (*required, optional), fleet, (tip(),)), time_limit_s=1)
    assert len(solution.routes) == 1
    (left_out,) = solution.unassigned
    assert left_out.stop_id == 99
    assert left_out.reason is UnassignedReason.NOT_WORTH_DETOUR
