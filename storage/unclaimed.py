"""Messages of devices that nobody has registered yet, kept until an operator claims the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.sensors import Source, UnclaimedMessage
from storage.database import Connection
from storage.messages import digest, storable_text
from storage.rows import fetch_all


@dataclass(frozen=True, slots=True)
class UnclaimedDevice:
    """A device that sends but is not registered. ``model`` is what its newest message claims, if it claims any."""

    device_id: str
    model: str | None
    source: Source
    messages: int
    first_received_at: datetime
    last_received_at: datetime


def add(connection: Connection, messages: Sequence[UnclaimedMessage]) -> int:
    """Keep these messages, each topic and payload once; how many are new."""
    query = """
        INSERT INTO unclaimed_message (digest, topic, payload, received_at, source, device_id, model)
        SELECT new.* FROM unnest(
            %b::bytea[], %b::text[], %b::bytea[], %b::timestamptz[], %b::text[], %b::text[], %b::text[]
        ) AS new (digest, topic, payload, received_at, source, device_id, model)
        ORDER BY new.digest
        ON CONFLICT (digest) DO NOTHING"""
    columns = [
        [digest(each.topic, each.payload) for each in messages],
        [storable_text(each.topic) for each in messages],
        [each.payload for each in messages],
        [each.received_at for each in messages],
        [each.source.value for each in messages],
        [storable_text(each.device_id) for each in messages],
        [None if each.model is None else storable_text(each.model) for each in messages],
    ]
    return connection.execute(query, columns).rowcount


def devices(connection: Connection) -> list[UnclaimedDevice]:
    """Every device with kept messages, the one heard most recently first."""
    query = """
        SELECT
            device_id, (array_agg(model ORDER BY received_at DESC) FILTER (WHERE model IS NOT NULL))[1] AS model,
            (array_agg(source ORDER BY received_at DESC))[1] AS source, count(*) AS messages,
            min(received_at) AS first_received_at, max(received_at) AS last_received_at
        FROM unclaimed_message GROUP BY device_id ORDER BY max(received_at) DESC, device_id"""
    return fetch_all(connection, _unclaimed_device, query)


def take(connection: Connection, device_id: str) -> list[UnclaimedMessage]:
    """Remove the kept messages of a device and give them back, oldest first, to be read anew in this transaction."""
    query = """
        WITH taken AS (DELETE FROM unclaimed_message WHERE device_id = %s RETURNING *)
        SELECT topic, payload, received_at, source, device_id, model FROM taken ORDER BY received_at, id"""
    return fetch_all(connection, _unclaimed_message, query, [device_id])


def _unclaimed_device(
    *,
    device_id: str,
    model: str | None,
    source: str,
    messages: int,
    first_received_at: datetime,
    last_received_at: datetime,
) -> UnclaimedDevice:
    return UnclaimedDevice(device_id, model, Source(source), messages, first_received_at, last_received_at)


def _unclaimed_message(
    *, topic: str, payload: bytes, received_at: datetime, source: str, device_id: str, model: str | None
) -> UnclaimedMessage:
    return UnclaimedMessage(topic, payload, received_at, Source(source), device_id, model)
