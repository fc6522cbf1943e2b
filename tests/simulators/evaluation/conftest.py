"""A hamlet on synthetic streets: all contenders together take a second or two."""

from __future__ import annotations

from datetime import date

import pytest

from routing.roads.graph import RoadGraph
from simulators.evaluation.run import world_of
from simulators.evaluation.setting import Setting
from simulators.evaluation.world import World
from simulators.grid import grid_graph


@pytest.fixture(scope="session")
def streets() -> RoadGraph:
    return grid_graph(1.2, seed=3)


@pytest.fixture(scope="session")
def setting() -> Setting:
    return Setting(
        seed=3,
        containers=24,
        start=date(2026, 3, 30),
        days=8,
        warm_up_days=12,
        settling_days=3,
        streets_km=1.2,
        iterations=20,
    )


@pytest.fixture(scope="session")
def world(setting: Setting, streets: RoadGraph) -> World:
    return world_of(setting, streets)
