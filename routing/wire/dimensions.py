"""What a truck measures and weighs, for the streets that it may drive: in metres and tonnes, Valhalla's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.errors import InvalidInput
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.vehicle import DEFAULT_PROFILE, Vehicle
from routing.wire.fields import DIMENSIONS
from routing.wire.values import Object, kind, made, take

LARGEST = 200
"""Metres or tonnes: a larger number was meant in centimetres or kilograms."""

_METRES = {"height": "height_m", "width": "width_m", "length": "length_m"}
_TONNES = {"weight": "mass_t", "axle_load": "axle_load_t"}


def dimensions(value: object, path: str) -> TruckProfile:
    """The truck of these dimensions; what is not stated is as with the standard truck."""
    found = take(value, path, DIMENSIONS)
    sizes: dict[str, float] = {}
    for name, inner in found.items():
        if isinstance(inner, bool) or not isinstance(inner, int | float):
            raise InvalidInput(f"must be a number, not {kind(inner)}", where=f"{path}.{name}")
        if not 0 < inner <= LARGEST:
            raise InvalidInput(
                f"must lie above 0 and up to {LARGEST}, not {inner}",
                where=f"{path}.{name}",
                remedy="give tonnes" if name in _TONNES else "give metres",
            )
        sizes[(_METRES | _TONNES)[name]] = float(inner)
    return made(path, lambda: replace(STANDARD_TRUCK, **sizes))


def profile_of(found: Object, path: str) -> str | None:
    """What a vehicle's profile is called when it states its dimensions and no name."""
    if "dimensions" not in found:
        return None
    truck = dimensions(found["dimensions"], f"{path}.dimensions")
    return DEFAULT_PROFILE if truck == STANDARD_TRUCK else truck.words


def trucks_of(entries: Sequence[Object], vehicles: Sequence[Vehicle]) -> dict[str, TruckProfile]:
    """The truck of each profile that vehicles drive by, from the vehicles and what was read as them.

    Raises
    ------
    InvalidInput
        When two vehicles give one profile different dimensions.
    """
    trucks: dict[str, TruckProfile] = {}
    for number, (entry, vehicle) in enumerate(zip(entries, vehicles, strict=True)):
        if "dimensions" not in entry:
            continue
        path = f"vehicles[{number}].dimensions"
        truck = dimensions(entry["dimensions"], path)
        if trucks.setdefault(vehicle.profile, truck) != truck:
            raise InvalidInput(
                f"differ from those of another vehicle of the profile {vehicle.profile!r}",
                where=path,
                remedy="give each size a profile of its own, or leave 'profile' out",
            )
    used = {vehicle.profile for vehicle in vehicles}
    return trucks if trucks and DEFAULT_PROFILE not in used else {DEFAULT_PROFILE: STANDARD_TRUCK} | trucks


def check_none(entries: Sequence[Mapping[str, object]]) -> None:
    """Refuse dimensions beside given matrices: they would change nothing.

    Raises
    ------
    InvalidInput
        When a vehicle states some.
    """
    for number, entry in enumerate(entries):
        if "dimensions" in entry:
            raise InvalidInput(
                "'matrices' says already what it may drive",
                where=f"vehicles[{number}].dimensions",
                remedy="leave out either, and name the matrix in 'profile'",
            )
