"""One container of a GeoJSON file: reads a feature and says everything that is wrong with it."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import Any

from domain.containers import OTHER_FRACTION_WORDS, ContainerGeometry, Fraction
from domain.errors import InvalidInput
from domain.geography import Bounds, Position

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


class FeatureReader:
    """Reads one feature, and collects a sentence for everything that is wrong with it.

    Parameters
    ----------
    number
        Which feature of the file it is, from 1.
    feature
        As parsed from JSON: may be anything.
    bounds
        Of the municipality.
    """

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
        """The container, or None where something is wrong: see ``problems`` and ``swapped``."""
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
            meant = OTHER_FRACTION_WORDS.get(lower)
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
            limits = {"above": above, "at least": at_least, "at most": at_most}
            told = " and ".join(f"{words} {limit:g}" for words, limit in limits.items() if math.isfinite(limit))
            self._complain(f'"{name}" is {value:g}, but must be {told}')
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
