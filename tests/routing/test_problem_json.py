from __future__ import annotations

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.geography import Position
from routing.check import Rule, Violation, check
from routing.problem import Problem
from routing.problem_json import (
    problem_from_json,
    problem_to_json,
    read_document,
    read_problem,
    solution_to_json,
)
from routing.roads.profile import STANDARD_TRUCK
from routing.solve import solve
from routing.straight_line import straight_line
from tests.routing.documents import any_problems, changed, examples

SHORT, COORDINATES, FULL = range(3)


def flat(problem: Problem) -> tuple[object, ...]:
    """A problem as something that can be compared."""
    tables = {
        profile: (matrix.distances_m.tolist(), matrix.durations_s.tolist())
        for profile, matrix in problem.matrices.items()
    }
    return problem.stops, problem.vehicles, problem.disposal_sites, problem.change_cost, tables


def test_the_short_example_solves() -> None:
    problem = read_problem(json.dumps(examples()[SHORT]).encode())
    solution = solve(problem, time_limit_s=1)
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


def test_the_full_example_solves_as_its_text_says() -> None:
    document = read_document(examples()[FULL])
    problem = document.problem
    solution = solve(problem, time_limit_s=2)
    assert check(problem, solution) == []
    answer = solution_to_json(problem, solution, places=document.places)
    steps = {route["vehicle"]: route["steps"] for route in answer["routes"]}
    second = next(step for step in steps[2] if step["type"] == "job")
    assert second["id"] == 4
    assert not {7} & {step.get("id") for route in steps.values() for step in route if step["type"] == "job"}
    first = {step["id"]: step for step in steps[1] if step["type"] == "job"}
    assert 3 in first
    assert sum(step["setup"] for route in steps.values() for step in route) == 60 * len(
        {vehicle for vehicle, route in steps.items() for step in route if step.get("id") in (1, 2) and step["setup"]}
    )
    assert steps[1][0]["location"] == [5.095, 52.105]
    assert answer["routes"][0]["description"] == "Crane truck"
    assert all(sum(load[0] for load in step["loads"]) == step["load"][0] for route in steps.values() for step in route)
    for route in answer["routes"]:
        assert route["cost"] == pytest.approx(sum(route["costs"].values()))
    assert answer["summary"]["cost"] == pytest.approx(
        sum(route["cost"] for route in answer["routes"]) + answer["summary"]["costs"]["missed_prizes"]
    )


def test_coordinates_are_measured_by_whoever_can() -> None:
    asked: list[tuple[list[Position], list[str]]] = []

    def measure(positions: Any, approaches: Any, trucks: Any) -> Any:
        assert trucks == {"truck": STANDARD_TRUCK}
        asked.append((list(positions), list(approaches)))
        return {"truck": straight_line(positions)}

    document = read_document(changed("jobs.0.approach", "curb", examples()[COORDINATES]), measure=measure)
    ((positions, approaches),) = asked
    assert positions[0] == Position(24.9384, 60.1699)
    assert approaches == ["curb", "unrestricted", "unrestricted", "unrestricted"]  # start and end are one place
    assert document.measured
    assert document.problem.matrices["truck"].estimated
    assert document.problem.vehicles[0].start == document.problem.vehicles[0].end == 2
    assert document.places.positions[2] == Position(24.948, 60.176)


def test_one_place_with_two_sides_is_two_locations() -> None:
    twice = examples()[COORDINATES]
    twice["jobs"].append(twice["jobs"][0] | {"id": 3, "approach": "curb"})
    document = read_document(twice, measure=lambda positions, *_: {"truck": straight_line(positions)})
    assert [stop.location for stop in document.problem.stops] == [0, 1, 2]
    assert document.problem.matrices["truck"].distances_m[0, 2] == 0


