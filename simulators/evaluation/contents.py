"""How much is in and beside the containers, from emptying to emptying, and how much of the day they overflow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators import chance
from simulators.evaluation.world import HOUR_S, World
from simulators.waste import MOST_RESIDUE

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Emptyings:
    """The emptyings of a day, one of a container at most: positions in ``Town.containers`` and epoch seconds, (n,)."""

    rows: NDArray[np.int64]
    times_s: NDArray[np.float64]

    @classmethod
    def none(cls) -> Emptyings:
        """A day without any."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0))


@dataclass(frozen=True, slots=True, eq=False)
class DayOfContents:
    """One day of C containers, with n emptyings.

    ``found``, ``left`` (n,): contents just before and after each emptying, shares of the capacity; ``overflow_days``
    (C,): how long each was above its capacity, days; ``overflow`` (C,): shares of the capacity that were thrown beside
    or on top of it.
    """

    emptyings: Emptyings
    found: NDArray[np.float64]
    left: NDArray[np.float64]
    overflow_days: NDArray[np.float64]
    overflow: NDArray[np.float64]
    before: NDArray[np.float64]
    """(C,): what had been thrown in when each was last empty before this day's emptyings."""

    def at(self, world: World, rows: NDArray[np.int64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contents at moments of this day, (n,)."""
        empty_at = self.before.copy()
        emptied_s = np.full(len(empty_at), np.inf)
        done = self.emptyings
        emptied_s[done.rows] = done.times_s
        empty_at[done.rows] += self.found - self.left
        base = np.where(times_s < emptied_s[rows], self.before[rows], empty_at[rows])
        return world.thrown_in_until(rows, times_s) - base


class Contents:
    """What is in and beside the containers of a world. At the beginning all are empty.

    What does not fit lies beside the container and is taken along with the next emptying.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._base = np.zeros(len(world.town.containers))

    def at(self, rows: NDArray[np.int64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contents at moments after the last emptying, shares of the capacity, above 1 = overflowing."""
        return self._world.thrown_in_until(rows, times_s) - self._base[rows]

    def pass_day(self, number: int, emptyings: Emptyings) -> DayOfContents:
        """Let the simulated day of that number pass, with these emptyings."""
        world = self._world
        first_s, last_s = world.midnights_s[number], world.midnights_s[number + 1]
        rows, times_s = emptyings.rows, emptyings.times_s
        found = self.at(rows, times_s)
        residue = MOST_RESIDUE * chance.uniform(world.setting.seed, "residue", rows, (times_s // 60).astype(np.int64))
        left = np.minimum(found, residue if len(rows) else 0.0)
        before = self._base.copy()
        after = before.copy()
        after[rows] += found - left
        begin, end = (round((moment - world.first_hour_s) / HOUR_S) for moment in (first_s, last_s))
        content = world.thrown_in[:, begin : end + 1] - before[:, None]
        days = _above(content) / 24.0
        beyond = np.maximum(content[:, -1], 1.0) - np.maximum(content[:, 0], 1.0)
        if len(rows):
            hours_s = world.first_hour_s + HOUR_S * np.arange(begin, end + 1)
            days[rows], beyond[rows] = 0.0, 0.0
            for moments, base in (
                (np.minimum(hours_s, times_s[:, None]), before[rows]),
                (np.maximum(hours_s, times_s[:, None]), after[rows]),
            ):
                piece = world.thrown_in_until(rows[:, None], moments) - base[:, None]
                days[rows] += _above(piece, np.diff(moments, axis=1)) / _DAY_S
                beyond[rows] += np.maximum(piece[:, -1], 1.0) - np.maximum(piece[:, 0], 1.0)
        self._base = after
        return DayOfContents(emptyings, found, left, days, beyond, before)


def _above(content: NDArray[np.float64], lasting: NDArray[np.float64] | float = 1.0) -> NDArray[np.float64]:
    """How long each row is above 1 while its content grows evenly from column to column: (rows,)."""
    low, high = content[:, :-1], content[:, 1:]
    share = np.where(low >= 1.0, 1.0, np.clip((high - 1.0) / np.maximum(high - low, 1e-12), 0.0, 1.0))
    return np.asarray((np.where(high > 1.0, share, 0.0) * lasting).sum(axis=1), dtype=np.float64)
