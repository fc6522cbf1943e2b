"""The benchmark itself, on instances made by hand and within seconds: so that it does not rot."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from routing.check import check
from routing.solve import solve
from tests.benchmarks.routing import __main__ as bench
from tests.benchmarks.routing import city, loaders
from tests.benchmarks.routing.as_problem import problem_of, tours_of
from tests.benchmarks.routing.engines import Limits, run_here
from tests.benchmarks.routing.instance import Instance, Tour
from tests.benchmarks.routing.judge import judge
from tests.benchmarks.routing.periodic import search_side_by_side
from tests.benchmarks.routing.results import Key, Result, Store
from tests.benchmarks.routing.table import tables

TINY = Path(__file__).parents[2] / "data" / "vrp"
BEST = {"tiny.vrp": 18, "tiny-windows.vrp": 105, "tiny-prizes.vrp": 170, "tiny_stop.txt": 8 * 5280}
"""Worked out on paper."""


def instance_of(name: str) -> Instance:
    return loaders.read(TINY / name)


@pytest.mark.parametrize("name", BEST)
def test_our_cost_is_the_instance_s_cost(name: str):
    instance = instance_of(name)
    problem = problem_of(instance)
    solution = solve(problem, time_limit_s=1, iterations=50)
    assert check(problem, solution) == []
    verdict = judge(instance, tours_of(instance, solution))
    assert verdict.faults == ()
    assert verdict.cost == solution.cost.total == BEST[name]


@pytest.mark.parametrize("engine", ["pyvrp", "ortools"])
@pytest.mark.parametrize("name", ["tiny.vrp", "tiny-windows.vrp", "tiny_stop.txt"])
def test_rivals(engine: str, name: str):
    instance = instance_of(name)
    run = run_here(engine, instance, Limits(0.3, 1, 1))
    verdict = judge(instance, run.tours, with_lunch=engine != "pyvrp", with_day_caps=engine != "pyvrp")
    assert verdict.faults == ()
    assert verdict.cost == BEST[name]


@pytest.mark.parametrize(
    ("engine", "capacity"), [("halfvol", 10), ("halfvol", 20), ("ortools", 10), ("ortools", 20), ("pyvrp", 10)]
)
def test_release_times(engine: str, capacity: int):
    """1 must be served before a trip that waits for 2 could start, with room for all three as well."""
    instance = replace(instance_of("tiny-releases.vrp"), capacity=capacity)
    verdict = judge(instance, run_here(engine, instance, Limits(0.9, 1, 1)).tours)
    assert (verdict.faults, verdict.cost) == ((), 214)


def test_patterns_are_searched():
    """Two customers on one day cost 4, alone 3 and 4: the visit of the second is on a day of the first."""
    instance = instance_of("tiny_4.geojson")

    def solve_day(days: dict[int, tuple[int, ...]], day: int, _: float) -> list[Tour]:
        nodes = sorted(node for node, chosen in days.items() if day in chosen)
        return [Tour((*nodes, 3), day)] if nodes else []

    tours = search_side_by_side(instance, 1.0, 1, 1, solve_day)
    verdict = judge(instance, tours)
    assert (verdict.faults, verdict.cost) == ((), 7)


def test_it_goes_on_where_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    data = tmp_path / "data"
    data.mkdir()
    for name in ("tiny.vrp", "tiny.sol"):
        shutil.copy(TINY / name, data)
    words = ["--data", str(data), "--seconds", "0.5", "--cores", "1", "--engines", "halfvol,pyvrp"]
    words += ["--results", str(tmp_path / "kept.jsonl")]
    assert bench.main(words) == 0
    first = capsys.readouterr().out
    assert "2 runs, 0 of them done before" in first
    assert "| tiny | 3 | 18 | 18 (+0.00 %) | 18 (+0.00 %) |" in first
    assert bench.main(words) == 0
    assert "2 runs, 2 of them done before; about 0 minutes" in capsys.readouterr().out
    assert bench.main(["--data", str(data), "--only", "no-such"]) == 1


def test_results_survive_a_cut_off_line(tmp_path: Path):
    store = Store(tmp_path / "kept.jsonl")
    store.add(_result("halfvol", 20))
    with (tmp_path / "kept.jsonl").open("a") as file:
        file.write('{"instance": "cvrp/ti')
    assert Store(tmp_path / "kept.jsonl").get(_result("halfvol", 20).key) == _result("halfvol", 20)


def test_faults_and_failures_show_in_the_table():
    instance = instance_of("tiny.vrp")
    results = [
        _result("halfvol", 19),
        _result("pyvrp", 18, faults=("customer 1 is not visited",)),
        _result("ortools", None, problem="no memory"),
        _result("vroom", None, problem="cannot: no words"),
    ]
    text = tables([instance], results, ["halfvol", "pyvrp", "ortools", "vroom"])
    assert "19 (+5.56 %) | failed (1 faults: customer 1 is not visited) | failed (no memory) | cannot |" in text
    assert "**Not reached.**" in text


def test_a_city_of_twenty():
    places = [{"lat": 52.05 + n / 500, "lng": 4.3 + (n % 7) / 300} for n in range(60)]
    containers = [each | {"fc": code} for each, code in zip(places, ["RES", "PPR", "GLB", "PLA"] * 15, strict=True)]
    day = city.run(city.problem(containers, 20, 1), 1.0, 1)
    assert (day.stops, day.trucks, day.violations, day.left_out) == (20, 4, 0, 0)


def _result(engine: str, cost: int | None, *, faults: tuple[str, ...] = (), problem: str = "") -> Result:
    key = Key("cvrp/tiny", engine, 1.0, 1, 1, "1")
    return Result(*key, cost, 2, faults, "", problem, 1.0, 100, "2026-11-22")
