"""What has been seen of each container's growth, as sums that can be added to: the state of on-line learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import DAY_S, HOUR_S, WasteClock
from routing.trust.judged import Judged
from routing.trust.smooth import running_median
from routing.trust.stories import ECHOES_KNOWN

SPANS_H = (12.0, 24.0, 48.0, 72.0)
"""Growth is looked at over so many hours."""

HALF_LIFE_DAYS = 28.0
RECENT_HALF_LIFE_DAYS = 7.0
"""Growth seen so long ago counts half, in the long and in the recent sums."""

FULL = 0.97
"""From here a sensor may see no more growth."""

STARTS_S = 4 * HOUR_S
"""A span begins at the first reading of each so many hours."""

WEIGHT, TIME, GROWN, GROWN_SQUARED, GROWN_TIME, TIME_SQUARED = range(6)
"""Moments that are summed for each span: 1, days' worth t, growth g, g squared, g t, t squared."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Weighted sums of what has been seen of C containers until ``until_s`` (epoch seconds).

    ``long``, ``recent`` (C, 2): days' worth of waste time observed, and growth in it, under the two half-lives;
    ``spans`` (C, len(SPANS_H), 6): the moments of growth over each span.
    """

    until_s: float
    long: NDArray[np.float64]
    recent: NDArray[np.float64]
    spans: NDArray[np.float64]

    @classmethod
    def nothing(cls, containers: int, until_s: float) -> Sums:
        """Sums of containers of which nothing has been seen."""
        return cls(
            until_s, np.zeros((containers, 2)), np.zeros((containers, 2)), np.zeros((containers, len(SPANS_H), 6))
        )

    def at(self, until_s: float) -> Sums:
        """The same, faded until a later moment."""
        days = (until_s - self.until_s) / DAY_S
        fade, fade_recent = 0.5 ** (days / HALF_LIFE_DAYS), 0.5 ** (days / RECENT_HALF_LIFE_DAYS)
        return Sums(until_s, self.long * fade, self.recent * fade_recent, self.spans * fade)

    def plus(self, later: Sums) -> Sums:
        """These and what was seen later, as of then."""
        faded = self.at(later.until_s)
        return Sums(later.until_s, faded.long + later.long, faded.recent + later.recent, faded.spans + later.spans)

    def scaled(self, factors: NDArray[np.float64]) -> Sums:
        """Growth multiplied by a factor for each container (C,): its capacity has changed."""
        power = np.array([0, 0, 1, 2, 1, 0])
        pair = np.array([0, 1])
        return Sums(
            self.until_s,
            self.long * factors[:, None] ** pair,
            self.recent * factors[:, None] ** pair,
            self.spans * factors[:, None, None] ** power,
        )

    def taken(self, piece: slice) -> Sums:
        """Those of some containers."""
        return Sums(self.until_s, self.long[piece], self.recent[piece], self.spans[piece])

    @staticmethod
    def joined(parts: Sequence[Sums]) -> Sums:
        """Those of several lots of containers, one after the other, all until the same moment."""
        return Sums(
            parts[0].until_s,
            np.concatenate([part.long for part in parts]),
            np.concatenate([part.recent for part in parts]),
            np.concatenate([part.spans for part in parts]),
        )

    def only(self, containers: NDArray[np.bool_]) -> Sums:
        """With nothing left of the other containers."""
        return self.forgotten(~containers, share=0.0)

    def forgotten(self, containers: NDArray[np.bool_], *, share: float) -> Sums:
        """With only a share of their weight left for some containers: they were moved elsewhere."""
        keep = np.where(containers, share, 1.0)
        return Sums(
            self.until_s, self.long * keep[:, None], self.recent * keep[:, None], self.spans * keep[:, None, None]
        )


def smoothed(judged: Judged, *, from_s: float = -np.inf) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Positions of the good readings and their cleaned levels, smoothed within each cycle.

    With ``from_s`` (epoch seconds) those from then on and one before, of each container.
    """
    good, rows = np.flatnonzero(judged.good), judged.readings.rows()
    if from_s > -np.inf:
        kept = judged.readings.times_s[good] >= from_s
        # Three more: one to grow from, and two that its median is made of.
        for _ in range(3):
            kept[:-1] |= kept[1:] & (rows[good][1:] == rows[good][:-1])
        good = good[kept]
    groups = judged.cycles[good] * judged.readings.containers + rows[good]
    levels = judged.cleaned[good]
    return good, np.where(judged.seldom[rows[good]], levels, running_median(levels, groups))


