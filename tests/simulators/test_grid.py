"""Synthetic streets for towns of any size."""

from __future__ import annotations

import numpy as np
import pytest

from domain.errors import InvalidInput
from routing.roads.matrix import matrix
from simulators.grid import grid_graph
from simulators.town import build_town


def test_a_square_has_its_size_and_all_of_it_can_be_driven() -> None:
    graph = grid_graph(2.0)
    metres = graph.project(graph.shape)
    assert np.ptp(metres, axis=0) == pytest.approx([2000, 2000], rel=0.05)
    assert graph.connected.all()
    assert {graph.class_name(i) for i in range(graph.segments)} == {"residential", "tertiary"}


def test_the_same_seed_gives_the_same_streets_and_another_one_others() -> None:
    one, again, other = grid_graph(1.0, seed=1), grid_graph(1.0, seed=1), grid_graph(1.0, seed=2)
    assert (one.shape == again.shape).all()
    assert (one.shape != other.shape).any()


def test_a_town_stands_on_it_and_every_place_is_reached() -> None:
    graph = grid_graph(1.0)
    town = build_town(graph, seed=5, containers=30)
    positions = [each.position for each in (*town.depots, *town.disposal_sites, *town.containers)]
    measured = matrix(graph, positions)
    assert (measured.distances_m >= 0).all()
    # Around the corner is never shorter than straight on.
    metres = graph.project(np.array([(each.lon, each.lat) for each in positions]))
    straight = np.hypot(*(metres[:, None] - metres[None]).transpose(2, 0, 1))
    assert (measured.distances_m >= straight - 25).all()


@pytest.mark.parametrize("side_km", [0.0, 0.2, 51.0])
def test_other_sizes_are_refused(side_km: float) -> None:
    with pytest.raises(InvalidInput, match="km has no streets"):
        grid_graph(side_km)
