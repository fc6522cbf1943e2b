from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from domain.containers import Fraction
from domain.errors import InvalidInput
from routing.forecast import DAY_S, GROWTH_PER_DAY, FillHistory, Forecast, forecast, forecast_many

HOUR_S = 3600.0
NOW_S = 40 * DAY_S


def hourly(levels: NDArray[np.float64], *, until_s: float = NOW_S) -> NDArray[np.float64]:
    return until_s - HOUR_S * np.arange(len(levels))[::-1]


def history(levels: NDArray[np.float64], **changes: NDArray[np.float64]) -> FillHistory:
    good = changes.get("good", np.ones(len(levels), dtype=bool))
    return FillHistory(hourly(levels), levels, good, changes.get("emptied_s", np.empty(0)))


def filling(*, rate: float, days: int = 28, noise: float = 0.02, seed: int = 0) -> tuple[FillHistory, list[float]]:
    """A container that people fill by day and that is emptied at nine when above 80 %; every fifth message is lost."""
    random = np.random.default_rng(seed)
    times_s = NOW_S - HOUR_S * np.arange(24 * days)[::-1]
    levels = np.empty(len(times_s))
    emptied_s: list[float] = []
    level = float(random.random() * 0.5)
    for n in range(len(times_s)):
        if 8 <= n % 24 < 19:
            level += random.gamma(1.0, rate / 11)
        if n % 24 == 9 and level > 0.8:
            level = 0.0
            emptied_s.append(float(times_s[n]))
        levels[n] = level + random.normal(0, noise)
    kept = random.random(len(times_s)) < 0.8
    kept[-1] = True
    return FillHistory(times_s[kept], levels[kept], np.ones(int(kept.sum()), dtype=bool)), emptied_s


def glass(given_history: FillHistory, *, at_s: float = NOW_S) -> Forecast:
    return forecast(given_history, fraction=Fraction.GLASS, at_s=at_s)


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.1, 0.2, 0.4])
def test_the_rate_and_the_level_are_found_again(rate: float) -> None:
    found = [glass(filling(rate=rate, seed=seed)[0]) for seed in range(10)]
    assert np.mean([each.growth_per_day for each in found]) == pytest.approx(rate, rel=0.2)


def test_four_in_five_outcomes_lie_within_the_eighty_percent_interval() -> None:
    inside = []
    for seed in range(150):
        whole, emptied_s = filling(rate=0.06, seed=seed)
        origin_s = NOW_S - 2 * DAY_S
        if emptied_s and emptied_s[-1] > origin_s:
            continue
        expected = glass(whole, at_s=origin_s)
        truth = float(np.median(whole.levels[-3:]))
        inside.append(expected.quantile(0.1, NOW_S) <= truth <= expected.quantile(0.9, NOW_S))
    assert len(inside) > 60
    assert 0.65 <= np.mean(inside) <= 0.97


def test_false_echoes_are_no_emptyings_and_do_not_move_the_level() -> None:
    levels = np.linspace(0.3, 0.7, 240)
    levels[::9] = 0.1
    levels[4::23] = 0.98
    expected = glass(history(levels))
    assert expected.last_emptied_s is None
    assert expected.level == pytest.approx(0.7, abs=0.03)
    assert expected.growth_per_day == pytest.approx(0.04, rel=0.3)
    assert expected.level_sd > glass(history(np.linspace(0.3, 0.7, 240))).level_sd


def test_suspect_readings_do_not_count() -> None:
    levels = np.full(100, 0.4)
    levels[60:] = 0.9
    good = np.arange(100) < 60
    expected = glass(history(levels, good=good))
    assert expected.last_observed_s == hourly(levels)[59]
    assert expected.last_level == pytest.approx(0.4)
    assert expected.level == pytest.approx(0.4, abs=0.02)


