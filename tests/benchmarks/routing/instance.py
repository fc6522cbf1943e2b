"""A published instance in its own units, whatever file it came from: what every engine is given and judged by.

Costs, distances and times are whole numbers in the *units of the instance*: ``scale`` of them make one unit that papers
report (10 tenths make 1 in the DIMACS convention, 5,280 feet make a mile).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Family(StrEnum):
    """What kind of problem; the value is the heading in the tables."""

    CVRP = "CVRP"
    VRPTW = "VRPTW"
    PRIZES = "prize-collecting VRPTW"
    MULTI_TRIP = "multi-trip VRPTW with release times"
    WASTE = "waste collection with time windows (Kim, Kim & Sahoo)"
    PERIODIC = "periodic waste collection with intermediate facilities"


class Unreadable(ValueError):
    """A file is not what its kind promises; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who is visited. ``node`` is the row in the matrices.

    ``prize``: None = must be visited. ``release``: a trip with this customer may not leave the depot before.
    ``patterns``: the sets of days of which one is chosen; empty = the only day.
    """

    node: int
    demand: int
    service: int
    early: int
    late: int
    prize: int | None = None
    release: int = 0
    patterns: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Facility:
    """Where a vehicle empties itself (or loads anew, which is the same thing backwards)."""

    node: int
    service: int
    early: int
    late: int


@dataclass(frozen=True, slots=True)
class Lunch:
    """A break of ``duration`` that begins from ``early`` to ``late``."""

    duration: int
    early: int
    late: int


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """The whole problem. Vehicles are alike, start and end at ``depot``, and end empty.

    ``vehicles``: on each day. ``trips``: how often a vehicle may fill up; None = as often as it likes.
    ``day_demand``, ``day_customers``: caps of a vehicle over all its trips. ``best_known`` in the units of the
    instance.
    """

    family: Family
    name: str
    path: Path
    distances: NDArray[np.int64]
    durations: NDArray[np.int64]
    customers: tuple[Customer, ...]
    facilities: tuple[Facility, ...]
    vehicles: int
    capacity: int
    early: int
    late: int
    depot: int = 0
    trips: int | None = None
    lunch: Lunch | None = None
    day_demand: int | None = None
    day_customers: int | None = None
    days: int = 1
    scale: int = 1
    best_known: float | None = None
    best_known_source: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def key(self) -> str:
        """Unique among instances of all families."""
        return f"{self.family.name.lower()}/{self.name}"


@dataclass(frozen=True, slots=True)
class Tour:
    """One vehicle's way on one day: nodes of customers and facilities in order, without the depot at both ends."""

    nodes: tuple[int, ...]
    day: int = 0
