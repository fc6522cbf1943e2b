"""Voltages by samples, and what was judged of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from domain.observations import Observation, Quality
from storage import batteries, observations, sensors
from storage.batteries import BatteryState
from storage.database import Database
from tests.storage import town
from tests.storage.town import NOON, reading


def test_one_voltage_of_each_interval_with_the_temperature_beside_it(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        device = sensors.register(connection, municipality_id=small.municipality.id, device_id="b", model="LDDS45")
        streams = sensors.bind(
            connection,
            sensor_id=device.id,
            container_id=small.paper.id,
            bound_from=NOON,
            observed_properties={"battery_voltage": "V", "temperature": "Cel"},
        ).datastreams
        rows: list[Observation] = []
        for hour in range(1, 48):
            rows.append(reading(streams["battery_voltage"], hour, 3.6 - hour / 100))
            if hour != 11:
                rows.append(reading(streams["temperature"], hour, float(hour)))
        rows.append(reading(streams["battery_voltage"], 0, 9.9, Quality.RANGE))
        observations.store(connection, observations=rows)

        def sampled(hours: int):
            return batteries.sampled_voltages(
                connection,
                municipality_id=small.municipality.id,
                since=NOON,
                until=NOON + timedelta(hours=50),
                every=timedelta(hours=hours),
            )

        found = sampled(10)
        assert list(found) == [device.id]
        np.testing.assert_allclose(found[device.id].volts, [3.59, 3.5, 3.4, 3.3, 3.2])
        np.testing.assert_array_equal(found[device.id].degrees, [1, 10, 20, 30, 40])
        np.testing.assert_array_equal(sampled(11)[device.id].degrees, [1, np.nan, 22, 33])


def test_the_newest_judgement_of_a_battery_counts(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        owner = small.municipality.id
        state = BatteryState(small.sensor.id, 3.2, 3.6, low=True)
        batteries.put(connection, municipality_id=owner, judged_at=NOON, states=[state])
        older = replace(state, voltage_v=3.5)
        batteries.put(connection, municipality_id=owner, judged_at=NOON - timedelta(days=1), states=[older])
        assert batteries.states_of(connection, municipality_id=owner) == {small.sensor.id: state}
        assert batteries.states_of(connection, municipality_id=owner, sensor_ids=[]) == {}
        newer = replace(state, voltage_v=3.61, first_v=3.61, low=False)
        batteries.put(connection, municipality_id=owner, judged_at=NOON + timedelta(days=1), states=[newer])
        assert batteries.states_of(connection, municipality_id=owner, sensor_ids=[small.sensor.id]) == {
            small.sensor.id: newer
        }
