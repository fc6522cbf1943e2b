"""How the time is shared out: lanes, groups of routes, starts, progress and repeatability."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.check import check
from routing.problem import Problem, Visit, one_body
from routing.solve import solve
from routing.solvers.plan.index import index_of
from routing.solvers.search.districts import districts
from routing.solvers.search.groups import group
from routing.solvers.search.lanes import Answer, Beside, Here, Task, can_run_beside
from routing.solvers.search.part import GROUPED_STOPS, Part
from routing.solvers.search.parts import parts, subproblem
from tests.routing.problems import GLASS, PAPER, medium, three_stops
from tests.routing.test_search_pyvrp import plain


def part_of(problem: Problem) -> Part:
    part = Part(problem, "best", 0, 20, time.monotonic())
    part.begin(None, 0.1)
    return part


def test_a_first_plan_is_told_at_once() -> None:
    told: list[tuple[float, float | None]] = []
    began_at = time.monotonic()

    def progress(_: float, cost: float | None) -> None:
        told.append((time.monotonic() - began_at, cost))

    problem = plain(300, 70)
    solution = solve(problem, time_limit_s=3, cores=1, on_progress=progress)
    assert not solution.unassigned
    assert next(after_s for after_s, cost in told if cost is not None) < 2
    costs = [cost for _, cost in told if cost is not None]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == pytest.approx(solution.cost.total)


def test_groups_are_neighbours_and_leave_busy_vehicles_alone() -> None:
    problem = plain(GROUPED_STOPS, 40)
    part = part_of(problem)
    chosen = group(part.index, part.routes, Random(1), size=40)
    assert chosen is not None
    assert 20 <= len(chosen.stop_ids) <= 40
    assert {stop.id for stop in chosen.problem.stops} == chosen.stop_ids
    other = group(part.index, part.routes, Random(1), size=40, busy=chosen.vehicle_ids)
    assert other is not None
    assert not other.vehicle_ids & chosen.vehicle_ids
    assert not other.stop_ids & chosen.stop_ids
    assert any(vehicle_id not in part.routes for vehicle_id in chosen.vehicle_ids), "one of the yard comes along"


def test_a_stop_that_is_left_out_is_in_one_group_at_a_time() -> None:
    part = part_of(plain(GROUPED_STOPS, 40))
    less = dict(list(part.routes.items())[::2])
    first = group(part.index, less, Random(1), size=20)
    assert first is not None
    served = {stop_id for route in less.values() for stop_id in route.stop_ids}
    assert first.stop_ids - served, "someone is left out nearby"
    second = group(part.index, less, Random(1), size=200, busy=first.vehicle_ids, taken=first.stop_ids)
    assert second is not None
    assert not first.stop_ids & second.stop_ids


def test_what_a_group_finds_never_makes_it_worse() -> None:
    part = part_of(plain(GROUPED_STOPS, 40))
    ends_at = time.monotonic() + 60
    best = []
    with Here(lambda *_: None) as lane:
        for number in range(6):
            task = part.next_task(number, copies=1, budget_s=2, ends_at=ends_at)
            assert task is not None
            assert (len(task.problem.stops) < GROUPED_STOPS) == (number > 0)
            lane.give(task)
            (answer,) = lane.answers(ends_at)
            part.answer(answer.number, answer.visits)
            assert part.best is not None
            best.append(part.best)
    assert best == sorted(best, reverse=True)
    assert best[-1][0] == 0


def test_two_groups_at_once_are_merged_one_after_the_other() -> None:
    part = part_of(plain(GROUPED_STOPS, 40))
    ends_at = time.monotonic() + 60
    whole = part.next_task(0, copies=1, budget_s=1, ends_at=ends_at)
    assert whole is not None
    part.answer(0, None)
    tasks = [part.next_task(number, copies=1, budget_s=1, ends_at=ends_at) for number in (1, 2)]
    before = part.best
    for task in reversed(tasks):
        assert task is not None
        with Here(lambda *_: None) as lane:
            lane.give(task)
            (answer,) = lane.answers(ends_at)
        part.answer(answer.number, answer.visits)
    assert part.best is not None
    assert before is not None
    assert part.best <= before
    served = [stop_id for route in part.routes.values() for stop_id in route.stop_ids]
    assert sorted(served) == list(range(1, GROUPED_STOPS + 1))


def test_lanes_beside_answer_and_survive_a_failure() -> None:
    problem = medium()
    found: list[int] = []
    ends_at = time.monotonic() + 20
    with Beside(2, lambda number, _: found.append(number)) as lanes:
        lanes.give(Task(1, problem, "PyVRP", seed=1, iterations=50, ends_at=ends_at))
        lanes.give(Task(2, problem, "PyVRP", seed=1, iterations="x", ends_at=ends_at))  # type: ignore[arg-type]
        assert not lanes.free
        answers: list[Answer] = []
        while len(answers) < 2:
            answers += lanes.answers(ends_at)
        assert lanes.free
    visits = {answer.number: answer.visits for answer in answers}
    assert visits[1] is not None
    assert visits[2] is None
    assert 1 in found


def test_what_no_other_process_can_import_is_solved_in_one(tmp_path: Path) -> None:
    """A script from standard input has no file, so lanes beside it would die while they start."""
    root = Path(__file__).parents[2]
    script = (
        "from routing.solve import solve\n"
        "from routing.solvers.search.lanes import can_run_beside\n"
        "from tests.routing.problems import medium\n"
        "if __name__ == '__main__':\n"
        "    print(can_run_beside(), len(solve(medium(), time_limit_s=2, iterations=5, cores=2).unassigned))\n"
    )
    file = tmp_path / "script.py"
    file.write_text(script, encoding="utf-8")
    told = [
        subprocess.run(
            [sys.executable, *arguments],
            input=script,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        for arguments in ([], [str(file)])
    ]
    assert [each.stdout.split() for each in told] == [["False", "0"], ["True", "0"]]
    assert [each.stderr for each in told] == ["", ""]


@pytest.mark.parametrize("path", [None, "<stdin>", "/no/such/file.py"])
def test_lanes_need_a_main_module_with_a_file(monkeypatch: pytest.MonkeyPatch, path: str | None) -> None:
    main = ModuleType("__main__")
    main.__spec__ = None
    if path is not None:
        main.__file__ = path
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert not can_run_beside()
    main.__file__ = __file__
    assert can_run_beside()


def test_a_start_is_never_made_worse() -> None:
    problem = medium(stops=30)
    good = solve(problem, time_limit_s=10, iterations=10, cores=1)
    again = solve(problem, time_limit_s=0.3, start=good, cores=1)
    assert again.cost.total <= good.cost.total
    assert not check(problem, again)


def test_a_start_that_names_what_is_gone_is_taken_as_far_as_it_goes() -> None:
    problem = three_stops()
    start = {
        1: [Visit(StepKind.EMPTYING, 9), Visit(StepKind.EMPTYING, 3), Visit(StepKind.DISPOSAL, 7)],
        5: [Visit(StepKind.EMPTYING, 2)],
    }
    solution = solve(problem, time_limit_s=2, iterations=50, cores=1, start=start)
    assert not check(problem, solution)
    assert not solution.unassigned


def test_one_core_and_so_many_iterations_give_the_same_answer_again() -> None:
    problem = plain(GROUPED_STOPS, 40)
    first, second = (solve(problem, time_limit_s=8, seed=3, iterations=2, cores=1) for _ in range(2))
    assert first.routes == second.routes


def test_districts_share_stops_and_vehicles_out() -> None:
    problem = plain(120, 30)
    cut = districts(index_of(problem), 40)
    assert sorted(stop.id for district in cut for stop in district.stops) == list(range(1, 121))
    assert sorted(v.id for district in cut for v in district.vehicles) == list(range(30))
    assert [len(district.stops) for district in cut] == [40, 40, 40]


def test_a_part_too_large_to_search_as_a_whole_is_searched_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.solvers.search.part.WHOLE_STOPS", 100)
    monkeypatch.setattr("routing.solvers.search.part.FIRST_PLAN_STOPS", 100)
    monkeypatch.setattr("routing.solvers.search.part.DISTRICT_STOPS", 60)
    problem = plain(180, 60)
    told: list[float | None] = []
    solution = solve(problem, time_limit_s=4, cores=1, iterations=50, on_progress=lambda _, cost: told.append(cost))
    assert not check(problem, solution)
    assert not solution.unassigned
    first = next(cost for cost in told if cost is not None)
    assert solution.cost.total < first


def test_two_lanes_at_work_keep_the_time() -> None:
    problem = medium(stops=150, fractions=(PAPER, GLASS), vehicles=10)
    began_at = time.monotonic()
    solution = solve(problem, time_limit_s=3, cores=2)
    assert time.monotonic() - began_at < 4
    assert not check(problem, solution)
    assert [search.found_by for search in solution.searches] != ["insertion"] * len(solution.searches)


def test_a_vehicle_that_is_out_is_a_part_even_with_nothing_to_do() -> None:
    problem = three_stops(under_way=True)
    alone = Problem(problem.matrices, (), problem.vehicles, problem.disposal_sites)
    assert [len(part.vehicles) for part in parts(index_of(alone))] == [1]
    solution = solve(alone, time_limit_s=1)
    assert not check(alone, solution)
    assert len(solution.routes) == 1


def test_a_smaller_problem_keeps_what_its_vehicles_are_locked_to() -> None:
    prefix = (Visit(StepKind.EMPTYING, 2), Visit(StepKind.DISPOSAL, 1))
    small = subproblem(three_stops(prefix=prefix), {3}, {1})
    assert {stop.id for stop in small.stops} == {2, 3}
    assert [site.id for site in small.disposal_sites] == [1]


def test_a_stop_planned_for_another_part_is_worth_the_change_less() -> None:
    base = three_stops()
    stops = tuple(
        replace(each, planned_vehicle=2, prize=prize) for each, prize in zip(base.stops, (500, 100, None), strict=True)
    )
    glass = replace(base.vehicles[0], id=2, compartments=one_body(frozenset({GLASS}), 1000, 10_000))
    problem = Problem(base.matrices, stops, (*base.vehicles, glass), base.disposal_sites, change_cost=200)
    (part,) = parts(index_of(problem))
    assert [(each.prize, each.planned_vehicle) for each in part.stops] == [(300, None), (0, None), (None, None)]
    assert [each.prize for each in subproblem(problem, {1, 2, 3}, {1, 2}).stops] == [500, 100, None]


@pytest.mark.parametrize("cores", [0, -1])
def test_no_core_is_refused(cores: int) -> None:
    with pytest.raises(InvalidInput, match="cores"):
        solve(three_stops(), time_limit_s=1, cores=cores)


def test_caps_of_the_day_are_kept_where_trips_could_exceed_them() -> None:
    free = medium(stops=30)
    vehicles = tuple(replace(vehicle, max_kg=2000) for vehicle in free.vehicles)
    capped = Problem(free.matrices, free.stops, vehicles, free.disposal_sites)
    solution = solve(capped, time_limit_s=1, iterations=50, cores=1, engine="pyvrp")
    assert check(capped, solution) == []
    assert not solution.unassigned
    assert all(sum(capped.stops[each].kg for each in route.stop_ids) <= 2000 for route in solution.routes)


def test_with_several_trips_a_day_the_first_searches_begin_from_nothing() -> None:
    free = medium(stops=30)
    vehicles = tuple(replace(vehicle, max_kg=2000) for vehicle in free.vehicles)
    part = Part(Problem(free.matrices, free.stops, vehicles, free.disposal_sites), "best", 0, 20, time.monotonic())
    part.begin(None, 0.1)
    starts: list[bool] = []
    for number in range(6):
        task = part.next_task(number, copies=1, budget_s=10, ends_at=time.monotonic() + 60)
        assert task is not None
        starts.append(task.start is not None)
        part.answer(number, None)
    assert starts == [True, False, False, False, True, True], "first the plan so far, at last the best"
