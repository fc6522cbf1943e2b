"""Both worlds of every date, and where containers stand in the world that was not driven."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from domain.errors import NotFound
from domain.saving import ComparedDay, Exclusion, LookBack, OtherLevel, Side, World
from storage.database import Connection
from storage.rows import fetch_all, fetch_one, fetch_value

KEPT_DAYS = 120
"""So many days back the levels of the other world are kept, to work nights out again."""


def put(connection: Connection, day: ComparedDay) -> None:
    """Store a date, in place of what was stored of it; what was looked back on is kept where ``day`` has none."""
    back = day.looked_back
    connection.execute(
        """
        INSERT INTO compared_day AS kept (
            municipality_id, date, driven, known_at, began_on, containers, settled_share, trusted_share, estimated,
            problem, emptied_share, extra_emptyings, overflow_days, heard_share)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (municipality_id, date) DO UPDATE SET
            driven = excluded.driven, known_at = excluded.known_at, began_on = excluded.began_on,
            containers = excluded.containers, settled_share = excluded.settled_share,
            trusted_share = excluded.trusted_share, estimated = excluded.estimated, problem = excluded.problem,
            emptied_share = CASE WHEN excluded.heard_share IS NULL
                THEN kept.emptied_share ELSE excluded.emptied_share END,
            extra_emptyings = coalesce(excluded.extra_emptyings, kept.extra_emptyings),
            overflow_days = coalesce(excluded.overflow_days, kept.overflow_days),
            heard_share = coalesce(excluded.heard_share, kept.heard_share)""",
        [
            day.municipality_id,
            day.date,
            day.driven,
            day.known_at,
            day.began_on,
            day.containers,
            day.settled_share,
            day.trusted_share,
            day.estimated,
            day.problem,
            back.emptied_share if back else None,
            back.extra_emptyings if back else None,
            back.overflow_days if back else None,
            back.heard_share if back else None,
        ],
    )
    connection.execute(
        "DELETE FROM compared_side WHERE municipality_id = %s AND date = %s", [day.municipality_id, day.date]
    )
    for world, side in ((World.HALFVOL, day.halfvol), (World.FIXED_SCHEDULE, day.fixed_schedule)):
        if side is not None:
            _put_side(connection, day, world, side)


def _put_side(connection: Connection, day: ComparedDay, world: World, side: Side) -> None:
    connection.execute(
        """
        INSERT INTO compared_side (
            municipality_id, date, world, distance_m, duration_s, vehicles, stops, kg, cost, overflow_days,
            overflow_sd, unserved)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        [
            day.municipality_id,
            day.date,
            world,
            side.distance_m,
            side.duration_s,
            side.vehicles,
            side.stops,
            side.kg,
            side.cost,
            side.overflow_days,
            side.overflow_sd,
            side.unserved,
        ],
    )


def look_back(connection: Connection, *, municipality_id: int, date: dt.date, found: LookBack) -> None:
    """Add what became of a date.

    Raises
    ------
    NotFound
        When nothing is stored of that date.
    """
    query = """
        UPDATE compared_day SET emptied_share = %s, extra_emptyings = %s, overflow_days = %s, heard_share = %s
        WHERE municipality_id = %s AND date = %s"""
    parameters = [found.emptied_share, found.extra_emptyings, found.overflow_days, found.heard_share]
    if not connection.execute(query, [*parameters, municipality_id, date]).rowcount:
        raise NotFound(f"nothing was compared on {date.isoformat()}")


def days(connection: Connection, *, municipality_id: int, first: dt.date, last: dt.date) -> list[ComparedDay]:
    """The dates of an interval, both ends included, that were compared, oldest first."""
    query = """
        SELECT
            compared_day.municipality_id, compared_day.date, driven, known_at, began_on, containers, settled_share,
            trusted_share, estimated, problem, emptied_share, extra_emptyings, overflow_days, heard_share,
            plan.id AS plan_id, coalesce(plan.status = 'approved', false) AS approved
        FROM compared_day LEFT JOIN LATERAL (
            SELECT id, status FROM plan
            WHERE plan.municipality_id = compared_day.municipality_id AND plan.date = compared_day.date
                AND superseded_at IS NULL
            ORDER BY created_at DESC, id DESC LIMIT 1
        ) AS plan ON true
        WHERE compared_day.municipality_id = %(municipality_id)s AND compared_day.date BETWEEN %(first)s AND %(last)s
        ORDER BY compared_day.date"""
    sides = """
        SELECT
            date, world, distance_m, duration_s, vehicles, stops, kg, cost, overflow_days, overflow_sd, unserved
        FROM compared_side WHERE municipality_id = %(municipality_id)s AND date BETWEEN %(first)s AND %(last)s"""
    parameters = {"municipality_id": municipality_id, "first": first, "last": last}
    by_date = {(date, world): side for date, world, side in fetch_all(connection, _side, sides, parameters)}

    def build(*, date: dt.date, **columns: object) -> ComparedDay:
        return _day(
            date=date,
            halfvol=by_date.get((date, World.HALFVOL)),
            fixed_schedule=by_date.get((date, World.FIXED_SCHEDULE)),
            **columns,  # pyright: ignore[reportArgumentType]
        )

    return fetch_all(connection, build, query, parameters)


