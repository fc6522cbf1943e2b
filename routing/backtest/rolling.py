"""Rolling origins: what would have been forecast at each past moment, and what was read later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from domain.errors import InvalidInput
from routing.backtest.outcomes import outcomes
from routing.backtest.rows import Rows, Setting, joined
from routing.forecast.calendar import DAY_S, DAY_TYPES, HOUR_S, Hours, WasteClock, hours
from routing.forecast.calibration import Calibration, Cases, learn
from routing.forecast.growth import SPANS_H, seen
from routing.forecast.origin import origins
from routing.forecast.town import common, factors
from routing.trust.judge import judge
from routing.trust.judged import Judged
from routing.trust.readings import Readings
from routing.trust.score import sees_echoes

WINDOW_DAYS = 70.0
"""Every origin is judged and learned from the readings of so many days before it, as the nightly job does."""
LEARN_DAYS = 7.0
"""The calibration is learned anew after so many days."""
KEEP_DAYS = 240.0
"""From forecasts of so many days."""


def interval_s(readings: Readings) -> float:
    """Median time between two readings of a container, s."""
    gaps = np.diff(readings.times_s)[np.diff(readings.rows()) == 0]
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if len(gaps) else HOUR_S


def _moments(readings: Readings, setting: Setting) -> tuple[list[float], Hours]:
    """The origins, epoch seconds, and the calendar around all readings."""
    first_s, last_s = float(readings.times_s.min()), float(readings.times_s.max())
    known = hours(first_s - DAY_S, last_s + 20 * DAY_S, time_zone=setting.time_zone, country=setting.country)
    start_s = first_s + setting.warm_up_days * DAY_S
    return np.arange(start_s, last_s - SPANS_H[0] * HOUR_S + 1, setting.every_h * HOUR_S).tolist(), known


@dataclass(frozen=True, slots=True, eq=False)
class _Past:
    """All readings with what hindsight makes of them, and the setting that they are looked at in."""

    readings: Readings
    hindsight: Judged
    known: Hours
    step_s: float
    setting: Setting

    def rows_at(self, at_s: float, judged: Judged, clock: WasteClock, calibration: Calibration) -> Rows:
        """What was forecast at a moment from what was ``judged`` then, beside what came of it."""
        groups = self.setting.groups
        sums = seen(judged, clock, groups, from_s=-np.inf, until_s=at_s)
        town = common(sums, groups, self.setting.usual_rates)
        return outcomes(
            self.readings,
            self.hindsight,
            judged,
            origin=origins(judged, sums, town, clock, groups, at_s=at_s),
            clock=clock,
            kind_at=self.known.kind_at,
            at_s=at_s,
            step_s=self.step_s,
            setting=self.setting,
            calibration=calibration,
        )

    def clock_of(self, judged: Judged) -> WasteClock:
        """The town's clock of waste, learned from what was judged."""
        groups = self.setting.groups
        return WasteClock.of(self.known, factors(judged, self.known, groups, number=len(self.setting.usual_rates)))


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
    moments, known = _moments(readings, setting)
    past = _Past(readings, judge(readings, correct_drift=False), known, interval_s(readings), setting)
    parts: list[Rows] = []
    calibration, learned_s = Calibration.none(), -np.inf
    clock = WasteClock.of(known, np.ones((len(setting.usual_rates), DAY_TYPES * 24)))
    for n, at_s in enumerate(moments):
        judged = judge(readings.between(at_s - WINDOW_DAYS * DAY_S, at_s), correct_drift=False)
        if at_s - learned_s >= LEARN_DAYS * DAY_S:
            clock = past.clock_of(judged)
            if parts:
                calibration = learn(_cases(parts, from_s=at_s - KEEP_DAYS * DAY_S, until_s=at_s), clock)
            learned_s = at_s
        rows = past.rows_at(at_s, judged, clock, calibration)
        if len(rows):
            parts.append(rows)
        if on_progress is not None:
            on_progress((n + 1) / len(moments))
    if not parts:
        raise InvalidInput(
            f"no forecast has an outcome: the readings span {np.ptp(readings.times_s) / DAY_S:.1f} days",
            where="readings",
            remedy=f"give more than {setting.warm_up_days + 1:.0f} days",
        )
    return joined(parts), calibration, clock


def roll_cases(readings: Readings, setting: Setting) -> tuple[Cases | None, WasteClock]:
    """The outcomes of past forecasts alone, to learn from; None where there are none."""
    moments, known = _moments(readings, setting)
    hindsight = judge(readings)
    past = _Past(readings, hindsight, known, interval_s(readings), setting)
    clock = past.clock_of(hindsight)
    # What a sensor that sees false echoes says later is no outcome: it may see one.
    sure = ~sees_echoes(hindsight)
    parts: list[Rows] = []
    for at_s in moments:
        judged = judge(readings.between(at_s - WINDOW_DAYS * DAY_S, at_s))
        rows = past.rows_at(at_s, judged, clock, Calibration.none())
        rows = rows.taken(np.flatnonzero(sure[rows.container]))
        if len(rows):
            parts.append(rows)
    return (_cases(parts, from_s=-np.inf, until_s=np.inf) if parts else None), clock


def _cases(parts: list[Rows], *, from_s: float, until_s: float) -> Cases:
    """The outcomes that were known by then."""
    chosen = [part for part in parts if part.at_s[0] >= from_s]
    if not chosen:
        chosen = parts[:1]
    rows = joined(chosen)
    kept = np.flatnonzero(rows.target_s <= until_s)
    return Cases(rows.origin.taken(kept), rows.target_s[kept], rows.level[kept], rows.h[kept])
