from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import InvalidInput, NotFound
from storage import sensors
from storage.database import Database
from storage.errors import Conflict
from tests.storage import town
from tests.storage.town import GEOMETRY, LONG_AGO, NOON, PROPERTIES


def test_a_device_comes_with_its_bindings_geometry_and_datastreams(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        (device,) = sensors.devices(connection)
    assert device.sensor == small.sensor
    assert device.bindings == (small.binding,)
    assert small.binding.geometry == GEOMETRY
    assert set(small.binding.datastreams) == {"fill_level", "distance"}
    assert device.binding_at(LONG_AGO - timedelta(seconds=1)) is None


def test_binding_elsewhere_ends_the_running_binding_with_datastreams_of_its_own(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        moved = sensors.bind(
            connection,
            sensor_id=small.sensor.id,
            container_id=small.paper.id,
            bound_from=NOON,
            observed_properties=PROPERTIES,
        )
        back = sensors.bind(
            connection,
            sensor_id=small.sensor.id,
            container_id=small.glass.id,
            bound_from=NOON + timedelta(days=1),
            observed_properties=PROPERTIES,
        )
        (device,) = sensors.devices(connection)
    assert [binding.bound_until for binding in device.bindings] == [NOON, NOON + timedelta(days=1), None]
    assert moved.geometry is None
    assert not set(moved.datastreams.values()) & set(small.binding.datastreams.values())
    assert back.datastreams == small.binding.datastreams


def test_binding_again_as_it_is_bound_changes_nothing(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        again = sensors.bind(
            connection,
            sensor_id=small.sensor.id,
            container_id=small.glass.id,
            bound_from=LONG_AGO,
            observed_properties=PROPERTIES,
        )
    assert again == small.binding


def test_a_binding_before_the_running_one_is_a_conflict(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        with pytest.raises(Conflict, match=r"hangs in container .* already"):
            sensors.bind(
                connection,
                sensor_id=small.sensor.id,
                container_id=small.paper.id,
                bound_from=LONG_AGO - timedelta(days=1),
                observed_properties=PROPERTIES,
            )


def test_a_container_of_another_municipality_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        other = town.build(connection, code="espoo")

    def bind() -> None:
        with database.transaction() as connection:
            sensors.bind(
                connection,
                sensor_id=small.sensor.id,
                container_id=other.glass.id,
                bound_from=NOON,
                observed_properties=PROPERTIES,
            )

    with pytest.raises(InvalidInput, match="container"):
        bind()


def test_a_device_is_registered_once_over_all_municipalities(database: Database) -> None:
    with database.transaction() as connection:
        town.build(connection)
        other = town.build(connection, code="espoo").municipality

    def register() -> None:
        with database.transaction() as connection:
            sensors.register(connection, municipality_id=other.id, device_id="helsinki-1", model="LDDS45")

    with pytest.raises(Conflict, match="helsinki-1"):
        register()


def test_many_are_registered_and_bound_at_once(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        registered = sensors.register_many(
            connection,
            municipality_id=small.municipality.id,
            sensors=[
                sensors.NewSensor("b", "LDDS45", small.paper.id, NOON, PROPERTIES),
                sensors.NewSensor("a", "EM310-UDL"),
            ],
        )
        devices = {device.sensor.device_id: device for device in sensors.devices(connection)}
    assert [sensor.device_id for sensor in registered] == ["b", "a"]
    assert devices["a"].bindings == ()
    (binding,) = devices["b"].bindings
    assert (binding.container_id, binding.bound_from, set(binding.datastreams)) == (
        small.paper.id,
        NOON,
        set(PROPERTIES),
    )


def test_the_version_grows_with_every_change_and_shows_at_its_commit(database: Database) -> None:
    def version() -> int:
        with database.transaction() as connection:
            return sensors.devices_version(connection)

    before = version()
    with database.transaction() as connection:
        small = town.build(connection)
        assert version() == before
    registered = version()
    assert registered > before
    with database.transaction() as connection:
        connection.execute("UPDATE container SET empty_distance_m = 3 WHERE id = %s", [small.glass.id])
    assert version() > registered


def test_an_unknown_device_is_named(database: Database) -> None:
    with database.transaction() as connection, pytest.raises(NotFound, match="no sensor 'ghost'"):
        sensors.get(connection, "ghost")


def test_datastreams_are_never_deleted(database: Database) -> None:
    with database.transaction() as connection:
        town.build(connection)
    with pytest.raises(Exception, match="never deleted"), database.transaction() as connection:
        connection.execute("DELETE FROM datastream")
