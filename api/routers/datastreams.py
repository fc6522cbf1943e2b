"""Datastreams (OGC SensorThings): each a sensor's series of one observed property, and its observations."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import MunicipalityOf, Transaction
from api.identifiers import DatastreamId, OfSensor
from api.representations.base import GivenMoment, Moment, Point, Representation, camel
from api.representations.containers import ContainerObservation, observation
from domain.errors import InvalidInput
from domain.observations import Quality
from storage import datastreams
from storage.datastreams import DatastreamState

router = APIRouter(tags=["datastreams"])

PAGE = 1000
OBSERVATIONS_LIMIT = 10_000
DEFAULT_PERIOD = timedelta(days=28)


class LatestObservation(Representation):
    """The newest good observation; as long as there is none, the newest suspect one."""

    phenomenon_at: Moment
    result: float
    quality: Quality


class Datastream(Representation):
    """``unit`` is a UCUM code, null where nobody told it."""

    id: int
    sensor_id: int
    device_id: str
    container_id: int | None
    site_id: int | None
    observed_property: str
    unit: str | None
    location: Point | None
    latest_observation: LatestObservation | None


class Datastreams(Representation):
    """By id."""

    datastreams: list[Datastream]


class Observations(Representation):
    """Oldest first; ``result`` in ``unit`` (UCUM)."""

    datastream_id: int
    observed_property: str
    unit: str | None
    observations: list[ContainerObservation]


@router.get("/datastreams")
def list_datastreams(
    *,
    connection: Transaction,
    municipality: MunicipalityOf,
    sensor_id: OfSensor = None,
    observed_property: Annotated[
        str | None, Query(alias="observedProperty", description="fillLevel, soundLevel, waterLevel, ..")
    ] = None,
    after_id: Annotated[int, Query(alias="afterId", ge=0, description="Continue after this id")] = 0,
    limit: Annotated[int, Query(ge=1, le=10 * PAGE)] = PAGE,
) -> Datastreams:
    """The datastreams of the municipality with their latest observation, whatever they observe."""
    found = datastreams.list_for(
        connection,
        municipality_id=municipality.id,
        sensor_id=sensor_id,
        observed_property=None if observed_property is None else _snake(observed_property),
        after_id=after_id,
        limit=limit,
    )
    return Datastreams(datastreams=[_datastream(each) for each in found])


@router.get("/datastreams/{datastreamId}")
def get_datastream(datastream_id: DatastreamId, connection: Transaction, municipality: MunicipalityOf) -> Datastream:
    """One datastream with its latest observation."""
    return _datastream(datastreams.get(connection, municipality_id=municipality.id, datastream_id=datastream_id))


@router.get("/datastreams/{datastreamId}/observations")
def list_observations(
    *,
    datastream_id: DatastreamId,
    connection: Transaction,
    municipality: MunicipalityOf,
    start_at: Annotated[GivenMoment | None, Query(alias="startAt", description="Default: 28 days before endAt")] = None,
    end_at: Annotated[GivenMoment | None, Query(alias="endAt", description="Default: now")] = None,
    limit: Annotated[int, Query(ge=1, le=OBSERVATIONS_LIMIT, description="Only the newest so many")] = 1000,
) -> Observations:
    """What was observed: good and suspect values, each with its quality."""
    state = datastreams.get(connection, municipality_id=municipality.id, datastream_id=datastream_id)
    end = end_at or datetime.now(UTC)
    start = start_at or end - DEFAULT_PERIOD
    if start >= end:
        raise InvalidInput("startAt must be before endAt")
    found = datastreams.observations(connection, datastream_id=datastream_id, start=start, end=end, limit=limit)
    return Observations(
        datastream_id=datastream_id,
        observed_property=camel(state.datastream.observed_property),
        unit=state.datastream.unit or None,
        observations=[observation(each) for each in found],
    )


def _datastream(state: DatastreamState) -> Datastream:
    datastream = state.datastream
    latest = None
    if state.result is not None and state.observed_at is not None and state.quality is not None:
        latest = LatestObservation(phenomenon_at=state.observed_at, result=state.result, quality=state.quality)
    return Datastream(
        id=datastream.id,
        sensor_id=datastream.sensor_id,
        device_id=state.device_id,
        container_id=datastream.container_id,
        site_id=datastream.site_id,
        observed_property=camel(datastream.observed_property),
        unit=datastream.unit or None,
        location=None if state.position is None else Point.of(state.position),
        latest_observation=latest,
    )


def _snake(name: str) -> str:
    """``soundLevel`` -> ``sound_level``."""
    if not re.fullmatch(r"[a-z][a-zA-Z0-9]{0,62}", name):
        raise InvalidInput(f'observedProperty "{name}" is not a name in camelCase')
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)
