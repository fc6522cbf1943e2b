"""What a visit costs, today's solver aside: on a usual day, and on a later day with what is due then.

A tour through places of density rho is about 0.7124 / sqrt(rho) long for each of them (Beardwood, Halton and Hammersley
1959), along the streets ``DETOUR`` times that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from routing.decide.ahead import Ahead
from routing.decide.night import Night
from routing.decide.policy import Policy
from routing.plane import Plane
from routing.straight_line import DETOUR, SPEED_KMH

TOUR = 0.7124
NEAREST = 3
"""The density around a place is that of so many neighbours, itself included."""

TURNAROUND_S = 1_200
"""Tipping, and getting ready, for each truck that goes out."""


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """Cents, for C containers.

    ``service`` (C,): standing there; ``visit`` (C,): a visit on a usual day, all in; ``drive_s`` (C,): seconds of the
    way to it on a usual day; ``start`` (C,): its share of a truck going out on a usual day; ``points`` (C, 2) metres;
    ``depot_m`` (C,): straight line to the depot; ``pools`` (C,): containers that the same trucks take have one number.
    """

    service: NDArray[np.float64]
    visit: NDArray[np.float64]
    drive_s: NDArray[np.float64]
    start: NDArray[np.float64]
    points: NDArray[np.float64]
    depot_m: NDArray[np.float64]
    pools: NDArray[np.int64]
    per_m: float
    usual_stops: NDArray[np.float64]


def usual(night: Night, ahead: Ahead, policy: Policy) -> Costs:
    """What visits cost on a usual day, from where the containers stand and how often each is visited."""
    rates = policy.rates
    per_s = rates.per_hour / 3600
    speed = SPEED_KMH / 3.6
    per_m = DETOUR * (rates.per_km / 1000 + per_s / speed)
    plane = Plane.around([night.depot, *(container.position for container in night.containers)])
    points = plane.metres([container.position for container in night.containers])
    depot_m = np.hypot(*(points - plane.metres([night.depot])[0]).T)
    service = np.array([container.service_s for container in night.containers]) * per_s
    pools = _pools(night)
    chances = np.isfinite(ahead.visits_s).sum(axis=1)
    gap_days = ahead.visits_s.shape[1] / np.maximum(chances, 1)
    visits_a_day = np.minimum(gap_days / ahead.cycle_days, 1.0)
    drive_m, start, stops = np.zeros(len(points)), np.zeros(len(points)), np.ones(len(points))
    for pool in np.unique(pools).tolist():
        theirs = np.flatnonzero(pools == pool)
        a_day = max(float(visits_a_day[theirs].sum()), 1.0)
        among = max(1, round(NEAREST * len(theirs) / a_day))
        drive_m[theirs] = _tour_share(points[theirs], points[theirs], among, thinned=min(a_day / len(theirs), 1.0))
        stops[theirs] = min(a_day, _stops_a_truck(night, theirs, policy))
        out = rates.per_vehicle + TURNAROUND_S * per_s + 2 * per_m * float(depot_m[theirs].mean())
        start[theirs] = out / stops[theirs]
    drive_m = np.minimum(drive_m, 2 * depot_m)
    return Costs(
        service=service,
        visit=service + per_m * drive_m + start,
        drive_s=DETOUR * drive_m / speed,
        start=start,
        points=points,
        depot_m=depot_m,
        pools=pools,
        per_m=per_m,
        usual_stops=stops,
    )


def visit_later(costs: Costs, ahead: Ahead, planned: NDArray[np.int64]) -> NDArray[np.float64]:
    """What each container's visit is expected to cost on each day, (C, D) cents; NaN where there is no chance.

    ``planned`` (C,): the day on which each is expected to be visited, ``NO_DAY`` where that is not known.
    """
    containers, days = ahead.visits_s.shape
    found = np.full((containers, days), np.nan)
    for pool in np.unique(costs.pools).tolist():
        theirs = costs.pools == pool
        for day in range(1, days):
            asking = np.flatnonzero(theirs & np.isfinite(ahead.visits_s[:, day]))
            if not len(asking):
                continue
            there = np.flatnonzero(theirs & (planned == day))
            drive = costs.per_m * _tour_share(costs.points[there], costs.points[asking], NEAREST)
            usual_drive = costs.visit[asking] - costs.service[asking] - costs.start[asking]
            start = costs.start[asking] * costs.usual_stops[asking] / np.maximum(costs.usual_stops[asking], len(there))
            found[asking, day] = costs.service[asking] + np.minimum(drive, usual_drive) + start
    return found


def _tour_share(
    there: NDArray[np.float64], asking: NDArray[np.float64], among: int, *, thinned: float = 1.0
) -> NDArray[np.float64]:
    """Metres of tour, straight, for each asking place in a tour through ``thinned`` of those there; inf: nobody is."""
    if not len(there):
        return np.full(len(asking), np.inf)
    among = min(among, len(there))
    distances, _ = KDTree(there).query(asking, k=[among])
    return TOUR * np.sqrt(np.pi / (among * thinned)) * np.asarray(distances)[:, 0]


def _stops_a_truck(night: Night, theirs: NDArray[np.int64], policy: Policy) -> float:
    """How many stops a truck makes that goes out, by what its trips can load."""
    fractions = {night.containers[c].fraction for c in theirs.tolist()}
    crews = [crew for day in night.crews for crew in day if crew.fractions & fractions]
    if not crews:
        return 1.0
    mean_kg = float(np.mean([night.containers[c].full_mass_kg for c in theirs.tolist()])) * 0.75
    mean_l = float(np.mean([night.containers[c].capacity_l for c in theirs.tolist()])) * 0.75
    vehicles = sum(crew.vehicles for crew in crews)
    kg, litres = sum(crew.kg for crew in crews) / vehicles, sum(crew.l for crew in crews) / vehicles
    return max(1.0, min(kg / max(mean_kg, 1e-6), litres / max(mean_l, 1e-6)))


def _pools(night: Night) -> NDArray[np.int64]:
    """Which containers compete for the same trucks: fractions that any truck takes together are one pool, (C,)."""
    pool_of = {fraction: place for place, fraction in enumerate({c.fraction: None for c in night.containers})}
    for crew in (crew for day in night.crews for crew in day):
        together = [fraction for fraction in crew.fractions if fraction in pool_of]
        numbers = {pool_of[fraction] for fraction in together}
        for fraction, number in pool_of.items():
            if number in numbers:
                pool_of[fraction] = min(numbers)
    return np.array([pool_of[container.fraction] for container in night.containers], dtype=np.int64)
