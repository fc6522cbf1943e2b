"""Storing what ingest understood, exactly once, and reading it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.observations import JudgedObservation, Observation, Quality
from domain.sensors import Rejection, UnclaimedMessage
from domain.uplinks import ReceivedUplink
from storage import rejections as rejected_messages
from storage import unclaimed as unclaimed_messages
from storage import uplinks as ledger
from storage.database import Connection
from storage.fill_history import FillSeries, fill_history
from storage.rows import fetch_all, fetch_new, fetch_value

__all__ = ["Counts", "FillSeries", "Stored", "counts", "fill_history", "of_container", "store"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one batch: rows that are new, and observations that were there already."""

    inserted: int
    duplicates: int
    rejected: int
    unclaimed: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a municipality has received.

    ``rejected`` and ``unclaimed_messages`` include those that cannot be traced to any municipality.
    """

    observations: int
    rejected: int
    unclaimed_messages: int


def store(
    connection: Connection,
    *,
    observations: Sequence[Observation],
    rejections: Sequence[Rejection] = (),
    unclaimed: Sequence[UnclaimedMessage] = (),
    uplinks: Sequence[ReceivedUplink] = (),
    again: bool = False,
) -> Stored:
    """Store one batch in the caller's transaction; storing any of it again changes nothing.

    ``uplinks`` are entered into the ledger, where one that comes again is counted as a duplicate, unless ``again`` says
    that these are kept messages that are read once more.

    The first observation of a datastream and phenomenon time stays; a later one with the same key is a duplicate.
    The latest observation of a datastream moves to a newer good one, or from a suspect one to any good one; to a
    newer suspect one only as long as there is no good one. The outcome does not depend on the order of arrival.

    The way: binary COPY into a temporary table, then one INSERT .. SELECT .. ON CONFLICT. Rows are inserted in the
    order of their keys, so that two processes that store the same rows wait for each other and never deadlock.
    """
    inserted = _insert_observations(connection, observations) if observations else 0
    if uplinks:
        ledger.add(connection, uplinks, again=again)
    return Stored(
        inserted=inserted,
        duplicates=len(observations) - inserted,
        rejected=rejected_messages.add(connection, rejections) if rejections else 0,
        unclaimed=unclaimed_messages.add(connection, unclaimed) if unclaimed else 0,
    )


def _insert_observations(connection: Connection, observations: Sequence[Observation]) -> int:
    # An enum is copied in binary form as its label, so the type "text" serves for quality.
    connection.execute("""
        CREATE TEMPORARY TABLE IF NOT EXISTS staging (
            datastream_id bigint, phenomenon_time timestamptz, result double precision, received_at timestamptz,
            quality quality, server_timed boolean
        ) ON COMMIT DELETE ROWS""")
    connection.execute("TRUNCATE staging")
    copy_in = "COPY staging FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
        copy.set_types(["int8", "timestamptz", "float8", "timestamptz", "text", "bool"])
        write = copy.write_row
        for row in observations:
            write(row if type(row.result) is float else row._replace(result=float(row.result)))
    query = """
        WITH inserted AS (
            INSERT INTO observation (
                datastream_id, phenomenon_time, received_at, result, quality, server_timed
            )
            SELECT datastream_id, phenomenon_time, received_at, result, quality, server_timed FROM staging
            ORDER BY datastream_id, phenomenon_time, received_at
            ON CONFLICT DO NOTHING
            RETURNING datastream_id, phenomenon_time, received_at, result, quality
        ), moved AS (
            INSERT INTO latest_observation AS latest (datastream_id, phenomenon_time, received_at, result, quality)
            SELECT DISTINCT ON (datastream_id) datastream_id, phenomenon_time, received_at, result, quality
            FROM inserted
            ORDER BY datastream_id, quality = 'good' DESC, phenomenon_time DESC
            ON CONFLICT (datastream_id) DO UPDATE SET
                phenomenon_time = excluded.phenomenon_time, received_at = excluded.received_at,
                result = excluded.result, quality = excluded.quality
            WHERE (excluded.quality = 'good', excluded.phenomenon_time)
                > (latest.quality = 'good', latest.phenomenon_time)
        )
        SELECT count(*) FROM inserted"""
    return fetch_value(connection, query)


def of_container(
    connection: Connection,
    *,
    container_id: int,
    observed_property: str,
    start: datetime,
    end: datetime,
    limit: int = 10_000,
) -> list[JudgedObservation]:
    """The newest ``limit`` observations of a container from ``start`` until before ``end``, oldest first.

    They come from every sensor that hung in the container.
    """
    query = """
        SELECT
            datastream_id, phenomenon_time, result, received_at, quality::text, server_timed, received_quality::text,
            cleaned
        FROM (
            SELECT observation.* FROM datastream
            JOIN observation ON observation.datastream_id = datastream.id
            WHERE datastream.container_id = %(container_id)s AND datastream.observed_property = %(observed_property)s
                AND observation.phenomenon_time >= %(start)s AND observation.phenomenon_time < %(end)s
            ORDER BY observation.phenomenon_time DESC LIMIT %(limit)s
        ) AS newest ORDER BY phenomenon_time"""
    parameters = {
        "container_id": container_id,
        "observed_property": observed_property,
        "start": start,
        "end": end,
        "limit": limit,
    }
    return fetch_all(connection, observation_of_row, query, parameters)


def counts(connection: Connection, municipality_id: int) -> Counts:
    """How many observations and kept messages there are."""
    query = """
        SELECT
            (
                SELECT count(*) FROM observation
                WHERE datastream_id IN (SELECT id FROM datastream WHERE municipality_id = %(municipality_id)s)
            ) AS observations,
            (
                SELECT count(*) FROM rejection
                WHERE municipality_id = %(municipality_id)s OR municipality_id IS NULL
            ) AS rejected,
            (SELECT count(*) FROM unclaimed_message) AS unclaimed_messages"""
    return fetch_new(connection, Counts, query, {"municipality_id": municipality_id})


def observation_of_row(
    *,
    datastream_id: int,
    phenomenon_time: datetime,
    result: float,
    received_at: datetime,
    quality: str,
    server_timed: bool,
    received_quality: str | None,
    cleaned: float | None,
) -> JudgedObservation:
    """An observation from the columns of its row."""
    return JudgedObservation(
        datastream_id,
        phenomenon_time,
        result,
        received_at,
        Quality(quality),
        server_timed,
        None if received_quality is None else Quality(received_quality),
        cleaned,
    )
