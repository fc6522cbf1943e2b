"""Paths along the streets."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from domain.errors import InvalidInput
from domain.geography import great_circle_m
from routing.roads.geometry import path
from routing.roads.graph import RoadGraph
from routing.roads.matrix import matrix
from routing.roads.osm import read_graph
from routing.roads.streets import streets
from tests.routing.roads.test_matrix import scattered
from tests.routing.roads.towns import BLOCK, METRES_PER_DEGREE, at


def test_the_way_round_the_block() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    line = [(p.lon * METRES_PER_DEGREE, p.lat * METRES_PER_DEGREE) for p in path(graph, [at(200, -9), at(100, 0)])]
    expected = [(200, 0), (300, 0), (300, 100), (0, 100), (0, 0), (100, 0)]
    np.testing.assert_allclose(line, expected, atol=0.02)


def test_there_and_back_on_one_street() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    line = path(graph, [at(50, 100), at(250, 100), at(50, 100)])
    assert [round(p.lon * METRES_PER_DEGREE) for p in line] == [50, 250, 50]


def test_a_path_through_nothing_or_one_place() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    assert path(graph, []) == ()
    assert len(path(graph, [at(50, 100)])) == 1
    assert len(path(graph, [at(50, 100), at(50, 101)])) == 1


def test_a_place_without_street_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"has no street within 150 m"):
        path(read_graph(BLOCK.xml(), "block"), [at(50, 100), at(50, 900)])


def test_as_long_as_the_matrix_says_in_helsinki(helsinki: RoadGraph) -> None:
    places = scattered(helsinki, 60)
    measured = matrix(helsinki, places)
    for i, j in pairwise(range(len(places))):
        line = path(helsinki, [places[i], places[j]])
        assert sum(great_circle_m(a, b) for a, b in pairwise(line)) == pytest.approx(measured.distances_m[i, j], abs=1)
    whole = path(helsinki, places)
    total = sum(int(measured.distances_m[i, i + 1]) for i in range(len(places) - 1))
    # The matrix lets the truck turn round at every place; on its way it does so only where that pays.
    assert 0.99 * total < sum(great_circle_m(a, b) for a, b in pairwise(whole)) < 1.05 * total


def test_streets_for_the_map(helsinki: RoadGraph) -> None:
    features = streets(helsinki)
    assert len(features) == helsinki.segments
    named = next(feature for feature in features if feature["properties"]["name"] == "Mannerheimintie")
    assert named["properties"]["roadClass"] in {"primary", "secondary"}
    assert all(24 < lon < 25 and 60 < lat < 61 for lon, lat in named["geometry"]["coordinates"])


def test_a_one_way_street_is_drawn_in_its_direction() -> None:
    one_way = next(feature for feature in streets(read_graph(BLOCK.xml(), "block")) if feature["properties"]["oneway"])
    assert one_way["properties"]["name"] == "Eenrichting"
    first, last = one_way["geometry"]["coordinates"]
    assert first[0] < last[0]
