from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.health import HealthState, SensorHealth
from storage import trust
from storage.database import Database
from storage.trust import FillModel
from tests.storage import town
from tests.storage.town import NOON


def test_the_newest_judgement_of_a_sensor_counts(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        owner = small.municipality.id
        state = HealthState(small.sensor.id, small.glass.id, SensorHealth.STUCK, NOON, "so it is", 0.25)
        trust.put_health(connection, municipality_id=owner, judged_at=NOON, states=[state])
        older = replace(state, health=SensorHealth.HEALTHY, trust=None)
        trust.put_health(connection, municipality_id=owner, judged_at=NOON - timedelta(days=1), states=[older])
        assert trust.health_of_sensors(connection, municipality_id=owner) == {small.sensor.id: state}
        assert trust.health_of_containers(connection, municipality_id=owner) == {small.glass.id: state}
        assert trust.health_of_containers(connection, municipality_id=owner, container_id=small.paper.id) == {}
        trust.put_health(connection, municipality_id=owner, judged_at=NOON + timedelta(days=1), states=[older])
        assert trust.health_of_sensors(connection, municipality_id=owner, sensor_ids=[small.sensor.id]) == {
            small.sensor.id: older
        }
        assert trust.health_of_sensors(connection, municipality_id=owner + 1) == {}


def test_what_was_learned_is_replaced_by_newer_only(database: Database) -> None:
    with database.transaction() as connection:
        owner = town.build(connection).municipality.id
        assert trust.get_model(connection, owner) is None
        model = FillModel(NOON, NOON, b"one")
        trust.put_model(connection, municipality_id=owner, model=model)
        trust.put_model(connection, municipality_id=owner, model=FillModel(NOON, NOON - timedelta(days=1), b"old"))
        assert trust.get_model(connection, owner) == model


def test_changes_of_capacity_and_place_are_kept_as_they_were_before(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        connection.execute("UPDATE container SET capacity_l = 2000, service_s = 60 WHERE id = %s", [small.glass.id])
        connection.execute("UPDATE container SET service_s = 70 WHERE id = %s", [small.paper.id])
    with database.transaction() as connection:
        found = trust.container_changes(connection, municipality_id=small.municipality.id, since=NOON - timedelta(9999))
    assert list(found) == [small.glass.id]
    (change,) = found[small.glass.id]
    assert (change.capacity_l, change.site_id) == (small.glass.capacity_l, small.glass.site_id)
