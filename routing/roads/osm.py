"""OpenStreetMap extract to road graph."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import osmium.filter
import osmium.io
import osmium.osm
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from domain.errors import InvalidInput
from routing.roads.graph import RoadGraph, lengths_m
from routing.roads.simplify import Stretch, Way, stretches
from routing.roads.truck import ROAD_CLASSES, blocks, judge


def read_graph(extract: bytes, name: str) -> RoadGraph:
    """Read the streets that a collection truck may drive from an OpenStreetMap extract.

    Parameters
    ----------
    extract
        The content of an ``.osm.pbf`` or ``.osm`` (XML) file; which of them is told by its first bytes.
    name
        Where it comes from, for error messages and plans.

    Raises
    ------
    InvalidInput
        When it is no OpenStreetMap extract, is damaged, or holds no drivable street.

    Notes
    -----
    Relations are not read: turn restrictions (``type=restriction``) are ignored so far.
    """
    ways, blocked = _read_ways(extract, name)
    pieces = stretches(ways, blocked=blocked)
    if not pieces:
        raise InvalidInput(
            "the extract holds no street that a truck may drive",
            where=name,
            remedy="check that it covers the municipality",
        )
    return build_graph(pieces, name)


def _read_ways(extract: bytes, name: str) -> tuple[list[Way], frozenset[int]]:
    """The drivable ways and the nodes with a barrier that stops a truck."""
    remedy = "give an extract as .osm.pbf or .osm, for example from https://download.geofabrik.de"
    if not extract:
        raise InvalidInput("the extract is empty", where=name, remedy=remedy)
    file_format = "osm" if extract.lstrip()[:1] == b"<" else "osm.pbf"
    ways: list[Way] = []
    blocked: set[int] = set()
    try:
        entities = osmium.FileProcessor(osmium.io.FileBuffer(extract, file_format)).with_locations()
        for entity in entities.with_filter(osmium.filter.KeyFilter("highway", "barrier")):
            if isinstance(entity, osmium.osm.Node):
                if blocks(dict(entity.tags)):
                    blocked.add(entity.id)
            elif isinstance(entity, osmium.osm.Way) and (drivable := judge(dict(entity.tags))) is not None:
                # Where an extract was cut, nodes beyond its edge are missing: the way goes on behind the gap.
                for inside, run in groupby(entity.nodes, key=lambda node: node.location.valid()):
                    nodes = [(node.ref, (node.lon, node.lat)) for node in run] if inside else []
                    if len(nodes) > 1:
                        ways.append(Way([ref for ref, _ in nodes], [point for _, point in nodes], drivable))
    except RuntimeError as error:
        what = f"this is no readable OpenStreetMap extract ({error})"
        raise InvalidInput(what, where=name, remedy=remedy) from error
    return ways, frozenset(blocked)


def build_graph(pieces: Sequence[Stretch], name: str) -> RoadGraph:
    """Number the junctions and lay the stretches out in arrays."""
    nodes: dict[int, int] = {}
    ends = np.array(
        [[nodes.setdefault(node, len(nodes)) for node in (piece.start, piece.end)] for piece in pieces], np.int32
    )
    shapes = [np.array(piece.points) for piece in pieces]
    lengths = np.array([lengths_m(shape).sum() for shape in shapes])
    names: dict[str, int] = {"": 0}
    name_index = [names.setdefault(piece.drivable.name, len(names)) for piece in pieces]
    forward = np.array([piece.drivable.forward_mps for piece in pieces])
    backward = np.array([piece.drivable.backward_mps for piece in pieces])
    return RoadGraph(
        name=name,
        segment_from=ends[:, 0],
        segment_to=ends[:, 1],
        length_m=lengths,
        forward_s=_seconds(lengths, forward),
        backward_s=_seconds(lengths, backward),
        shape_start=np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])]).astype(np.int32),
        shape=np.concatenate(shapes),
        road_class=np.array([ROAD_CLASSES.index(piece.drivable.road_class) for piece in pieces], np.uint8),
        name_index=np.array(name_index, np.int32),
        names=tuple(names),
        connected=_largest_part(ends, forward > 0, backward > 0, len(nodes)),
        stoppable=np.array([piece.drivable.stoppable for piece in pieces]),
    )


def _seconds(lengths: NDArray[np.float64], speeds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(lengths, speeds, out=np.full(len(lengths), np.inf), where=speeds > 0)


def _largest_part(
    ends: NDArray[np.int32], forward: NDArray[np.bool_], backward: NDArray[np.bool_], junctions: int
) -> NDArray[np.bool_]:
    """Segments with both ends in the largest strongly connected component: reachable, and one gets out again."""
    tails = np.concatenate([ends[forward, 0], ends[backward, 1]])
    heads = np.concatenate([ends[forward, 1], ends[backward, 0]])
    arcs = coo_array((np.ones(len(tails)), (tails, heads)), shape=(junctions, junctions)).tocsr()
    _, labels = connected_components(arcs, directed=True, connection="strong")
    largest = np.bincount(labels).argmax()
    return (labels[ends] == largest).all(axis=1)
