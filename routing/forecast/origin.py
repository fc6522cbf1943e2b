"""Where each container stands: its level now, how surely that is known, and how fast it fills."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from routing.forecast.calendar import DAY_S, HOUR_S, WasteClock
from routing.forecast.doubt import either, weighed
from routing.forecast.growth import GROWN, GROWN_SQUARED, GROWN_TIME, SPANS_H, TIME, TIME_SQUARED, WEIGHT, Sums
from routing.forecast.town import LEAST_RATE, Town
from routing.trust.judged import Judged
from routing.trust.readings import sort_keys
from routing.trust.score import trust
from routing.trust.stories import ECHOES_KNOWN

LOOK_BACK = 12
LOOK_BACK_S = 36 * HOUR_S
"""So many of the last readings, and none older than this before the last one, tell the level."""

UNKNOWN_LEVEL, UNKNOWN_LEVEL_SD = 0.5, 0.25
"""Level of a container of which nothing is known."""

EMPTIED_LEVEL, EMPTIED_LEVEL_SD = 0.02, 0.03
"""Level right after an emptying that a driver reported."""

SINGLE_SD = 0.1
"""A single reading without any history may be a false one."""

DOUBT_SD = 0.1
"""What it adds when all of the last readings but one were suspect."""

RATE_DRIFT = 0.15
"""Relative standard deviation of the rate from one cycle to the next that more data does not take away."""

NEIGHBOUR_M = 500.0
NEIGHBOUR_PRIOR = 2.0
"""Neighbours count by exp(-distance / 500 m); a group's median as much as two at the very place."""

KNOWN_DAYS = 10.0
"""A container with so many days seen needs no neighbours."""

