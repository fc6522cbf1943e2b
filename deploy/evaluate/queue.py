"""Runs of an evaluation as jobs that any number of workers share."""

from __future__ import annotations

import threading
from contextlib import suppress

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

from api.jobs import RETRY, WorkerStopped
from deploy.evaluate.code import code_digest
from deploy.evaluate.errors import RunFailed
from deploy.evaluate.local_runs import told
from deploy.evaluate.results_file import Result
from deploy.evaluate.simulate import Simulate, simulate
from deploy.evaluate.simulator import Day, Done, Failed, Simulator
from deploy.evaluate.task import Task, task_from_json
from storage import evaluations
from storage.database import Database
from storage.jobs import deferring_app

QUEUE = "evaluation"
TASK = "evaluation_run"

LOOK_EVERY_S = 0.5
"""How often a worker looks whether it has to stop, seconds."""

NICENESS = 10
"""A worker's simulations let planning, ingest and pages on the same machine go first."""


def ask(database: Database, tasks: list[Task]) -> int:
    """Put the runs that have no result yet into the queue; how many those are.

    Asking again for what waits or is being done changes nothing.
    """
    code = code_digest()
    with database.transaction() as connection:
        wanted = [task for task in tasks if evaluations.ask(connection, key=task.key, code=code, task=task.as_json())]
    with deferring_app(database.url).open() as app:
        for task in wanted:
            lock = f"{TASK}/{task.key}/{code}"
            with suppress(AlreadyEnqueued):
                # The lock: of two jobs for the same run one waits for the other, and finds it done.
                app.configure_task(TASK, queue=QUEUE, lock=lock, queueing_lock=lock).defer(key=task.key, code=code)
    return len(wanted)


def at_work(database: Database) -> int:
    """How many workers carry out runs now."""
    with deferring_app(database.url).open() as app:
        return sum(1 for _ in app.job_manager.list_jobs(queue=QUEUE, status=Status.DOING.value))


class EvaluationQueue:
    """What a worker needs to carry out runs (``api.jobs.OtherQueue``), one after the other in a process of their own.

    Parameters
    ----------
    carry_out
        What carries a task out.
    """

    name = QUEUE

    def __init__(self, carry_out: Simulate = simulate) -> None:
        self._carry_out = carry_out
        self._simulator: Simulator | None = None

    def define(self, app: App, database: Database, stopping: threading.Event) -> None:
        """Tell the worker's app what to do."""

        def evaluation_run(key: str, code: str) -> None:
            with database.transaction() as connection:
                wanted = evaluations.get(connection, key=key, code=code)
            if wanted is None or wanted.result is not None:
                return
            try:
                result = self._result(task_from_json(wanted.task), code, stopping)
            except RunFailed as error:
                with database.transaction() as connection:
                    evaluations.fail(connection, key=key, code=code, problem=str(error))
                raise
            with database.transaction() as connection:
                evaluations.finish(connection, key=key, code=code, result=result.as_json())

        app.task(name=TASK, queue=QUEUE, retry=RETRY)(evaluation_run)

    def end(self) -> None:
        """End the process that simulates."""
        if self._simulator is not None:
            self._simulator.end()
            self._simulator = None

    def _result(self, task: Task, code: str, stopping: threading.Event) -> Result:
        if code != code_digest():
            raise RunFailed(
                f"asked for by another version of Halfvol ({code}) than the worker's ({code_digest()})",
                where=told(task),
                remedy="run the same version everywhere",
            )
        if self._simulator is None:
            self._simulator = Simulator(self._carry_out, niceness=NICENESS)
        self._simulator.give(task)
        while not stopping.is_set():
            if not self._simulator.connection.poll(LOOK_EVERY_S):
                continue
            try:
                answer = self._simulator.answer()
            except RunFailed as error:
                self.end()
                raise RunFailed(error.what, where=told(task), remedy=error.remedy) from None
            match answer:
                case Day():
                    pass
                case Done(run, wall_s):
                    return Result(task, run, code, wall_s)
                case Failed(problem):
                    raise RunFailed(problem, where=told(task))
        self.end()
        raise WorkerStopped("the worker was stopped while it simulated")
