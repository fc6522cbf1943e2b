"""Having workers carry runs out, on any number of hosts, and gathering what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from deploy.evaluate import queue
from deploy.evaluate.code import code_digest
from deploy.evaluate.local_runs import Failure
from deploy.evaluate.results_file import Result, result_from_json
from deploy.evaluate.task import Task
from storage import evaluations
from storage.database import Database

LOOK_EVERY_S = 1.0
"""How often results are looked for, seconds."""

PATIENCE_S = 15.0
"""After so long without a worker it is said that one is needed, seconds."""


def share_tasks(
    database: Database,
    tasks: Sequence[Task],
    *,
    on_result: Callable[[Result], None],
    on_waiting: Callable[[], None] = lambda: None,
) -> list[Failure]:
    """Ask for all tasks as jobs and wait until workers have carried them out; those that failed.

    Whoever breaks off leaves the jobs to the workers, and gathers their results by asking again.

    Parameters
    ----------
    on_result
        Called with each result as it is found.
    on_waiting
        Called once when nobody carries anything out.
    """
    queue.ask(database, list(tasks))
    by_key = {task.key: task for task in tasks}
    failures: list[Failure] = []
    news_at, told = time.monotonic(), False
    while by_key:
        with database.transaction() as connection:
            found = evaluations.finished(connection, keys=list(by_key), code=code_digest())
        for run in found:
            task = by_key.pop(run.key)
            if run.result is not None:
                on_result(result_from_json(run.result))
            else:
                failures.append(Failure(task, run.problem or ""))
        if found or queue.at_work(database):
            news_at = time.monotonic()
        elif not told and time.monotonic() - news_at > PATIENCE_S:
            told = True
            on_waiting()
        if by_key:
            time.sleep(LOOK_EVERY_S)
    return failures
