"""Whose turn it is where two engines search: mostly that of the one whose searches have paid."""

from __future__ import annotations

from routing.solvers.plan.assemble import Rank
from routing.solvers.search.lanes import EngineName

OTHER_EVERY = 4
"""Every so many turns the engine that pays less has one, since that may change as the plan gets better."""

FADING = 0.5
"""How much of what was booked before counts each time."""


class Turns:
    """What each engine gained a second, and who is next."""

    def __init__(self) -> None:
        self._gains: dict[EngineName, float] = {}
        self._given = 0

    def book(self, engine: EngineName, took_s: float, before: Rank | None, after: Rank | None) -> None:
        """Book a search: how long it took, and how good the plan was before and after it."""
        gained = 0.0
        if after is not None and before is not None:
            # A stop served is worth more than any cost.
            gained = 1.0 if after[0] < before[0] else (before[1] - after[1]) / max(1, before[1])
        a_second = gained / max(took_s, 0.1)
        known = self._gains.get(engine)
        self._gains[engine] = a_second if known is None else FADING * known + (1 - FADING) * a_second

    def next_one(self) -> EngineName:
        """The engine that gained more a second of late, now and then the other; by turns where neither did."""
        self._given += 1
        pyvrp, ortools = self._gains.get("PyVRP"), self._gains.get("OR-Tools")
        if ortools is None:
            # Not tried yet; it may be at work for the first time just now.
            return "OR-Tools" if self._given % 2 == 1 else "PyVRP"
        if pyvrp is None or pyvrp == ortools:
            return "PyVRP" if self._given % 2 == 1 else "OR-Tools"
        better: EngineName = "PyVRP" if pyvrp > ortools else "OR-Tools"
        worse: EngineName = "OR-Tools" if better == "PyVRP" else "PyVRP"
        return worse if self._given % OTHER_EVERY == 0 else better
