"""Waste collection with time windows, disposal trips and lunch (Kim, Kim & Sahoo 2006), as mirrored in
optlibrary/wcvrptw-instances.

As their page ``benchmark.html`` says: distances are Manhattan, from feet to miles, at the speed of the file; the lunch
hour begins between 11 and 12 o'clock; a vehicle has caps for the day beside its capacity, and comes home empty. Here a
unit of distance is a foot (rounded), a unit of time a tenth of a second (legs rounded up, so that what fits here fits
exactly), a unit of load a tenth of a cubic yard.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from tests.benchmarks.routing.instance import Customer, Facility, Family, Instance, Lunch, Unreadable

FEET_PER_MILE = 5280
PER_SECOND = 10
PER_YARD = 10
LUNCH_EARLY, LUNCH_LATE = 11 * 3600 * PER_SECOND, 12 * 3600 * PER_SECOND

PUBLISHED = {
    "102_stop": (205.1, 3),
    "277_stop": (521.9, 3),
    "335_stop": (191.1, 5),
    "444_stop": (82.9, 10),
    "804_stop": (769.5, 5),
}
"""Miles and vehicles in table 3 of Kim, Kim & Sahoo (2006), of their two algorithms the one with fewer miles. Later
papers report fewer still (Buhrkal, Larsen & Ropke 2012): these are no best known solutions, only the first ones."""


def is_kim(path: Path) -> bool:
    """Whether a text file is one of these."""
    with path.open(errors="replace") as file:
        return "vehicle" in file.readline() and "yard" in file.readline()


def read(path: Path) -> Instance:
    """Read an instance."""
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    capacity, day_yards, day_stops, lunch_s, mph = (_first_number(path, line) for line in lines[:5])
    rows = [[float(word) for word in line.split()[:8]] for line in lines[6:]]
    if any(len(row) < 8 for row in rows) or [int(row[0]) for row in rows] != list(range(len(rows))):
        raise Unreadable(f"{path.name}: stops must be numbered from 0 and have eight columns")
    kinds = [int(row[7]) for row in rows]
    if kinds.count(0) != 1 or kinds[0] != 0:
        raise Unreadable(f"{path.name}: the first stop, and no other, must be the depot (type 0)")
    points = np.array([row[1:3] for row in rows])
    feet = np.abs(points[:, None] - points[None]).sum(axis=2)
    tenths = np.ceil(np.round(feet * PER_SECOND * 3600 / (mph * FEET_PER_MILE), 6)).astype(np.int64)
    depot, customers, facilities = rows[0], [], []
    for node, row in enumerate(rows[1:], start=1):
        early, late, service = _clock(row[3]), _clock(row[4]), round(PER_SECOND * row[5])
        if int(row[7]) == 2:
            facilities.append(Facility(node, service, early, late))
        else:
            customers.append(Customer(node, math.ceil(PER_YARD * row[6]), service, early, late))
    day_demand = math.floor(PER_YARD * day_yards)
    total = sum(customer.demand for customer in customers)
    # Their number is free as well; this is more than any published solution uses.
    vehicles = min(len(customers), 2 * max(-(-total // day_demand), -(-len(customers) // int(day_stops))) + 6)
    published = PUBLISHED.get(path.stem)
    return Instance(
        Family.WASTE,
        path.stem,
        path,
        np.round(feet).astype(np.int64),
        tenths,
        tuple(customers),
        tuple(facilities),
        vehicles,
        math.floor(PER_YARD * capacity),
        _clock(depot[3]),
        _clock(depot[4]),
        lunch=Lunch(round(PER_SECOND * lunch_s), LUNCH_EARLY, LUNCH_LATE),
        day_demand=day_demand,
        day_customers=int(day_stops),
        scale=FEET_PER_MILE,
        best_known=None if published is None else published[0] * FEET_PER_MILE,
        best_known_source="" if published is None else f"Kim, Kim & Sahoo 2006, {published[1]} vehicles",
        notes=(f"fleet of {vehicles} given",),
    )


def _first_number(path: Path, line: str) -> float:
    found = re.match(r"\s*([0-9.]+)", line)
    if found is None:
        raise Unreadable(f"{path.name}: {line!r} does not begin with a number")
    return float(found[1])


def _clock(hhmm: float) -> int:
    """Tenths of seconds since midnight."""
    return PER_SECOND * (3600 * (int(hhmm) // 100) + 60 * (int(hhmm) % 100))
