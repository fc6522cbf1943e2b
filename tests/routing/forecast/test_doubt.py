"""Readings of sensors that are not believed, weighed against what has come in since a driver emptied the container."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from domain.containers import Fraction
from routing.forecast import DAY_S, FillHistory, forecast
from routing.forecast.doubt import Weighed, weighed


def cases(
    level: float, right: float, expected: float = 0.3, expected_sd: float = 0.1, density: float = 1 / 1.2
) -> Weighed:
    return weighed(
        np.array([level]),
        np.array([0.02]),
        right=np.array([right]),
        density=np.array([density]),
        expected=np.array([expected]),
        expected_sd=np.array([expected_sd]),
    )


def one(level: float, right: float, expected: float = 0.3, expected_sd: float = 0.1) -> tuple[float, float]:
    found = cases(level, right, expected, expected_sd)
    return float(found.level[0]), float(found.level_sd[0])


def test_who_is_believed_is_taken_at_their_word() -> None:
    assert one(0.9, 0.99) == pytest.approx((0.9, 0.02))
    assert one(0.9, 0.5, expected=float("nan")) == pytest.approx((0.9, 0.02))
    assert cases(0.9, 0.99).wrong[0] == 0


def test_what_says_too_much_leaves_what_lies_below_it() -> None:
    """The nearest echo counts, so that a false one hides what lies below it and nothing above."""
    seldom, likely = cases(0.45, 0.5), cases(0.2, 0.5)
    assert seldom.wrong[0] > likely.wrong[0]
    assert likely.wrong_level[0] < 0.25
    assert seldom.wrong_level[0] == pytest.approx(0.3, abs=0.02)
    # Nor may a sensor that says too little be taken at its word for that alone.
    low = cases(0.0, 0.5, expected=0.6)
    assert low.wrong[0] > 0.9
    assert low.level[0] > 0.5


def test_both_cases_together_have_the_moments_of_their_mixture() -> None:
    found = cases(0.55, 0.7)
    luck = np.random.default_rng(1)
    wrong = luck.uniform(size=200_000) < found.wrong[0]
    levels = np.where(
        wrong,
        luck.normal(found.wrong_level[0], found.wrong_sd[0], 200_000),
        luck.normal(found.right_level[0], found.right_sd[0], 200_000),
    )
    assert found.level[0] == pytest.approx(levels.mean(), abs=0.002)
    assert found.level_sd[0] == pytest.approx(levels.std(), abs=0.002)


def test_a_doubted_reading_counts_the_less_the_further_it_is_from_what_was_to_be_expected() -> None:
    near, sd = one(0.35, 0.88)
    assert near == pytest.approx(0.343, abs=0.004)
    assert sd < 0.05
    between, unsure = one(0.62, 0.88)
    assert 0.3 < between < 0.62
    assert unsure > 0.1
    far, back = one(0.95, 0.88)
    assert far == pytest.approx(0.3, abs=0.001)
    assert back == pytest.approx(0.1, abs=0.001)


def test_the_more_it_is_believed_the_nearer_the_mean_lies_to_it() -> None:
    means = [one(0.6, right)[0] for right in np.linspace(0, 0.94, 20)]
    assert means[0] == pytest.approx(0.3, abs=0.002)
    assert (np.diff(means) > 0).all()


def echoing(*, told: bool) -> FillHistory:
    """Three weeks at 8 % a day, emptied weekly, and a false echo at 85 % half of the time; at the end as well."""
    hours = np.arange(21 * 24)
    level = (hours % (7 * 24)) / 24 * 0.08
    echo = (hours // 15 % 2 == 1) & (level < 0.85)
    shown = np.where(echo, 0.85, level)
    shown[-10:] = 0.85
    noise = 0.01 * np.sin(hours * 1.7)
    emptied = np.array([7, 14]) * DAY_S if told else np.empty(0)
    times_s = np.asarray(hours * 3600.0, dtype=np.float64)
    return FillHistory(times_s, shown + noise, np.ones(len(hours), dtype=bool), emptied_s=emptied)


@pytest.mark.parametrize("told", [False, True])
def test_a_known_false_echo_is_seen_through(told: bool) -> None:
    at_s = (21 * 24 - 1) * 3600.0
    found = forecast(echoing(told=told), fraction=Fraction.PAPER, at_s=at_s)
    assert found.mean(at_s) == pytest.approx(0.56, abs=0.05)
    assert found.standard_deviation(at_s) < 0.1
    assert found.overflow_risk(at_s + 2 * DAY_S) < (0.01 if told else 0.06)


@pytest.mark.parametrize("told", [False, True])
def test_a_leap_to_where_it_was_wrong_before_is_hardly_believed(told: bool) -> None:
    """Ten hours ago it leapt from 28 to 55 %, as it has before when it was none."""
    hours = np.arange(21 * 24)
    level = (hours % (7 * 24)) / 24 * 0.04
    shown = np.where((hours // 20 % 4 == 1) & (level < 0.55), 0.55, level) + 0.01 * np.sin(hours * 1.7)
    shown[-10:] = 0.55
    emptied_s = np.array([7, 14]) * DAY_S if told else np.empty(0)
    sensor = FillHistory(hours * 3600.0, shown, np.ones(len(hours), dtype=bool), emptied_s=emptied_s)
    at_s = (21 * 24 - 1) * 3600.0
    found = forecast(sensor, fraction=Fraction.PAPER, at_s=at_s)
    assert 0.25 < found.mean(at_s) < 0.4
    assert found.quantile(0.999, at_s) > 0.5


def test_what_is_wrong_where_it_was_wrong_before_is_doubted_more() -> None:
    nowhere, there = (cases(0.5, 0.9, density=density).wrong[0] for density in (0.8, 6.0))
    assert nowhere < 0.5 * there


@pytest.mark.parametrize("believed", [False, True])
def test_what_drivers_saw_counts_where_the_sensor_is_not_believed(believed: bool) -> None:
    at_s = (21 * 24 - 1) * 3600.0
    sensor = echoing(told=True)
    if believed:
        hours = np.arange(21 * 24)
        sensor = replace(sensor, levels=(hours % (7 * 24)) / 24 * 0.08 + 0.01 * np.sin(hours * 1.7))
    unseen, seen = (
        forecast(replace(sensor, observed_levels=np.full(2, level)), fraction=Fraction.PAPER, at_s=at_s).growth_per_day
        for level in (np.nan, 0.8)
    )
    # The drivers found more than the 56 % that such a week brings.
    assert seen == pytest.approx(unseen, rel=0.01) if believed else seen > 1.05 * unseen
