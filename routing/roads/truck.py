"""Where trucks may drive, which way, and how fast: the judgement of one OpenStreetMap way or node by its tags."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from routing.roads.profile import HEAVY, LIGHT

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
    "ferry": ClassSpeed(10, 10),
}
"""Drivable values of OpenStreetMap's ``highway``, and ``ferry`` for ``route=ferry``; what is not listed is closed."""

ROAD_CLASSES: tuple[str, ...] = tuple(SPEEDS)
"""The classes in a fixed order: a graph stores their index."""

CLOSED_UNLESS_ALLOWED = frozenset({"pedestrian", "track", "ferry"})
"""Classes that a truck enters only where a tag for vehicles says so."""

WITHOUT_STOPS = frozenset({"motorway", "motorway_link", "trunk", "trunk_link", "ferry"})
"""Classes on which no truck stops to empty a container."""

FORBIDDING = frozenset(
    {"no", "private", "agricultural", "forestry", "military", "emergency", "psv", "bus", "use_sidepath", "discouraged"}
)
"""Access values that keep a collection truck out. "destination", "delivery" and "customers" let it in: it has
business there."""

ALLOWING = frozenset({"yes", "designated", "permissive", "destination", "delivery", "customers", "official", "service"})

FOR_DESTINATION = frozenset({"destination", "delivery", "customers"})
"""Access values that let in who has business there, not who drives through."""

VEHICLE_KEYS = {
    HEAVY: ("hgv", "goods", "motor_vehicle", "vehicle"),
    LIGHT: ("goods", "motorcar", "motor_vehicle", "vehicle"),
}
"""Access keys that concern a kind of vehicle, the most specific first; ``access`` comes after them."""

BOARDING_S = 300.0
"""Waiting for a ferry, seconds: a round figure, as timetables are not read."""

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


NO_LIMITS = (math.inf,) * 5
"""Limits in the order of ``profile.LIMITS`` where no sign stands."""

_LIMIT_KEYS = (
    ("maxheight", "maxheight:physical"),
    ("maxweight", "maxweight:hgv", "maxweightrating", "maxweightrating:hgv"),
    ("maxwidth", "maxwidth:physical"),
    ("maxlength", "maxlength:hgv"),
    ("maxaxleload",),
)

FORWARD_SHIFT, BACKWARD_SHIFT = 0, 2
"""Where in the bits of ``access`` the kinds of vehicles for a direction stand."""


@dataclass(frozen=True, slots=True)
class Drivable:
    """How a way may be driven.

    Parameters
    ----------
    road_class, name
        A key of :data:`SPEEDS`, and the street's name or number, or "".
    forward_mps, backward_mps
        Metres per second along and against the way; 0 = forbidden to every kind of vehicle.
    stoppable
        A truck may stop to empty a container.
    access
        Bits: the kinds of vehicles (``HEAVY``, ``LIGHT``) that may go along it, and shifted by two those against it.
    destination
        Open only to who has business there.
    roundabout
        Part of a roundabout.
    limits
        Greatest dimensions in the order of ``profile.LIMITS``; infinite where no sign stands.
    wait_s
        Seconds lost on it besides driving: boarding a ferry.
    """

    road_class: str
    name: str
    forward_mps: float
    backward_mps: float
    stoppable: bool
    access: int = (HEAVY | LIGHT) | (HEAVY | LIGHT) << BACKWARD_SHIFT
    destination: bool = False
    roundabout: bool = False
    limits: tuple[float, ...] = NO_LIMITS
    wait_s: float = 0.0

    def reversed(self) -> Drivable:
        """The same way seen from its other end."""
        access = self.access >> BACKWARD_SHIFT | (self.access & (HEAVY | LIGHT)) << BACKWARD_SHIFT
        return replace(self, forward_mps=self.backward_mps, backward_mps=self.forward_mps, access=access)


@dataclass(frozen=True, slots=True)
class Barrier:
    """What stands on a node: the kinds of vehicles that it stops, and those that are larger than its limits."""

    kinds: int
    limits: tuple[float, ...] = NO_LIMITS


