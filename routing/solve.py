"""Solving: from a problem to the best solution that the engines find in the time given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from routing.problem import Problem
from routing.solution import Solution

Engine = Literal["best", "ortools", "pyvrp"]

Progress = Callable[[float, float | None], None]
"""Called with the share of the time that has passed (0..1) and the best cost so far in cents (None: nothing yet)."""


def solve(
    problem: Problem,
    *,
    time_limit_s: float,
    seed: int = 0,
    engine: Engine = "best",
    on_progress: Progress | None = None,
) -> Solution:
    """Solve the problem within the time limit; always a valid answer, stops that do not fit with their reason."""
    raise NotImplementedError
