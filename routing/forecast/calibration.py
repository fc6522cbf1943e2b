"""What past forecasts of a town teach about the next: a learned mean, spread and shape over the gamma model.

The gamma process with its empirical-Bayes rate is the base. Of forecasts with a known outcome, a ridge regression
learns what to add to its mean (the container's own growth over the same span, its recent rate, the last day, how full
it is, how long ago it was emptied), non-negative least squares learn its variance, and the standardised residuals its
shape; each is drawn to the base while there are few outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from routing.forecast.base_shape import NORMAL, PROBABILITIES, base_shape
from routing.forecast.calendar import HOUR_S, WasteClock
from routing.forecast.growth import SPANS_H
from routing.forecast.origin import Origin

RIDGE = 100.0
"""The learned mean is drawn to the base as by so many outcomes at one standard deviation."""

SHAPE_PRIOR = 600.0
"""The learned shape likewise, by so many outcomes; in the tails by more, because few outcomes reach there."""

SURE_SD = 0.03
"""A level within so much is known."""

LEAST_CASES = 60
PARTS = 4
"""The spread is learned from what is left when each of so many stretches of time is foretold from the others."""
BINS = 5
"""The shape is learned at so many places of mean over spread."""


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Forecasts whose outcome is known: where each container stood, when the outcome was (epoch seconds), and the
    level then. ``h`` is the span's place in ``SPANS_H``."""

    origin: Origin
    target_s: NDArray[np.float64]
    level: NDArray[np.float64]
    h: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.level)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What is learned, for each span s of ``SPANS_H``: ``mean`` (S, features) coefficients, ``variance`` (S, terms)
    factors, ``centres`` (S, bins) of mean over spread with ``shape`` (S, bins, P) standardised quantiles, ``weight``
    (S, P) of the learned shape against the base's."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    centres: NDArray[np.float64]
    shape: NDArray[np.float64]
    weight: NDArray[np.float64]

    @classmethod
    def none(cls) -> Calibration:
        """Nothing learned: the base as it is."""
        spans = len(SPANS_H)
        return cls(
            mean=np.zeros((spans, FEATURES)),
            variance=np.tile(_BASE, (spans, 1)),
            centres=np.tile(np.arange(BINS, dtype=float), (spans, 1)),
            shape=np.tile(NORMAL, (spans, BINS, 1)),
            weight=np.zeros((spans, len(PROBABILITIES))),
        )


FEATURES = 13
"""How many things may be added to the mean; ``TERMS`` make up the variance, the first two of them of the growth."""
TERMS, GROWTH_TERMS = 5, 2
_BASE = np.array([*np.ones(TERMS - 1), 0.0])


