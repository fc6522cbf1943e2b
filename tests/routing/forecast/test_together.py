from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from routing.forecast import DAY_S, Forecast
from routing.forecast.distribution import SCORES, gamma_forecast
from routing.forecast.together import Together

NOW_S = 1_795_000_000.0


def drawn(level: float, growth: float, sd: float) -> Forecast:
    return gamma_forecast(
        origin_s=NOW_S, level=level, level_sd=sd, growth_per_day=growth, growth_sd=growth / 5, day_sd=growth / 2
    )


def known(days: int, growth: float) -> Forecast:
    """Of a future that is known: no spread, and fewer nodes than others have."""
    nodes_s = NOW_S + DAY_S * np.arange(days)
    table = np.repeat((0.4 + growth * np.arange(days))[:, None], len(SCORES), axis=1)
    return Forecast(NOW_S, NOW_S, 0.4, 0.0, growth, 0.0, nodes_s, table)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1.2), st.floats(1e-3, 0.5), st.floats(0.001, 0.3)), min_size=1, max_size=5),
    st.floats(-2, 30),
)
def test_many_at_once_tell_what_each_tells(values: list[tuple[float, float, float]], days: float) -> None:
    forecasts = [drawn(*each) for each in values] + [known(4, 0.2)]
    together, at_s = Together.of(forecasts), NOW_S + days * DAY_S
    everyone = np.full(len(forecasts), at_s)
    assert together.risks(at_s) == pytest.approx([each.overflow_risk(at_s) for each in forecasts], abs=1e-12)
    assert together.means(everyone) == pytest.approx([each.mean(at_s) for each in forecasts])
    for q in (0.0001, 0.2, 0.8, 0.9999):
        assert together.quantiles(q, everyone) == pytest.approx([each.quantile(q, at_s) for each in forecasts])


def test_each_at_a_time_of_its_own() -> None:
    forecasts = [drawn(0.5, 0.1, 0.05), drawn(0.9, 0.02, 0.05), known(4, 0.2)]
    at_s = NOW_S + DAY_S * np.array([4.0, 1.0, 2.5])
    one_by_one = [each.overflow_risk(moment) for each, moment in zip(forecasts, at_s.tolist(), strict=True)]
    assert Together.of(forecasts).risks(at_s) == pytest.approx(one_by_one)


def test_none_at_all() -> None:
    nobody = Together.of([])
    assert len(nobody.risks(NOW_S)) == len(nobody.means(np.empty(0))) == 0


def test_what_is_no_quantile() -> None:
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        Together.of([known(3, 0.1)]).quantiles(1.0, np.array([NOW_S]))
