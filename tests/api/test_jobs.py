"""Planning jobs: asked for, waited for, carried out by a worker, handed back when it stops."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

import api.jobs
from api.jobs import JobStatus, planning_job, request_plan, run_worker
from domain.errors import InvalidInput, NotFound
from storage import plans
from storage.database import Database
from storage.errors import DatabaseUnavailable
from tests.api.planning_town import MONDAY, TUESDAY, Bin, write_town

FULL = [Bin(f"GL-{i}", 0.95) for i in range(3)]


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with Database(postgres_url) as opened:
        yield opened


@contextmanager
def worker(url: str) -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(url, stop))
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
        time.sleep(0.1)


def test_a_worker_carries_it_out(database: Database) -> None:
    town = write_town(database, FULL)
    asked = request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0.5)
    assert asked.status is JobStatus.WAITING
    assert planning_job(database, asked.id) == asked
    with worker(database.url):
        wait_for(lambda: planning_job(database, asked.id).status in {JobStatus.SUCCEEDED, JobStatus.FAILED})
    done = planning_job(database, asked.id)
    assert (done.status, done.stage, done.share, done.problem) == (JobStatus.SUCCEEDED, "done", 1.0, None)
    with database.transaction() as connection:
        assert plans.latest(connection, municipality_id=town.municipality.id, date=MONDAY) is not None


def test_asking_twice_while_it_waits_is_one_job(database: Database) -> None:
    write_town(database, FULL)
    first = request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=1)
    again = request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=2)
    other_day = request_plan(database, municipality_code="helsinki", date=TUESDAY, time_limit_s=1)
    assert again == first
    assert other_day.id != first.id


def test_what_cannot_be_planned_is_refused_at_once(database: Database) -> None:
    with pytest.raises(NotFound, match="there is no municipality 'atlantis'"):
        request_plan(database, municipality_code="atlantis", date=MONDAY)
    write_town(database, FULL, with_roads=False)
    with pytest.raises(InvalidInput, match="has no streets yet"):
        request_plan(database, municipality_code="helsinki", date=MONDAY)
    with pytest.raises(InvalidInput, match="is no time limit"):
        request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0)


def test_an_unknown_job(database: Database) -> None:
    with pytest.raises(NotFound, match="there is no planning job 4711"):
        planning_job(database, 4711)


def test_a_job_that_runs_when_the_worker_stops_waits_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write_town(database, FULL)
    asked = request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0.5)
    began = threading.Event()
    plan = api.jobs.make_plan

    def slow_plan(*arguments: object, on_progress: Callable[[str, float], None], **options: object) -> object:
        began.set()
        for _ in range(100):
            on_progress("solving", 0.5)
            time.sleep(0.1)
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr(api.jobs, "make_plan", slow_plan)
    with worker(database.url) as stop:
        assert began.wait(20)
        wait_for(lambda: planning_job(database, asked.id).stage == "solving")
        running = planning_job(database, asked.id)
        assert (running.status, running.share) == (JobStatus.RUNNING, 0.5)
        stop.set()
    assert planning_job(database, asked.id).status is JobStatus.WAITING

    monkeypatch.setattr(api.jobs, "make_plan", plan)
    with worker(database.url):
        wait_for(lambda: planning_job(database, asked.id).status is JobStatus.SUCCEEDED)


def test_a_job_whose_worker_was_killed_is_done_by_another(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    write_town(database, FULL)
    asked = request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0.5)
    code = (
        "import sys, time, api.jobs\n"
        "api.jobs.make_plan = lambda *arguments, **options: time.sleep(60)\n"
        "api.jobs.run_worker(sys.argv[1])"
    )
    with subprocess.Popen([sys.executable, "-c", code, database.url]) as dying:
        wait_for(lambda: planning_job(database, asked.id).status is JobStatus.RUNNING)
        dying.kill()
    monkeypatch.setattr(api.jobs, "STALLED_AFTER_S", 1.0)
    monkeypatch.setattr(api.jobs, "HEARTBEAT_S", 0.3)
    monkeypatch.setattr(api.jobs, "LOOK_FOR_STALLED_S", 0.5)
    with worker(database.url):
        wait_for(lambda: planning_job(database, asked.id).status is JobStatus.SUCCEEDED)


def test_sigterm_ends_a_worker_in_the_middle_of_a_job(database: Database) -> None:
    write_town(database, FULL)
    asked = request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0.5)
    code = (
        "import sys, time, api.jobs\n"
        "def plan(*arguments, on_progress, **options):\n"
        "    while True:\n"
        "        time.sleep(0.05)\n"
        "        on_progress('solving', 0.5)\n"
        "api.jobs.make_plan = plan\n"
        "api.jobs.run_worker(sys.argv[1])"
    )
    with subprocess.Popen([sys.executable, "-c", code, database.url]) as ending:
        wait_for(lambda: planning_job(database, asked.id).status is JobStatus.RUNNING)
        ending.terminate()
        assert ending.wait(timeout=20) == 0
    assert planning_job(database, asked.id).status is JobStatus.WAITING


def test_a_job_that_fails_says_so(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    write_town(database, FULL)
    asked = request_plan(database, municipality_code="helsinki", date=MONDAY, time_limit_s=0.5)
    with database.transaction() as connection:
        connection.execute("DELETE FROM road_graph")
    with worker(database.url):
        wait_for(lambda: planning_job(database, asked.id).status is JobStatus.FAILED)
    assert "has no streets yet" in (planning_job(database, asked.id).problem or "")
    (told,) = (record for record in caplog.records if "has no streets yet" in record.getMessage())
    assert told.exc_info is None


def test_a_database_that_is_not_there() -> None:
    with pytest.raises(DatabaseUnavailable):
        run_worker("postgresql://postgres@127.0.0.1:1/nothing", threading.Event())
