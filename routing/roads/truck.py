"""Where a collection truck may drive, which way, and how fast: the judgement of one OpenStreetMap way by its tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

TRUCK_HEIGHT_M = 3.6
"""Height of a common rear loader with its crane folded, metres; lower passages are closed to it."""

TRUCK_MASS_T = 18.0
"""Permitted mass of a two-axle rear loader, tonnes: the most that Directive 96/53/EC allows on two axles."""

TRUCK_WIDTH_M = 2.55
"""Greatest width of a truck in the European Union (Directive 96/53/EC), metres."""

SHARE_OF_LIMIT = 0.8
"""Mean speed as a share of the speed limit. OSRM's car profile reduces by the same factor."""

MILE_KM = 1.609344


@dataclass(frozen=True, slots=True)
class ClassSpeed:
    """Speeds on a class of road in km/h: the limit assumed where none is mapped, and the most a truck makes of it."""

    assumed_limit: float
    at_most: float


SPEEDS: dict[str, ClassSpeed] = {
    "motorway": ClassSpeed(100, 80),
    "motorway_link": ClassSpeed(60, 45),
    "trunk": ClassSpeed(80, 75),
    "trunk_link": ClassSpeed(50, 40),
    "primary": ClassSpeed(50, 65),
    "primary_link": ClassSpeed(40, 35),
    "secondary": ClassSpeed(50, 60),
    "secondary_link": ClassSpeed(40, 35),
    "tertiary": ClassSpeed(50, 55),
    "tertiary_link": ClassSpeed(30, 30),
    "unclassified": ClassSpeed(40, 40),
    "residential": ClassSpeed(30, 30),
    "road": ClassSpeed(30, 20),
    "living_street": ClassSpeed(10, 8),
    "service": ClassSpeed(20, 12),
    "pedestrian": ClassSpeed(10, 8),
    "track": ClassSpeed(15, 10),
}
"""Drivable values of OpenStreetMap's ``highway``; what is not listed is closed to trucks."""

ROAD_CLASSES: tuple[str, ...] = tuple(SPEEDS)
"""The classes in a fixed order: a graph stores their index."""

CLOSED_UNLESS_ALLOWED = frozenset({"pedestrian", "track"})
"""Classes that a truck enters only where a tag for vehicles says so."""

WITHOUT_STOPS = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})
"""Classes on which no truck stops to empty a container."""

FORBIDDING = frozenset(
    {"no", "private", "agricultural", "forestry", "military", "emergency", "psv", "bus", "use_sidepath", "discouraged"}
)
"""Access values that keep a collection truck out. "destination", "delivery" and "customers" let it in: it has
business there."""

ALLOWING = frozenset({"yes", "designated", "permissive", "destination", "delivery", "customers", "official", "service"})

VEHICLE_KEYS = ("hgv", "goods", "motor_vehicle", "vehicle")
"""Access keys that concern a truck, the most specific first; ``access`` comes after them."""

CLOSED_SERVICES = frozenset({"emergency_access", "drive-through", "parking"})
CLOSED_BARRIERS = frozenset(
    {"bollard", "block", "jersey_barrier", "chain", "log", "planter", "debris", "wall", "fence"}
)
"""Barriers on a way that stop a truck unless a tag lets vehicles through."""

ZONE_LIMITS = {
    "urban": 50.0,
    "rural": 80.0,
    "trunk": 80.0,
    "motorway": 100.0,
    "living_street": 10.0,
    "walk": 7.0,
    "bicycle_road": 30.0,
}
"""Speed limits written as a kind of zone (``DE:urban``, ``walk``), km/h, as far as they concern a truck."""


@dataclass(frozen=True, slots=True)
class Drivable:
    """How a way may be driven. Speeds are in metres per second along and against the way; 0 = forbidden."""

    road_class: str
    name: str
    forward_mps: float
    backward_mps: float
    stoppable: bool

    def reversed(self) -> Drivable:
        """The same way seen from its other end."""
        return Drivable(self.road_class, self.name, self.backward_mps, self.forward_mps, self.stoppable)


