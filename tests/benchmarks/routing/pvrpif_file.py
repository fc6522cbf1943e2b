"""Periodic waste collection with intermediate facilities (Taverna & Tilk), as in iolab-uniud/pvrpif-instances.

A customer with frequency f is visited on f of the days, evenly spread: every (days / f)-th day, from any first day.
That is what the *visiting schemes* of the published solutions say. A route starts at the depot, empties itself at a
facility whenever it likes and before it returns, and lasts (driving and service) no longer than ``maxDuration``
minutes. The cost is driving time, in minutes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from tests.benchmarks.routing.instance import Customer, Facility, Family, Instance, Unreadable


def read(path: Path) -> Instance:
    """Read an instance, and the best upper bound from the table in a ``README.md`` beside or above it."""
    content = json.loads(path.read_text())
    try:
        info, properties = content["info"], [feature["properties"] for feature in content["features"]]
        matrix = np.array(content["duration"], dtype=float)
        days, latest = int(info["planningHorizon"]), int(info["maxDuration"])
        vehicles, capacity = int(info["numVehicles"]), int(info["maxCapacity"])
    except (KeyError, TypeError) as error:
        raise Unreadable(f"{path.name}: no {error}") from None
    whole = matrix.astype(np.int64)
    if (whole != matrix).any() or matrix.shape != (len(properties),) * 2:
        raise Unreadable(f"{path.name}: durations must be whole minutes between all {len(properties)} features")
    customers, facilities, depots = [], [], []
    for node, each in enumerate(properties):
        if each["type"] == "depot":
            depots.append(node)
        elif each["type"] == "intermediateFacility":
            facilities.append(Facility(node, int(each["service"]), 0, latest))
        else:
            patterns = patterns_of(path, int(each["frequency"]), days)
            customers.append(Customer(node, int(each["demand"]), int(each["service"]), 0, latest, patterns=patterns))
    if depots != [0]:
        raise Unreadable(f"{path.name}: the first feature, and no other, must be the depot")
    best = best_known(path)
    return Instance(
        Family.PERIODIC,
        path.stem,
        path,
        whole,
        whole,
        tuple(customers),
        tuple(facilities),
        vehicles,
        capacity,
        0,
        latest,
        days=days,
        best_known=best,
        best_known_source="" if best is None else "README.md of the instances",
    )


def patterns_of(path: Path, frequency: int, days: int) -> tuple[tuple[int, ...], ...]:
    """The sets of days of which one is chosen."""
    if frequency < 1 or days % frequency:
        raise Unreadable(f"{path.name}: frequency {frequency} does not divide {days} days")
    step = days // frequency
    return tuple(tuple(range(first, days, step)) for first in range(step))


def best_known(path: Path) -> float | None:
    """The column "Best, UB" of the table of results."""
    for folder in list(path.parents)[:3]:
        readme = folder / "README.md"
        if readme.is_file():
            row = re.search(rf"<th>{re.escape(path.stem)}</th>(.*?)</tr>", readme.read_text(), re.DOTALL)
            cells = re.findall(r"<td>([0-9.]+)\*?</td>", row[1]) if row else []
            if len(cells) == 6:
                return float(cells[4])
    return None
