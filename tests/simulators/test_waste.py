"""The simulated world against what was measured in the field (77 glass containers, one year, hourly)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.containers import Fraction
from routing.roads.graph import RoadGraph
from simulators.collection import TownEmptying
from simulators.town import Town, build_town
from simulators.waste import FASTEST, MEDIAN_DAILY_FILL, MOST_FILL, Waste

WEEKS = timedelta(days=28)


@pytest.fixture(scope="module")
def waste(town: Town) -> Waste:
    return Waste(town)


def fraction_rows(town: Town, fraction: Fraction) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([i for i, container in enumerate(town.containers) if container.fraction is fraction])


def test_any_moment_can_be_asked_alone_and_gives_the_same(town: Town, waste: Waste, now: datetime) -> None:
    rows = np.repeat(np.arange(300), 20)
    times = now.timestamp() - np.tile(np.linspace(0, 20 * 86_400, 20), 300)
    levels = waste.fill_levels(rows, times)
    for i in (0, 777, 5999):
        alone = Waste(town).fill_levels(rows[i : i + 1], times[i : i + 1])
        assert alone[0] == pytest.approx(levels[i], abs=1e-9)
    one = waste.true_fill_level(12, now)
    assert one == pytest.approx(levels[11 * 20], abs=1e-9)


def test_another_seed_is_another_world(graph: RoadGraph, waste: Waste, now: datetime) -> None:
    assert Waste(build_town(graph, seed=2)).true_fill_level(12, now) != waste.true_fill_level(12, now)


def test_levels_rise_until_the_container_is_emptied(town: Town, waste: Waste, now: datetime) -> None:
    times = now.timestamp() - np.arange(28 * 24, 0, -1) * 3600.0
    emptied = waste.emptied(now - WEEKS, now)
    for row in range(0, 300, 30):
        levels = waste.fill_levels(np.full(len(times), row), times)
        assert levels.min() >= 0
        assert levels.max() <= MOST_FILL
        falls = np.flatnonzero(np.diff(levels) < 0)
        mine = emptied.times_s[emptied.rows == row]
        between = np.searchsorted(times, mine) - 1
        assert set(falls) <= set(between.tolist())
        # What is hardly filled may hardly fall.
        assert len(falls) >= 0.7 * len(mine)


def test_glass_fills_at_the_rates_of_the_field(town: Town, waste: Waste) -> None:
    daily = 100 * waste.daily_fill[fraction_rows(town, Fraction.GLASS)]
    percentiles = np.percentile(daily, [5, 25, 50, 75, 95])
    assert percentiles == pytest.approx([1.4, 3.0, 5.0, 7.3, 12.2], rel=0.3)
    assert percentiles[1:4] == pytest.approx([3.0, 5.0, 7.3], rel=0.12)


@pytest.mark.parametrize("fraction", list(MEDIAN_DAILY_FILL))
def test_rates_differ_between_containers_as_in_the_field(town: Town, waste: Waste, fraction: Fraction) -> None:
    daily = waste.daily_fill[fraction_rows(town, fraction)]
    assert daily.max() <= FASTEST * MEDIAN_DAILY_FILL[fraction]
    # 0.68 before the fastest are cut off
    assert 0.5 < np.log(daily).std() < 0.72


def test_weekdays_and_hours_are_those_of_the_field(town: Town, waste: Waste) -> None:
    zone = ZoneInfo("Europe/Helsinki")
    monday = datetime(2026, 8, 31, tzinfo=zone)
    hours = [monday + timedelta(hours=hour) for hour in range(49 * 24)]
    filled = np.zeros((7, 24))
    for i in range(0, len(hours), 24):
        # Without a schedule nothing is emptied, so what was thrown in is the difference of two days' sums.
        day = np.array([moment.timestamp() for moment in hours[i : i + 24]])
        for hour, start in enumerate(day):
            utc_day, utc_hour = divmod(int(start) // 3600, 24)
            filled[hours[i].weekday(), hour] += waste._day(utc_day)[:, utc_hour].sum()  # pyright: ignore[reportPrivateUsage]
    weekdays = filled.sum(axis=1) / filled.sum() * 7
    field = np.array([1.13, 1.02, 1.02, 0.98, 0.74, 1.52, 0.58])
    assert weekdays == pytest.approx(field / field.mean(), abs=0.06)
    by_hour = filled.sum(axis=0) / filled.sum()
    assert by_hour[8:19].sum() == pytest.approx(0.86, abs=0.01)
    assert by_hour.argmax() == 17


def test_a_containers_rate_varies_from_round_to_round_as_in_the_field(town: Town, waste: Waste, now: datetime) -> None:
    emptied = waste.emptied(now - timedelta(days=364), now)
    levels = waste.fill_levels(emptied.rows, emptied.times_s - 1)
    rows = fraction_rows(town, Fraction.GLASS)
    variation = [levels[emptied.rows == row].std() / levels[emptied.rows == row].mean() for row in rows]
    assert np.median(variation) == pytest.approx(0.32, abs=0.08)


@pytest.mark.parametrize("fraction", list(MEDIAN_DAILY_FILL))
def test_the_fixed_schedule_finds_containers_a_third_full_and_few_overflowing(
    town: Town, waste: Waste, now: datetime, fraction: Fraction
) -> None:
    emptied = waste.emptied(now - WEEKS, now)
    levels = waste.fill_levels(emptied.rows, emptied.times_s - 1)
    ours = levels[np.isin(emptied.rows, fraction_rows(town, fraction))]
    assert 0.25 < np.median(ours) < 0.45
    assert 0.6 < np.percentile(ours, 95) < 0.95
    assert (ours > 1).mean() < 0.05


def test_rounds_are_driven_on_their_weekdays_between_7_and_14_h(town: Town, waste: Waste, now: datetime) -> None:
    emptied = waste.emptied(now - WEEKS, now)
    weekdays = {
        fraction: {held.weekday for held in town.rounds if held.fraction is fraction} for fraction in MEDIAN_DAILY_FILL
    }
    for row, time_s in zip(emptied.rows.tolist(), emptied.times_s.tolist(), strict=True):
        local = datetime.fromtimestamp(time_s, town.time_zone)
        assert local.isoweekday() in weekdays[town.containers[row].fraction]
        assert 6.75 <= local.hour + local.minute / 60 <= 14.25
    assert np.bincount(emptied.rows, minlength=300).tolist() == [
        4 * len(weekdays[container.fraction]) for container in town.containers
    ]


def test_a_reported_emptying_empties(town: Town, waste: Waste) -> None:
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    row = int(waste.fill_levels(np.arange(300), np.full(300, sunday.timestamp())).argmax())
    reported = waste.with_emptyings([TownEmptying(row + 1, sunday)])
    before, after = sunday - timedelta(minutes=1), sunday + timedelta(minutes=1)
    assert waste.true_fill_level(row + 1, after) > 0.5
    assert reported.true_fill_level(row + 1, before) == pytest.approx(waste.true_fill_level(row + 1, before))
    assert reported.true_fill_level(row + 1, after) < 0.1
    other = (row + 1) % 300 + 1
    assert reported.true_fill_level(other, after) == pytest.approx(waste.true_fill_level(other, after))


def test_without_the_schedule_containers_overflow_until_somebody_reports(town: Town) -> None:
    ended = datetime(2026, 11, 1, tzinfo=UTC)
    later = datetime(2026, 12, 1, tzinfo=UTC)
    left = Waste(town, schedule_until=ended)
    levels = left.fill_levels(np.arange(300), np.full(300, later.timestamp()))
    assert (levels > 1).mean() > 0.8
    assert levels.max() == MOST_FILL
    helped = Waste(town, schedule_until=ended, emptyings=[TownEmptying(5, later - timedelta(hours=2))])
    assert helped.true_fill_level(5, later) < 0.3
    assert left.true_fill_level(5, ended) == pytest.approx(Waste(town).true_fill_level(5, ended))


def test_summer_time_changes_nothing_about_local_rounds(town: Town, waste: Waste) -> None:
    # The clocks went back on 25 October 2026.
    emptied = waste.emptied(datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 10, 28, tzinfo=UTC))
    hours = {datetime.fromtimestamp(time_s, town.time_zone).hour for time_s in emptied.times_s}
    assert hours <= set(range(6, 15))
