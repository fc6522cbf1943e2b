"""Everything that the plan of a day rests on, read from the database in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np

from api.planning.readings import read_levels
from api.policies import load_policy
from domain.containers import Container, Municipality
from domain.errors import InvalidInput, NotFound
from domain.fleet import Depot, DisposalSite
from domain.visit_requests import RequestKind, VisitRequest
from routing.days import WorkingDays, time_zone
from routing.decide.policy import Policy
from routing.forecast import FillHistory
from routing.forecast.learning import RELEARN_DAYS
from routing.forecast.state import CONTEXT_DAYS, LAG_DAYS
from routing.roads.graph import RoadGraph
from storage import batteries, containers, emptyings, fleet, municipalities, roads, trust, visit_requests
from storage.batteries import BatteryState, Voltages
from storage.database import Connection, Database
from storage.observations import FillSeries
from storage.trust import ContainerChange, FillModel

HISTORY_DAYS = 90
"""How far back readings and emptyings are read when everything is learned anew, days."""

RELEARN = timedelta(days=RELEARN_DAYS)
SHORT_HISTORY = timedelta(days=CONTEXT_DAYS + LAG_DAYS)
"""So far before the last night readings are read when only what is new is learned."""

VOLTAGES_SINCE = timedelta(days=28)
VOLTAGES_EVERY = timedelta(hours=17)
"""Batteries are judged whenever everything is learned anew, from about forty voltages at all hours of the day."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """A municipality as planning sees it. ``histories`` by container id; a container without one has no reading.

    ``fill_model``: what earlier nights learned, with histories that reach back far enough to add to it; None: nothing,
    and the histories are long enough to learn from. ``series``: the readings as stored, with what earlier nights made
    of them; ``reports``: the reported emptyings by container and time (epoch seconds); ``batteries``: as they were last
    judged, by sensor; ``voltages``: to judge them anew, empty when it is not time to. ``requests``: visits that were
    asked for and not made since, by container.
    """

    municipality: Municipality
    depots: tuple[Depot, ...]
    disposal_sites: tuple[DisposalSite, ...]
    days: WorkingDays
    containers: tuple[Container, ...]
    histories: dict[int, FillHistory]
    roads: RoadGraph
    fill_model: FillModel | None = None
    series: Mapping[int, FillSeries] = field(default_factory=dict)
    reports: Mapping[tuple[int, float], UUID] = field(default_factory=dict)
    batteries: Mapping[int, BatteryState] = field(default_factory=dict)
    voltages: Mapping[int, Voltages] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    requests: Mapping[int, RequestKind] = field(default_factory=dict)


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
        When it has no roads or no depot yet, or a policy that this version cannot follow.
    """
    with database.transaction() as connection:
        municipality = municipalities.get(connection, municipality_code)
        model = _usable(trust.get_model(connection, municipality.id), known_at)
        since = known_at - timedelta(days=HISTORY_DAYS) if model is None else model.known_at - SHORT_HISTORY
        emptied: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
        reports: dict[tuple[int, float], UUID] = {}
        for emptying in emptyings.list_for(connection, municipality_id=municipality.id, since=since):
            if emptying.withdrawn_at is None:
                level = emptying.observed_fill_level
                emptied[emptying.container_id].append(
                    (emptying.emptied_at.timestamp(), float("nan") if level is None else level)
                )
                reports[emptying.container_id, emptying.emptied_at.timestamp()] = emptying.id
        changes = trust.container_changes(connection, municipality_id=municipality.id, since=since)
        known_batteries = batteries.states_of(connection, municipality_id=municipality.id)
        voltages: Mapping[int, Voltages] = {}
        if model is None:
            voltages = batteries.sampled_voltages(
                connection,
                municipality_id=municipality.id,
                since=known_at - VOLTAGES_SINCE,
                until=known_at,
                every=VOLTAGES_EVERY,
            )
        all_containers = tuple(containers.list_for(connection, municipality.id))
        its_fleet = fleet.load(connection, municipality.id)
        graph = _road_graph(connection, municipality)
        policy = load_policy(connection, municipality)
        asked = visit_requests.list_open(connection, municipality_id=municipality.id, known_at=known_at)
    _require_depot(its_fleet, municipality)
    series = read_levels(database, municipality_id=municipality.id, since=since)
    histories = {
        container.id: _history(
            container, series.get(container.id), emptied[container.id], changes.get(container.id, []), known_at
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
        fill_model=model,
        series=series,
        reports=reports,
        batteries=known_batteries,
        voltages=voltages,
        policy=policy,
        requests=_kinds(asked),
    )


def _kinds(asked: Iterable[VisitRequest]) -> dict[int, RequestKind]:
    """Why each container is to be visited; where several asked, the first of the kinds counts."""
    order = list(RequestKind)
    found: dict[int, RequestKind] = {}
    for request in sorted(asked, key=lambda each: order.index(each.kind)):
        found.setdefault(request.container_id, request.kind)
    return found


def with_open_requests(database: Database, inputs: Inputs, *, known_at: datetime) -> Inputs:
    """The same, with the requests that are open: what tonight's judgement made of the readings may have closed some."""
    with database.transaction() as connection:
        asked = visit_requests.list_open(connection, municipality_id=inputs.municipality.id, known_at=known_at)
    return replace(inputs, requests=_kinds(asked))


def _usable(model: FillModel | None, known_at: datetime) -> FillModel | None:
    """What was learned, unless that is too long ago, or later than the moment that is looked at."""
    if model is None or model.known_at > known_at or known_at - model.learned_at > RELEARN:
        return None
    return model


def _history(
    container: Container,
    series: FillSeries | None,
    emptied: list[tuple[float, float]],
    changes: list[ContainerChange],
    known_at: datetime,
) -> FillHistory:
    past = [change for change in changes if change.changed_at <= known_at]
    capacities = [change.capacity_l for change in past] + [container.capacity_l]
    from_s = [0.0] + [change.changed_at.timestamp() for change in past]
    places = [change.site_id for change in past] + [container.site_id]
    moves = [change.changed_at for change, place in zip(past, places[1:], strict=True) if change.site_id != place]
    told = np.array(sorted(emptied)).reshape(-1, 2)
    return FillHistory(
        times_s=np.empty(0) if series is None else series.times_s,
        levels=np.empty(0) if series is None else series.levels,
        good=np.empty(0, dtype=bool) if series is None else series.good,
        quality=None if series is None else series.quality,
        sources=None if series is None else series.sensor_ids,
        emptied_s=told[:, 0],
        observed_levels=told[:, 1],
        capacity_l=capacities if past else (),
        capacity_from_s=from_s if past else (),
        moved_s=moves[-1].timestamp() if moves else None,
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