def judge(tags: Mapping[str, str]) -> Drivable | None:
    """How a collection truck may drive a way with these tags, or None when it may not.

    Access is decided by the most specific tag (hgv, goods, motor_vehicle, vehicle, access); ways lower, narrower or
    weaker than the truck are closed. Conditional restrictions are not read.
    """
    road_class = tags.get("highway", "")
    if road_class not in SPEEDS or tags.get("area") == "yes" or not _admits(tags) or not _fits(tags):
        return None
    if road_class in CLOSED_UNLESS_ALLOWED and not _lets_vehicles_in(tags):
        return None
    if tags.get("service") in CLOSED_SERVICES:
        return None
    along, against = _directions(tags)
    if not (along or against):
        return None
    return Drivable(
        road_class=road_class,
        name=tags.get("name", ""),
        forward_mps=_speed_mps(tags, road_class, "forward") if along else 0.0,
        backward_mps=_speed_mps(tags, road_class, "backward") if against else 0.0,
        stoppable=road_class not in WITHOUT_STOPS and tags.get("tunnel", "no") in {"no", "building_passage"},
    )


def blocks(tags: Mapping[str, str]) -> bool:
    """Whether the barrier on a node of a way stops a truck."""
    barrier = tags.get("barrier", "")
    if not barrier:
        return False
    value = _access_value(tags)
    if value in FORBIDDING:
        return True
    if value in ALLOWING:
        return False
    return barrier in CLOSED_BARRIERS


def _access_value(tags: Mapping[str, str]) -> str | None:
    """The value of the most specific access tag that concerns a truck."""
    return next((tags[key] for key in (*VEHICLE_KEYS, "access") if key in tags), None)


def _admits(tags: Mapping[str, str]) -> bool:
    return _access_value(tags) not in FORBIDDING


def _lets_vehicles_in(tags: Mapping[str, str]) -> bool:
    """Whether a tag about vehicles allows them; ``access=yes`` on a pedestrian street speaks of people on foot."""
    return next((tags[key] for key in VEHICLE_KEYS if key in tags), None) in ALLOWING


def _fits(tags: Mapping[str, str]) -> bool:
    limits = (("maxheight", TRUCK_HEIGHT_M), ("maxweight", TRUCK_MASS_T), ("maxwidth", TRUCK_WIDTH_M))
    for key, needed in limits:
        allowed = _number(tags.get(key, ""))
        if allowed is not None and allowed < needed:
            return False
    return True


def _directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether a truck may go along and against the way."""
    keys = ("oneway:hgv", "oneway:motor_vehicle", "oneway:vehicle", "oneway")
    value = next((tags[key] for key in keys if key in tags), None)
    if value in {"yes", "true", "1"}:
        return True, False
    if value in {"-1", "reverse"}:
        return False, True
    if value == "reversible":
        return False, False
    if value is None and (tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"):
        return True, False
    return True, True


def _speed_mps(tags: Mapping[str, str], road_class: str, direction: str) -> float:
    keys = (f"maxspeed:hgv:{direction}", "maxspeed:hgv", f"maxspeed:{direction}", "maxspeed")
    limits = (speed_limit_kmh(tags[key]) for key in keys if key in tags)
    speeds = SPEEDS[road_class]
    limit = next((limit for limit in limits if limit is not None), speeds.assumed_limit)
    return min(speeds.at_most, SHARE_OF_LIMIT * limit) / 3.6


def speed_limit_kmh(text: str) -> float | None:
    """A ``maxspeed`` in km/h: ``"50"``, ``"20 mph"``, ``"DE:urban"``, ``"walk"``; None when it tells no limit."""
    value = text.rpartition(":")[2].strip().lower().removeprefix("zone")
    if value in ZONE_LIMITS:
        return ZONE_LIMITS[value]
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|mph|)", value)
    if match is None or float(match[1]) == 0:
        return None
    return float(match[1]) * (MILE_KM if match[2] == "mph" else 1)


def _number(text: str) -> float | None:
    """A plain number, with an optional metric unit; None for anything else ("default", "below_default", feet)."""
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(?:m|t)?\s*", text)
    return float(match[1].replace(",", ".")) if match else None
