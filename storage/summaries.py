"""Observations by the hour and by the day: views on plain PostgreSQL, continuous aggregates on TimescaleDB."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection
from storage.rows import fetch_all


@dataclass(frozen=True, slots=True)
class Summary:
    """One hour or one day of a datastream, from ``start`` on (UTC).

    ``observations`` counts all of them and ``suspect`` those that are not good; ``minimum``, ``maximum`` and ``last``
    are of the good ones, None where there is none.
    """

    datastream_id: int
    start: datetime
    observations: int
    suspect: int
    minimum: float | None
    maximum: float | None
    last: float | None

    @property
    def suspect_share(self) -> float:
        """Which share of the observations is suspect, 0..1."""
        return self.suspect / self.observations


def hourly(
    connection: Connection, *, container_id: int, observed_property: str, start: datetime, end: datetime, limit: int
) -> list[Summary]:
    """The newest ``limit`` hours of a container that begin from ``start`` until before ``end``, oldest first.

    Each sensor that hung in the container has its own hours.
    """
    query = """
        SELECT * FROM (
            SELECT hour.datastream_id, hour.bucket AS start, hour.observations, hour.suspect, hour.minimum,
                hour.maximum, hour.last
            FROM observation_hourly AS hour
            WHERE hour.datastream_id = ANY (ARRAY(
                    SELECT id FROM datastream
                    WHERE container_id = %(container_id)s AND observed_property = %(observed_property)s
                ))
                AND hour.bucket >= %(start)s AND hour.bucket < %(end)s
            ORDER BY hour.bucket DESC, hour.datastream_id LIMIT %(limit)s
        ) AS newest ORDER BY start, datastream_id"""
    parameters = {
        "container_id": container_id,
        "observed_property": observed_property,
        "start": start,
        "end": end,
        "limit": limit,
    }
    return fetch_all(connection, Summary, query, parameters)


def daily(
    connection: Connection, *, container_id: int, observed_property: str, start: datetime, end: datetime, limit: int
) -> list[Summary]:
    """As :func:`hourly`, by days that begin at midnight UTC."""
    query = """
        SELECT * FROM (
            SELECT day.datastream_id, day.bucket AS start, day.observations, day.suspect, day.minimum, day.maximum,
                day.last
            FROM observation_daily AS day
            WHERE day.datastream_id = ANY (ARRAY(
                    SELECT id FROM datastream
                    WHERE container_id = %(container_id)s AND observed_property = %(observed_property)s
                ))
                AND day.bucket >= %(start)s AND day.bucket < %(end)s
            ORDER BY day.bucket DESC, day.datastream_id LIMIT %(limit)s
        ) AS newest ORDER BY start, datastream_id"""
    parameters = {
        "container_id": container_id,
        "observed_property": observed_property,
        "start": start,
        "end": end,
        "limit": limit,
    }
    return fetch_all(connection, Summary, query, parameters)
