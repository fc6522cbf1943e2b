from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import InvalidInput, NotFound
from domain.fleet import Emptying
from storage import emptyings
from storage.database import Database
from storage.errors import Conflict
from tests.storage import town
from tests.storage.town import NOON, SmallTown

ID = UUID("0198c0de-0000-7000-8000-000000000001")


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        return town.build(connection)


@pytest.fixture
def emptying(small: SmallTown) -> Emptying:
    return Emptying(ID, small.municipality.id, small.glass.id, NOON, NOON + timedelta(minutes=1), 0.8)


def put(database: Database, emptying: Emptying) -> tuple[Emptying, bool]:
    with database.transaction() as connection:
        return emptyings.put(connection, emptying)


def test_sending_the_same_again_is_harmless(database: Database, emptying: Emptying) -> None:
    assert put(database, emptying) == (emptying, True)
    again = replace(emptying, reported_at=NOON + timedelta(hours=1))
    assert put(database, again) == (emptying, False)


def test_the_same_id_with_other_content_is_a_conflict(database: Database, emptying: Emptying) -> None:
    put(database, emptying)
    with pytest.raises(Conflict, match=str(ID)):
        put(database, replace(emptying, observed_fill_level=0.9))


def test_an_emptying_withdrawn_stays_withdrawn(database: Database, emptying: Emptying) -> None:
    put(database, emptying)
    for hours in (2, 3):
        with database.transaction() as connection:
            withdrawn = emptyings.withdraw(
                connection,
                municipality_id=emptying.municipality_id,
                emptying_id=ID,
                withdrawn_at=NOON + timedelta(hours=hours),
            )
        assert withdrawn.withdrawn_at == NOON + timedelta(hours=2)
    assert put(database, emptying) == (withdrawn, False)


def test_withdrawing_what_is_not_there(database: Database, emptying: Emptying) -> None:
    put(database, emptying)
    with database.transaction() as connection:
        other = town.build(connection, code="espoo").municipality.id
        with pytest.raises(NotFound, match=str(ID)):
            emptyings.withdraw(connection, municipality_id=other, emptying_id=ID, withdrawn_at=NOON)


def test_a_container_of_another_municipality_is_refused(database: Database, emptying: Emptying) -> None:
    with database.transaction() as connection:
        other = town.build(connection, code="espoo").municipality.id
    with pytest.raises(InvalidInput, match="container"):
        put(database, replace(emptying, municipality_id=other))


def test_they_are_listed_by_time_and_container(database: Database, small: SmallTown, emptying: Emptying) -> None:
    later = replace(emptying, id=uuid4(), emptied_at=NOON + timedelta(hours=1))
    paper = replace(emptying, id=uuid4(), container_id=small.paper.id)
    for each in (later, emptying, paper):
        put(database, each)

    def listed(since_hours: float, container_id: int | None = None) -> list[Emptying]:
        with database.transaction() as connection:
            return emptyings.list_for(
                connection,
                municipality_id=small.municipality.id,
                since=NOON + timedelta(hours=since_hours),
                container_id=container_id,
            )

    assert listed(0, small.glass.id) == [emptying, later]
    assert listed(0.5) == [later]
    assert {each.id for each in listed(0)} == {emptying.id, later.id, paper.id}
