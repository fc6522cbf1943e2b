"""Sites, the containers that stand there, and what is known of their fill level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from domain.containers import Container, ContainerGeometry, Fraction, Site
from domain.errors import NotFound
from domain.geography import Position
from domain.observations import Quality
from storage.database import Connection
from storage.rows import fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site that has no id yet. ``code`` is unique within the municipality."""

    code: str
    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class NewContainer:
    """A container that has no id yet. ``code`` is unique within the municipality; units as in ``Container``."""

    site_id: int
    code: str
    fraction: Fraction
    capacity_l: int
    address: str
    geometry: ContainerGeometry | None = None
    fullness_threshold: float = 0.7
    service_s: int = 120


@dataclass(frozen=True, slots=True)
class FillState:
    """The fill level of a container as last observed.

    ``fill_level`` is a share of the capacity. It comes from the newest good observation; as long as there is none,
    from the newest suspect one, and ``quality`` says so. All but the container are None where nothing was observed;
    ``sensor_device_id`` is then the sensor that hangs there now, if one does.
    """

    container: Container
    fill_level: float | None
    observed_at: datetime | None
    quality: Quality | None
    sensor_device_id: str | None


def create_site(connection: Connection, *, municipality_id: int, code: str, name: str, position: Position) -> Site:
    """Store one site; a taken code is a Conflict."""
    return create_sites(connection, municipality_id=municipality_id, sites=[NewSite(code, name, position)])[0]


def create_sites(connection: Connection, *, municipality_id: int, sites: Sequence[NewSite]) -> list[Site]:
    """Store many sites at once; they come back in the same order."""
    query = """
        INSERT INTO site (municipality_id, code, name, lon, lat)
        SELECT %s, code, name, lon, lat
        FROM jsonb_to_recordset(%s) AS new (code text, name text, lon double precision, lat double precision)
        RETURNING id, municipality_id, code, name, lon, lat"""
    new = [{"code": site.code, "name": site.name, "lon": site.position.lon, "lat": site.position.lat} for site in sites]
    by_code = {site.code: site for site in fetch_all(connection, _site, query, [municipality_id, Jsonb(new)])}
    return [by_code[site.code] for site in sites]


def list_sites(connection: Connection, municipality_id: int) -> list[Site]:
    """All sites of the municipality, by code."""
    query = "SELECT id, municipality_id, code, name, lon, lat FROM site WHERE municipality_id = %s ORDER BY code"
    return fetch_all(connection, _site, query, [municipality_id])


def create(
    connection: Connection,
    *,
    municipality_id: int,
    site_id: int,
    code: str,
    fraction: Fraction,
    capacity_l: int,
    address: str,
    geometry: ContainerGeometry | None,
    fullness_threshold: float = 0.7,
    service_s: int = 120,
) -> Container:
    """Store one container; a taken code is a Conflict, a site of another municipality InvalidInput."""
    new = NewContainer(site_id, code, fraction, capacity_l, address, geometry, fullness_threshold, service_s)
    return create_many(connection, municipality_id=municipality_id, containers=[new])[0]


def create_many(connection: Connection, *, municipality_id: int, containers: Sequence[NewContainer]) -> list[Container]:
    """Store many containers at once; they come back in the same order."""
    query = """
        WITH created AS (
            INSERT INTO container (
                municipality_id, site_id, code, fraction, capacity_l, address, empty_distance_m, full_distance_m,
                bottom_share, fullness_threshold, service_s)
            SELECT
                %s, site_id, code, fraction, capacity_l, address, empty_distance_m, full_distance_m, bottom_share,
                fullness_threshold, service_s
            FROM jsonb_to_recordset(%s) AS new (
                site_id bigint, code text, fraction text, capacity_l integer, address text,
                empty_distance_m double precision, full_distance_m double precision, bottom_share double precision,
                fullness_threshold double precision, service_s integer)
            RETURNING *)
        SELECT created.*, site.lon, site.lat FROM created JOIN site ON site.id = created.site_id"""
    new = [
        {
            "site_id": container.site_id,
            "code": container.code,
            "fraction": container.fraction,
            "capacity_l": container.capacity_l,
            "address": container.address,
            "empty_distance_m": container.geometry.empty_distance_m if container.geometry else None,
            "full_distance_m": container.geometry.full_distance_m if container.geometry else None,
            "bottom_share": container.geometry.bottom_share if container.geometry else None,
            "fullness_threshold": container.fullness_threshold,
            "service_s": container.service_s,
        }
        for container in containers
    ]
    created = fetch_all(connection, _container, query, [municipality_id, Jsonb(new)])
    by_code = {container.code: container for container in created}
    return [by_code[container.code] for container in containers]


