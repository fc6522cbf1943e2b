from __future__ import annotations

import json
from datetime import timedelta

from domain.sensors import RejectionReason
from ingest.inbox import Delivery
from ingest.interpret import MOST_DATASTREAMS
from ingest.writer import Writer
from storage import datastreams, rejections, sensors
from storage.database import Database
from storage.datastreams import DatastreamState
from tests.ingest.builders import NOW
from tests.storage import town
from tests.storage.town import SmallTown


def deliver(database: Database, device_id: str, *documents: dict[str, object]) -> None:
    topic = f"halfvol/v1/helsinki/devices/{device_id}/up"
    Writer(database).write([Delivery(topic, json.dumps(each).encode(), NOW, 0, 0) for each in documents])


def reading(hours_ago: int, **values: object) -> dict[str, object]:
    return {"phenomenonTime": (NOW - timedelta(hours=hours_ago)).isoformat(), **values}


def series(database: Database, small: SmallTown, sensor_id: int) -> dict[str, DatastreamState]:
    with database.transaction() as connection:
        found = datastreams.list_for(connection, municipality_id=small.municipality.id, sensor_id=sensor_id)
    return {each.datastream.observed_property: each for each in found}


def test_a_property_that_no_profile_lists_gets_its_datastream(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
    deliver(database, "helsinki-1", reading(2, distance=1.0, methane=12.5), reading(1, methane=13, tilt=2))
    found = series(database, small, small.sensor.id)
    assert found["methane"].result == 13
    assert found["methane"].datastream.unit == ""
    assert found["methane"].datastream.container_id == small.glass.id
    assert found["tilt"].datastream.unit == "deg"
    with database.transaction() as connection:
        assert rejections.list_recent(connection) == []


def test_a_device_that_makes_up_names_is_stopped(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
    for start in (0, 40, 80):
        names = {f"made{number}": number for number in range(start, start + 40)}
        deliver(database, "helsinki-1", reading(1, distance=1.0, **names))
    assert len(series(database, small, small.sensor.id)) == MOST_DATASTREAMS
    with database.transaction() as connection:
        kept = rejections.list_recent(connection)
    assert {each.rejection.reason for each in kept} == {RejectionReason.INVALID_VALUE}
    assert "cannot have more than 50" in kept[0].rejection.detail


def test_a_sensor_at_a_site_and_one_at_no_place(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        owner = small.municipality.id
        for device_id, site_id in (("noise-1", small.glass.site_id), ("river-1", None)):
            sensor = sensors.register(connection, municipality_id=owner, device_id=device_id, model="WS302")
            bound = sensors.bind(
                connection,
                sensor_id=sensor.id,
                site_id=site_id,
                bound_from=NOW - timedelta(days=1),
                observed_properties={"sound_level": "dB"},
            )
            assert (bound.container_id, bound.site_id) == (None, site_id)
    deliver(database, "noise-1", reading(1, soundLevel=61.5))
    deliver(database, "river-1", reading(1, waterLevel=2.31))
    with database.transaction() as connection:
        found = datastreams.list_for(connection, municipality_id=owner)
    by_device = {(each.device_id, each.datastream.observed_property): (each.result, each.position) for each in found}
    assert by_device["noise-1", "sound_level"] == (61.5, town.MARKET)
    assert by_device["river-1", "water_level"] == (2.31, None)
