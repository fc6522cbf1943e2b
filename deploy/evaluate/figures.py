"""What one run amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.factors import Factors
from simulators.evaluation.outcome import Run

WEEKS_A_YEAR = 365.25 / 7


class Measure(StrEnum):
    """What is told of a run; sums are told per week."""

    KM = "km"
    HOURS = "hours"
    VEHICLE_DAYS = "vehicle_days"
    STOPS = "stops"
    FILL_AT_EMPTYING = "fill_at_emptying"
    """Mean level at which containers were emptied, 0..1."""
    OVERFLOWS_PER_1000 = "overflows_per_1000"
    """Container-days of overflowing, of 1,000."""
    OVERFLOW_L = "overflow_l"
    UNSERVED = "unserved"
    """Required stops that no truck could serve."""
    KG_PER_KM = "kg_per_km"
    CO2_KG = "co2_kg"
    EUROS = "euros"


SAVED = (Measure.KM, Measure.HOURS, Measure.VEHICLE_DAYS, Measure.STOPS, Measure.CO2_KG, Measure.EUROS)
"""Measures of which less is better, as a share of the fixed schedule's."""

Figures = dict[Measure, float]
"""NaN where there is nothing to measure: the fill at emptying of nothing emptied."""


@dataclass(frozen=True, slots=True)
class TypicalWeek:
    """Means by weekday, Monday first; NaN for a weekday that no counted day was."""

    km: tuple[float, ...]
    vehicles: tuple[float, ...]


def figures(run: Run, factors: Factors) -> Figures:
    """A run's measures."""
    weeks = len(run.days) / 7
    distance_m = sum(day.distance_m for day in run.days)
    duration_s = sum(day.duration_s for day in run.days)
    vehicles = sum(day.vehicles for day in run.days)
    stops = sum(day.stops for day in run.days)
    kg = sum(day.kg for day in run.days)
    return {
        Measure.KM: distance_m / 1000 / weeks,
        Measure.HOURS: duration_s / 3600 / weeks,
        Measure.VEHICLE_DAYS: vehicles / weeks,
        Measure.STOPS: stops / weeks,
        Measure.FILL_AT_EMPTYING: sum(day.fill_at_emptying for day in run.days) / stops if stops else float("nan"),
        Measure.OVERFLOWS_PER_1000: 1000 * sum(day.overflow_days for day in run.days) / run.container_days,
        Measure.OVERFLOW_L: sum(day.overflow_l for day in run.days) / weeks,
        Measure.UNSERVED: sum(day.unserved for day in run.days) / weeks,
        Measure.KG_PER_KM: kg / (distance_m / 1000) if distance_m else float("nan"),
        Measure.CO2_KG: factors.co2_kg(distance_m=distance_m, emptyings=stops) / weeks,
        Measure.EUROS: factors.euros(distance_m=distance_m, duration_s=duration_s, vehicles=vehicles) / weeks,
    }


def typical_week(runs: list[Run]) -> TypicalWeek:
    """How the weekdays of runs of one contender look in the mean."""
    by_weekday = [[day for run in runs for day in run.days if day.day.isoweekday() == i] for i in range(1, 8)]
    return TypicalWeek(
        tuple(_mean([day.distance_m / 1000 for day in days]) for days in by_weekday),
        tuple(_mean([float(day.vehicles) for day in days]) for days in by_weekday),
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
