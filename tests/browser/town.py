"""The simulated town with four weeks of readings and a plan, written through ingest's reader and the storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from api.planning import make_plan, next_round_date
from deploy.town import register_town
from domain.plans import Plan, PlanStatus
from ingest.reader import read
from ingest.registry import load
from routing.roads.osm import read_graph
from simulators import extract
from simulators.history import messages
from simulators.town import build_town
from storage import fleet, observations, plans
from storage.database import Database

HISTORY = timedelta(days=28)
CONTAINERS = 300
SEED = 1


@dataclass(frozen=True)
class LivingTown:
    """What a browser finds: a municipality, and the plan of its next collection day."""

    municipality_code: str
    date: date
    plan: Plan


def build(database: Database, *, now: datetime | None = None) -> LivingTown:
    """Fill an empty database."""
    now = now or datetime.now(UTC)
    graph = read_graph(extract.helsinki_extract(), extract.NAME)
    town = build_town(graph, seed=SEED, containers=CONTAINERS)
    start = now - HISTORY
    municipality = register_town(database, town, graph, sensors_since=start - timedelta(days=1))
    with database.transaction() as connection:
        devices = load(connection)
        batch = [read(each.topic, each.payload, each.sent_at, devices) for each in messages(town, start, now)]
        observations.store(
            connection,
            observations=[found for each in batch for found in each.observations],
            rejections=[found for each in batch for found in each.rejections],
            unclaimed=[found for each in batch for found in each.unclaimed],
        )
        its_fleet = fleet.load(connection, municipality.id)
    day = next_round_date(its_fleet, now.date() + timedelta(days=1))
    plan = make_plan(database, municipality_code=municipality.code, date=day, time_limit_s=2)
    return LivingTown(municipality.code, day, plan)


def approve(database: Database, plan: Plan) -> None:
    """As an operator does."""
    assert plan.id is not None
    with database.transaction() as connection:
        plans.set_status(connection, plan_id=plan.id, status=PlanStatus.APPROVED)


def with_a_break(database: Database, plan: Plan) -> None:
    """Give the first route a break of half an hour at its first stop, as a longer day would have one."""
    route_id = plan.routes[0].id
    with database.transaction() as connection:
        for move in (
            # In two moves, so that no two steps ever have one number.
            "UPDATE route_step SET sequence = -sequence - 1 WHERE route_id = %s AND sequence > 1",
            "UPDATE route_step SET sequence = -sequence WHERE route_id = %s AND sequence < 0",
        ):
            connection.execute(move, [route_id])
        connection.execute(
            """INSERT INTO route_step (route_id, municipality_id, sequence, kind, lon, lat, arrives_at, service_s,
                load_kg, load_l, distance_m)
            SELECT route_id, municipality_id, 2, 'break', lon, lat, arrives_at, 1800, load_kg, load_l, distance_m
            FROM route_step WHERE route_id = %s AND sequence = 1""",
            [route_id],
        )
