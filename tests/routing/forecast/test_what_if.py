"""Forecasts of containers that were last emptied at another time than they were."""

from __future__ import annotations

import numpy as np
import pytest

from domain.containers import Fraction
from routing.forecast import DAY_S, FillHistory, Outlook, outlook
from routing.forecast.what_if import WhatIf, carried, forecasts_if
from tests.routing.trust.series import BEGIN_S, filling, hourly

DAYS = 40
AT_S = BEGIN_S + DAYS * DAY_S - 3600
TOWN = {n: filling(DAYS, rate=0.04 + 0.01 * n, seed=n) for n in range(12)}


def look(since_s: dict[int, float] | None = None, *, readings: bool = True) -> Outlook:
    histories = {
        n: FillHistory(hourly(seen), seen, np.ones(len(seen), dtype=bool))
        for n, (_, seen, _) in TOWN.items()
        if readings
    }
    return outlook(histories, fractions=dict.fromkeys(TOWN, Fraction.GLASS), at_s=AT_S, since_s=since_s)


def waste_after(n: int, hour: int) -> float:
    """What was really thrown in from the end of an hour until the end."""
    truth, _, emptied = TOWN[n]
    grown = np.diff(truth)
    for at in emptied:
        # What came in during the hour of the emptying is gone with it.
        grown[at - 1] = 0.0
    return float(grown[hour:].sum())


def emptied_at(hour: int) -> WhatIf:
    return WhatIf.emptied(np.full(len(TOWN), BEGIN_S + 3600.0 * hour))


@pytest.mark.parametrize("days_ago", [2, 9, 16])
def test_the_level_is_what_was_thrown_in_since(days_ago: int) -> None:
    hour = 24 * (DAYS - days_ago) - 1
    begun = emptied_at(hour)
    seen = look(dict(zip(TOWN, begun.at_s.tolist(), strict=True)))
    now = carried(seen, begun)
    truth = np.array([0.02 + waste_after(n, hour) for n in TOWN])
    assert now.at_s == pytest.approx(np.full(len(TOWN), AT_S))
    assert now.level == pytest.approx(truth, abs=0.06)
    # It says itself how far off it may be: nearly all within two standard deviations.
    assert np.mean(np.abs(now.level - truth) < 2 * now.level_sd) > 0.8
    forecasts = forecasts_if(seen, now)
    for c, n in enumerate(TOWN):
        assert forecasts[n].mean(AT_S) == pytest.approx(float(now.level[c]), abs=0.05)
        assert forecasts[n].last_emptied_s == begun.at_s[c]
        assert forecasts[n].last_level == now.level[c], "what the reading would have said"
        assert forecasts[n].last_observed_s == seen.forecasts[n].last_observed_s


def test_without_readings_the_rate_stands_in_and_is_less_sure() -> None:
    begun = emptied_at(24 * (DAYS - 9))
    blind = look(dict(zip(TOWN, begun.at_s.tolist(), strict=True)), readings=False)
    assert carried(blind, begun).at_s == pytest.approx(begun.at_s)
    seeing = look(dict(zip(TOWN, begun.at_s.tolist(), strict=True)))
    guess, known = forecasts_if(blind, begun)[3], forecasts_if(seeing, carried(seeing, begun))[3]
    assert guess.mean(AT_S) == pytest.approx(0.02 + 9 * 0.05, abs=0.05), "nine days at the usual rate of glass"
    assert guess.standard_deviation(AT_S) > 2 * known.standard_deviation(AT_S)


def test_a_visit_that_is_still_to_come_begins_anew_then() -> None:
    seen = look()
    later_s = AT_S + 2 * DAY_S
    anew = forecasts_if(seen, WhatIf.emptied(np.full(len(TOWN), later_s)))
    for n in TOWN:
        assert anew[n].mean(later_s) < 0.1
        assert anew[n].mean(later_s + 4 * DAY_S) == pytest.approx(0.02 + 4 * (0.04 + 0.01 * n), rel=0.35)
        assert anew[n].overflow_risk(later_s + DAY_S) < 0.01


def test_what_really_stands_is_forecast_as_it_really_is() -> None:
    seen = look()
    origin = seen.basis.origin
    same = forecasts_if(seen, WhatIf(origin.origin_s, origin.level, origin.level_sd, origin.emptied_s))
    for n in TOWN:
        for days in (0.5, 2, 5):
            at_s = AT_S + days * DAY_S
            assert same[n].mean(at_s) == pytest.approx(seen.forecasts[n].mean(at_s), abs=0.02)
