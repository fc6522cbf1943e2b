from __future__ import annotations

import math
from datetime import time

import pytest

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.fleet import CollectionRound, LunchBreak, Shift, VehicleSize
from storage import fleet
from storage.database import Database
from storage.fleet import Fleet
from tests.storage import town


def test_the_fleet_comes_back_as_it_was_made(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        other = town.build(connection, code="espoo")
        town.add_fleet(connection, other.municipality.id)
        depot, tip, truck = town.add_fleet(connection, small.municipality.id)
        fleet.set_shift(connection, Shift(truck.id, 1, time(6), time(14), LunchBreak(time(11), time(12), 1800)))
        changed = Shift(truck.id, 1, time(7), time(15))
        with_break = Shift(truck.id, 2, time(7), time(15), LunchBreak(time(11, 30), time(12, 30), 1800))
        fleet.set_shift(connection, changed)
        fleet.set_shift(connection, with_break)
        for _ in range(2):
            fleet.set_round(connection, municipality_id=small.municipality.id, fraction=Fraction.GLASS, weekday=3)
        loaded = fleet.load(connection, small.municipality.id)
    assert truck.size == VehicleSize(height_m=3.85, mass_kg=26_000)
    assert loaded == Fleet(
        depots=(depot,),
        disposal_sites=(tip,),
        vehicles=(truck,),
        shifts=(changed, with_break),
        rounds=(CollectionRound(small.municipality.id, Fraction.GLASS, 3),),
    )


def test_a_shift_that_ends_before_it_begins_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        _, _, truck = town.add_fleet(connection, town.build(connection).municipality.id)

    def set_shift(starts: time, ends: time, pause: LunchBreak | None = None) -> None:
        with database.transaction() as connection:
            fleet.set_shift(connection, Shift(truck.id, 1, starts, ends, pause))

    with pytest.raises(InvalidInput, match="ends_after_it_starts"):
        set_shift(time(14), time(6))
    with pytest.raises(InvalidInput, match="break_within_the_shift"):
        set_shift(time(6), time(14), pause=LunchBreak(time(13), time(13, 45), 1800))


@pytest.mark.parametrize(
    ("size", "column"),
    [(VehicleSize(height_m=0), "height_m"), (VehicleSize(width_m=math.nan), "width_m"),
     (VehicleSize(length_m=math.inf), "length_m"), (VehicleSize(mass_kg=-1), "mass_kg"),
     (VehicleSize(axle_load_kg=0), "axle_load_kg")],
)  # fmt: skip
def test_a_size_that_is_none_is_refused(database: Database, size: VehicleSize, column: str) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        depot = fleet.create_depot(connection, municipality_id=small.municipality.id, name="Yard", position=town.MARKET)
    with pytest.raises(InvalidInput, match=column), database.transaction() as connection:
        fleet.create_vehicle(
            connection,
            municipality_id=small.municipality.id,
            depot_id=depot.id,
            name="Truck 2",
            fractions={Fraction.GLASS},
            capacity_kg=9000,
            capacity_l=20_000,
            size=size,
        )
