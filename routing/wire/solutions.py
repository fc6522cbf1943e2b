"""Solutions as JSON data, in VROOM's words where it has them. Money in cents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from domain.plans import StepKind
from routing.check import Violation
from routing.compactness import Compactness, RouteShape, compactness
from routing.places import Places
from routing.problem import Problem
from routing.solution import Cost, Route, Search, Solution, Step, Unassigned
from routing.vehicle import Vehicle
from routing.wire.document import coordinates

STEP_TYPES = {
    StepKind.START: "start",
    StepKind.EMPTYING: "job",
    StepKind.DISPOSAL: "disposal",
    StepKind.BREAK: "break",
    StepKind.END: "end",
}


def solution_json(
    problem: Problem,
    solution: Solution,
    *,
    violations: Sequence[Violation] = (),
    places: Places | None = None,
    distances: str = "given",
) -> dict[str, Any]:
    """A solution as JSON data.

    Parameters
    ----------
    violations
        What the checker found.
    places
        Positions and names, repeated at the steps where they are known.
    distances
        Where metres and seconds come from.
    """
    places = places or Places({})
    measured = compactness(problem, solution, places.positions)
    shapes: dict[int, dict[str, Any]] = {shape.vehicle_id: {"shape": _shape(shape)} for shape in measured.routes}
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    planned = {stop.id: stop.planned_vehicle for stop in problem.stops}
    routes = [
        _route(problem, vehicles[route.vehicle_id], planned, route, places) | shapes.get(route.vehicle_id, {})
        for route in solution.routes
    ]
    prizes = {stop.id: stop.prize for stop in problem.stops}
    return {
        "code": 1 if violations else 0,
        "summary": {
            "cost": round(solution.cost.total, 2),
            "costs": _costs(solution.cost),
            "routes": len(routes),
            "unassigned": len(solution.unassigned),
            "required_unassigned": sum(prizes.get(each.stop_id) is None for each in solution.unassigned),
            **{name: sum(route[name] for route in routes) for name in _TOTALS},
            "distances": distances,
            **({"shape": _shape(measured)} if measured.routes else {}),
            "violations": len(violations),
        },
        "routes": routes,
        "unassigned": [_unassigned(each, prizes.get(each.stop_id), places) for each in solution.unassigned],
        "searches": [_search(search) for search in solution.searches],
        "violations": [
            {"place": violation.place, "rule": violation.rule.value, "amount": violation.amount}
            for violation in violations
        ],
    }


_TOTALS = ("distance", "duration", "setup", "service", "waiting_time")


def _shape(measured: RouteShape | Compactness) -> dict[str, float]:
    return {
        "spread": round(measured.spread_m),
        "kept_neighbours": round(measured.kept_neighbours, 3),
        "overlap": round(measured.overlap, 3),
        "intruders": round(measured.intruders, 3),
    }


def _route(
    problem: Problem, vehicle: Vehicle, planned: dict[int, int | None], route: Route, places: Places
) -> dict[str, Any]:
    overtime_s = 0 if vehicle.max_duration_s is None else max(0, route.duration_s - vehicle.max_duration_s)
    changed = sum(planned.get(stop_id) not in (None, vehicle.id) for stop_id in route.stop_ids)
    cost = Cost(
        fixed=0 if vehicle.under_way else vehicle.fixed_cost,
        distance=vehicle.cost_per_km * route.distance_m / 1000,
        duration=vehicle.cost_per_hour * route.duration_s / 3600,
        overtime=vehicle.cost_per_overtime_hour * overtime_s / 3600,
        changes=problem.change_cost * changed,
    )
    steps = list(_steps(route, places))
    return {
        "vehicle": vehicle.id,
        **_described(places.vehicles.get(vehicle.id)),
        "cost": round(cost.total, 2),
        "costs": _costs(cost),
        "distance": route.distance_m,
        "duration": steps[-1]["duration"],
        "setup": sum(step.setup_s for step in route.steps),
        "service": sum(step.service_s for step in route.steps),
        "waiting_time": sum(step.waiting_s + step.hold_s for step in route.steps),
        "overtime": overtime_s,
        "steps": steps,
    }


def _steps(route: Route, places: Places) -> Iterator[dict[str, Any]]:
    driven_s, leaves_s = 0, route.starts_s
    for step in route.steps:
        driven_s += step.arrival_s - leaves_s
        leaves_s = step.departs_s
        position = places.positions.get(step.location)
        yield {
            "type": STEP_TYPES[step.kind],
            **_called(step, places),
            "location_index": step.location,
            **({} if position is None else {"location": coordinates(position)}),
            "arrival": step.arrival_s,
            "duration": driven_s,
            "setup": step.setup_s,
            "service": step.service_s,
            "waiting_time": step.waiting_s,
            **({"hold": step.hold_s} if step.hold_s else {}),
            "load": [step.load_kg, step.load_l],
            "loads": [[load.kg, load.l] for load in step.loads],
            "distance": step.distance_m,
        }


def _called(step: Step, places: Places) -> dict[str, Any]:
    """The id and description of what is visited; a rest of a driving rule has none."""
    if step.kind is StepKind.EMPTYING and step.stop_id is not None:
        return {"id": step.stop_id, **_described(places.stops.get(step.stop_id))}
    if step.kind is StepKind.DISPOSAL and step.disposal_site_id is not None:
        return {"id": step.disposal_site_id, **_described(places.disposal_sites.get(step.disposal_site_id))}
    return {"id": step.break_id} if step.break_id is not None else {}


def _unassigned(given: Unassigned, prize: int | None, places: Places) -> dict[str, Any]:
    found: dict[str, Any] = {"id": given.stop_id, "type": "job", **_described(places.stops.get(given.stop_id))}
    found["reason"] = given.reason.value
    if given.detour_cost is not None:
        found["detour_cost"] = given.detour_cost
        found["prize_short_by"] = max(0, given.detour_cost - (prize or 0))
    return found


def _costs(cost: Cost) -> dict[str, float]:
    return {name: round(value, 2) for name, value in asdict(cost).items()}


def _search(search: Search) -> dict[str, Any]:
    return {
        "vehicles": list(search.vehicle_ids),
        "jobs": search.stops,
        "found_by": search.found_by,
        "seconds": search.seconds,
    }


def _described(name: str | None) -> dict[str, str]:
    return {} if name is None else {"description": name}
