"""Each rule: a good solution broken in one place, and the checker must say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.plans import StepKind
from routing.check import Rule, check
from routing.problem import Problem
from routing.solution import Cost, Solution, Step, Unassigned, UnassignedReason
from routing.solve import solve
from tests.routing.problems import GLASS, PAPER, RESIDUAL, line, stop, tip, truck


@pytest.fixture(scope="module")
def problem() -> Problem:
    """Two fractions, one truck for both, tips for one and for both, a window, a stop that only truck 1 may visit."""
    return Problem(
        line(0, 1000, 2000, 3000, 4000),
        (
            stop(1, 2, allowed_vehicles=frozenset({1})),
            stop(2, 3, GLASS, time_windows=((0, 20_000),)),
            stop(3, 4, prize=50),
        ),
        (truck(1, PAPER, GLASS, fixed_cost=100), truck(2, RESIDUAL)),
        (tip(1, 1, PAPER, GLASS), tip(2, 1, PAPER)),
    )


@pytest.fixture(scope="module")
def solution(problem: Problem) -> Solution:
    """Start, two stops in some order, disposal, end; stop 3 is not worth it."""
    solution = solve(problem, time_limit_s=2)
    assert check(problem, solution) == []
    assert len(solution.routes[0].steps) == 5
    assert [unassigned.stop_id for unassigned in solution.unassigned] == [3]
    return solution


def rules(problem: Problem, solution: Solution) -> set[Rule]:
    found = check(problem, solution)
    assert all(str(violation) and violation.amount > 0 for violation in found)
    return {violation.rule for violation in found}


def with_steps(solution: Solution, change: Callable[[list[Step]], list[Step]]) -> Solution:
    route = solution.routes[0]
    return replace(solution, routes=(replace(route, steps=tuple(change(list(route.steps)))),))


def with_step(solution: Solution, number: int, **changes: object) -> Solution:
    def change(steps: list[Step]) -> list[Step]:
        steps[number] = replace(steps[number], **changes)  # type: ignore[arg-type]
        return steps

    return with_steps(solution, change)


def emptying(solution: Solution, stop_id: int) -> int:
    return next(n for n, step in enumerate(solution.routes[0].steps) if step.stop_id == stop_id)


def test_unknown_vehicle(problem: Problem, solution: Solution) -> None:
    broken = replace(solution, routes=(replace(solution.routes[0], vehicle_id=9),))
    assert Rule.UNKNOWN_VEHICLE in rules(problem, broken)


def test_vehicle_used_twice(problem: Problem, solution: Solution) -> None:
    broken = replace(solution, routes=(*solution.routes, *solution.routes))
    assert {Rule.VEHICLE_TWICE, Rule.STOP_TWICE} <= rules(problem, broken)


@pytest.mark.parametrize("steps", [slice(0, 0), slice(0, 1), slice(1, 5), slice(0, 4)])
def test_a_route_that_is_no_route(problem: Problem, solution: Solution, steps: slice) -> None:
    assert Rule.ROUTE_SHAPE in rules(problem, with_steps(solution, lambda all_steps: all_steps[steps]))


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("location", [99, -1])
def test_wrong_place(problem: Problem, solution: Solution, number: int, location: int) -> None:
    assert Rule.WRONG_PLACE in rules(problem, with_step(solution, number, location=location))


@pytest.mark.parametrize("stop_id", [99, None])
def test_unknown_stop(problem: Problem, solution: Solution, stop_id: int | None) -> None:
    assert {Rule.UNKNOWN_STOP, Rule.STOP_MISSING} <= rules(problem, with_step(solution, 1, stop_id=stop_id))


def test_unknown_site(problem: Problem, solution: Solution) -> None:
    assert Rule.UNKNOWN_SITE in rules(problem, with_step(solution, 3, disposal_site_id=9))


def test_stop_missing(problem: Problem, solution: Solution) -> None:
    assert rules(problem, replace(solution, unassigned=())) == {Rule.STOP_MISSING, Rule.COST}


def test_stop_twice(problem: Problem, solution: Solution) -> None:
    broken = with_steps(solution, lambda steps: [*steps[:2], steps[1], *steps[2:]])
    assert Rule.STOP_TWICE in rules(problem, broken)


def test_stop_both_visited_and_unassigned(problem: Problem, solution: Solution) -> None:
    extra = Unassigned(1, UnassignedReason.TIME)
    assert Rule.STOP_CONTRADICTED in rules(problem, replace(solution, unassigned=(*solution.unassigned, extra)))


def test_unassigned_stop_that_does_not_exist(problem: Problem, solution: Solution) -> None:
    extra = Unassigned(77, UnassignedReason.TIME)
    assert Rule.UNKNOWN_STOP in rules(problem, replace(solution, unassigned=(*solution.unassigned, extra)))


@pytest.mark.parametrize(
    "reason", sorted(set(UnassignedReason) - {UnassignedReason.NOT_WORTH_DETOUR, UnassignedReason.TIME})
)
def test_reason_that_cannot_be(problem: Problem, solution: Solution, reason: UnassignedReason) -> None:
    assert rules(problem, replace(solution, unassigned=(Unassigned(3, reason),))) == {Rule.WRONG_REASON}


def test_a_required_stop_is_never_left_out_for_its_detour(problem: Problem, solution: Solution) -> None:
    required = replace(problem, stops=(*problem.stops[:2], replace(problem.stops[2], prize=None)))
    assert Rule.WRONG_REASON in rules(required, solution)


def test_fraction_that_the_vehicle_does_not_take(problem: Problem, solution: Solution) -> None:
    changed = replace(problem, vehicles=(truck(1, PAPER, fixed_cost=100), problem.vehicles[1]))
    assert rules(changed, solution) == {Rule.FRACTION}


def test_vehicle_that_the_stop_does_not_allow(problem: Problem, solution: Solution) -> None:
    stops = (replace(problem.stops[0], allowed_vehicles=frozenset({2})), *problem.stops[1:])
    assert rules(replace(problem, stops=stops), solution) == {Rule.SKILL}


@pytest.mark.parametrize(
    ("name", "limit", "rule"), [("capacity_kg", 150, Rule.CAPACITY_KG), ("capacity_l", 1900, Rule.CAPACITY_L)]
)
def test_overloaded(problem: Problem, solution: Solution, name: str, limit: int, rule: Rule) -> None:
    vehicle = replace(problem.vehicles[0], **{name: limit})
    (violation,) = check(replace(problem, vehicles=(vehicle, problem.vehicles[1])), solution)
    assert violation.rule is rule
    assert violation.amount == (50 if rule is Rule.CAPACITY_KG else 100)
    assert "vehicle 1, step 2 (emptying)" in violation.place


def test_site_that_does_not_accept_what_is_aboard(problem: Problem, solution: Solution) -> None:
    assert rules(problem, with_step(solution, 3, disposal_site_id=2)) == {Rule.SITE_REFUSES}


def test_not_emptied_at_the_end(problem: Problem, solution: Solution) -> None:
    broken = with_steps(solution, lambda steps: [*steps[:3], steps[4]])
    assert Rule.NOT_EMPTY in rules(problem, broken)


def test_no_way_between_two_steps(problem: Problem, solution: Solution) -> None:
    first = solution.routes[0].steps[1].location
    metres = problem.matrix.distances_m.copy()
    metres[0, first] = -1
    cut = replace(problem.matrix, distances_m=metres, durations_s=metres // 10)
    assert Rule.NO_WAY in rules(replace(problem, matrix=cut), solution)


@pytest.mark.parametrize("change", [{"arrival_s": 0}, {"service_s": 1}, {"waiting_s": -5}, {"waiting_s": 100}])
def test_wrong_times(problem: Problem, solution: Solution, change: dict[str, int]) -> None:
    assert Rule.TIME in rules(problem, with_step(solution, 2, **change))


def test_outside_the_time_window(problem: Problem, solution: Solution) -> None:
    stops = (problem.stops[0], replace(problem.stops[1], time_windows=((0, 5), (10_000, 11_000))), problem.stops[2])
    (violation,) = check(replace(problem, stops=stops), solution)
    assert violation.rule is Rule.WINDOW
    step = solution.routes[0].steps[emptying(solution, 2)]
    assert violation.amount == step.arrival_s - 5


@pytest.mark.parametrize("shift", [{"starts_s": 10}, {"ends_s": 1000}])
def test_outside_the_shift(problem: Problem, solution: Solution, shift: dict[str, int]) -> None:
    vehicle = replace(problem.vehicles[0], **shift)
    assert rules(replace(problem, vehicles=(vehicle, problem.vehicles[1])), solution) == {Rule.SHIFT}


@pytest.mark.parametrize("change", [{"load_kg": 1}, {"load_l": 1}])
def test_wrong_load(problem: Problem, solution: Solution, change: dict[str, int]) -> None:
    assert rules(problem, with_step(solution, 2, **change)) == {Rule.LOAD}


def test_wrong_distance(problem: Problem, solution: Solution) -> None:
    assert rules(problem, with_step(solution, 2, distance_m=1)) == {Rule.DISTANCE}


@pytest.mark.parametrize("name", ["fixed", "distance", "duration", "missed_prizes"])
def test_wrong_cost(problem: Problem, solution: Solution, name: str) -> None:
    (violation,) = check(problem, replace(solution, cost=replace(solution.cost, **{name: 0})))
    assert violation.rule is Rule.COST
    assert name in violation.place


def test_nothing_planned_for_nothing() -> None:
    empty = Problem(line(0), (), (), ())
    assert check(empty, Solution((), (), Cost())) == []


def test_every_rule_has_a_test() -> None:
    with open(__file__, encoding="utf-8") as source:  # noqa: PTH123
        text = source.read()
    assert [rule for rule in Rule if f"Rule.{rule.name}" not in text] == []


def test_steps_of_unknown_kinds_in_between_are_refused(problem: Problem, solution: Solution) -> None:
    assert Rule.ROUTE_SHAPE in rules(problem, with_step(solution, 2, kind=StepKind.START))
