"""From compared days to the saving of a period and of its weeks, with how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import t as student

from domain.errors import InvalidInput
from domain.factors import Factors
from domain.saving import ComparedDay, Exclusion, Side, World
from routing.shadow.exclusions import LEAST_TRUSTED, exclusions

SEED = 1
"""Of the resampling: the same days give the same interval."""

RESAMPLES = 10_000
LEVEL = 0.95

LEAST_WEEKS = 8
"""From so many weeks on whole weeks are resampled, so that days of one week need not be independent."""

LEAST_DAYS = 5
"""Fewer days than this say nothing about others."""

LEAST_DAYS_OF_WEEK = 3


class Measure(StrEnum):
    """What is compared."""

    DISTANCE_KM = "distance_km"
    DURATION_H = "duration_h"
    VEHICLES = "vehicles"
    STOPS = "stops"
    COST_EUR = "cost_eur"
    CO2_KG = "co2_kg"
    WASTE_KG = "waste_kg"


class Unit(StrEnum):
    """What is resampled."""

    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Saving:
    """One measure in both worlds over the same days.

    ``share``: what is saved as a share of the fixed schedule's, negative when it is more; None where that is 0.
    ``low``, ``high``: the interval of 95 % around it; None where there are too few days.
    """

    halfvol: float
    fixed_schedule: float
    share: float | None
    low: float | None
    high: float | None

    @property
    def saved(self) -> float:
        """The fixed schedule's less Halfvol's."""
        return self.fixed_schedule - self.halfvol


@dataclass(frozen=True, slots=True)
class Overflow:
    """Container-days of overflow over the same days: expected in both worlds, observed in the real one.

    ``halfvol_sd``, ``fixed_schedule_sd``: standard deviations around what is expected, days taken as independent.
    ``observed``: in the world that was driven, in ``heard`` container-days that good readings tell of.
    """

    container_days: int
    halfvol: float
    halfvol_sd: float
    fixed_schedule: float
    fixed_schedule_sd: float
    observed: float
    heard: float


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week, by its Monday."""

    monday: date
    days: int
    savings: Mapping[Measure, Saving]
    overflow: Overflow


