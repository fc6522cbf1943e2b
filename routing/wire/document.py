"""The whole document of a problem: from JSON and to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import InvalidInput
from domain.geography import Position
from routing.places import Places
from routing.problem import Problem
from routing.roads.profile import TruckProfile
from routing.vehicle import DEFAULT_PROFILE
from routing.wire.dimensions import check_none, trucks_of
from routing.wire.fields import DOCUMENT
from routing.wire.jobs import disposal_site, disposal_site_json, job, job_json
from routing.wire.matrices import matrices, matrices_json
from routing.wire.places import Locations, Measure
from routing.wire.values import Object, a_text, an_array, an_object, each, take, whole
from routing.wire.vehicles import vehicle, vehicle_json


@dataclass(frozen=True, slots=True)
class Document:
    """A problem, and what its document says of positions and names.

    ``measured``: whether the matrices were made from coordinates, because the document has none; ``trucks``: for which
    truck, by profile.
    """

    problem: Problem
    places: Places
    measured: bool
    trucks: Mapping[str, TruckProfile]


def read_document(value: object, *, measure: Measure | None = None) -> Document:
    """Build a problem from parsed JSON.

    Parameters
    ----------
    measure
        Makes the matrices of a document that has coordinates and none. None: such a document is refused.

    Raises
    ------
    InvalidInput
        When it is no problem; the JSON path is named.
    """
    root = take(value, "", DOCUMENT)
    given = matrices(root["matrices"]) if "matrices" in root else None
    if given is None and measure is None:
        raise InvalidInput(
            "the field 'matrices' is missing",
            where="the document",
            remedy="give it, or have it measured along streets (--roads) or estimated (--straight-line)",
        )
    locations = Locations(None if given is None else next(iter(given.values())).size)
    profile = next(iter(given)) if given is not None and len(given) == 1 else DEFAULT_PROFILE
    stops = each(root.get("jobs", []), "jobs", lambda one, path: job(one, path, locations))
    vehicles = each(root["vehicles"], "vehicles", lambda one, path: vehicle(one, path, locations, profile=profile))
    sites = each(
        root.get("disposal_sites", []), "disposal_sites", lambda one, path: disposal_site(one, path, locations)
    )
    change_cost = whole(root.get("change_cost", 0), "change_cost")
    entries = [an_object(entry, "vehicles") for entry in an_array(root["vehicles"], "vehicles")]
    measured = given is None
    trucks = trucks_of(entries, vehicles) if measured else {}
    if not measured:
        check_none(entries)
    if given is None and measure is not None:
        given = dict(measure(*locations.asked, trucks))
    paths = {f"stop {stop.id}": f"jobs[{number}]" for number, stop in enumerate(stops)}
    paths |= {f"vehicle {one.id}": f"vehicles[{number}]" for number, one in enumerate(vehicles)}
    paths |= {f"disposal site {site.id}": f"disposal_sites[{number}]" for number, site in enumerate(sites)}
    try:
        problem = Problem(given or {}, stops, vehicles, sites, change_cost)
    except InvalidInput as error:
        raise InvalidInput(error.what, where=paths.get(error.where or "", error.where), remedy=error.remedy) from error
    names = (_names(root, group) for group in ("jobs", "vehicles", "disposal_sites"))
    return Document(problem, Places(locations.positions, *names), measured, trucks)


def document_json(problem: Problem, places: Places | None = None) -> dict[str, Any]:
    """A problem as JSON data that :func:`read_document` reads back as the same problem."""
    places = places or Places({})
    return {
        "jobs": [
            job_json(stop) | _location(places, "location", stop.location) | _description(places.stops, stop.id)
            for stop in problem.stops
        ],
        "vehicles": [
            vehicle_json(one)
            | _location(places, "start", one.start)
            | _location(places, "end", one.end)
            | _description(places.vehicles, one.id)
            for one in problem.vehicles
        ],
        "disposal_sites": [
            disposal_site_json(site)
            | _location(places, "location", site.location)
            | _description(places.disposal_sites, site.id)
            for site in problem.disposal_sites
        ],
        "change_cost": problem.change_cost,
        "matrices": matrices_json(problem.matrices),
    }


def coordinates(position: Position) -> list[float]:
    """Longitude and latitude in degrees."""
    return [position.lon, position.lat]


def _location(places: Places, name: str, row: int) -> dict[str, list[float]]:
    position = places.positions.get(row)
    return {} if position is None else {name: coordinates(position)}


def _description(names: Mapping[int, str], identifier: int) -> dict[str, str]:
    return {"description": names[identifier]} if identifier in names else {}


def _names(root: Object, group: str) -> dict[int, str]:
    """What the entries of a group, which have been read before, are called by people."""
    found: dict[int, str] = {}

    def name(entry: Any, path: str) -> None:
        if "description" in entry:
            found[entry["id"]] = a_text(entry["description"], f"{path}.description")

    each(root.get(group, []), group, name)
    return found
