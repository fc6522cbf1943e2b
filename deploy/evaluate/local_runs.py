"""Carrying many tasks out on this machine, several at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import cast

from deploy.evaluate.code import code_digest
from deploy.evaluate.errors import RunFailed
from deploy.evaluate.results_file import Result
from deploy.evaluate.simulate import Simulate, simulate
from deploy.evaluate.simulator import Day, Done, Failed, Simulator
from deploy.evaluate.task import Task


@dataclass(frozen=True, slots=True)
class Failure:
    """A task without an outcome, and why."""

    task: Task
    problem: str


def run_tasks(
    tasks: Sequence[Task],
    *,
    cores: int,
    on_result: Callable[[Result], None],
    on_progress: Callable[[Task, float], None] = lambda _task, _share: None,
    carry_out: Simulate = simulate,
) -> list[Failure]:
    """Carry out all tasks, ``cores`` at once; those that failed.

    Parameters
    ----------
    on_result
        Called with each result at once; what it raises ends everything.
    on_progress
        Called with a running task and the share of its days that are behind.

    Raises
    ------
    RunFailed
        When a process died.
    """
    waiting = list(tasks)
    failures: list[Failure] = []
    simulators: list[Simulator] = []
    try:
        while waiting or any(each.task for each in simulators):
            for simulator in simulators:
                if waiting and simulator.task is None:
                    simulator.give(_next(waiting, simulator.last))
            while waiting and len(simulators) < cores:
                simulators.append(Simulator(carry_out))
                simulators[-1].give(_next(waiting, None))
            busy = {each.connection: each for each in simulators if each.task}
            for connection in cast("list[Connection]", wait(list(busy))):
                simulator = busy[connection]
                task = simulator.task
                assert task is not None
                try:
                    answer = simulator.answer()
                except RunFailed as error:
                    raise RunFailed(error.what, where=told(task), remedy=error.remedy) from None
                match answer:
                    case Day(done, total):
                        on_progress(task, done / max(1, total))
                    case Done(run, wall_s):
                        on_result(Result(task, run, code_digest(), wall_s))
                    case Failed(problem):
                        failures.append(Failure(task, problem))
    finally:
        for simulator in simulators:
            simulator.end()
    return failures


def told(task: Task) -> str:
    """Which run it is, for people."""
    return f"{task.contender.replace('_', ' ')}, seed {task.setting.seed}, {task.setting.containers} containers"


def _next(waiting: list[Task], last: Task | None) -> Task:
    """Take the first task of the same world as the last one, or else the first of all."""
    if last is None:
        return waiting.pop(0)
    world = (last.setting, last.extract_digest)
    return waiting.pop(next((i for i, each in enumerate(waiting) if (each.setting, each.extract_digest) == world), 0))
