"""The simulated town: sites along real streets, containers, sensors, and the fleet that empties them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from domain.containers import Container, Municipality, Site
from domain.errors import InvalidInput
from domain.fleet import CollectionRound, Depot, DisposalSite, Shift, Vehicle
from routing.roads.graph import RoadGraph
from simulators import fleet, places
from simulators.containers import containers as place_containers
from simulators.sensors import TownSensor, sensors

MUNICIPALITY_CODE = "helsinki-demo"
MUNICIPALITY_ID = 1


@dataclass(frozen=True, eq=False)
class Town:
    """A municipality with everything in it. All ids number within the town from 1; a database gives its own.

    ``containers[i].id == i + 1``; codes and device ids are what names a thing outside.
    """

    seed: int
    municipality: Municipality
    sites: tuple[Site, ...]
    containers: tuple[Container, ...]
    sensors: tuple[TownSensor, ...]
    depots: tuple[Depot, ...]
    disposal_sites: tuple[DisposalSite, ...]
    vehicles: tuple[Vehicle, ...]
    shifts: tuple[Shift, ...]
    rounds: tuple[CollectionRound, ...]

    @cached_property
    def time_zone(self) -> ZoneInfo:
        """The municipality's time zone."""
        return ZoneInfo(self.municipality.time_zone)

    @cached_property
    def container_by_code(self) -> Mapping[str, Container]:
        """The containers by the code that is painted on them."""
        return {container.code: container for container in self.containers}


def build_town(graph: RoadGraph, *, seed: int, containers: int = 300) -> Town:
    """Build the town that belongs to a road graph and a seed: the same arguments give the same town.

    Parameters
    ----------
    graph
        Streets; sites stand along those with a name.
    seed
        Number of the world, 0 or more.
    containers
        How many containers, 4 or more; two thirds as many sites.

    Raises
    ------
    InvalidInput
        When the numbers are out of range, or the streets have no room for so many sites.
    """
    if containers < 4:
        raise InvalidInput(f"a town of {containers} containers is too small", remedy="ask for at least 4")
    if not 0 <= seed < 2**31:
        raise InvalidInput(f"the seed {seed} is out of range", remedy="choose one from 0 to 2147483647")
    chance = np.random.default_rng([seed, containers])
    sites, addresses = places.sites(graph, chance, MUNICIPALITY_ID, count=round(containers * 2 / 3))
    all_containers = place_containers(sites, addresses, chance, count=containers)
    depot, disposal_site = places.yards(graph, chance, MUNICIPALITY_ID)
    vehicles = fleet.vehicles(depot, containers=containers)
    return Town(
        seed=seed,
        municipality=Municipality(
            id=MUNICIPALITY_ID,
            code=MUNICIPALITY_CODE,
            name="Helsinki (demo)",
            time_zone="Europe/Helsinki",
            bounds=graph.bounds,
        ),
        sites=sites,
        containers=all_containers,
        sensors=sensors(all_containers, chance),
        depots=(depot,),
        disposal_sites=(disposal_site,),
        vehicles=vehicles,
        shifts=fleet.shifts(vehicles),
        rounds=fleet.rounds(MUNICIPALITY_ID),
    )
