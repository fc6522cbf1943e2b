from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.evaluate.code import code_digest
from deploy.evaluate.errors import RunFailed
from deploy.evaluate.estimate import Estimates
from deploy.evaluate.local_runs import run_tasks
from deploy.evaluate.progress import Watch, duration
from deploy.evaluate.results_file import Result, ResultsFile
from deploy.evaluate.task import Task, tasks
from domain.errors import InvalidInput
from simulators.evaluation.outcome import Contender
from tests.deploy.evaluation_runs import ASKED, dying, failing, made_up

ROOT = Path(__file__).resolve().parents[2]
FIXED, HALFVOL = Contender.FIXED_SCHEDULE, Contender.HALFVOL


def result(task: Task, wall_s: float = 3.0) -> Result:
    return Result(task, made_up(task, lambda _done, _total: None), code_digest(), wall_s)


def test_results_are_kept_and_a_cut_off_line_is_done_again(tmp_path: Path) -> None:
    file = ResultsFile(tmp_path / "new" / "results.jsonl")
    assert file.read() == []
    first, second, third = (result(task) for task in tasks(ASKED, [HALFVOL], [1, 2, 3]))
    file.add(first)
    file.add(second)
    whole = file.path.read_bytes()
    file.path.write_bytes(whole[:-40])
    assert file.read() == [first]
    file.add(third)
    assert file.read() == [first, third]
    older = json.loads(whole.splitlines()[0]) | {"code": "0123456789ab"}
    del older["task"]["setting"]["containers"]
    file.path.write_bytes(whole + json.dumps(older).encode() + b"\n")
    assert file.read() == [first, second]
    file.path.write_bytes(whole + b'{"task": 3}\n')
    with pytest.raises(InvalidInput, match=r"results.jsonl, line 3: cannot be read"):
        file.read()


def test_a_result_keeps_every_day(tmp_path: Path) -> None:
    file = ResultsFile(tmp_path / "results.jsonl")
    one = result(ASKED)
    file.add(one)
    (read,) = file.read()
    assert read.run == one.run
    assert read.task == ASKED


def test_a_place_that_cannot_be_written() -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        ResultsFile(Path("/proc/nowhere/results.jsonl")).add(result(ASKED))


def test_many_runs_on_two_processes_equal_the_same_here() -> None:
    wanted = tasks(ASKED, [FIXED, HALFVOL], [1, 2, 3])
    found: list[Result] = []
    shares: dict[str, float] = {}
    failures = run_tasks(
        wanted,
        cores=2,
        on_result=found.append,
        on_progress=lambda task, share: shares.update({task.key: share}),
        carry_out=made_up,
    )
    assert failures == []
    assert {each.task.key: each.run for each in found} == {each.key: result(each).run for each in wanted}
    assert set(shares.values()) == {1.0}


def test_a_run_that_fails_is_told_and_the_others_go_on() -> None:
    wanted = tasks(ASKED, [FIXED, Contender.CLAIRVOYANT], [1]) + tasks(
        ASKED.with_setting(containers=400), [HALFVOL], [1]
    )
    found: list[Result] = []
    failures = run_tasks(wanted, cores=2, on_result=found.append, carry_out=failing)
    assert [each.task for each in found] == [wanted[0]]
    problems = {each.task.contender: each.problem for each in failures}
    assert problems[HALFVOL] == "its streets have no room for so many sites"
    assert problems[Contender.CLAIRVOYANT] == "it failed unexpectedly: ZeroDivisionError: "


def test_a_process_that_dies_is_named() -> None:
    with pytest.raises(RunFailed, match=r"halfvol, seed 1, 200 containers: the process .* exit code 9; if memory"):
        run_tasks([ASKED], cores=1, on_result=lambda _: None, carry_out=dying)


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(text) for text in task.read_text().split()]
    return found


def alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_broken_off_in_the_middle_it_leaves_what_was_done_and_nobody(tmp_path: Path, number: signal.Signals) -> None:
    results = tmp_path / "results.jsonl"
    code = (
        "import signal, sys\n"
        "from deploy.cli import build_parser, read_settings\n"
        "from deploy.evaluate.command import evaluate\n"
        "from tests.deploy.evaluation_runs import endless\n"
        "arguments = build_parser(sys.argv[1:]).parse_args(sys.argv[1:])\n"
        # Where the tests run in the background of a script, Ctrl-C is ignored and that is inherited.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try:\n"
        "    evaluate(arguments, read_settings(), endless)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    command = ["evaluate", "--seeds", "1-3", "--contenders", "halfvol", "--weeks", "1", "--results", str(results)]
    with subprocess.Popen(
        [sys.executable, "-c", code, *command],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            deadline = time.monotonic() + 30
            while not (results.exists() and results.read_bytes().endswith(b"\n")):
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.05)
            helpers = children(process.pid)
            assert len(helpers) >= 2
            if number is signal.SIGINT:
                os.killpg(process.pid, number)  # as a terminal does
            else:
                process.kill()
            assert process.wait(15) == (130 if number is signal.SIGINT else -9)
            assert process.stderr is not None
            told = process.stderr.read()
        finally:
            process.kill()
    wait_until_gone(helpers)
    assert "Traceback" not in told
    if number is signal.SIGINT:
        assert "broken off: the runs under way are lost, the others are kept" in told
    (line,) = results.read_text().splitlines()
    assert json.loads(line)["run"]["seed"] == 1


def test_runs_last_as_long_as_known_ones_did() -> None:
    first, second = tasks(ASKED, [HALFVOL], [1, 2])
    longer = second.with_setting(days=35)
    estimates = Estimates([result(first, 21.0)])
    assert estimates.run_s(second) == pytest.approx(21.0)
    assert estimates.run_s(longer) == pytest.approx(42.0)
    assert estimates.all_s([first, second], cores=2) == pytest.approx(21.0)
    assert estimates.all_s([first, second, longer], cores=2) == pytest.approx(42.0)
    assert Estimates([]).run_s(first) > 0


def test_progress_weighs_runs_by_their_length(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tasks(ASKED, [HALFVOL], [1, 2])
    longer = second.with_setting(days=14 + 2 * 21)
    with Watch([first, longer], Estimates([])) as watch:
        watch.finish(first)
        assert watch.share == pytest.approx(0.25)
        watch.go_on(longer, 0.5)
        assert watch.share == pytest.approx(0.625)
    assert capsys.readouterr().err.splitlines() == ["20 %, 1 of 2 runs", "60 %, 1 of 2 runs"]
    assert [duration(s) for s in (0.2, 70, 200, 4000, 9000)] == ["1 s", "70 s", "3 min", "67 min", "2 h 30 min"]
