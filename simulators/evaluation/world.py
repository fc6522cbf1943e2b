"""The simulated town with its streets measured and its waste laid out by the hour: the same for every contender."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.fleet import Vehicle
from domain.geography import Position
from routing.days import WorkingDays
from routing.matrix import Matrix
from routing.roads.graph import RoadGraph
from routing.roads.matrix import matrix
from routing.roads.osm import read_graph
from routing.roads.profile import TruckProfile
from routing.roads.snap import snap
from simulators import chance, extract
from simulators.evaluation.setting import Setting
from simulators.fleet import shifts
from simulators.grid import grid_graph
from simulators.record import with_faults
from simulators.town import Town, build_town
from simulators.waste import Waste

BEYOND_DAYS = 16
"""The waste is known so many days after the last simulated one: whoever knows the future looks so far ahead."""

HOUR_S = 3600
_DAY_S = 86_400


@dataclass(frozen=True, eq=False)
class World:
    """C containers over the days from ``first_day`` on.

    Parameters
    ----------
    days
        The town's trucks and their shifts.
    rows, matrices, profiles
        The row of each position in the matrices, the matrices by name, and the name for each vehicle by its id.
    midnights_s
        Epoch seconds of each simulated day's local midnight, and of the one after the last.
    first_hour_s
        Epoch seconds at which ``thrown_in`` begins.
    thrown_in
        float64 (C, H + 1): all that was thrown into each container until every full hour, shares of its capacity.
    """

    setting: Setting
    town: Town
    graph: RoadGraph
    days: WorkingDays
    rows: Mapping[Position, int]
    matrices: Mapping[str, Matrix]
    profiles: Mapping[int, str]
    midnights_s: NDArray[np.float64]
    first_hour_s: float
    thrown_in: NDArray[np.float64]

    @classmethod
    def of(cls, setting: Setting, graph: RoadGraph | None = None) -> World:
        """Build the town that a setting tells of, on other streets if they are given.

        Raises
        ------
        InvalidInput
            When the streets have no room for so many containers.
        """
        streets = graph or streets_of(setting)
        town = _with_sensors(build_town(streets, seed=setting.seed, containers=setting.containers), setting)
        town = _without_breaks(_with_trucks(town, setting.trucks))
        rows, matrices, profiles = _measured(streets, town)
        first_day = setting.start - timedelta(days=setting.uncounted_days)
        count = setting.simulated_days
        midnights_s = np.array(
            [
                datetime.combine(first_day + timedelta(days=n), time(), town.time_zone).timestamp()
                for n in range(count + 1)
            ]
        )
        first_utc_day = int(midnights_s[0] // _DAY_S)
        filled = Waste(town).thrown_in(first_utc_day, int(midnights_s[-1] // _DAY_S) + BEYOND_DAYS)
        total = np.zeros((len(town.containers), filled.shape[1] + 1))
        np.cumsum(filled, axis=1, out=total[:, 1:])
        return cls(
            setting=setting,
            town=town,
            graph=streets,
            days=WorkingDays(town.vehicles, town.shifts, town.rounds, town.time_zone),
            rows=rows,
            matrices=matrices,
            profiles=profiles,
            midnights_s=midnights_s,
            first_hour_s=float(first_utc_day * _DAY_S),
            thrown_in=total,
        )

    @property
    def first_day(self) -> date:
        """The first simulated day, that of the warm-up."""
        return self.setting.start - timedelta(days=self.setting.uncounted_days)

    @property
    def simulated_days(self) -> int:
        """How many days are simulated, warm-up and settling included."""
        return self.setting.simulated_days

    @cached_property
    def capacities_l(self) -> NDArray[np.float64]:
        """Capacity of each container, litres: (C,)."""
        return np.array([container.capacity_l for container in self.town.containers], dtype=np.float64)

    @cached_property
    def street_classes(self) -> Mapping[int, str]:
        """OpenStreetMap's class of the street that each container stands on, by its id."""
        points = snap(self.graph, [container.position for container in self.town.containers])
        return {
            container.id: self.graph.class_name(point.segment)
            for container, point in zip(self.town.containers, points, strict=True)
            if point is not None
        }

    def day(self, number: int) -> date:
        """The simulated day of that number, 0 = the first."""
        return self.first_day + timedelta(days=number)

    def thrown_in_until(self, rows: NDArray[np.int64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """All that was thrown into these containers until these moments (epoch seconds), shares; shapes broadcast."""
        hours, part = np.divmod((times_s - self.first_hour_s) / HOUR_S, 1)
        hour = np.minimum(hours.astype(np.int64), self.thrown_in.shape[1] - 2)
        low = self.thrown_in[rows, hour]
        return low + part * (self.thrown_in[rows, hour + 1] - low)


def streets_of(setting: Setting) -> RoadGraph:
    """The streets that a setting names.

    Raises
    ------
    NotFound
        When they are Helsinki's and the extract is not on this machine.
    """
    if setting.streets_km is not None:
        return grid_graph(setting.streets_km, seed=setting.seed)
    return read_graph(extract.helsinki_extract(), extract.NAME)


def truck_of(vehicle: Vehicle) -> TruckProfile:
    """Which truck a vehicle of the simulated town is to the streets; all of its size is known."""
    size = vehicle.size
    height_m, mass_kg, width_m, length_m, axle_kg = (
        size.height_m,
        size.mass_kg,
        size.width_m,
        size.length_m,
        size.axle_load_kg,
    )
    if height_m is None or mass_kg is None or width_m is None or length_m is None or axle_kg is None:
        raise AssertionError("the simulated town knows the size of its trucks")
    return TruckProfile(height_m, mass_kg / 1000, width_m, length_m, axle_kg / 1000)


def _measured(graph: RoadGraph, town: Town) -> tuple[dict[Position, int], dict[str, Matrix], dict[int, str]]:
    """All places of the town in one matrix for each size of truck, approached as the planning job approaches them."""
    fixed = [each.position for each in (*town.depots, *town.disposal_sites)]
    rows = {
        position: row
        for row, position in enumerate(dict.fromkeys([*fixed, *(each.position for each in town.containers)]))
    }
    anywhere = set(fixed)
    trucks = {vehicle.id: truck_of(vehicle) for vehicle in town.vehicles}
    matrices = {
        truck.words: matrix(
            graph,
            list(rows),
            truck=truck,
            approach=["unrestricted" if position in anywhere else "curb" for position in rows],
        )
        for truck in dict.fromkeys(trucks.values())
    }
    return rows, matrices, {identifier: truck.words for identifier, truck in trucks.items()}


def _with_sensors(town: Town, setting: Setting) -> Town:
    """The town with as many bad and missing sensors as the setting wants; more of them include the fewer."""
    town = with_faults(town, setting.bad_sensors)
    luck = chance.uniform(setting.seed, "missing", np.arange(len(town.sensors)))
    # A sensor that nobody registered is as good as none, and the others keep their places.
    return replace(
        town,
        sensors=tuple(
            replace(sensor, registered=sensor.registered and gone >= setting.missing_sensors)
            for sensor, gone in zip(town.sensors, luck.tolist(), strict=True)
        ),
    )


def _without_breaks(town: Town) -> Town:
    """The town whose shifts are shorter by their break: searching where to take it would cost half of the time."""
    day = date(2000, 1, 1)
    return replace(
        town,
        shifts=tuple(
            replace(
                shift,
                ends=(datetime.combine(day, shift.ends) - timedelta(seconds=shift.lunch_break.duration_s)).time(),
                lunch_break=None,
            )
            if shift.lunch_break
            else shift
            for shift in town.shifts
        ),
    )


def _with_trucks(town: Town, factor: float) -> Town:
    """The town with its trucks of each kind multiplied, rounded up."""
    if factor == 1.0:
        return town
    kinds: dict[str, list[Vehicle]] = {}
    for vehicle in town.vehicles:
        kinds.setdefault(vehicle.name.rsplit(" ", 1)[0], []).append(vehicle)
    wanted = [
        (name, one[0], number)
        for name, one in kinds.items()
        for number in range(1, 1 + math.ceil(round(len(one) * factor, 6)))
    ]
    trucks = tuple(
        replace(like, id=identifier, name=f"{name} {number}")
        for identifier, (name, like, number) in enumerate(wanted, 1)
    )
    return replace(town, vehicles=trucks, shifts=shifts(trucks))
