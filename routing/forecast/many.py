"""Forecasts of all containers of a town at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from routing.forecast.origin import Origin, neighbour_rates, origins
from routing.forecast.town import Town, common, factors
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


def forecast_many(
    histories: Mapping[int, FillHistory],
    *,
    fractions: Mapping[int, Fraction],
    at_s: float,
    place: Place | None = None,
    positions: Mapping[int, Position] | None = None,
    calibration: Calibration | None = None,
) -> dict[int, Forecast]:
    """Forecasts of the containers in ``fractions`` by id; one without a history gets what its neighbours tell.

    Parameters
    ----------
    place
        For weekdays, hours and holidays; default: UTC without holidays.
    positions
        Of the containers, for those that have to be forecast from their neighbours.
    calibration
        What past forecasts taught; default: nothing.
    """
    ids = list(fractions)
    nothing = FillHistory()
    table = table_of([histories.get(each, nothing) for each in ids])
    judged = judge(table.between(-np.inf, at_s))
    groups = np.array([FRACTIONS.index(fractions[each]) for each in ids], dtype=np.int64)
    first_s = float(table.times_s.min()) if len(table.times_s) else at_s
    if len(table.sightings_s):
        first_s = min(first_s, float(table.sightings_s.min()))
    clock = clock_of(judged, groups, place or Place(), from_s=min(first_s, at_s), at_s=at_s)
    sums = seen(judged, clock, groups, from_s=-np.inf, until_s=at_s)
    town = common(sums, groups, USUAL_RATES)
    prior = None
    if positions is not None:
        prior = neighbour_rates(sums, town, groups, metres([positions.get(each) for each in ids]))
    origin = origins(judged, sums, town, clock, groups, at_s=at_s, prior_rates=prior)
    found = as_forecasts(origin, clock, calibration or Calibration.none(), at_s=at_s)
    return dict(zip(ids, found, strict=True))


def clock_of(
    judged: Judged, groups: NDArray[np.int64], place: Place, *, from_s: float, at_s: float
) -> WasteClock:
    """The waste clock of each group as its containers show it, reaching as far as any forecast."""
    begin_s = max(from_s, at_s - LONGEST_DAYS * DAY_S) - DAY_S
    until_s = at_s + (NODES_H[-1] / 24 + 2) * DAY_S
    known = hours(begin_s, until_s, time_zone=place.time_zone, country=place.country)
    return WasteClock.of(known, factors(judged, known, groups, number=len(FRACTIONS)))


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


__all__ = ["FRACTIONS", "GROWTH_PER_DAY", "Place", "Sums", "Town", "as_forecasts", "clock_of", "forecast", "forecast_many"]