def judge(tags: Mapping[str, str]) -> Drivable | None:
    """How trucks may drive a way with these tags, or None when none may.

    Access is decided by the most specific tag (hgv, goods, motor_vehicle, vehicle, access), apart for vehicles above
    and up to 3.5 t; what is higher, heavier, wider or longer than a sign allows is found out when the truck is known.
    A ferry carries trucks only where a tag for vehicles says so. Conditional restrictions are not read.
    """
    road_class = "ferry" if tags.get("route") == "ferry" else tags.get("highway", "")
    if road_class not in SPEEDS or tags.get("area") == "yes" or tags.get("service") in CLOSED_SERVICES:
        return None
    access = 0
    for kind in (HEAVY, LIGHT):
        if road_class in CLOSED_UNLESS_ALLOWED and not _lets_vehicles_in(tags, kind):
            continue
        along, against = _directions(tags, kind)
        if along and _access_value(tags, kind, "forward") not in FORBIDDING:
            access |= kind << FORWARD_SHIFT
        if against and _access_value(tags, kind, "backward") not in FORBIDDING:
            access |= kind << BACKWARD_SHIFT
    if not access:
        return None
    drives = HEAVY | LIGHT
    forward, backward = _speed_mps(tags, road_class, "forward"), _speed_mps(tags, road_class, "backward")
    return Drivable(
        road_class=road_class,
        name=tags.get("name") or tags.get("ref", ""),
        forward_mps=forward if access & drives else 0.0,
        backward_mps=backward if access >> BACKWARD_SHIFT & drives else 0.0,
        stoppable=road_class not in WITHOUT_STOPS and tags.get("tunnel", "no") in {"no", "building_passage"},
        access=access,
        destination=_access_value(tags, HEAVY, "forward") in FOR_DESTINATION,
        roundabout=tags.get("junction") in {"roundabout", "circular"},
        limits=_limits(tags),
        wait_s=BOARDING_S if road_class == "ferry" else 0.0,
    )


def barrier(tags: Mapping[str, str]) -> Barrier | None:
    """Whom the barrier on a node of a way stops; None when nobody."""
    kind_of_barrier = tags.get("barrier", "")
    if not kind_of_barrier:
        return None
    kinds = 0
    for kind in (HEAVY, LIGHT):
        value = _access_value(tags, kind, "forward")
        if value in FORBIDDING or (value not in ALLOWING and kind_of_barrier in CLOSED_BARRIERS):
            kinds |= kind
    limits = _limits(tags)
    return Barrier(kinds, limits) if kinds or limits != NO_LIMITS else None


def _access_value(tags: Mapping[str, str], kind: int, direction: str) -> str | None:
    """The value of the most specific access tag that concerns a kind of vehicle."""
    for key in (*VEHICLE_KEYS[kind], "access"):
        for candidate in (f"{key}:{direction}", key):
            if candidate in tags:
                return tags[candidate]
    return None


def _lets_vehicles_in(tags: Mapping[str, str], kind: int) -> bool:
    """Whether a tag about vehicles allows them; ``access=yes`` on a pedestrian street speaks of people on foot."""
    return next((tags[key] for key in VEHICLE_KEYS[kind] if key in tags), None) in ALLOWING


def _limits(tags: Mapping[str, str]) -> tuple[float, ...]:
    def smallest(keys: tuple[str, ...]) -> float:
        values = (_amount(tags[key]) for key in keys if key in tags)
        return min((value for value in values if value is not None), default=math.inf)

    return tuple(smallest(keys) for keys in _LIMIT_KEYS)


def _directions(tags: Mapping[str, str], kind: int) -> tuple[bool, bool]:
    """Whether a kind of vehicle may go along and against the way."""
    keys = (*(f"oneway:{key}" for key in VEHICLE_KEYS[kind]), "oneway")
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


_UNITS = {"": 1.0, "m": 1.0, "t": 1.0, "st": 0.907185, "lbs": 0.000453592, "kg": 0.001, "cm": 0.01, "ft": 0.3048}


def _amount(text: str) -> float | None:
    """Metres or tonnes from a sign's value: ``"3.8"``, ``"3,8 m"``, ``"7500 kg"``, ``12'6"``; None for words."""
    feet = re.fullmatch(r"\s*(\d+)'\s*(?:(\d+(?:\.\d+)?)(?:\"|''))?\s*", text)
    if feet:
        return int(feet[1]) * 0.3048 + float(feet[2] or 0) * 0.0254
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*([a-z]*)\s*", text.lower())
    if match is None or match[2] not in _UNITS:
        return None
    return float(match[1].replace(",", ".")) * _UNITS[match[2]]
