"""Rolling origins: what would have been forecast at each past moment, and what was read later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from routing.forecast.calendar import DAY_S, DAY_TYPES, HOUR_S, WasteClock, hours
from routing.forecast.calibration import Calibration, Cases, learn, quantiles
from routing.forecast.growth import SPANS_H, seen
from routing.forecast.origin import Origin, origins
from routing.forecast.town import common, factors
from routing.trust.judge import judge
from routing.trust.judged import Judged
from routing.trust.readings import Readings

WARM_UP_DAYS = 28.0
WINDOW_DAYS = 70.0
"""Every origin is judged and learned from the readings of so many days before it, as the nightly job does."""
LEARN_DAYS = 7.0
"""The calibration is learned anew after so many days."""
KEEP_DAYS = 240.0
"""From forecasts of so many days."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n forecasts whose outcome is known, of all models alike.

    ``container``, ``at_s`` (when it was made), ``h`` (place in ``SPANS_H``), ``target_s``, ``level`` (the reading
    then); ``origin``: what was known; ``last``, ``line``, ``last_s``: the newest reading, the slope (share a day) of a
    straight line since the last emptying, and when it was read; ``lags`` (n, 6): readings 1, 3, 6, 12, 24 and 48 hours
    before; ``quantiles`` (n, P): Halfvol's forecast at ``PROBABILITIES``.
    """

    container: NDArray[np.int64]
    at_s: NDArray[np.float64]
    h: NDArray[np.int64]
    target_s: NDArray[np.float64]
    level: NDArray[np.float64]
    origin: Origin
    last: NDArray[np.float64]
    last_s: NDArray[np.float64]
    line: NDArray[np.float64]
    lags: NDArray[np.float64]
    passed: NDArray[np.float64]
    kind: NDArray[np.int64]
    quantiles: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.level)


LAGS_H = (1.0, 3.0, 6.0, 12.0, 24.0, 48.0)


@dataclass(frozen=True, slots=True)
class Setting:
    """How to backtest. ``every_h``: hours from one origin to the next; ``targets_good``: whether only readings that
    hindsight finds good are outcomes; ``groups``: of each container; ``usual_rates``: of each group, share a day."""

    time_zone: tzinfo
    country: str | None
    groups: NDArray[np.int64]
    usual_rates: NDArray[np.float64]
    every_h: float = 24.0
    targets_good: bool = True
    warm_up_days: float = WARM_UP_DAYS


def interval_s(readings: Readings) -> float:
    """Median time between two readings of a container, s."""
    gaps = np.diff(readings.times_s)[np.diff(readings.rows()) == 0]
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if len(gaps) else HOUR_S


def roll(
    readings: Readings, setting: Setting, *, on_progress: Callable[[float], None] | None = None
) -> tuple[Rows, Calibration, WasteClock]:
    """Forecast from every origin with what was known then.

    Raises
    ------
    InvalidInput
        When the readings are too short for a single outcome.
    """
    if not len(readings.times_s):
        raise InvalidInput("there is no reading", where="readings")
    first_s, last_s = float(readings.times_s.min()), float(readings.times_s.max())
    known = hours(first_s - DAY_S, last_s + 20 * DAY_S, time_zone=setting.time_zone, country=setting.country)
    hindsight = judge(readings, correct_drift=False)
    step_s = interval_s(readings)
    start_s = first_s + setting.warm_up_days * DAY_S
    moments = np.arange(start_s, last_s - SPANS_H[0] * HOUR_S + 1, setting.every_h * HOUR_S)
    parts: list[Rows] = []
    calibration, learned_s = Calibration.none(), -np.inf
    clock = WasteClock.of(known, np.ones((len(setting.usual_rates), DAY_TYPES * 24)))
    for n, at_s in enumerate(moments.tolist()):
        part = readings.between(at_s - WINDOW_DAYS * DAY_S, at_s)
        judged = judge(part, correct_drift=False)
        if at_s - learned_s >= LEARN_DAYS * DAY_S:
            clock = WasteClock.of(known, factors(judged, known, setting.groups, number=len(setting.usual_rates)))
            if parts:
                calibration = learn(_cases(parts, from_s=at_s - KEEP_DAYS * DAY_S, until_s=at_s), clock)
            learned_s = at_s
        sums = seen(judged, clock, setting.groups, from_s=-np.inf, until_s=at_s)
        town = common(sums, setting.groups, setting.usual_rates)
        origin = origins(judged, sums, town, clock, setting.groups, at_s=at_s)
        rows = _outcomes(
            readings,
            hindsight,
            judged,
            origin=origin,
            clock=clock,
            kind_at=known.kind_at,
            at_s=at_s,
            step_s=step_s,
            setting=setting,
            calibration=calibration,
        )
        if len(rows):
            parts.append(rows)
        if on_progress is not None:
            on_progress((n + 1) / len(moments))
    if not parts:
        raise InvalidInput(
            f"no forecast has an outcome: the readings span {(last_s - first_s) / DAY_S:.1f} days",
            where="readings",
            remedy=f"give more than {setting.warm_up_days + 1:.0f} days",
        )
    return _joined(parts), calibration, clock


def roll_cases(readings: Readings, setting: Setting) -> tuple[Cases | None, WasteClock]:
    """The outcomes of past forecasts alone, to learn from; None where there are none."""
    first_s, last_s = float(readings.times_s.min()), float(readings.times_s.max())
    known = hours(first_s - DAY_S, last_s + 20 * DAY_S, time_zone=setting.time_zone, country=setting.country)
    hindsight = judge(readings)
    clock = WasteClock.of(known, factors(hindsight, known, setting.groups, number=len(setting.usual_rates)))
    step_s = interval_s(readings)
    none = Calibration.none()
    parts: list[Rows] = []
    start_s = first_s + setting.warm_up_days * DAY_S
    for at_s in np.arange(start_s, last_s - SPANS_H[0] * HOUR_S + 1, setting.every_h * HOUR_S).tolist():
        judged = judge(readings.between(at_s - WINDOW_DAYS * DAY_S, at_s))
        sums = seen(judged, clock, setting.groups, from_s=-np.inf, until_s=at_s)
        town = common(sums, setting.groups, setting.usual_rates)
        origin = origins(judged, sums, town, clock, setting.groups, at_s=at_s)
        rows = _outcomes(
            readings,
            hindsight,
            judged,
            origin=origin,
            clock=clock,
            kind_at=known.kind_at,
            at_s=at_s,
            step_s=step_s,
            setting=setting,
            calibration=none,
        )
        if len(rows):
            parts.append(rows)
    return (_cases(parts, from_s=-np.inf, until_s=np.inf) if parts else None), clock


def _cases(parts: list[Rows], *, from_s: float, until_s: float) -> Cases:
    """The outcomes that were known by then."""
    chosen = [part for part in parts if part.at_s[0] >= from_s]
    if not chosen:
        chosen = parts[:1]
    rows = _joined(chosen)
    kept = np.flatnonzero(rows.target_s <= until_s)
    return Cases(rows.origin.taken(kept), rows.target_s[kept], rows.level[kept], rows.h[kept])


def _joined(parts: list[Rows]) -> Rows:
    names = [name for name in Rows.__slots__ if name != "origin"]
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Rows(origin=Origin.joined([part.origin for part in parts]), **whole)


def _outcomes(
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
