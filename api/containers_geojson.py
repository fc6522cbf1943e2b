"""Containers from a GeoJSON file; the format is described in ``docs/containers-geojson.md``."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.errors import InvalidFields
from domain.containers import ContainerGeometry, Fraction
from domain.errors import InvalidInput
from domain.geography import Bounds, Position
from storage import containers
from storage.containers import NewContainer, NewSite
from storage.database import Connection

MOST_ERRORS = 50
"""How many sentences about one file a person wants to read at once."""

CRS84_NAMES = ("urn:ogc:def:crs:OGC:1.3:CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326")

OTHER_WORDS: Mapping[str, Fraction] = {
    "biowaste": Fraction.ORGANIC,
    "general": Fraction.RESIDUAL,
    "gfe": Fraction.ORGANIC,
    "gft": Fraction.ORGANIC,
    "glas": Fraction.GLASS,
    "household": Fraction.RESIDUAL,
    "oud papier": Fraction.PAPER,
    "papier": Fraction.PAPER,
    "pbd": Fraction.PLASTICS,
    "pmd": Fraction.PLASTICS,
    "rest": Fraction.RESIDUAL,
    "restafval": Fraction.RESIDUAL,
    "textiel": Fraction.TEXTILE,
}
"""What else people call a fraction: to suggest the right word, not to guess."""

KNOWN_PROPERTIES = (
    "code",
    "fraction",
    "capacityL",
    "address",
    "siteCode",
    "siteName",
    "fullnessThreshold",
    "serviceS",
    "emptyDistanceM",
    "fullDistanceM",
    "bottomShare",
)


@dataclass(frozen=True, slots=True)
class ContainerToAdd:
    """One container of the file. Containers with the same ``site_code`` stand at one site."""

    code: str
    site_code: str
    site_name: str
    position: Position
    fraction: Fraction
    capacity_l: int
    address: str
    geometry: ContainerGeometry | None
    fullness_threshold: float
    service_s: int


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
        reader = _FeatureReader(number, feature, bounds)
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


class _FeatureReader:
    """Reads one feature, and collects a sentence for everything that is wrong with it."""

    def __init__(self, number: int, feature: Any, bounds: Bounds) -> None:
        self.problems: list[str] = []
        self.swapped = False
        self._feature: dict[str, Any] = feature if isinstance(feature, dict) else {}
        properties = self._feature.get("properties")
        self._properties: dict[str, Any] = properties if isinstance(properties, dict) else {}
        self._bounds = bounds
        code = self._properties.get("code")
        self.name = f'feature {number} ("{code}")' if isinstance(code, str) and code else f"feature {number}"

    def read(self) -> ContainerToAdd | None:
        if self._feature.get("type") != "Feature":
            self._complain('is not a GeoJSON Feature; it needs "type": "Feature"')
            return None
        self._refuse_unknown()
        position = self._position()
        code = self._text("code", required=True)
        fraction = self._fraction()
        capacity_l = self._number("capacityL", required=True, above=0, whole=True)
        threshold = self._number("fullnessThreshold", default=0.7, above=0, at_most=1)
        service_s = self._number("serviceS", default=120, at_least=0, whole=True)
        geometry = self._geometry()
        site_code = self._text("siteCode") or code
        if self.problems or position is None or fraction is None or capacity_l is None:
            return None
        assert threshold is not None
        assert service_s is not None
        address = self._text("address")
        return ContainerToAdd(
            code=code,
            site_code=site_code,
            site_name=self._text("siteName") or address or site_code,
            position=position,
            fraction=fraction,
            capacity_l=int(capacity_l),
            address=address,
            geometry=geometry,
            fullness_threshold=threshold,
            service_s=int(service_s),
        )

    def _complain(self, sentence: str) -> None:
        self.problems.append(f"{self.name}: {sentence}")

    def _refuse_unknown(self) -> None:
        for name in self._properties:
            close = difflib.get_close_matches(name, KNOWN_PROPERTIES, n=1, cutoff=0.8)
            if name not in KNOWN_PROPERTIES and close:
                self._complain(f'the property "{name}" is not known; did you mean "{close[0]}"?')

    def _position(self) -> Position | None:
        geometry = self._feature.get("geometry")
        if not isinstance(geometry, dict) or geometry.get("type") != "Point":
            self._complain('needs a geometry of type "Point"')
            return None
        coordinates = geometry.get("coordinates")
        if not isinstance(coordinates, list) or len(coordinates) < 2 or not all(_is_number(c) for c in coordinates[:2]):
            self._complain("the coordinates must be two numbers: [longitude, latitude]")
            return None
        lon, lat = float(coordinates[0]), float(coordinates[1])
        position = _position_or_none(lon, lat)
        if position is not None and self._bounds.contains(position):
            return position
        turned = _position_or_none(lat, lon)
        if turned is not None and self._bounds.contains(turned):
            self.swapped = True
        elif position is None:
            hint = "metres of a national grid, as RD? Convert them to WGS 84" if abs(lon) > 180 else "in degrees"
            self._complain(f"[{lon:g}, {lat:g}] is no place on earth; coordinates are longitude and latitude ({hint})")
        else:
            box = self._bounds
            limits = f"longitude {box.west:g} to {box.east:g}, latitude {box.south:g} to {box.north:g}"
            self._complain(f"[{lon:g}, {lat:g}] is outside the municipality ({limits})")
        return None

    def _fraction(self) -> Fraction | None:
        known = [fraction.value for fraction in Fraction]
        text = self._text("fraction", required=True)
        if text in known:
            return Fraction(text)
        if text:
            lower = text.strip().lower()
            meant = OTHER_WORDS.get(lower)
            close = [meant.value] if meant else difflib.get_close_matches(lower, known, n=1, cutoff=0.6)
            hint = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(known)}"
            self._complain(f'the fraction "{text}" is not known; {hint}')
        return None

    def _geometry(self) -> ContainerGeometry | None:
        empty = self._number("emptyDistanceM", at_least=0)
        full = self._number("fullDistanceM", at_least=0)
        bottom = self._number("bottomShare", default=1, above=0, at_most=1)
        if (empty is None) != (full is None):
            if not any("DistanceM" in each for each in self.problems):
                self._complain("emptyDistanceM and fullDistanceM belong together; give both or neither")
            return None
        if empty is None or full is None or bottom is None:
            return None
        try:
            return ContainerGeometry(empty, full, bottom)
        except InvalidInput as error:
            self._complain(str(error))
            return None

    def _text(self, name: str, *, required: bool = False) -> str:
        value = self._properties.get(name)
        if value is None or value == "":
            if required:
                self._complain(f'the property "{name}" is missing')
            return ""
        if not isinstance(value, str):
            self._complain(f'the property "{name}" must be a text, not {_words(value)}')
            return ""
        return value

    def _number(
        self,
        name: str,
        *,
        required: bool = False,
        default: float | None = None,
        above: float = -math.inf,
        at_least: float = -math.inf,
        at_most: float = math.inf,
        whole: bool = False,
    ) -> float | None:
        value = self._properties.get(name)
        if value is None:
            if required:
                self._complain(f'the property "{name}" is missing')
            return default
        if not _is_number(value):
            self._complain(f'the property "{name}" must be a number, not {_words(value)}')
        elif not (above < value and at_least <= value <= at_most):
            limits = [f"above {above:g}" if above > -math.inf else "", f"at least {at_least:g}" if at_least > -math.inf else ""]
            limits.append(f"at most {at_most:g}" if at_most < math.inf else "")
            self._complain(f'"{name}" is {value:g}, but must be {" and ".join(each for each in limits if each)}')
        elif whole and value != int(value):
            self._complain(f'"{name}" is {value:g}, but must be a whole number')
        else:
            return float(value)
        return default


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _position_or_none(lon: float, lat: float) -> Position | None:
    try:
        return Position(lon, lat)
    except InvalidInput:
        return None


def _words(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value!r}"
