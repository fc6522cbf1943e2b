"""PyVRP's routes as ours, and ours as PyVRP's."""

from __future__ import annotations

from collections.abc import Sequence

import pyvrp

from domain.plans import StepKind
from routing.problem import TimeWindow, Vehicle, Visit
from routing.solvers.plan.folding import ways_home
from routing.solvers.plan.schedule import schedule
from routing.solvers.plan.visits import Visits
from routing.solvers.pyvrp_engine.crews import Crew
from routing.solvers.pyvrp_engine.layout import Layout


def visits_of(layout: Layout, solution: pyvrp.Solution) -> dict[int, list[Visit]]:
    """PyVRP's routes as visits, each going home over the tip of its virtual end."""
    spare = [list(crew.vehicles) for crew in layout.crews]
    found: dict[int, list[Visit]] = {}
    for route in solution.routes():
        number = route.vehicle_type()
        vehicle = spare[number].pop(0)
        visits = list(vehicle.prefix)
        for activity in route.schedule():
            if activity.is_client():
                stop = layout.clients[activity.idx].stop
                if stop is not None:
                    visits.append(Visit(StepKind.EMPTYING, stop.id))
            elif activity.idx in layout.tips_of[number]:
                visits += [Visit(StepKind.DISPOSAL, site.id) for site in layout.tips_of[number][activity.idx].sites]
        found[vehicle.id] = _homeward(layout, layout.crews[number], visits)
    return found


def _homeward(layout: Layout, crew: Crew, visits: list[Visit]) -> list[Visit]:
    """With the tip on the way home; sites where nothing is emptied are left out when the routes are tidied."""
    if not (crew.folds_end and crew.home) or (visits and visits[-1].kind is StepKind.DISPOSAL):
        return visits
    location = layout.index.place_of(visits[-1]).location if visits else crew.vehicle.start
    way = crew.home[int(ways_home(crew.matrix, crew.vehicle, crew.home, [location])[2][0])]
    return visits + [Visit(StepKind.DISPOSAL, site.id) for site in way]


def solution_of(layout: Layout, data: pyvrp.ProblemData, visits: Visits) -> pyvrp.Solution:
    """Visits as a PyVRP solution, as far as it can express them."""
    clients_of: dict[int, list[int]] = {}
    for number, client in enumerate(layout.clients):
        if client.stop is not None:
            clients_of.setdefault(client.stop.id, []).append(number)
    routes: list[pyvrp.Route] = []
    for number, crew in enumerate(layout.crews):
        for vehicle in crew.vehicles:
            order = list(visits.get(vehicle.id, ()))
            if not order and crew.anchor is None:
                continue
            activities = _activities(layout, number, vehicle, order, clients_of)
            if activities:
                routes.append(pyvrp.Route(data, activities, number))
    return pyvrp.Solution(data, routes)


def _activities(
    layout: Layout, number: int, vehicle: Vehicle, order: Sequence[Visit], clients_of: dict[int, list[int]]
) -> list[pyvrp.Activity]:
    crew = layout.crews[number]
    begins = _begins(layout, vehicle, order) if any(len(clients_of.get(v.id, ())) > 1 for v in order) else {}
    activities: list[pyvrp.Activity] = []
    if number in layout.anchor_of:
        activities.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, layout.anchor_of[number]))
    sites: list[int] = []
    reloads = len(order) if crew.max_reloads is None else crew.max_reloads
    for visit in order[len(vehicle.prefix) :]:
        if visit.kind is StepKind.DISPOSAL:
            sites.append(visit.id)
            continue
        if sites and activities and reloads > 0:
            tip = _tip(layout, number, sites)
            if tip is not None:
                reloads -= 1
                activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, tip))
        sites = []
        if visit.id in crew.stop_ids and visit.id in clients_of:
            choices = clients_of[visit.id]
            begin_s = begins.get(visit.id)
            client = next((c for c in choices if _inside(layout.clients[c].window, begin_s)), choices[0])
            activities.append(pyvrp.Activity(pyvrp.ActivityType.CLIENT, client))
    if sites and activities and not crew.folds_end and reloads > 0:
        tip = _tip(layout, number, sites)
        if tip is not None:
            activities.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, tip))
    return activities


def _begins(layout: Layout, vehicle: Vehicle, order: Sequence[Visit]) -> dict[int, int]:
    route = schedule(layout.index, vehicle, order)
    return {} if route is None else {s.stop_id: s.begins_s for s in route.steps if s.stop_id is not None}


def _inside(window: TimeWindow | None, begin_s: int | None) -> bool:
    return window is None or (begin_s is not None and window[0] <= begin_s <= window[1])


def _tip(layout: Layout, number: int, site_ids: Sequence[int]) -> int | None:
    """The tip that goes to these sites, or to them among others."""
    tips = layout.tips_of[number]
    ids = {depot: [site.id for site in tip.sites] for depot, tip in tips.items()}
    same = (depot for depot, sites in ids.items() if sites == list(site_ids))
    more = (depot for depot, sites in ids.items() if set(site_ids) <= set(sites))
    return next(same, next(more, next(iter(tips), None)))
