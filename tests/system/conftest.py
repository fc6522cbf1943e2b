"""A town in a database, without any message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deploy.town import register_town
from routing.roads.osm import read_graph
from simulators import extract
from simulators.town import build_town
from storage.database import Database


@pytest.fixture
def registered_town(database: Database) -> str:
    """The address of a database that holds a small town."""
    graph = read_graph(extract.helsinki_extract(), extract.NAME)
    register_town(database, build_town(graph, seed=1, containers=8), graph, sensors_since=datetime.now(UTC))
    return database.url