def test_after_a_reported_emptying_only_later_readings_count() -> None:
    levels = np.full(100, 0.8)
    emptied_s = np.array([NOW_S + HOUR_S])
    expected = forecast(history(levels, emptied_s=emptied_s), fraction=Fraction.GLASS, at_s=NOW_S + 2 * HOUR_S)
    assert expected.last_emptied_s == emptied_s[0]
    assert expected.mean(NOW_S + 2 * HOUR_S) < 0.1
    assert expected.last_level == pytest.approx(0.8)


def test_an_emptying_reported_but_not_seen_leaves_the_readings_their_say() -> None:
    levels = np.full(100, 0.9)
    expected = glass(history(levels, emptied_s=np.array([NOW_S - 20 * HOUR_S])))
    assert expected.level == pytest.approx(0.9, abs=0.02)


def test_what_comes_later_is_not_known() -> None:
    levels = np.concatenate([np.full(50, 0.2), np.full(50, 0.9)])
    at_s = float(hourly(levels)[49])
    assert glass(history(levels, emptied_s=np.array([NOW_S])), at_s=at_s).level == pytest.approx(0.2, abs=0.02)


def test_no_reading_at_all() -> None:
    expected = glass(FillHistory())
    assert expected.last_observed_s is None
    assert expected.last_level is None
    assert expected.growth_per_day == pytest.approx(GROWTH_PER_DAY[Fraction.GLASS])
    assert expected.standard_deviation(NOW_S) > 0.2
    assert 0.02 < expected.overflow_risk(NOW_S + 7 * DAY_S) < 0.9


def test_no_reading_but_an_emptying() -> None:
    expected = glass(FillHistory(emptied_s=np.array([NOW_S - 2 * DAY_S])))
    assert expected.mean(NOW_S) == pytest.approx(0.02 + 0.1, abs=0.02)


def test_only_suspect_readings_are_no_readings() -> None:
    levels = np.full(50, 0.9)
    assert glass(history(levels, good=np.zeros(50, dtype=bool))).mean(NOW_S) == glass(FillHistory()).mean(NOW_S)


def test_one_reading() -> None:
    expected = glass(history(np.array([0.6])))
    assert expected.mean(NOW_S) == pytest.approx(0.6, abs=0.01)
    assert expected.growth_per_day == pytest.approx(GROWTH_PER_DAY[Fraction.GLASS])
    assert expected.standard_deviation(NOW_S) > 0.09


def test_a_container_that_never_fills_and_one_that_is_always_full() -> None:
    never = glass(history(np.full(700, 0.1)))
    assert never.growth_per_day < 0.01
    assert never.overflow_risk(NOW_S + 7 * DAY_S) < 0.001
    always = glass(history(np.full(700, 1.02)))
    assert always.overflow_risk(NOW_S) > 0.7
    assert always.growth_per_day > 0.04


def test_silence_widens_the_forecast() -> None:
    levels = np.linspace(0.3, 0.6, 200)
    fresh, silent = history(levels), FillHistory(hourly(levels) - 4 * DAY_S, levels, np.ones(200, dtype=bool))
    assert glass(silent).standard_deviation(NOW_S) > 1.5 * glass(fresh).standard_deviation(NOW_S)
    assert glass(silent).mean(NOW_S) > glass(fresh).mean(NOW_S)


def test_values_that_are_no_numbers_are_passed_over() -> None:
    levels = np.array([0.2, np.nan, np.inf, 0.3])
    assert glass(history(levels)).level == pytest.approx(0.27, abs=0.05)


@pytest.mark.parametrize("q", [0, 1, -0.5, 2])
def test_quantiles_that_cannot_be(q: float) -> None:
    with pytest.raises(InvalidInput, match="strictly between 0 and 1"):
        glass(FillHistory()).quantile(q, NOW_S)


def test_histories_that_cannot_be() -> None:
    with pytest.raises(InvalidInput, match="2 times, 1 levels and 2 quality marks"):
        FillHistory(np.array([1.0, 2.0]), np.array([0.1]), np.array([True, True]))
    with pytest.raises(InvalidInput, match="sorted by time"):
        FillHistory(np.array([2.0, 1.0]), np.array([0.1, 0.2]), np.array([True, True]))


