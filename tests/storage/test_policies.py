from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from domain.errors import InvalidInput, NotFound
from storage import policies
from storage.database import Database
from storage.errors import Conflict
from storage.policies import StoredPolicy
from tests.storage import town


@pytest.fixture
def municipality_id(database: Database) -> int:
    with database.transaction() as connection:
        return town.build(connection).municipality.id


def put(database: Database, municipality_id: int, replaces: int, text: str = "# mine\n") -> StoredPolicy:
    with database.transaction() as connection:
        return policies.put(
            connection, municipality_id=municipality_id, replaces=replaces, text=text, note="why", saved_by="Jo"
        )


def test_versions_are_kept_and_the_newest_counts(database: Database, municipality_id: int) -> None:
    with database.transaction() as connection:
        other = town.build(connection, code="elsewhere").municipality.id
        assert policies.get(connection, municipality_id) is None
        assert policies.history(connection, municipality_id) == []
    started = datetime.now(UTC)
    first = put(database, municipality_id, 0)
    second = put(database, municipality_id, 1, "# ours\n")
    assert (first.version, second.version) == (1, 2)
    assert (second.text, second.note, second.saved_by) == ("# ours\n", "why", "Jo")
    assert started <= first.saved_at <= second.saved_at
    with database.transaction() as connection:
        assert policies.get(connection, municipality_id) == second
        assert policies.history(connection, municipality_id) == [second, first]
        assert policies.get_version(connection, municipality_id=municipality_id, version=1) == first
        assert policies.get(connection, other) is None
        with pytest.raises(NotFound, match="no version 3"):
            policies.get_version(connection, municipality_id=municipality_id, version=3)


def test_nobody_overwrites_what_another_wrote(database: Database, municipality_id: int) -> None:
    put(database, municipality_id, 0)
    for replaces in (0, 2):
        with pytest.raises(Conflict, match=f"has become version 1 since version {replaces} was looked at"):
            put(database, municipality_id, replaces)


def test_of_writers_at_once_one_is_first(database: Database, municipality_id: int) -> None:
    def attempt(_: int) -> bool:
        try:
            put(database, municipality_id, 0)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]


@pytest.mark.parametrize(("text", "told"), [("a\0b", "NUL"), ("x" * 1_000_001, "at most 1000000")])
def test_a_text_that_cannot_be_kept(database: Database, municipality_id: int, text: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        put(database, municipality_id, 0, text)
