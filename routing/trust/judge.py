"""The judgement: the quality of each reading, the cleaned level beside the raw one, and the emptyings in between."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from domain.observations import Quality
from routing.trust import drift, emptyings, stuck
from routing.trust.bridges import bridged
from routing.trust.echoes import echoes_of
from routing.trust.handover import handovers
from routing.trust.judged import Judged
from routing.trust.plateaus import LEAST_JUMP, Plateaus, cut
from routing.trust.readings import CODE, Readings, sort_keys
from routing.trust.reasons import mark_false
from routing.trust.small_falls import small_falls
from routing.trust.smooth import noise_of, running_median
from routing.trust.spikes import LONGEST_S, spikes, usual_gap_s
from routing.trust.stories import told

LOWEST, HIGHEST = -0.3, 1.6
"""Levels beyond are impossible: below, the sensor would look through the bottom; above, the lid would be open."""
CUT_LOW, CUT_HIGH = -0.05, 1.25
"""The cleaned level stays within."""

LEAST_NOISE = 0.004
SPIKE_OF_NOISE, LEAST_SPIKE = 6.0, 0.08
JUMP_OF_NOISE = 5.0
COARSE, MOST_LEVELS = 0.05, 25
"""A sensor that tells so few levels, in larger steps than this, is coarse: one step down is no emptying."""

USUAL_RATE = 0.05
SELDOM_RATE = 0.3
"""Share a day; of a container whose sensor tells so little that a leap may be a day's waste, until more is known."""
DAY_S = 86_400.0


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
    # From reading to reading a coarse sensor's level changes more than it is wrong: by its rounding and no more.
    noise = np.where(steps > 0, np.clip(noise, LEAST_NOISE, steps / np.sqrt(12.0)), noise)
    limit = np.maximum(LEAST_SPIKE, np.maximum(SPIKE_OF_NOISE * noise, 1.05 * steps))
    spiky = spikes(readings.times_s[usable], x, smooth, own, limit=limit)
    quality[usable[spiky]] = CODE[Quality.SPIKE]
    usable = usable[~spiky]

    x, own, times_s = levels[usable], rows[usable], readings.times_s[usable]
    tolerance = np.maximum(np.maximum(LEAST_JUMP, JUMP_OF_NOISE * noise), 1.05 * steps)
    breaks = handovers(readings.sources[usable], own)
    report, sighting = _reports(readings, times_s, own, containers)
    pieces = breaks | (report > 0)
    seldom = usual_gap_s(times_s, own, containers) > LONGEST_S
    usual = np.where(seldom, SELDOM_RATE, USUAL_RATE)
    rough = cut(times_s, x, own, containers=containers, jump=tolerance, rate=usual, breaks=pieces, seldom=seldom)
    rates = _rates(rough, times_s, containers)
    plateaus = cut(times_s, x, own, containers=containers, jump=tolerance, rate=rates, breaks=pieces, seldom=seldom)
    rates = _rates(plateaus, times_s, containers)
    true, episodes, pending = told(
        plateaus,
        times_s=times_s,
        report=report,
        sighting=sighting,
        breaks=breaks,
        rates=rates,
        tolerance=tolerance,
        smooth=(steps == 0) & ~seldom,
    )
    mark_false(quality, usable, plateaus, true, x)

    believed = np.repeat(true, plateaus.counts) if len(plateaus) else np.zeros(0, dtype=bool)
    good = usable[believed]
    seen = emptyings.between(
        plateaus, true, times_s, tolerance=tolerance, noise=noise, reported=report > 0, handed=breaks
    )
    whose, good_s = own[believed], times_s[believed]
    handed_over = sort_keys(own[breaks], times_s[breaks])
    cycles = _cycles(seen, handed_over, sort_keys(whose, good_s))
    small = small_falls(x[believed], cycles, whose, noise=noise, smooth=(steps == 0) & ~seldom)
    seen = emptyings.with_small_falls(seen, *small, rows=whose, times_s=good_s, noise=noise)
    shift = drift.of_empty_level(seen, containers=containers)
    offset = shift[rows] if correct_drift else np.zeros(len(rows))
    raw = np.where(np.isfinite(levels), levels, 0.0)
    cleaned = raw - offset * np.clip(1 - raw, 0.0, 1.0)
    cycles = _cycles(seen, handed_over, sort_keys(rows, readings.times_s))
    cleaned = bridged(readings.times_s, np.clip(cleaned, CUT_LOW, CUT_HIGH), rows, cycles, good)
    return Judged(
        readings=readings,
        quality=quality,
        cleaned=cleaned,
        cycles=cycles,
        seen=seen,
        noise=noise,
        steps=steps,
        rates=rates,
        drift=shift,
        echoes=echoes_of(quality, levels, rows, containers),
        episodes=episodes,
        pending=pending,
        seldom=seldom,
    )


def _cycles(
    seen: emptyings.SeenEmptyings, handed_over: NDArray[np.float64], keys: NDArray[np.float64]
) -> NDArray[np.int64]:
    """How many emptyings and changes of sensor lie before each of ``keys``, over all containers."""
    begins = np.sort(np.concatenate([sort_keys(seen.rows, seen.until_s), handed_over]))
    return np.searchsorted(begins, keys, side="right").astype(np.int64)


def _steps(levels: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Smallest usual difference between two values of each container, where it is coarse; else 0."""
    steps = np.zeros(len(starts) - 1)
    for c in range(len(steps)):
        values = np.unique(np.round(levels[starts[c] : min(starts[c + 1], starts[c] + 500)], 4))
        if 1 < len(values) <= MOST_LEVELS:
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
        keys = sort_keys(own, times_s)
        place = np.searchsorted(keys, sort_keys(readings.sighting_rows, readings.sightings_s + 600.0))
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
