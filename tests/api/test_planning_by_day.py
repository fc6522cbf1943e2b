"""Plans that are made while trucks are out, or will be before the day that is planned."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator

import pytest

from api.planning import PlanningRun, run_planning
from domain.containers import Fraction
from domain.fleet import Emptying
from domain.plans import Decision, Urgency
from storage import emptyings
from storage.database import Database
from tests.api.planning_town import MONDAY, NOW, Bin, Town, write_town
from tests.api.shadow.compared_town import approve, only_shadow, plan_monday

THURSDAY = datetime.date(2026, 11, 26)
MONDAY_MORNING = datetime.datetime(2026, 11, 23, 8, tzinfo=datetime.UTC)
"""Ten o'clock in Helsinki: the glass round of that day lasts from 7 to 15."""

AFTER_WORK = datetime.datetime(2026, 11, 23, 13, 30, tzinfo=datetime.UTC)
FULL = [Bin(f"GL-F{i}", 0.93 + 0.01 * i) for i in range(4)]
EMPTY = [Bin(f"GL-E{i}", 0.10 + 0.01 * i) for i in range(8)]


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with Database(postgres_url) as opened:
        yield opened


@pytest.fixture
def town(database: Database) -> Town:
    return write_town(database, [*FULL, *EMPTY])


def run_of(database: Database, date: datetime.date, *, known_at: datetime.datetime) -> PlanningRun:
    return run_planning(database, municipality_code="helsinki", date=date, time_limit_s=0.3, known_at=known_at)


def plan_thursday(database: Database, *, known_at: datetime.datetime) -> PlanningRun:
    return run_of(database, THURSDAY, known_at=known_at)


def full_ones(town: Town, run: PlanningRun) -> list[Decision]:
    ids = {town.containers[bin_.code].id for bin_ in FULL}
    return [each for each in run.plan.decisions if each.container_id in ids]


def test_what_the_round_of_today_has_yet_to_empty_will_be_empty(database: Database, town: Town) -> None:
    for each in full_ones(town, plan_thursday(database, known_at=MONDAY_MORNING)):
        assert each.urgency is Urgency.SKIP
        assert each.fill_level is not None
        assert each.fill_level < 0.3
        assert each.last_fill_level is not None
        assert each.last_fill_level > 0.9
        assert "measured 9" in each.explanation["en"].lower()
        assert "will be emptied on Monday" in each.explanation["en"]
        assert "wordt op maandag nog geleegd" in each.explanation["nl"]


def test_what_the_round_of_today_has_not_emptied_in_its_hours_is_full(database: Database, town: Town) -> None:
    for each in full_ones(town, plan_thursday(database, known_at=AFTER_WORK)):
        assert each.urgency is Urgency.MUST
        assert "will be emptied" not in each.explanation["en"]


def test_what_was_emptied_this_morning_is_not_waited_for(database: Database, town: Town) -> None:
    done = town.containers["GL-F0"].id
    with database.transaction() as connection:
        at = MONDAY_MORNING - datetime.timedelta(hours=1)
        emptyings.put(connection, Emptying(uuid.uuid4(), town.municipality.id, done, at, at))
    waiting = {
        each.container_id: "will be emptied" in each.explanation["en"]
        for each in full_ones(town, plan_thursday(database, known_at=MONDAY_MORNING))
    }
    assert not waiting.pop(done)
    assert all(waiting.values())


def test_who_was_silent_when_the_round_came_by_is_taken_to_have_been_emptied(database: Database, town: Town) -> None:
    tuesday = datetime.datetime(2026, 11, 24, 16, tzinfo=datetime.UTC)
    for each in full_ones(town, plan_thursday(database, known_at=tuesday)):
        assert each.urgency is Urgency.SKIP
        assert "silent for 2 days, last 9" in each.explanation["en"]
        assert "had its round on Monday" in each.explanation["en"]


@pytest.mark.parametrize("approved", [True, False])
def test_an_approved_plan_counts_and_a_proposed_one_does_not(database: Database, town: Town, approved: bool) -> None:
    plan = plan_monday(database)
    if approved:
        approve(database, plan)
    assert all(each.visited for each in plan.decisions if each.urgency is Urgency.MUST)
    for each in full_ones(town, plan_thursday(database, known_at=MONDAY_MORNING)):
        assert (each.urgency is Urgency.SKIP) is approved
        assert ("will be emptied on Monday" in each.explanation["en"]) is approved


def test_in_shadow_only_both_worlds_part_after_the_round_of_today(database: Database, town: Town) -> None:
    only_shadow(database, town)
    run = plan_thursday(database, known_at=MONDAY_MORNING)
    assert all(each.urgency is Urgency.SKIP for each in full_ones(town, run))
    assert all("will be emptied on Monday" in each.explanation["en"] for each in full_ones(town, run))


def test_in_shadow_only_the_rounds_of_trucks_empty_nothing_in_the_world_that_is_planned(
    database: Database, town: Town
) -> None:
    only_shadow(database, town)
    (planned,) = {each.visited for each in full_ones(town, run_of(database, MONDAY, known_at=NOW))}
    assert planned, "so the plan of Monday empties them in its own world"
    for each in full_ones(town, plan_thursday(database, known_at=MONDAY_MORNING)):
        assert each.urgency is Urgency.SKIP
        assert "will be emptied" not in each.explanation["en"]


def test_on_the_fixed_schedule_a_container_overflows_before_its_own_next_round(database: Database) -> None:
    # Paper has its round on Tuesday morning, a day and a half later; textile has rounds but no truck takes it.
    write_town(
        database,
        [
            Bin("GL-1", 0.99),
            Bin("PA-1", 0.70, Fraction.PAPER, growth=0.10),
            Bin("PA-2", 0.99, Fraction.PAPER, growth=0.10),
            Bin("TE-1", 0.60, Fraction.TEXTILE),
        ],
    )
    run = run_of(database, MONDAY, known_at=NOW)
    # The full paper container, and the textile that nobody empties.
    assert run.fixed_schedule_expected_overflows == pytest.approx(2, abs=0.25)
