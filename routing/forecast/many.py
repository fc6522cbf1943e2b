"""Forecasts of one container or of many, where nothing else is asked."""

from __future__ import annotations

from collections.abc import Mapping

from domain.containers import Fraction
from domain.geography import Position
from routing.forecast.distribution import Forecast
from routing.forecast.history import FillHistory
from routing.forecast.outlooks import Place, outlook


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
) -> dict[int, Forecast]:
    """Forecasts of the containers in ``fractions`` by id, see :func:`outlook`."""
    return outlook(histories, fractions=fractions, at_s=at_s, place=place, positions=positions).forecasts
