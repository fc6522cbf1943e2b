"""Problems and solutions as JSON, in VROOM's words where it has them; described in ``docs/problem-json.md``.

Reading is strict: a field that is missing, misspelt or of the wrong kind is an error that names its JSON path.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.plans import StepKind
from routing.problem import LATEST_S, DisposalSite, Matrix, Problem, Stop, TimeWindow, Vehicle
from routing.solution import Route, Solution, Step

_Object = Mapping[str, object]
_Made = TypeVar("_Made")


def read_problem(data: bytes | str) -> Problem:
    """Read a problem from JSON text.

    Raises
    ------
    InvalidInput
        When the text is no JSON (line and column are named) or no problem (the JSON path is named).
    """
    try:
        document: object = json.loads(data)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the file is not UTF-8 text: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"this is not JSON: {error.msg}", where=f"line {error.lineno}, column {error.colno}"
        ) from error
    except ValueError as error:
        raise InvalidInput(f"this JSON holds a number that cannot be right: {error}") from error
    except RecursionError as error:
        raise InvalidInput("this JSON is nested too deeply to be a problem") from error
    return problem_from_json(document)


def problem_from_json(document: object) -> Problem:
    """Build a problem from parsed JSON; see :func:`read_problem` for errors."""
    root = _object(document, "the document")
    _fields(root, "", required=("vehicles", "matrices"), optional=("jobs", "disposal_sites"))
    matrix = _matrix(root["matrices"])
    stops = _list(root.get("jobs", []), "jobs", _stop)
    vehicles = _list(root["vehicles"], "vehicles", _vehicle)
    sites = _list(root.get("disposal_sites", []), "disposal_sites", _disposal_site)
    places = {f"stop {stop.id}": f"jobs[{number}]" for number, stop in enumerate(stops)}
    places |= {f"vehicle {vehicle.id}": f"vehicles[{number}]" for number, vehicle in enumerate(vehicles)}
    places |= {f"disposal site {site.id}": f"disposal_sites[{number}]" for number, site in enumerate(sites)}
    try:
        return Problem(matrix, stops, vehicles, sites)
    except InvalidInput as error:
        raise InvalidInput(error.what, where=places.get(error.where or "", error.where), remedy=error.remedy) from error


def solution_to_json(problem: Problem, solution: Solution) -> dict[str, Any]:
    """A solution as JSON data. Costs in cents, times in seconds, distances in metres, loads as [kg, l]."""
    routes = [_route_json(problem, route) for route in solution.routes]
    return {
        "code": 0,
        "summary": {
            "cost": round(solution.cost.total, 2),
            "cost_fixed": round(solution.cost.fixed, 2),
            "cost_distance": round(solution.cost.distance, 2),
            "cost_duration": round(solution.cost.duration, 2),
            "cost_missed_prizes": round(solution.cost.missed_prizes, 2),
            "routes": len(routes),
            "unassigned": len(solution.unassigned),
            **{name: sum(route[name] for route in routes) for name in ("distance", "duration", "service")},
            "waiting_time": sum(route["waiting_time"] for route in routes),
        },
        "routes": routes,
        "unassigned": [
            {"id": unassigned.stop_id, "type": "job", "reason": unassigned.reason.value}
            | ({} if unassigned.detour_cost is None else {"detour_cost": unassigned.detour_cost})
            for unassigned in solution.unassigned
        ],
        "searches": [
            {
                "vehicles": list(search.vehicle_ids),
                "jobs": search.stops,
                "found_by": search.found_by,
                "seconds": search.seconds,
            }
            for search in solution.searches
        ],
    }


def _route_json(problem: Problem, route: Route) -> dict[str, Any]:
    vehicle = next(vehicle for vehicle in problem.vehicles if vehicle.id == route.vehicle_id)
    service_s = sum(step.service_s for step in route.steps)
    waiting_s = sum(step.waiting_s for step in route.steps)
    cost = vehicle.fixed_cost + vehicle.cost_per_km * route.distance_m / 1000
    return {
        "vehicle": route.vehicle_id,
        "cost": round(cost + vehicle.cost_per_hour * route.duration_s / 3600, 2),
        "distance": route.distance_m,
        "duration": route.duration_s - service_s - waiting_s,
        "service": service_s,
        "waiting_time": waiting_s,
        "steps": [_step_json(step) for step in route.steps],
    }


_STEP_TYPES = {
    StepKind.START: "start",
    StepKind.EMPTYING: "job",
    StepKind.DISPOSAL: "disposal",
    StepKind.END: "end",
}


def _step_json(step: Step) -> dict[str, Any]:
    identifier = step.stop_id if step.kind is StepKind.EMPTYING else step.disposal_site_id
    return {
        "type": _STEP_TYPES[step.kind],
        **({} if identifier is None else {"id": identifier}),
        "location_index": step.location,
        "arrival": step.arrival_s,
        "waiting_time": step.waiting_s,
        "service": step.service_s,
        "load": [step.load_kg, step.load_l],
        "distance": step.distance_m,
    }


def _stop(value: object, path: str) -> Stop:
    job = _object(value, path)
    _fields(
        job,
        path,
        required=("id", "location_index", "fraction"),
        optional=("pickup", "service", "prize", "allowed_vehicles", "time_windows"),
    )
    kg, litres = _pair(job.get("pickup", [0, 0]), f"{path}.pickup", "two amounts, [kg, l]")
    allowed = job.get("allowed_vehicles")
    windows = _list(job.get("time_windows", []), f"{path}.time_windows", _window)
    return _made(
        path,
        lambda: Stop(
            id=_integer(job["id"], f"{path}.id"),
            location=_integer(job["location_index"], f"{path}.location_index"),
            fraction=_fraction(job["fraction"], f"{path}.fraction"),
            kg=kg,
            l=litres,
            service_s=_integer(job.get("service", 0), f"{path}.service"),
            prize=None if job.get("prize") is None else _integer(job["prize"], f"{path}.prize"),
            allowed_vehicles=None
            if allowed is None
            else frozenset(_list(allowed, f"{path}.allowed_vehicles", _integer)),
            time_windows=windows,
        ),
    )


def _vehicle(value: object, path: str) -> Vehicle:
    vehicle = _object(value, path)
    _fields(
        vehicle,
        path,
        required=("id", "start_index", "end_index", "fractions", "capacity"),
        optional=("time_window", "costs"),
    )
    kg, litres = _pair(vehicle["capacity"], f"{path}.capacity", "two capacities, [kg, l]")
    starts_s, ends_s = _window(vehicle.get("time_window", [0, LATEST_S]), f"{path}.time_window")
    costs = _object(vehicle.get("costs", {}), f"{path}.costs")
    _fields(costs, f"{path}.costs", required=(), optional=("fixed", "per_km", "per_hour"))
    return _made(
        path,
        lambda: Vehicle(
            id=_integer(vehicle["id"], f"{path}.id"),
            start=_integer(vehicle["start_index"], f"{path}.start_index"),
            end=_integer(vehicle["end_index"], f"{path}.end_index"),
            fractions=_fractions(vehicle["fractions"], f"{path}.fractions"),
            capacity_kg=kg,
            capacity_l=litres,
            starts_s=starts_s,
            ends_s=ends_s,
            fixed_cost=_integer(costs.get("fixed", 0), f"{path}.costs.fixed"),
            cost_per_km=_integer(costs.get("per_km", 0), f"{path}.costs.per_km"),
            cost_per_hour=_integer(costs.get("per_hour", 3600), f"{path}.costs.per_hour"),
        ),
    )


def _disposal_site(value: object, path: str) -> DisposalSite:
    site = _object(value, path)
    _fields(site, path, required=("id", "location_index", "fractions"), optional=("service",))
    return _made(
        path,
        lambda: DisposalSite(
            id=_integer(site["id"], f"{path}.id"),
            location=_integer(site["location_index"], f"{path}.location_index"),
            fractions=_fractions(site["fractions"], f"{path}.fractions"),
            service_s=_integer(site.get("service", 0), f"{path}.service"),
        ),
    )


def _made(path: str, make: Callable[[], _Made]) -> _Made:
    """What ``make`` builds; what it refuses is told with the JSON path."""
    try:
        return make()
    except InvalidInput as error:
        where = error.where if error.where and error.where.startswith(path) else path
        raise InvalidInput(error.what, where=where, remedy=error.remedy) from error


def _matrix(value: object) -> Matrix:
    matrices = _object(value, "matrices")
    if len(matrices) != 1:
        raise InvalidInput(
            f"holds {len(matrices)} profiles", where="matrices", remedy='give exactly one, for instance "truck"'
        )
    profile, tables = next(iter(matrices.items()))
    path = f"matrices.{profile}"
    tables = _object(tables, path)
    _fields(tables, path, required=("distances", "durations"), optional=())
    distances = _table(tables["distances"], f"{path}.distances")
    durations = _table(tables["durations"], f"{path}.durations")
    try:
        return Matrix(distances, durations)
    except InvalidInput as error:
        name, _, cell = (error.where or "").removeprefix("matrix").partition("[")
        table = {".distances_m": ".distances", ".durations_s": ".durations"}.get(name, "")
        where = f"{path}{table}" + (f"[{cell}" if cell else "")
        raise InvalidInput(error.what, where=where, remedy=error.remedy) from error


def _table(value: object, path: str) -> NDArray[np.int32]:
    rows = _array(value, path)
    for number, row in enumerate(rows):
        values = _array(row, f"{path}[{number}]")
        if len(values) != len(rows):
            raise InvalidInput(
                f"has {len(values)} values, but the table has {len(rows)} rows",
                where=f"{path}[{number}]",
                remedy="a matrix must be square",
            )
        for column, cell in enumerate(values):
            if type(cell) is not int:
                _integer(cell, f"{path}[{number}][{column}]")
            elif abs(cell) > LATEST_S:
                raise InvalidInput(f"{cell} is too large", where=f"{path}[{number}][{column}]")
    return np.array(rows, dtype=np.int32).reshape(len(rows), len(rows))


def _fields(value: _Object, path: str, *, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
    known = (*required, *optional)
    for name in value:
        if name not in known:
            close = get_close_matches(name, [field for field in known if field not in value], n=1)
            raise InvalidInput(
                f"there is no field {name!r}",
                where=path or "the document",
                remedy=f"did you mean {close[0]!r}?" if close else f"known fields: {', '.join(known)}",
            )
    for name in required:
        if name not in value:
            raise InvalidInput(f"the field {name!r} is missing", where=path or "the document")


def _object(value: object, path: str) -> _Object:
    if not isinstance(value, dict):
        raise InvalidInput(f"must be an object, not {_kind(value)}", where=path)
    return cast(_Object, value)


def _array(value: object, path: str) -> list[object]:
    if not isinstance(value, list):
        raise InvalidInput(f"must be an array, not {_kind(value)}", where=path)
    return cast(list[object], value)


def _list(value: object, path: str, read: Callable[[object, str], _Made]) -> tuple[_Made, ...]:
    return tuple(read(item, f"{path}[{number}]") for number, item in enumerate(_array(value, path)))


def _integer(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"must be a whole number, not {_kind(value)}", where=path)
    return value


def _pair(value: object, path: str, meaning: str) -> tuple[int, int]:
    values = _array(value, path)
    if len(values) != 2:
        raise InvalidInput(f"must hold {meaning}, not {len(values)} values", where=path)
    return _integer(values[0], f"{path}[0]"), _integer(values[1], f"{path}[1]")


def _window(value: object, path: str) -> TimeWindow:
    return _pair(value, path, "two times, [earliest, latest]")


def _fraction(value: object, path: str) -> Fraction:
    if isinstance(value, str) and value in set(Fraction):
        return Fraction(value)
    known = ", ".join(fraction.value for fraction in Fraction)
    close = get_close_matches(value, [fraction.value for fraction in Fraction], n=1) if isinstance(value, str) else []
    remedy = f"did you mean {close[0]!r}?" if close else f"choose from {known}"
    raise InvalidInput(f"{value!r} is no fraction", where=path, remedy=remedy)


def _fractions(value: object, path: str) -> frozenset[Fraction]:
    return frozenset(_list(value, path, _fraction))


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds = {bool: "true or false", dict: "an object", list: "an array", str: "text", float: "a number with decimals"}
    return kinds.get(type(value), "a number")
