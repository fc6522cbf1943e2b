"""The night's judgement, and where it is shown."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from api.planning import make_plan
from api.planning.country import country_of
from domain.health import HealthState, SensorHealth
from storage import trust
from storage.database import Database
from tests.api.client import Client, serving_town
from tests.api.planning_town import MONDAY, NOW, Bin, write_town
from tests.storage import town as small_town
from tests.storage.town import NOON, SmallTown


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        return small_town.build(connection)


@pytest.fixture
def asking(database: Database, small: SmallTown) -> Iterator[Client]:
    with serving_town(database, small.municipality.code) as client:
        yield client


@pytest.fixture
def planning_database(postgres_url: str) -> Iterator[Database]:
    with Database(postgres_url) as opened:
        yield opened


def test_the_night_judges_every_sensor_and_keeps_what_it_learned(planning_database: Database) -> None:
    database = planning_database
    town = write_town(database, [*(Bin(f"GL-{i}", 0.2 + 0.05 * i) for i in range(8)), Bin("GL-none", level=None)])
    for days in (0, 1):
        make_plan(
            database,
            municipality_code="helsinki",
            date=MONDAY + datetime.timedelta(days=days),
            time_limit_s=0.5,
            known_at=NOW + datetime.timedelta(days=days),
        )
    with database.transaction() as connection:
        states = trust.health_of_sensors(connection, municipality_id=town.municipality.id)
        model = trust.get_model(connection, town.municipality.id)
    assert len(states) == 8
    assert all(state.trust is not None and 0 <= state.trust <= 1 for state in states.values())
    assert model is not None
    assert (model.learned_at, model.known_at) == (NOW, NOW + datetime.timedelta(days=1))


def test_a_sensor_and_its_container_show_health_and_trust(asking: Client, database: Database, small: SmallTown) -> None:
    path = f"/v1/sensors/{small.sensor.id}"
    before: dict[str, Any] = asking.get(path).json()
    assert (before["health"], before["trust"]) == (None, None)
    state = HealthState(small.sensor.id, small.glass.id, SensorHealth.FALSE_ECHO, NOON, "20 % see something else", 0.58)
    with database.transaction() as connection:
        trust.put_health(connection, municipality_id=small.municipality.id, judged_at=NOON, states=[state])
    shown: dict[str, Any] = asking.get(path).json()
    assert shown["health"] == "false_echo"
    assert shown["healthSinceAt"] == "2026-11-02T12:00:00Z"
    assert shown["healthReason"] == "20 % see something else"
    assert shown["trust"] == 0.58
    container: dict[str, Any] = asking.get(f"/v1/containers/{small.glass.id}").json()["properties"]
    assert (container["sensorHealth"], container["sensorTrust"]) == ("false_echo", 0.58)


def test_holidays_are_those_of_the_time_zone() -> None:
    assert country_of("Europe/Amsterdam") == "NL"
    assert country_of("Australia/Melbourne") == "AU"
    assert country_of("Etc/UTC") is None
