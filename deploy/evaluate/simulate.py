"""Carrying a task out: the one place that hands an evaluation's task to the simulator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.evaluate.task import Task
from deploy.files import read_bytes
from domain.errors import InvalidInput
from simulators.evaluation.outcome import Run

if TYPE_CHECKING:
    from routing.decide.policy import Policy
    from routing.roads.graph import RoadGraph

Progress = Callable[[int, int], None]
"""Called with how many days are behind and how many there are."""

Simulate = Callable[[Task, Progress], Run]
"""Carries a task out; a function of a module, so that another process can find it."""


def simulate(task: Task, on_day: Progress) -> Run:
    """Run the simulation that a task names.

    Raises
    ------
    InvalidInput
        When the policy contradicts itself, or the streets are not those that were meant or have too little room.
    """
    from simulators.evaluation.run import evaluate  # noqa: PLC0415  (the solvers take a second to import)

    graph = _streets(task.extract, task.extract_digest) if task.extract else None
    return evaluate(task.setting, task.contender, policy=policy(task.policy), graph=graph, on_day=on_day)


def policy(text: str, where: str = "the policy") -> Policy:
    """The policy that a file's text says; the default one for an empty text.

    Raises
    ------
    InvalidInput
        When the text is no policy or contradicts itself.
    """
    from routing.decide.policy import Policy  # noqa: PLC0415
    from routing.decide.policy_file import read_policy  # noqa: PLC0415

    if not text:
        return Policy()
    return read_policy(text.encode(), where=where)


def digest(extract: bytes) -> str:
    """Names the streets of an extract."""
    return hashlib.sha256(extract).hexdigest()


@lru_cache(maxsize=1)
def _streets(path: str, wanted: str) -> RoadGraph:
    from routing.roads.osm import read_graph  # noqa: PLC0415

    content = read_bytes(Path(path))
    if digest(content) != wanted:
        raise InvalidInput("is not the file that the evaluation was asked for with", where=path, remedy="copy it here")
    return read_graph(content, path)
