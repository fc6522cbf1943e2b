"""What cannot be in a reported emptying or a request for a visit: sentences about its moment, container and route."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from domain.errors import NotFound
from storage import containers, plans
from storage.database import Connection

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far a phone's clock may be ahead before its report is taken for a mistake."""


def wrong_clock(field: str, moment: datetime) -> Iterator[str]:
    """A complaint when a moment is further in the future than a phone's clock may be ahead."""
    if moment > datetime.now(UTC) + CLOCK_TOLERANCE:
        yield f"{field} {moment.isoformat()} is in the future; check the phone's clock"


def unknown_ids(
    connection: Connection, *, municipality_id: int, container_id: int, route_id: int | None
) -> Iterator[str]:
    """A complaint for the container, and for the route if one is given, when the municipality does not have it."""
    try:
        containers.get(connection, municipality_id, container_id)
    except NotFound as error:
        yield f"containerId: {error}"
    if route_id is not None:
        try:
            plans.plan_of_route(connection, municipality_id=municipality_id, route_id=route_id)
        except NotFound as error:
            yield f"routeId: {error}"
