"""The simulated town's trucks, when they work, and which fraction is collected on which weekday."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from domain.containers import Fraction
from domain.fleet import CollectionRound, Depot, LunchBreak, Shift, Vehicle, VehicleSize

SHIFT_STARTS = time(6, 30)
SHIFT_ENDS = time(15, 0)
LUNCH_BREAK = LunchBreak(earliest=time(11, 30), latest=time(12, 30), duration_s=1800)
WORKDAYS = (1, 2, 3, 4, 5, 6)
"""ISO weekdays on which trucks work: Monday to Saturday."""

ROUND_WEEKDAYS: Mapping[Fraction, tuple[int, ...]] = {
    Fraction.RESIDUAL: (1, 3, 5),
    Fraction.PAPER: (2, 5),
    Fraction.GLASS: (6,),
    Fraction.PLASTICS: (1, 4),
}
"""The fixed schedule, as ISO weekdays. Glass fills at 5 % a day at the median, so once a week is what it needs."""


@dataclass(frozen=True, slots=True)
class TruckKind:
    """A kind of truck, and for how many containers of the whole town one of them is bought."""

    name: str
    fraction: Fraction
    capacity_kg: int
    capacity_l: int
    containers_each: int
    size: VehicleSize


TWO_AXLES = VehicleSize(height_m=3.6, width_m=2.55, length_m=10.0, mass_kg=18_000, axle_load_kg=11_500)
THREE_AXLES = VehicleSize(height_m=3.6, width_m=2.55, length_m=10.6, mass_kg=26_000, axle_load_kg=11_500)
CRANE = VehicleSize(height_m=3.9, width_m=2.55, length_m=9.5, mass_kg=26_000, axle_load_kg=11_500)
"""A crane behind the cab stands higher than a rear loader, also folded. Width and masses: Directive 96/53/EC."""

TRUCK_KINDS = (
    # Pressing trucks: the volume is that of the waste as it lies in the containers, pressed about 5 to 1.
    TruckKind("Residual", Fraction.RESIDUAL, capacity_kg=7_500, capacity_l=70_000, containers_each=150, size=TWO_AXLES),
    TruckKind("Paper", Fraction.PAPER, capacity_kg=8_000, capacity_l=100_000, containers_each=300, size=THREE_AXLES),
    # Glass is lifted out by a crane into an open body and is not pressed.
    TruckKind("Glass crane", Fraction.GLASS, capacity_kg=11_000, capacity_l=36_000, containers_each=300, size=CRANE),
    TruckKind("Plastics", Fraction.PLASTICS, capacity_kg=5_000, capacity_l=90_000, containers_each=300, size=TWO_AXLES),
)


def vehicles(depot: Depot, *, containers: int) -> tuple[Vehicle, ...]:
    """The trucks for a town of so many containers: five for 300."""
    bought = [
        (kind, number) for kind in TRUCK_KINDS for number in range(1, 1 + math.ceil(containers / kind.containers_each))
    ]
    return tuple(
        Vehicle(
            id=identifier,
            municipality_id=depot.municipality_id,
            depot_id=depot.id,
            name=f"{kind.name} {number}",
            fractions=frozenset({kind.fraction}),
            capacity_kg=kind.capacity_kg,
            capacity_l=kind.capacity_l,
            size=kind.size,
        )
        for identifier, (kind, number) in enumerate(bought, 1)
    )


def shifts(trucks: Iterable[Vehicle]) -> tuple[Shift, ...]:
    """Every truck works the same hours on every workday."""
    return tuple(
        Shift(truck.id, weekday, SHIFT_STARTS, SHIFT_ENDS, LUNCH_BREAK) for truck in trucks for weekday in WORKDAYS
    )


def rounds(municipality_id: int) -> tuple[CollectionRound, ...]:
    """The collection rounds of ``ROUND_WEEKDAYS``."""
    return tuple(
        CollectionRound(municipality_id, fraction, weekday)
        for fraction, weekdays in ROUND_WEEKDAYS.items()
        for weekday in weekdays
    )
