"""Runs shared by real workers over a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import pytest

import api.jobs
from api.jobs import JobStatus, planning_job, request_plan, run_worker
from deploy.cli import build_parser
from deploy.evaluate import queue, shared_runs
from deploy.evaluate.code import code_digest
from deploy.evaluate.command import evaluate
from deploy.evaluate.local_runs import Failure
from deploy.evaluate.queue import EvaluationQueue
from deploy.evaluate.results_file import Result
from deploy.evaluate.shared_runs import share_tasks
from deploy.evaluate.simulate import Simulate
from deploy.evaluate.task import Task, tasks
from deploy.settings import read_settings
from simulators.evaluation.outcome import Contender
from storage import evaluations
from storage.database import Database
from storage.rows import fetch_value
from tests.api.planning_town import MONDAY, Bin, write_town
from tests.deploy.evaluation_runs import ASKED, dying, endless, failing, made_up

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_runs, "LOOK_EVERY_S", 0.1)


@contextmanager
def worker_process(url: str, carry_out: str) -> Iterator[subprocess.Popen[bytes]]:
    code = (
        "import sys\n"
        "from api.jobs import run_worker\n"
        "from deploy.evaluate.queue import EvaluationQueue\n"
        f"from tests.deploy.evaluation_runs import {carry_out}\n"
        f"run_worker(sys.argv[1], others=[EvaluationQueue({carry_out})])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT, env=environment) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def worker_thread(url: str, carry_out: Simulate) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(url, stop), kwargs={"others": [EvaluationQueue(carry_out)]})
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


def wait_for(done: Callable[[], bool], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def shared(database: Database, wanted: list[Task]) -> tuple[dict[str, Result], list[Failure]]:
    found: dict[str, Result] = {}
    failures = share_tasks(database, wanted, on_result=lambda result: found.update({result.task.key: result}))
    return found, failures


def count(database: Database, query: LiteralString) -> int:
    with database.transaction() as connection:
        return fetch_value(connection, query)


def test_two_workers_share_the_runs_and_do_each_once(database: Database) -> None:
    wanted = tasks(ASKED, [Contender.FIXED_SCHEDULE, Contender.HALFVOL], range(1, 6))
    with worker_process(database.url, "unhurried"), worker_process(database.url, "unhurried"):
        # Each process drains two groups of queues.
        wait_for(lambda: count(database, "SELECT count(*) FROM procrastinate_workers") == 4, timeout_s=60)
        found, failures = shared(database, wanted)
        assert failures == []
        assert {key: result.run for key, result in found.items()} == {
            task.key: made_up(task, lambda _done, _total: None) for task in wanted
        }
        with database.transaction() as connection:
            events = connection.execute(
                "SELECT job_id, count(*) FROM procrastinate_events WHERE type = 'started' GROUP BY job_id"
            ).fetchall()
        assert [times for _, times in events] == [1] * len(wanted)
        assert count(database, "SELECT count(DISTINCT worker_id) FROM procrastinate_jobs") == 2
        # Asked for again, nothing is left to be done.
        assert queue.ask(database, wanted) == 0
        again, _ = shared(database, wanted)
        assert again == found


def test_what_fails_is_told_and_done_anew_when_asked_for_again(database: Database) -> None:
    wanted = tasks(ASKED, [Contender.CLAIRVOYANT, Contender.HALFVOL], [1])
    with worker_thread(database.url, failing):
        found, failures = shared(database, wanted)
    assert set(found) == {wanted[1].key}
    ((task, problem),) = [(each.task, each.problem) for each in failures]
    assert task == wanted[0]
    assert problem.startswith("clairvoyant, seed 1, 200 containers: it failed unexpectedly: ZeroDivisionError")
    with worker_thread(database.url, made_up):
        found, failures = shared(database, wanted)
    assert failures == []
    assert set(found) == {task.key for task in wanted}


def test_the_command_gathers_what_workers_did(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.jsonl"
    options = ["evaluate", "--jobs", "--seeds", "1-3", "--weeks", "2", "--results", str(results)]
    settings = read_settings({"HALFVOL_DATABASE_URL": database.url})
    with worker_thread(database.url, made_up):
        evaluate(build_parser(options).parse_args(options), settings)
    captured = capsys.readouterr()
    assert "12 runs to simulate, as jobs for halfvol workers" in captured.err
    assert "With Halfvol the trucks drive" in captured.out
    assert len(results.read_text().splitlines()) == 12
    evaluate(build_parser(options).parse_args(options), settings)
    assert "to simulate" not in capsys.readouterr().err


def test_a_simulation_that_dies_takes_no_worker_with_it(database: Database) -> None:
    with worker_thread(database.url, dying):
        _, failures = shared(database, [ASKED])
        assert "ended with exit code 9" in failures[0].problem
        _, failures = shared(database, [ASKED])
        assert "ended with exit code 9" in failures[0].problem


def test_a_killed_workers_run_is_done_by_another(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.jobs, "STALLED_AFTER_S", 1.0)
    monkeypatch.setattr(api.jobs, "HEARTBEAT_S", 0.3)
    monkeypatch.setattr(api.jobs, "LOOK_FOR_STALLED_S", 0.5)
    (task,) = tasks(ASKED, [Contender.HALFVOL], [2])
    queue.ask(database, [task])
    with worker_process(database.url, "endless") as process:
        wait_for(lambda: queue.at_work(database) == 1)
        process.kill()
    with worker_thread(database.url, made_up):
        found, _ = shared(database, [task])
    assert set(found) == {task.key}


def test_a_stopped_worker_hands_its_run_back_at_once(database: Database) -> None:
    (task,) = tasks(ASKED, [Contender.HALFVOL], [2])
    queue.ask(database, [task])
    with worker_thread(database.url, endless) as stop:
        wait_for(lambda: queue.at_work(database) == 1)
        stop.set()
    assert queue.at_work(database) == 0
    with worker_thread(database.url, made_up):
        found, _ = shared(database, [task])
    assert set(found) == {task.key}


def test_a_long_run_keeps_no_plan_waiting(database: Database) -> None:
    write_town(database, [Bin("GL-1", 0.95)])
    queue.ask(database, tasks(ASKED, [Contender.HALFVOL], [2]))
    with worker_thread(database.url, endless):
        wait_for(lambda: queue.at_work(database) == 1)
        asked = request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0.5)
        wait_for(lambda: planning_job(database, asked.id).status is JobStatus.SUCCEEDED)
        assert queue.at_work(database) == 1


def test_a_worker_of_another_version_says_so(database: Database) -> None:
    with database.transaction() as connection:
        evaluations.ask(connection, key=ASKED.key, code="0123456789ab", task=ASKED.as_json())
    with queue.deferring_app(database.url).open() as app:
        app.configure_task(queue.TASK, queue=queue.QUEUE).defer(key=ASKED.key, code="0123456789ab")

    def problem() -> str:
        with database.transaction() as connection:
            run = evaluations.get(connection, key=ASKED.key, code="0123456789ab")
        return (run.problem or "") if run else ""

    with worker_thread(database.url, made_up):
        wait_for(lambda: problem() != "")
    assert "asked for by another version of Halfvol (0123456789ab)" in problem()
    assert code_digest() in problem()


def test_without_a_worker_one_is_asked_for(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_runs, "PATIENCE_S", 0.3)
    asked_for = threading.Event()
    found: list[Result] = []
    thread = threading.Thread(
        target=share_tasks,
        args=(database, [ASKED]),
        kwargs={"on_result": found.append, "on_waiting": asked_for.set},
    )
    thread.start()
    assert asked_for.wait(10)
    with worker_thread(database.url, made_up):
        thread.join(20)
    assert [result.task for result in found] == [ASKED]
