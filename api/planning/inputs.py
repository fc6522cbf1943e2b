"""Everything that the plan of a day rests on, read from the database in one transaction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from api.planning.days import WorkingDays, time_zone
from domain.containers import Container, Municipality
from domain.errors import InvalidInput, NotFound
from domain.fleet import Depot, DisposalSite
from routing.forecast import FillHistory
from routing.roads.graph import RoadGraph
from storage import containers, emptyings, fleet, municipalities, observations, roads
from storage.database import Connection, Database

HISTORY_DAYS = 56
"""How far back readings and emptyings are read, days."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """A municipality as planning sees it. ``histories`` by container id; a container without one has no reading."""

    municipality: Municipality
    depots: tuple[Depot, ...]
    disposal_sites: tuple[DisposalSite, ...]
    days: WorkingDays
    containers: tuple[Container, ...]
    histories: dict[int, FillHistory]
    roads: RoadGraph


def require_ready(connection: Connection, municipality_code: str) -> None:
    """See to it that a municipality has what no plan can do without.

    Raises
    ------
    NotFound
        When there is no such municipality.
    InvalidInput
        When it has no streets or no depot yet.
    """
    municipality = municipalities.get(connection, municipality_code)
    _road_graph(connection, municipality)
    _require_depot(fleet.load(connection, municipality.id), municipality)


def load(database: Database, municipality_code: str, *, known_at: datetime) -> Inputs:
    """Read what is known at a moment.

    Raises
    ------
    NotFound
        When there is no such municipality.
    InvalidInput
        When it has no roads or no depot yet.
    """
    with database.transaction() as connection:
        municipality = municipalities.get(connection, municipality_code)
        since = known_at - timedelta(days=HISTORY_DAYS)
        series = observations.fill_history(connection, municipality_id=municipality.id, since=since)
        emptied: defaultdict[int, list[float]] = defaultdict(list)
        for emptying in emptyings.list_for(connection, municipality_id=municipality.id, since=since):
            if emptying.withdrawn_at is None:
                emptied[emptying.container_id].append(emptying.emptied_at.timestamp())
        all_containers = tuple(containers.list_for(connection, municipality.id))
        its_fleet = fleet.load(connection, municipality.id)
        graph = _road_graph(connection, municipality)
    _require_depot(its_fleet, municipality)
    nothing = np.empty(0)
    histories = {
        container.id: FillHistory(
            times_s=np.asarray(series[container.id].times_s, float) if container.id in series else nothing,
            levels=np.asarray(series[container.id].levels, float) if container.id in series else nothing,
            good=np.asarray(series[container.id].good, bool) if container.id in series else nothing.astype(bool),
            emptied_s=np.array(sorted(emptied[container.id])),
        )
        for container in all_containers
        if container.id in series or container.id in emptied
    }
    days = WorkingDays(its_fleet.vehicles, its_fleet.shifts, its_fleet.rounds, time_zone(municipality.time_zone))
    return Inputs(
        municipality=municipality,
        depots=tuple(its_fleet.depots),
        disposal_sites=tuple(its_fleet.disposal_sites),
        days=days,
        containers=all_containers,
        histories=histories,
        roads=graph,
    )


def _require_depot(its_fleet: fleet.Fleet, municipality: Municipality) -> None:
    if not its_fleet.depots:
        raise InvalidInput(
            "has no depot for vehicles to start from",
            where=f"municipality {municipality.code}",
            remedy="add one",
        )


def _road_graph(connection: Connection, municipality: Municipality) -> RoadGraph:
    try:
        _, graph = roads.load(connection, municipality.id)
    except NotFound as error:
        raise InvalidInput(
            "has no streets yet, so no route can be planned",
            where=f"municipality {municipality.code}",
            remedy="import them from an OpenStreetMap extract with 'halfvol roads import'",
        ) from error
    return RoadGraph.from_bytes(graph)
