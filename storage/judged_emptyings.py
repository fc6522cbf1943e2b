"""Emptyings as readings and reports tell of them together, one night's judgement after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from domain.judged_emptyings import EmptyingState, JudgedEmptying, Verdict
from storage.database import Connection
from storage.rows import fetch_all

SURE = 0.5
"""A container counts as emptied from this confidence on."""


def replace(
    connection: Connection, *, municipality_id: int, since: datetime, emptyings: Sequence[JudgedEmptying]
) -> None:
    """Put these in the place of all that ended after ``since``; what ended before stays as it is stored.

    One that overlaps a stored one which ended before is that same emptying, and is left out.
    """
    connection.execute(
        "DELETE FROM judged_emptying WHERE municipality_id = %s AND ends_at > %s", [municipality_id, since]
    )
    rows = [
        {
            "container_id": each.container_id,
            "begins_at": each.begins_at.isoformat(),
            "ends_at": each.ends_at.isoformat(),
            "verdict": each.verdict.value,
            "confidence": each.confidence,
            "level_before": each.level_before,
            "level_after": each.level_after,
            "reported_at": None if each.reported_at is None else each.reported_at.isoformat(),
            "emptying_id": None if each.emptying_id is None else str(each.emptying_id),
        }
        for each in emptyings
        if each.ends_at > since
    ]
    connection.execute(
        """
        INSERT INTO judged_emptying (
            municipality_id, container_id, begins_at, ends_at, verdict, confidence, level_before, level_after,
            reported_at, emptying_id)
        SELECT %(municipality_id)s, new.*
        FROM jsonb_to_recordset(%(rows)s) AS new (
            container_id bigint, begins_at timestamptz, ends_at timestamptz, verdict text,
            confidence double precision, level_before double precision, level_after double precision,
            reported_at timestamptz, emptying_id uuid)
        WHERE NOT EXISTS (
            SELECT FROM judged_emptying AS kept
            WHERE kept.container_id = new.container_id AND kept.ends_at <= %(since)s
                AND kept.ends_at > new.begins_at
        )
        ORDER BY new.ends_at, new.container_id""",
        {"municipality_id": municipality_id, "since": since, "rows": Jsonb(rows)},
    )


def list_for(
    connection: Connection,
    *,
    municipality_id: int,
    since: datetime,
    container_id: int | None = None,
    verdict: Verdict | None = None,
    limit: int = 10_000,
) -> list[JudgedEmptying]:
    """The newest ``limit`` that ended since a moment, of all containers or of one, oldest first."""
    query = """
        SELECT * FROM (
            SELECT
                id, container_id, begins_at, ends_at, verdict, confidence, level_before, level_after, reported_at,
                emptying_id
            FROM judged_emptying
            WHERE municipality_id = %(municipality_id)s AND ends_at >= %(since)s
                AND (%(container_id)s::bigint IS NULL OR container_id = %(container_id)s)
                AND (%(verdict)s::text IS NULL OR verdict = %(verdict)s)
            ORDER BY ends_at DESC, id DESC LIMIT %(limit)s
        ) AS newest ORDER BY ends_at, id"""
    parameters = {
        "municipality_id": municipality_id,
        "since": since,
        "container_id": container_id,
        "verdict": None if verdict is None else verdict.value,
        "limit": limit,
    }
    return fetch_all(connection, _judged, query, parameters)


def states(
    connection: Connection, *, municipality_id: int, since: datetime, container_id: int | None = None
) -> dict[int, EmptyingState]:
    """By container id: when it was last emptied, and the report of an emptying that has been missing since then.

    Only what ended since a moment is looked at; containers without any of that are left out.
    """
    query = """
        WITH newest AS (
            SELECT
                container_id,
                max(coalesce(reported_at, ends_at)) FILTER (WHERE verdict <> 'missed' AND confidence >= %(sure)s)
                    AS last_emptied_at,
                max(reported_at) FILTER (WHERE verdict = 'missed') AS missed_at
            FROM judged_emptying
            WHERE municipality_id = %(municipality_id)s AND ends_at >= %(since)s
                AND (%(container_id)s::bigint IS NULL OR container_id = %(container_id)s)
            GROUP BY container_id
        )
        SELECT
            container_id, last_emptied_at,
            CASE WHEN last_emptied_at IS NULL OR missed_at > last_emptied_at THEN missed_at END AS missed_at
        FROM newest"""
    parameters = {"municipality_id": municipality_id, "since": since, "container_id": container_id, "sure": SURE}
    return {each.container_id: each for each in fetch_all(connection, EmptyingState, query, parameters)}


def _judged(
    *,
    id: int,
    container_id: int,
    begins_at: datetime,
    ends_at: datetime,
    verdict: str,
    confidence: float,
    level_before: float | None,
    level_after: float | None,
    reported_at: datetime | None,
    emptying_id: UUID | None,
) -> JudgedEmptying:
    del id
    return JudgedEmptying(
        container_id,
        begins_at,
        ends_at,
        Verdict(verdict),
        confidence,
        level_before,
        level_after,
        reported_at,
        emptying_id,
    )
