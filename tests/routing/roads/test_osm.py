"""Extracts to graphs."""

from __future__ import annotations

import io
from dataclasses import fields

import numpy as np
import pytest

from domain.errors import InvalidInput
from domain.geography import Position
from routing.roads.graph import Bans, RoadGraph, lengths_m
from routing.roads.osm import read_graph
from routing.roads.profile import STANDARD_TRUCK
from tests.routing.roads.towns import BLOCK, Town, at, no_turn

RESIDENTIAL = {"highway": "residential"}


def test_intermediate_nodes_become_geometry() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    assert (graph.segments, graph.junctions) == (2, 2)
    assert sorted(np.rint(graph.length_m)) == [300, 500]
    back = int(np.argmax(graph.length_m))
    assert graph.street_name(back) == "Terugweg"
    assert graph.class_name(back) == "residential"
    assert len(graph.shape_of(back)) == 4
    assert graph.forward_s[back] == pytest.approx(500 / (24 / 3.6), abs=0.01)
    assert np.isfinite(graph.backward_s).tolist() == [False, True] if back else [True, False]


def test_streets_of_one_kind_are_joined_and_others_are_not() -> None:
    line = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0)}
    town = Town(line, [([1, 2], RESIDENTIAL), ([3, 2], RESIDENTIAL), ([3, 4], RESIDENTIAL | {"maxspeed": "20"})])
    graph = read_graph(town.xml(), "line")
    assert sorted(np.rint(graph.length_m)) == [100, 200]


def test_opposite_one_way_streets_are_not_joined() -> None:
    one_way = RESIDENTIAL | {"oneway": "yes"}
    town = Town({1: (0, 0), 2: (100, 0), 3: (200, 0)}, [([1, 2], one_way), ([3, 2], one_way)])
    assert read_graph(town.xml(), "line").segments == 2
    turned = Town(town.nodes, [([1, 2], one_way), ([3, 2], RESIDENTIAL | {"oneway": "-1"})])
    joined = read_graph(turned.xml(), "line")
    assert joined.segments == 1
    assert np.rint(joined.length_m).tolist() == [200]


def test_a_bollard_ends_the_street_on_both_sides() -> None:
    town = Town(BLOCK.nodes | {9: (150, 100)}, [([1, 2, 3, 9, 4, 1], RESIDENTIAL)], {9: {"barrier": "bollard"}})
    graph = read_graph(town.xml(), "block")
    assert np.rint(graph.length_m.sum()) == 800
    assert graph.segments == 1
    # The street is a loop that begins and ends at the bollard; what leads through is forbidden, both ways.
    assert sorted(graph.bans.chains(STANDARD_TRUCK)) == [(0, 0), (1, 1)]


def test_a_ring_with_one_entrance_keeps_its_loop() -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 50), 4: (200, -50)}
    graph = read_graph(Town(nodes, [([1, 2], RESIDENTIAL), ([2, 3, 4, 2], RESIDENTIAL)]).xml(), "ring")
    assert graph.segments == 2
    assert sum(graph.segment_from == graph.segment_to) == 1


def test_what_cannot_be_left_or_reached_is_not_connected() -> None:
    trap = RESIDENTIAL | {"oneway": "yes", "name": "Fuik"}
    town = Town(BLOCK.nodes | {9: (400, 0)}, [*BLOCK.ways, ([2, 9], trap)])
    graph = read_graph(town.xml(), "block")
    unconnected = [graph.street_name(int(i)) for i in np.flatnonzero(~graph.connected)]
    assert unconnected == ["Fuik"]


def test_nodes_missing_at_the_edge_of_an_extract_leave_a_gap() -> None:
    nodes = {1: (0, 0), 2: (100, 0), 4: (300, 0), 5: (400, 0)}
    graph = read_graph(Town(nodes, [([1, 2, 3, 4, 5], RESIDENTIAL)]).xml(), "cut")
    assert np.rint(graph.length_m).tolist() == [100, 100]


