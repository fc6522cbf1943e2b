from __future__ import annotations

from datetime import time

import pytest

from domain.containers import Fraction
from domain.errors import InvalidInput
from domain.fleet import CollectionRound, LunchBreak, Shift
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
