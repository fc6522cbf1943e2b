"""``halfvol replan`` as a dispatcher meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.cli import main
from routing.problem_json import problem_to_json, solution_to_json
from tests.routing.drawn import routed, town

Run = Callable[..., tuple[int, dict[str, Any], str]]

PLACES_M = [(1000.0 * number, 0.0) for number in range(1, 7)]


@pytest.fixture
def replan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command on a situation; exit code, answer, standard error."""
    problem, places = town(PLACES_M)
    solution = routed(problem, (1, 2, 3), (4, 5, 6))
    files = {
        "problem": problem_to_json(problem, places),
        "solution": solution_to_json(problem, solution),
    }

    def run(situation: object, *options: str, **changes: object) -> tuple[int, dict[str, Any], str]:
        for name, document in {**files, "situation": situation, **changes}.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        named = [str(tmp_path / f"{name}.json") for name in ("problem", "solution", "situation")]
        code = main(["replan", *named, "--time-limit-s", "0.5", *options])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, json.loads(printed.out) if printed.out else {}, printed.err

    return run


def test_a_broken_truck_and_a_new_job(replan: Run) -> None:
    situation = {
        "now": 29000,
        "vehicles": [{"id": 1, "broken_down": True}],
        "jobs": [{"id": 9, "location_index": 4, "fraction": "paper", "pickup": [50, 500]}],
        "dropped_jobs": [6],
    }
    code, answer, told = replan(situation)
    assert code == 0
    assert answer["stranded"] == [{"vehicle": 1, "load": {"paper": [100, 1000]}}]
    assert {(each["id"], each["change"], each["reason"]) for each in answer["changes"]} == {
        (2, "moved", "broken_down"),
        (3, "moved", "broken_down"),
        (6, "dropped", "dropped_stop"),
        (9, "added", "extra_stop"),
    }
    assert answer["summary"]["moved"] == 2
    assert "vehicle 1 has broken down with 100 kg aboard" in told
    assert "changed: 1 added, 1 dropped, 2 moved; 0 violations" in told


def test_the_rest_of_the_day_can_be_handed_on(replan: Run) -> None:
    _, answer, _ = replan({"now": 29000}, "--with-problem")
    again, answer_again, _ = replan({"now": 29100}, problem=answer["problem"], solution=answer)
    assert again == 0
    assert answer_again["changes"] == []


def test_a_job_with_coordinates_alone_is_measured(replan: Run, tmp_path: Path) -> None:
    problem = problem_to_json(*town(PLACES_M))
    del problem["matrices"]
    for job in problem["jobs"] + problem["disposal_sites"]:
        del job["location_index"]
    for vehicle in problem["vehicles"]:
        del vehicle["start_index"], vehicle["end_index"]
    here = problem["jobs"][3]["location"]
    job = {"id": 9, "location": [here[0], here[1] + 0.001], "fraction": "paper", "description": "Full bin"}
    _, before, _ = replan({"now": 0}, "--straight-line", problem=problem, solution={"routes": []})
    situation = {"now": 0, "jobs": [job]}
    picture = tmp_path / "map.svg"
    _, answer, _ = replan(
        situation, "--straight-line", "--map", str(picture), "--lang", "nl", problem=problem, solution=before
    )
    assert [each["id"] for each in answer["changes"]] == [9]
    drawn = picture.read_text("utf-8")
    assert "Full bin" in drawn
    assert "Inzamelroutes" in drawn


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        ({}, "situation.json, the document: the field 'now' is missing"),
        (
            {"now": 1, "vehicle": []},
            "situation.json, the document: there is no field 'vehicle'; did you mean 'vehicles'?",
        ),
        ({"now": 1, "vehicles": [{"id": 1, "locked": -1}]}, "vehicles[0].locked: must lie between 0"),
        (
            {"now": 1, "vehicles": [{"id": 1, "done": [{"type": "nap"}]}]},
            "vehicles[0].done[0].type: is no kind of visit",
        ),
        (
            {"now": 1, "vehicles": [{"id": 1, "done": [{"type": "job"}]}]},
            "vehicles[0].done[0]: the field 'id' is missing",
        ),
        ({"now": 1, "vehicles": [{"id": 8}]}, "vehicle 8: there is no such vehicle in the problem"),
        ({"now": 1, "ways": [{"from_index": 1, "to_index": 99}]}, "ways[0].to_index: 99 is outside the matrices"),
        ({"now": 1, "ways": [{"from_index": 1, "to_index": 2, "distance": 5}]}, "give both distance and duration"),
        ({"now": 1, "jobs": [{"id": 9, "location": [4.3, 52.0], "fraction": "paper"}]}, "jobs[0]"),
        ({"now": 1, "dropped_jobs": [99]}, "stop 99: is dropped, but there is no such stop"),
    ],
)
def test_a_situation_that_cannot_be_right_is_told_with_its_place(
    replan: Run, situation: dict[str, Any], sentence: str
) -> None:
    code, answer, told = replan(situation)
    assert (code, answer) == (3, {})
    assert sentence in told


@pytest.mark.parametrize(
    ("solution", "sentence"),
    [
        ({}, "solution.json, the document: the field 'routes' is missing"),
        ({"routes": [{"vehicle": 9}]}, "routes[0].vehicle: the problem has no vehicle 9"),
        ({"routes": [{"vehicle": 1, "steps": []}]}, "routes[0].steps: must begin with a start"),
        (
            {"routes": [{"vehicle": 1, "steps": [{"type": "job", "id": 77}]}]},
            "routes[0].steps[0].id: the problem has no job 77",
        ),
        ([], "must be an object, not an array"),
    ],
)
def test_a_solution_of_something_else_is_told_with_its_place(replan: Run, solution: object, sentence: str) -> None:
    code, answer, told = replan({"now": 1}, solution=solution)
    assert (code, answer) == (3, {})
    assert sentence in told


def test_a_map_needs_a_name_that_says_what_it_is(replan: Run, tmp_path: Path) -> None:
    code, _, told = replan({"now": 1}, "--map", str(tmp_path / "map.pdf"))
    assert code == 3
    assert "end its name in .html or .svg" in told
