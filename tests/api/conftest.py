"""The API on a real database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from httpx import Client

from storage.database import Database
from tests.api import town_with_plan
from tests.api.client import serving_town
from tests.api.town_with_plan import TownWithPlan


@pytest.fixture
def town(database: Database) -> TownWithPlan:
    with database.transaction() as connection:
        return town_with_plan.build(connection)


@pytest.fixture
def client(database: Database, town: TownWithPlan) -> Iterator[Client]:
    with serving_town(database, town.municipality.code) as opened:
        yield opened
