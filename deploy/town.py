"""The simulated town written into the database, as an operator would enter a real one."""

from __future__ import annotations

from datetime import datetime

from domain.containers import Municipality
from domain.errors import NotFound
from ingest.sensors import PROFILES
from routing.roads.graph import RoadGraph
from simulators.town import Town
from storage import containers, fleet, municipalities, roads, sensors
from storage.database import Connection, Database


def register_town(database: Database, town: Town, graph: RoadGraph, *, sensors_since: datetime) -> Municipality:
    """Enter the town unless it is there already: streets, sites, containers, sensors, fleet, rounds.

    Parameters
    ----------
    sensors_since
        From when the sensors count as bound to their containers.
    """
    with database.transaction() as connection:
        try:
            return municipalities.get(connection, town.municipality.code)
        except NotFound:
            pass
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
        _register_fleet(connection, town, municipality.id)
    return municipality
