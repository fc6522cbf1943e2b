"""What can be wrong with a solution."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """A rule that a solution can break; the comment gives the unit of a violation's amount."""

    # routes
    UNKNOWN_VEHICLE = "unknown_vehicle"  # 1
    VEHICLE_TWICE = "vehicle_twice"  # routes beyond the first
    ROUTE_SHAPE = "route_shape"  # 1: not from start over stops, sites and breaks to end
    ROUTE_MISSING = "route_missing"  # 1: the vehicle is under way, so it has a route in any case
    ROUTE_IDLE = "route_idle"  # 1: it serves no stop, and is neither under way nor was told to go anywhere
    PREFIX = "prefix"  # visits of the prefix that are not made first and in order
    # places
    UNKNOWN_STOP = "unknown_stop"  # 1
    UNKNOWN_SITE = "unknown_site"  # 1
    STEP_CONTRADICTED = "step_contradicted"  # ids that do not belong to a step of this kind
    WRONG_PLACE = "wrong_place"  # 1: not where its depot, stop or site is; a break neither here nor there
    NO_WAY = "no_way"  # 1: the vehicle's matrix has no way between two steps
    DISTANCE = "distance"  # metres between stated and recomputed
    # stops
    STOP_TWICE = "stop_twice"  # visits beyond the first
    STOP_MISSING = "stop_missing"  # 1: in no route and not among the unassigned
    STOP_CONTRADICTED = "stop_contradicted"  # 1: both visited and unassigned, or unassigned twice
    STOP_DONE = "stop_done"  # times that a stop is visited or unassigned although it is done
    FRACTION = "fraction"  # fractions of the stop that the vehicle does not take
    SKILL = "skill"  # skills that the vehicle lacks
    NOT_ALLOWED = "not_allowed"  # 1: the stop does not allow this vehicle
    # loads
    CAPACITY_KG = "capacity_kg"  # kg too much in a compartment
    CAPACITY_L = "capacity_l"  # litres too much in a compartment
    LOAD = "load"  # kg or litres between stated and recomputed; compartments too many or too few
    DISPOSAL_USELESS = "disposal_useless"  # 1: the visit empties no compartment
    NOT_EMPTY = "not_empty"  # kg (or litres, or 1 if neither is known) aboard at the end
    TRIPS = "trips"  # trips beyond the most
    DAY_STOPS = "day_stops"  # stops beyond the most
    DAY_KG = "day_kg"  # kg beyond the most
    DAY_L = "day_l"  # litres beyond the most
    # times
    TIME = "time"  # seconds between stated and recomputed arrival; seconds waited where nobody waits
    SETUP = "setup"  # seconds between stated and demanded
    SERVICE = "service"  # seconds between stated and demanded; for a break its length
    WINDOW = "window"  # seconds that a stop, a disposal or a break begins too early or too late
    RELEASE = "release"  # seconds that a trip leaves before one of its stops is released
    SHIFT = "shift"  # seconds outside the shift
    DURATION = "duration"  # seconds beyond the longest duration with the most overtime
    # breaks
    UNKNOWN_BREAK = "unknown_break"  # 1: not one of the vehicle's, or a rest although nothing asks for one
    BREAK_MISSING = "break_missing"  # 1
    BREAK_TWICE = "break_twice"  # times beyond the first
    BREAK_ORDER = "break_order"  # breaks taken before one that comes first
    DRIVING = "driving"  # seconds driven without rest beyond the most
    # the outcome
    WRONG_REASON = "wrong_reason"  # 1, or cents by which the prize exceeds the stated cost of the detour
    COST = "cost"  # cents between stated and recomputed


@dataclass(frozen=True, slots=True)
class Violation:
    """``place`` names route and step, ``rule`` the rule that is broken, ``amount`` by how much, in the rule's unit."""

    place: str
    rule: Rule
    amount: float = 1

    def __str__(self) -> str:
        return f"{self.place}: {self.rule.value} ({self.amount:g})"
