"""What a visit costs in a usual outing: the standing, its piece of the tour, and its share of a truck going out.

A tour through places of density rho is about 0.7124 / sqrt(rho) long for each of them (Beardwood, Halton and Hammersley
1959), along the streets ``DETOUR`` times that. Outings are as far apart as is cheapest: seldom, and many containers are
emptied before they need it; often, and every few stops pay for the way from the yard.
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
"""The density around a place is that of so many neighbours."""

LEAST_M = 20.0
"""Neighbours are taken to be at least so far away, metres."""

TURNAROUND_S = 1_200
"""Tipping a load, seconds."""

LOAD_SHARE = 0.75
"""How full a container is when it is emptied."""

MOST_APART_DAYS = 14

FASTEST = 0.05
"""So large a share of a pool's containers may fill faster than its outings are apart."""

DUE_SHARE = 0.85
"""A container is due after so much of its cycle: trucks come by the day, and nobody knows exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What visits to C containers cost, in cents.

    Parameters
    ----------
    service
        (C,): standing there.
    drive
        (C,): the piece of the tour in a usual outing.
    out
        (C,): what a usual outing of the container's pool costs beside its stops: the truck, and what is driven for a
        load that is not full. (How often full loads are driven depends on the waste, not on the visits.)
    stops
        (C,): how many stops a usual outing of its pool makes.
    apart_days
        (C,): days between usual outings of its pool.
    drive_s
        (C,): seconds of the piece of the tour.
    around, density
        (C,): containers of its pool, and stops of a usual outing, per square metre around the container.
    pools
        (C,): containers that compete for the same trucks have one number.
    points, alone_m
        (C, 2) metres on a plane; (C,): the way there and back from the depot, straight.
    per_m
        Cents for a metre of straight line.
    truck, loads, legs
        Cents for a truck that goes out; (C,): stops that fill a truck, and cents of the way to the tip and back.
    most, a_truck
        (C,): stops that all trucks of a day have room and time for, and that one of them has.
    """

    service: NDArray[np.float64]
    drive: NDArray[np.float64]
    out: NDArray[np.float64]
    stops: NDArray[np.float64]
    apart_days: NDArray[np.float64]
    drive_s: NDArray[np.float64]
    around: NDArray[np.float64]
    density: NDArray[np.float64]
    pools: NDArray[np.int64]
    points: NDArray[np.float64]
    alone_m: NDArray[np.float64]
    per_m: float
    truck: float
    loads: NDArray[np.float64]
    legs: NDArray[np.float64]
    most: NDArray[np.float64]
    a_truck: NDArray[np.float64]

    @property
    def visit(self) -> NDArray[np.float64]:
        """A visit in a usual outing, all in, (C,)."""
        return self.service + self.drive + self.out / self.stops

    def extra(self, stops: NDArray[np.int64], asking: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share of each of so many stops, (n,), in an outing that is made for them alone, cents (n,)."""
        load = np.maximum(1.0 - stops / self.loads[asking], 0.0)
        return (self.truck + self.legs[asking] * load) / stops

    def tour(self, density: NDArray[np.float64], asking: NDArray[np.int64]) -> NDArray[np.float64]:
        """Cents of the piece of a tour for some containers, among stops of this density around each, (n,)."""
        metres = TOUR / np.sqrt(np.maximum(density, 1e-12))
        return self.per_m * np.minimum(metres, self.alone_m[asking])


def usual(night: Night, ahead: Ahead, policy: Policy) -> Costs:
    """What visits cost in usual outings, from where the containers stand and how often each has to be visited."""
    rates = policy.rates
    per_s = rates.per_hour / 3600
    speed = SPEED_KMH / 3.6
    plane = Plane.around([night.depot, *(container.position for container in night.containers)])
    points = plane.metres([container.position for container in night.containers])
    alone_m = 2 * np.hypot(*(points - plane.metres([night.depot])[0]).T)
    service = np.array([container.service_s for container in night.containers]) * per_s
    per_m = DETOUR * (rates.per_km / 1000 + per_s / speed)
    size = len(points)
    out, stops, apart, density = np.zeros(size), np.ones(size), np.ones(size), np.zeros(size)
    loads, legs = np.ones(size), np.zeros(size)
    arounds, mosts, a_truck = np.zeros(size), np.ones(size), np.ones(size)
    pools = _pools(night)
    for pool in np.unique(pools).tolist():
        theirs = np.flatnonzero(pools == pool)
        load, most = _stops_of_trucks(night, theirs)
        around = density_around(points[theirs], points[theirs], itself=np.ones(len(theirs), dtype=bool))
        chosen = _cheapest(
            a_day=float((1 / ahead.cycle_days[theirs]).sum()),
            cycle_days=float(1 / (1 / ahead.cycle_days[theirs]).mean()),
            gap_days=_gap_days(ahead, theirs),
            number=len(theirs),
            load=load,
            most=most,
            leg=TURNAROUND_S * per_s + per_m * float(alone_m[theirs].mean()),
            truck=rates.per_vehicle,
            service=float(service[theirs].mean()),
            piece=per_m * float(np.minimum(TOUR / np.sqrt(np.maximum(around, 1e-12)), alone_m[theirs]).mean()),
        )
        fastest = DUE_SHARE * float(np.quantile(ahead.cycle_days[theirs], FASTEST))
        apart[theirs] = max(min(chosen[0], fastest), _gap_days(ahead, theirs))
        stops[theirs], out[theirs] = chosen[1:]
        density[theirs] = around * min(chosen[1] / len(theirs), 1.0)
        arounds[theirs] = around
        mosts[theirs], a_truck[theirs] = most, most / _trucks(night, theirs)
        loads[theirs] = load
        legs[theirs] = TURNAROUND_S * per_s + per_m * float(alone_m[theirs].mean())
    tour_m = np.minimum(TOUR / np.sqrt(np.maximum(density, 1e-12)), alone_m)
    return Costs(
        service=service,
        drive=per_m * tour_m,
        out=out,
        stops=stops,
        apart_days=apart,
        drive_s=DETOUR * tour_m / speed,
        around=arounds,
        density=density,
        pools=pools,
        points=points,
        alone_m=alone_m,
        per_m=per_m,
        truck=float(rates.per_vehicle),
        loads=loads,
        legs=legs,
        most=mosts,
        a_truck=a_truck,
    )


def _cheapest(
    *,
    a_day: float,
    cycle_days: float,
    gap_days: float,
    number: int,
    load: float,
    most: float,
    leg: float,
    truck: float,
    service: float,
    piece: float,
) -> tuple[float, float, float]:
    """The days between outings that make a visit cheapest, the stops of one, and its cost before the first stop.

    ``a_day``: visits that come due; ``gap_days`` between days with trucks; ``number`` of containers; ``load`` and
    ``most``: stops of a truckload, and of all trucks in a day; ``leg``: cents of a way to the tip and back; ``piece``:
    cents of the tour for a stop if all containers were visited.
    """
    best: tuple[float, tuple[float, float, float]] | None = None
    apart = gap_days
    while best is None or apart <= MOST_APART_DAYS:
        wanted = a_day * apart
        stops = min(max(wanted, 1.0), number, most)
        # Full loads are driven to the tip whenever it is that they are collected: that is no cost of visiting often.
        out = truck + leg * max(0.0, 1.0 - stops / load)
        visit = service + piece * np.sqrt(number / stops) + out / stops
        early = min(0.5 * max(apart - gap_days, 0.0) / cycle_days, 0.9)
        cost = visit / (1 - early)
        if best is None or cost < best[0]:
            best = (cost, (apart, stops, out))
        if wanted >= min(most, number):
            break
        apart += gap_days
    return best[1]


def density_around(
    there: NDArray[np.float64], asking: NDArray[np.float64], *, itself: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Places per square metre around each asking place, (n,); ``itself`` (n,): it is one of those there, and is not
    counted."""
    if not len(there):
        return np.zeros(len(asking))
    among = min(NEAREST + 1, len(there))
    distances = np.asarray(KDTree(there).query(asking, k=list(range(1, among + 1)))[0])
    others = np.where(itself, min(NEAREST + 1, among) - 1, min(NEAREST, among))
    furthest = distances[np.arange(len(asking)), np.where(itself, others, others - 1)]
    return others / (np.pi * np.maximum(furthest, LEAST_M) ** 2)


def _gap_days(ahead: Ahead, theirs: NDArray[np.int64]) -> float:
    """Mean days from one day with trucks to the next."""
    days = np.count_nonzero(ahead.open_days[theirs].sum(axis=0))
    return ahead.open_days.shape[1] / max(days, 1)


def _stops_of_trucks(night: Night, theirs: NDArray[np.int64]) -> tuple[float, float]:
    """Stops that fill a truck once, and stops that all trucks of a day can make."""
    containers = [night.containers[c] for c in theirs.tolist()]
    fractions = {container.fraction for container in containers}
    days = [[crew for crew in day if crew.fractions & fractions] for day in night.crews]
    crews = [crew for day in days for crew in day]
    if not crews:
        return 1.0, 1.0
    mean_kg = LOAD_SHARE * float(np.mean([container.full_mass_kg for container in containers]))
    mean_l = LOAD_SHARE * float(np.mean([container.capacity_l for container in containers]))
    some_day = sum(1 for day in days if day)
    a_day = min(sum(crew.kg for crew in crews) / max(mean_kg, 1e-6), sum(crew.l for crew in crews) / max(mean_l, 1e-6))
    loads = sum(crew.loads for crew in crews)
    return max(1.0, a_day / loads), max(1.0, a_day / some_day)


def _trucks(night: Night, theirs: NDArray[np.int64]) -> float:
    """How many trucks work on a day on which any do."""
    fractions = {night.containers[c].fraction for c in theirs.tolist()}
    numbers = [sum(crew.vehicles for crew in day if crew.fractions & fractions) for day in night.crews]
    return float(np.mean([number for number in numbers if number] or [1]))


def _pools(night: Night) -> NDArray[np.int64]:
    """Which containers compete for the same trucks: fractions that any truck takes together are one pool, (C,)."""
    pool_of = {fraction: place for place, fraction in enumerate({c.fraction: None for c in night.containers})}
    for crew in (crew for day in night.crews for crew in day):
        numbers = {pool_of[fraction] for fraction in crew.fractions if fraction in pool_of}
        for fraction, number in pool_of.items():
            if number in numbers:
                pool_of[fraction] = min(numbers)
    return np.array([pool_of[container.fraction] for container in night.containers], dtype=np.int64)
