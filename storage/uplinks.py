"""The ledger of uplinks: which messages of a sensor arrived, when, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.sensors import Source
from domain.uplinks import LedgerEntry, ReceivedUplink
from storage.database import Connection
from storage.rows import fetch_all, fetch_value

SOURCE_NUMBERS: Mapping[str, int] = {"native": 1, "things_stack": 2, "chirpstack": 3, "loriot": 4}
"""How a row names its source, in two bytes; 0 is any other. Numbers are never given anew."""

_SOURCES = {SOURCE_NUMBERS[source.value]: source for source in Source if source.value in SOURCE_NUMBERS}

REDELIVERY_WINDOW = timedelta(days=7)
"""How far apart two receipts of one message may lie and still be known for one, where it tells no time itself."""

LOCK = 4_813_402_178
"""Key of the advisory lock under which messages without a time are looked up; any number that nobody else uses."""

_LARGEST_INTEGER = 2**31 - 1
_LARGEST_SMALLINT = 2**15 - 1


@dataclass(frozen=True, slots=True)
class ClockFault:
    """A device that sent readings from the future: how many uplinks, the last one, and how far ahead, in seconds."""

    device_id: str
    uplinks: int
    last_received_at: datetime
    last_ahead_s: int
    farthest_ahead_s: int


def add(connection: Connection, uplinks: Sequence[ReceivedUplink], *, again: bool = False) -> None:
    """Enter messages into the ledger, in the transaction that stores what they say.

    A message that is there already counts as a duplicate, unless ``again`` says that it is read again and did not
    arrive anew. Reading it again may turn a rejected message into a stored one, never the other way.
    """
    connection.execute("""
        CREATE TEMPORARY TABLE IF NOT EXISTS uplink_staging (
            sensor_id bigint, heard_at timestamptz, message bigint, received_at timestamptz, frame_count bigint,
            span_s integer, ahead_s integer, stored smallint, source smallint, rejected boolean, duplicates smallint
        ) ON COMMIT DELETE ROWS""")
    connection.execute("TRUNCATE uplink_staging")
    copy_in = "COPY uplink_staging FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
        copy.set_types(
            ["int8", "timestamptz", "int8", "timestamptz", "int8", "int4", "int4", "int2", "int2", "bool", "int2"]
        )
        write = copy.write_row
        for row in _rows(uplinks):
            write(row)
    query = """
        INSERT INTO uplink AS known (
            sensor_id, heard_at, message, received_at, frame_count, span_s, ahead_s, stored, source, rejected,
            duplicates
        )
        SELECT
            sensor_id, heard_at, message, received_at, frame_count, span_s, ahead_s, stored, source, rejected,
            CASE WHEN %(again)s THEN 0 ELSE duplicates END
        FROM uplink_staging
        ORDER BY sensor_id, heard_at, message
        ON CONFLICT (sensor_id, heard_at, message) DO UPDATE SET
            stored = greatest(known.stored, excluded.stored),
            rejected = known.rejected AND excluded.rejected,
            duplicates = CASE WHEN %(again)s THEN known.duplicates
                ELSE least(known.duplicates::integer + excluded.duplicates + 1, 32767) END"""
    connection.execute(query, {"again": again})


def _rows(uplinks: Sequence[ReceivedUplink]) -> Iterable[tuple[object, ...]]:
    """The rows to stage: each message once, with how often it came again within this batch."""
    rows: dict[tuple[int, datetime, int], tuple[object, ...]] = {}
    numbers = SOURCE_NUMBERS
    for uplink in uplinks:
        sensor, heard_at, message, received_at, frame, span_s, ahead_s, stored, source, rejected, _ = uplink
        number = 0 if source is None else numbers.get(source, 0)
        key = (sensor, heard_at, message)
        duplicates = 0
        if key in rows:
            before = rows[key]
            assert isinstance(before[-1], int)
            duplicates = min(before[-1] + 1, _LARGEST_SMALLINT)
        if stored > _LARGEST_SMALLINT or span_s > _LARGEST_INTEGER or ahead_s > _LARGEST_INTEGER:
            stored, span_s = min(stored, _LARGEST_SMALLINT), min(span_s, _LARGEST_INTEGER)
            ahead_s = min(ahead_s, _LARGEST_INTEGER)
        rows[key] = (
            sensor,
            heard_at,
            message,
            received_at,
            frame,
            span_s,
            ahead_s,
            stored,
            number,
            rejected,
            duplicates,
        )
    return rows.values()


def first_receipts(connection: Connection, uplinks: Sequence[ReceivedUplink]) -> dict[tuple[int, int], datetime]:
    """When messages that tell no time themselves were received first, by (sensor, message), where they were before.

    Until the end of the transaction no other process looks such messages up: two that got the same one wait for each
    other, and the second finds what the first stored.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    query = """
        SELECT new.sensor_id, new.message, min(known.heard_at)
        FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS new (sensor_id, message, received_at)
        JOIN uplink AS known ON known.sensor_id = new.sensor_id AND known.message = new.message
            AND known.heard_at BETWEEN new.received_at - %s AND new.received_at + %s
        GROUP BY new.sensor_id, new.message"""
    columns = [
        [each.sensor_id for each in uplinks],
        [each.message for each in uplinks],
        [each.received_at for each in uplinks],
    ]
    found = connection.execute(query, [*columns, REDELIVERY_WINDOW, REDELIVERY_WINDOW])
    return {(sensor_id, message): heard_at for sensor_id, message, heard_at in found}


