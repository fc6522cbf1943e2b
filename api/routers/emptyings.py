"""Drivers report emptyings, under ids that their clients make, and take back what was reported by mistake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.dependencies import MunicipalityOf, Transaction
from api.errors import InvalidFields
from api.identifiers import OfContainer
from api.report_checks import unknown_ids, wrong_clock
from api.representations.base import GivenMoment
from api.representations.emptyings import EmptyingReport, Emptyings, StoredEmptying
from domain.fleet import Emptying
from storage import emptyings

router = APIRouter(tags=["emptyings"])

DEFAULT_PERIOD = timedelta(days=1)

EmptyingId = Annotated[UUID, Path(alias="emptyingId", description="Made by the client")]


@router.get("/emptyings")
def list_emptyings(
    connection: Transaction,
    municipality: MunicipalityOf,
    since: Annotated[GivenMoment | None, Query(description="Emptied at or after; default: a day ago")] = None,
    container_id: OfContainer = None,
) -> Emptyings:
    """Reported emptyings, oldest first; withdrawn ones are among them and say so."""
    start = since or datetime.now(UTC) - DEFAULT_PERIOD
    found = emptyings.list_for(connection, municipality_id=municipality.id, since=start, container_id=container_id)
    return Emptyings(emptyings=[StoredEmptying.of(each) for each in found])


@router.put("/emptyings/{emptyingId}", responses={201: {"model": StoredEmptying, "description": "Stored"}})
def put_emptying(
    emptying_id: EmptyingId,
    report: EmptyingReport,
    connection: Transaction,
    municipality: MunicipalityOf,
    response: Response,
) -> StoredEmptying:
    """Report that a container was emptied. Sending the same again is harmless; other content under this id is not."""
    complaints = [
        *wrong_clock("emptiedAt", report.emptied_at),
        *unknown_ids(
            connection,
            municipality_id=municipality.id,
            container_id=report.container_id,
            route_id=report.route_id,
        ),
    ]
    if complaints:
        raise InvalidFields(complaints)
    stored, created = emptyings.put(
        connection,
        Emptying(
            id=emptying_id,
            municipality_id=municipality.id,
            container_id=report.container_id,
            emptied_at=report.emptied_at,
            reported_at=datetime.now(UTC),
            observed_fill_level=report.observed_fill_level,
            route_id=report.route_id,
        ),
    )
    response.status_code = 201 if created else 200
    return StoredEmptying.of(stored)


@router.delete("/emptyings/{emptyingId}")
def withdraw_emptying(emptying_id: EmptyingId, connection: Transaction, municipality: MunicipalityOf) -> StoredEmptying:
    """Take a report back. It is kept, marked as withdrawn; doing it twice is harmless."""
    withdrawn = emptyings.withdraw(
        connection, municipality_id=municipality.id, emptying_id=emptying_id, withdrawn_at=datetime.now(UTC)
    )
    return StoredEmptying.of(withdrawn)
