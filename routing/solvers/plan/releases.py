"""When trips may leave: none before everything that it must bring to its stops is released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.plans import StepKind
from routing.problem import Vehicle, Visit
from routing.solvers.plan.index import Index

_AT_ONCE: Mapping[int, int] = {}


def leaves(index: Index, vehicle: Vehicle, visits: Sequence[Visit]) -> Mapping[int, int] | None:
    """By the number of a trip's first visit, when the trip may leave; trips that may leave at once are left out.

    None where the trip that the vehicle is on has left before one of its stops was released.
    """
    if not index.released:
        return _AT_ONCE
    found: dict[int, int] = {}
    first = 0
    for number, (kind, identifier) in enumerate(visits):
        if kind is not StepKind.EMPTYING:
            first = number + 1
            continue
        release_s = index.stops[identifier].release_s
        if first == 0 and vehicle.departed_s is not None:
            if release_s > vehicle.departed_s:
                return None
        elif release_s > found.get(first, vehicle.starts_s):
            found[first] = release_s
    return found