def test_many_containers_in_a_second_and_missing_ones_fill_as_the_others_do() -> None:
    histories = {n: filling(rate=0.05, seed=n)[0] for n in range(40)}
    fractions = dict.fromkeys(range(300), Fraction.PAPER)
    all_histories = {n: histories[n % 40] for n in range(299)}
    began_at = time.process_time()
    found = forecast_many(all_histories, fractions=fractions, at_s=NOW_S)
    assert time.process_time() - began_at < 1.0
    assert len(found) == 300
    assert found[299].growth_per_day == pytest.approx(0.05, rel=0.2)


levels_of_any_kind = st.lists(st.floats(-0.2, 1.6), max_size=60).map(np.array)


@settings(max_examples=150, deadline=None)
@given(
    levels=levels_of_any_kind,
    good=st.lists(st.booleans(), min_size=60, max_size=60),
    emptied_h=st.lists(st.integers(-80, 10), max_size=3),
    fraction=st.sampled_from(list(Fraction)),
)
def test_risk_rises_with_time_and_quantiles_are_ordered(
    levels: NDArray[np.float64], good: list[bool], emptied_h: list[int], fraction: Fraction
) -> None:
    emptied_s = NOW_S + HOUR_S * np.array(emptied_h, dtype=float)
    known = FillHistory(hourly(levels), levels, np.array(good[: len(levels)], dtype=bool), emptied_s)
    expected = forecast(known, fraction=fraction, at_s=NOW_S)
    moments_s = NOW_S + DAY_S * np.array([0, 0.3, 1, 2, 5, 12])
    risks = [expected.overflow_risk(at_s) for at_s in moments_s]
    assert all(0 <= risk <= 1 for risk in risks)
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(risks))
    for at_s in moments_s:
        quantiles = [expected.quantile(q, at_s) for q in (0.05, 0.2, 0.5, 0.8, 0.95)]
        assert quantiles == sorted(quantiles)
        assert expected.overflow_risk(at_s, 0.8) >= expected.overflow_risk(at_s, 1.0) - 1e-12
        assert np.isfinite(expected.mean(at_s))
        assert expected.standard_deviation(at_s) >= 0


def test_quantile_and_risk_are_two_sides_of_one_distribution() -> None:
    expected = glass(filling(rate=0.08, seed=3)[0])
    at_s = NOW_S + 3 * DAY_S
    for q in (0.1, 0.5, 0.9):
        assert expected.overflow_risk(at_s, expected.quantile(q, at_s)) == pytest.approx(1 - q, abs=0.01)


def leaping(by: float) -> FillHistory:
    """Two days of a container that fills 6 points a day, and leaps in the middle of the second day."""
    times_s = NOW_S - 3600.0 * np.arange(48)[::-1]
    levels = 0.1 + 0.06 * np.arange(48) / 24 + np.where(np.arange(48) >= 36, by, 0.0)
    return FillHistory(times_s, levels, np.ones(48, dtype=bool), np.empty(0))


def test_a_leap_is_a_doubt_and_no_growth() -> None:
    steady = forecast(leaping(0.0), fraction=Fraction.GLASS, at_s=NOW_S)
    leapt = forecast(leaping(0.7), fraction=Fraction.GLASS, at_s=NOW_S)
    assert leapt.growth_per_day == pytest.approx(steady.growth_per_day, abs=0.01)
    assert 0.2 < leapt.mean(NOW_S) < 0.9
    assert leapt.quantile(0.1, NOW_S) < 0.3
    assert leapt.quantile(0.9, NOW_S) > 0.8
    tomorrow_s = NOW_S + DAY_S
    assert steady.overflow_risk(tomorrow_s) < 0.01 < leapt.overflow_risk(tomorrow_s) < 0.5
