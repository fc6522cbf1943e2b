"""Observations of a container by the hour or by the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.dependencies import MunicipalityOf, Transaction
from api.identifiers import ContainerId
from api.representations.base import GivenMoment, Moment, Representation
from api.routers.containers import snake
from domain.errors import InvalidInput
from domain.observations import UNITS
from storage import containers, summaries

router = APIRouter(tags=["containers"])

SUMMARIES_LIMIT = 10_000


class Interval(StrEnum):
    """An hour or a day, as ISO 8601 has it."""

    HOUR = "PT1H"
    DAY = "P1D"


class ObservationSummary(Representation):
    """One hour or day of one sensor, from ``startAt`` on.

    ``minimum``, ``maximum`` and ``last`` are of good observations; null where there is none.
    """

    start_at: Moment
    datastream_id: int
    observations: int
    suspect_share: Annotated[float, Field(description="Share of the observations that is suspect, 0 to 1")]
    minimum: float | None
    maximum: float | None
    last: float | None


class ObservationSummaries(Representation):
    """Oldest first; values in ``unit`` (UCUM). Days begin at midnight UTC."""

    container_id: int
    observed_property: str
    unit: str | None
    interval: Interval
    summaries: list[ObservationSummary]


@router.get("/containers/{containerId}/observation-summaries")
def list_observation_summaries(
    *,
    container_id: ContainerId,
    connection: Transaction,
    municipality: MunicipalityOf,
    observed_property: Annotated[
        str, Query(alias="observedProperty", description="fillLevel, distance, temperature, batteryVoltage, ..")
    ] = "fillLevel",
    interval: Annotated[Interval, Query(description="PT1H: by the hour; P1D: by the day")] = Interval.HOUR,
    start_at: Annotated[
        GivenMoment | None, Query(alias="startAt", description="Default: 28 days, or a year, before endAt")
    ] = None,
    end_at: Annotated[GivenMoment | None, Query(alias="endAt", description="Default: now")] = None,
    limit: Annotated[int, Query(ge=1, le=SUMMARIES_LIMIT, description="Only the newest so many")] = 1000,
) -> ObservationSummaries:
    """Count, minimum, maximum, last value and share of suspect readings, by the hour or by the day."""
    containers.get(connection, municipality.id, container_id)
    end = end_at or datetime.now(UTC)
    by_day = interval is Interval.DAY
    start = start_at or end - timedelta(days=365 if by_day else 28)
    if start >= end:
        raise InvalidInput("startAt must be before endAt")
    name = snake(observed_property)
    asked = summaries.daily if by_day else summaries.hourly
    found = asked(connection, container_id=container_id, observed_property=name, start=start, end=end, limit=limit)
    return ObservationSummaries(
        container_id=container_id,
        observed_property=observed_property,
        unit=UNITS.get(name),
        interval=interval,
        summaries=[
            ObservationSummary(
                start_at=each.start,
                datastream_id=each.datastream_id,
                observations=each.observations,
                suspect_share=each.suspect_share,
                minimum=each.minimum,
                maximum=each.maximum,
                last=each.last,
            )
            for each in found
        ],
    )
