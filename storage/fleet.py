"""Depots, disposal sites, vehicles, their shifts, and the rounds on which each fraction is collected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import time

from domain.containers import Fraction
from domain.fleet import CollectionRound, Depot, DisposalSite, LunchBreak, Shift, Vehicle, VehicleSize
from domain.geography import Position
from storage.database import Connection
from storage.rows import fetch_all, fetch_new, fetch_value

NO_SIZE = VehicleSize()
"""Nothing known of it."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """All that a municipality collects with, each in a lasting order."""

    depots: tuple[Depot, ...]
    disposal_sites: tuple[DisposalSite, ...]
    vehicles: tuple[Vehicle, ...]
    shifts: tuple[Shift, ...]
    rounds: tuple[CollectionRound, ...]


def create_depot(connection: Connection, *, municipality_id: int, name: str, position: Position) -> Depot:
    """Store a depot; a taken name is a Conflict."""
    query = """
        INSERT INTO depot (municipality_id, name, lon, lat) VALUES (%s, %s, %s, %s)
        RETURNING id, municipality_id, name, lon, lat"""
    return fetch_new(connection, _depot, query, [municipality_id, name, position.lon, position.lat])


def create_disposal_site(
    connection: Connection,
    *,
    municipality_id: int,
    name: str,
    position: Position,
    fractions: Iterable[Fraction],
    service_s: int,
) -> DisposalSite:
    """Store a disposal site; a taken name is a Conflict."""
    query = """
        INSERT INTO disposal_site (municipality_id, name, lon, lat, service_s) VALUES (%s, %s, %s, %s, %s)
        RETURNING id"""
    new_id: int = fetch_value(connection, query, [municipality_id, name, position.lon, position.lat, service_s])
    taken = frozenset(fractions)
    connection.execute(
        "INSERT INTO disposal_site_fraction (disposal_site_id, fraction) SELECT %s, unnest(%s::text[])",
        [new_id, sorted(taken)],
    )
    return DisposalSite(new_id, municipality_id, name, position, taken, service_s)


def create_vehicle(
    connection: Connection,
    *,
    municipality_id: int,
    depot_id: int,
    name: str,
    fractions: Iterable[Fraction],
    capacity_kg: int,
    capacity_l: int,
    size: VehicleSize = NO_SIZE,
) -> Vehicle:
    """Store a vehicle; a taken name is a Conflict, a depot of another municipality InvalidInput."""
    query = """
        INSERT INTO vehicle (
            municipality_id, depot_id, name, capacity_kg, capacity_l,
            height_m, width_m, length_m, mass_kg, axle_load_kg
        )
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        RETURNING id"""
    parameters = [municipality_id, depot_id, name, capacity_kg, capacity_l, *astuple(size)]
    new_id: int = fetch_value(connection, query, parameters)
    taken = frozenset(fractions)
    connection.execute(
        "INSERT INTO vehicle_fraction (vehicle_id, fraction) SELECT %s, unnest(%s::text[])", [new_id, sorted(taken)]
    )
    return Vehicle(new_id, municipality_id, depot_id, name, taken, capacity_kg, capacity_l, size)


def set_shift(connection: Connection, shift: Shift) -> None:
    """Let a vehicle work on an ISO weekday (1 = Monday) between two local times, in place of what was set."""
    pause = shift.lunch_break
    connection.execute(
        """
        INSERT INTO shift (vehicle_id, weekday, starts, ends, break_earliest, break_latest, break_s)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (vehicle_id, weekday) DO UPDATE SET
            starts = excluded.starts, ends = excluded.ends, break_earliest = excluded.break_earliest,
            break_latest = excluded.break_latest, break_s = excluded.break_s""",
        [shift.vehicle_id, shift.weekday, shift.starts, shift.ends]
        + ([None] * 3 if pause is None else [pause.earliest, pause.latest, pause.duration_s]),
    )


def set_round(connection: Connection, *, municipality_id: int, fraction: Fraction, weekday: int) -> CollectionRound:
    """Collect a fraction on an ISO weekday; setting it again changes nothing."""
    connection.execute(
        """
        INSERT INTO collection_round (municipality_id, fraction, weekday) VALUES (%s, %s, %s)
        ON CONFLICT DO NOTHING""",
        [municipality_id, fraction, weekday],
    )
    return CollectionRound(municipality_id, fraction, weekday)


def load(connection: Connection, municipality_id: int) -> Fleet:
    """The whole fleet of a municipality."""
    parameters = [municipality_id]
    depots = "SELECT id, municipality_id, name, lon, lat FROM depot WHERE municipality_id = %s ORDER BY id"
    disposal_sites = """
        SELECT
            id, municipality_id, name, lon, lat, service_s,
            array(SELECT fraction FROM disposal_site_fraction WHERE disposal_site_id = disposal_site.id) AS fractions
        FROM disposal_site WHERE municipality_id = %s ORDER BY id"""
    vehicles = """
        SELECT
            id, municipality_id, depot_id, name, capacity_kg, capacity_l,
            height_m, width_m, length_m, mass_kg, axle_load_kg,
            array(SELECT fraction FROM vehicle_fraction WHERE vehicle_id = vehicle.id) AS fractions
        FROM vehicle WHERE municipality_id = %s ORDER BY id"""
    shifts = """
        SELECT
            shift.vehicle_id, shift.weekday, shift.starts, shift.ends,
            shift.break_earliest, shift.break_latest, shift.break_s
        FROM shift JOIN vehicle ON vehicle.id = shift.vehicle_id
        WHERE vehicle.municipality_id = %s ORDER BY shift.vehicle_id, shift.weekday"""
    rounds = """
        SELECT municipality_id, fraction, weekday FROM collection_round
        WHERE municipality_id = %s ORDER BY weekday, fraction"""
    return Fleet(
        depots=tuple(fetch_all(connection, _depot, depots, parameters)),
        disposal_sites=tuple(fetch_all(connection, _disposal_site, disposal_sites, parameters)),
        vehicles=tuple(fetch_all(connection, _vehicle, vehicles, parameters)),
        shifts=tuple(fetch_all(connection, _shift, shifts, parameters)),
        rounds=tuple(fetch_all(connection, _round, rounds, parameters)),
    )


def _depot(*, id: int, municipality_id: int, name: str, lon: float, lat: float) -> Depot:
    return Depot(id, municipality_id, name, Position(lon, lat))


def _disposal_site(
    *, id: int, municipality_id: int, name: str, lon: float, lat: float, service_s: int, fractions: list[str]
) -> DisposalSite:
    taken = frozenset(Fraction(fraction) for fraction in fractions)
    return DisposalSite(id, municipality_id, name, Position(lon, lat), taken, service_s)


def _vehicle(
    *,
    id: int,
    municipality_id: int,
    depot_id: int,
    name: str,
    capacity_kg: int,
    capacity_l: int,
    height_m: float | None,
    width_m: float | None,
    length_m: float | None,
    mass_kg: int | None,
    axle_load_kg: int | None,
    fractions: list[str],
) -> Vehicle:
    taken = frozenset(Fraction(fraction) for fraction in fractions)
    size = VehicleSize(height_m, width_m, length_m, mass_kg, axle_load_kg)
    return Vehicle(id, municipality_id, depot_id, name, taken, capacity_kg, capacity_l, size)


def _round(*, municipality_id: int, fraction: str, weekday: int) -> CollectionRound:
    return CollectionRound(municipality_id, Fraction(fraction), weekday)


def _shift(
    *,
    vehicle_id: int,
    weekday: int,
    starts: time,
    ends: time,
    break_earliest: time | None,
    break_latest: time | None,
    break_s: int | None,
) -> Shift:
    if break_earliest is None or break_latest is None or break_s is None:
        return Shift(vehicle_id, weekday, starts, ends)
    return Shift(vehicle_id, weekday, starts, ends, LunchBreak(break_earliest, break_latest, break_s))
