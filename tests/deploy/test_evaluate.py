"""The command from its options to what it tells, on runs made up by hand; and once with a simulated town."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.cli import build_parser, main
from deploy.evaluate.asked import question, seeds, wanted
from deploy.evaluate.command import evaluate
from deploy.evaluate.compare import Service
from deploy.evaluate.errors import RunFailed
from deploy.evaluate.grid import Varied
from deploy.evaluate.simulate import Simulate, simulate
from deploy.settings import read_settings
from domain.errors import InvalidInput, NotFound
from simulators.evaluation.outcome import Contender
from tests.deploy.evaluation_runs import ASKED, failing, made_up

SMALL = ["--containers", "200", "--weeks", "2"]


def run(*options: str, carry_out: Simulate = made_up, data: Path | None = None) -> None:
    arguments = ["evaluate", *SMALL, *options]
    environment = {} if data is None else {"HALFVOL_DATA_DIR": str(data)}
    evaluate(build_parser(arguments).parse_args(arguments), read_settings(os.environ | environment), carry_out)


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, without the folding of lines."""
    return " ".join(capsys.readouterr().out.split())


def asked(*options: str) -> list[str]:
    arguments = ["evaluate", *SMALL, *options]
    return [task.key for task in wanted(question(build_parser(arguments).parse_args(arguments)))]


def test_the_whole_course(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results, document = tmp_path / "results.jsonl", tmp_path / "all.json"
    options = ["--seeds", "1-4", "--results", str(results), "--json", str(document)]
    run(*options)
    captured = capsys.readouterr()
    assert "16 runs to simulate, about" in captured.err
    out = " ".join(captured.out.split())
    assert "200 containers, 2 weeks, 4 towns (seeds 1–4)" in out
    assert "With Halfvol the trucks drive" in out
    assert "but at WORSE service" in out
    found = json.loads(document.read_text())
    halfvol = found["contenders"]["halfvol"]
    assert halfvol["changes"]["km"]["mean"] == pytest.approx(-0.43, abs=0.03)
    assert halfvol["changes"]["km"]["low"] < halfvol["changes"]["km"]["mean"] < halfvol["changes"]["km"]["high"]
    assert halfvol["service"] == Service.BETTER
    assert found["contenders"]["threshold"]["service"] == Service.WORSE
    assert len(results.read_text().splitlines()) == 16

    # What is there is not simulated again, in whatever order it is asked for; one seed more is.
    run(*options)
    assert "to simulate" not in capsys.readouterr().err
    run("--seeds", "4,1-3,9", "--results", str(results))
    assert "4 runs to simulate, about" in (again := capsys.readouterr().err)
    assert f"16 are in {results} already" in again


def test_the_table_in_dutch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--seeds", "1-3", "--language", "nl", data=tmp_path)
    out = told(capsys)
    assert "Met Halfvol rijden de wagens" in out
    assert "maar bij SLECHTERE service" in out
    assert "minder kilometers" in out
    assert (tmp_path / "evaluations.jsonl").exists()


def test_one_seed_has_no_interval_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--seeds", "3", "--json", "-", data=tmp_path)
    found = json.loads(capsys.readouterr().out)
    assert found["contenders"]["halfvol"]["changes"]["km"]["low"] is None
    run("--seeds", "3", data=tmp_path)
    assert "one town, so no confidence interval" in told(capsys)


def test_sensitivity_says_where_the_gain_vanishes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "all.json"
    run("--seeds", "1-3", "--sensitivity", "--json", str(document), data=tmp_path)
    out = told(capsys)
    assert "Bad or missing sensors: above about" in out
    assert "Trucks: from 4 to 10 the gain never vanishes; the least is" in out
    found = json.loads(document.read_text())["sensitivity"]
    assert set(found) == set(Varied)
    assert [each["value"] for each in found["bad_sensors"]["points"]] == [0, 0.1, 0.2, 0.33, 0.5]
    (end,) = found["bad_sensors"]["gain_vanishes"]
    points = found["bad_sensors"]["points"]
    assert end["by_service"]
    assert max(p["value"] for p in points if p["gain"]) < end["at"] < min(p["value"] for p in points if not p["gain"])


def test_a_curve_goes_without_what_could_not_be_simulated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--contenders", "fixed_schedule,halfvol", "--sensitivity", "containers", data=tmp_path, carry_out=failing)
    out = told(capsys)
    assert "Not simulated (fixed schedule, seed 1, 400 containers +3)" in out
    assert ": its streets have no room for so many sites" in out
    assert "Size of the town: from 50 to 200 the gain never vanishes" in out


def test_a_compared_run_that_fails_is_an_error_after_what_the_others_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RunFailed, match=r"seed [12], 200 containers: 2 of the compared runs came to nothing"):
        run("--seeds", "1-2", "--contenders", "fixed_schedule,clairvoyant", data=tmp_path, carry_out=failing)
    assert "Kilometres a week" in told(capsys)


def test_kept_runs_of_other_code_count_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.jsonl"
    options = ("--seeds", "1,2", "--contenders", "fixed_schedule,halfvol", "--results", str(results))
    run(*options)
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    results.write_text("".join(json.dumps(line | {"code": "0123456789ab"}) + "\n" for line in lines if seed(line) == 1))
    capsys.readouterr()
    run(*options, "--no-runs")
    assert "one town" in told(capsys)
    run(*options)
    assert "4 runs to simulate" in capsys.readouterr().err
    results.write_text("".join(json.dumps(line | {"code": "ab"[seed(line) - 1]}) + "\n" for line in lines))
    run(*options, "--no-runs")
    assert "CAUTION: the runs come from 2 different versions of the code." in told(capsys)


