"""What was read later, beside what was known at one moment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from routing.backtest.rows import Rows, Setting
from routing.forecast.calendar import DAY_S, HOUR_S, WasteClock
from routing.forecast.calibration import Calibration, quantiles
from routing.forecast.growth import SPANS_H
from routing.forecast.origin import Origin
from routing.trust.judged import Judged
from routing.trust.readings import Readings

LAGS_H = (1.0, 3.0, 6.0, 12.0, 24.0, 48.0)


def outcomes(
    readings: Readings,
    hindsight: Judged,
    judged: Judged,
    *,
    origin: Origin,
    clock: WasteClock,
    kind_at: Callable[[NDArray[np.float64]], NDArray[np.int64]],
    at_s: float,
    step_s: float,
    setting: Setting,
    calibration: Calibration,
) -> Rows:
    """Rows of the containers that report at ``at_s`` and whose reading later is known, with no emptying in between."""
    containers = readings.containers
    all_rows = readings.rows()
    span = 2.0**33
    keys = all_rows * span + readings.times_s
    fresh_s = max(3 * HOUR_S, 1.5 * step_s)
    place = np.searchsorted(keys, np.arange(containers) * span + at_s, side="right") - 1
    reports = (place >= 0) & (all_rows[np.maximum(place, 0)] == np.arange(containers))
    reports &= at_s - readings.times_s[np.maximum(place, 0)] <= fresh_s
    reports &= np.isfinite(origin.last_s)
    usable = hindsight.good if setting.targets_good else np.isfinite(readings.levels)
    usable_at = np.flatnonzero(usable)
    usable_keys = keys[usable_at]
    found: list[tuple[NDArray[np.int64], int, NDArray[np.int64]]] = []
    for h, span_h in enumerate(SPANS_H):
        c = np.flatnonzero(reports)
        wanted = c * span + at_s + span_h * HOUR_S
        near = np.clip(np.searchsorted(usable_keys, wanted), 1, max(len(usable_keys) - 1, 1))
        if len(usable_keys) < 2:
            continue
        nearer = near - (wanted - usable_keys[near - 1] < np.abs(usable_keys[near] - wanted))
        target = usable_at[nearer]
        fits = (all_rows[target] == c) & (
            np.abs(readings.times_s[target] - at_s - span_h * HOUR_S)
            <= min(max(HOUR_S, 0.5 * step_s), 0.25 * span_h * HOUR_S)
        )
        # Conditional on no emptying in between, by hindsight or by report.
        fits &= hindsight.cycles[target] == hindsight.cycles[np.maximum(place[c], 0)]
        fits &= readings.times_s[target] > at_s
        if len(readings.sightings_s):
            told = readings.sighting_rows * span + readings.sightings_s
            between = np.searchsorted(told, c * span + at_s) < np.searchsorted(told, keys[target], side="right")
            fits &= ~between
        found.append((c[fits], h, target[fits]))
    c = np.concatenate([each[0] for each in found]) if found else np.empty(0, dtype=np.int64)
    target = np.concatenate([each[2] for each in found]) if found else c
    h = np.concatenate([np.full(len(each[0]), each[1]) for each in found]) if found else c
    mine = origin.taken(c)
    target_s = readings.times_s[target]
    passed = clock.at(target_s, mine.groups) - clock.at(mine.origin_s, mine.groups)
    last = readings.levels[place[c]]
    lags = np.full((len(c), len(LAGS_H)), np.nan)
    for n, lag_h in enumerate(LAGS_H):
        at = np.searchsorted(keys, c * span + at_s - lag_h * HOUR_S, side="right") - 1
        ok = (at >= 0) & (all_rows[np.maximum(at, 0)] == c)
        lags[ok, n] = readings.levels[np.maximum(at, 0)][ok]
    return Rows(
        container=c,
        at_s=np.full(len(c), at_s),
        h=h,
        target_s=target_s,
        level=(hindsight.cleaned if setting.targets_good else readings.levels)[target],
        origin=mine,
        last=last,
        last_s=readings.times_s[place[c]],
        line=_slopes(judged)[c],
        lags=lags,
        passed=passed,
        kind=kind_at(np.full(len(c), at_s)),
        quantiles=quantiles(mine, clock, calibration, target_s),
    )


def _slopes(judged: Judged) -> NDArray[np.float64]:
    """Slope of the least-squares line through each container's good readings since its last emptying, share a day."""
    containers = judged.readings.containers
    good = np.flatnonzero(judged.good)
    rows, cycles = judged.readings.rows()[good], judged.cycles[good]
    newest = np.zeros(containers, dtype=np.int64)
    newest[rows] = cycles
    chosen = good[cycles == newest[rows]]
    who = judged.readings.rows()[chosen]
    count = np.maximum(np.bincount(who, minlength=containers), 1)
    days = judged.readings.times_s[chosen] / DAY_S
    middle = np.bincount(who, weights=days - 20_000, minlength=containers) / count + 20_000
    x, y = days - middle[who], judged.readings.levels[chosen]
    xx = np.bincount(who, weights=x * x, minlength=containers)
    xy = np.bincount(who, weights=x * y, minlength=containers)
    return np.where(xx > 0.02, np.maximum(xy / np.maximum(xx, 1e-9), 0.0), 0.0)
