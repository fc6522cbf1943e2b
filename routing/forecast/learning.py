"""Learning a town's hours, sums and calibration from its whole history; every night after that only adds to the sums."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.backtest.rolling import Setting, roll_cases
from routing.forecast.calendar import DAY_S, hours
from routing.forecast.calibration import Calibration, learn
from routing.forecast.many import FRACTIONS, USUAL_RATES, Place
from routing.trust.readings import Readings

SAMPLE = 240
"""The calibration is learned from the past forecasts of so many containers."""

EVERY_H = 61.0
"""Hours from one past forecast to the next: another hour of the day each time."""

LEAST_DAYS = 21.0
RELEARN_DAYS = 7.0
"""After so many days everything is learned anew."""


def calibrate(readings: Readings, groups: NDArray[np.int64], *, place: Place, seed: int = 1) -> Calibration:
    """What the past forecasts of a sample of the containers would have taught; nothing where history is short.

    Each past forecast is made from what was known then, judged as it would have been then.
    """
    if not len(readings.times_s) or np.ptp(readings.times_s) < LEAST_DAYS * DAY_S:
        return Calibration.none()
    counts = np.diff(readings.starts)
    eligible = np.flatnonzero(counts >= 50)
    if not len(eligible):
        return Calibration.none()
    random = np.random.default_rng(seed)
    chosen = np.sort(random.choice(eligible, size=min(SAMPLE, len(eligible)), replace=False))
    setting = Setting(
        place.time_zone, place.country, groups[chosen], USUAL_RATES, every_h=EVERY_H, warm_up_days=LEAST_DAYS * 0.66
    )
    cases, clock = roll_cases(readings.taken(chosen), setting)
    return Calibration.none() if cases is None else learn(cases, clock)


__all__ = ["FRACTIONS", "RELEARN_DAYS", "calibrate", "hours"]
