"""Emptyings as drivers report them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.errors import NotFound
from domain.fleet import Emptying
from storage.database import Connection
from storage.errors import Conflict
from storage.rows import fetch_all, fetch_new, fetch_one


def put(connection: Connection, emptying: Emptying) -> tuple[Emptying, bool]:
    """Store an emptying under the id that its client made; the stored one, and whether it is new.

    Sending the same again is harmless, also after it was withdrawn: it stays withdrawn. ``reported_at`` may differ.

    Raises
    ------
    Conflict
        When the id is that of an emptying with other content.
    InvalidInput
        At the end of the transaction block, when the municipality has no such container or route.
    """
    query = """
        INSERT INTO emptying (
            id, municipality_id, container_id, emptied_at, reported_at, observed_fill_level, route_id, withdrawn_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (id) DO NOTHING RETURNING *"""
    parameters = [
        emptying.id,
        emptying.municipality_id,
        emptying.container_id,
        emptying.emptied_at,
        emptying.reported_at,
        emptying.observed_fill_level,
        emptying.route_id,
        emptying.withdrawn_at,
    ]
    created = fetch_one(connection, Emptying, query, parameters)
    if created is not None:
        return created, True
    stored = fetch_new(connection, Emptying, "SELECT * FROM emptying WHERE id = %s", [emptying.id])
    if stored != replace(emptying, reported_at=stored.reported_at, withdrawn_at=stored.withdrawn_at):
        raise Conflict(
            f"the emptying {emptying.id} is stored already, with other content",
            remedy="give a new emptying an id of its own",
        )
    return stored, False


def withdraw(connection: Connection, *, municipality_id: int, emptying_id: UUID, withdrawn_at: datetime) -> Emptying:
    """Note that an emptying was reported by mistake; the first withdrawal counts, another changes nothing.

    Raises
    ------
    NotFound
        When the municipality has no such emptying.
    """
    query = """
        UPDATE emptying SET withdrawn_at = coalesce(withdrawn_at, %s)
        WHERE municipality_id = %s AND id = %s RETURNING *"""
    withdrawn = fetch_one(connection, Emptying, query, [withdrawn_at, municipality_id, emptying_id])
    if withdrawn is None:
        raise NotFound(f"there is no emptying {emptying_id}")
    return withdrawn


def list_for(
    connection: Connection, *, municipality_id: int, since: datetime, container_id: int | None = None
) -> list[Emptying]:
    """The emptyings since a moment, of all containers or of one, oldest first; withdrawn ones are among them."""
    query = """
        SELECT * FROM emptying
        WHERE municipality_id = %(municipality_id)s AND emptied_at >= %(since)s
            AND (%(container_id)s::bigint IS NULL OR container_id = %(container_id)s)
        ORDER BY emptied_at, id"""
    parameters = {"municipality_id": municipality_id, "since": since, "container_id": container_id}
    return fetch_all(connection, Emptying, query, parameters)
