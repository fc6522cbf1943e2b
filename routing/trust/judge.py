"""The judgement: the quality of each reading, the cleaned level beside the raw one, and the emptyings in between."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from domain.observations import Quality
from routing.trust import drift, emptyings, stuck
from routing.trust.handover import handovers
from routing.trust.plateaus import LEAST_JUMP, Plateaus, cut
from routing.trust.readings import CODE, Readings
from routing.trust.smooth import noise_of, running_median
from routing.trust.spikes import spikes
from routing.trust.story import Piece, likeliest

LOWEST, HIGHEST = -0.3, 1.6
"""Levels beyond are impossible: below, the sensor would look through the bottom; above, the lid would be open."""
CUT_LOW, CUT_HIGH = -0.05, 1.25
"""The cleaned level stays within."""

LEAST_NOISE = 0.004
SPIKE_OF_NOISE, LEAST_SPIKE = 6.0, 0.08
JUMP_OF_NOISE = 5.0
COARSE = 0.05
"""A sensor that tells levels in larger steps than this is coarse: one step down is no emptying."""

ECHO_ALIKE = 0.04
"""False echoes within so much of each other come from the same fixed thing."""
ECHOES_KNOWN = 3
"""A sensor with so many false plateaus above the waste is known to see false echoes."""

USUAL_RATE = 0.05
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What the readings of C containers are worth.

    Parameters
    ----------
    readings
        What was judged, n readings.
    quality
        uint8 (n,): codes of ``readings.QUALITIES``; 0 is good.
    cleaned
        float64 (n,): the level as it probably was, with the drift of the empty level taken out and suspect readings
        bridged from the good ones around them; NaN where there are none.
    cycles
        int64 (n,): number of the emptyings and the changes of sensor before each reading, over all containers.
    seen
        The emptyings that the readings show.
    noise, steps, rates
        (C,): standard deviation of good readings; the smallest step between two values (0: finer than it matters);
        share of the capacity a day that it fills, roughly.
    drift
        (C,): by how much the level of the empty container reads too high.
    echoes
        (C,): how many stretches of readings saw something nearer than the waste.
    pending
        (C,): how far the newest good stretch leapt up from the one before without confirmation yet; 0 = it did not.
    """

    readings: Readings
    quality: NDArray[np.uint8]
    cleaned: NDArray[np.float64]
    cycles: NDArray[np.int64]
    seen: emptyings.SeenEmptyings
    noise: NDArray[np.float64]
    steps: NDArray[np.float64]
    rates: NDArray[np.float64]
    drift: NDArray[np.float64]
    echoes: NDArray[np.int64]
    pending: NDArray[np.float64]

    @property
    def good(self) -> NDArray[np.bool_]:
        """Whether each reading may be believed: (n,)."""
        return self.quality == 0


def newest(judged: Judged, *, count: int) -> Judged:
    """The same with only the last ``count`` readings of each container; the emptyings stay."""
    readings = judged.readings
    rows = readings.rows()
    kept = readings.starts[1:][rows] - np.arange(len(rows)) <= count
    starts = np.concatenate([[0], np.cumsum(kept)])[readings.starts].astype(np.int64)
    fewer = replace(
        readings,
        starts=starts,
        times_s=readings.times_s[kept],
        levels=readings.levels[kept],
        quality=readings.quality[kept],
        sources=readings.sources[kept],
    )
    return replace(
        judged,
        readings=fewer,
        quality=judged.quality[kept],
        cleaned=judged.cleaned[kept],
        cycles=judged.cycles[kept],
    )


