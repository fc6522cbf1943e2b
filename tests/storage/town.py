"""A small town in the database: one municipality, two containers, one sensor in the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.containers import Container, ContainerGeometry, Fraction, Municipality
from domain.fleet import Depot, DisposalSite, Vehicle, VehicleSize
from domain.geography import Bounds, Position
from domain.observations import Observation, Quality
from domain.sensors import Binding, Sensor
from storage import containers, fleet, municipalities, sensors
from storage.database import Connection

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
GEOMETRY = ContainerGeometry(empty_distance_m=2.0, full_distance_m=0.4, bottom_share=0.8)
MARKET = Position(lon=24.94, lat=60.17)
PROPERTIES = {"fill_level": "1", "distance": "m"}


@dataclass(frozen=True)
class SmallTown:
    municipality: Municipality
    glass: Container
    paper: Container
    sensor: Sensor
    binding: Binding

    @property
    def fill_level(self) -> int:
        return self.binding.datastreams["fill_level"]

    @property
    def distance(self) -> int:
        return self.binding.datastreams["distance"]


def build(connection: Connection, code: str = "helsinki") -> SmallTown:
    bounds = Bounds(west=24.9, south=60.1, east=25.0, north=60.2)
    municipality = municipalities.create(
        connection, code=code, name=code.title(), time_zone="Europe/Helsinki", bounds=bounds
    )
    site = containers.create_site(
        connection, municipality_id=municipality.id, code="market", name="Market", position=MARKET
    )
    glass, paper = containers.create_many(
        connection,
        municipality_id=municipality.id,
        containers=[
            containers.NewContainer(site.id, "glass-1", Fraction.GLASS, 4000, "Market 1", GEOMETRY, 0.8, 180),
            containers.NewContainer(site.id, "paper-1", Fraction.PAPER, 5000, "Market 1"),
        ],
    )
    sensor = sensors.register(connection, municipality_id=municipality.id, device_id=f"{code}-1", model="EM310-UDL")
    binding = sensors.bind(
        connection, sensor_id=sensor.id, container_id=glass.id, bound_from=LONG_AGO, observed_properties=PROPERTIES
    )
    return SmallTown(municipality, glass, paper, sensor, binding)


def add_fleet(connection: Connection, municipality_id: int) -> tuple[Depot, DisposalSite, Vehicle]:
    depot = fleet.create_depot(connection, municipality_id=municipality_id, name="Yard", position=MARKET)
    tip = fleet.create_disposal_site(
        connection,
        municipality_id=municipality_id,
        name="Tip",
        position=Position(24.99, 60.19),
        fractions={Fraction.GLASS, Fraction.PAPER},
        service_s=900,
    )
    truck = fleet.create_vehicle(
        connection,
        municipality_id=municipality_id,
        depot_id=depot.id,
        name="Truck 1",
        fractions={Fraction.GLASS},
        capacity_kg=9000,
        capacity_l=20_000,
        size=VehicleSize(height_m=3.85, mass_kg=26_000),
    )
    return depot, tip, truck


def reading(
    datastream_id: int, hours: float, result: float, quality: Quality = Quality.GOOD, *, late_hours: float = 0
) -> Observation:
    """An observation some hours after noon, received at once or late."""
    phenomenon_time = NOON + timedelta(hours=hours)
    return Observation(datastream_id, phenomenon_time, result, phenomenon_time + timedelta(hours=late_hours), quality)
