"""Every night both worlds are worked out and kept, and later ones look back at what became of it."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

import api.planning.fixed_schedule
from api.planning import make_plan
from api.planning.inputs import load
from api.planning.shadow import part
from domain.saving import Exclusion, World
from routing.check import Violation
from routing.checks.rules import Rule
from routing.shadow.exclusions import exclusions
from storage import shadow
from storage.database import Database
from tests.api.planning_town import MONDAY, NOW, Town, write_town
from tests.api.shadow.compared_town import (
    EMPTY,
    FULL,
    THURSDAY,
    WEDNESDAY_EVENING,
    approve,
    day,
    drive,
    levels,
    only_shadow,
    plan_monday,
    plan_thursday,
)


def test_both_sides_of_a_night(database: Database, town: Town) -> None:
    plan = plan_thursday(database)
    found = day(database, town, THURSDAY)
    assert (found.driven, found.plan_id, found.began_on, found.containers) == (World.HALFVOL, plan.id, THURSDAY, 16)
    assert found.known_at == WEDNESDAY_EVENING
    assert not found.approved
    halfvol, fixed = found.halfvol, found.fixed_schedule
    assert halfvol is not None
    assert fixed is not None
    assert (halfvol.distance_m, halfvol.duration_s) == (plan.distance_m, plan.duration_s)
    assert fixed.stops == 16
    assert plan.fixed_schedule is not None
    assert (fixed.distance_m, fixed.vehicles) == (plan.fixed_schedule.distance_m, plan.fixed_schedule.routes)
    assert halfvol.stops < fixed.stops
    assert halfvol.kg < fixed.kg
    km, hours = halfvol.distance_m / 1000, halfvol.duration_s / 3600
    assert halfvol.cost == pytest.approx(90 * km + 9000 * hours + 3000 * halfvol.vehicles, abs=1)
    assert 0 < halfvol.overflow_days < 4, "the four full ones may overflow before the truck comes"
    assert 0 < halfvol.overflow_sd < 2
    assert found.trusted_share > 0.9
    assert not found.estimated
    other = levels(database, town, World.FIXED_SCHEDULE)
    assert set(other) == set(town.containers)
    assert all(level.emptied_here and level.date == THURSDAY for level in other.values())
    assert exclusions(found) == (Exclusion.NOT_APPROVED, Exclusion.NOT_OVER, Exclusion.SETTLING)


def test_working_a_night_out_again_changes_nothing(database: Database, town: Town) -> None:
    plan_thursday(database)
    first, first_levels = day(database, town, THURSDAY), levels(database, town, World.FIXED_SCHEDULE)
    plan_thursday(database)
    again = day(database, town, THURSDAY)
    assert again.plan_id != first.plan_id
    assert again.fixed_schedule is not None
    assert first.fixed_schedule is not None
    assert again.fixed_schedule.overflow_days == pytest.approx(first.fixed_schedule.overflow_days, abs=1e-3)
    assert again.fixed_schedule.kg == first.fixed_schedule.kg
    assert again.began_on == first.began_on
    assert levels(database, town, World.FIXED_SCHEDULE).keys() == first_levels.keys()


def test_in_the_world_of_the_schedule_containers_were_emptied_by_it(database: Database, town: Town) -> None:
    plan_thursday(database)
    plan_monday(database)
    thursday, monday = (day(database, town, date).fixed_schedule for date in (THURSDAY, MONDAY))
    assert thursday is not None
    assert monday is not None
    # Four days at 5 % in containers of 1,120 kg of glass: what the schedule finds on Monday, however full they stand.
    assert monday.kg / 16 == pytest.approx(1120 * (0.02 + 4 * 0.05), rel=0.15)
    assert thursday.kg > 1.5 * monday.kg
    assert monday.overflow_days < 0.01


def test_the_schedule_goes_on_through_nights_that_nobody_planned(database: Database, town: Town) -> None:
    early = datetime.datetime(2026, 11, 11, 18, tzinfo=datetime.UTC)
    make_plan(
        database,
        municipality_code="helsinki",
        date=datetime.date(2026, 11, 12),
        time_limit_s=0.3,
        known_at=early,
    )
    plan_monday(database)
    before = levels(database, town, World.FIXED_SCHEDULE, before=MONDAY)
    assert {level.date for level in before.values()} == {THURSDAY}, "nobody planned Monday 16 and Thursday 19"
    side = day(database, town, MONDAY).fixed_schedule
    assert side is not None
    assert side.kg / 16 == pytest.approx(1120 * 0.22, rel=0.15)


def test_rounds_count_as_driven_until_halfvol_plans(database: Database, town: Town) -> None:
    def last_rounds(date: datetime.date, known_at: datetime.datetime) -> set[datetime.date]:
        inputs = load(database, "helsinki", known_at=known_at)
        rounds_s = part(database, inputs, date, policy=inputs.policy).rounds_s
        assert set(rounds_s) == {container.id for container in town.containers.values()}
        return {datetime.datetime.fromtimestamp(at_s, inputs.days.time_zone).date() for at_s in rounds_s.values()}

    assert last_rounds(THURSDAY, WEDNESDAY_EVENING) == {datetime.date(2026, 11, 16)}
    plan_thursday(database)
    assert last_rounds(MONDAY, NOW) == {datetime.date(2026, 11, 16)}, "on Thursday Halfvol's plan was driven"
    only_shadow(database, town)
    assert last_rounds(MONDAY, NOW) == {THURSDAY}


def test_a_later_night_looks_back(database: Database, town: Town) -> None:
    plan = plan_thursday(database)
    approve(database, plan)
    drive(database, plan)
    plan_monday(database)
    found = day(database, town, THURSDAY)
    assert found.approved
    assert found.looked_back is not None
    assert found.looked_back.emptied_share == 1.0
    assert found.looked_back.extra_emptyings == 0
    assert found.looked_back.overflow_days == 0
    assert found.looked_back.heard_share == pytest.approx(12 / 16, abs=0.02), "four have been silent since Wednesday"
    assert exclusions(found) == (Exclusion.SETTLING,)
    assert day(database, town, MONDAY).looked_back is None
    # Planning the day anew keeps what became of it.
    plan_thursday(database)
    assert day(database, town, THURSDAY).looked_back == found.looked_back


def test_a_plan_that_nobody_drove(database: Database) -> None:
    fuller = [replace(each, level=1.25, last_reading_at=NOW) for each in FULL]
    town = write_town(database, [*fuller, *EMPTY])
    approve(database, plan_thursday(database))
    plan_monday(database)
    found = day(database, town, THURSDAY)
    assert found.looked_back is not None
    assert found.looked_back.emptied_share == 0.0
    assert Exclusion.NOT_DRIVEN in exclusions(found)
    assert found.looked_back.overflow_days > 1, "they stood overflowing"


def test_routes_of_the_schedule_that_the_checker_refuses(
    database: Database, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.planning.fixed_schedule, "check", lambda *_: [Violation("route 1", Rule.CAPACITY_KG, 1)])
    plan = plan_thursday(database)
    assert plan.routes
    found = day(database, town, THURSDAY)
    assert found.fixed_schedule is None
    assert found.problem is Exclusion.ROUTES_REFUSED
    assert Exclusion.ROUTES_REFUSED in exclusions(found)
    # The schedule is driven all the same, whatever our routes for it were.
    other = levels(database, town, World.FIXED_SCHEDULE)
    assert all(level.emptied_here for level in other.values())


def test_a_comparison_that_fails_keeps_no_plan_from_the_trucks(
    database: Database, town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no such column")

    monkeypatch.setattr(shadow, "put", broken)
    assert plan_thursday(database).routes
    assert "the comparison of 2026-11-19 could not be stored" in caplog.text
