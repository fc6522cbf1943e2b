"""Engines at work side by side: each lane is a process of its own that runs its tasks one after another.

Processes and not threads, because OR-Tools keeps Python's global lock for as long as it searches: a second thread, or
the program around it, would stand still. A lane that does not end in time is ended; what it found until then counts.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Literal, cast

from routing.problem import Problem
from routing.solvers import ortools, pyvrp
from routing.solvers.visits import Engine, Visits

EngineName = Literal["OR-Tools", "PyVRP"]

ENGINES: dict[EngineName, Engine] = {"OR-Tools": ortools.search, "PyVRP": pyvrp.search}

GRACE_S = 0.3
"""How long a lane may take to hand over its answer after its time is over."""

Found = Callable[[int, Visits], None]
"""Called with the number of the task and the visits that it found."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """One engine on one problem. ``weight``: its share of the lane's time against the lane's other tasks."""

    number: int
    problem: Problem
    engine: EngineName
    weight: float
    seed: int
    iterations: int
    start: Visits | None = None


def share_out(tasks: Sequence[Task], lanes: int) -> list[list[Task]]:
    """Spread tasks over lanes so that their weights are about equal (longest first); no lane is empty."""
    shared: list[list[Task]] = [[] for _ in range(min(lanes, len(tasks)))]
    for task in sorted(tasks, key=lambda task: -task.weight):
        min(shared, key=lambda lane: sum(other.weight for other in lane)).append(task)
    return shared


def run_here(tasks: Sequence[Task], *, ends_at: float, on_found: Found) -> None:
    """Run tasks in this process, one after another, until ``ends_at`` on the monotonic clock."""
    remaining = list(tasks)
    while remaining:
        task = remaining[0]
        left_s = max(0.0, ends_at - time.monotonic())
        visits = ENGINES[task.engine](
            task.problem,
            time_limit_s=left_s * task.weight / sum(other.weight for other in remaining),
            seed=task.seed,
            iterations=task.iterations,
            start=task.start,
            on_improved=lambda visits, number=task.number: on_found(number, visits),
        )
        if visits is not None:
            on_found(task.number, visits)
        del remaining[0]


def run_beside(
    lanes: Sequence[Sequence[Task]], *, ends_at: float, on_found: Found, on_wait: Callable[[], None]
) -> None:
    """Run each lane in a process of its own until all are done, or until shortly after ``ends_at``."""
    with _started(lanes, ends_at) as receivers:
        open_receivers = list(receivers)
        while open_receivers:
            left_s = ends_at + GRACE_S - time.monotonic()
            if left_s <= 0:
                return
            for ready in wait(open_receivers, timeout=min(left_s, 0.2)):
                assert isinstance(ready, Connection)
                try:
                    message = ready.recv()
                except EOFError:
                    open_receivers.remove(ready)
                    continue
                if isinstance(message, str):
                    log.error("a solver failed: %s", message)
                else:
                    on_found(*message)
            on_wait()


def can_run_beside() -> bool:
    """Whether this process may start others (a daemonic worker of a pool may not)."""
    return not multiprocessing.current_process().daemon and "forkserver" in multiprocessing.get_all_start_methods()


def cores() -> int:
    """How many lanes can really run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _started(lanes: Sequence[Sequence[Task]], ends_at: float) -> Iterator[list[Connection[Any, Any]]]:
    # A fork server has no threads of its own, unlike a web server or a worker that plans.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    processes: list[BaseProcess] = []
    receivers: list[Connection[Any, Any]] = []
    try:
        for lane in lanes:
            receiver, sender = context.Pipe(duplex=False)
            receivers.append(cast("Connection[Any, Any]", receiver))
            process = context.Process(target=_lane, args=(sender, list(lane), ends_at), daemon=True)
            process.start()
            processes.append(process)
            sender.close()
        yield receivers
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
            process.close()
        for receiver in receivers:
            receiver.close()


def _lane(sender: Connection, tasks: list[Task], ends_at: float) -> None:
    # Ctrl-C reaches the whole process group; the process that waits for us decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run_here(tasks, ends_at=ends_at, on_found=lambda number, visits: sender.send((number, dict(visits))))
    except Exception as error:
        sender.send(f"{type(error).__name__}: {error}")
    finally:
        sender.close()
