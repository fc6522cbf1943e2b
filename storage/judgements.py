"""What the night's judgement says of single readings, written beside what ingest said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.observations import Quality
from storage.database import Connection

LOCK = 4_813_403
"""First key of the advisory lock under which the judgement of a municipality, the second key, is written."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reading of the fill level is worth. ``cleaned``: the level as it probably was; None: as measured.

    ``quality`` None takes an earlier judgement back: what ingest said holds again.
    """

    container_id: int
    sensor_id: int
    phenomenon_time: datetime
    quality: Quality | None
    cleaned: float | None


def begin(connection: Connection, municipality_id: int) -> None:
    """Wait until no other transaction writes judgements of this municipality; held to the end of the transaction."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, municipality_id % 2**31])


def put(connection: Connection, judgements: Sequence[Judgement], *, since: datetime) -> int:
    """Write judgements beside the readings that they are of; how many changed.

    The latest observation of each datastream follows: a reading that is found suspect is not the latest any more, and
    one that is found good may become it.

    Parameters
    ----------
    since
        Readings before are left alone. On TimescaleDB nothing older than this is read, and no chunk decompressed.
    """
    if not judgements:
        return 0
    connection.execute("""
        CREATE TEMPORARY TABLE IF NOT EXISTS judgement_staging (
            container_id bigint, sensor_id bigint, phenomenon_time timestamptz, quality text, cleaned double precision
        ) ON COMMIT DELETE ROWS""")
    connection.execute("TRUNCATE judgement_staging")
    copy_in = "COPY judgement_staging FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
        copy.set_types(["int8", "int8", "timestamptz", "text", "float8"])
        for each in judgements:
            quality = None if each.quality is None else each.quality.value
            copy.write_row((each.container_id, each.sensor_id, each.phenomenon_time, quality, each.cleaned))
    connection.execute("ANALYZE judgement_staging")
    changed = connection.execute(
        """
        WITH changed AS (
            UPDATE observation SET
                quality = coalesce(new.quality, received_quality, observation.quality),
                received_quality = nullif(
                    coalesce(received_quality, observation.quality),
                    coalesce(new.quality, received_quality, observation.quality)
                ),
                cleaned = new.cleaned
            FROM (
                SELECT
                    datastream.id AS datastream_id, staged.phenomenon_time, staged.quality::quality, staged.cleaned
                FROM judgement_staging AS staged
                JOIN datastream ON datastream.sensor_id = staged.sensor_id
                    AND datastream.container_id = staged.container_id AND datastream.observed_property = 'fill_level'
            ) AS new
            WHERE observation.datastream_id = new.datastream_id
                AND observation.phenomenon_time = new.phenomenon_time AND observation.phenomenon_time >= %s
                AND (observation.quality, observation.cleaned) IS DISTINCT FROM (
                    coalesce(new.quality, received_quality, observation.quality), new.cleaned
                )
            RETURNING observation.datastream_id
        )
        SELECT datastream_id, count(*) FROM changed GROUP BY datastream_id ORDER BY datastream_id""",
        [since],
    ).fetchall()
    _follow(connection, [datastream_id for datastream_id, _ in changed])
    return sum(count for _, count in changed)


def _follow(connection: Connection, datastream_ids: Sequence[int]) -> None:
    """Let the latest observation of these datastreams be the newest good one, or the newest where none is good."""
    chosen = list(datastream_ids)
    # What ingest commits until these rows are locked is seen by the next statement; what it commits afterwards waits
    # for this transaction, and is then compared with what is written here.
    connection.execute(
        "SELECT FROM latest_observation WHERE datastream_id = ANY (%s) ORDER BY datastream_id FOR UPDATE", [chosen]
    )
    connection.execute(
        """
        UPDATE latest_observation AS latest SET
            phenomenon_time = newest.phenomenon_time, received_at = newest.received_at, result = newest.result,
            quality = newest.quality
        FROM unnest(%s::bigint[]) AS touched (id)
        CROSS JOIN LATERAL (
            SELECT * FROM (
                (
                    SELECT * FROM observation WHERE datastream_id = touched.id AND quality = 'good'
                    ORDER BY phenomenon_time DESC LIMIT 1
                ) UNION ALL (
                    SELECT * FROM observation WHERE datastream_id = touched.id
                    ORDER BY phenomenon_time DESC LIMIT 1
                )
            ) AS either ORDER BY quality = 'good' DESC, phenomenon_time DESC LIMIT 1
        ) AS newest
        WHERE latest.datastream_id = touched.id
            AND (latest.phenomenon_time, latest.quality) IS DISTINCT FROM (newest.phenomenon_time, newest.quality)""",
        [chosen],
    )
