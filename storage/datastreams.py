"""Sensors and their datastreams, of whatever they observe, with the latest observation of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotFound
from domain.geography import Position
from domain.observations import Datastream, JudgedObservation, Quality
from storage.database import Connection
from storage.observations import observation_of_row
from storage.rows import fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class DatastreamState:
    """A datastream, the device and place that it belongs to, and its latest observation (None: there is none yet)."""

    datastream: Datastream
    device_id: str
    position: Position | None
    result: float | None
    observed_at: datetime | None
    quality: Quality | None


@dataclass(frozen=True, slots=True)
class PlacedSensor:
    """A sensor and where it hangs now: in a container, at a site, or neither."""

    id: int
    device_id: str
    model: str
    container_id: int | None
    site_id: int | None
    bound_from: datetime | None
    position: Position | None


def list_for(
    connection: Connection,
    *,
    municipality_id: int,
    sensor_id: int | None = None,
    observed_property: str | None = None,
    after_id: int = 0,
    limit: int = 10_000,
) -> list[DatastreamState]:
    """The datastreams of a municipality, perhaps of one sensor or one observed property, by id."""
    query = """
        SELECT
            datastream.id, datastream.sensor_id, datastream.container_id, datastream.site_id,
            datastream.observed_property, datastream.unit, sensor.device_id, site.lon, site.lat,
            latest.result, latest.phenomenon_time AS observed_at, latest.quality::text
        FROM datastream
        JOIN sensor ON sensor.id = datastream.sensor_id
        LEFT JOIN container ON container.id = datastream.container_id
        LEFT JOIN site ON site.id = coalesce(datastream.site_id, container.site_id)
        LEFT JOIN latest_observation AS latest ON latest.datastream_id = datastream.id
        WHERE datastream.municipality_id = %(municipality_id)s AND datastream.id > %(after_id)s
            AND (%(sensor_id)s::bigint IS NULL OR datastream.sensor_id = %(sensor_id)s)
            AND (%(observed_property)s::text IS NULL OR datastream.observed_property = %(observed_property)s)
        ORDER BY datastream.id LIMIT %(limit)s"""
    parameters = {
        "municipality_id": municipality_id,
        "sensor_id": sensor_id,
        "observed_property": observed_property,
        "after_id": after_id,
        "limit": limit,
    }
    return fetch_all(connection, _state, query, parameters)


def get(connection: Connection, *, municipality_id: int, datastream_id: int) -> DatastreamState:
    """One datastream.

    Raises
    ------
    NotFound
        When this municipality has no such datastream.
    """
    found = list_for(connection, municipality_id=municipality_id, after_id=datastream_id - 1, limit=1)
    if not found or found[0].datastream.id != datastream_id:
        raise NotFound(f"there is no datastream {datastream_id}")
    return found[0]


def observations(
    connection: Connection, *, datastream_id: int, start: datetime, end: datetime, limit: int
) -> list[JudgedObservation]:
    """The newest ``limit`` observations of a datastream from ``start`` until before ``end``, oldest first."""
    query = """
        SELECT
            datastream_id, phenomenon_time, result, received_at, quality::text, server_timed, received_quality::text,
            cleaned
        FROM (
            SELECT * FROM observation
            WHERE datastream_id = %s AND phenomenon_time >= %s AND phenomenon_time < %s
            ORDER BY phenomenon_time DESC LIMIT %s
        ) AS newest ORDER BY phenomenon_time"""
    return fetch_all(connection, observation_of_row, query, [datastream_id, start, end, limit])


_PLACED = """
    SELECT
        sensor.id, sensor.device_id, sensor.model, now.container_id, now.site_id, now.bound_from, site.lon, site.lat
    FROM sensor
    LEFT JOIN binding AS now ON now.sensor_id = sensor.id AND now.bound_until IS NULL
    LEFT JOIN container ON container.id = now.container_id
    LEFT JOIN site ON site.id = coalesce(now.site_id, container.site_id)
    WHERE sensor.municipality_id = %(municipality_id)s"""


def sensors(
    connection: Connection, *, municipality_id: int, after_id: int = 0, limit: int = 10_000
) -> list[PlacedSensor]:
    """The sensors of a municipality and where they hang now, by id."""
    query = _PLACED + " AND sensor.id > %(after_id)s ORDER BY sensor.id LIMIT %(limit)s"
    parameters = {"municipality_id": municipality_id, "after_id": after_id, "limit": limit}
    return fetch_all(connection, _placed, query, parameters)


def sensor(connection: Connection, *, municipality_id: int, sensor_id: int) -> PlacedSensor:
    """One sensor.

    Raises
    ------
    NotFound
        When this municipality has no such sensor.
    """
    query = _PLACED + " AND sensor.id = %(sensor_id)s"
    found = fetch_one(connection, _placed, query, {"municipality_id": municipality_id, "sensor_id": sensor_id})
    if found is None:
        raise NotFound(f"there is no sensor {sensor_id}")
    return found


def _position(lon: float | None, lat: float | None) -> Position | None:
    return None if lon is None or lat is None else Position(lon, lat)


def _state(
    *,
    id: int,
    sensor_id: int,
    container_id: int | None,
    site_id: int | None,
    observed_property: str,
    unit: str,
    device_id: str,
    lon: float | None,
    lat: float | None,
    result: float | None,
    observed_at: datetime | None,
    quality: str | None,
) -> DatastreamState:
    datastream = Datastream(id, sensor_id, container_id, observed_property, unit, site_id)
    judged = None if quality is None else Quality(quality)
    return DatastreamState(datastream, device_id, _position(lon, lat), result, observed_at, judged)


def _placed(
    *,
    id: int,
    device_id: str,
    model: str,
    container_id: int | None,
    site_id: int | None,
    bound_from: datetime | None,
    lon: float | None,
    lat: float | None,
) -> PlacedSensor:
    return PlacedSensor(id, device_id, model, container_id, site_id, bound_from, _position(lon, lat))
