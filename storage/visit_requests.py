"""Visits that somebody asked for: open until the container is emptied after it, or until it is withdrawn.

Emptied is what a driver reported, also where the readings doubt it: the doubt is planned on by itself. Where drivers
report nothing it is what the readings show, if they are sure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.errors import NotFound
from domain.visit_requests import RequestKind, VisitRequest
from storage.database import Connection
from storage.errors import Conflict
from storage.rows import fetch_all, fetch_new, fetch_one

SURE_EMPTIED = 0.9
"""An emptying that only the readings show closes a request from this confidence on."""


def put(connection: Connection, request: VisitRequest) -> tuple[VisitRequest, bool]:
    """Store a request under the id that its client made; the stored one, and whether it is new.

    Sending the same again is harmless, also after it was withdrawn: it stays withdrawn.

    Raises
    ------
    Conflict
        When the id is that of a request with other content.
    InvalidInput
        At the end of the transaction block, when the municipality has no such container or route.
    """
    query = """
        INSERT INTO visit_request (id, municipality_id, container_id, kind, requested_at, note, route_id, withdrawn_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (id) DO NOTHING RETURNING *"""
    parameters = [
        request.id,
        request.municipality_id,
        request.container_id,
        request.kind.value,
        request.requested_at,
        request.note,
        request.route_id,
        request.withdrawn_at,
    ]
    created = fetch_one(connection, _request, query, parameters)
    if created is not None:
        return created, True
    stored = fetch_new(connection, _request, "SELECT * FROM visit_request WHERE id = %s", [request.id])
    if stored != replace(request, withdrawn_at=stored.withdrawn_at):
        raise Conflict(
            f"the visit request {request.id} is stored already, with other content",
            remedy="give a new request an id of its own",
        )
    return stored, False


def get(connection: Connection, *, municipality_id: int, request_id: UUID) -> VisitRequest:
    """One request, open or not.

    Raises
    ------
    NotFound
        When the municipality has no such request.
    """
    query = "SELECT * FROM visit_request WHERE municipality_id = %s AND id = %s"
    found = fetch_one(connection, _request, query, [municipality_id, request_id])
    if found is None:
        raise NotFound(f"there is no visit request {request_id}")
    return found


def withdraw(connection: Connection, *, municipality_id: int, request_id: UUID, withdrawn_at: datetime) -> VisitRequest:
    """Take a request back; the first withdrawal counts, another changes nothing.

    Raises
    ------
    NotFound
        When the municipality has no such request.
    """
    query = """
        UPDATE visit_request SET withdrawn_at = coalesce(withdrawn_at, %s)
        WHERE municipality_id = %s AND id = %s RETURNING *"""
    withdrawn = fetch_one(connection, _request, query, [withdrawn_at, municipality_id, request_id])
    if withdrawn is None:
        raise NotFound(f"there is no visit request {request_id}")
    return withdrawn


def list_open(
    connection: Connection, *, municipality_id: int, known_at: datetime, container_id: int | None = None
) -> list[VisitRequest]:
    """The requests that were open at a moment, of all containers or of one, oldest first.

    Parameters
    ----------
    known_at
        What happened after it is not looked at.
    """
    query = """
        SELECT * FROM visit_request AS request
        WHERE municipality_id = %(municipality_id)s
            AND (%(container_id)s::bigint IS NULL OR container_id = %(container_id)s)
            AND requested_at <= %(known_at)s
            AND (withdrawn_at IS NULL OR withdrawn_at > %(known_at)s)
            AND NOT EXISTS (
                SELECT FROM emptying
                WHERE emptying.container_id = request.container_id
                    AND emptied_at > requested_at AND emptied_at <= %(known_at)s
                    AND (emptying.withdrawn_at IS NULL OR emptying.withdrawn_at > %(known_at)s))
            AND NOT EXISTS (
                SELECT FROM judged_emptying
                WHERE judged_emptying.container_id = request.container_id
                    AND verdict = 'unreported' AND confidence >= %(sure)s
                    AND begins_at >= requested_at AND ends_at <= %(known_at)s)
        ORDER BY requested_at, id"""
    parameters = {
        "municipality_id": municipality_id,
        "known_at": known_at,
        "container_id": container_id,
        "sure": SURE_EMPTIED,
    }
    return fetch_all(connection, _request, query, parameters)


def list_since(
    connection: Connection, *, municipality_id: int, since: datetime, container_id: int | None = None
) -> list[VisitRequest]:
    """The requests since a moment, open or not, of all containers or of one, oldest first."""
    query = """
        SELECT * FROM visit_request
        WHERE municipality_id = %(municipality_id)s AND requested_at >= %(since)s
            AND (%(container_id)s::bigint IS NULL OR container_id = %(container_id)s)
        ORDER BY requested_at, id"""
    parameters = {"municipality_id": municipality_id, "since": since, "container_id": container_id}
    return fetch_all(connection, _request, query, parameters)


def _request(
    *,
    id: UUID,
    municipality_id: int,
    container_id: int,
    kind: str,
    requested_at: datetime,
    note: str,
    route_id: int | None,
    withdrawn_at: datetime | None,
) -> VisitRequest:
    return VisitRequest(
        id, municipality_id, container_id, RequestKind(kind), requested_at, note, route_id, withdrawn_at
    )