def judge(readings: Readings, *, correct_drift: bool = True) -> Judged:
    """Judge the readings of all containers at once.

    Each container's judgement depends on its own readings alone, but for how rare equal values are.

    Parameters
    ----------
    correct_drift
        Whether the cleaned levels have the drift of the empty level taken out.
    """
    quality = readings.quality.copy()
    levels = readings.levels
    rows = readings.rows()
    containers = readings.containers
    possible = np.isfinite(levels) & (levels >= LOWEST) & (levels <= HIGHEST)
    quality[(quality == 0) & ~possible] = CODE[Quality.RANGE]
    repeated = (np.diff(readings.times_s, prepend=-np.inf) <= 0) & (np.diff(rows, prepend=-1) == 0)
    quality[(quality == 0) & repeated] = CODE[Quality.CLOCK]

    usable = np.flatnonzero(quality == 0)
    is_stuck = stuck.stuck(readings.times_s[usable], levels[usable], rows[usable], containers=containers)
    quality[usable[is_stuck]] = CODE[Quality.STUCK]
    usable = usable[~is_stuck]

    x, own = levels[usable], rows[usable]
    smooth = running_median(x, own)
    starts = np.searchsorted(own, np.arange(containers + 1)).astype(np.int64)
    noise = noise_of(x - smooth, starts, least=LEAST_NOISE)
    steps = _steps(x, starts)
    limit = np.maximum(LEAST_SPIKE, np.maximum(SPIKE_OF_NOISE * noise, 1.05 * steps))
    spiky = spikes(readings.times_s[usable], x, smooth, own, limit=limit)
    quality[usable[spiky]] = CODE[Quality.SPIKE]
    usable = usable[~spiky]

    x, own, times_s = levels[usable], rows[usable], readings.times_s[usable]
    tolerance = np.maximum(np.maximum(LEAST_JUMP, JUMP_OF_NOISE * noise), 1.05 * steps)
    breaks = handovers(readings.sources[usable], own)
    report, sighting = _reports(readings, times_s, own, containers)
    pieces = breaks | (report > 0)
    usual = np.full(containers, USUAL_RATE)
    rough = cut(times_s, x, own, containers=containers, jump=tolerance, rate=usual, breaks=pieces)
    rates = _rates(rough, times_s, containers)
    plateaus = cut(times_s, x, own, containers=containers, jump=tolerance, rate=rates, breaks=pieces)
    rates = _rates(plateaus, times_s, containers)
    true, echoes, pending = _told(
        plateaus,
        times_s=times_s,
        report=report,
        sighting=sighting,
        breaks=breaks,
        rates=rates,
        tolerance=tolerance,
    )
    _mark_false(quality, usable, plateaus, true, x)

    believed = np.repeat(true, plateaus.counts) if len(plateaus) else np.zeros(0, dtype=bool)
    good = usable[believed]
    seen = emptyings.between(
        plateaus, true, times_s, tolerance=tolerance, noise=noise, reported=report > 0, handed=breaks
    )
    shift = drift.of_empty_level(seen, containers=containers)
    offset = shift[rows] if correct_drift else np.zeros(len(rows))
    raw = np.where(np.isfinite(levels), levels, 0.0)
    cleaned = raw - offset * np.clip(1 - raw, 0.0, 1.0)
    begins = np.sort(np.concatenate([_key(seen.rows, seen.until_s), _key(own[breaks], times_s[breaks])]))
    cycles = np.searchsorted(begins, _key(rows, readings.times_s), side="right").astype(np.int64)
    cleaned = _bridged(readings.times_s, np.clip(cleaned, CUT_LOW, CUT_HIGH), rows, cycles, good)
    return Judged(readings, quality, cleaned, cycles, seen, noise, steps, rates, shift, echoes, pending)