def test_what_is_left_out_is_told_with_its_reason() -> None:
    problem = problem_from_json(changed("jobs.1.prize", 1, examples()[SHORT]))
    answer = solution_to_json(problem, solve(problem, time_limit_s=1))
    (unassigned,) = answer["unassigned"]
    assert unassigned["id"] == 2
    assert unassigned["reason"] == "not_worth_detour"
    assert unassigned["prize_short_by"] == unassigned["detour_cost"] - 1 > 0
    assert answer["summary"]["costs"]["missed_prizes"] == 1
    assert (answer["summary"]["unassigned"], answer["summary"]["required_unassigned"]) == (1, 0)


def test_violations_are_told() -> None:
    problem = problem_from_json(examples()[SHORT])
    found = [Violation("vehicle 1", Rule.SHIFT, 20)]
    answer = solution_to_json(problem, solve(problem, time_limit_s=1), violations=found)
    assert answer["code"] == answer["summary"]["violations"] == 1
    assert answer["violations"] == [{"place": "vehicle 1", "rule": "shift", "amount": 20}]


def test_documents_without_the_optional_fields() -> None:
    document = examples()[SHORT]
    for field in ("pickup", "service"):
        del document["jobs"][0][field]
    del document["vehicles"][0]["costs"]
    problem = problem_from_json(document)
    assert (problem.stops[0].kg, problem.stops[0].l, problem.stops[0].service_s) == (0, 0, 0)
    vehicle = problem.vehicles[0]
    assert (vehicle.fixed_cost, vehicle.cost_per_km, vehicle.cost_per_hour) == (0, 0, 3600)
    assert vehicle.profile == "truck"


def test_the_only_profile_is_everybodys() -> None:
    document = examples()[SHORT]
    document["matrices"] = {"any name": document["matrices"]["truck"]}
    assert problem_from_json(document).vehicles[0].profile == "any name"


def test_skills_may_be_numbers_as_in_vroom() -> None:
    document = changed("jobs.0.skills", [1, 14], examples()[SHORT])
    document["vehicles"][0]["skills"] = [14, "1"]
    problem = problem_from_json(document)
    assert problem.stops[0].skills == problem.vehicles[0].skills == {"1", "14"}


TIMES = "times are whole seconds from an origin of your choice, such as midnight"

