"""Sensors of every kind, and where they hang."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.dependencies import MunicipalityOf, Transaction
from api.identifiers import SensorId
from api.representations.base import Moment, Point, Representation, Share
from domain.health import HealthState, SensorHealth
from storage import batteries, datastreams, trust
from storage.batteries import BatteryState
from storage.datastreams import PlacedSensor

router = APIRouter(tags=["sensors"])

PAGE = 1000


class SensorBattery(Representation):
    """Judged each week at equal temperature: a cold night is not an empty battery."""

    voltage_v: float = Field(description="Volts at 10 degrees Celsius, now")
    first_voltage_v: float = Field(description="The same when it was first judged, or when its cell was renewed")
    low: bool


class Sensor(Representation):
    """A device. It hangs in a container, at a site, or (both null) belongs to the municipality only.

    ``health`` and ``trust`` are judged each night from the readings of a container; null before the first night
    and for sensors elsewhere.
    """

    id: int
    device_id: str
    model: str
    container_id: int | None
    site_id: int | None
    bound_at: Moment | None
    location: Point | None
    health: SensorHealth | None = Field(description="What is wrong with it, the worst first")
    health_since_at: Moment | None = Field(description="As far as the readings that were looked at reach back")
    health_reason: str | None = Field(description="One sentence with figures, in English")
    trust: Share | None = Field(description="Probability that its next reading is within 10 points of the truth")
    battery: SensorBattery | None


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
    states = trust.health_of_sensors(connection, municipality_id=municipality.id)
    cells = batteries.states_of(connection, municipality_id=municipality.id)
    return Sensors(sensors=[_sensor(each, states.get(each.id), cells.get(each.id)) for each in found])


@router.get("/sensors/{sensorId}")
def get_sensor(sensor_id: SensorId, connection: Transaction, municipality: MunicipalityOf) -> Sensor:
    """One sensor."""
    found = datastreams.sensor(connection, municipality_id=municipality.id, sensor_id=sensor_id)
    states = trust.health_of_sensors(connection, municipality_id=municipality.id, sensor_ids=[sensor_id])
    cells = batteries.states_of(connection, municipality_id=municipality.id, sensor_ids=[sensor_id])
    return _sensor(found, states.get(sensor_id), cells.get(sensor_id))


def _sensor(each: PlacedSensor, state: HealthState | None, battery: BatteryState | None) -> Sensor:
    bound_at: datetime | None = each.bound_from
    return Sensor(
        id=each.id,
        device_id=each.device_id,
        model=each.model,
        container_id=each.container_id,
        site_id=each.site_id,
        bound_at=bound_at,
        location=None if each.position is None else Point.of(each.position),
        health=None if state is None else state.health,
        health_since_at=None if state is None else state.since,
        health_reason=None if state is None else state.reason,
        trust=None if state is None else state.trust,
        battery=None
        if battery is None
        else SensorBattery(voltage_v=battery.voltage_v, first_voltage_v=battery.first_v, low=battery.low),
    )
