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
from simulators.evaluation.setting import Setting


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
            while waiting and len(simulators) < cores:
                simulators.append(Simulator(carry_out))
            for simulator in simulators:
                if waiting and simulator.task is None:
                    elsewhere = [each.task for each in simulators if each is not simulator and each.task]
                    simulator.give(_next(waiting, simulator.last, elsewhere))
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


def _next(waiting: list[Task], last: Task | None, elsewhere: Sequence[Task]) -> Task:
    """Take a task of the world that the last one had, or else one whose world nobody else works on, or the first.

    What has been worked out for a world, above all its fixed schedule, is worked out once in each process.
    """
    worlds = [_world(task) for task in waiting]
    others = {_world(task) for task in elsewhere}
    places = [
        *([i for i, world in enumerate(worlds) if world == _world(last)] if last else []),
        *(i for i, world in enumerate(worlds) if world not in others),
        0,
    ]
    return waiting.pop(places[0])


def _world(task: Task) -> tuple[Setting, str]:
    return task.setting, task.extract_digest
