"""Containers with their fill levels, as GeoJSON; their observations; adding containers from a GeoJSON file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from api.containers_geojson import add_containers, containers_from_geojson
from api.dependencies import LanguageOf, MunicipalityOf, SettingsOf, Transaction
from api.identifiers import ContainerId
from api.representations.base import CRS84, GEOJSON, GivenMoment, bbox
from api.representations.containers import (
    EMPTIED_SINCE,
    ContainerCollection,
    ContainerFeature,
    ContainerObservations,
    ImportedContainers,
    decisions_of,
    feature,
    observation,
)
from domain.containers import Fraction
from domain.errors import InvalidInput, NotFound
from domain.observations import UNITS, ObservedProperty
from domain.plans import Plan
from storage import containers, judged_emptyings, observations, plans, trust
from storage.database import Connection

router = APIRouter(tags=["containers"])

OBSERVATIONS_LIMIT = 10_000
DEFAULT_PERIOD = timedelta(days=28)

PlanDate = Annotated[
    date | None, Query(alias="planDate", description="Whose plan's decision to show; default: the newest plan's")
]


class GeoJsonResponse(Response):
    """Only names the media type for the OpenAPI document."""

    media_type = GEOJSON


@router.get("/containers", response_class=GeoJsonResponse, response_model=ContainerCollection)
def list_containers(
    *,
    connection: Transaction,
    municipality: MunicipalityOf,
    settings: SettingsOf,
    language: LanguageOf,
    plan_date: PlanDate = None,
    fraction: Annotated[list[Fraction] | None, Query(description="Only these fractions")] = None,
) -> Response:
    """All containers of the municipality, with fill level and what the plan decides about them."""
    plan = _plan(connection, municipality.id, plan_date)
    decisions = {} if plan is None else decisions_of(plan, language)
    health = trust.health_of_containers(connection, municipality_id=municipality.id)
    now = datetime.now(UTC)
    emptied = judged_emptyings.states(connection, municipality_id=municipality.id, since=now - EMPTIED_SINCE)
    collection = ContainerCollection(
        bbox=bbox(municipality.bounds),
        features=[
            feature(
                state,
                decisions.get(state.container.id),
                health=health.get(state.container.id),
                emptyings=emptied.get(state.container.id),
                now=now,
                stale_after=settings.stale_after,
            )
            for state in containers.fill_states(connection, municipality.id)
            if not fraction or state.container.fraction in fraction
        ],
    )
    return _geojson(collection, language)


@router.get("/containers/{containerId}", response_class=GeoJsonResponse, response_model=ContainerFeature)
def get_container(
    *,
    container_id: ContainerId,
    connection: Transaction,
    municipality: MunicipalityOf,
    settings: SettingsOf,
    language: LanguageOf,
    plan_date: PlanDate = None,
) -> Response:
    """One container, with fill level and what the plan decides about it."""
    plan = _plan(connection, municipality.id, plan_date)
    decision = None if plan is None else decisions_of(plan, language).get(container_id)
    states = containers.fill_states(connection, municipality.id)
    state = next((each for each in states if each.container.id == container_id), None)
    if state is None:
        raise NotFound(f"there is no container {container_id}")
    health = trust.health_of_containers(connection, municipality_id=municipality.id, container_id=container_id)
    now = datetime.now(UTC)
    emptied = judged_emptyings.states(
        connection, municipality_id=municipality.id, since=now - EMPTIED_SINCE, container_id=container_id
    )
    found = feature(
        state,
        decision,
        health=health.get(container_id),
        emptyings=emptied.get(container_id),
        now=now,
        stale_after=settings.stale_after,
    )
    return _geojson(found, language)


@router.get("/containers/{containerId}/observations")
def list_observations(
    *,
    container_id: ContainerId,
    connection: Transaction,
    municipality: MunicipalityOf,
    observed_property: Annotated[
        str, Query(alias="observedProperty", description="fillLevel, distance, temperature, batteryVoltage, ..")
    ] = "fillLevel",
    start_at: Annotated[GivenMoment | None, Query(alias="startAt", description="Default: 28 days before endAt")] = None,
    end_at: Annotated[GivenMoment | None, Query(alias="endAt", description="Default: now")] = None,
    limit: Annotated[int, Query(ge=1, le=OBSERVATIONS_LIMIT, description="Only the newest so many")] = 1000,
) -> ContainerObservations:
    """What was observed in a container: good and suspect values, each with its quality."""
    containers.get(connection, municipality.id, container_id)
    end = end_at or datetime.now(UTC)
    start = start_at or end - DEFAULT_PERIOD
    if start >= end:
        raise InvalidInput("startAt must be before endAt")
    name = snake(observed_property)
    found = observations.of_container(
        connection, container_id=container_id, observed_property=name, start=start, end=end, limit=limit
    )
    return ContainerObservations(
        container_id=container_id,
        observed_property=observed_property,
        unit=UNITS.get(name),
        observations=[observation(each) for each in found],
    )


@router.post("/container-imports", status_code=201)
def import_containers(
    data: Annotated[dict[str, Any], Body(description="GeoJSON FeatureCollection, see docs/containers-geojson.md")],
    connection: Transaction,
    municipality: MunicipalityOf,
) -> ImportedContainers:
    """Add containers from GeoJSON: all of them, or when one of them is wrong, none."""
    new = containers_from_geojson(data, municipality.bounds)
    added = add_containers(connection, municipality_id=municipality.id, new=new)
    return ImportedContainers(containers=added.containers, sites=added.sites)


def _plan(connection: Connection, municipality_id: int, plan_date: date | None) -> Plan | None:
    if plan_date is None:
        dates = plans.dates(connection, municipality_id)
        if not dates:
            return None
        plan_date = dates[-1]
    return plans.latest(connection, municipality_id=municipality_id, date=plan_date)


def _geojson(content: ContainerCollection | ContainerFeature, language: str) -> Response:
    headers = {"Content-Crs": f"<{CRS84}>", "Content-Language": language, "Vary": "Accept-Language, Cookie"}
    return Response(content.model_dump_json(by_alias=True), headers=headers, media_type=GEOJSON)


def snake(name: str) -> str:
    """``fillLevel`` -> ``fill_level``.

    Raises
    ------
    InvalidInput
        When it is not a name in camelCase.
    """
    if not re.fullmatch(r"[a-z][a-zA-Z0-9]*", name):
        known = ", ".join(_camel(each) for each in ObservedProperty)
        raise InvalidInput(f'observedProperty "{name}" is not a name in camelCase', remedy=f"common ones: {known}")
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found.group(1).lower(), name)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
