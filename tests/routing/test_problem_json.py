from __future__ import annotations

import contextlib
import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from routing.check import check
from routing.problem_json import problem_from_json, read_problem, solution_to_json
from routing.solve import solve

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "problem-json.md"


def example() -> dict[str, Any]:
    found = re.search(r"```json\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with one value set (or, with ``...``, taken away)."""
    document = copy.deepcopy(example())
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    inner: Any = document
    for key in parents:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return document


def test_the_documented_example_solves() -> None:
    problem = read_problem(json.dumps(example()).encode())
    solution = solve(problem, time_limit_s=2)
    assert check(problem, solution) == []
    answer = json.loads(json.dumps(solution_to_json(problem, solution)))
    assert answer["code"] == 0
    (route,) = answer["routes"]
    assert [step["type"] for step in route["steps"]] == ["start", "job", "job", "disposal", "end"]
    assert route["steps"][2]["load"] == [180, 2300]
    assert answer["summary"]["unassigned"] == len(answer["unassigned"]) == 0
    assert answer["summary"]["distance"] == route["distance"] == solution.distance_m
    assert route["duration"] + route["service"] + route["waiting_time"] == solution.duration_s
    assert answer["summary"]["cost"] == pytest.approx(route["cost"]) == pytest.approx(solution.cost.total, abs=0.01)
    assert answer["searches"][0]["vehicles"] == [1]


def test_what_is_left_out_is_told_with_its_reason() -> None:
    document = changed("jobs.1.prize", 1)
    problem = problem_from_json(document)
    answer = solution_to_json(problem, solve(problem, time_limit_s=2))
    (unassigned,) = answer["unassigned"]
    assert unassigned["id"] == 2
    assert unassigned["reason"] == "not_worth_detour"
    assert unassigned["detour_cost"] > 1
    assert answer["summary"]["cost_missed_prizes"] == 1


def test_every_field_is_documented_and_every_default_is_as_documented() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    for field in ("allowed_vehicles", "time_windows", "detour_cost", "not_worth_detour", "searches"):
        assert field in text
    document = example()
    for field in ("pickup", "service"):
        del document["jobs"][0][field]
    del document["vehicles"][0]["costs"]
    problem = problem_from_json(document)
    assert (problem.stops[0].kg, problem.stops[0].l, problem.stops[0].service_s) == (0, 0, 0)
    vehicle = problem.vehicles[0]
    assert (vehicle.fixed_cost, vehicle.cost_per_km, vehicle.cost_per_hour) == (0, 0, 3600)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("jobz", [], "the document: there is no field 'jobz'"),
        ("vehicles", ..., "the document: the field 'vehicles' is missing"),
        ("vehicles", {}, "vehicles: must be an array, not an object"),
        ("jobs.1.servise", 5, "jobs[1]: there is no field 'servise'; known fields: id"),
        ("jobs.0.locationindex", 5, "jobs[0]: there is no field 'locationindex'; known fields"),
        ("jobs.1.fraction", ..., "jobs[1]: the field 'fraction' is missing"),
        ("jobs.1.fraction", "papier", "jobs[1].fraction: 'papier' is no fraction; did you mean 'paper'?"),
        ("jobs.1.fraction", 5, "jobs[1].fraction: 5 is no fraction; choose from residual, paper"),
        ("jobs.1.pickup", [1], "jobs[1].pickup: must hold two amounts, [kg, l], not 1 values"),
        ("jobs.1.pickup", [-1, 0], "jobs[1]: kg is -1, but must lie between 0"),
        ("jobs.1.pickup", [1.5, 0], "jobs[1].pickup[0]: must be a whole number, not a number with decimals"),
        ("jobs.1.service", None, "jobs[1].service: must be a whole number, not null"),
        ("jobs.1.prize", "much", "jobs[1].prize: must be a whole number, not text"),
        ("jobs.1.time_windows", [[9, 5]], "jobs[1]: the time window [9, 5] ends before it starts"),
        ("jobs.1.id", 1, "jobs[1]: the id 1 is used twice"),
        ("jobs.0.id", True, "jobs[0].id: must be a whole number, not true or false"),
        ("jobs.1.location_index", 4, "jobs[1]: location 4 is outside the matrix of 4 locations (0 to 3)"),
        ("jobs.0.allowed_vehicles", [7], "jobs[0]: allows vehicle 7, which does not exist"),
        ("jobs.0", 7, "jobs[0]: must be an object, not a number"),
        ("vehicles.0.time_window", [10, 5], "vehicles[0]: the shift ends (5) before it starts (10)"),
        ("vehicles.0.capacty", [1, 1], "vehicles[0]: there is no field 'capacty'"),
        ("vehicles.0.costs.per_hor", 1, "vehicles[0].costs: there is no field 'per_hor'"),
        ("vehicles.0.fractions", [], "vehicles[0]: takes no fraction at all"),
        ("vehicles.0.end_index", 9, "vehicles[0]: end 9 is outside"),
        ("disposal_sites.0.service", -1, "disposal_sites[0]: service_s is -1"),
        ("matrices", {}, "matrices: holds 0 profiles; give exactly one"),
        ("matrices.truck.distances", [[0, 1]], "matrices.truck.distances[0]: has 2 values, but the table has 1 rows"),
        ("matrices.truck.distances.1.0", "x", "matrices.truck.distances[1][0]: must be a whole number, not text"),
        ("matrices.truck.distances.1.0", -7, "matrices.truck.distances[1][0]: -7 is neither"),
        ("matrices.truck.distances.1.0", 10**30, "matrices.truck.distances[1][0]: 1000000000000000000000000000000 is"),
        ("matrices.truck.distances.1.0", -1, "matrices.truck[1][0]: only one of distance and duration"),
        ("matrices.truck.durations.2.2", 5, "matrices.truck.durations[2][2]: from a location to itself"),
        ("matrices.truck.durations", [[0]], "matrices.truck: distances are 4 x 4 but durations 1 x 1"),
    ],
)
def test_errors_name_the_path(path: str, value: object, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        problem_from_json(changed(path, value))
    assert sentence in str(caught.value)


def test_a_misspelt_field_is_told_its_likely_name() -> None:
    document = changed("jobs.1.service", ...)
    document["jobs"][1]["servise"] = 5
    with pytest.raises(InvalidInput, match=r"jobs\[1\]: there is no field 'servise'; did you mean 'service'\?"):
        problem_from_json(document)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "line 1, column 1: this is not JSON"),
        (b'{"jobs": [},', "line 1, column 11: this is not JSON"),
        (b"\xff\xfe\x00", "the file is not UTF-8 text"),
        (b"[]", "the document: must be an object, not an array"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5000, "a number that cannot be right"),
    ],
)
def test_text_that_is_no_problem(text: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_problem(text)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)

_PATHS = ("jobs", "jobs.0", "jobs.0.id", "jobs.0.pickup", "jobs.0.prize", "jobs.1.time_windows", "vehicles")
_MORE_PATHS = ("vehicles.0.costs", "vehicles.0.fractions", "disposal_sites.0", "matrices", "matrices.truck.durations.1")


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(_PATHS + _MORE_PATHS), value=_anything)
def test_whatever_stands_in_a_field_is_read_or_refused_in_a_sentence(path: str, value: object) -> None:
    with contextlib.suppress(InvalidInput):  # any other exception fails the test
        problem_from_json(changed(path, value))
