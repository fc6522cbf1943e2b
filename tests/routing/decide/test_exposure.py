from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.decide.exposure import exposures
from routing.forecast import DAY_S, Forecast
from routing.forecast.distribution import SCORES
from routing.forecast.together import Together
from tests.routing.decide.small_town import at, evening_s

NOW_S = evening_s()


def exposure(forecast: Forecast, *days: float) -> list[float]:
    """From each of these days after now until the next."""
    chances = NOW_S + DAY_S * np.array([days])
    return exposures(Together.of([forecast]), chances)[0].tolist()


def sure(level: float, growth: float) -> Forecast:
    nodes_s = NOW_S + DAY_S * np.arange(15.0)
    table = np.repeat((level + growth * np.arange(15))[:, None], len(SCORES), axis=1) + SCORES * 1e-9
    return Forecast(NOW_S, NOW_S, level, 0.0, growth, 0.0, nodes_s, table)


def test_what_is_surely_full_overflows_all_the_time() -> None:
    assert exposure(sure(1.1, 0.1), 0.0, 1.0, 2.5) == pytest.approx([1.0, 1.5, 1.5])


def test_what_surely_fills_up_overflows_from_then_on() -> None:
    # Full after five days; risks are looked at every six hours.
    assert exposure(sure(0.5, 0.1), 0.0, 4.0, 7.0) == pytest.approx([0.0, 2.0, 3.0], abs=0.13)


def test_from_the_first_chance_it_is_the_integral_of_the_risk() -> None:
    forecast = at(0.8, growth=0.06, sd=0.05)
    fine = np.linspace(0, 4, 2001)
    risks = [forecast.overflow_risk(NOW_S + days * DAY_S) for days in fine.tolist()]
    assert exposure(forecast, 0.0, 4.0)[0] == pytest.approx(np.trapezoid(risks, fine), rel=0.01)


def test_later_chances_are_decided_with_what_will_be_known_then() -> None:
    """Four days from now, expected to be at 0.74: as uncertain then as a container at 0.74 is now."""
    later = exposure(at(0.5, growth=0.06), 0.0, 4.0, 8.0)[1]
    assert later == pytest.approx(exposure(at(0.74, growth=0.06), 0.0, 4.0)[0], rel=0.05)


@settings(max_examples=50, deadline=None)
@given(
    level=st.floats(0, 1.2),
    growth=st.floats(0.001, 0.4),
    days=st.lists(st.integers(1, 20), min_size=2, max_size=5, unique=True).map(sorted),
)
def test_with_equal_pauses_it_never_falls_with_time(level: float, growth: float, days: list[int]) -> None:
    found = exposure(at(level, growth=growth), *(float(day) for day in range(days[-1])))
    assert np.diff(found).min(initial=0.0) >= -1e-9
    assert 0 <= found[-1] <= 1 + 1e-9


def test_without_a_chance_none_is_known() -> None:
    found = exposure(at(0.9), 0.0, np.nan, 1.0)
    assert np.isnan(found[1])
    assert 0 < found[0] < found[2]
    assert all(np.isnan(exposure(at(0.9), np.nan, np.nan)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.2, 1.1), min_size=1, max_size=4), st.floats(0.3, 0.9))
def test_many_with_pauses_of_their_own_are_as_each_alone(levels: list[float], hour: float) -> None:
    forecasts = [at(level) for level in levels]
    pauses = [[0.0, 1.0, 2.0], [0.0, np.nan, 2.0], [0.0, 1.0, 1.0 + round(hour * 48) / 48], [0.0, np.nan, np.nan]]
    chances = NOW_S + DAY_S * np.array(pauses[: len(levels)])
    found = exposures(Together.of(forecasts), chances)
    for each, row, alone in zip(forecasts, chances, found, strict=True):
        assert exposures(Together.of([each]), row[None])[0] == pytest.approx(alone, nan_ok=True)
