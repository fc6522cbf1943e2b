"""The fields of the wire format. The JSON Schema in docs/ has the same; a test compares them."""

from __future__ import annotations

from typing import NamedTuple


class Fields(NamedTuple):
    """The names that an object must have, and those that it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


DOCUMENT = Fields(("vehicles",), ("jobs", "disposal_sites", "matrices", "change_cost"))
JOB = Fields(
    ("id",),
    (
        *("location_index", "location", "approach", "description", "fraction", "pickup", "setup", "service", "prize"),
        *("priority", "skills", "allowed_vehicles", "time_windows", "release_time", "planned_vehicle", "done"),
    ),
)
VEHICLE = Fields(
    ("id",),
    (
        *("start_index", "end_index", "start", "end", "description", "profile", "dimensions", "fractions", "capacity"),
        *("compartments", "initial_load", "ends_empty", "time_window", "max_duration", "max_overtime", "breaks"),
        *("driving_rule", "costs", "max_trips", "max_tasks", "max_pickup", "skills", "prefix", "under_way", "departed"),
    ),
)
DIMENSIONS = Fields((), ("height", "width", "length", "weight", "axle_load"))
COMPARTMENT = Fields(("fractions", "capacity"), ())
BREAK = Fields(("id", "service"), ("time_windows", "description"))
DRIVING_RULE = Fields((), ("driving", "rest", "driven"))
COSTS = Fields((), ("fixed", "per_km", "per_hour", "per_overtime_hour"))
VISIT = Fields(("type", "id"), ())
DISPOSAL_SITE = Fields(("id", "fractions"), ("location_index", "location", "description", "service", "time_windows"))
TABLES = Fields(("distances", "durations"), ())

ELSEWHERE = {
    "delivery": "nothing is delivered here: collected waste is a 'pickup'",
    "amount": "collected waste is a 'pickup'",
    "shipments": "collected waste goes to 'disposal_sites'",
    "speed_factor": "scale the durations of its profile in 'matrices'",
    "max_travel_time": "'max_duration' limits the time from departure to return",
    "max_distance": "'max_duration' limits the time from departure to return",
    "steps": "'prefix' fixes the first visits of a route",
    "profiles": "name it in the 'profile' of each vehicle",
    "matrix": "'matrices' holds one for each profile",
}
"""What to use instead of fields that VROOM has, or had."""
