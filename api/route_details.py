"""Gathers what a route refers to: plan, fleet, containers, and what was emptied already."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from api.representations.routes import Surroundings
from domain.containers import Municipality
from domain.fleet import Emptying
from domain.plans import Plan
from domain.visit_requests import RequestKind
from storage import containers, emptyings, fleet, plans, visit_requests
from storage.database import Connection


def surroundings(connection: Connection, municipality: Municipality, plan: Plan) -> Surroundings:
    """What the routes of this plan refer to."""
    midnight = datetime.combine(plan.date, time(), ZoneInfo(municipality.time_zone))
    newest: dict[int, Emptying] = {}
    routes = {route.id for route in plan.routes}
    since = min(midnight, plan.created_at)
    for each in emptyings.list_for(connection, municipality_id=municipality.id, since=since):
        # A driver who starts before midnight reports under the route; somebody else's emptying counts from midnight.
        if each.withdrawn_at is None and (each.route_id in routes or each.emptied_at >= midnight):
            newest[each.container_id] = each
    return Surroundings(
        plan=plan,
        superseded=is_superseded(connection, plan),
        fleet=fleet.load(connection, municipality.id),
        containers={each.id: each for each in containers.list_for(connection, municipality.id)},
        emptyings=newest,
        visit_requests={
            each.container_id: each
            for each in visit_requests.list_since(connection, municipality_id=municipality.id, since=since)
            if each.kind is RequestKind.DRIVER
            and each.withdrawn_at is None
            # What was asked for before the plan was made is what it brings.
            and (each.route_id in routes or each.requested_at >= max(midnight, plan.created_at))
        },
    )


def is_superseded(connection: Connection, plan: Plan) -> bool:
    """Whether a newer plan of the same date counts instead."""
    counting = plans.latest(connection, municipality_id=plan.municipality_id, date=plan.date)
    return counting is None or counting.id != plan.id
