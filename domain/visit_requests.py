"""A visit that somebody asked for: a resident complains, or a driver wants to come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RequestKind(StrEnum):
    """Who asked."""

    COMPLAINT = "complaint"
    DRIVER = "driver"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """A container should be visited on the next day that a truck can come.

    ``id`` is made by the client, so that sending twice is harmless. It is open until the container is emptied after
    ``requested_at``, or it is withdrawn. ``route_id``: the route whose driver could not empty it.
    """

    id: UUID
    municipality_id: int
    container_id: int
    kind: RequestKind
    requested_at: datetime
    note: str = ""
    route_id: int | None = None
    withdrawn_at: datetime | None = None