MISTAKES: list[tuple[str, object, str | None]] = [
    ("jobz", [], "the document: there is no field 'jobz'"),
    ("vehicles", ..., "the document: the field 'vehicles' is missing"),
    ("vehicles", {}, "vehicles: must be an array, not an object"),
    ("vehicles", None, "vehicles: must be an array, not null"),
    ("shipments", [], "the document: there is no field 'shipments'; collected waste goes to 'disposal_sites'"),
    ("change_cost", -1, "change_cost: must lie between 0 and 1000000000, not -1"),
    ("jobs.0", 7, "jobs[0]: must be an object, not a number"),
    ("jobs.1.locationindex", 5, "jobs[1]: there is no field 'locationindex'; known fields: id, location_index"),
    ("jobs.1.delivery", [1], "jobs[1]: there is no field 'delivery'; nothing is delivered here"),
    ("jobs.1.release_time", -1, "jobs[1].release_time: must lie between 0 and"),
    ("vehicles.0.departed", "now", "vehicles[0].departed: must be a whole number"),
    ("jobs.1.location_index", ..., "jobs[1]: the field 'location_index' is missing"),
    ("jobs.1.location_index", 9, "jobs[1].location_index: 9 is outside the matrices; they know 0 to 6"),
    ("jobs.1.location_index", -1, "jobs[1].location_index: must lie between 0 and"),
    ("jobs.1.location", [52.1], "jobs[1].location: must hold [longitude, latitude], not 1 values"),
    ("jobs.1.location", [5, 95], "jobs[1].location: [5.0, 95.0] is not a place on earth; are longitude and latitude"),
    ("jobs.1.location", [5, 10**400], "jobs[1].location[1]: is no number of degrees"),
    ("jobs.1.location", ["a", 3], "jobs[1].location[0]: must be a number of degrees, not text"),
    ("jobs.1.location", [5.1, 52.2], "jobs[1].location: puts location 3 at [5.1, 52.2], but jobs[0].location else"),
    ("jobs.1.approach", "kerb", "jobs[1].approach: is no way to approach a place; choose from unrestricted, curb"),
    ("jobs.1.approach", [], "jobs[1].approach: is no way to approach a place"),
    ("jobs.1.description", 5, "jobs[1].description: must be text, not a number"),
    ("jobs.1.description", "", "jobs[1].description: must not be empty"),
    ("jobs.1.fraction", ..., "jobs[1]: the field 'fraction' is missing; give both, or 'pickup' by fraction"),
    ("jobs.1.fraction", "papier", "jobs[1].fraction: 'papier' is no fraction; did you mean 'paper'?"),
    ("jobs.1.fraction", "x" * 100, "jobs[1].fraction: text is no fraction; choose from residual, paper"),
    ("jobs.1.fraction", 5, "jobs[1].fraction: a number is no fraction; choose from residual, paper"),
    ("jobs.1.pickup", [1], "jobs[1].pickup: must hold two amounts, [kg, l], not 1 values"),
    ("jobs.1.pickup", [-1, 0], "jobs[1].pickup[0]: must lie between 0 and 1000000000, not -1"),
    ("jobs.1.pickup", [1.5, 0], "jobs[1].pickup[0]: must be a whole number, not a number with decimals"),
    ("jobs.1.pickup", 4, "jobs[1].pickup: must be an array, not a number"),
    ("jobs.1.pickup", {"glass": [1, 1]}, "jobs[1].fraction: 'pickup' names the fractions already; leave it out"),
    ("jobs.2.pickup", {"glas": [1, 1]}, "jobs[2].pickup: 'glas' is no fraction; did you mean 'glass'?"),
    ("jobs.2.pickup", {"glass": [1, -1]}, "jobs[2].pickup.glass[1]: must lie between 0"),
    ("jobs.1.service", None, "jobs[1].service: must be a whole number, not null"),
    ("jobs.1.service", 1_700_000_000, f"jobs[1].service: must lie between 0 and 10000000, not 1700000000; {TIMES}"),
    ("jobs.1.prize", "much", "jobs[1].prize: must be a whole number, not text"),
    ("jobs.1.prize", -(10**400), "jobs[1].prize: must lie between 0 and 1000000000, not a number of more than 30"),
    ("jobs.1.priority", 101, "jobs[1].priority: must lie between 0 and 100, not 101"),
    ("jobs.1.skills", [True], "jobs[1].skills[0]: must be text, not true or false"),
    ("jobs.1.time_windows", [[9, 5]], "jobs[1].time_windows[0]: ends (5) before it starts (9)"),
    ("jobs.1.time_windows", [[0, 5], [5, 9]], "jobs[1].time_windows[1]: starts (5) before the one before it ends (5)"),
    ("jobs.1.id", 1, "jobs[1]: the id 1 is used twice"),
    ("jobs.0.id", True, "jobs[0].id: must be a whole number, not true or false"),
    ("jobs.0.allowed_vehicles", [7], "jobs[0]: allows vehicle 7, which does not exist"),
    ("jobs.0.planned_vehicle", 7, "jobs[0]: was planned for vehicle 7, which does not exist"),
    ("jobs.0.done", 1, "jobs[0].done: must be true or false, not a number"),
    ("vehicles.0.time_window", [10, 5], "vehicles[0].time_window: ends (5) before it starts (10)"),
    ("vehicles.0.time_window", [5, 5], "vehicles[0].time_window: ends (5) when it starts"),
    ("vehicles.0.max_travel_time", 5, "vehicles[0]: there is no field 'max_travel_time'; 'max_duration' limits"),
    ("vehicles.0.capacity", [1, 1], "vehicles[0].capacity: 'compartments' says it already; use the short form"),
    ("vehicles.0.compartments", [], "vehicles[0]: has no compartment, so it can load nothing"),
    ("vehicles.0.compartments", ..., "vehicles[0]: the field 'fractions' is missing; use the short form"),
    ("vehicles.0.compartments.0.fractions", ["glass"], "vehicles[0]: takes glass, which another compartment"),
    ("vehicles.0.compartments.0.capacty", 1, "compartments[0]: there is no field 'capacty'; known fields"),
    ("vehicles.0.costs.per_hor", 1, "vehicles[0].costs: there is no field 'per_hor'"),
    ("vehicles.0.costs", {"per_hour": 0}, "vehicles[0]: driving costs nothing, so no route is better"),
    ("vehicles.1.fractions", [], "vehicles[1].fractions: names no fraction at all; name at least one"),
    ("vehicles.1.initial_load", {"glass": [1, 1]}, "vehicles[1]: starts with glass, which no compartment takes"),
    ("vehicles.1.initial_load", {"paper": [9999, 1]}, "vehicles[1]: starts with 9999 kg and 1 l in compartment 0"),
    ("vehicles.0.end_index", 9, "vehicles[0].end_index: 9 is outside the matrices"),
    ("vehicles.0.end", [1, 1], "vehicles[0].end: puts location 0 at [1.0, 1.0], but vehicles[0].start elsewhere"),
    ("vehicles.0.profile", "bus", "vehicles[0]: drives by the profile 'bus', for which there is no matrix; there is"),
    ("vehicles.0.profile", ..., None),  # there is a matrix for "truck"
    ("vehicles.0.breaks.0.service", ..., "vehicles[0].breaks[0]: the field 'service' is missing"),
    ("vehicles.0.breaks.0.time_windows", [[5, 1]], "vehicles[0].breaks[0].time_windows[0]: ends (1) before it"),
    ("vehicles.0.breaks", [{"id": 1, "service": 1}] * 2, "vehicles[0]: the id 1 is used twice"),
    ("vehicles.0.driving_rule.driven", 16201, "vehicles[0].driving_rule: driven_s is 16201, but must lie"),
    ("vehicles.0.driving_rule.max", 1, "vehicles[0].driving_rule: there is no field 'max'"),
    ("vehicles.0.max_pickup", [1], "vehicles[0].max_pickup: must hold two caps, [kg, l], not 1 values"),
    ("vehicles.0.max_trips", -2, "vehicles[0].max_trips: must lie between 0"),
    ("vehicles.1.prefix.0.type", "start", "vehicles[1].prefix[0].type: is nothing to visit; choose from job, disposal"),
    ("vehicles.1.prefix.0.type", [], "vehicles[1].prefix[0].type: must be text, not an array"),
    ("vehicles.1.prefix.0.id", 99, "vehicles[1]: the prefix names emptying 99, which does not exist"),
    ("vehicles.1.prefix.0.id", 7, "vehicles[1]: the prefix names stop 7, which is already done"),
    ("disposal_sites.0.service", -1, "disposal_sites[0].service: must lie between 0 and 10000000, not -1"),
    ("disposal_sites.0.time_windows", [5], "disposal_sites[0].time_windows[0]: must be an array, not a number"),
    ("matrices", ..., "the document: the field 'matrices' is missing; give it, or have it measured along streets"),
    ("matrices", {}, 'matrices: there is none; give one for each profile, such as "truck"'),
    ("matrices.truck.distances", [[0, 1]], "matrices.truck.distances[0]: has 2 values, but the table has 1 rows"),
    ("matrices.truck.distances.1", [0, 1], "matrices.truck.distances[1]: has 2 values, but the table has 7 rows"),
    ("matrices.truck.distances.1.0", "x", "matrices.truck.distances[1][0]: must be a whole number, not text"),
    ("matrices.truck.distances.1.0", True, "matrices.truck.distances[1][0]: must be a whole number, not true"),
    ("matrices.truck.distances.1.0", None, "distances[1][0]: must be a whole number, not null; write -1 where"),
    ("matrices.truck.distances.1.0", -7, "matrices.truck.distances[1][0]: must lie between -1 (no way) and 1073741823"),
    ("matrices.truck.distances.1.0", 10**400, "matrices.truck.distances[1][0]: must lie between -1"),
    ("matrices.truck.distances.1.0", -1, "matrices.truck[1][0]: only one of distance and duration"),
    ("matrices.truck.durations.2.2", 5, "matrices.truck.durations[2][2]: from a location to itself"),
    ("matrices.truck.durations", [[0]], "matrices.truck: distances are 7 x 7 but durations 1 x 1"),
    (
        "matrices.bus",
        {"distances": [[0]], "durations": [[0]]},
        "matrices.bus: covers 1 locations, but matrices.truck 7",
    ),
    ("matrices.truck.metres", [], "matrices.truck: there is no field 'metres'"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), MISTAKES, ids=[str(case[0]) for case in MISTAKES])
