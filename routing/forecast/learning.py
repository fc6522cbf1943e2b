"""Learning what past forecasts teach from a town's whole history; every night after that only adds to its sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.backtest.rolling import roll_cases
from routing.backtest.rows import Setting
from routing.forecast.calendar import DAY_S
from routing.forecast.calibration import Calibration, learn
from routing.forecast.fractions import USUAL_RATES
from routing.forecast.history import FillHistory, table_of
from routing.forecast.outlooks import Place

SAMPLE = 240
"""The calibration is learned from the past forecasts of so many containers."""

EVERY_H = 61.0
"""Hours from one past forecast to the next: another hour of the day each time."""

LEAST_DAYS = 21.0
LEAST_READINGS = 50
RELEARN_DAYS = 7.0
"""After so many days everything is learned anew."""


def calibrate(
    histories: Sequence[FillHistory], groups: NDArray[np.int64], *, place: Place, at_s: float, seed: int = 1
) -> Calibration:
    """What the past forecasts of a sample of the containers would have taught; nothing where history is short.

    Each past forecast is made from what was known then, judged as it would have been then.

    Parameters
    ----------
    groups
        (C,): the group of each container.
    at_s
        What comes later is not known, epoch seconds.
    """
    eligible = [c for c, each in enumerate(histories) if len(each.times_s) >= LEAST_READINGS]
    random = np.random.default_rng(seed)
    chosen = np.sort(random.choice(eligible, size=min(SAMPLE, len(eligible)), replace=False).astype(np.int64))
    readings = table_of([histories[c] for c in chosen.tolist()]).between(-np.inf, at_s)
    if not len(readings.times_s) or np.ptp(readings.times_s) < LEAST_DAYS * DAY_S:
        return Calibration.none()
    setting = Setting(
        place.time_zone, place.country, groups[chosen], USUAL_RATES, every_h=EVERY_H, warm_up_days=LEAST_DAYS * 0.66
    )
    cases, clock = roll_cases(readings, setting)
    return Calibration.none() if cases is None else learn(cases, clock)
