"""Visits that somebody asked for."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.representations.base import GivenMoment, Moment, Representation
from domain.visit_requests import RequestKind, VisitRequest

Note = Annotated[str, Field(max_length=500, description="What was seen; no names or addresses of residents")]

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class VisitRequestReport(Representation):
    """A container should be visited on the next day that a truck can come."""

    container_id: Number
    kind: RequestKind
    requested_at: GivenMoment
    note: Note = ""
    route_id: Number | None = Field(default=None, description="The route whose driver could not empty it")


class StoredVisitRequest(Representation):
    """A visit that was asked for; ``withdrawnAt`` is set when it was taken back."""

    id: UUID
    container_id: int
    kind: RequestKind
    requested_at: Moment
    note: Note
    route_id: int | None
    withdrawn_at: Moment | None

    @classmethod
    def of(cls, request: VisitRequest) -> StoredVisitRequest:
        """From a request."""
        return cls(
            id=request.id,
            container_id=request.container_id,
            kind=request.kind,
            requested_at=request.requested_at,
            note=request.note,
            route_id=request.route_id,
            withdrawn_at=request.withdrawn_at,
        )


class VisitRequests(Representation):
    """Oldest first."""

    visit_requests: list[StoredVisitRequest]