def test_errors_name_the_path(path: str, value: object, sentence: str | None) -> None:
    document = changed(path, value)
    if sentence is None:
        problem_from_json(document)
        return
    with pytest.raises(InvalidInput) as caught:
        problem_from_json(document)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("jobs.0.location", ..., "jobs[0]: the field 'location' is missing; without 'matrices' everything has coord"),
        ("jobs.0.location_index", 3, "jobs[0].location_index: there are no matrices whose row this could be; give"),
        ("vehicles.0.start", ..., "vehicles[0]: the field 'start' is missing"),
        ("vehicles.0.profile", "bus", "vehicles[0]: drives by the profile 'bus', for which there is no matrix"),
    ],
)
def test_errors_of_documents_with_coordinates(path: str, value: object, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_document(
            changed(path, value, examples()[COORDINATES]),
            measure=lambda positions, *_: {"truck": straight_line(positions)},
        )
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
        (b"9" * 5000, "a number that is too long to be right"),
        (b'{"jobs": [], "vehicles": [], "jobs": []}', "an object has the field 'jobs' twice"),
        (b'{"vehicles": [], "matrices": NaN}', "matrices: must be an object, not a number with decimals"),
    ],
)
def test_text_that_is_no_problem(text: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_problem(text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problem=any_problems())
def test_every_problem_comes_back_as_it_was(problem: Problem) -> None:
    assert flat(read_problem(json.dumps(problem_to_json(problem)))) == flat(problem)


def test_positions_and_names_come_back_too() -> None:
    document = read_document(examples()[FULL])
    again = read_document(problem_to_json(document.problem, document.places))
    assert again.places == document.places
    assert flat(again.problem) == flat(document.problem)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _paths(value: object, path: str = "") -> list[str]:
    entries = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    found = [path] if path else []
    for key, inner in entries:
        found += _paths(inner, f"{path}.{key}" if path else str(key))
    return found


_PATHS = [path for path in _paths(examples()[FULL]) if "." not in path or not path.startswith("matrices.small")]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(path=st.sampled_from(_PATHS), value=_anything)
def test_whatever_stands_in_a_field_is_read_or_refused_in_a_sentence(path: str, value: object) -> None:
    with contextlib.suppress(InvalidInput):  # any other exception fails the test
        problem_from_json(changed(path, value))


@settings(max_examples=150, deadline=None)
@given(text=st.binary(max_size=40) | _anything.map(lambda value: json.dumps(value).encode()))
def test_whatever_a_file_holds_is_refused_in_a_sentence(text: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        read_problem(text)


def test_a_large_matrix_is_read_in_seconds() -> None:
    size = 1200
    row = list(range(size))
    table = [[abs(column - number) for column in row] for number in range(size)]
    tables = {"distances": table, "durations": table}
    problem = problem_from_json({"vehicles": [], "matrices": {"truck": tables}})
    assert problem.matrices["truck"].distances_m[0, 1199] == 1199
    assert problem.matrices["truck"].distances_m.dtype == np.int32
