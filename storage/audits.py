"""What arrived of a sensor and what is missing: the ledger, judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.completeness import Completeness, completeness
from domain.containers import Municipality
from domain.errors import InvalidInput, NotFound
from storage import sensors, uplinks
from storage.database import Connection
from storage.rows import fetch_value


def audit(
    connection: Connection,
    *,
    municipality: Municipality,
    device_id: str,
    start: datetime,
    end: datetime,
    reporting_intervals_s: Mapping[str, int],
) -> Completeness:
    """Judge what a sensor of a municipality sent from ``start`` until before ``end``, by days of its time zone.

    Parameters
    ----------
    reporting_intervals_s
        Seconds between two messages of each model, for sensors that do not show their own.

    Raises
    ------
    NotFound
        When the municipality has no such sensor.
    InvalidInput
        When the period is none: it is empty, begins in the future, or is longer than ten years.
    """
    sensor = sensors.get(connection, device_id)
    if sensor.municipality_id != municipality.id:
        raise NotFound(f"there is no sensor {device_id!r}")
    end = min(end, datetime.now(UTC))
    if start >= end:
        raise InvalidInput("the period must begin before it ends, and in the past")
    if (end - start).days > 3660:
        raise InvalidInput("the period is longer than ten years", remedy="ask for a shorter one")
    entries = uplinks.of_sensor(connection, sensor_id=sensor.id, start=start, end=end)
    if not entries:
        # One that was never heard can be missed only since it hangs somewhere.
        bound_from = fetch_value(connection, "SELECT min(bound_from) FROM binding WHERE sensor_id = %s", [sensor.id])
        start = start if bound_from is None else min(max(start, bound_from), end)
    return completeness(
        entries,
        start=start,
        end=end,
        zone=ZoneInfo(municipality.time_zone),
        interval_s=reporting_intervals_s.get(sensor.model),
    )
