"""Forecasts of all containers of a town at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction
from domain.geography import Position
from routing.forecast.calendar import DAY_S, WasteClock, hours
from routing.forecast.calibration import Calibration
from routing.forecast.distribution import NODES_H, Forecast, tables
from routing.forecast.growth import Sums, seen
from routing.forecast.history import FillHistory, table_of
from routing.forecast.origin import EMPTIED_LEVEL, EMPTIED_LEVEL_SD, SINGLE_SD, Origin, neighbour_rates, origins
from routing.forecast.state import LAG_DAYS, Learned
from routing.forecast.town import common, factors
from routing.trust.judge import Judged, judge

GROWTH_PER_DAY: dict[Fraction, float] = {
    Fraction.RESIDUAL: 0.10,
    Fraction.PAPER: 0.10,
    Fraction.GLASS: 0.05,
    Fraction.PLASTICS: 0.10,
    Fraction.ORGANIC: 0.07,
    Fraction.TEXTILE: 0.04,
}
"""Share of the capacity per day that a container of the fraction fills before any readings say otherwise.

Glass: median of 77 containers with hourly ultrasonic sensors over a year. The others are round starting values.
"""

FRACTIONS = tuple(Fraction)
"""The groups of containers that are alike, in the order of their numbers."""

USUAL_RATES = np.array([GROWTH_PER_DAY[fraction] for fraction in FRACTIONS])

LONGEST_DAYS = 120.0
"""The calendar reaches so far back for containers that have been silent."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the town is: its time zone, and whose public holidays it keeps (ISO 3166; None: none)."""

    time_zone: tzinfo = UTC
    country: str | None = None


