"""Containers from a GeoJSON file; the format is described in ``docs/containers-geojson.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.container_feature import ContainerToAdd, FeatureReader
from api.errors import InvalidFields
from domain.geography import Bounds, Position
from storage import containers
from storage.containers import NewContainer, NewSite
from storage.database import Connection

MOST_ERRORS = 50
"""How many sentences about one file a person wants to read at once."""

CRS84_NAMES = ("urn:ogc:def:crs:OGC:1.3:CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326")


@dataclass(frozen=True, slots=True)
class Added:
    """How many containers and new sites an import added."""

    containers: int
    sites: int


def containers_from_geojson(data: Mapping[str, Any], bounds: Bounds) -> list[ContainerToAdd]:
    """Read the containers of a FeatureCollection.

    Parameters
    ----------
    data
        The parsed GeoJSON.
    bounds
        Of the municipality: a container outside of it is taken for a mistake.

    Raises
    ------
    InvalidFields
        With a sentence for everything that is wrong, each naming its feature and the way to mend it.
    """
    _check_collection(data)
    problems: list[str] = []
    swapped: list[str] = []
    read: list[ContainerToAdd] = []
    for number, feature in enumerate(data["features"], start=1):
        reader = FeatureReader(number, feature, bounds)
        container = reader.read()
        problems += reader.problems
        if reader.swapped:
            swapped.append(reader.name)
        elif container is not None:
            read.append(container)
    problems = _swapped_sentences(swapped, len(data["features"])) + problems + _contradictions(read)
    if problems:
        more = len(problems) - MOST_ERRORS
        raise InvalidFields(problems[:MOST_ERRORS] + ([f"and {more} more problems"] if more > 0 else []))
    return read


def add_containers(connection: Connection, *, municipality_id: int, new: Sequence[ContainerToAdd]) -> Added:
    """Store the containers, and the sites that do not exist yet.

    Raises
    ------
    InvalidFields
        When codes are taken already, naming them.
    """
    taken = {each.code for each in containers.list_for(connection, municipality_id)}
    if clashes := [each.code for each in new if each.code in taken]:
        raise InvalidFields([f'the municipality has a container "{code}" already' for code in clashes[:MOST_ERRORS]])
    sites = {site.code: site.id for site in containers.list_sites(connection, municipality_id)}
    missing = {
        each.site_code: NewSite(each.site_code, each.site_name, each.position)
        for each in new
        if each.site_code not in sites
    }
    created = containers.create_sites(connection, municipality_id=municipality_id, sites=list(missing.values()))
    sites |= {site.code: site.id for site in created}
    rows = [
        NewContainer(
            site_id=sites[each.site_code],
            code=each.code,
            fraction=each.fraction,
            capacity_l=each.capacity_l,
            address=each.address,
            geometry=each.geometry,
            fullness_threshold=each.fullness_threshold,
            service_s=each.service_s,
        )
        for each in new
    ]
    containers.create_many(connection, municipality_id=municipality_id, containers=rows)
    return Added(containers=len(rows), sites=len(created))


def _check_collection(data: Mapping[str, Any]) -> None:
    if data.get("type") != "FeatureCollection" or not isinstance(data.get("features"), list):
        raise InvalidFields(['this is not a GeoJSON FeatureCollection: it needs "type" and a list of "features"'])
    if not data["features"]:
        raise InvalidFields(["the FeatureCollection has no features"])
    crs = data.get("crs")
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    if name is not None and name not in CRS84_NAMES:
        sentence = f'the coordinates are in "{name}"; convert them to longitude and latitude (WGS 84), as GeoJSON wants'
        raise InvalidFields([sentence])


def _swapped_sentences(names: Sequence[str], total: int) -> list[str]:
    """One sentence for all: who swapped one pair swapped the whole file."""
    if not names:
        return []
    fix = "GeoJSON wants [longitude, latitude]"
    if len(names) == 1:
        return [f"{names[0]}: longitude and latitude are swapped; {fix}"]
    which = "all" if len(names) == total else f"{len(names)} of {total}"
    return [f"{names[0]} and others ({which} features): longitude and latitude are swapped; {fix}"]


def _contradictions(read: Sequence[ContainerToAdd]) -> list[str]:
    problems: list[str] = []
    codes: set[str] = set()
    places: dict[str, Position] = {}
    for each in read:
        if each.code in codes:
            problems.append(f'the code "{each.code}" stands at more than one feature; codes must be unique')
        codes.add(each.code)
        if places.setdefault(each.site_code, each.position) != each.position:
            problems.append(f'"{each.code}": the site "{each.site_code}" has another position at an earlier feature')
    return problems
