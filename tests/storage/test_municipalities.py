from __future__ import annotations

import pytest

from domain.errors import NotFound
from domain.geography import Bounds
from storage import municipalities
from storage.database import Database
from storage.errors import Conflict

BOUNDS = Bounds(west=24.9, south=60.1, east=25.0, north=60.2)


def test_what_is_created_is_found_by_its_code(database: Database) -> None:
    with database.transaction() as connection:
        created = municipalities.create(
            connection, code="helsinki", name="Helsinki", time_zone="Europe/Helsinki", bounds=BOUNDS
        )
    with database.transaction() as connection:
        assert municipalities.get(connection, "helsinki") == created
        assert municipalities.list_all(connection) == [created]
    assert created.bounds == BOUNDS


def test_an_unknown_code_is_named(database: Database) -> None:
    with database.transaction() as connection, pytest.raises(NotFound, match="no municipality 'delft'"):
        municipalities.get(connection, "delft")


def test_a_taken_code_is_a_conflict(database: Database) -> None:
    def create() -> None:
        with database.transaction() as connection:
            municipalities.create(
                connection, code="helsinki", name="Helsinki", time_zone="Europe/Helsinki", bounds=BOUNDS
            )

    create()
    with pytest.raises(Conflict, match="helsinki"):
        create()