def test_bytes_and_back() -> None:
    barred = Town(BLOCK.nodes, BLOCK.ways, {4: {"barrier": "bollard"}}, [no_turn(1, 2, 2)])
    graph = read_graph(barred.xml(), "Blok – noord")
    assert len(graph.bans.kinds) == 3
    again = RoadGraph.from_bytes(graph.to_bytes())
    assert again.name == "Blok – noord"
    assert again.names == graph.names
    assert again.bounds == graph.bounds
    for field in fields(RoadGraph):
        kept, read = getattr(graph, field.name), getattr(again, field.name)
        if isinstance(kept, np.ndarray):
            np.testing.assert_array_equal(read, kept)
            assert read.dtype == kept.dtype
    for field in fields(Bans):
        np.testing.assert_array_equal(getattr(again.bans, field.name), getattr(graph.bans, field.name))


def test_a_graph_of_an_earlier_version_says_what_to_do() -> None:
    with np.load(io.BytesIO(read_graph(BLOCK.xml(), "block").to_bytes())) as stored:
        older = {name: stored[name] for name in stored.files} | {"format": np.array(1)}
    data = io.BytesIO()
    np.savez_compressed(data, allow_pickle=False, **older)
    with pytest.raises(
        InvalidInput, match=r"has form 1, and .* needs form 2; import the roads again with 'halfvol roads"
    ):
        RoadGraph.from_bytes(data.getvalue())


@pytest.mark.parametrize("data", [b"", b"no graph at all", b"PK\x05\x06" + bytes(18)])
def test_other_bytes_are_no_graph(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="cannot be read; import the roads again"):
        RoadGraph.from_bytes(data)


def test_a_truncated_graph_is_refused() -> None:
    data = read_graph(BLOCK.xml(), "block").to_bytes()
    with pytest.raises(InvalidInput, match="cannot be read"):
        RoadGraph.from_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("extract", "sentence"),
    [
        (b"", "town: the extract is empty; give an extract as .osm.pbf"),
        (b"\x89PNG\r\n\x1a\n and so on", "town: this is no readable OpenStreetMap extract"),
        (b"<html><body>Not found</body></html>", "town: this is no readable OpenStreetMap extract"),
        (b'<osm version="0.6"></osm>', "town: the extract holds no street that a truck may drive; check that it"),
        (Town({1: (0, 0), 2: (9, 9)}, [([1, 2], {"highway": "steps"})]).xml(), "holds no street that a truck may"),
    ],
)
def test_bad_extracts_are_refused_in_one_sentence(extract: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_graph(extract, "town")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_extract_is_refused(helsinki_extract: bytes) -> None:
    with pytest.raises(InvalidInput, match="no readable OpenStreetMap extract"):
        read_graph(helsinki_extract[:300_000], "Helsinki")


def test_helsinki(helsinki: RoadGraph) -> None:
    assert helsinki.segments > 400
    assert helsinki.connected.mean() > 0.8
    assert (np.isinf(helsinki.backward_s) | np.isinf(helsinki.forward_s)).mean() > 0.3
    assert "Mannerheimintie" in helsinki.names
    assert helsinki.bounds.contains(Position(24.9414, 60.1719))
    for segment in range(0, helsinki.segments, 7):
        assert lengths_m(helsinki.shape_of(segment)).sum() == pytest.approx(helsinki.length_m[segment])
    assert not np.isinf(np.minimum(helsinki.forward_s, helsinki.backward_s)).any()


def test_a_graph_describes_itself() -> None:
    trap = RESIDENTIAL | {"oneway": "yes"}
    town = Town(BLOCK.nodes | {9: (1100, 0)}, [*BLOCK.ways, ([2, 9], trap)])
    assert read_graph(town.xml(), "block").describe() == "2 km in 3 segments, 50% of it connected"


def test_pieces_of_a_segment() -> None:
    graph = read_graph(BLOCK.xml(), "block")
    back = int(np.argmax(graph.length_m))
    assert lengths_m(graph.piece(back, 0.1, 0.9)).sum() == pytest.approx(400, abs=0.05)
    np.testing.assert_allclose(graph.piece(back, 0.9, 0.1), graph.piece(back, 0.1, 0.9)[::-1])
    assert len(graph.piece(back, 0.3, 0.7)) == 2
    start = graph.position_at(back, 0.2)
    corner = at(300, 100)
    assert (start.lon, start.lat) == (pytest.approx(corner.lon, abs=1e-6), pytest.approx(corner.lat, abs=1e-6))
