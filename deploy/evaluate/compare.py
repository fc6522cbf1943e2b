"""Contenders side by side over the same seeds: means, paired changes, and whether the service suffered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import stdtrit

from deploy.evaluate.figures import SAVED, Figures, Measure

CONFIDENCE = 0.95

EQUAL_WITHIN = 0.1
"""Services that differ by less are called equal: container-days of overflowing in 1,000, a tenth of what a service
level of 99.9 % allows."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over ``count`` seeds and its 95 % confidence interval (Student's t); None for a single seed.

    ``low`` and ``high`` are None together.
    """

    mean: float
    low: float | None
    high: float | None
    count: int


class Service(StrEnum):
    """How often containers overflow, against the fixed schedule."""

    BETTER = "better"
    """Less often; chance is excluded (with one seed: by more than counts as equal)."""
    EQUAL = "equal"
    """Not more often than by what counts as equal; chance is excluded."""
    WORSE = "worse"
    UNCLEAR = "unclear"
    """The seeds differ too much to tell."""

    @property
    def kept(self) -> bool:
        """Whether a saving at this service may be called one at equal or better service."""
        return self in {Service.BETTER, Service.EQUAL}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One contender.

    Parameters
    ----------
    means
        Of every measure.
    changes
        Paired by seed, as a share of the fixed schedule's: -0.4 is 40 % less.
    overflows
        Paired difference of container-days of overflowing in 1,000; above 0 is worse.
    service
        What that difference means. None, as are the changes, without a fixed schedule to compare with.
    """

    means: Mapping[Measure, Estimate]
    changes: Mapping[Measure, Estimate]
    overflows: Estimate | None
    service: Service | None


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and interval of the values that are numbers; all NaN without any."""
    known = np.array([value for value in values if math.isfinite(value)])
    if len(known) < 2:
        return Estimate(float(known[0]) if len(known) else math.nan, None, None, len(known))
    mean = float(known.mean())
    half = float(stdtrit(len(known) - 1, (1 + CONFIDENCE) / 2) * known.std(ddof=1) / math.sqrt(len(known)))
    return Estimate(mean, mean - half, mean + half, len(known))


def paired_change(now: Mapping[int, float], then: Mapping[int, float]) -> Estimate:
    """The change as a share of ``then``, over the seeds that both have."""
    return estimate([now[seed] / then[seed] - 1 for seed in sorted(now.keys() & then.keys()) if then[seed]])


def paired_difference(now: Mapping[int, float], then: Mapping[int, float]) -> Estimate:
    """The difference, over the seeds that both have."""
    return estimate([now[seed] - then[seed] for seed in sorted(now.keys() & then.keys())])


def service(overflows: Estimate) -> Service:
    """What a paired difference of overflows in 1,000 container-days means."""
    low = overflows.mean if overflows.low is None else overflows.low
    high = overflows.mean if overflows.high is None else overflows.high
    better_below = -EQUAL_WITHIN if overflows.high is None else 0.0
    if high < better_below:
        return Service.BETTER
    if high <= EQUAL_WITHIN:
        return Service.EQUAL
    if low > 0 or overflows.mean > EQUAL_WITHIN:
        return Service.WORSE
    return Service.UNCLEAR


def compare(contender: Mapping[int, Figures], fixed: Mapping[int, Figures]) -> Comparison:
    """One contender's figures by seed beside the fixed schedule's; an empty ``fixed``: there is none."""
    means = {measure: estimate([each[measure] for each in contender.values()]) for measure in Measure}
    if not contender.keys() & fixed.keys():
        return Comparison(means, {}, None, None)
    overflows = paired_difference(_of(contender, Measure.OVERFLOWS_PER_1000), _of(fixed, Measure.OVERFLOWS_PER_1000))
    changes = {measure: paired_change(_of(contender, measure), _of(fixed, measure)) for measure in SAVED}
    return Comparison(means, changes, overflows, service(overflows))


def above_bound(contender: Mapping[int, Figures], clairvoyant: Mapping[int, Figures]) -> Estimate | None:
    """How many more kilometres than the clairvoyant's, as a share of its; None without one."""
    if not contender.keys() & clairvoyant.keys():
        return None
    return paired_change(_of(contender, Measure.KM), _of(clairvoyant, Measure.KM))


def _of(by_seed: Mapping[int, Figures], measure: Measure) -> dict[int, float]:
    return {seed: each[measure] for seed, each in by_seed.items()}
