"""From the solution to routes: steps at places and moments, and the line along the streets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from api.planning.stops import Places
from domain.geography import Position
from domain.plans import Route, RouteStep, StepKind
from routing import solution


def build_routes(places: Places, solved: solution.Solution, *, origin_s: float) -> tuple[Route, ...]:
    """The routes of a solution with moments in UTC; ``origin_s`` is the moment that its seconds count from."""
    positions = {row: position for position, row in places.rows.items()}
    return tuple(_route(places, positions, route, origin_s) for route in solved.routes)


def _route(places: Places, positions: Mapping[int, Position], route: solution.Route, origin_s: float) -> Route:
    return Route(
        id=None,
        vehicle_id=route.vehicle_id,
        starts_at=_moment(origin_s + route.starts_s),
        ends_at=_moment(origin_s + route.ends_s),
        distance_m=route.distance_m,
        duration_s=route.duration_s,
        steps=tuple(
            RouteStep(
                sequence=sequence,
                kind=step.kind,
                position=positions[step.location],
                # A break is where the truck stands already: what counts is when it begins.
                arrives_at=_moment(origin_s + (step.begins_s if step.kind is StepKind.BREAK else step.arrival_s)),
                service_s=step.setup_s + step.service_s,
                load_kg=step.load_kg,
                load_l=step.load_l,
                distance_m=step.distance_m,
                container_id=step.stop_id,
                disposal_site_id=step.disposal_site_id,
            )
            for sequence, step in enumerate(route.steps)
        ),
        geometry=places.path(route.vehicle_id, (step.location for step in route.steps)),
    )


def _moment(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)
