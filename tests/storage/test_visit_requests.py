from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import InvalidInput, NotFound
from domain.fleet import Emptying
from domain.judged_emptyings import JudgedEmptying, Verdict
from domain.visit_requests import RequestKind, VisitRequest
from storage import emptyings, judged_emptyings, visit_requests
from storage.database import Database
from storage.errors import Conflict
from tests.storage import town
from tests.storage.town import NOON, SmallTown

ID = UUID("0198c0de-0000-7000-8000-000000000002")


@pytest.fixture
def small(database: Database) -> SmallTown:
    with database.transaction() as connection:
        return town.build(connection)


@pytest.fixture
def request_(small: SmallTown) -> VisitRequest:
    return VisitRequest(ID, small.municipality.id, small.glass.id, RequestKind.COMPLAINT, NOON, "bags beside it")


def put(database: Database, request: VisitRequest) -> tuple[VisitRequest, bool]:
    with database.transaction() as connection:
        return visit_requests.put(connection, request)


def open_ids(database: Database, small: SmallTown, known_at: datetime, container_id: int | None = None) -> list[UUID]:
    with database.transaction() as connection:
        found = visit_requests.list_open(
            connection, municipality_id=small.municipality.id, known_at=known_at, container_id=container_id
        )
    return [each.id for each in found]


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def test_sending_the_same_again_is_harmless(database: Database, request_: VisitRequest) -> None:
    assert put(database, request_) == (request_, True)
    assert put(database, request_) == (request_, False)
    with pytest.raises(Conflict, match=str(ID)):
        put(database, replace(request_, note="no bags"))


def test_a_request_is_open_until_it_is_withdrawn(database: Database, small: SmallTown, request_: VisitRequest) -> None:
    put(database, request_)
    assert open_ids(database, small, hours(-1)) == []
    assert open_ids(database, small, hours(0)) == [ID]
    for late in (2, 3):
        with database.transaction() as connection:
            withdrawn = visit_requests.withdraw(
                connection, municipality_id=small.municipality.id, request_id=ID, withdrawn_at=hours(late)
            )
            assert withdrawn == replace(request_, withdrawn_at=hours(2))
            assert visit_requests.get(connection, municipality_id=small.municipality.id, request_id=ID) == withdrawn
    assert open_ids(database, small, hours(1)) == [ID]
    assert open_ids(database, small, hours(2)) == []
    assert put(database, request_) == (withdrawn, False)


def test_an_emptying_after_it_closes_it(database: Database, small: SmallTown, request_: VisitRequest) -> None:
    put(database, request_)
    other = replace(request_, id=uuid4(), container_id=small.paper.id, kind=RequestKind.DRIVER)
    put(database, other)
    before, after = (
        Emptying(uuid4(), small.municipality.id, small.glass.id, hours(offset), hours(offset)) for offset in (-1, 4)
    )
    with database.transaction() as connection:
        emptyings.put(connection, before)
        emptyings.put(connection, after)
    assert set(open_ids(database, small, hours(3))) == {ID, other.id}
    assert open_ids(database, small, hours(4)) == [other.id]
    assert open_ids(database, small, hours(3), small.glass.id) == [ID]
    # The driver takes the report back: nobody has been there after all.
    with database.transaction() as connection:
        emptyings.withdraw(
            connection, municipality_id=small.municipality.id, emptying_id=after.id, withdrawn_at=hours(5)
        )
    assert ID not in open_ids(database, small, hours(4.5))
    assert ID in open_ids(database, small, hours(5))


@pytest.mark.parametrize(
    ("seen", "is_open"),
    [
        ((Verdict.UNREPORTED, 0.95, 1), False),
        ((Verdict.UNREPORTED, 0.85, 1), True),
        ((Verdict.UNREPORTED, 0.95, -1), True),
        ((Verdict.MISSED, 0.95, 1), True),
    ],
)
def test_an_emptying_that_only_the_readings_show_closes_it_too(
    database: Database, small: SmallTown, request_: VisitRequest, seen: tuple[Verdict, float, int], is_open: bool
) -> None:
    put(database, request_)
    verdict, confidence, begins = seen
    emptied = JudgedEmptying(small.glass.id, hours(begins), hours(2), verdict, confidence, 0.9, 0.1)
    with database.transaction() as connection:
        judged_emptyings.replace(
            connection, municipality_id=small.municipality.id, since=hours(-5), emptyings=[emptied]
        )
    assert open_ids(database, small, hours(1.5)) == [ID]
    assert open_ids(database, small, hours(2)) == ([ID] if is_open else [])


def test_all_since_a_moment(database: Database, small: SmallTown, request_: VisitRequest) -> None:
    put(database, request_)
    later = replace(request_, id=uuid4(), container_id=small.paper.id, requested_at=hours(2), withdrawn_at=hours(3))
    put(database, later)

    def since(moment: datetime, container_id: int | None = None) -> list[VisitRequest]:
        with database.transaction() as connection:
            return visit_requests.list_since(
                connection, municipality_id=small.municipality.id, since=moment, container_id=container_id
            )

    assert since(hours(0)) == [request_, later]
    assert since(hours(1)) == [later]
    assert since(hours(0), small.glass.id) == [request_]


def test_another_municipality_sees_nothing(database: Database, small: SmallTown, request_: VisitRequest) -> None:
    put(database, request_)
    with database.transaction() as connection:
        elsewhere = town.build(connection, code="elsewhere").municipality.id
        assert visit_requests.list_open(connection, municipality_id=elsewhere, known_at=hours(1)) == []
        assert visit_requests.list_since(connection, municipality_id=elsewhere, since=hours(-1)) == []
        with pytest.raises(NotFound):
            visit_requests.get(connection, municipality_id=elsewhere, request_id=ID)
        with pytest.raises(NotFound):
            visit_requests.withdraw(connection, municipality_id=elsewhere, request_id=ID, withdrawn_at=NOON)
    with pytest.raises(InvalidInput):
        put(database, replace(request_, id=uuid4(), municipality_id=elsewhere))
