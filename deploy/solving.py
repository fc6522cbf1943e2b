"""A search that a person watches: a bar on the terminal, and Ctrl-C for the best so far."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from routing.problem import Problem
from routing.solution import Solution
from routing.solve import Engine, Enough, solve
from routing.solve import Progress as Tell


def search(problem: Problem, *, time_limit_s: float, seed: int, engine: Engine, cores: int | None) -> Solution:
    """Solve, watched."""
    with watched("Solving") as tell:
        return solve(problem, time_limit_s=time_limit_s, seed=seed, engine=engine, cores=cores, on_progress=tell)


@contextmanager
def watched(what: str) -> Iterator[Tell]:
    """Give a search what it should call: share of the time and cost are shown where standard error is a terminal.

    The first Ctrl-C ends the search with the best so far, the second raises ``KeyboardInterrupt``.
    """
    with _first_interrupt() as asked, _bar() as bar:
        task = bar.add_task(what, total=1.0, cost="")

        def tell(share: float, cost: float | None) -> None:
            bar.update(task, completed=share, cost="" if cost is None else f"cost {cost / 100:,.2f}")
            if asked.is_set():
                raise Enough

        yield tell


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[cost]}"))
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


@contextmanager
def _first_interrupt() -> Iterator[threading.Event]:
    """Until the end of the block the first Ctrl-C only sets the event."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked  # only the main thread may handle signals
        return

    def handle(_signal: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