def seed(line: dict[str, Any]) -> int:
    return line["task"]["setting"]["seed"]


def test_nothing_kept(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"evaluations.jsonl: holds no run of these towns and circumstances"):
        run("--no-runs", data=tmp_path)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--seeds", "five"], "--seeds: 'five' names no seed"),
        (["--seeds", "5-1"], "--seeds: 5-1 is no range"),
        (["--seeds", "1-5000"], "--seeds: 1-5000 is no range of up to 1000 seeds"),
        (["--seeds", "1,2,1"], "--seeds: 1,2,1 names a seed twice"),
        (["--contenders", "halfvol,oracle"], "--contenders: there is no contender oracle"),
        (["--contenders", ""], "--contenders: there is no contender ''"),
        (["--containers", "2"], "--containers: a town of 2 containers is too small"),
        (["--weeks", "0"], "--weeks: 0 weeks are too few"),
        (["--weeks", "200"], "are more than 800"),
        (["--start", "yesterday"], "--start: 'yesterday' is no date"),
        (["--bad-sensors", "101"], "--bad-sensors: 101 is more than all of them"),
        (["--missing-sensors", "-1"], "--missing-sensors: -1 makes no sense"),
        (["--forecast-error", "nan"], "--forecast-error: nan makes no sense"),
        (["--trucks", "0"], "trucks: is 0.0, but must be above 0"),
        (["--streets-km", "2", "--extract", "x"], "--extract and --streets-km: give one of them"),
        (["--extract", "/nowhere.osm.pbf"], "/nowhere.osm.pbf: there is no such file"),
        (["--policy", "/nowhere.toml"], "/nowhere.toml: there is no such file"),
        (["--iterations", "0"], "setting iterations: is 0, but must be at least 1"),
        (["--sensitivity", "weather"], "--sensitivity: weather cannot be varied"),
        (["--sensitivity", "--sensitivity-seeds", "0"], "--sensitivity-seeds: needs at least one town"),
        (["--cores", "0"], "--cores: 0 runs at once are too few"),
        (["--report", "page.docx"], "--report: page.docx is none of .pdf, .png, .html"),
        (["--report", "/nowhere/at/all.pdf"], "--report: there is no folder /nowhere/at"),
        (["--json", "/nowhere/at/all.json"], "--json: there is no folder /nowhere/at"),
        (["--co2-kg-per-l", "-1"], "co2_kg_per_l: -1.0 is no factor"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(
    options: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *SMALL, *options]) == InvalidInput.exit_code
    assert expected in capsys.readouterr().err


def test_a_contradictory_policy_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[service]\noverflows_per_1000 = -3\n")
    assert main(["evaluate", "--policy", str(file)]) == InvalidInput.exit_code
    assert "policy.toml" in capsys.readouterr().err
    file.write_bytes(b"\xff\xfe")
    assert main(["evaluate", "--policy", str(file)]) == InvalidInput.exit_code
    assert "is not UTF-8 text" in capsys.readouterr().err


def test_options_become_circumstances(tmp_path: Path) -> None:
    assert seeds("1-3, 8,5") == (1, 2, 3, 8, 5)
    arguments = build_parser(["evaluate"]).parse_args(
        ["evaluate", "--bad-sensors", "33", "--forecast-error", "50", "--trucks", "1.5", "--cents-per-km", "120"]
    )
    arguments.iterations = 7
    found = question(arguments)
    assert (found.like.setting.bad_sensors, found.like.setting.growth_noise) == (0.33, 0.5)
    assert (found.like.setting.trucks, found.factors.cents_per_km) == (1.5, 120)
    assert found.like.setting.iterations == 7
    assert found.contenders == tuple(Contender)
    assert found.allowed == 1.0
    policy = tmp_path / "policy.toml"
    policy.write_text("[service]\noverflows_per_1000 = 4\n")
    other = question(build_parser(["evaluate"]).parse_args(["evaluate", "--policy", str(policy)]))
    assert other.allowed == 4.0
    assert len(asked("--seeds", "1-2", "--sensitivity", "bad_sensors")) == 8 + 2 * 4


def test_a_simulated_town(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "all.json"
    options = ["--containers", "8", "--streets-km", "0.6", "--weeks", "1", "--warm-up", "7", "--seeds", "1"]
    results = ["--results", str(tmp_path / "r.jsonl"), "--json", str(document)]
    assert main(["evaluate", *options, *results, "--contenders", "fixed_schedule,halfvol", "--cores", "1"]) == 0
    capsys.readouterr()
    found = json.loads(document.read_text())["contenders"]
    for contender in ("fixed_schedule", "halfvol"):
        means = {measure: each["mean"] for measure, each in found[contender]["means"].items()}
        assert means["km"] > 0
        assert 0 < means["fill_at_emptying"] < 1.5
        assert means["overflows_per_1000"] >= 0
        assert math.isclose(sum(found[contender]["week_km"]), means["km"])


def test_other_streets_than_those_asked_for_are_refused(tmp_path: Path) -> None:
    extract = tmp_path / "town.osm.pbf"
    extract.write_bytes(b"other streets")
    with pytest.raises(InvalidInput, match=r"town.osm.pbf: is not the file that the evaluation was asked for with"):
        simulate(replace(ASKED, extract=str(extract), extract_digest="0" * 64), lambda _done, _total: None)