@dataclass(frozen=True, slots=True)
class ExcludedDay:
    """A day that does not count."""

    date: date
    reasons: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A period.

    ``driven``: in which worlds its days were driven; ``unit``: what the intervals resample, None: too few days.
    """

    first: date
    last: date
    factors: Factors
    days: tuple[ComparedDay, ...]
    excluded: tuple[ExcludedDay, ...]
    unit: Unit | None
    savings: Mapping[Measure, Saving]
    overflow: Overflow
    weeks: tuple[Week, ...]

    @property
    def driven(self) -> frozenset[World]:
        """The worlds in which the days that count were driven."""
        return frozenset(day.driven for day in self.days)


def compare(
    days: Iterable[ComparedDay],
    *,
    first: date,
    last: date,
    factors: Factors,
    least_trusted: float = LEAST_TRUSTED,
) -> Comparison:
    """Compare the days of a period, both ends included.

    Raises
    ------
    InvalidInput
        When the period ends before it begins, or ``least_trusted`` is no share.
    """
    if last < first:
        raise InvalidInput(
            f"the period ends on {last.isoformat()}, before it begins on {first.isoformat()}",
            remedy="give the earlier date first",
        )
    if not 0 <= least_trusted <= 1:
        raise InvalidInput(f"{least_trusted:g} is no share of the containers", remedy="write 50 % as 0.5")
    inside = sorted((day for day in days if first <= day.date <= last), key=lambda day: day.date)
    judged = [(day, exclusions(day, least_trusted=least_trusted)) for day in inside]
    counted = [day for day, reasons in judged if not reasons]
    by_week: dict[date, list[ComparedDay]] = {}
    for day in counted:
        by_week.setdefault(monday_of(day.date), []).append(day)
    unit = _unit(len(counted), len(by_week))
    groups = list(by_week.values()) if unit is Unit.WEEKS else [[day] for day in counted]
    return Comparison(
        first=first,
        last=last,
        factors=factors,
        days=tuple(counted),
        excluded=tuple(ExcludedDay(day.date, reasons) for day, reasons in judged if reasons),
        unit=unit,
        savings=_savings(groups, factors, sure=unit is not None),
        overflow=_overflow(counted),
        weeks=tuple(
            Week(
                monday=monday,
                days=len(its),
                savings=_savings([[day] for day in its], factors, sure=len(its) >= LEAST_DAYS_OF_WEEK),
                overflow=_overflow(its),
            )
            for monday, its in by_week.items()
        ),
    )


def monday_of(day: date) -> date:
    """The Monday of its ISO week."""
    return day - timedelta(days=day.weekday())


def _unit(days: int, weeks: int) -> Unit | None:
    if weeks >= LEAST_WEEKS:
        return Unit.WEEKS
    return Unit.DAYS if days >= LEAST_DAYS else None


def _savings(groups: Sequence[Sequence[ComparedDay]], factors: Factors, *, sure: bool) -> dict[Measure, Saving]:
    """What is saved over all groups of days, its interval from resampling groups."""
    table = np.array([_row(group, factors) for group in groups]).reshape(len(groups), len(Measure), 2)
    totals = table.sum(axis=0)
    low_high = interval(table) if sure else np.full((len(Measure), 2), np.nan)
    return {
        measure: Saving(
            halfvol=float(totals[m, 0]),
            fixed_schedule=float(totals[m, 1]),
            share=float(1 - totals[m, 0] / totals[m, 1]) if totals[m, 1] > 0 else None,
            low=_known(low_high[m, 0]),
            high=_known(low_high[m, 1]),
        )
        for m, measure in enumerate(Measure)
    }


def interval(table: NDArray[np.float64], *, seed: int = SEED, resamples: int = RESAMPLES) -> NDArray[np.float64]:
    """Bootstrap intervals of 1 - (sum of the first) / (sum of the second), (M, 2), from groups (n, M, 2).

    The percentile interval, widened for few groups as Student's t is against the normal distribution (T. Hesterberg,
    "What Teachers Should Know About the Bootstrap", The American Statistician 69, 2015). NaN where the second sum is 0
    in all resamples, and for fewer than two groups.
    """
    n, measures = table.shape[:2]
    found = np.full((measures, 2), np.nan)
    if n < 2:
        return found
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    sums = (counts @ table.reshape(n, -1)).reshape(resamples, measures, 2)
    tail = (1 - LEVEL) / 2
    widened = float(ndtr(-np.sqrt(n / (n - 1)) * student.isf(tail, n - 1)))
    for m in range(measures):
        there = sums[:, m, 1] > 0
        if there.any():
            shares = 1 - sums[there, m, 0] / sums[there, m, 1]
            found[m] = np.quantile(shares, [widened, 1 - widened])
    return found


def _row(group: Sequence[ComparedDay], factors: Factors) -> NDArray[np.float64]:
    """The measures of a group of days, (M, 2): Halfvol's, the fixed schedule's."""
    both = [[_measures(side, factors) for side in (day.halfvol, day.fixed_schedule)] for day in group]
    return np.array(both).sum(axis=0).T


def _measures(side: Side | None, factors: Factors) -> list[float]:
    assert side is not None, "a day without both sides is excluded"
    return [
        side.distance_m / 1000,
        side.duration_s / 3600,
        side.vehicles,
        side.stops,
        factors.euros(distance_m=side.distance_m, duration_s=side.duration_s, vehicles=side.vehicles),
        factors.co2_kg(distance_m=side.distance_m, emptyings=side.stops),
        side.kg,
    ]


def _overflow(days: Sequence[ComparedDay]) -> Overflow:
    halfvol = [day.halfvol for day in days if day.halfvol is not None]
    fixed = [day.fixed_schedule for day in days if day.fixed_schedule is not None]
    backs = [(day.containers, day.looked_back) for day in days if day.looked_back is not None]
    return Overflow(
        container_days=sum(day.containers for day in days),
        halfvol=sum(side.overflow_days for side in halfvol),
        halfvol_sd=sum(side.overflow_sd**2 for side in halfvol) ** 0.5,
        fixed_schedule=sum(side.overflow_days for side in fixed),
        fixed_schedule_sd=sum(side.overflow_sd**2 for side in fixed) ** 0.5,
        observed=sum(back.overflow_days for _, back in backs),
        heard=sum(containers * back.heard_share for containers, back in backs),
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