def of_sensor(connection: Connection, *, sensor_id: int, start: datetime, end: datetime) -> list[LedgerEntry]:
    """What a sensor sent from ``start`` until before ``end``, by its own time.

    The entry before and the one after are there too, where there are any: they tell what the edges miss.
    """
    query = """
        (
            SELECT heard_at, received_at, frame_count, span_s, ahead_s, stored, duplicates, source, rejected
            FROM uplink WHERE sensor_id = %(sensor_id)s AND heard_at < %(start)s ORDER BY heard_at DESC LIMIT 1
        ) UNION ALL (
            SELECT heard_at, received_at, frame_count, span_s, ahead_s, stored, duplicates, source, rejected
            FROM uplink WHERE sensor_id = %(sensor_id)s AND heard_at >= %(start)s AND heard_at < %(end)s
        ) UNION ALL (
            SELECT heard_at, received_at, frame_count, span_s, ahead_s, stored, duplicates, source, rejected
            FROM uplink WHERE sensor_id = %(sensor_id)s AND heard_at >= %(end)s ORDER BY heard_at LIMIT 1
        ) ORDER BY heard_at, frame_count"""
    return fetch_all(connection, _entry, query, {"sensor_id": sensor_id, "start": start, "end": end})


def clock_faults(connection: Connection, *, municipality_id: int, since: datetime) -> list[ClockFault]:
    """The sensors of a municipality that sent readings from the future, the latest offender first."""
    query = """
        SELECT
            sensor.device_id, count(*) AS uplinks, max(uplink.received_at) AS last_received_at,
            (array_agg(uplink.ahead_s ORDER BY uplink.received_at DESC))[1] AS last_ahead_s,
            max(uplink.ahead_s) AS farthest_ahead_s
        FROM uplink JOIN sensor ON sensor.id = uplink.sensor_id
        WHERE uplink.ahead_s > 0 AND uplink.heard_at >= %s AND sensor.municipality_id = %s
        GROUP BY sensor.device_id ORDER BY max(uplink.received_at) DESC, sensor.device_id"""
    return fetch_all(connection, ClockFault, query, [since, municipality_id])


def count(connection: Connection) -> int:
    """How many uplinks the ledger holds."""
    return fetch_value(connection, "SELECT count(*) FROM uplink")


def _entry(
    *,
    heard_at: datetime,
    received_at: datetime,
    frame_count: int,
    span_s: int,
    ahead_s: int,
    stored: int,
    duplicates: int,
    source: int,
    rejected: bool,
) -> LedgerEntry:
    known = _SOURCES.get(source)
    return LedgerEntry(heard_at, received_at, frame_count, span_s, ahead_s, stored, duplicates, known, rejected)
