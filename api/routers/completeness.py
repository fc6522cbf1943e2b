"""Did we lose anything of a sensor, and where; and the devices whose clock is wrong."""

from __future__ import annotations

import datetime
from datetime import UTC, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import MunicipalityOf, SettingsOf, Transaction
from api.identifiers import SensorId
from api.representations.base import GivenMoment, Moment, Representation
from domain.completeness import ClockState, Evidence
from storage import datastreams, uplinks
from storage.audits import audit

router = APIRouter(tags=["completeness"])

DEFAULT_PERIOD = timedelta(days=7)


class CompletenessDay(Representation):
    """One day in the time zone of the municipality. ``expected`` is ``received`` and what is missing."""

    date: datetime.date
    expected: int
    received: int
    stored: int
    rejected: int
    duplicates: int


class CompletenessGap(Representation):
    """Messages are missing between those at ``startAt`` and ``endAt``, as the evidence says."""

    start_at: Moment
    end_at: Moment
    missing: int
    evidence: Evidence


class Clock(Representation):
    """How many uplinks held readings from the future, and how far ahead of their receipt, in seconds."""

    uplinks_ahead: int
    farthest_ahead_s: int | None
    last_ahead_s: int | None
    last_ahead_at: Moment | None


class SensorCompleteness(Representation):
    """What arrived of a sensor in a period. Each uplink counts once; one stored in part counts as rejected, too."""

    sensor_id: int
    device_id: str
    start_at: Moment
    end_at: Moment
    reporting_interval_s: float | None
    sessions: int
    expected: int
    received: int
    stored: int
    rejected: int
    duplicates: int
    missing: int
    days: list[CompletenessDay]
    gaps: list[CompletenessGap]
    clock: Clock


class ClockFault(Representation):
    """A device that sent readings from the future, which are set aside."""

    device_id: str
    uplinks: int
    last_received_at: Moment
    last_ahead_s: int
    farthest_ahead_s: int


class ClockFaults(Representation):
    """The latest offender first."""

    clock_faults: list[ClockFault]


@router.get("/sensors/{sensorId}/completeness")
def get_completeness(
    *,
    sensor_id: SensorId,
    connection: Transaction,
    municipality: MunicipalityOf,
    settings: SettingsOf,
    start_at: Annotated[GivenMoment | None, Query(alias="startAt", description="Default: 7 days before endAt")] = None,
    end_at: Annotated[GivenMoment | None, Query(alias="endAt", description="Default: now")] = None,
) -> SensorCompleteness:
    """Expected, received, stored and rejected messages of a sensor by day, and every gap between them."""
    device_id = datastreams.sensor(connection, municipality_id=municipality.id, sensor_id=sensor_id).device_id
    end = end_at or datetime.datetime.now(UTC)
    found = audit(
        connection,
        municipality=municipality,
        device_id=device_id,
        start=start_at or end - DEFAULT_PERIOD,
        end=end,
        reporting_intervals_s=settings.reporting_intervals_s,
    )
    total = found.total
    return SensorCompleteness(
        sensor_id=sensor_id,
        device_id=device_id,
        start_at=found.start,
        end_at=found.end,
        reporting_interval_s=found.interval_s,
        sessions=found.sessions,
        expected=total.expected,
        received=total.received,
        stored=total.stored,
        rejected=total.rejected,
        duplicates=total.duplicates,
        missing=found.missing,
        days=[
            CompletenessDay(
                date=day.date,
                expected=day.expected,
                received=day.received,
                stored=day.stored,
                rejected=day.rejected,
                duplicates=day.duplicates,
            )
            for day in found.days
        ],
        gaps=[
            CompletenessGap(start_at=gap.start, end_at=gap.end, missing=gap.missing, evidence=gap.by)
            for gap in found.gaps
        ],
        clock=_clock(found.clock),
    )


@router.get("/clock-faults")
def list_clock_faults(
    connection: Transaction,
    municipality: MunicipalityOf,
    start_at: Annotated[GivenMoment | None, Query(alias="startAt", description="Default: 7 days ago")] = None,
) -> ClockFaults:
    """Devices that sent readings from the future. These are set aside and never shown as the latest."""
    since = start_at or datetime.datetime.now(UTC) - DEFAULT_PERIOD
    return ClockFaults(
        clock_faults=[
            ClockFault(
                device_id=each.device_id,
                uplinks=each.uplinks,
                last_received_at=each.last_received_at,
                last_ahead_s=each.last_ahead_s,
                farthest_ahead_s=each.farthest_ahead_s,
            )
            for each in uplinks.clock_faults(connection, municipality_id=municipality.id, since=since)
        ]
    )


def _clock(state: ClockState) -> Clock:
    return Clock(
        uplinks_ahead=state.uplinks_ahead,
        farthest_ahead_s=state.farthest_ahead_s,
        last_ahead_s=state.last_ahead_s,
        last_ahead_at=state.last_ahead_at,
    )
