"""One route: its steps with what is known of them, as JSON or as GPX, and directions along it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api import route_details
from api.dependencies import LanguageOf, MunicipalityOf, Transaction
from api.gpx import MEDIA_TYPE, to_gpx
from api.identifiers import RouteId
from api.language import Language
from api.representations.directions import RouteDirections, directions_of
from api.representations.routes import RouteWithSteps, with_steps
from api.road_graphs import RoadGraphs
from api.roads.trucks import truck_of
from domain.containers import Municipality
from domain.plans import Plan, Route
from storage import fleet, plans, roads
from storage.database import Connection

router = APIRouter(tags=["routes"])


@router.get("/routes/{routeId}")
def get_route(
    route_id: RouteId, connection: Transaction, municipality: MunicipalityOf, language: LanguageOf
) -> RouteWithSteps:
    """A route with its steps, the line along the streets, and what was emptied already."""
    return load_route(connection, municipality, route_id, language)


@router.get("/routes/{routeId}/gpx", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}})
def get_route_as_gpx(
    route_id: RouteId, connection: Transaction, municipality: MunicipalityOf, language: LanguageOf
) -> Response:
    """The route for a navigation app: GPX 1.1 with a waypoint per step and a track along the streets."""
    route = load_route(connection, municipality, route_id, language)
    name = f"halfvol-{route.plan_date.isoformat()}-{route.id}.gpx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(to_gpx(route), headers=headers, media_type=MEDIA_TYPE)


@router.get("/routes/{routeId}/directions")
def get_directions(
    route_id: RouteId, connection: Transaction, municipality: MunicipalityOf, language: LanguageOf, request: Request
) -> RouteDirections:
    """Turn by turn from step to step, along the streets that were imported, in English or Dutch."""
    route = _route(connection, municipality, route_id)[1]
    graphs: RoadGraphs = request.app.state.road_graphs
    _, stored = roads.load(connection, municipality.id)
    vehicles = fleet.load(connection, municipality.id).vehicles
    (size,) = (vehicle.size for vehicle in vehicles if vehicle.id == route.vehicle_id)
    return directions_of(route, graphs.of(stored), truck_of(size), language)


def load_route(connection: Connection, municipality: Municipality, route_id: int, language: Language) -> RouteWithSteps:
    """One route of the municipality.

    Raises
    ------
    NotFound
        When there is no such route.
    """
    plan, route = _route(connection, municipality, route_id)
    return with_steps(route, route_details.surroundings(connection, municipality, plan), language)


def _route(connection: Connection, municipality: Municipality, route_id: int) -> tuple[Plan, Route]:
    plan_id = plans.plan_of_route(connection, municipality_id=municipality.id, route_id=route_id)
    plan = plans.get(connection, municipality_id=municipality.id, plan_id=plan_id)
    return plan, next(each for each in plan.routes if each.id == route_id)
