"""Solutions from JSON: what ``halfvol solve`` wrote, to go on from."""

from __future__ import annotations

from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.amounts import LARGEST_AMOUNT, LATEST_S
from routing.problem import Problem
from routing.solution import Cost, Load, Route, Solution, Step, Unassigned, UnassignedReason
from routing.wire.solutions import STEP_TYPES
from routing.wire.values import Object, an_array, an_object, each, identifier, kg_and_l, missing, whole

_KINDS = {name: kind for kind, name in STEP_TYPES.items()}


def read_solution(value: object, problem: Problem) -> Solution:
    """Build a solution of a problem from parsed JSON; fields that only describe it are not looked at.

    Raises
    ------
    InvalidInput
        When it is no solution, or one of another problem; the JSON path is named.
    """
    root = an_object(value, "the document")
    if "routes" not in root:
        raise missing("", "routes", "give what 'halfvol solve' wrote")
    vehicles = {vehicle.id: len(vehicle.compartments) for vehicle in problem.vehicles}
    stops = {stop.id for stop in problem.stops}
    sites = {site.id for site in problem.disposal_sites}
    seen: set[int] = set()

    def step(entry: object, path: str, compartments: int) -> Step:
        found = an_object(entry, path)
        kind = _KINDS.get(str(found.get("type")))
        if kind is None:
            raise InvalidInput("is no kind of step", where=f"{path}.type", remedy=f"choose from {', '.join(_KINDS)}")
        number = identifier(found["id"], f"{path}.id") if "id" in found else None
        if kind is StepKind.EMPTYING:
            if number not in stops:
                raise InvalidInput(f"the problem has no job {number}", where=f"{path}.id")
            if number in seen:
                raise InvalidInput(f"job {number} is visited twice", where=f"{path}.id")
            seen.add(number)
        if kind is StepKind.DISPOSAL and number not in sites:
            raise InvalidInput(f"the problem has no disposal site {number}", where=f"{path}.id")
        loads = each(found.get("loads", [[0, 0]] * compartments), f"{path}.loads", _load)
        if len(loads) != compartments:
            raise InvalidInput(
                f"has {len(loads)} loads, but the vehicle {compartments} compartments", where=f"{path}.loads"
            )
        location = _number(found, "location_index", path, LARGEST_AMOUNT)
        if location >= problem.size:
            raise InvalidInput(f"{location} is outside the matrices", where=f"{path}.location_index")
        return Step(
            kind,
            location,
            _number(found, "arrival", path, LATEST_S),
            _number(found, "waiting_time", path, LATEST_S, 0),
            _number(found, "service", path, LATEST_S, 0),
            loads,
            _number(found, "distance", path, LARGEST_AMOUNT, 0),
            setup_s=_number(found, "setup", path, LATEST_S, 0),
            hold_s=_number(found, "hold", path, LATEST_S, 0),
            stop_id=number if kind is StepKind.EMPTYING else None,
            disposal_site_id=number if kind is StepKind.DISPOSAL else None,
            break_id=number if kind is StepKind.BREAK else None,
        )

    def route(entry: object, path: str) -> Route:
        found = an_object(entry, path)
        if "vehicle" not in found:
            raise missing(path, "vehicle")
        vehicle = identifier(found["vehicle"], f"{path}.vehicle")
        if vehicle not in vehicles:
            raise InvalidInput(f"the problem has no vehicle {vehicle}", where=f"{path}.vehicle")
        steps = each(found.get("steps", []), f"{path}.steps", lambda one, at: step(one, at, vehicles[vehicle]))
        if len(steps) < 2 or steps[0].kind is not StepKind.START or steps[-1].kind is not StepKind.END:
            raise InvalidInput("must begin with a start and end with an end", where=f"{path}.steps")
        return Route(vehicle, steps)

    routes = each(root["routes"], "routes", route)
    for number, one in enumerate(routes):
        if any(one.vehicle_id == other.vehicle_id for other in routes[:number]):
            raise InvalidInput(f"vehicle {one.vehicle_id} has a route already", where=f"routes[{number}].vehicle")
    left_out = tuple(
        _unassigned(entry, f"unassigned[{number}]")
        for number, entry in enumerate(an_array(root.get("unassigned", []), "unassigned"))
    )
    return Solution(routes, left_out, Cost())


def _number(found: Object, name: str, path: str, largest: int, default: int | None = None) -> int:
    if name not in found:
        if default is None:
            raise missing(path, name)
        return default
    return whole(found[name], f"{path}.{name}", largest)


def _load(value: object, path: str) -> Load:
    return Load(*kg_and_l(value, path))


def _unassigned(value: object, path: str) -> Unassigned:
    found = an_object(value, path)
    if "id" not in found:
        raise missing(path, "id")
    reason = found.get("reason")
    if reason not in set(UnassignedReason):
        raise InvalidInput("is no reason", where=f"{path}.reason")
    return Unassigned(identifier(found["id"], f"{path}.id"), UnassignedReason(str(reason)))
