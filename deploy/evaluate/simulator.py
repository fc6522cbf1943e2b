"""A process that carries out one task after another, and ends with the one that started it.

A process and not a thread, because a simulation computes for minutes and keeps Python's global lock as it does.
Contenders of the same town that follow each other in one process share what has been worked out for it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
import traceback
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import cast

from deploy.evaluate.errors import RunFailed
from deploy.evaluate.simulate import Simulate
from deploy.evaluate.task import Task
from domain.errors import HalfvolError
from simulators.evaluation.outcome import Run

END_WITHIN_S = 5.0
"""A process that was asked to end and has not done so by then is killed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Day:
    """So many days of the task's ``total`` are behind."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Done:
    """The task's outcome, and how long it took, seconds."""

    run: Run
    wall_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no outcome: the sentence of a Halfvol error, or for what nobody foresaw where it happened."""

    problem: str
    unforeseen: str = ""


class Simulator:
    """One process at work; ``task`` is what it was given and has not answered.

    Parameters
    ----------
    simulate
        What carries a task out.
    niceness
        By how much it lets others go first (``nice``).
    """

    def __init__(self, simulate: Simulate, *, niceness: int = 0) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.connection = cast(Connection, ours)
        self._process = context.Process(target=_serve, args=(theirs, simulate, niceness), name="simulator")
        # Ctrl-C reaches every process of the terminal; this one is ended by us, in order. What multiprocessing starts
        # beside it is started first, as that lifts the block.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self.task: Task | None = None
        self.last: Task | None = None

    def give(self, task: Task) -> None:
        """Hand it a task; it has to be free."""
        self.task = self.last = task
        self.connection.send(task)

    def answer(self) -> Day | Done | Failed:
        """What it says next; waits for it.

        Raises
        ------
        RunFailed
            When the process has ended.
        """
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            self._process.join(END_WITHIN_S)
            raise RunFailed(
                f"the process that simulated it ended with exit code {self._process.exitcode}",
                remedy="if memory ran out, use fewer --cores or smaller towns",
            ) from None
        if isinstance(message, Failed) and message.unforeseen:
            log.error("a simulation failed:\n%s", message.unforeseen)
        if not isinstance(message, Day):
            self.task = None
        return message

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.terminate()
        self._process.join(END_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.connection.close()


def _serve(connection: Connection, simulate: Simulate, niceness: int) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    os.nice(niceness)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        began = time.perf_counter()
        try:
            run = simulate(task, lambda done, total: connection.send(Day(done, total)))
        except HalfvolError as error:
            connection.send(Failed(str(error)))
        except Exception as error:
            problem = f"it failed unexpectedly: {type(error).__name__}: {error}"
            connection.send(Failed(problem, traceback.format_exc()))
        else:
            connection.send(Done(run, time.perf_counter() - began))


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
