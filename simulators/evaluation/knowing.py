"""What a night knows of the coming days: the forecasts of the nightly job, worse ones, or the future itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from routing.forecast import DAY_S, FillHistory, Forecast, Place, outlook
from routing.forecast.distribution import SCORES
from routing.forecast.fractions import FRACTIONS
from routing.forecast.learning import calibrate
from routing.forecast.state import CONTEXT_DAYS, LAG_DAYS, Learned
from simulators import chance
from simulators.evaluation.contents import Contents
from simulators.evaluation.sensing import Sensing
from simulators.evaluation.world import HOUR_S, World

HISTORY_DAYS = 90
"""How far back everything is learned anew from, as the planning job does."""

RELEARN_DAYS = 21.0
"""After so many days everything is learned anew. The planning job does so after 7; for a simulated year of 1,000
containers that would take 5 of its 10 minutes."""

_NODES_H = np.array(
    [*range(0, 72, 3), *range(72, 24 * 8, 6), *range(24 * 8, 24 * 15, 12)],
    dtype=float,
)
"""The future is told at so many hours from the evening; in between it is taken to run straight."""


class Forecasting:
    """Night after night the nightly job's own outlook, with what it learned the nights before."""

    def __init__(self, world: World, sensing: Sensing) -> None:
        self._world = world
        self._sensing = sensing
        town = world.town
        self._fractions = {container.id: container.fraction for container in town.containers}
        self._positions = {container.id: container.position for container in town.containers}
        self._groups = np.array([FRACTIONS.index(each.fraction) for each in town.containers], dtype=np.int64)
        # The simulated people throw as much away on holidays as on other days.
        self._place = Place(town.time_zone, None)
        self._learned: Learned | None = None
        self._known_s = -np.inf

    def histories(self, known_s: float) -> dict[int, FillHistory]:
        """What the night reads: as far back as learning needs."""
        if self._learned is not None and known_s - self._learned.learned_s > RELEARN_DAYS * DAY_S:
            self._learned = None
        days = HISTORY_DAYS * DAY_S if self._learned is None else known_s - self._known_s + _CONTEXT_S
        return self._sensing.histories(known_s, since_s=known_s - days)

    def forecasts(self, histories: dict[int, FillHistory], known_s: float) -> dict[int, Forecast]:
        """The forecasts of all containers by id."""
        calibration = None
        if self._learned is None:
            calibration = calibrate(list(histories.values()), self._groups, place=self._place, at_s=known_s)
        seen = outlook(
            histories,
            fractions=self._fractions,
            at_s=known_s,
            place=self._place,
            positions=self._positions,
            learned=self._learned,
            calibration=calibration,
        )
        self._learned, self._known_s = seen.learned, known_s
        return worsened(self._world, seen.forecasts, known_s)


_CONTEXT_S = (CONTEXT_DAYS + LAG_DAYS) * DAY_S


def worsened(world: World, forecasts: dict[int, Forecast], known_s: float) -> dict[int, Forecast]:
    """Forecasts with the setting's bias and noise on their growth."""
    setting = world.setting
    if not setting.growth_bias and not setting.growth_noise:
        return forecasts
    rows = np.array([identifier - 1 for identifier in forecasts], dtype=np.int64)
    luck = chance.normal(setting.seed, "forecast error", rows, int(known_s // (7 * DAY_S)))
    noise = setting.growth_noise
    factors = (1 + setting.growth_bias) * np.exp(noise * luck - noise**2 / 2)
    return {
        identifier: replace(
            forecast,
            growth_per_day=forecast.growth_per_day * factor,
            table=forecast.table[:1] + (forecast.table - forecast.table[:1]) * factor,
        )
        for (identifier, forecast), factor in zip(forecasts.items(), factors.tolist(), strict=True)
    }


def future(world: World, contents: Contents, emptied_s: np.ndarray, known_s: float) -> dict[int, Forecast]:
    """The true contents of the coming days if nobody empties anything, as forecasts without any spread.

    ``emptied_s`` (C,): when each container was last emptied, NaN: never.
    """
    nodes_s = known_s + _NODES_H * HOUR_S
    rows = np.arange(len(world.town.containers))
    levels = contents.at(rows[:, None], nodes_s[None, :])
    tables = np.broadcast_to(levels[:, :, None], (*levels.shape, len(SCORES)))
    growth = (levels[:, -1] - levels[:, 0]) / (_NODES_H[-1] / 24)
    return {
        container.id: Forecast(
            origin_s=known_s,
            made_s=known_s,
            level=float(levels[row, 0]),
            level_sd=0.0,
            growth_per_day=float(growth[row]),
            growth_sd=0.0,
            nodes_s=nodes_s,
            table=tables[row],
            last_observed_s=known_s,
            last_level=float(levels[row, 0]),
            last_emptied_s=float(emptied_s[row]) if np.isfinite(emptied_s[row]) else None,
        )
        for row, container in enumerate(world.town.containers)
    }
