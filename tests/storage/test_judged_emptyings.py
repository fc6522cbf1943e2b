"""Emptyings as readings and reports tell of them together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.fleet import Emptying
from domain.judged_emptyings import EmptyingState, JudgedEmptying, Verdict
from storage import emptyings, judged_emptyings
from storage.database import Database
from tests.storage import town
from tests.storage.town import NOON, SmallTown

DAY = timedelta(days=1)


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        return town.build(connection)


def judged(small: SmallTown, day: float, verdict: Verdict = Verdict.UNREPORTED, hours: float = 2) -> JudgedEmptying:
    ends = NOON + day * DAY
    return JudgedEmptying(small.glass.id, ends - timedelta(hours=hours), ends, verdict, 0.9, 0.8, 0.05)


def replace_all(database: Database, small: SmallTown, *given: JudgedEmptying, since: float) -> list[JudgedEmptying]:
    with database.transaction() as connection:
        owner = small.municipality.id
        judged_emptyings.replace(connection, municipality_id=owner, since=NOON + since * DAY, emptyings=given)
        return judged_emptyings.list_for(connection, municipality_id=owner, since=NOON - 99 * DAY)


def test_a_night_replaces_its_last_days_only(database: Database, small: SmallTown) -> None:
    early, late = judged(small, 1), judged(small, 9)
    assert replace_all(database, small, early, late, since=0) == [early, late]
    moved = replace(late, confidence=0.4)
    assert replace_all(database, small, early, moved, since=5) == [early, moved]
    assert replace_all(database, small, since=5) == [early]


def test_one_that_overlaps_a_settled_one_is_the_same(database: Database, small: SmallTown) -> None:
    settled = judged(small, 4.99)
    replace_all(database, small, settled, since=0)
    assert replace_all(database, small, judged(small, 5.01, hours=2), since=5) == [settled]
    other = replace(judged(small, 5.01), container_id=small.paper.id)
    assert replace_all(database, small, other, since=5) == [settled, other]


def test_a_report_is_named_and_lists_are_narrowed(database: Database, small: SmallTown) -> None:
    owner = small.municipality.id
    report = Emptying(uuid4(), owner, small.glass.id, NOON, NOON, None, None, None)
    with database.transaction() as connection:
        emptyings.put(connection, report)
    told = replace(judged(small, 0, Verdict.MISSED, hours=0), reported_at=NOON, emptying_id=report.id)
    other = replace(judged(small, 1), container_id=small.paper.id)
    assert replace_all(database, small, told, other, since=-1) == [told, other]
    with database.transaction() as connection:

        def listed(**more: Any) -> list[JudgedEmptying]:
            return judged_emptyings.list_for(connection, municipality_id=owner, since=NOON, **more)

        assert listed(verdict=Verdict.MISSED) == [told]
        assert listed(container_id=small.paper.id) == [other]
        assert listed(limit=1) == [other]
        assert judged_emptyings.list_for(connection, municipality_id=owner + 1, since=NOON) == []


def test_a_missed_pickup_is_open_until_the_container_is_emptied(database: Database, small: SmallTown) -> None:
    owner = small.municipality.id

    def state() -> EmptyingState:
        with database.transaction() as connection:
            return judged_emptyings.states(connection, municipality_id=owner, since=NOON)[small.glass.id]

    before = judged(small, 1)
    missed = replace(judged(small, 3, Verdict.MISSED, hours=0), reported_at=NOON + 3 * DAY)
    replace_all(database, small, before, missed, since=0)
    assert state() == EmptyingState(small.glass.id, before.ends_at, missed.reported_at)
    guess = replace(judged(small, 4), confidence=0.2)
    replace_all(database, small, before, missed, guess, since=0)
    assert state().missed_at == missed.reported_at
    after = judged(small, 5)
    replace_all(database, small, before, missed, after, since=0)
    assert state() == EmptyingState(small.glass.id, after.ends_at, None)
    replace_all(database, small, missed, since=0)
    assert state() == EmptyingState(small.glass.id, None, missed.reported_at)
