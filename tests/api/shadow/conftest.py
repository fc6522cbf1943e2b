"""The town that is compared, in place of the one with a plan."""

from __future__ import annotations

import pytest

from storage.database import Database
from tests.api.planning_town import Town, write_town
from tests.api.shadow.compared_town import EMPTY, FULL


@pytest.fixture
def town(database: Database) -> Town:
    return write_town(database, [*FULL, *EMPTY])