def seen(
    judged: Judged,
    clock: WasteClock,
    groups: NDArray[np.int64],
    *,
    from_s: float,
    until_s: float,
    not_before_s: NDArray[np.float64] | None = None,
) -> Sums:
    """The sums of what ended after ``from_s`` and until ``until_s``; readings before ``from_s`` are context.

    Parameters
    ----------
    groups
        (C,): the group of each container, for its clock.
    not_before_s
        (C,): readings of a container before that moment do not count at all; NaN: all do.
    """
    containers = judged.readings.containers
    rows = judged.readings.rows()
    # Spans that end after it began so long before at most.
    good, levels = smoothed(judged, from_s=from_s - 1.3 * SPANS_H[-1] * HOUR_S - 2 * STARTS_S)
    if not_before_s is not None:
        counts = ~(judged.readings.times_s[good] < not_before_s[rows[good]])
        good, levels = good[counts], levels[counts]
    own, times_s, cycle = rows[good], judged.readings.times_s[good], judged.cycles[good]
    tau = clock.at(times_s, groups[own])
    sums = Sums.nothing(containers, until_s)
    if len(good) > 1:
        same = (own[1:] == own[:-1]) & (cycle[1:] == cycle[:-1]) & (levels[:-1] < FULL)
        inside = same & (times_s[1:] > from_s) & (times_s[1:] <= until_s)
        age = (until_s - times_s[1:][inside]) / DAY_S
        who = own[1:][inside]
        passed, grown = (tau[1:] - tau[:-1])[inside], (levels[1:] - levels[:-1])[inside]
        for sum_, half_life in ((sums.long, HALF_LIFE_DAYS), (sums.recent, RECENT_HALF_LIFE_DAYS)):
            weight = 0.5 ** (age / half_life)
            sum_[:, 0] += np.bincount(who, weights=weight * passed, minlength=containers)
            sum_[:, 1] += np.bincount(who, weights=weight * grown, minlength=containers)
        _add_spans(
            sums.spans,
            own=own,
            times_s=times_s,
            cycle=cycle,
            levels=levels,
            tau=tau,
            from_s=from_s,
            until_s=until_s,
        )
    if not_before_s is None:
        _add_sightings(sums, judged, clock, groups, from_s=from_s, until_s=until_s)
    return sums


def _add_spans(
    spans: NDArray[np.float64],
    *,
    own: NDArray[np.int64],
    times_s: NDArray[np.float64],
    cycle: NDArray[np.int64],
    levels: NDArray[np.float64],
    tau: NDArray[np.float64],
    from_s: float,
    until_s: float,
) -> None:
    containers = len(spans)
    keys = own * 2.0**33 + times_s
    block = (times_s // STARTS_S).astype(np.int64)
    first = np.flatnonzero((np.diff(block, prepend=-1) != 0) | (np.diff(own, prepend=-1) != 0))
    for s, span_h in enumerate(SPANS_H):
        begin = first[(times_s[first] > from_s - 1.3 * span_h * HOUR_S) & (levels[first] < FULL - 0.1)]
        end = np.searchsorted(keys, keys[begin] + span_h * HOUR_S - 60.0)
        end = np.minimum(end, len(keys) - 1)
        lasted_h = (times_s[end] - times_s[begin]) / HOUR_S
        fits = (own[end] == own[begin]) & (cycle[end] == cycle[begin]) & (lasted_h < 1.25 * span_h)
        fits &= (times_s[end] > from_s) & (times_s[end] <= until_s) & (lasted_h > 0)
        begin, end = begin[fits], end[fits]
        who = own[begin]
        weight = 0.5 ** ((until_s - times_s[end]) / DAY_S / HALF_LIFE_DAYS)
        grown, passed = levels[end] - levels[begin], tau[end] - tau[begin]
        for moment, value in (
            (WEIGHT, np.ones(len(who))),
            (TIME, passed),
            (GROWN, grown),
            (GROWN_SQUARED, grown**2),
            (GROWN_TIME, grown * passed),
            (TIME_SQUARED, passed**2),
        ):
            spans[:, s, moment] += np.bincount(who, weights=weight * value, minlength=containers)


SIGHTING_WEIGHT = 0.5
"""A whole cycle whose end a driver's eye has judged to within a tenth counts half of one that a sensor has seen."""


def _add_sightings(
    sums: Sums,
    judged: Judged,
    clock: WasteClock,
    groups: NDArray[np.int64],
    *,
    from_s: float,
    until_s: float,
) -> None:
    """Growth from one reported emptying to the next as the driver saw it, where no sensor that is believed told any."""
    readings = judged.readings
    rows, at_s = readings.sighting_rows, readings.sightings_s
    if len(rows) < 2:
        return
    believed = judged.good & (judged.episodes < ECHOES_KNOWN)[readings.rows()]
    good_s = readings.times_s[believed]
    keys = readings.rows()[believed] * 2.0**33 + good_s
    watched = np.searchsorted(keys, rows[1:] * 2.0**33 + at_s[1:]) > np.searchsorted(
        keys, rows[:-1] * 2.0**33 + at_s[:-1]
    )
    level = readings.sighting_levels[1:]
    fits = (rows[1:] == rows[:-1]) & np.isfinite(level) & ~watched & (at_s[1:] > from_s) & (at_s[1:] <= until_s)
    who, start_s, end_s = rows[1:][fits], at_s[:-1][fits], at_s[1:][fits]
    passed = clock.at(end_s, groups[who]) - clock.at(start_s, groups[who])
    weight = SIGHTING_WEIGHT * 0.5 ** ((until_s - end_s) / DAY_S / HALF_LIFE_DAYS)
    containers = len(sums.long)
    grown = np.maximum(level[fits] - 0.02, 0.0)
    sums.long[:, 0] += np.bincount(who, weights=weight * passed, minlength=containers)
    sums.long[:, 1] += np.bincount(who, weights=weight * grown, minlength=containers)
