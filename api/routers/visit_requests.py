"""Visits that residents, drivers and operators ask for, under ids that their clients make."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.dependencies import MunicipalityOf, Transaction
from api.errors import InvalidFields
from api.identifiers import OfContainer
from api.report_checks import CLOCK_TOLERANCE, unknown_ids, wrong_clock
from api.representations.base import GivenMoment
from api.representations.visit_requests import StoredVisitRequest, VisitRequestReport, VisitRequests
from domain.visit_requests import VisitRequest
from storage import visit_requests

router = APIRouter(tags=["visit requests"])

VisitRequestId = Annotated[UUID, Path(alias="visitRequestId", description="Made by the client")]


@router.get("/visit-requests")
def list_visit_requests(
    connection: Transaction,
    municipality: MunicipalityOf,
    since: Annotated[
        GivenMoment | None, Query(description="All asked for at or after it, open or not; default: those open now")
    ] = None,
    container_id: OfContainer = None,
) -> VisitRequests:
    """Visits that were asked for, oldest first: open until the container is emptied after it, or it is withdrawn."""
    if since is None:
        # A phone whose clock is ahead has asked already.
        now = datetime.now(UTC) + CLOCK_TOLERANCE
        found = visit_requests.list_open(
            connection, municipality_id=municipality.id, known_at=now, container_id=container_id
        )
    else:
        found = visit_requests.list_since(
            connection, municipality_id=municipality.id, since=since, container_id=container_id
        )
    return VisitRequests(visit_requests=[StoredVisitRequest.of(each) for each in found])


@router.get("/visit-requests/{visitRequestId}")
def get_visit_request(
    visit_request_id: VisitRequestId, connection: Transaction, municipality: MunicipalityOf
) -> StoredVisitRequest:
    """One request, open or not."""
    found = visit_requests.get(connection, municipality_id=municipality.id, request_id=visit_request_id)
    return StoredVisitRequest.of(found)


@router.put("/visit-requests/{visitRequestId}", responses={201: {"model": StoredVisitRequest, "description": "Stored"}})
def put_visit_request(
    visit_request_id: VisitRequestId,
    report: VisitRequestReport,
    connection: Transaction,
    municipality: MunicipalityOf,
    response: Response,
) -> StoredVisitRequest:
    """Ask for a visit: the next plan that is made brings it on the first day that a truck can come.

    Sending the same again is harmless; other content under this id is not.
    """
    complaints = [
        *wrong_clock("requestedAt", report.requested_at),
        *(["note holds a NUL character; send plain text"] if "\0" in report.note else []),
        *unknown_ids(
            connection,
            municipality_id=municipality.id,
            container_id=report.container_id,
            route_id=report.route_id,
        ),
    ]
    if complaints:
        raise InvalidFields(complaints)
    stored, created = visit_requests.put(
        connection,
        VisitRequest(
            id=visit_request_id,
            municipality_id=municipality.id,
            container_id=report.container_id,
            kind=report.kind,
            requested_at=report.requested_at,
            note=report.note,
            route_id=report.route_id,
        ),
    )
    response.status_code = 201 if created else 200
    return StoredVisitRequest.of(stored)


@router.delete("/visit-requests/{visitRequestId}")
def withdraw_visit_request(
    visit_request_id: VisitRequestId, connection: Transaction, municipality: MunicipalityOf
) -> StoredVisitRequest:
    """Take a request back. It is kept, marked as withdrawn; doing it twice is harmless."""
    withdrawn = visit_requests.withdraw(
        connection, municipality_id=municipality.id, request_id=visit_request_id, withdrawn_at=datetime.now(UTC)
    )
    return StoredVisitRequest.of(withdrawn)
