from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from simulators.reception import SILENT_CYCLE_DAYS, SILENT_DAYS, Reception
from simulators.sensors import SOURCE_SHARES, Fault
from simulators.town import Town

HOURS = 24 * 365


@pytest.fixture(scope="module")
def year(town: Town, now: datetime) -> np.ndarray:  # type: ignore[type-arg]
    """Whether each sensor works, every hour of a year: (sensors, hours)."""
    hours = int(now.timestamp()) - 3600 * np.arange(HOURS, 0, -1)
    sensors = np.repeat(np.arange(len(town.sensors)), HOURS)
    return Reception(town).awake(sensors, np.tile(hours, len(town.sensors))).reshape(-1, HOURS)


def test_as_many_messages_arrive_as_in_the_field(town: Town, year: np.ndarray, now: datetime) -> None:  # type: ignore[type-arg]
    reception = Reception(town)
    hours = int(now.timestamp()) - 3600 * np.arange(HOURS, 0, -1)
    sensors = np.repeat(np.arange(len(town.sensors)), HOURS)
    arrives = reception.arrives(sensors, np.tile(hours, len(town.sensors))).reshape(-1, HOURS)
    ordinary = [i for i, sensor in enumerate(town.sensors) if sensor.fault is not Fault.SILENT]
    assert (year & arrives)[ordinary].mean() == pytest.approx(0.805, abs=0.015)


def test_sensors_fall_silent_as_often_and_as_long_as_in_the_field(town: Town, year: np.ndarray) -> None:  # type: ignore[type-arg]
    lengths: list[int] = []
    ordinary = [i for i, sensor in enumerate(town.sensors) if sensor.fault is not Fault.SILENT]
    for row in year[ordinary]:
        edges = np.flatnonzero(np.diff(np.concatenate([[True], row, [True]]).astype(int)))
        lengths += (edges[1::2] - edges[::2]).tolist()
    # 14 of its own and 5 with its network; some run into each other
    assert len(lengths) / len(ordinary) == pytest.approx(18, abs=2)
    assert np.median(lengths) == pytest.approx(14, abs=3)
    assert np.percentile(lengths, 90) == pytest.approx(50, abs=10)


def test_networks_fail_as_a_whole_a_few_times_a_year(town: Town, year: np.ndarray) -> None:  # type: ignore[type-arg]
    for source in SOURCE_SHARES:
        members = [i for i, sensor in enumerate(town.sensors) if sensor.source is source]
        down = ~year[members].any(axis=0)
        assert 4 <= (np.diff(down.astype(int), prepend=0) == 1).sum() <= 6
        assert 5 * 6 <= down.sum() <= 6 * 42


def test_a_silent_sensor_says_nothing_for_days(town: Town, year: np.ndarray) -> None:  # type: ignore[type-arg]
    for i, sensor in enumerate(town.sensors):
        if sensor.fault is Fault.SILENT:
            assert year[i].mean() == pytest.approx(0.945 * (1 - SILENT_DAYS / SILENT_CYCLE_DAYS), abs=0.06)


def test_one_in_a_hundred_comes_twice_and_few_are_late(town: Town, now: datetime) -> None:
    reception = Reception(town)
    times = int(now.timestamp()) - 3600 * np.arange(200_000)
    sensors = np.arange(200_000) % len(town.sensors)
    again = reception.duplicates_after_s(sensors, times)
    assert (again > 0).mean() == pytest.approx(0.01, abs=0.001)
    assert again.max() < 62
    delays = reception.delays_s(sensors, times, may_be_late=np.arange(200_000) % 2 == 0)
    assert (delays > 10).mean() == pytest.approx(0.002, abs=0.0005)
    assert (delays[1::2] < 3).all()
    assert delays.min() > 1.5
