"""Nights that nobody compared are worked out afterwards."""

from __future__ import annotations

import datetime

import pytest

from api.planning.fill_in import fill_in
from domain.saving import Exclusion, World
from routing.shadow.exclusions import exclusions
from storage.database import Database
from tests.api.planning_town import MONDAY, NOW, Town
from tests.api.shadow.compared_town import THURSDAY, day, levels, only_shadow, plan_monday, plan_thursday


def forget(database: Database, town: Town) -> None:
    with database.transaction() as connection:
        for table in ("DELETE FROM compared_day", "DELETE FROM other_level"):
            connection.execute(table)
    assert levels(database, town, World.FIXED_SCHEDULE) == {}


def test_missing_nights_are_filled_in(database: Database, town: Town) -> None:
    plan_thursday(database)
    plan_monday(database)
    before = [day(database, town, date) for date in (THURSDAY, MONDAY)]
    forget(database, town)
    seen: list[datetime.date] = []
    filled = fill_in(
        database,
        "helsinki",
        first=datetime.date(2026, 11, 17),
        last=datetime.date(2026, 12, 31),
        now=NOW + datetime.timedelta(hours=9),
        time_limit_s=0.3,
        on_progress=seen.append,
    )
    # No truck works on Friday and Saturday; on Tuesday and Sunday one works, nothing is scheduled and nobody planned.
    assert filled.failed == ()
    assert filled.dates == (THURSDAY, MONDAY)
    assert {THURSDAY, MONDAY} <= set(seen)
    for known in before:
        found = day(database, town, known.date)
        assert found.plan_id == known.plan_id
        assert found.fixed_schedule is not None
        assert known.fixed_schedule is not None
        assert found.fixed_schedule.stops == known.fixed_schedule.stops
        assert found.fixed_schedule.kg == pytest.approx(known.fixed_schedule.kg, rel=0.1)
    assert day(database, town, THURSDAY).looked_back is not None
    assert fill_in(database, "helsinki", first=THURSDAY, last=MONDAY, now=NOW, time_limit_s=0.3).dates == ()


def test_a_round_that_nobody_planned_is_named(database: Database, town: Town) -> None:
    filled = fill_in(database, "helsinki", first=THURSDAY, last=THURSDAY, now=NOW, time_limit_s=0.3)
    assert filled.dates == (THURSDAY,)
    assert Exclusion.NO_PLAN in exclusions(day(database, town, THURSDAY))


def test_a_shadow_is_filled_in_by_planning_on(database: Database, town: Town) -> None:
    only_shadow(database, town)
    plan_monday(database)
    filled = fill_in(
        database,
        "helsinki",
        first=THURSDAY,
        last=MONDAY,
        now=NOW + datetime.timedelta(hours=9),
        time_limit_s=0.3,
    )
    assert THURSDAY in filled.dates
    assert MONDAY in filled.dates, "it follows from Thursday's, so it is made anew"
    assert day(database, town, MONDAY).began_on <= THURSDAY
    assert any(level.emptied_here for level in levels(database, town, World.HALFVOL, before=MONDAY).values())
