"""Cycles in a container's readings: from one emptying to the next, and how much it filled in each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

LEAST_DROP = 0.15
"""A fall of the level by at least so much, that lasts, is an emptying."""

AROUND = 3
"""Readings on each side whose medians are compared; a lasting fall is judged over twice as many."""

SAME_EMPTYING_S = 6 * 3600.0
"""A fall seen so close to a reported emptying is that emptying."""

LEAST_LEAP, LEAP_WITHIN_S = 0.25, 3 * 3600.0
"""A rise by so much within so short a time is more likely another echo than waste: people fill slowly."""

FULL = 0.95
"""From here a sensor may see no more growth."""


@dataclass(frozen=True, slots=True, eq=False)
class Cycles:
    """Cleaned readings cut into cycles. Arrays of readings: ``times_s``, ``levels`` (n,), smoothed.

    Arrays of cycles with at least two readings: ``days`` observed, ``growths`` seen in them, ``ends_s``.
    ``day_increments``: growth from one reading to about 24 hours later, per day, one for each day.
    ``emptied_s``: the emptyings. ``last_start``: index of the first reading after the last emptying; ``has_last``:
    whether there is one. ``last_leap``: by how much the level leapt since then, which is no growth but a doubt.
    """

    times_s: NDArray[np.float64]
    levels: NDArray[np.float64]
    days: NDArray[np.float64]
    growths: NDArray[np.float64]
    ends_s: NDArray[np.float64]
    day_increments: NDArray[np.float64]
    emptied_s: NDArray[np.float64]
    last_start: int
    last_leap: float = 0.0

    @property
    def has_last(self) -> bool:
        """Whether any reading came after the last emptying."""
        return self.last_start < len(self.times_s)


def cycles_of(times_s: NDArray[np.float64], levels: NDArray[np.float64], emptied_s: NDArray[np.float64]) -> Cycles:
    """Cut sorted good readings into cycles at falls that last and at reported emptyings (epoch seconds)."""
    emptied_s = np.sort(emptied_s)
    falls = _falls(levels)
    reported = np.searchsorted(times_s, emptied_s, side="right")
    seen_s = times_s[falls] if len(falls) else np.empty(0)
    unreported = np.array([bool(np.all(np.abs(emptied_s - when_s) > SAME_EMPTYING_S)) for when_s in seen_s], dtype=bool)
    # A reported emptying cuts where it was reported, unless the readings show the fall close by.
    starts = [
        _cut(times_s, falls, float(when_s), int(place)) for when_s, place in zip(emptied_s, reported, strict=True)
    ]
    cuts = np.unique(np.concatenate([falls, np.array(starts, dtype=int)]).astype(int))
    all_emptied_s = np.sort(np.concatenate([emptied_s, seen_s[unreported] if len(seen_s) else seen_s]))
    smooth = _smooth(levels, cuts)
    cycle = np.zeros(len(levels), dtype=int)
    cycle[cuts[cuts < len(levels)]] = 1
    cycle = np.cumsum(cycle)
    leapt = _leapt(times_s, smooth, cycle)
    grown = smooth - leapt
    days, growths, ends_s = _growths(times_s, grown, cycle)
    last_start = int(cuts[-1]) if len(cuts) else 0
    return Cycles(
        times_s,
        smooth,
        days,
        growths,
        ends_s,
        _day_increments(times_s, grown, cycle),
        all_emptied_s,
        last_start,
        float(leapt[-1]) if last_start < len(leapt) else 0.0,
    )


def _falls(levels: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of the first reading after each lasting fall."""
    count = len(levels)
    if count < 2 * AROUND:
        return np.empty(0, dtype=np.intp)
    medians = np.median(sliding_window_view(levels, AROUND), axis=1)
    before, after = medians[: count - 2 * AROUND + 1], medians[AROUND:]
    drop = before - after
    # What follows must stay down: a false echo comes back.
    padded = np.concatenate([levels, np.full(2 * AROUND, np.nan)])
    later = np.nanmedian(sliding_window_view(padded, 2 * AROUND)[AROUND : AROUND + len(drop)], axis=1)
    enough = np.maximum(LEAST_DROP, 0.3 * before)
    lasting = (drop >= enough) & (before - later >= enough)
    # Of neighbouring candidates the steepest one.
    best = np.array(sliding_window_view(np.pad(drop, AROUND, constant_values=-np.inf), 2 * AROUND + 1).max(axis=1))
    found = np.flatnonzero(lasting & (drop == best)) + AROUND
    if len(found) > 1:
        found = found[np.concatenate([[True], np.diff(found) > AROUND])]
    # The medians tell that there is one; the largest single step tells where.
    steps = levels[:-1] - levels[1:]
    around = np.clip(found[:, None] + np.arange(-AROUND, AROUND), 0, len(steps) - 1)
    return np.unique(around[np.arange(len(found)), np.argmax(steps[around], axis=1)] + 1)


