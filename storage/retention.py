"""Letting go of what is older than stated: kept messages, the ledger of uplinks, and a municipality's observations.

On TimescaleDB whole chunks are dropped where nobody needs anything of them; the rest is deleted row by row, in steps
that each hold their locks briefly. The aggregates lose the same hours and days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from domain.errors import InvalidInput
from storage.database import Connection, address, connect
from storage.errors import translated
from storage.rows import fetch_value

STEP_ROWS = 50_000
"""How many rows one transaction deletes at most."""

LOCK = 4_813_402_179
"""Key of the advisory lock that keeps two runs apart; any number that nobody else uses."""


@dataclass(frozen=True, slots=True)
class Limits:
    """After how many days kept messages and entries of the ledger go; a municipality's observations have their own."""

    rejections_days: int = 90
    unclaimed_days: int = 30
    uplinks_days: int = 730


@dataclass(frozen=True, slots=True)
class Expired:
    """How much was let go. ``chunks`` are those of TimescaleDB that were dropped whole; their rows are not counted."""

    rejections: int = 0
    unclaimed: int = 0
    uplinks: int = 0
    observations: int = 0
    chunks: int = 0


def set_observation_days(connection: Connection, *, municipality_id: int, days: int | None) -> None:
    """How many days a municipality keeps its observations, None for ever.

    Raises
    ------
    InvalidInput
        When it is not at least one day.
    """
    if days is not None and days < 1:
        raise InvalidInput(f"observations cannot be kept for {days} days", remedy="give at least 1")
    query = "UPDATE municipality SET observation_retention_days = %s WHERE id = %s"
    connection.execute(query, [days, municipality_id])


def observation_days(connection: Connection, municipality_id: int) -> int | None:
    """How many days a municipality keeps its observations, None for ever."""
    query = "SELECT observation_retention_days FROM municipality WHERE id = %s"
    return fetch_value(connection, query, [municipality_id])


def expire(url: str, limits: Limits, *, now: datetime | None = None) -> Expired:
    """Let everything go that is older than its limit; nothing while another process does so.

    Parameters
    ----------
    now
        The moment that ages are counted to; the present by default.

    Raises
    ------
    DatabaseUnavailable
        When the database is away, or goes away in between: what is gone by then stays gone.
    """
    now = now or datetime.now(UTC)
    connection = connect(url, autocommit=True)
    try:
        if not fetch_value(connection, "SELECT pg_try_advisory_lock(%s)", [LOCK]):
            return Expired()
        expired = _expire(connection, limits, now)
        connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    except psycopg.Error as error:
        translation = translated(error, address(url))
        if translation is None:
            raise
        raise translation from error
    else:
        return expired
    finally:
        connection.close()


def _expire(connection: Connection, limits: Limits, now: datetime) -> Expired:
    rejections = _rejections(connection, now - timedelta(days=limits.rejections_days))
    unclaimed = _unclaimed(connection, now - timedelta(days=limits.unclaimed_days))
    uplinks_until = now - timedelta(days=limits.uplinks_days)
    chunks = _drop_uplink_chunks(connection, uplinks_until)
    uplinks = _uplinks(connection, uplinks_until)
    longest, forever = _longest_observations(connection)
    if longest is not None and not forever:
        chunks += _drop_observation_chunks(connection, now - timedelta(days=longest))
    observations = 0
    for municipality_id, days in connection.execute(
        "SELECT id, observation_retention_days FROM municipality WHERE observation_retention_days IS NOT NULL"
    ).fetchall():
        observations += _observations(connection, municipality_id, now - timedelta(days=days))
    if (observations or chunks) and longest is not None:
        _refresh_aggregates(connection, now)
    return Expired(rejections, unclaimed, uplinks, observations, chunks)


def _rejections(connection: Connection, until: datetime) -> int:
    query = """
        DELETE FROM rejection WHERE id IN (SELECT id FROM rejection WHERE received_at < %s LIMIT %s)"""
    total = 0
    while deleted := connection.execute(query, [until, STEP_ROWS]).rowcount:
        total += deleted
    return total


def _unclaimed(connection: Connection, until: datetime) -> int:
    query = """
        DELETE FROM unclaimed_message
        WHERE id IN (SELECT id FROM unclaimed_message WHERE received_at < %s LIMIT %s)"""
    total = 0
    while deleted := connection.execute(query, [until, STEP_ROWS]).rowcount:
        total += deleted
    return total


def _uplinks(connection: Connection, until: datetime) -> int:
    """Sensor by sensor, which is the way of the key."""
    query = "DELETE FROM uplink WHERE sensor_id = %s AND heard_at < %s"
    sensors = connection.execute("SELECT id FROM sensor ORDER BY id").fetchall()
    return sum(connection.execute(query, [sensor_id, until]).rowcount for (sensor_id,) in sensors)


def _observations(connection: Connection, municipality_id: int, until: datetime) -> int:
    """Datastream by datastream, which is the way of the key; the latest of each is not touched."""
    query = "DELETE FROM observation WHERE datastream_id = %s AND phenomenon_time < %s"
    chosen = "SELECT id FROM datastream WHERE municipality_id = %s ORDER BY id"
    datastreams = connection.execute(chosen, [municipality_id]).fetchall()
    return sum(connection.execute(query, [datastream_id, until]).rowcount for (datastream_id,) in datastreams)


def _longest_observations(connection: Connection) -> tuple[int | None, bool]:
    """The longest that any municipality keeps its observations, and whether one keeps them for ever."""
    query = """
        SELECT max(observation_retention_days), coalesce(bool_or(observation_retention_days IS NULL), true)
        FROM municipality"""
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0], row[1]


def _is_hypertable(connection: Connection, table: str) -> bool:
    if fetch_value(connection, "SELECT to_regclass('timescaledb_information.hypertables') IS NULL"):
        return False
    query = "SELECT count(*) > 0 FROM timescaledb_information.hypertables WHERE hypertable_name = %s"
    return fetch_value(connection, query, [table])


def _drop_uplink_chunks(connection: Connection, until: datetime) -> int:
    if not _is_hypertable(connection, "uplink"):
        return 0
    return len(connection.execute("SELECT drop_chunks('uplink', older_than => %s)", [until]).fetchall())


def _drop_observation_chunks(connection: Connection, until: datetime) -> int:
    if not _is_hypertable(connection, "observation"):
        return 0
    return len(connection.execute("SELECT drop_chunks('observation', older_than => %s)", [until]).fetchall())


def _refresh_aggregates(connection: Connection, now: datetime) -> None:
    """Let the aggregates forget what went; only what changed is read anew."""
    if fetch_value(connection, "SELECT to_regclass('timescaledb_information.continuous_aggregates') IS NULL"):
        return
    query = "SELECT view_name FROM timescaledb_information.continuous_aggregates ORDER BY view_name"
    names = [name for (name,) in connection.execute(query).fetchall()]
    if "observation_hourly" in names:
        connection.execute("CALL refresh_continuous_aggregate('observation_hourly', NULL, %s)", [now])
    if "observation_daily" in names:
        connection.execute("CALL refresh_continuous_aggregate('observation_daily', NULL, %s)", [now])
