"""Many forecasts asked at once: levels and risks of all containers without a loop over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from domain.errors import InvalidInput
from routing.forecast.calendar import DAY_S
from routing.forecast.distribution import SCORES, WEIGHTS, Forecast


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """The forecasts of C containers as one table; everything it tells is what each :class:`Forecast` tells.

    ``nodes_s`` (C, N) epoch seconds, ``table`` (C, N, S) quantiles of the level then.
    """

    nodes_s: NDArray[np.float64]
    table: NDArray[np.float64]

    @classmethod
    def of(cls, forecasts: Sequence[Forecast]) -> Together:
        """Put them together; those with fewer nodes are carried on as they would be."""
        longest = max((len(each.nodes_s) for each in forecasts), default=2)
        nodes_s = np.empty((len(forecasts), longest))
        table = np.empty((len(forecasts), longest, len(SCORES)))
        for c, each in enumerate(forecasts):
            there = len(each.nodes_s)
            nodes_s[c, :there], table[c, :there] = each.nodes_s, each.table
            for n in range(there, longest):
                nodes_s[c, n] = nodes_s[c, n - 1] + DAY_S
                table[c, n] = each.quantiles(nodes_s[c, n])
        return cls(nodes_s, table)

    def taken(self, places: NDArray[np.int64]) -> Together:
        """Some of them, in the order of ``places``."""
        return Together(self.nodes_s[places], self.table[places])

    def expected(self) -> Expected:
        """Their expected levels over time: quicker than :meth:`means` for many times."""
        return Expected(self.nodes_s, self.table @ WEIGHTS)

    def means(self, at_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected level of each container at its own time, (C,)."""
        return self.mean_of(self.rows(at_s))

    def quantiles(self, q: float, at_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Level that each container stays below with probability ``q`` at its own time, (C,).

        Raises
        ------
        InvalidInput
            When ``q`` is not strictly between 0 and 1.
        """
        if not 0 < q < 1:
            raise InvalidInput(f"a quantile lies strictly between 0 and 1, not {q}")
        score = float(ndtri(q))
        place = int(np.clip(np.searchsorted(SCORES, score, side="right"), 1, len(SCORES) - 1))
        share = min(max((score - SCORES[place - 1]) / (SCORES[place] - SCORES[place - 1]), 0.0), 1.0)
        rows = self.rows(at_s)
        return rows[:, place - 1] * (1 - share) + rows[:, place] * share

    def risks(self, at_s: NDArray[np.float64] | float, limit: float = 1.0) -> NDArray[np.float64]:
        """P(level > limit) of each container, at one time or at a time of its own, (C,)."""
        rows = self.rows(np.broadcast_to(np.asarray(at_s, dtype=np.float64), len(self.table)))
        return self.risk_of(rows, limit)

    @staticmethod
    def mean_of(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected levels, (n,), of quantiles (n, S)."""
        return rows @ WEIGHTS

    @staticmethod
    def risk_of(rows: NDArray[np.float64], limit: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """P(level > limit), (n,), of quantiles (n, S), for one limit or one for each."""
        limit = np.broadcast_to(np.asarray(limit, dtype=np.float64), len(rows))
        below = (rows <= limit[:, None]).sum(axis=1)
        place = np.clip(below, 1, len(SCORES) - 1)
        each = np.arange(len(rows))
        low, high = rows[each, place - 1], rows[each, place]
        share = np.clip((limit - low) / np.maximum(high - low, 1e-300), 0.0, 1.0)
        found = ndtr(-(SCORES[place - 1] + share * (SCORES[place] - SCORES[place - 1])))
        return np.where(below == 0, 1.0, np.where(below == len(SCORES), 0.0, found))

    def rows(self, at_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """The quantiles of each container at its own time, (C, S)."""
        if not len(self.table):
            return np.empty((0, len(SCORES)))
        at_s = np.maximum(at_s, self.nodes_s[:, 0])
        place = np.clip((self.nodes_s <= at_s[:, None]).sum(axis=1) - 1, 0, self.nodes_s.shape[1] - 2)
        each = np.arange(len(place))
        before_s = self.nodes_s[each, place]
        share = ((at_s - before_s) / (self.nodes_s[each, place + 1] - before_s))[:, None]
        if (place == place[0]).all():
            low, high = self.table[:, place[0]], self.table[:, place[0] + 1]
        else:
            low, high = self.table[each, place], self.table[each, place + 1]
        rows = low + (high - low) * share
        after = share[:, 0] > 1
        if after.any():
            # The fastest growth of any quantile serves for those above it, so that they stay in order.
            slope = np.maximum.accumulate(high[after] - low[after], axis=1)
            rows[after] = high[after] + slope * (share[after] - 1)
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Expected levels of C containers over time: ``means`` (C, N) at ``nodes_s`` (C, N), straight lines between."""

    nodes_s: NDArray[np.float64]
    means: NDArray[np.float64]

    def at(self, places: NDArray[np.int64], at_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of some containers, each at its own time, (n,)."""
        nodes_s = self.nodes_s[places]
        at_s = np.maximum(at_s, nodes_s[:, 0])
        place = np.clip((nodes_s <= at_s[:, None]).sum(axis=1) - 1, 0, nodes_s.shape[1] - 2)
        each = np.arange(len(place))
        before_s = nodes_s[each, place]
        share = (at_s - before_s) / (nodes_s[each, place + 1] - before_s)
        low, high = self.means[places, place], self.means[places, place + 1]
        return low + (high - low) * share