def grown_time(origin: Origin, clock: WasteClock, target_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Days' worth of waste from each origin to its target: (n,), never negative."""
    return np.maximum(clock.at(target_s, origin.groups) - clock.at(origin.origin_s, origin.groups), 0.0)


def _places(origin: Origin, target_s: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Between which two spans each target lies: the lower one's place, and how far to the next, 0..1."""
    hours = np.maximum(target_s - origin.origin_s, 1.0) / HOUR_S
    logs = np.log(np.array(SPANS_H))
    place = np.clip(np.interp(np.log(hours), logs, np.arange(len(SPANS_H))), 0, len(SPANS_H) - 1 - 1e-9)
    low = place.astype(np.int64)
    return low, place - low


def _between(table: NDArray[np.float64], low: NDArray[np.int64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    shape = (len(low),) + (1,) * (table.ndim - 1)
    return table[low] * (1 - share.reshape(shape)) + table[low + 1] * share.reshape(shape)


def _own(table: NDArray[np.float64], low: NDArray[np.int64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of a table (n, S) that has a row for each case."""
    at = np.arange(len(low))
    return table[at, low] * (1 - share) + table[at, low + 1] * share


def _features(
    origin: Origin, passed: NDArray[np.float64], low: NDArray[np.int64], share: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The base's mean growth (n,), what may be added to it (n, FEATURES), and the terms of the variance (n, TERMS)."""
    mean = origin.rate * passed
    span_rate = _own(origin.span_rates, low, share)
    features = np.column_stack(
        [
            mean,
            (origin.recent_rate - origin.rate) * passed,
            (span_rate - origin.rate) * passed,
            origin.innovation,
            (origin.level - 0.4) * mean,
            np.maximum(origin.level - 0.8, 0.0) * mean,
            origin.momentum,
            np.exp(-origin.since_emptied / 2.0) * mean,
            np.full(len(mean), 0.01),
            0.1 * np.exp(-origin.since_emptied),
            0.1 * (origin.level - 0.4),
            0.1 * np.maximum(0.3 - origin.level, 0.0),
            0.1 * np.maximum(origin.level - 0.7, 0.0),
        ]
    )
    terms = np.column_stack(
        [
            _own(origin.span_variance, low, share) * passed,
            (origin.rate_sd * passed) ** 2,
            origin.noise**2,
            np.minimum(origin.level_sd, SURE_SD) ** 2,
            np.full(len(mean), 1e-4),
        ]
    )
    return mean, features, terms


def _unsure(origin: Origin) -> NDArray[np.float64]:
    """What is not known of the level beyond ``SURE_SD``, as a variance that is added as it is, (n,).

    Levels that are known teach nothing of how far those that are not may be trusted.
    """
    return np.maximum(origin.level_sd**2 - SURE_SD**2, 0.0)


def learn(cases: Cases, clock: WasteClock) -> Calibration:
    """Learn from forecasts whose outcome is known."""
    learned = Calibration.none()
    for s in range(len(SPANS_H)):
        chosen = np.flatnonzero(cases.h == s)
        if len(chosen) < LEAST_CASES:
            continue
        origin = cases.origin.taken(chosen)
        target_s, level = cases.target_s[chosen], cases.level[chosen]
        low, share = _places(origin, target_s)
        passed = grown_time(origin, clock, target_s)
        mean, features, terms = _features(origin, passed, low, share)
        unsure = _unsure(origin)
        sd = np.sqrt((terms @ _BASE) + unsure + 1e-6)
        left = level - origin.level - mean
        unit, wanted = features / sd[:, None], np.clip(left / sd, -4, 4)
        coefficients = _ridge(unit, wanted)
        left = left - _foreign(features, unit, wanted, target_s)
        factors = _variances(terms, np.maximum(np.minimum(left**2, 16 * sd**2) - unsure, 0.0), sd)
        spread = np.sqrt(np.maximum(terms @ factors + unsure, 1e-6))
        moved = mean + features @ coefficients
        learned.mean[s], learned.variance[s] = coefficients, factors
        _learn_shape(learned, s, left / spread, moved / spread)
    return learned


def _foreign(
    features: NDArray[np.float64], unit: NDArray[np.float64], wanted: NDArray[np.float64], target_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What is added to each mean, (n,), by what the outcomes of other times teach: the next one is of another time.

    Where all are of one time, by what they teach themselves.
    """
    found = features @ _ridge(unit, wanted)
    edges = np.quantile(target_s, np.arange(1, PARTS) / PARTS)
    part = np.searchsorted(edges, target_s)
    for n in range(PARTS):
        mine = part == n
        if mine.any() and not mine.all():
            found[mine] = features[mine] @ _ridge(unit[~mine], wanted[~mine])
    return found


def _ridge(features: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    scale = np.sqrt((features**2).mean(axis=0)) + 1e-12
    unit = features / scale
    # Twice, the second time without the weight of the worst: what is learned is the usual case.
    weights = np.ones(len(wanted))
    found = np.zeros(features.shape[1])
    for _ in range(3):
        weighted = unit * weights[:, None]
        found = np.linalg.solve(weighted.T @ unit + RIDGE * np.eye(unit.shape[1]), weighted.T @ wanted)
        left = np.abs(wanted - unit @ found)
        weights = 1 / np.maximum(1.0, left / 1.5)
    return found / scale


def _variances(
    terms: NDArray[np.float64], squares: NDArray[np.float64], sd: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Factors of the variance's terms that explain the squares of what is left, drawn to the base's by a few cases."""
    weight = 1 / sd**2
    rows = terms * weight[:, None]
    size = np.sqrt((rows**2).mean(axis=0)) + 1e-12
    pull = np.diag(size * np.sqrt(20.0))
    found, _ = nnls(np.vstack([rows, pull]), np.concatenate([squares * weight, pull @ _BASE]))
    return found


def _learn_shape(learned: Calibration, s: int, residuals: NDArray[np.float64], ratio: NDArray[np.float64]) -> None:
    """Standardised quantiles around ``BINS`` places of mean over spread."""
    order = np.argsort(ratio)
    count = len(order)
    for b in range(BINS):
        low, high = b / BINS, (b + 1) / BINS
        part = order[int(low * count) : max(int(high * count), int(low * count) + 1)]
        learned.shape[s, b] = np.quantile(residuals[part], PROBABILITIES)
        learned.centres[s, b] = float(np.median(ratio[part]))
    learned.centres[s] = np.maximum.accumulate(learned.centres[s] + np.arange(BINS) * 1e-9)
    # A quantile rests on the outcomes beyond it.
    reach = count / BINS * np.minimum(PROBABILITIES, 1 - PROBABILITIES)
    learned.weight[s] = reach / (reach + SHAPE_PRIOR * 0.02)


def quantiles(
    origin: Origin, clock: WasteClock, calibration: Calibration, target_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Quantiles of the level at each target, (n, P): ordered, at least 0.

    Where a reading is doubted, those of both cases together, as likely as each is.
    """
    found = _quantiles(origin, clock, calibration, target_s)
    doubted = np.flatnonzero(origin.wrong > 0)
    if len(doubted):
        here = origin.taken(doubted)
        right, wrong = (
            _quantiles(
                replace(here, level=here.cases[:, case, 0], level_sd=here.cases[:, case, 1]),
                clock,
                calibration,
                target_s[doubted],
            )
            for case in (0, 1)
        )
        found[doubted] = _mixed(right, wrong, here.wrong)
    return found


def _mixed(first: NDArray[np.float64], second: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles (n, P) of mixtures of two distributions that are given by theirs; ``weight`` (n,): of the second."""
    levels = np.sort(np.concatenate([first, second], axis=1), axis=1)
    found = np.empty_like(first)
    for i, share in enumerate(weight.tolist()):
        below = [np.interp(levels[i], side[i], PROBABILITIES, left=0.0, right=1.0) for side in (first, second)]
        found[i] = np.interp(PROBABILITIES, (1 - share) * below[0] + share * below[1], levels[i])
    return found


def _quantiles(
    origin: Origin, clock: WasteClock, calibration: Calibration, target_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    low, share = _places(origin, target_s)
    passed = grown_time(origin, clock, target_s)
    mean, features, terms = _features(origin, passed, low, share)
    moved = mean + (features * _between(calibration.mean, low, share)).sum(axis=1)
    parts = terms * _between(calibration.variance, low, share)
    variance = np.maximum(parts.sum(axis=1) + _unsure(origin), 1e-6)
    spread = np.sqrt(variance)
    growth = np.minimum(parts[:, :GROWTH_TERMS].sum(axis=1), variance)
    base = base_shape(2 * np.sqrt(growth) / np.maximum(mean, 1e-3), 1 - growth / variance)
    ratio = moved / spread
    shaped = _shape_at(calibration, low, share, ratio)
    weight = _between(calibration.weight, low, share)
    unit = weight * shaped + (1 - weight) * base
    found = origin.level[:, None] + moved[:, None] + spread[:, None] * unit
    return np.maximum(np.maximum.accumulate(found, axis=1), 0.0)


def _shape_at(
    calibration: Calibration, low: NDArray[np.int64], share: NDArray[np.float64], ratio: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The learned shape between the places where it was learned, of both spans around each target."""
    found = np.zeros((len(ratio), len(PROBABILITIES)))
    for side, part in ((low, 1 - share), (low + 1, share)):
        centres = calibration.centres[side]
        at = np.arange(len(ratio))
        upper = np.clip((ratio[:, None] > centres).sum(axis=1) - 1, 0, BINS - 2)
        left, right = centres[at, upper], centres[at, upper + 1]
        along = np.clip((ratio - left) / np.maximum(right - left, 1e-9), 0, 1)[:, None]
        shapes = calibration.shape[side]
        found += part[:, None] * (shapes[at, upper] * (1 - along) + shapes[at, upper + 1] * along)
    return found
