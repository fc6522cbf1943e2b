from __future__ import annotations

from datetime import timedelta

import pytest

from domain.containers import Container, Fraction
from domain.errors import InvalidInput, NotFound
from domain.observations import Quality
from storage import containers, observations, sensors
from storage.database import Database
from storage.errors import Conflict
from tests.storage import town
from tests.storage.town import GEOMETRY, MARKET, NOON, reading


def test_containers_come_back_as_they_were_made_by_code(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        assert containers.list_for(connection, small.municipality.id) == [small.glass, small.paper]
        assert containers.get(connection, small.municipality.id, small.glass.id) == small.glass
        (site,) = containers.list_sites(connection, small.municipality.id)
    assert small.glass == Container(
        id=small.glass.id,
        municipality_id=small.municipality.id,
        site_id=site.id,
        code="glass-1",
        fraction=Fraction.GLASS,
        capacity_l=4000,
        position=MARKET,
        address="Market 1",
        geometry=GEOMETRY,
        fullness_threshold=0.8,
        service_s=180,
    )
    assert small.paper.geometry is None


def test_a_container_of_another_municipality_is_not_found(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        other = town.build(connection, code="espoo")
        with pytest.raises(NotFound, match=f"no container {small.glass.id}"):
            containers.get(connection, other.municipality.id, small.glass.id)


def test_a_site_of_another_municipality_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        other = town.build(connection, code="espoo")
        theirs = other.glass.site_id

    def create(site_id: int, code: str) -> None:
        with database.transaction() as connection:
            containers.create(
                connection,
                municipality_id=small.municipality.id,
                site_id=site_id,
                code=code,
                fraction=Fraction.GLASS,
                capacity_l=1000,
                address="",
                geometry=None,
            )

    with pytest.raises(InvalidInput, match=r"^container: .*site"):
        create(theirs, "new")
    with pytest.raises(Conflict, match="glass-1"):
        create(small.glass.site_id, "glass-1")


def test_the_fill_state_is_that_of_the_newest_good_observation_of_any_sensor(database: Database) -> None:
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
        new = binding.datastreams["fill_level"]

        def state_after(*rows: observations.Observation) -> containers.FillState:
            observations.store(connection, observations=rows)
            glass, _ = containers.fill_states(connection, small.municipality.id)
            return glass

        first = state_after(reading(small.fill_level, 0, 0.4))
        doubted = state_after(reading(new, 1, 0.9, Quality.STUCK))
        replaced = state_after(reading(new, 2, 0.5))
    assert (first.fill_level, first.sensor_device_id) == (0.4, "helsinki-1")
    assert (doubted.fill_level, doubted.quality) == (0.4, Quality.GOOD)
    assert (replaced.fill_level, replaced.sensor_device_id, replaced.observed_at) == (
        0.5,
        "new",
        NOON + timedelta(hours=2),
    )
