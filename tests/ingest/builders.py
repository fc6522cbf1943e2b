"""Small registered devices for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.containers import ContainerGeometry
from domain.sensors import Binding, Device, Sensor
from ingest.registry import Registered
from ingest.sensors import PROFILES

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MONTH_AGO = NOW - timedelta(days=30)
GEOMETRY = ContainerGeometry(empty_distance_m=2.0, full_distance_m=0.2)
STREAMS = ("fill_level", "distance", "temperature", "battery_voltage", "battery_level", "tilt", "tilted")
DATASTREAMS = {name: number for number, name in enumerate(STREAMS, 1)}
NAMES = {number: name for name, number in DATASTREAMS.items()}


def device(
    device_id: str = "bin-7",
    model: str = "Single Sensor",
    *,
    bound_from: datetime = MONTH_AGO,
    bound_until: datetime | None = None,
    geometry: ContainerGeometry | None = GEOMETRY,
) -> Device:
    streams = DATASTREAMS | {name: 100 for name in PROFILES[model].units if name not in DATASTREAMS}
    sensor = Sensor(id=1, municipality_id=1, device_id=device_id, model=model)
    return Device(sensor, (Binding(1, bound_from, bound_until, geometry, streams),))


def registered(*devices: Device) -> Registered:
    return Registered({each.sensor.device_id: each for each in devices}, {1: "town"})