def forecast(history: FillHistory, *, fraction: Fraction, at_s: float, place: Place | None = None) -> Forecast:
    """Forecast one container from everything known at ``at_s`` (epoch seconds); what comes later is ignored.

    Always answers: with no good reading the fraction's rate and a wide level stand in.
    """
    return forecast_many({0: history}, fractions={0: fraction}, at_s=at_s, place=place)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A town at one moment: ``ids`` int64 (C,), what its readings are worth, the forecasts by id, and what to keep
    until the next night."""

    ids: NDArray[np.int64]
    judged: Judged
    forecasts: dict[int, Forecast]
    learned: Learned


def forecast_many(
    histories: Mapping[int, FillHistory],
    *,
    fractions: Mapping[int, Fraction],
    at_s: float,
    place: Place | None = None,
    positions: Mapping[int, Position] | None = None,
) -> dict[int, Forecast]:
    """Forecasts of the containers in ``fractions`` by id, see :func:`outlook`."""
    return outlook(histories, fractions=fractions, at_s=at_s, place=place, positions=positions).forecasts


def outlook(
    histories: Mapping[int, FillHistory],
    *,
    fractions: Mapping[int, Fraction],
    at_s: float,
    place: Place | None = None,
    positions: Mapping[int, Position] | None = None,
    learned: Learned | None = None,
    calibration: Calibration | None = None,
) -> Outlook:
    """Judge and forecast the containers in ``fractions``; one without a history gets what its neighbours tell.

    Parameters
    ----------
    place
        For weekdays, hours and holidays; default: UTC without holidays.
    positions
        Of the containers, for those that have to be forecast from their neighbours.
    learned
        What earlier nights learned; the histories then need to reach back ``state.CONTEXT_DAYS`` before its end only.
        Default: nothing, and the histories are all there is.
    calibration
        What past forecasts taught; default: that of ``learned``, or nothing.
    """
    place = place or Place()
    ids = list(fractions)
    known = [histories.get(each, _NOTHING) for each in ids]
    table = table_of(known)
    judged = judge(table.between(-np.inf, at_s))
    groups = np.array([FRACTIONS.index(fractions[each]) for each in ids], dtype=np.int64)
    first_s = min(
        (float(times_s.min()) for times_s in (table.times_s, table.sightings_s) if len(times_s)), default=at_s
    )
    calendar = hours(
        max(min(first_s, at_s), at_s - LONGEST_DAYS * DAY_S) - DAY_S,
        at_s + (NODES_H[-1] / 24 + 2) * DAY_S,
        time_zone=place.time_zone,
        country=place.country,
    )
    by_hour = factors(judged, calendar, groups, number=len(FRACTIONS)) if learned is None else learned.factors
    clock = WasteClock.of(calendar, by_hour)
    numbers = np.array(ids, dtype=np.int64)
    before = Sums.nothing(len(ids), -np.inf) if learned is None else learned.sums_of(numbers)
    sums = _added(before, judged, clock, groups, until_s=at_s)
    kept_s = at_s - LAG_DAYS * DAY_S
    kept = before if before.until_s >= kept_s else _added(before, judged, clock, groups, until_s=kept_s)
    moved_s = np.array([np.nan if each.moved_s is None else each.moved_s for each in known])
    moved = np.nan_to_num(moved_s, nan=-np.inf) > at_s - 90 * DAY_S
    if moved.any():
        # What it did elsewhere says little; what it has done since counts as it is.
        there = _added(Sums.nothing(len(ids), -np.inf), judged, clock, groups, until_s=at_s, from_s=moved_s)
        sums = sums.forgotten(moved, share=MOVED_SHARE).plus(there.forgotten(moved, share=1 - MOVED_SHARE).only(moved))
    town = common(sums, groups, USUAL_RATES)
    prior = None
    if positions is not None:
        prior = neighbour_rates(sums, town, groups, metres([positions.get(each) for each in ids]))
    origin = origins(judged, sums, town, clock, groups, at_s=at_s, prior_rates=prior)
    if learned is not None:
        origin = _with_earlier(origin, learned, numbers)
    taught = calibration or (Calibration.none() if learned is None else learned.calibration)
    found = as_forecasts(origin, clock, taught, at_s=at_s)
    keep = Learned(
        learned_s=at_s if learned is None else learned.learned_s,
        ids=numbers,
        factors=by_hour,
        sums=kept,
        calibration=taught,
        last_s=origin.last_s,
        last_level=origin.last_level,
        emptied_s=origin.emptied_s,
    )
    return Outlook(numbers, judged, dict(zip(ids, found, strict=True)), keep)


def _with_earlier(origin: Origin, learned: Learned, ids: NDArray[np.int64]) -> Origin:
    """With what was known of containers that have been silent for longer than the histories reach back."""
    known, there = learned.place_of(ids)
    last_s, last_level, emptied_s = (np.full(len(ids), np.nan) for _ in range(3))
    last_s[known], last_level[known] = learned.last_s[there], learned.last_level[there]
    emptied_s[known] = learned.emptied_s[there]
    silent = ~np.isfinite(origin.last_s)
    untold = silent & ~np.isfinite(origin.emptied_s)
    read = untold & np.isfinite(last_s) & ~(emptied_s > last_s)
    emptied = untold & ~read & np.isfinite(emptied_s)
    return replace(
        origin,
        origin_s=np.where(read, last_s, np.where(emptied, emptied_s, origin.origin_s)),
        level=np.where(read, last_level, np.where(emptied, EMPTIED_LEVEL, origin.level)),
        level_sd=np.where(read, SINGLE_SD / 2, np.where(emptied, EMPTIED_LEVEL_SD, origin.level_sd)),
        last_s=np.where(silent, last_s, origin.last_s),
        last_level=np.where(silent, last_level, origin.last_level),
        emptied_s=np.where(np.isfinite(origin.emptied_s), origin.emptied_s, emptied_s),
    )


_NOTHING = FillHistory()

MOVED_SHARE = 0.2
"""What a container filled at another place counts so much."""


def _added(
    before: Sums,
    judged: Judged,
    clock: WasteClock,
    groups: NDArray[np.int64],
    *,
    until_s: float,
    from_s: NDArray[np.float64] | None = None,
) -> Sums:
    """The sums until a moment: those before and what was seen since; ``from_s`` (C,) leaves out what was earlier."""
    new = seen(judged, clock, groups, from_s=before.until_s, until_s=until_s, not_before_s=from_s)
    return new if before.until_s == -np.inf else before.plus(new)


def as_forecasts(origin: Origin, clock: WasteClock, calibration: Calibration, *, at_s: float) -> list[Forecast]:
    """The forecasts of all containers, in their order."""
    nodes_s, table = tables(origin, clock, calibration, at_s=at_s)
    columns = zip(
        origin.origin_s.tolist(),
        origin.level.tolist(),
        origin.level_sd.tolist(),
        origin.rate.tolist(),
        origin.rate_sd.tolist(),
        origin.last_s.tolist(),
        origin.last_level.tolist(),
        origin.emptied_s.tolist(),
        strict=True,
    )
    return [
        Forecast(
            origin_s=origin_s,
            made_s=at_s,
            level=level,
            level_sd=level_sd,
            growth_per_day=rate,
            growth_sd=rate_sd,
            nodes_s=nodes_s,
            table=table[c],
            last_observed_s=_known(last_s),
            last_level=_known(last_level),
            last_emptied_s=_known(emptied_s),
        )
        for c, (origin_s, level, level_sd, rate, rate_sd, last_s, last_level, emptied_s) in enumerate(columns)
    ]


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def metres(positions: Sequence[Position | None]) -> NDArray[np.float64]:
    """Positions on a plane around their middle, (n, 2) metres; NaN where there is none."""
    degrees = np.array([(np.nan, np.nan) if each is None else (each.lon, each.lat) for each in positions])
    if not len(degrees) or np.isnan(degrees).all():
        return np.full((len(positions), 2), np.nan)
    lat = np.radians(np.nanmean(degrees[:, 1]))
    return degrees * np.array([111_320.0 * np.cos(lat), 110_574.0])
