"""The independent checker: recomputes a solution from the problem alone and lists everything that breaks a rule."""

from __future__ import annotations

from dataclasses import dataclass

from routing.problem import Problem
from routing.solution import Solution


@dataclass(frozen=True, slots=True)
class Violation:
    """``place`` names route and step, ``rule`` the rule that is broken, ``amount`` by how much, in the rule's unit."""

    place: str
    rule: str
    amount: float


def check(problem: Problem, solution: Solution) -> list[Violation]:
    """List every violation; an empty list means that the solution may be driven."""
    raise NotImplementedError
