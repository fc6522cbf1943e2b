from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.errors import InvalidInput
from routing.forecast.calendar import HOLIDAY, WasteClock, hours

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def seconds(*moment: int) -> float:
    return datetime(*moment, tzinfo=AMSTERDAM).timestamp()


@pytest.mark.parametrize(
    ("day", "count"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2028, 2, 29), 24), ((2026, 11, 23), 24)]
)
def test_days_have_the_hours_that_they_have(day: tuple[int, int, int], count: int) -> None:
    first = datetime(*day, tzinfo=AMSTERDAM)
    last = first + timedelta(days=1)
    known = hours(first.timestamp(), last.timestamp() - 1, time_zone=AMSTERDAM, country="NL")
    assert len(known.kinds) == count
    assert set(known.kinds // 24) == {first.weekday()}


def test_a_holiday_is_a_kind_of_day_of_its_own() -> None:
    known = hours(seconds(2026, 4, 27), seconds(2026, 4, 27, 5), time_zone=AMSTERDAM, country="NL")
    assert set(known.kinds // 24) == {HOLIDAY}
    without = hours(seconds(2026, 4, 27), seconds(2026, 4, 27, 5), time_zone=AMSTERDAM, country=None)
    assert set(without.kinds // 24) == {0}
    with pytest.raises(InvalidInput, match="XX"):
        hours(0, 1, time_zone=UTC, country="XX")


def test_the_waste_clock_runs_a_day_in_an_average_week_day_and_never_backwards() -> None:
    random = np.random.default_rng(1)
    factors = random.gamma(2, 1, (2, 192))
    factors /= factors[:, :168].mean(axis=1, keepdims=True)
    known = hours(seconds(2026, 11, 2), seconds(2026, 11, 16), time_zone=AMSTERDAM, country=None)
    clock = WasteClock.of(known, factors)
    week = clock.at(np.array([seconds(2026, 11, 9)] * 2), np.arange(2)) - clock.at(
        np.array([seconds(2026, 11, 2)] * 2), np.arange(2)
    )
    np.testing.assert_allclose(week, 7.0)
    times_s = np.sort(random.uniform(seconds(2026, 11, 2), seconds(2026, 11, 16), 500))
    assert np.all(np.diff(clock.at(times_s, np.zeros(500, dtype=np.int64))) >= 0)
