"""A policy driven through a town's days, each day's plan made on the evening before from what was known then."""

from __future__ import annotations

from collections.abc import Callable

from routing.decide.policy import Policy
from routing.roads.graph import RoadGraph
from simulators.evaluation.outcome import Contender, Run
from simulators.evaluation.setting import Setting

Progress = Callable[[int, int], None]
"""Called after every simulated day with how many are behind and how many there are."""


def evaluate(
    setting: Setting,
    contender: Contender,
    *,
    policy: Policy | None = None,
    graph: RoadGraph | None = None,
    on_day: Progress | None = None,
) -> Run:
    """Simulate one contender: the same arguments give the same run, on any machine that is not starved of time.

    Contenders of the same setting see the same waste and the same sensors' luck. They are independent of each other and
    may run in processes of their own; in one process, one after the other, they share the town, its road matrix, its
    waste and its fixed routes.

    Parameters
    ----------
    policy
        What the municipality wants; its service level is also what the fixed schedule and the threshold are chosen by.
    graph
        Streets to stand on in place of those that the setting names.
    on_day
        Told about progress.

    Raises
    ------
    domain.errors.InvalidInput
        When the streets have no room for so many containers.
    """
    raise NotImplementedError
