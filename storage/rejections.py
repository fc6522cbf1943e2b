"""Messages that could not be read, kept whole with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotFound
from domain.sensors import Rejection, RejectionReason
from storage.database import Connection
from storage.messages import digest, storable_text
from storage.rows import fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class StoredRejection:
    """A rejection with its number."""

    id: int
    rejection: Rejection


def add(connection: Connection, rejections: Sequence[Rejection]) -> int:
    """Keep these messages, each topic and payload once; how many are new.

    A rejection belongs to the municipality of its device, or to the one that its topic names.
    """
    query = """
        INSERT INTO rejection (municipality_id, digest, topic, payload, received_at, reason, detail, device_id)
        SELECT coalesce(sensor.municipality_id, municipality.id), new.*
        FROM unnest(
            %b::bytea[], %b::text[], %b::bytea[], %b::timestamptz[], %b::text[], %b::text[], %b::text[]
        ) AS new (digest, topic, payload, received_at, reason, detail, device_id)
        LEFT JOIN sensor ON sensor.device_id = new.device_id
        LEFT JOIN municipality ON municipality.code = CASE
            WHEN new.topic LIKE 'halfvol/v1/%%' THEN split_part(new.topic, '/', 3)
            WHEN new.topic LIKE 'http/%%' THEN split_part(new.topic, '/', 2)
        END
        ORDER BY new.digest
        ON CONFLICT (digest) DO NOTHING"""
    columns = [
        [digest(each.topic, each.payload) for each in rejections],
        [storable_text(each.topic) for each in rejections],
        [each.payload for each in rejections],
        [each.received_at for each in rejections],
        [each.reason.value for each in rejections],
        [storable_text(each.detail) for each in rejections],
        [None if each.device_id is None else storable_text(each.device_id) for each in rejections],
    ]
    return connection.execute(query, columns).rowcount


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rejections: None lets every one through; ``start`` is included, ``end`` is not."""

    reason: RejectionReason | None = None
    device_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None


EVERY = Filter()


def list_recent(connection: Connection, *, limit: int = 100, chosen: Filter = EVERY) -> list[StoredRejection]:
    """The most recently received rejected messages, newest first."""
    query = """
        SELECT id, topic, payload, received_at, reason, detail, device_id FROM rejection
        WHERE (%(reason)s::text IS NULL OR reason = %(reason)s)
            AND (%(device_id)s::text IS NULL OR device_id = %(device_id)s)
            AND (%(start)s::timestamptz IS NULL OR received_at >= %(start)s)
            AND (%(end)s::timestamptz IS NULL OR received_at < %(end)s)
        ORDER BY received_at DESC, id DESC LIMIT %(limit)s"""
    return fetch_all(connection, _stored_rejection, query, _parameters(chosen) | {"limit": limit})


def numbers(connection: Connection, chosen: Filter = EVERY) -> list[int]:
    """The numbers of all rejections that the filter lets through, oldest first."""
    query = """
        SELECT id FROM rejection
        WHERE (%(reason)s::text IS NULL OR reason = %(reason)s)
            AND (%(device_id)s::text IS NULL OR device_id = %(device_id)s)
            AND (%(start)s::timestamptz IS NULL OR received_at >= %(start)s)
            AND (%(end)s::timestamptz IS NULL OR received_at < %(end)s)
        ORDER BY received_at, id"""
    return [number for (number,) in connection.execute(query, _parameters(chosen))]


def get(connection: Connection, rejection_id: int) -> StoredRejection:
    """One rejected message.

    Raises
    ------
    NotFound
        When there is none of that number: it may have been read since, or expired.
    """
    query = "SELECT id, topic, payload, received_at, reason, detail, device_id FROM rejection WHERE id = %s"
    found = fetch_one(connection, _stored_rejection, query, [rejection_id])
    if found is None:
        raise NotFound(f"there is no rejection {rejection_id}", remedy="it may have been read since, or expired")
    return found


def lock(connection: Connection, rejection_ids: Sequence[int]) -> list[StoredRejection]:
    """These messages, oldest first, held until the end of the transaction; those that are gone are left out."""
    query = """
        SELECT id, topic, payload, received_at, reason, detail, device_id FROM rejection
        WHERE id = ANY (%s) ORDER BY received_at, id FOR UPDATE"""
    return fetch_all(connection, _stored_rejection, query, [list(rejection_ids)])


def remove(connection: Connection, rejection_ids: Sequence[int]) -> None:
    """Let go of messages that could be read after all."""
    connection.execute("DELETE FROM rejection WHERE id = ANY (%s)", [list(rejection_ids)])


def restate(connection: Connection, rejection_id: int, rejection: Rejection) -> None:
    """Keep a message that was read again for the reason that it is rejected for now."""
    query = "UPDATE rejection SET reason = %s, detail = %s, device_id = coalesce(%s, device_id) WHERE id = %s"
    device_id = None if rejection.device_id is None else storable_text(rejection.device_id)
    connection.execute(query, [rejection.reason.value, storable_text(rejection.detail), device_id, rejection_id])


def count_by_reason(connection: Connection) -> dict[RejectionReason, int]:
    """How many messages were rejected for each reason, the most frequent first."""
    query = "SELECT reason, count(*) FROM rejection GROUP BY reason ORDER BY count(*) DESC, reason"
    return {RejectionReason(reason): count for reason, count in connection.execute(query)}


def _parameters(chosen: Filter) -> dict[str, object]:
    reason = None if chosen.reason is None else chosen.reason.value
    return {"reason": reason, "device_id": chosen.device_id, "start": chosen.start, "end": chosen.end}


def _stored_rejection(
    *, id: int, topic: str, payload: bytes, received_at: datetime, reason: str, detail: str, device_id: str | None
) -> StoredRejection:
    return StoredRejection(id, Rejection(topic, payload, received_at, RejectionReason(reason), detail, device_id))