def list_for(connection: Connection, municipality_id: int) -> list[Container]:
    """All containers of the municipality, by code."""
    query = """
        SELECT container.*, site.lon, site.lat
        FROM container JOIN site ON site.id = container.site_id
        WHERE container.municipality_id = %s ORDER BY container.code"""
    return fetch_all(connection, _container, query, [municipality_id])


def get(connection: Connection, municipality_id: int, container_id: int) -> Container:
    """One container of the municipality.

    Raises
    ------
    NotFound
        When this municipality has no such container.
    """
    query = """
        SELECT container.*, site.lon, site.lat
        FROM container JOIN site ON site.id = container.site_id
        WHERE container.municipality_id = %s AND container.id = %s"""
    found = fetch_one(connection, _container, query, [municipality_id, container_id])
    if found is None:
        raise NotFound(f"there is no container {container_id}")
    return found


def fill_states(connection: Connection, municipality_id: int) -> list[FillState]:
    """Every container of the municipality with its fill level as last observed, by code."""
    query = """
        SELECT
            container.*, site.lon, site.lat, newest.result AS fill_level, newest.phenomenon_time AS observed_at,
            newest.quality::text, coalesce(newest.device_id, hanging.device_id) AS device_id
        FROM container
        JOIN site ON site.id = container.site_id
        LEFT JOIN (
            SELECT DISTINCT ON (datastream.container_id)
                datastream.container_id, latest.result, latest.phenomenon_time, latest.quality, sensor.device_id
            FROM datastream
            JOIN latest_observation AS latest ON latest.datastream_id = datastream.id
            JOIN sensor ON sensor.id = datastream.sensor_id
            WHERE datastream.municipality_id = %(municipality_id)s AND datastream.observed_property = 'fill_level'
            ORDER BY datastream.container_id, latest.quality = 'good' DESC, latest.phenomenon_time DESC
        ) AS newest ON newest.container_id = container.id
        LEFT JOIN (
            SELECT DISTINCT ON (binding.container_id) binding.container_id, sensor.device_id
            FROM binding JOIN sensor ON sensor.id = binding.sensor_id
            WHERE binding.municipality_id = %(municipality_id)s AND binding.bound_until IS NULL
            ORDER BY binding.container_id, binding.bound_from DESC
        ) AS hanging ON hanging.container_id = container.id
        WHERE container.municipality_id = %(municipality_id)s
        ORDER BY container.code"""
    return fetch_all(connection, _fill_state, query, {"municipality_id": municipality_id})


def _site(*, id: int, municipality_id: int, code: str, name: str, lon: float, lat: float) -> Site:
    return Site(id, municipality_id, code, name, Position(lon, lat))


def _container(
    *,
    id: int,
    municipality_id: int,
    site_id: int,
    code: str,
    fraction: str,
    capacity_l: int,
    address: str,
    empty_distance_m: float | None,
    full_distance_m: float | None,
    bottom_share: float | None,
    fullness_threshold: float,
    service_s: int,
    lon: float,
    lat: float,
) -> Container:
    return Container(
        id=id,
        municipality_id=municipality_id,
        site_id=site_id,
        code=code,
        fraction=Fraction(fraction),
        capacity_l=capacity_l,
        position=Position(lon, lat),
        address=address,
        geometry=geometry_of(empty_distance_m, full_distance_m, bottom_share),
        fullness_threshold=fullness_threshold,
        service_s=service_s,
    )


def geometry_of(
    empty_distance_m: float | None, full_distance_m: float | None, bottom_share: float | None
) -> ContainerGeometry | None:
    """The geometry in three columns, which are null together."""
    if empty_distance_m is None or full_distance_m is None or bottom_share is None:
        return None
    return ContainerGeometry(empty_distance_m, full_distance_m, bottom_share)


def _fill_state(
    *,
    fill_level: float | None,
    observed_at: datetime | None,
    quality: str | None,
    device_id: str | None,
    **container: int | float | str | None,
) -> FillState:
    return FillState(
        container=_container(**container),  # pyright: ignore[reportArgumentType]
        fill_level=fill_level,
        observed_at=observed_at,
        quality=None if quality is None else Quality(quality),
        sensor_device_id=device_id,
    )
