from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from simulators.devices import MODELS
from simulators.measure import Measuring, Readings
from simulators.sensors import Fault
from simulators.town import Town
from simulators.waste import Waste

DAYS = 28


@pytest.fixture(scope="module")
def waste(town: Town) -> Waste:
    return Waste(town)


@pytest.fixture(scope="module")
def readings(town: Town, waste: Waste, now: datetime) -> Readings:
    """Every sensor, every hour, four weeks: (sensors * hours,) in this order."""
    hours = int((now - timedelta(days=DAYS)).timestamp()) + 3600 * np.arange(DAYS * 24)
    sensors = np.repeat(np.arange(len(town.sensors)), len(hours))
    return Measuring(town).read(waste, sensors, np.tile(hours, len(town.sensors)))


def by_sensor(town: Town, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray:  # type: ignore[type-arg]
    return values.reshape(len(town.sensors), -1)


def having(town: Town, *faults: Fault) -> list[int]:
    return [i for i, sensor in enumerate(town.sensors) if sensor.fault in faults]


def geometry_of(town: Town, sensor: int, name: str) -> float:
    geometry = town.containers[town.sensors[sensor].container_id - 1].geometry
    assert geometry is not None
    return getattr(geometry, name)


def test_the_same_reading_can_be_taken_again(town: Town, waste: Waste, readings: Readings) -> None:
    some = np.array([3, 70_000, 150_000])
    again = Measuring(town).read(Waste(town), readings.sensors[some], readings.times_s[some])
    assert again.distance_m == pytest.approx(readings.distance_m[some])
    assert again.battery_v == pytest.approx(readings.battery_v[some])


def test_good_sensors_see_the_waste_within_two_centimetres(town: Town, waste: Waste, readings: Readings) -> None:
    true = waste.fill_levels(Measuring(town).rows[readings.sensors], readings.times_s.astype(float))
    heights = by_sensor(town, true)
    seen = by_sensor(town, readings.distance_m)
    for sensor in having(town, Fault.NONE)[:40]:
        geometry = town.containers[town.sensors[sensor].container_id - 1].geometry
        assert geometry is not None
        expected = np.array([geometry.distance_m(level) for level in heights[sensor]])
        visible = expected > MODELS[town.sensors[sensor].model].least_distance_m + 0.1
        residual = (seen[sensor] - expected)[visible]
        ordinary = np.abs(residual) < 0.15
        assert ordinary.mean() > 0.99
        assert residual[ordinary].std() == pytest.approx(0.021, abs=0.003)


def test_distances_have_the_models_resolution_and_range(town: Town, readings: Readings) -> None:
    seen = by_sensor(town, readings.distance_m)
    for sensor in having(town, Fault.NONE, Fault.FALSE_ECHO):
        model = MODELS[town.sensors[sensor].model]
        steps = seen[sensor] / model.resolution_m
        assert np.abs(steps - steps.round()).max() < 1e-6
        assert seen[sensor].min() >= model.least_distance_m
        assert seen[sensor].max() <= model.no_echo_m


def test_false_echoes_jump_more_often_than_good_sensors(town: Town, readings: Readings) -> None:
    jumps = (np.abs(np.diff(by_sensor(town, readings.distance_m))) > 0.15).sum(axis=1) / DAYS
    assert jumps[having(town, Fault.FALSE_ECHO)].mean() == pytest.approx(1.35, abs=0.4)
    assert jumps[having(town, Fault.NONE)].mean() < 0.6
    seen = by_sensor(town, readings.distance_m)[having(town, Fault.FALSE_ECHO)]
    assert (np.abs(seen - 0.6) < 0.03).mean() > 0.15


def test_a_stuck_sensor_always_says_the_same(town: Town, readings: Readings) -> None:
    seen = by_sensor(town, readings.distance_m)
    for sensor in having(town, Fault.STUCK):
        assert len(set(seen[sensor].tolist())) == 1


def test_now_and_then_there_is_no_echo(town: Town, readings: Readings) -> None:
    deepest = np.array([geometry_of(town, i, "empty_distance_m") for i in range(len(town.sensors))])
    silent = by_sensor(town, readings.distance_m) > deepest[:, None] + 0.15
    assert silent[having(town, Fault.NONE)].mean() == pytest.approx(0.002, abs=0.001)
    assert silent[having(town, Fault.FALSE_ECHO)].mean() == pytest.approx(0.01, abs=0.004)


def test_battery_voltage_follows_the_temperature(town: Town, readings: Readings) -> None:
    volts, degrees = by_sensor(town, readings.battery_v), by_sensor(town, readings.temperature_c)
    related = [np.corrcoef(volts[i], degrees[i])[0, 1] for i in range(len(town.sensors))]
    assert np.mean(related) == pytest.approx(0.84, abs=0.06)
    assert 3.3 < volts.min() < volts.max() < 3.8
    assert ((readings.battery_level >= 0) & (readings.battery_level <= 1)).all()


def test_november_in_helsinki_is_colder_than_july(town: Town, waste: Waste, now: datetime) -> None:
    everyone = np.arange(len(town.sensors))

    def mean_in(month: int) -> float:
        days = [datetime(2026, month, day, 12, tzinfo=now.tzinfo) for day in range(1, 29)]
        return float(
            np.mean(
                [
                    Measuring(town)
                    .read(waste, everyone, np.full(len(everyone), int(day.timestamp())))
                    .temperature_c.mean()
                    for day in days
                ]
            )
        )

    assert mean_in(7) > 14
    assert -4 < mean_in(11) < 8


def test_sensors_are_tilted_only_while_their_container_is_lifted(town: Town, waste: Waste, now: datetime) -> None:
    emptied = waste.emptied(now - timedelta(days=7), now)
    measuring = Measuring(town)
    sensor_of = {row: i for i, row in enumerate(measuring.rows.tolist())}
    known = [i for i, row in enumerate(emptied.rows.tolist()) if row in sensor_of]
    sensors = np.array([sensor_of[emptied.rows[i]] for i in known])
    times = emptied.times_s[known].astype(np.int64)
    assert (measuring.read(waste, sensors, times).tilt_deg >= 60).all()
    assert (measuring.read(waste, sensors, times + 3600).tilt_deg < 10).all()
