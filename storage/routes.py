"""Routes of plans: one vehicle's day each, with its steps and its line along the streets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.errors import NotFound
from domain.geography import Position
from domain.plans import Route, RouteStep, StepKind
from storage.database import Connection
from storage.rows import fetch_all, fetch_one, fetch_value


def save(connection: Connection, *, municipality_id: int, plan_id: int, route: Route) -> Route:
    """Store one route of a plan; it comes back with its id."""
    query = """
        INSERT INTO route (
            municipality_id, plan_id, vehicle_id, starts_at, ends_at, distance_m, duration_s, lons, lats)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s::double precision[], %s::double precision[]) RETURNING id"""
    route_id: int = fetch_value(
        connection,
        query,
        [
            municipality_id,
            plan_id,
            route.vehicle_id,
            route.starts_at,
            route.ends_at,
            route.distance_m,
            route.duration_s,
            [position.lon for position in route.geometry],
            [position.lat for position in route.geometry],
        ],
    )
    copy_in = """
        COPY route_step (
            route_id, municipality_id, sequence, kind, lon, lat, arrives_at, service_s, load_kg, load_l, distance_m,
            container_id, disposal_site_id)
        FROM STDIN"""
    with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
        for step in route.steps:
            copy.write_row(
                (
                    route_id,
                    municipality_id,
                    step.sequence,
                    step.kind.value,
                    step.position.lon,
                    step.position.lat,
                    step.arrives_at,
                    step.service_s,
                    step.load_kg,
                    step.load_l,
                    step.distance_m,
                    step.container_id,
                    step.disposal_site_id,
                )
            )
    return replace(route, id=route_id)


def of_plan(connection: Connection, plan_id: int) -> list[Route]:
    """The routes of a plan with their steps, in the order in which they were saved."""
    query = """
        SELECT id, vehicle_id, starts_at, ends_at, distance_m, duration_s, lons, lats
        FROM route WHERE plan_id = %s ORDER BY id"""
    return [_with_steps(connection, each) for each in fetch_all(connection, _route, query, [plan_id])]


def route(connection: Connection, *, municipality_id: int, route_id: int) -> Route:
    """One route with its steps.

    Raises
    ------
    NotFound
        When the municipality has no such route.
    """
    query = """
        SELECT id, vehicle_id, starts_at, ends_at, distance_m, duration_s, lons, lats
        FROM route WHERE municipality_id = %s AND id = %s"""
    found = fetch_one(connection, _route, query, [municipality_id, route_id])
    if found is None:
        raise NotFound(f"there is no route {route_id}")
    return _with_steps(connection, found)


def plan_of(connection: Connection, *, municipality_id: int, route_id: int) -> int:
    """The id of the plan that the route belongs to.

    Raises
    ------
    NotFound
        When the municipality has no such route.
    """
    query = "SELECT plan_id FROM route WHERE municipality_id = %s AND id = %s"
    plan_id = fetch_value(connection, query, [municipality_id, route_id])
    if plan_id is None:
        raise NotFound(f"there is no route {route_id}")
    return plan_id


def _with_steps(connection: Connection, route: Route) -> Route:
    query = """
        SELECT
            sequence, kind, lon, lat, arrives_at, service_s, load_kg, load_l, distance_m, container_id,
            disposal_site_id
        FROM route_step WHERE route_id = %s ORDER BY sequence"""
    return replace(route, steps=tuple(fetch_all(connection, _step, query, [route.id])))


def _route(
    *,
    id: int,
    vehicle_id: int,
    starts_at: datetime,
    ends_at: datetime,
    distance_m: int,
    duration_s: int,
    lons: list[float],
    lats: list[float],
) -> Route:
    geometry = tuple(Position(lon, lat) for lon, lat in zip(lons, lats, strict=True))
    return Route(id, vehicle_id, starts_at, ends_at, distance_m, duration_s, (), geometry)


def _step(
    *,
    sequence: int,
    kind: str,
    lon: float,
    lat: float,
    arrives_at: datetime,
    service_s: int,
    load_kg: int,
    load_l: int,
    distance_m: int,
    container_id: int | None,
    disposal_site_id: int | None,
) -> RouteStep:
    return RouteStep(
        sequence=sequence,
        kind=StepKind(kind),
        position=Position(lon, lat),
        arrives_at=arrives_at,
        service_s=service_s,
        load_kg=load_kg,
        load_l=load_l,
        distance_m=distance_m,
        container_id=container_id,
        disposal_site_id=disposal_site_id,
    )
