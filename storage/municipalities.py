"""Municipalities: the tenants of one installation."""

from __future__ import annotations

from domain.containers import Municipality
from domain.errors import NotFound
from domain.geography import Bounds
from storage.database import Connection
from storage.rows import fetch_all, fetch_new, fetch_one


def create(connection: Connection, *, code: str, name: str, time_zone: str, bounds: Bounds) -> Municipality:
    """Store a new municipality.

    Raises
    ------
    Conflict
        At the end of the transaction block, when the code is taken.
    """
    query = """
        INSERT INTO municipality (code, name, time_zone, west, south, east, north)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        RETURNING id, code, name, time_zone, west, south, east, north"""
    parameters = [code, name, time_zone, bounds.west, bounds.south, bounds.east, bounds.north]
    return fetch_new(connection, _municipality, query, parameters)


def get(connection: Connection, code: str) -> Municipality:
    """The municipality with this code.

    Raises
    ------
    NotFound
        When there is none.
    """
    query = "SELECT id, code, name, time_zone, west, south, east, north FROM municipality WHERE code = %s"
    found = fetch_one(connection, _municipality, query, [code])
    if found is None:
        raise NotFound(f"there is no municipality {code!r}")
    return found


def list_all(connection: Connection) -> list[Municipality]:
    """All municipalities, by name."""
    query = "SELECT id, code, name, time_zone, west, south, east, north FROM municipality ORDER BY name"
    return fetch_all(connection, _municipality, query)


def _municipality(
    *, id: int, code: str, name: str, time_zone: str, west: float, south: float, east: float, north: float
) -> Municipality:
    return Municipality(id, code, name, time_zone, Bounds(west, south, east, north))