def _cut(times_s: NDArray[np.float64], falls: NDArray[np.intp], when_s: float, place: int) -> int:
    near = [int(fall) for fall in falls if abs(times_s[fall] - when_s) <= SAME_EMPTYING_S]
    return near[0] if near else place


def _smooth(levels: NDArray[np.float64], cuts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Running median of five, not across emptyings."""
    if len(levels) < 3:
        return levels
    smooth = np.empty_like(levels)
    edges = [0, *(int(cut) for cut in cuts if 0 < cut < len(levels)), len(levels)]
    for start, end in pairwise(edges):
        piece = np.pad(levels[start:end], 2, mode="reflect")
        smooth[start:end] = np.median(sliding_window_view(piece, 5), axis=1)
    return smooth


def _leapt(times_s: NDArray[np.float64], levels: NDArray[np.float64], cycle: NDArray[np.int_]) -> NDArray[np.float64]:
    """How far each reading's level has leapt since the beginning of its cycle."""
    if not len(levels):
        return levels
    steps = np.diff(levels, prepend=levels[0])
    soon = np.diff(times_s, prepend=-np.inf) <= LEAP_WITHIN_S
    same = np.diff(cycle, prepend=-1) == 0
    total = np.cumsum(np.where((steps >= LEAST_LEAP) & soon & same, steps, 0.0))
    first = np.flatnonzero(~same)
    return total - total[first][np.searchsorted(first, np.arange(len(levels)), side="right") - 1]


def _growths(
    times_s: NDArray[np.float64], levels: NDArray[np.float64], cycle: NDArray[np.int_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Days, growth and end of each cycle, up to where it was full."""
    growing = levels < FULL
    times_s, levels, cycle = times_s[growing], levels[growing], cycle[growing]
    if not len(times_s):
        return np.empty(0), np.empty(0), np.empty(0)
    first = np.flatnonzero(np.concatenate([[True], np.diff(cycle) != 0]))
    last = np.concatenate([first[1:], [len(cycle)]]) - 1
    days = (times_s[last] - times_s[first]) / 86_400.0
    growths = np.maximum(levels[last] - levels[first], 0.0)
    long_enough = days > 0.25
    return days[long_enough], growths[long_enough], times_s[last][long_enough]


def _day_increments(
    times_s: NDArray[np.float64], levels: NDArray[np.float64], cycle: NDArray[np.int_]
) -> NDArray[np.float64]:
    """Growth over about a day within one cycle, from the first reading of each day on."""
    if len(times_s) < 2:
        return np.empty(0)
    _, first_of_day = np.unique(times_s // 86_400.0, return_index=True)
    later = np.minimum(np.searchsorted(times_s, times_s[first_of_day] + 86_400.0), len(times_s) - 1)
    days = (times_s[later] - times_s[first_of_day]) / 86_400.0
    fits = (days > 0.75) & (days < 1.5) & (cycle[later] == cycle[first_of_day]) & (levels[first_of_day] < FULL - 0.1)
    increments = (levels[later] - levels[first_of_day])[fits] / days[fits]
    return np.clip(increments, -0.1, 1.0)
