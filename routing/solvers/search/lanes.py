"""Engines at work side by side: each lane is a process of its own that runs one task after another.

Processes and not threads, because OR-Tools keeps Python's global lock for as long as it searches: a second thread, or
the program around it, would stand still. A lane that does not end in time is ended; what it found until then counts.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Literal, Protocol, Self, cast

from routing.problem import Problem
from routing.solvers.plan.visits import Engine, Visits

EngineName = Literal["OR-Tools", "PyVRP"]

_MODULES: dict[EngineName, str] = {
    "OR-Tools": "routing.solvers.ortools_engine.engine",
    "PyVRP": "routing.solvers.pyvrp_engine.engine",
}
"""Imported where they search: OR-Tools alone takes a fifth of a second, which a first plan need not wait for."""

GRACE_S = 0.3
"""How long a lane may take to hand over its answer after its time is over."""

Found = Callable[[int, Visits], None]
"""Called with the number of the task and the visits that it has found so far."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """One engine on one problem, until ``ends_at`` on the monotonic clock."""

    number: int
    problem: Problem
    engine: EngineName
    seed: int
    iterations: int
    ends_at: float
    start: Visits | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task; ``visits`` is None where nothing was found."""

    number: int
    visits: Visits | None


class Lanes(Protocol):
    """Where tasks are run; a lane takes one at a time."""

    @property
    def free(self) -> bool:
        """Whether a lane waits for a task."""
        ...

    def give(self, task: Task) -> None:
        """Hand a task to a lane that is free."""
        ...

    def answers(self, until: float) -> list[Answer]:
        """Wait for tasks to end, a moment at most, and not after ``until``."""
        ...


class Here:
    """A single lane in this process: each task is run when it is given."""

    def __init__(self, on_found: Found) -> None:
        self._on_found = on_found
        self._answers: list[Answer] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    @property
    def free(self) -> bool:
        """Always: a task is over when :meth:`give` returns."""
        return not self._answers

    def give(self, task: Task) -> None:
        """Run the task."""
        self._answers.append(_run(task, self._on_found))

    def answers(self, until: float) -> list[Answer]:
        """What was found; at once."""
        del until
        found, self._answers = self._answers, []
        return found


class Beside:
    """Lanes in processes of their own."""

    def __init__(self, count: int, on_found: Found) -> None:
        self._on_found = on_found
        self._processes: list[BaseProcess] = []
        self._connections: list[Connection[Any, Any]] = []
        self._task_of: dict[int, int] = {}
        context = _fork_server()
        try:
            for _ in range(count):
                ours, theirs = context.Pipe(duplex=True)
                process = context.Process(target=_lane, args=(theirs,), daemon=True)
                self._connections.append(cast("Connection[Any, Any]", ours))
                process.start()
                self._processes.append(process)
                theirs.close()
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._close()

    @property
    def free(self) -> bool:
        """Whether a lane waits for a task."""
        return len(self._task_of) < len(self._connections)

    def give(self, task: Task) -> None:
        """Hand a task to a lane that is free."""
        lane = next(n for n in range(len(self._connections)) if n not in self._task_of)
        self._task_of[lane] = task.number
        try:
            self._connections[lane].send(task)
        except OSError:
            log.exception("a lane of the solver is gone")

    def answers(self, until: float) -> list[Answer]:
        """Wait for tasks to end, a moment at most, and not after ``until``."""
        working = [self._connections[lane] for lane in self._task_of]
        found: list[Answer] = []
        for ready in wait(working, timeout=min(0.1, max(0.0, until - time.monotonic()))):
            assert isinstance(ready, Connection)
            lane = self._connections.index(cast("Connection[Any, Any]", ready))
            while lane in self._task_of:
                try:
                    message = ready.recv()
                except (EOFError, OSError):
                    log.exception("a lane of the solver died")
                    found.append(Answer(self._task_of.pop(lane), None))
                    self._connections.pop(lane).close()
                    self._task_of = {n - (n > lane): task for n, task in self._task_of.items()}
                    break
                if isinstance(message, str):
                    log.error("a solver failed: %s", message)
                    found.append(Answer(self._task_of.pop(lane), None))
                elif isinstance(message, Answer):
                    self._task_of.pop(lane)
                    found.append(message)
                else:
                    self._on_found(*message)
                if not ready.poll():
                    break
        return found

    def _close(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.join()
            process.close()
        for connection in self._connections:
            connection.close()


def warm_up() -> None:
    """Begin to start what lanes come from, so that it imports the engines while others work."""
    _fork_server()
    ensure_running()


def _fork_server() -> ForkServerContext:
    # It has no threads of its own, unlike a web server or a worker that plans.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *_MODULES.values()])
    return context


def can_run_beside() -> bool:
    """Whether this process may start others (a daemonic worker of a pool may not) that can import what it runs."""
    return (
        not multiprocessing.current_process().daemon
        and "forkserver" in multiprocessing.get_all_start_methods()
        and _main_can_be_imported()
    )


def _main_can_be_imported() -> bool:
    """False for a script that came through standard input and for an interactive session."""
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    if getattr(main, "__spec__", None) is not None:
        return True
    return path is not None and os.path.isfile(path)  # noqa: PTH113 - pathlib stays out of the pure core


def cores() -> int:
    """How many lanes can really run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _run(task: Task, on_found: Found) -> Answer:
    engine = cast("Engine", import_module(_MODULES[task.engine]).search)
    visits = engine(
        task.problem,
        time_limit_s=max(0.0, task.ends_at - time.monotonic()),
        seed=task.seed,
        iterations=task.iterations,
        start=task.start,
        on_improved=lambda visits: on_found(task.number, visits),
    )
    return Answer(task.number, visits)


def _lane(connection: Connection) -> None:
    # Ctrl-C reaches the whole process group; the process that waits for us decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            task = cast("Task", connection.recv())
        except (EOFError, OSError):
            return
        try:
            answer = _run(task, lambda number, visits: connection.send((number, _plain(visits))))
            connection.send(Answer(answer.number, None if answer.visits is None else _plain(answer.visits)))
        except OSError:
            return
        except Exception as error:
            connection.send(f"{type(error).__name__}: {error}")


def _plain(visits: Visits) -> Mapping[int, list[Any]]:
    return {vehicle_id: list(order) for vehicle_id, order in visits.items()}
