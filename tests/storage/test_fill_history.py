from __future__ import annotations

from datetime import timedelta

import numpy as np

from domain.observations import Quality
from storage import observations, sensors
from storage.database import Database
from storage.observations import fill_history
from tests.storage import town
from tests.storage.town import NOON, reading


def test_the_series_equal_what_is_stored(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        town.build(connection, code="espoo")
        rows = [
            reading(small.fill_level, 2, 0.75, Quality.SPIKE),
            reading(small.fill_level, 0, 0.25),
            reading(small.fill_level, 1.5, -0.5),
            reading(small.distance, 1, 1.25),
        ]
        observations.store(connection, observations=rows)
        history = fill_history(connection, municipality_id=small.municipality.id, since=NOON)
    assert list(history) == [small.glass.id]
    series = history[small.glass.id]
    np.testing.assert_array_equal(series.times_s, NOON.timestamp() + np.array([0, 5400, 7200]))
    np.testing.assert_array_equal(series.levels, [0.25, -0.5, 0.75])
    np.testing.assert_array_equal(series.good, [True, True, False])
    assert series.levels.dtype == np.float64


def test_it_begins_at_since_and_is_empty_without_observations(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        observations.store(connection, observations=[reading(small.fill_level, hour, 0.5) for hour in range(4)])
        later = fill_history(connection, municipality_id=small.municipality.id, since=NOON + timedelta(hours=2))
        never = fill_history(connection, municipality_id=small.municipality.id, since=NOON + timedelta(days=2))
    assert len(later[small.glass.id].times_s) == 2
    assert never == {}


def test_two_sensors_of_one_container_make_one_series_in_order(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        successor = sensors.register(connection, municipality_id=small.municipality.id, device_id="new", model="LDDS45")
        binding = sensors.bind(
            connection,
            sensor_id=successor.id,
            container_id=small.glass.id,
            bound_from=NOON,
            observed_properties=town.PROPERTIES,
        )
        rows = [
            reading(stream, hour, hour / 10)
            for stream, hours in ((small.fill_level, (0, 2, 4)), (binding.datastreams["fill_level"], (1, 3, 5)))
            for hour in hours
        ]
        observations.store(connection, observations=rows)
        series = fill_history(connection, municipality_id=small.municipality.id, since=NOON)[small.glass.id]
    np.testing.assert_array_equal(series.levels, np.arange(6) / 10)
