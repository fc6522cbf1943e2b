"""Sensors of every kind, and where they hang."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.dependencies import MunicipalityOf, Transaction
from api.representations.base import Moment, Point, Representation
from storage import datastreams
from storage.datastreams import PlacedSensor

router = APIRouter(tags=["sensors"])

PAGE = 1000


class Sensor(Representation):
    """A device. It hangs in a container, at a site, or (both null) belongs to the municipality only."""

    id: int
    device_id: str
    model: str
    container_id: int | None
    site_id: int | None
    bound_at: Moment | None
    location: Point | None


class Sensors(Representation):
    """By id."""

    sensors: list[Sensor]


@router.get("/sensors")
def list_sensors(
    connection: Transaction,
    municipality: MunicipalityOf,
    after_id: Annotated[int, Query(alias="afterId", ge=0, description="Continue after this id")] = 0,
    limit: Annotated[int, Query(ge=1, le=10 * PAGE)] = PAGE,
) -> Sensors:
    """The sensors of the municipality, whatever they observe."""
    found = datastreams.sensors(connection, municipality_id=municipality.id, after_id=after_id, limit=limit)
    return Sensors(sensors=[_sensor(each) for each in found])


@router.get("/sensors/{sensorId}")
def get_sensor(
    sensor_id: Annotated[int, Path(alias="sensorId")], connection: Transaction, municipality: MunicipalityOf
) -> Sensor:
    """One sensor."""
    return _sensor(datastreams.sensor(connection, municipality_id=municipality.id, sensor_id=sensor_id))


def _sensor(each: PlacedSensor) -> Sensor:
    bound_at: datetime | None = each.bound_from
    return Sensor(
        id=each.id,
        device_id=each.device_id,
        model=each.model,
        container_id=each.container_id,
        site_id=each.site_id,
        bound_at=bound_at,
        location=None if each.position is None else Point.of(each.position),
    )
