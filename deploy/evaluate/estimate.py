"""How long runs will take, told before they begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from deploy.evaluate.results_file import Result
from deploy.evaluate.task import Task
from simulators.evaluation.outcome import Contender
from simulators.evaluation.setting import Setting

USUAL_S: Mapping[Contender, float] = {
    Contender.FIXED_SCHEDULE: 1.5e-3,
    Contender.THRESHOLD: 4e-4,
    Contender.HALFVOL: 1.4e-3,
    Contender.CLAIRVOYANT: 4e-4,
}
"""Seconds for a container and day, warm-up included, as long as no run is known: processor time with 100 containers, on
a machine of 2026. The fixed schedule, which all need, is worked out by whoever comes first in its town; that grows
faster than the town."""

_USUAL_ITERATIONS = Setting(seed=0).iterations


class Estimates:
    """Expected durations, from earlier results where there are any.

    Parameters
    ----------
    known
        Results of this machine; those of the same contender count.
    """

    def __init__(self, known: Iterable[Result]) -> None:
        seconds: dict[Contender, list[float]] = {}
        for result in known:
            seconds.setdefault(result.task.contender, []).append(result.wall_s / _size(result.task))
        self._each = dict(USUAL_S) | {contender: sum(all_) / len(all_) for contender, all_ in seconds.items()}

    def run_s(self, task: Task) -> float:
        """One run, seconds."""
        return self._each[task.contender] * _size(task)

    def all_s(self, tasks: Iterable[Task], *, cores: int) -> float:
        """All of them, so many at once, seconds."""
        each = [self.run_s(task) for task in tasks]
        return max([sum(each) / cores, *each], default=0.0)


def _size(task: Task) -> float:
    # Searching for routes is some three fifths of the time with the usual number of iterations.
    searching = 0.4 + 0.6 * task.setting.iterations / _USUAL_ITERATIONS
    return task.setting.containers * task.setting.simulated_days * searching
