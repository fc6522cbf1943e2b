"""Numbers that name stored things, as addresses and queries carry them: PostgreSQL's bigint, from 1."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

LARGEST = 2**63 - 1

ContainerId = Annotated[int, Path(alias="containerId", ge=1, le=LARGEST)]
DatastreamId = Annotated[int, Path(alias="datastreamId", ge=1, le=LARGEST)]
JobId = Annotated[int, Path(alias="jobId", ge=1, le=LARGEST)]
PlanId = Annotated[int, Path(alias="planId", ge=1, le=LARGEST)]
RejectionId = Annotated[int, Path(alias="rejectionId", ge=1, le=LARGEST)]
RouteId = Annotated[int, Path(alias="routeId", ge=1, le=LARGEST)]
SensorId = Annotated[int, Path(alias="sensorId", ge=1, le=LARGEST)]

OfContainer = Annotated[int | None, Query(alias="containerId", ge=1, le=LARGEST)]
OfSensor = Annotated[int | None, Query(alias="sensorId", ge=1, le=LARGEST)]