def _key(rows: NDArray[np.int64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """One number that sorts by container and then by time, to the microsecond for a million containers."""
    return rows * 2.0**33 + times_s


def _steps(levels: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Smallest usual difference between two values of each container, where it is coarse; else 0."""
    steps = np.zeros(len(starts) - 1)
    for c in range(len(steps)):
        values = np.unique(np.round(levels[starts[c] : min(starts[c + 1], starts[c] + 500)], 4))
        if 1 < len(values) <= 25:
            step = float(np.median(np.diff(values)))
            steps[c] = step if step >= COARSE else 0.0
    return steps


def _reports(
    readings: Readings, times_s: NDArray[np.float64], own: NDArray[np.int64], containers: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """How many emptyings drivers reported since the reading before (n,), and the level that the last of them saw.

    A report counts from the first reading 10 minutes after it on; the level may fall up to six hours from it, for
    clocks and thumbs differ, so it moves to the largest fall around.
    """
    report = np.zeros(len(times_s), dtype=np.int64)
    sighting = np.full(len(times_s), math.nan)
    if len(readings.sightings_s) and len(times_s):
        keys = _key(own, times_s)
        place = np.searchsorted(keys, _key(readings.sighting_rows, readings.sightings_s + 600.0))
        inside = place < len(times_s)
        inside[inside] = own[place[inside]] == readings.sighting_rows[inside]
        report += np.bincount(place[inside], minlength=len(times_s))
        sighting[place[inside]] = readings.sighting_levels[inside]
    return report, sighting


def _rates(plateaus: Plateaus, times_s: NDArray[np.float64], containers: int) -> NDArray[np.float64]:
    """Growth within plateaus over their time, shrunk towards the usual rate as if that had been seen for 2 days."""
    days = (times_s[plateaus.last] - times_s[plateaus.first]) / DAY_S if len(plateaus) else np.empty(0)
    long = days > 0.25
    growth = np.maximum(plateaus.end - plateaus.begin, 0.0)[long]
    total = np.bincount(plateaus.rows[long], weights=growth, minlength=containers)
    time = np.bincount(plateaus.rows[long], weights=days[long], minlength=containers)
    return np.clip((total + 2 * USUAL_RATE) / (time + 2), 0.002, 2.0)


def _told(
    plateaus: Plateaus,
    *,
    times_s: NDArray[np.float64],
    report: NDArray[np.int64],
    sighting: NDArray[np.float64],
    breaks: NDArray[np.bool_],
    rates: NDArray[np.float64],
    tolerance: NDArray[np.float64],
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.float64]]:
    """Which plateaus are true (P,); the number of false echoes and the unconfirmed leap of each container (C,)."""
    true = np.ones(len(plateaus), dtype=bool)
    echoes = np.zeros(len(rates), dtype=np.int64)
    pending = np.zeros(len(rates))
    if not len(plateaus):
        return true, echoes, pending
    columns = zip(
        times_s[plateaus.first].tolist(),
        times_s[plateaus.last].tolist(),
        plateaus.begin.tolist(),
        plateaus.end.tolist(),
        plateaus.counts.tolist(),
        (report[plateaus.first] > 0).tolist(),
        sighting[plateaus.first].tolist(),
        breaks[plateaus.first].tolist(),
        strict=True,
    )
    pieces = [Piece(*column) for column in columns]
    starts = plateaus.starts.tolist()
    for c in range(len(rates)):
        mine = pieces[starts[c] : starts[c + 1]]
        if len(mine) < 2:
            continue
        rate, margin = float(rates[c]), float(tolerance[c])
        marks = likeliest(mine, rate=rate, tolerance=margin, echoing=False)
        if _toggles(mine, marks) >= ECHOES_KNOWN:
            marks = likeliest(mine, rate=rate, tolerance=margin, echoing=True)
        high = _high(mine, marks)
        true[starts[c] : starts[c + 1]] = marks
        echoes[c] = high
        pending[c] = _pending(mine, marks, rate, margin)
    return true, echoes, pending


def _toggles(pieces: list[Piece], marks: list[bool]) -> int:
    """How many false plateaus of three readings or more there are, on whichever side."""
    return sum(not mark and piece.count > 2 for piece, mark in zip(pieces, marks, strict=True))


def _high(pieces: list[Piece], marks: list[bool]) -> int:
    """How many false plateaus of three readings or more lie above the true level before or after them."""
    number = 0
    level = math.nan
    for piece, mark in zip(pieces, marks, strict=True):
        if mark:
            level = piece.end
        elif piece.count > 2 and (level != level or piece.begin > level):  # noqa: PLR0124 - NaN
            number += 1
    return number


def _pending(pieces: list[Piece], marks: list[bool], rate: float, tolerance: float) -> float:
    """By how much the newest piece differs from what was true before it and may yet prove to be otherwise."""
    trues = [piece for piece, mark in zip(pieces, marks, strict=True) if mark]
    newest = pieces[-1]
    if not marks[-1] and trues:
        return abs(newest.end - trues[-1].end)
    if len(trues) < 2 or newest.count > 12:
        return 0.0
    change = newest.begin - trues[-2].end
    days = (newest.from_s - trues[-2].until_s) / DAY_S
    return max(0.0, change - 3 * rate * days - tolerance / 2) if change > 0 else 0.0


def _mark_false(
    quality: NDArray[np.uint8],
    usable: NDArray[np.int64],
    plateaus: Plateaus,
    true: NDArray[np.bool_],
    levels: NDArray[np.float64],
) -> None:
    """Write the reason beside each reading of a false plateau."""
    false = np.flatnonzero(~true)
    if not len(false):
        return
    number = np.arange(len(true))
    before = np.maximum.accumulate(np.where(true, number, -1))[false]
    after = np.minimum.accumulate(np.where(true, number, len(true))[::-1])[::-1][false]
    known = (before >= 0) & (plateaus.rows[np.maximum(before, 0)] == plateaus.rows[false])
    follows = (after < len(true)) & (plateaus.rows[np.minimum(after, len(true) - 1)] == plateaus.rows[false])
    level = np.where(
        known,
        plateaus.end[np.maximum(before, 0)],
        np.where(follows, plateaus.begin[np.minimum(after, len(true) - 1)], 0.5),
    )
    high = plateaus.begin[false] > level
    short = plateaus.counts[false] <= 2
    code = np.where(
        high,
        np.where(short, CODE[Quality.SPIKE], CODE[Quality.FALSE_ECHO]),
        np.where(short, CODE[Quality.SPIKE], CODE[Quality.NO_ECHO]),
    ).astype(np.uint8)
    # A short one at a place where long ones were is an echo as well.
    for c in np.unique(plateaus.rows[false]):
        mine = plateaus.rows[false] == c
        places = plateaus.begin[false[mine & high & ~short]]
        for at in np.flatnonzero(mine & high & short):
            if len(places) and np.min(np.abs(places - plateaus.begin[false[at]])) < ECHO_ALIKE:
                code[at] = CODE[Quality.FALSE_ECHO]
    counts = plateaus.counts[false]
    positions = np.repeat(plateaus.first[false] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    quality[usable[positions + np.arange(int(counts.sum()))]] = np.repeat(code, counts)


def _bridged(
    times_s: NDArray[np.float64],
    cleaned: NDArray[np.float64],
    rows: NDArray[np.int64],
    cycles: NDArray[np.int64],
    good: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The levels with suspect ones replaced: in between two good ones of the same cycle, else as the nearest one."""
    found = np.full(len(cleaned), np.nan)
    if not len(good):
        return found
    found[good] = cleaned[good]
    is_good = np.zeros(len(cleaned), dtype=bool)
    is_good[good] = True
    bad = np.flatnonzero(~is_good)
    place = np.searchsorted(good, bad)
    left, right = good[np.maximum(place - 1, 0)], good[np.minimum(place, len(good) - 1)]
    has_left = (place > 0) & (rows[left] == rows[bad])
    has_right = (place < len(good)) & (rows[right] == rows[bad])
    left_same = has_left & (cycles[left] == cycles[bad])
    right_same = has_right & (cycles[right] == cycles[bad])
    span_s = np.maximum(times_s[right] - times_s[left], 1.0)
    share = np.clip((times_s[bad] - times_s[left]) / span_s, 0, 1)
    between = cleaned[left] * (1 - share) + cleaned[right] * share
    nearest = np.where(has_left, cleaned[left], np.where(has_right, cleaned[right], np.nan))
    nearest = np.where(left_same, cleaned[left], np.where(right_same, cleaned[right], nearest))
    found[bad] = np.where(left_same & right_same, between, nearest)
    return found