SPAN_PRIOR = 6.0
"""What the growth over a span says of itself counts as against so many spans' worth of its group."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """C containers at one moment; arrays (C,) unless told otherwise. Times in epoch seconds, NaN: never.

    ``origin_s``: from when on each grows; ``level``, ``level_sd``; ``innovation``: the last reading less ``level``;
    ``rate``, ``rate_sd``, ``recent_rate``: days' worth of growth, share of the capacity; ``span_rates``,
    ``span_variance`` (C, S): the same as seen over each of ``SPANS_H``, and variance over days' worth of waste;
    ``momentum``: the last day's growth less what was expected; ``since_emptied``: days' worth of waste since then;
    ``wrong``: probability that a doubted reading is wrong, else 0;
    ``cases`` (C, 2, 2): level and standard deviation if the reading is right, and if it is wrong (meaningless where
    ``wrong`` is 0); ``noise``; ``groups`` int64; ``last_s``, ``last_level``: newest good reading; ``emptied_s``.
    """

    origin_s: NDArray[np.float64]
    level: NDArray[np.float64]
    level_sd: NDArray[np.float64]
    innovation: NDArray[np.float64]
    rate: NDArray[np.float64]
    rate_sd: NDArray[np.float64]
    recent_rate: NDArray[np.float64]
    span_rates: NDArray[np.float64]
    span_variance: NDArray[np.float64]
    momentum: NDArray[np.float64]
    since_emptied: NDArray[np.float64]
    wrong: NDArray[np.float64]
    cases: NDArray[np.float64]
    noise: NDArray[np.float64]
    groups: NDArray[np.int64]
    last_s: NDArray[np.float64]
    last_level: NDArray[np.float64]
    emptied_s: NDArray[np.float64]

    def taken(self, chosen: NDArray[np.int64]) -> Origin:
        """The same of some of the containers, or of some of them several times."""
        return Origin(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @staticmethod
    def joined(parts: list[Origin]) -> Origin:
        """Several one after the other."""
        return Origin(
            **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Origin)}
        )


def origins(
    judged: Judged,
    sums: Sums,
    town: Town,
    clock: WasteClock,
    groups: NDArray[np.int64],
    *,
    at_s: float,
    prior_rates: NDArray[np.float64] | None = None,
) -> Origin:
    """Where the containers stand at ``at_s``, from readings until then and the ``sums`` of what was seen.

    Parameters
    ----------
    prior_rates
        (C,): the rate that each is expected to have before its own growth counts; None: its group's.
    """
    containers = judged.readings.containers
    rows, times_s = judged.readings.rows(), judged.readings.times_s
    good = np.flatnonzero(judged.good & (times_s <= at_s))
    place = np.searchsorted(rows[good], np.arange(containers), side="right") - 1
    has = (place >= 0) & (len(good) > 0)
    has[has] = rows[good][place[has]] == np.flatnonzero(has)
    last = np.zeros(containers, dtype=np.int64)
    last[has] = good[place[has]]

    prior = town.rates[groups] if prior_rates is None else prior_rates
    rate, rate_sd, recent_rate = _rates(sums, town, groups, prior)
    span_rates, span_variance = _spans(sums, town, groups, rate)
    # What a sensor that sees false echoes leaps by is no waste.
    usual = town.deposits[groups] * rate[:, None]
    echoing = (judged.episodes >= ECHOES_KNOWN)[:, None]
    span_variance = np.where(echoing, np.minimum(span_variance, usual), span_variance)

    last_s = np.where(has, times_s[last] if len(times_s) else np.nan, np.nan)
    shown = np.where(has, judged.cleaned[last] if len(times_s) else np.nan, np.nan)
    emptied_s, reported_later = _emptied(judged, last_s, at_s)
    fresh = has & ~reported_later

    level, level_sd = np.full(containers, UNKNOWN_LEVEL), np.full(containers, UNKNOWN_LEVEL_SD)
    origin_s = np.full(containers, at_s)
    origin_s[reported_later] = emptied_s[reported_later]
    level[reported_later], level_sd[reported_later] = EMPTIED_LEVEL, EMPTIED_LEVEL_SD
    momentum, innovation = np.zeros(containers), np.zeros(containers)
    if fresh.any():
        c = np.flatnonzero(fresh)
        at = place[c]
        tau = clock.at(times_s[good], groups[rows[good]])
        shown_level, sd, momentum[c] = _levels(
            judged, good, at, tau=tau, rate=rate[c], variance=span_variance[c, 0], noise=judged.noise[c]
        )
        alone = np.diff(judged.readings.starts)[c] <= 2
        level[c] = np.clip(shown_level, 0.0, 1.5)
        level_sd[c] = np.hypot(sd, np.where(alone, SINGLE_SD, DOUBT_SD * _suspect_share(judged, last[c])))
        origin_s[c] = last_s[c]
        innovation[c] = np.clip(judged.cleaned[last[c]] - level[c], -0.2, 0.2)
    right = np.where(fresh, trust(judged)[last] if len(times_s) else 1.0, 1.0)
    reported_s = _reported(judged, at_s)
    since_report = fresh & (reported_s < origin_s)
    passed = clock.at(origin_s, groups) - clock.at(np.where(since_report, reported_s, origin_s), groups)
    expected = np.where(since_report, EMPTIED_LEVEL + rate * passed, np.nan)
    expected_sd = np.sqrt(EMPTIED_LEVEL_SD**2 + span_variance[:, 1] * passed + (rate_sd * passed) ** 2)
    leapt = np.where(fresh & (judged.pending != 0), np.clip(level - judged.pending, 0.0, 1.5), np.nan)
    found = weighed(
        level,
        level_sd,
        right=right,
        density=judged.echoes.density(level),
        expected=expected,
        expected_sd=expected_sd,
    ).where(since_report, either(level, level_sd, right=right, other=leapt))
    level, level_sd, cases = found.level, found.level_sd, found.cases
    innovation, momentum = (np.where(found.wrong > 0, 0.0, each) for each in (innovation, momentum))
    own_clock = clock.at(origin_s, groups)
    since = np.where(np.isfinite(emptied_s), own_clock - clock.at(np.nan_to_num(emptied_s), groups), 30.0)
    return Origin(
        origin_s=origin_s,
        level=level,
        level_sd=level_sd,
        innovation=innovation,
        rate=rate,
        rate_sd=rate_sd,
        recent_rate=recent_rate,
        span_rates=span_rates,
        span_variance=span_variance,
        momentum=momentum,
        since_emptied=np.clip(since, 0.0, 30.0),
        wrong=found.wrong,
        cases=cases,
        noise=judged.noise.copy(),
        groups=groups,
        last_s=last_s,
        last_level=shown,
        emptied_s=emptied_s,
    )


def _rates(
    sums: Sums, town: Town, groups: NDArray[np.int64], prior: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Rate, what is not known of it, and the recent rate: empirical Bayes with a gamma prior."""
    deposit = town.deposits[groups, 1]
    spread = town.spread[groups]
    weight = deposit / (np.maximum(prior, LEAST_RATE) * spread**2)
    time, grown = sums.long[:, 0], np.maximum(sums.long[:, 1], 0.0)
    rate = np.maximum((grown + weight * prior) / (time + weight), LEAST_RATE)
    rate_sd = np.sqrt(deposit * rate / (time + weight) + (RATE_DRIFT * rate) ** 2)
    recent_time, recent_grown = sums.recent[:, 0], np.maximum(sums.recent[:, 1], 0.0)
    recent = np.maximum((recent_grown + 4.0 * rate) / (recent_time + 4.0), LEAST_RATE)
    return rate, rate_sd, recent


