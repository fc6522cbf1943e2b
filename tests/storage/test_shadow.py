"""Both worlds of every date, and where containers stand in the other one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.errors import InvalidInput, NotFound
from domain.saving import Exclusion, LookBack, OtherLevel, World
from storage import shadow
from storage.database import Connection, Database
from tests.routing.shadow.compared import compared
from tests.storage import town

DAY = date(2026, 11, 19)


def days(connection: Connection, municipality_id: int) -> list[date]:
    found = shadow.days(connection, municipality_id=municipality_id, first=date(2026, 1, 1), last=date(2026, 12, 31))
    return [each.date for each in found]


def test_a_date_is_stored_once_and_read_as_it_was(database: Database) -> None:
    with database.transaction() as connection:
        owner = town.build(connection).municipality.id
        # Whether it was approved is the plan's to say, and there is none here.
        day = replace(compared(DAY), municipality_id=owner, plan_id=None, approved=False)
        for _ in range(2):
            shadow.put(connection, day)
        (found,) = shadow.days(connection, municipality_id=owner, first=DAY, last=DAY)
        assert found == day
        refused = replace(day, fixed_schedule=None, problem=Exclusion.ROUTES_REFUSED, looked_back=None)
        shadow.put(connection, refused)
        (found,) = shadow.days(connection, municipality_id=owner, first=DAY, last=DAY)
        assert (found.fixed_schedule, found.problem) == (None, Exclusion.ROUTES_REFUSED)
        assert found.looked_back == day.looked_back, "what became of the day stays"
        other = LookBack(emptied_share=None, extra_emptyings=3, overflow_days=0.0, heard_share=0.1)
        shadow.look_back(connection, municipality_id=owner, date=DAY, found=other)
        assert shadow.days(connection, municipality_id=owner, first=DAY, last=DAY)[0].looked_back == other
        with pytest.raises(NotFound, match="nothing was compared on 2026-11-20"):
            shadow.look_back(connection, municipality_id=owner, date=DAY + timedelta(days=1), found=other)


def test_which_dates_there_are(database: Database) -> None:
    with database.transaction() as connection:
        owner = town.build(connection).municipality.id
        assert shadow.span(connection, owner) is None
        assert shadow.newest_before(connection, municipality_id=owner, date=DAY) is None
        for n in (0, 3, 7):
            shadow.put(connection, replace(compared(DAY + timedelta(days=n)), municipality_id=owner))
        assert shadow.span(connection, owner) == (DAY, DAY + timedelta(days=7))
        newest = shadow.newest_before(connection, municipality_id=owner, date=DAY + timedelta(days=7))
        assert newest is not None
        assert newest.date == DAY + timedelta(days=3)
        assert days(connection, owner) == [DAY, DAY + timedelta(days=3), DAY + timedelta(days=7)]
        assert days(connection, owner + 1) == []


def level(container_id: int, day: date, share: float) -> OtherLevel:
    return OtherLevel(
        container_id, day, datetime(day.year, day.month, day.day, 9, tzinfo=UTC), share, 0.05, None, False
    )


def test_levels_of_the_other_world(database: Database) -> None:
    with database.transaction() as connection:
        small = town.build(connection)
        owner, glass, paper = small.municipality.id, small.glass.id, small.paper.id

        def put(day: date, *levels: OtherLevel, world: World = World.FIXED_SCHEDULE) -> None:
            shadow.put_other_levels(connection, municipality_id=owner, world=world, date=day, levels=levels)

        def newest(before: date, since: date = date.min) -> dict[int, float]:
            found = shadow.other_levels(
                connection, municipality_id=owner, world=World.FIXED_SCHEDULE, since=since, before=before
            )
            return {container_id: each.level for container_id, each in found.items()}

        later = DAY + timedelta(days=4)
        put(DAY, level(glass, DAY, 0.1), level(paper, DAY, 0.2))
        put(later, level(glass, later, 0.3))
        put(later, level(glass, later, 0.9), world=World.HALFVOL)
        assert newest(before=DAY) == {}
        assert newest(before=later) == {glass: 0.1, paper: 0.2}
        assert newest(before=date.max) == {glass: 0.3, paper: 0.2}
        assert newest(before=date.max, since=later) == {glass: 0.3}
        # Again, and with a round of a night in between that nobody planned.
        between = DAY + timedelta(days=2)
        put(later, level(paper, later, 0.4), level(glass, between, 0.5))
        assert newest(before=date.max) == {glass: 0.5, paper: 0.4}
        put(later, level(glass, between, 0.6))
        assert newest(before=date.max) == {glass: 0.5, paper: 0.2}, "what is stored of another date stays"
        # Long afterwards only the newest of each is left.
        long_after = later + timedelta(days=shadow.KEPT_DAYS + 1)
        put(long_after, level(glass, long_after, 0.7))
        put(long_after + timedelta(days=1))
        assert newest(before=later) == {paper: 0.2}


def test_a_container_of_another_municipality_is_refused(database: Database) -> None:
    def put_of_nobody() -> None:
        with database.transaction() as connection:
            owner = town.build(connection).municipality.id
            shadow.put_other_levels(
                connection, municipality_id=owner, world=World.HALFVOL, date=DAY, levels=[level(10**9, DAY, 0.1)]
            )

    with pytest.raises(InvalidInput):
        put_of_nobody()
