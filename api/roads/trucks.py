"""Which truck a vehicle is to the streets."""

from __future__ import annotations

from collections.abc import Iterable

from api.roads.source import RoadSource
from domain.fleet import Vehicle, VehicleSize
from routing.roads.profile import STANDARD_TRUCK, TruckProfile
from routing.vehicle import DEFAULT_PROFILE

KG_PER_TONNE = 1000


def truck_of(size: VehicleSize) -> TruckProfile:
    """A truck of this size; what is not known is as with the standard truck.

    Raises
    ------
    InvalidInput
        When a dimension is not a positive number.
    """
    usual = STANDARD_TRUCK
    return TruckProfile(
        height_m=usual.height_m if size.height_m is None else size.height_m,
        mass_t=usual.mass_t if size.mass_kg is None else size.mass_kg / KG_PER_TONNE,
        width_m=usual.width_m if size.width_m is None else size.width_m,
        length_m=usual.length_m if size.length_m is None else size.length_m,
        axle_load_t=usual.axle_load_t if size.axle_load_kg is None else size.axle_load_kg / KG_PER_TONNE,
    )


def trucks_for(roads: RoadSource, vehicles: Iterable[Vehicle]) -> dict[int, TruckProfile]:
    """The truck that each vehicle, by its id, is to a road engine: to one that minds no sizes all are alike."""
    return {each.id: truck_of(each.size) if roads.minds_sizes else STANDARD_TRUCK for each in vehicles}


def profile_of(truck: TruckProfile) -> str:
    """The name of its matrix in a problem: trucks of one size share it."""
    return DEFAULT_PROFILE if truck == STANDARD_TRUCK else truck.words
