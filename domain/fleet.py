"""Depots, disposal sites, vehicles, and when they work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from domain.containers import Fraction
from domain.geography import Position


@dataclass(frozen=True, slots=True)
class Depot:
    """Where vehicles start and end their day."""

    id: int
    municipality_id: int
    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class DisposalSite:
    """Where vehicles empty themselves; takes ``fractions``, and unloading takes ``service_s`` seconds."""

    id: int
    municipality_id: int
    name: str
    position: Position
    fractions: frozenset[Fraction]
    service_s: int


@dataclass(frozen=True, slots=True)
class VehicleSize:
    """What a vehicle measures and weighs, for signs that limit it. None: not known, taken to be a usual truck's.

    ``height_m`` with the crane folded; ``mass_kg`` is the permitted mass, fully laden; ``axle_load_kg`` that of the
    heaviest axle.
    """

    height_m: float | None = None
    width_m: float | None = None
    length_m: float | None = None
    mass_kg: int | None = None
    axle_load_kg: int | None = None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A collection truck.

    ``fractions`` are those it may load, together, in its one body; ``capacity_l`` is the volume of waste as it lies
    in the containers that fits in after pressing, ``capacity_kg`` the payload.
    """

    id: int
    municipality_id: int
    depot_id: int
    name: str
    fractions: frozenset[Fraction]
    capacity_kg: int
    capacity_l: int
    size: VehicleSize = VehicleSize()


@dataclass(frozen=True, slots=True)
class LunchBreak:
    """A break of ``duration_s`` that begins between ``earliest`` and ``latest``, local times."""

    earliest: time
    latest: time
    duration_s: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A vehicle works on an ISO weekday (1 = Monday) from ``starts`` to ``ends``, local times."""

    vehicle_id: int
    weekday: int
    starts: time
    ends: time
    lunch_break: LunchBreak | None = None


@dataclass(frozen=True, slots=True)
class CollectionRound:
    """A fraction is collected on this ISO weekday: the fixed schedule, and the next chance to visit a container."""

    municipality_id: int
    fraction: Fraction
    weekday: int


@dataclass(frozen=True, slots=True)
class Emptying:
    """A container was emptied, as a driver reported it.

    ``id`` is made by the client, so that sending twice is harmless.
    ``observed_fill_level`` is what the driver saw before emptying, a share of the capacity.
    """

    id: UUID
    municipality_id: int
    container_id: int
    emptied_at: datetime
    reported_at: datetime
    observed_fill_level: float | None = None
    route_id: int | None = None
    withdrawn_at: datetime | None = None
