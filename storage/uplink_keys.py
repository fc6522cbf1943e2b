"""Keys that devices and network servers show when they hand over uplinks by HTTP. Only their digests are kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from domain.errors import NotFound
from storage.database import Connection
from storage.rows import fetch_all, fetch_new, fetch_one

PREFIX = "halfvol_"
"""What every key begins with, so that people and scanners for leaked secrets recognise one."""


@dataclass(frozen=True, slots=True)
class UplinkKey:
    """What is kept of a key. ``device_id``: the only device that it speaks for; None for a network server."""

    id: int
    municipality_id: int
    municipality_code: str
    name: str
    device_id: str | None
    created_at: datetime
    revoked_at: datetime | None


def create(
    connection: Connection, *, municipality_id: int, name: str, device_id: str | None, created_at: datetime
) -> tuple[UplinkKey, str]:
    """A new key, with the text that is shown this once and kept nowhere.

    Raises
    ------
    Conflict
        When the municipality has a key of that name, revoked or not.
    """
    text = PREFIX + secrets.token_urlsafe(32)
    query = """
        WITH created AS (
            INSERT INTO uplink_key (municipality_id, name, device_id, digest, created_at)
            VALUES (%s, %s, %s, %s, %s) RETURNING *
        )
        SELECT
            created.id, municipality_id, municipality.code AS municipality_code, created.name, device_id, created_at,
            revoked_at
        FROM created JOIN municipality ON municipality.id = municipality_id"""
    return fetch_new(connection, UplinkKey, query, [municipality_id, name, device_id, _digest(text), created_at]), text


def list_for(connection: Connection, municipality_id: int) -> list[UplinkKey]:
    """All keys of a municipality, also revoked ones, by id."""
    query = """
        SELECT
            uplink_key.id, municipality_id, municipality.code AS municipality_code, uplink_key.name, device_id,
            created_at, revoked_at
        FROM uplink_key JOIN municipality ON municipality.id = municipality_id
        WHERE municipality_id = %s ORDER BY uplink_key.id"""
    return fetch_all(connection, UplinkKey, query, [municipality_id])


def find(connection: Connection, text: str) -> UplinkKey | None:
    """The key that this is the text of, also a revoked one; None when there is none.

    Looked up by its digest: how long that takes tells nothing about any key.
    """
    query = """
        SELECT
            uplink_key.id, municipality_id, municipality.code AS municipality_code, uplink_key.name, device_id,
            created_at, revoked_at
        FROM uplink_key JOIN municipality ON municipality.id = municipality_id
        WHERE digest = %s"""
    return fetch_one(connection, UplinkKey, query, [_digest(text)])


def revoke(connection: Connection, *, municipality_id: int, name: str, revoked_at: datetime) -> None:
    """Let a key count no longer; one that is revoked already stays as it is.

    Raises
    ------
    NotFound
        When the municipality has no key of that name.
    """
    query = """
        UPDATE uplink_key SET revoked_at = coalesce(revoked_at, %s)
        WHERE municipality_id = %s AND name = %s"""
    if not connection.execute(query, [revoked_at, municipality_id, name]).rowcount:
        raise NotFound(f"there is no key {name!r}", remedy="see: halfvol keys list")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
