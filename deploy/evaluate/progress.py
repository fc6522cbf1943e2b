"""How far the runs are: a bar on a terminal, else a line for each tenth; both with the time that is left."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from deploy.evaluate.estimate import Estimates
from deploy.evaluate.task import Task


class Watch:
    """Counts finished work in expected seconds, so that a long run weighs more than a short one.

    Parameters
    ----------
    tasks
        All that will be run.
    estimates
        How long each may take.
    """

    def __init__(self, tasks: Sequence[Task], estimates: Estimates) -> None:
        self._weights = {task.key: estimates.run_s(task) for task in tasks}
        self._total = sum(self._weights.values())
        self._shares: dict[str, float] = {}
        self._runs = len(tasks)
        self._done = 0
        self._began = time.monotonic()
        self._tenth = 0
        self._on_terminal = sys.stderr.isatty()
        columns = (TextColumn("Simulating"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not self._on_terminal)
        self._row = self._bar.add_task("", total=1.0, left="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def go_on(self, task: Task, share: float) -> None:
        """So much of a run is done, 0..1."""
        self._shares[task.key] = share
        self._tell()

    def finish(self, task: Task) -> None:
        """A run has ended."""
        self._done += 1
        self.go_on(task, 1.0)

    @property
    def share(self) -> float:
        """Of all the work, 0..1."""
        return sum(self._weights[key] * share for key, share in self._shares.items()) / (self._total or 1.0)

    def _tell(self) -> None:
        share = self.share
        elapsed_s = time.monotonic() - self._began
        # Too little is known in the first moments.
        left = f", about {duration(elapsed_s / share - elapsed_s)} left" if share > 0.01 and elapsed_s > 2 else ""
        text = f"{self._done} of {self._runs} runs{left}"
        if self._on_terminal:
            self._bar.update(self._row, completed=share, left=text)
        elif int(share * 10 + 1e-9) > self._tenth:
            self._tenth = int(share * 10 + 1e-9)
            print(f"{10 * self._tenth} %, {text}", file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Hours and minutes, or minutes, or seconds, for people."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