def newest_before(connection: Connection, *, municipality_id: int, date: dt.date) -> ComparedDay | None:
    """The last date before this one that was compared; None: there is none."""
    query = "SELECT max(date) FROM compared_day WHERE municipality_id = %s AND date < %s"
    newest: dt.date | None = fetch_value(connection, query, [municipality_id, date])
    if newest is None:
        return None
    return days(connection, municipality_id=municipality_id, first=newest, last=newest)[0]


def span(connection: Connection, municipality_id: int) -> tuple[dt.date, dt.date] | None:
    """The first and the last date that were compared; None: there is none."""
    query = "SELECT min(date) AS first, max(date) AS last FROM compared_day WHERE municipality_id = %s"
    return fetch_one(connection, _span, query, [municipality_id])


def other_levels(
    connection: Connection, *, municipality_id: int, world: World, since: dt.date, before: dt.date
) -> dict[int, OtherLevel]:
    """By container id the newest state in a world that is the outcome of a date from ``since`` until ``before``."""
    query = """
        SELECT DISTINCT ON (container_id) container_id, date, at, level, level_sd, emptied_at, emptied_here
        FROM other_level WHERE municipality_id = %s AND world = %s AND date >= %s AND date < %s
        ORDER BY container_id, date DESC"""
    found = fetch_all(connection, OtherLevel, query, [municipality_id, world, since, before])
    return {each.container_id: each for each in found}


def put_other_levels(
    connection: Connection, *, municipality_id: int, world: World, date: dt.date, levels: Iterable[OtherLevel]
) -> None:
    """Store where containers stood after the collection of a date, in place of all that was stored of it.

    ``levels`` of other dates (rounds of nights that nobody planned) are added where nothing is stored of them. What is
    older than ``KEPT_DAYS`` is let go of, but for the newest of each container.
    """
    connection.execute(
        "DELETE FROM other_level WHERE municipality_id = %s AND world = %s AND date = %s",
        [municipality_id, world, date],
    )
    connection.execute(
        """
        DELETE FROM other_level AS old USING other_level AS newer
        WHERE old.municipality_id = %s AND old.world = %s AND old.date < %s
            AND newer.municipality_id = old.municipality_id AND newer.world = old.world
            AND newer.container_id = old.container_id AND newer.date > old.date""",
        [municipality_id, world, date - dt.timedelta(days=KEPT_DAYS)],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO other_level (
                municipality_id, world, container_id, date, at, level, level_sd, emptied_at, emptied_here)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [
                (municipality_id, world, each.container_id, each.date, each.at, each.level, each.level_sd,
                 each.emptied_at, each.emptied_here)
                for each in levels
            ],
        )  # fmt: skip


def _side(
    *,
    date: dt.date,
    world: str,
    distance_m: int,
    duration_s: int,
    vehicles: int,
    stops: int,
    kg: int,
    cost: int,
    overflow_days: float,
    overflow_sd: float,
    unserved: int,
) -> tuple[dt.date, World, Side]:
    side = Side(distance_m, duration_s, vehicles, stops, kg, cost, overflow_days, overflow_sd, unserved)
    return date, World(world), side


def _span(*, first: dt.date | None, last: dt.date | None) -> tuple[dt.date, dt.date] | None:
    return None if first is None or last is None else (first, last)


def _day(
    *,
    municipality_id: int,
    date: dt.date,
    driven: str,
    known_at: dt.datetime,
    began_on: dt.date,
    containers: int,
    settled_share: float,
    trusted_share: float,
    estimated: bool,
    problem: str | None,
    emptied_share: float | None,
    extra_emptyings: int | None,
    overflow_days: float | None,
    heard_share: float | None,
    plan_id: int | None,
    approved: bool,
    halfvol: Side | None,
    fixed_schedule: Side | None,
) -> ComparedDay:
    back = None
    if extra_emptyings is not None and overflow_days is not None and heard_share is not None:
        back = LookBack(emptied_share, extra_emptyings, overflow_days, heard_share)
    return ComparedDay(
        municipality_id=municipality_id,
        date=date,
        driven=World(driven),
        known_at=known_at,
        plan_id=plan_id,
        approved=approved,
        began_on=began_on,
        containers=containers,
        settled_share=settled_share,
        trusted_share=trusted_share,
        estimated=estimated,
        halfvol=halfvol,
        fixed_schedule=fixed_schedule,
        problem=None if problem is None else Exclusion(problem),
        looked_back=back,
    )
