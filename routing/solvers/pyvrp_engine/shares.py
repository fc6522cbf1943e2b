"""How caps of the day are shared out over a vehicle's trips, since PyVRP knows caps of a trip only.

A vehicle that makes one trip keeps its whole cap for it; one that makes several is held to a share on each. So that not
every vehicle is held to the same, alike vehicles are given different shares: one in use such a share as its trips keep
to that are planned so far, those in the yard all kinds by turns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from domain.plans import StepKind
from routing.problem import LATEST_S, Vehicle, Visit
from routing.solvers.plan.index import Index
from routing.solvers.plan.visits import Visits

Caps = Mapping[str, int]
"""Caps of a day by name ("stops", "kg", "l")."""


@dataclass(frozen=True, slots=True)
class Share:
    """``trips`` in a day; each but the first may take ``later`` of the cap, the first what is left of it."""

    trips: int
    later: float

    def of_later(self, cap: int) -> int:
        """What a trip may take, if it is not the first."""
        return int(cap * self.later)

    def of_first(self, cap: int) -> int:
        """What the first trip may take."""
        return max(0, cap - (self.trips - 1) * self.of_later(cap))


WHOLE = Share(1, 1.0)


def even(trips: int) -> Share:
    """The same for each trip."""
    return Share(trips, 1 / trips)


def day_caps(vehicle: Vehicle) -> dict[str, int]:
    """The vehicle's caps of the day."""
    caps = {"stops": vehicle.max_stops, "kg": vehicle.max_kg, "l": vehicle.max_l}
    return {name: cap for name, cap in caps.items() if cap is not None}


def full_trip(vehicle: Vehicle, caps: Caps, stops: Sequence[Mapping[str, int]]) -> float:
    """Which part of the caps a vehicle uses up when it fills up once, at stops like these (amounts by name of cap)."""
    count = max(1, len(stops))
    kg, litres = (sum(stop[name] for stop in stops) / count for name in ("kg", "l"))
    capacity_kg, capacity_l = max(1, vehicle.capacity_kg), max(1, vehicle.capacity_l)
    parts = [1.0]
    if "kg" in caps:
        parts.append(capacity_kg / max(1, caps["kg"]))
    if "l" in caps:
        parts.append(capacity_l / max(1, caps["l"]))
    if "stops" in caps and (kg or litres):
        # So many stops fill it up.
        parts.append(1 / max(kg / capacity_kg, litres / capacity_l) / max(1, caps["stops"]))
    return min(parts)


def shares_for(full: float, most_trips: int | None) -> list[Share]:
    """The shares that make sense where a full trip uses such a part of the caps."""
    most = max(1, min(math.ceil(1 / full - 1e-9) if full > 0 else 1, most_trips or LATEST_S))
    found = [WHOLE]
    for trips in range(2, most + 1):
        found.append(even(trips))
        if 1 / trips < full < 1 / (trips - 1):
            found.append(Share(trips, full))
    return found


def amounts_of(index: Index, visits: Sequence[Visit]) -> list[dict[str, int]]:
    """What each trip takes, by name of cap; visits of disposal sites end trips."""
    trips: list[dict[str, int]] = []
    running = False
    for kind, identifier in visits:
        if kind is not StepKind.EMPTYING:
            running = False
            continue
        if not running:
            trips.append({"stops": 0, "kg": 0, "l": 0})
            running = True
        stop = index.stops[identifier]
        trips[-1]["stops"] += 1
        trips[-1]["kg"] += stop.kg
        trips[-1]["l"] += stop.l
    return trips


def share_out(index: Index, start: Visits | None, seed: int) -> dict[int, Share]:
    """Shares by vehicle id, for those that may reach a cap of the day in several trips."""
    problem, random = index.problem, Random(seed)
    if not problem.disposal_sites:
        return {}
    stops = [{"stops": 1, "kg": stop.kg, "l": stop.l} for stop in problem.stops if index.allowed[stop.id]]
    total = {name: sum(stop[name] for stop in stops) for name in ("stops", "kg", "l")}
    found: dict[int, Share] = {}
    turns: dict[tuple[Share, ...], int] = {}
    for vehicle in problem.vehicles:
        caps = {name: cap for name, cap in day_caps(vehicle).items() if cap < total[name]}
        if not caps or vehicle.prefix or vehicle.under_way:
            continue
        kinds = shares_for(full_trip(vehicle, caps, stops), vehicle.max_trips)
        visits = (start or {}).get(vehicle.id)
        if visits:
            found[vehicle.id] = _fitting(kinds, caps, amounts_of(index, visits), random)
        else:
            turn = turns.setdefault(tuple(kinds), 0)
            turns[tuple(kinds)] += 1
            found[vehicle.id] = kinds[turn % len(kinds)]
    return found


def _fitting(kinds: Sequence[Share], caps: Caps, trips: Sequence[Mapping[str, int]], random: Random) -> Share:
    """One of the kinds that the trips keep to, or else a share made for them."""
    fitting = [kind for kind in kinds if _keeps(kind, caps, trips)]
    count = max(1, len(trips))
    if not fitting and count > 1:
        least = max(trip[name] / cap for trip in trips[1:] for name, cap in caps.items())
        most = min((1 - trips[0][name] / cap) / (count - 1) for name, cap in caps.items())
        made = Share(count, max(1 / count, random.uniform(least, most)))
        fitting = [made] if _keeps(made, caps, trips) else []
    return random.choice(fitting) if fitting else even(count)


def _keeps(share: Share, caps: Caps, trips: Sequence[Mapping[str, int]]) -> bool:
    if len(trips) > share.trips:
        return False
    return all(
        trip[name] <= (share.of_later(cap) if number else share.of_first(cap))
        for number, trip in enumerate(trips)
        for name, cap in caps.items()
    )
