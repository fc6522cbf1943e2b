"""The simulated town written into the database, as an operator would enter a real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from domain.containers import Municipality
from domain.errors import HalfvolError, NotFound
from ingest.sensors import PROFILES
from routing.roads.graph import RoadGraph
from simulators import noise
from simulators.collection import TownEmptying
from simulators.town import Town
from storage import containers, datastreams, emptyings, fleet, municipalities, roads, sensors
from storage.containers import NewContainer, NewSite
from storage.database import Connection, Database
from storage.sensors import NewSensor

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def register_town(database: Database, town: Town, graph: RoadGraph, *, sensors_since: datetime) -> Municipality:
    """Enter the town unless it is there already: streets, sites, containers, sensors, fleet, rounds.

    Parameters
    ----------
    sensors_since
        From when the sensors count as bound to their containers.
    """
    with database.transaction() as connection:
        try:
            known = municipalities.get(connection, town.municipality.code)
        except NotFound:
            pass
        else:
            _renew_streets(connection, known.id, graph)
            # A town of an earlier version has none yet.
            _register_noise_sensors(connection, town, known.id, sensors_since)
            return known
        municipality = municipalities.create(
            connection,
            code=town.municipality.code,
            name=town.municipality.name,
            time_zone=town.municipality.time_zone,
            bounds=town.municipality.bounds,
        )
        roads.save(connection, municipality_id=municipality.id, name=graph.name, graph=graph.to_bytes())
        container_ids = _register_containers(connection, town, municipality.id)
        _register_sensors(connection, town, municipality.id, container_ids, sensors_since)
        _register_noise_sensors(connection, town, municipality.id, sensors_since)
        _register_fleet(connection, town, municipality.id)
    return municipality


def _renew_streets(connection: Connection, municipality_id: int, graph: RoadGraph) -> None:
    """Replace streets that an earlier version stored in a form that this one does not read."""
    try:
        RoadGraph.from_bytes(roads.load(connection, municipality_id)[1])
    except HalfvolError:
        roads.save(connection, municipality_id=municipality_id, name=graph.name, graph=graph.to_bytes())


def reported_emptyings(database: Database, town: Town, municipality: Municipality) -> list[TownEmptying]:
    """The emptyings that drivers reported and did not withdraw, for the town's own containers."""
    with database.transaction() as connection:
        stored = {each.id: each.code for each in containers.list_for(connection, municipality.id)}
        reports = emptyings.list_for(connection, municipality_id=municipality.id, since=BEGINNING)
    return [
        TownEmptying(town.container_by_code[code].id, report.emptied_at)
        for report in reports
        if report.withdrawn_at is None and (code := stored[report.container_id]) in town.container_by_code
    ]


def _register_containers(connection: Connection, town: Town, municipality_id: int) -> dict[int, int]:
    """Store sites and containers; the database's id of each container by the town's."""
    sites = containers.create_sites(
        connection,
        municipality_id=municipality_id,
        sites=[NewSite(code=site.code, name=site.name, position=site.position) for site in town.sites],
    )
    site_ids = {of_town.id: stored.id for of_town, stored in zip(town.sites, sites, strict=True)}
    stored = containers.create_many(
        connection,
        municipality_id=municipality_id,
        containers=[
            NewContainer(
                site_id=site_ids[container.site_id],
                code=container.code,
                fraction=container.fraction,
                capacity_l=container.capacity_l,
                address=container.address,
                geometry=container.geometry,
                fullness_threshold=container.fullness_threshold,
                service_s=container.service_s,
            )
            for container in town.containers
        ],
    )
    return {of_town.id: kept.id for of_town, kept in zip(town.containers, stored, strict=True)}


def _register_sensors(
    connection: Connection, town: Town, municipality_id: int, container_ids: dict[int, int], since: datetime
) -> None:
    sensors.register_many(
        connection,
        municipality_id=municipality_id,
        sensors=[
            NewSensor(
                device_id=sensor.device_id,
                model=sensor.model,
                container_id=container_ids[sensor.container_id],
                bound_from=since,
                observed_properties=PROFILES[sensor.model].units,
            )
            for sensor in town.sensors
            if sensor.registered
        ],
    )


def _register_noise_sensors(connection: Connection, town: Town, municipality_id: int, since: datetime) -> None:
    stored = {site.code: site.id for site in containers.list_sites(connection, municipality_id)}
    codes = {site.id: site.code for site in town.sites}
    registered = {each.device_id for each in datastreams.sensors(connection, municipality_id=municipality_id)}
    missing = [meter for meter in noise.noise_sensors(town) if meter.device_id not in registered]
    sensors.register_many(
        connection,
        municipality_id=municipality_id,
        sensors=[
            NewSensor(
                device_id=meter.device_id,
                model=noise.MODEL,
                site_id=stored[codes[meter.site_id]],
                bound_from=since,
                observed_properties=PROFILES[noise.MODEL].units,
            )
            for meter in missing
        ],
    )


def _register_fleet(connection: Connection, town: Town, municipality_id: int) -> None:
    depot_ids = {
        depot.id: fleet.create_depot(
            connection, municipality_id=municipality_id, name=depot.name, position=depot.position
        ).id
        for depot in town.depots
    }
    for site in town.disposal_sites:
        fleet.create_disposal_site(
            connection,
            municipality_id=municipality_id,
            name=site.name,
            position=site.position,
            fractions=site.fractions,
            service_s=site.service_s,
        )
    vehicle_ids = {
        vehicle.id: fleet.create_vehicle(
            connection,
            municipality_id=municipality_id,
            depot_id=depot_ids[vehicle.depot_id],
            name=vehicle.name,
            fractions=vehicle.fractions,
            capacity_kg=vehicle.capacity_kg,
            capacity_l=vehicle.capacity_l,
            size=vehicle.size,
        ).id
        for vehicle in town.vehicles
    }
    for shift in town.shifts:
        fleet.set_shift(connection, replace(shift, vehicle_id=vehicle_ids[shift.vehicle_id]))
    for held in town.rounds:
        fleet.set_round(connection, municipality_id=municipality_id, fraction=held.fraction, weekday=held.weekday)
