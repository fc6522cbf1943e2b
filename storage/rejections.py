"""Messages that could not be read, kept whole with their reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.sensors import Rejection, RejectionReason
from storage.database import Connection
from storage.messages import digest, storable_text
from storage.rows import fetch_all


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
        LEFT JOIN municipality ON new.topic LIKE 'halfvol/v1/%%' AND municipality.code = split_part(new.topic, '/', 3)
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


def list_recent(connection: Connection, *, limit: int = 100) -> list[StoredRejection]:
    """The most recently received rejected messages, newest first."""
    query = """
        SELECT id, topic, payload, received_at, reason, detail, device_id FROM rejection
        ORDER BY received_at DESC, id DESC LIMIT %s"""
    return fetch_all(connection, _stored_rejection, query, [limit])


def count_by_reason(connection: Connection) -> dict[RejectionReason, int]:
    """How many messages were rejected for each reason, the most frequent first."""
    query = "SELECT reason, count(*) FROM rejection GROUP BY reason ORDER BY count(*) DESC, reason"
    return {RejectionReason(reason): count for reason, count in connection.execute(query)}


def _stored_rejection(
    *, id: int, topic: str, payload: bytes, received_at: datetime, reason: str, detail: str, device_id: str | None
) -> StoredRejection:
    return StoredRejection(id, Rejection(topic, payload, received_at, RejectionReason(reason), detail, device_id))
