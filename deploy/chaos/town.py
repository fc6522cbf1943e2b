"""The municipalities of a torture run: one for each ingest process, and a sensor for each publisher."""

from __future__ import annotations

from deploy.chaos.messages import BEGIN, ChaosSensor
from domain.containers import ContainerGeometry, Fraction
from domain.geography import Bounds, Position
from ingest.sensors import PROFILES
from storage import containers, municipalities, sensors
from storage.database import Connection, Database

MODEL = "Single Sensor"


def register(database: Database, *, municipality_codes: list[str], sensor_count: int) -> list[ChaosSensor]:
    """Enter the municipalities, and the sensors among them in turn."""
    with database.transaction() as connection:
        towns = {code: _municipality(connection, code) for code in municipality_codes}
        return [
            _sensor(connection, code=code, towns=towns, number=number)
            for number in range(sensor_count)
            for code in [municipality_codes[number % len(municipality_codes)]]
        ]


def _municipality(connection: Connection, code: str) -> tuple[int, int]:
    town = municipalities.create(
        connection, code=code, name=code, time_zone="Europe/Amsterdam", bounds=Bounds(4, 51, 5, 53)
    )
    position = Position(4.5, 52.0)
    site = containers.create_site(connection, municipality_id=town.id, code="site", name="Site", position=position)
    return town.id, site.id


def _sensor(connection: Connection, *, code: str, towns: dict[str, tuple[int, int]], number: int) -> ChaosSensor:
    municipality_id, site_id = towns[code]
    device_id = f"{code}-sensor-{number}"
    container = containers.create(
        connection,
        municipality_id=municipality_id,
        site_id=site_id,
        code=f"container-{number}",
        fraction=Fraction.GLASS,
        capacity_l=3000,
        address="Street 1",
        geometry=ContainerGeometry(empty_distance_m=2.0, full_distance_m=0.2),
        fullness_threshold=0.7,
        service_s=120,
    )
    sensor = sensors.register(connection, municipality_id=municipality_id, device_id=device_id, model=MODEL)
    sensors.bind(
        connection,
        sensor_id=sensor.id,
        container_id=container.id,
        bound_from=BEGIN,
        observed_properties=PROFILES[MODEL].units,
    )
    return ChaosSensor(code, device_id, container.id, municipality_id)
