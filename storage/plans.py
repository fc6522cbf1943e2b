"""Plans with their decisions; their routes are in :mod:`storage.routes`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from psycopg.types.json import Jsonb

from domain.errors import NotFound
from domain.plans import Decision, FixedSchedule, Plan, PlanStatus, ReasonCode, Urgency
from storage import routes as stored_routes
from storage.database import Connection
from storage.routes import of_plan as routes
from storage.routes import plan_of as plan_of_route
from storage.routes import route
from storage.rows import fetch_all, fetch_one, fetch_value

__all__ = ["dates", "get", "latest", "plan_of_route", "route", "routes", "save", "set_status"]


def save(connection: Connection, plan: Plan) -> Plan:
    """Store a plan; it comes back with the ids of itself and its routes.

    It supersedes the earlier plan of the same depot and date, which is kept but counts no more.

    Raises
    ------
    NotFound
        When the municipality has no such depot.
    InvalidInput
        At the end of the transaction block, when a container, vehicle or disposal site is not the municipality's.
    """
    # The lock orders two plans of one depot that are saved at the same time.
    locked = fetch_value(
        connection,
        "SELECT id FROM depot WHERE municipality_id = %s AND id = %s FOR UPDATE",
        [plan.municipality_id, plan.depot_id],
    )
    if locked is None:
        raise NotFound(f"there is no depot {plan.depot_id}")
    connection.execute(
        "UPDATE plan SET superseded_at = %s WHERE depot_id = %s AND date = %s AND superseded_at IS NULL",
        [plan.created_at, plan.depot_id, plan.date],
    )
    fixed = plan.fixed_schedule
    plan_id: int = fetch_value(
        connection,
        """
        INSERT INTO plan (
            municipality_id, depot_id, date, created_at, status, distance_m, duration_s, fixed_stops, fixed_routes,
            fixed_distance_m, fixed_duration_s, engines, road_source)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        [
            plan.municipality_id,
            plan.depot_id,
            plan.date,
            plan.created_at,
            plan.status,
            plan.distance_m,
            plan.duration_s,
            fixed.stops if fixed else None,
            fixed.routes if fixed else None,
            fixed.distance_m if fixed else None,
            fixed.duration_s if fixed else None,
            plan.engines,
            plan.road_source,
        ],
    )
    _save_decisions(connection, plan_id, plan)
    saved = tuple(
        stored_routes.save(connection, municipality_id=plan.municipality_id, plan_id=plan_id, route=each)
        for each in plan.routes
    )
    return replace(plan, id=plan_id, routes=saved)


def latest(connection: Connection, *, municipality_id: int, date: dt.date) -> Plan | None:
    """The plan of that date that counts, None when there is none; of several depots, the one planned last."""
    query = """
        SELECT id FROM plan WHERE municipality_id = %s AND date = %s AND superseded_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT 1"""
    plan_id = fetch_value(connection, query, [municipality_id, date])
    return None if plan_id is None else get(connection, municipality_id=municipality_id, plan_id=plan_id)


def get(connection: Connection, *, municipality_id: int, plan_id: int) -> Plan:
    """One plan with its decisions and routes, whether it counts or was superseded.

    Raises
    ------
    NotFound
        When the municipality has no such plan.
    """
    query = """
        SELECT
            id, municipality_id, depot_id, date, created_at, status, distance_m, duration_s, fixed_stops, fixed_routes,
            fixed_distance_m, fixed_duration_s, engines, road_source
        FROM plan WHERE municipality_id = %s AND id = %s"""
    plan = fetch_one(connection, _plan, query, [municipality_id, plan_id])
    if plan is None:
        raise NotFound(f"there is no plan {plan_id}")
    return replace(plan, decisions=_decisions(connection, plan_id), routes=tuple(routes(connection, plan_id)))


def dates(connection: Connection, municipality_id: int) -> list[dt.date]:
    """The dates that have a plan, oldest first."""
    query = "SELECT DISTINCT date FROM plan WHERE municipality_id = %s ORDER BY date"
    return [date for (date,) in connection.execute(query, [municipality_id])]


def set_status(connection: Connection, *, plan_id: int, status: PlanStatus) -> None:
    """Approve or reject a plan, or propose it anew.

    Raises
    ------
    NotFound
        When there is no such plan.
    """
    if not connection.execute("UPDATE plan SET status = %s WHERE id = %s", [status, plan_id]).rowcount:
        raise NotFound(f"there is no plan {plan_id}")


def _save_decisions(connection: Connection, plan_id: int, plan: Plan) -> None:
    copy_in = """
        COPY decision (
            plan_id, municipality_id, container_id, urgency, visited, reason, fill_level, growth_per_day,
            overflow_risk, next_chance_at, last_observed_at, last_fill_level, explanation)
        FROM STDIN"""
    with connection.cursor() as cursor, cursor.copy(copy_in) as copy:
        for decision in plan.decisions:
            copy.write_row(
                (
                    plan_id,
                    plan.municipality_id,
                    decision.container_id,
                    decision.urgency.value,
                    decision.visited,
                    decision.reason.value,
                    decision.fill_level,
                    decision.growth_per_day,
                    decision.overflow_risk,
                    decision.next_chance_at,
                    decision.last_observed_at,
                    decision.last_fill_level,
                    Jsonb(dict(decision.explanation)),
                )
            )


def _decisions(connection: Connection, plan_id: int) -> tuple[Decision, ...]:
    query = """
        SELECT
            container_id, urgency, visited, reason, fill_level, growth_per_day, overflow_risk, next_chance_at,
            last_observed_at, last_fill_level, explanation
        FROM decision WHERE plan_id = %s ORDER BY container_id"""
    return tuple(fetch_all(connection, _decision, query, [plan_id]))


def _decision(
    *,
    container_id: int,
    urgency: str,
    visited: bool,
    reason: str,
    fill_level: float | None,
    growth_per_day: float | None,
    overflow_risk: float | None,
    next_chance_at: dt.datetime | None,
    last_observed_at: dt.datetime | None,
    last_fill_level: float | None,
    explanation: Mapping[str, str],
) -> Decision:
    return Decision(
        container_id=container_id,
        urgency=Urgency(urgency),
        visited=visited,
        reason=ReasonCode(reason),
        fill_level=fill_level,
        growth_per_day=growth_per_day,
        overflow_risk=overflow_risk,
        next_chance_at=next_chance_at,
        last_observed_at=last_observed_at,
        last_fill_level=last_fill_level,
        explanation=explanation,
    )


def _plan(
    *,
    id: int,
    municipality_id: int,
    depot_id: int,
    date: dt.date,
    created_at: dt.datetime,
    status: str,
    distance_m: int,
    duration_s: int,
    fixed_stops: int | None,
    fixed_routes: int | None,
    fixed_distance_m: int | None,
    fixed_duration_s: int | None,
    engines: str,
    road_source: str,
) -> Plan:
    fixed = None
    if None not in (fixed_stops, fixed_routes, fixed_distance_m, fixed_duration_s):
        fixed = FixedSchedule(fixed_stops or 0, fixed_routes or 0, fixed_distance_m or 0, fixed_duration_s or 0)
    return Plan(
        id=id,
        municipality_id=municipality_id,
        depot_id=depot_id,
        date=date,
        created_at=created_at,
        status=PlanStatus(status),
        decisions=(),
        routes=(),
        distance_m=distance_m,
        duration_s=duration_s,
        fixed_schedule=fixed,
        engines=engines,
        road_source=road_source,
    )