def _spans(
    sums: Sums, town: Town, groups: NDArray[np.int64], rate: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rate and variance a day's worth as seen over each span, (C, S) each."""
    moments = sums.spans
    weight, time = moments[:, :, WEIGHT], moments[:, :, TIME]
    days = np.array(SPANS_H) / 24.0
    prior_time = SPAN_PRIOR * days[None, :]
    span_rates = (np.maximum(moments[:, :, GROWN], 0.0) + prior_time * rate[:, None]) / (time + prior_time)
    squares = (
        moments[:, :, GROWN_SQUARED]
        - 2 * rate[:, None] * moments[:, :, GROWN_TIME]
        + rate[:, None] ** 2 * moments[:, :, TIME_SQUARED]
    )
    # Spans that begin every four hours overlap: so many of them tell as much as one.
    overlap = np.array(SPANS_H) / 4.0
    prior = town.deposits[groups] * rate[:, None]
    prior_weight = SPAN_PRIOR * np.minimum(overlap, np.maximum(weight.max(axis=0, initial=0.0) / 5, 1.0))[None, :]
    variance = (np.maximum(squares, 0.0) + prior_weight * days[None, :] * prior) / (
        np.maximum(time, 0.0) + prior_weight * days[None, :]
    )
    return span_rates, np.maximum(variance, 1e-7)


def _emptied(judged: Judged, last_s: NDArray[np.float64], at_s: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """When each container was last emptied, and whether a driver reported that after its last good reading."""
    containers = judged.readings.containers
    emptied_s = np.full(containers, np.nan)
    seen = judged.seen
    known = seen.until_s <= at_s
    # Sorted by time within each container, so the last one written is the newest.
    emptied_s[seen.rows[known]] = (0.5 * (seen.from_s + seen.until_s))[known]
    newest = np.nan_to_num(_reported(judged, at_s), nan=-np.inf)
    later = (newest > np.nan_to_num(last_s, nan=-np.inf) - 600.0) & np.isfinite(newest)
    newer = np.isfinite(newest) & ~(newest < np.nan_to_num(emptied_s, nan=-np.inf))
    return np.where(newer, newest, emptied_s), later


def _reported(judged: Judged, at_s: float) -> NDArray[np.float64]:
    """When a driver last reported each container's emptying, (C,); NaN: never."""
    reports = judged.readings
    told = reports.sightings_s <= at_s
    newest = np.full(reports.containers, -np.inf)
    np.maximum.at(newest, reports.sighting_rows[told], reports.sightings_s[told])
    return np.where(np.isfinite(newest), newest, np.nan)


def _suspect_share(judged: Judged, last: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of suspect readings among the last two dozen before each of some readings."""
    suspect = np.concatenate([[0], np.cumsum(~judged.good)])
    begin = np.maximum(last - 23, judged.readings.starts[judged.readings.rows()[last]])
    return (suspect[last + 1] - suspect[begin]) / np.maximum(last + 1 - begin, 1)


def _levels(
    judged: Judged,
    good: NDArray[np.int64],
    place: NDArray[np.int64],
    *,
    tau: NDArray[np.float64],
    rate: NDArray[np.float64],
    variance: NDArray[np.float64],
    noise: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Level at the last good reading of some containers, its standard deviation, and the last day's extra growth.

    The last readings, carried forward by the rate, weighted as a Kalman filter in its steady state weighs them.
    """
    rows, times_s = judged.readings.rows(), judged.readings.times_s
    back = np.maximum(place[:, None] - np.arange(LOOK_BACK)[None, :], 0)
    there = good[back]
    here = good[place][:, None]
    fits = (place[:, None] >= np.arange(LOOK_BACK)) & (rows[there] == rows[here])
    fits &= (judged.cycles[there] == judged.cycles[here]) & (times_s[here] - times_s[there] <= LOOK_BACK_S)
    carried = judged.cleaned[there] + rate[:, None] * (tau[place][:, None] - tau[back])
    # A reading far from the median of the last five is drawn towards it.
    five = np.where(fits[:, :5], carried[:, :5], np.nan)
    centre = np.nanmedian(five, axis=1)[:, None]
    bound = np.maximum(3 * noise, 0.01)[:, None]
    carried = np.clip(carried, centre - bound, centre + bound)
    step = np.maximum((tau[place] - tau[back[:, 1]]) * fits[:, 1], 1 / 24)
    process = variance * step
    measured = noise**2
    gain = (-process + np.sqrt(process**2 + 4 * process * measured)) / (2 * measured)
    gain = np.clip(gain, 0.05, 1.0)
    weights = np.where(fits, gain[:, None] * (1 - gain[:, None]) ** np.arange(LOOK_BACK)[None, :], 0.0)
    level = (weights * carried).sum(axis=1) / weights.sum(axis=1)
    sd = np.sqrt(gain) * noise
    # A day before: the reading nearest to 24 hours earlier within the cycle.
    keys = sort_keys(rows[good], times_s[good])
    before = np.searchsorted(keys, keys[place] - DAY_S)
    before = np.minimum(before, len(good) - 1)
    same = (rows[good][before] == rows[good][place]) & (judged.cycles[good][before] == judged.cycles[good][place])
    passed = tau[place] - tau[before]
    momentum = np.where(same & (before < place), level - judged.cleaned[good][before] - rate * passed, 0.0)
    return level, sd, np.clip(momentum, -0.3, 0.5)


def neighbour_rates(
    sums: Sums, town: Town, groups: NDArray[np.int64], positions_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The rate that each container is expected to have by its group and its neighbours in it: (C,).

    ``positions_m`` (C, 2): metres on a plane; NaN: unknown.
    """
    prior = town.rates[groups].copy()
    time = sums.long[:, 0]
    for g in np.unique(groups):
        members = groups == g
        known = np.flatnonzero(members & (time >= KNOWN_DAYS) & np.isfinite(positions_m[:, 0]))
        asking = np.flatnonzero(members & (time < KNOWN_DAYS) & np.isfinite(positions_m[:, 0]))
        if not len(known) or not len(asking):
            continue
        logs = np.log(np.maximum(sums.long[known, 1] / time[known], LEAST_RATE))
        for piece in np.array_split(asking, len(asking) // 500 + 1):
            apart = np.hypot(
                positions_m[piece, 0][:, None] - positions_m[known, 0],
                positions_m[piece, 1][:, None] - positions_m[known, 1],
            )
            near = np.exp(-apart / NEIGHBOUR_M)
            total = near.sum(axis=1) + NEIGHBOUR_PRIOR
            typical = np.log(town.rates[g]) - town.spread[g] ** 2 / 2
            prior[piece] = np.exp((near @ logs + NEIGHBOUR_PRIOR * typical) / total + town.spread[g] ** 2 / 2)
    return prior
