"""The road graph with places put into it: what travel times and paths are computed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from domain.errors import InvalidInput
from routing.roads.graph import RoadGraph
from routing.roads.snap import RoadPoint

LENGTH_BITS = 27
"""Bits of an arc's cost that hold its centimetres; above them stand its milliseconds. Up to 1,342 km and 18 h fit
into the 53 bits that float64 adds exactly."""

_LENGTH_UNIT = 1 << LENGTH_BITS
_MOST = float(1 << 53)
_CHUNK_ENTRIES = 8_000_000
"""Distances held at once while a matrix is computed (64 MB)."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Directed pieces of street, one row each: drive ``segment`` from ``start`` to ``end``, shares of its length.

    The rows ``first[tail]:first[tail + 1]`` leave the node ``tail``, sorted by their ``head``; each pair occurs once.
    """

    first: NDArray[np.int32]
    head: NDArray[np.int32]
    cost: NDArray[np.float64]
    segment: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


class Network:
    """Junctions, and for every place one node to leave from and one to arrive at.

    A place lies on a segment: leaving it leads along the rest of the segment to its ends, as far as the street may
    be driven in that direction; arriving is the mirror image; two places on one segment are joined directly where
    one is ahead of the other. Nodes are numbered junctions first, then departures, then arrivals.

    One cost holds time and metres, time in the upper bits. So the path found is the fastest, the shortest among
    equally fast ones, and its metres come from the same search without walking it again.

    A truck may turn round at a place and at a junction. Turn restrictions and costs will need arcs as nodes here.
    """

    def __init__(self, graph: RoadGraph, points: Sequence[RoadPoint]) -> None:
        self.graph = graph
        self.points = tuple(points)
        self._departures = graph.junctions
        self._arrivals = graph.junctions + len(points)
        self.nodes = graph.junctions + 2 * len(points)
        self.arcs = _arcs(graph, self.points)
        self._costs = csr_array((self.arcs.cost, self.arcs.head, self.arcs.first), shape=(self.nodes, self.nodes))

    def times_and_metres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Seconds and metres of the fastest paths between all places, (points, points) each; inf = no path.

        Raises
        ------
        InvalidInput
            When a path is longer than the costs can hold (18 hours).
        """
        count = len(self.points)
        costs = np.empty((count, count))
        rows = max(1, _CHUNK_ENTRIES // self.nodes)
        for first in range(0, count, rows):
            sources = np.arange(first, min(first + rows, count))
            reached = dijkstra(self._costs, indices=self._departures + sources)
            costs[sources] = reached[:, self._arrivals :]
        np.fill_diagonal(costs, 0)
        return _seconds_and_metres(costs)

    def path(self, start: int, end: int) -> list[tuple[int, float, float]] | None:
        """The fastest path between two places by their index, as (segment, from share, to share); None = no path."""
        if start == end:
            return []
        _, reached_from = dijkstra(self._costs, indices=np.array([self._departures + start]), return_predecessors=True)
        before = reached_from[0]
        node = self._arrivals + end
        pieces: list[tuple[int, float, float]] = []
        while node != self._departures + start:
            tail = int(before[node])
            if tail < 0:
                return None
            pieces.append(self._piece(tail, node))
            node = tail
        return pieces[::-1]

    def _piece(self, tail: int, head: int) -> tuple[int, float, float]:
        first, behind = self.arcs.first[tail : tail + 2]
        arc = int(first + np.searchsorted(self.arcs.head[first:behind], head))
        return int(self.arcs.segment[arc]), float(self.arcs.start[arc]), float(self.arcs.end[arc])


def _seconds_and_metres(costs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    finite = np.isfinite(costs)
    if (costs[finite] >= _MOST).any():
        raise InvalidInput("a path of more than 18 hours", remedy="use roads that fit the municipality")
    whole = np.where(finite, costs, 0).astype(np.int64)
    seconds = np.where(finite, (whole >> LENGTH_BITS) / 1000, np.inf)
    metres = np.where(finite, (whole & (_LENGTH_UNIT - 1)) / 100, np.inf)
    return seconds, metres


def _arcs(graph: RoadGraph, points: Sequence[RoadPoint]) -> Arcs:
    """All arcs: whole segments, pieces between places and junctions, and pieces between places of one segment."""
    junctions, count = graph.junctions, len(points)
    segment = np.array([point.segment for point in points], np.int64)
    share = np.array([point.share for point in points], np.float64)
    departure, arrival = junctions + np.arange(count), junctions + count + np.arange(count)
    whole = np.arange(graph.segments)
    zeros, ones = np.zeros(graph.segments), np.ones(graph.segments)
    begin, finish = graph.segment_from[segment], graph.segment_to[segment]
    first, second = _pairs_on_one_segment(segment)
    blocks = [
        (graph.segment_from, graph.segment_to, whole, zeros, ones),
        (graph.segment_to, graph.segment_from, whole, ones, zeros),
        (departure, finish, segment, share, np.ones(count)),
        (departure, begin, segment, share, np.zeros(count)),
        (begin, arrival, segment, np.zeros(count), share),
        (finish, arrival, segment, np.ones(count), share),
        (departure[first], arrival[second], segment[first], share[first], share[second]),
    ]
    tail, head, segments, start, end = (np.concatenate(column) for column in zip(*blocks, strict=True))
    # A piece that begins at a place and ends there too (share 0 or 1) is driven in either direction for nothing.
    forwards = np.where(start == end, np.isfinite(graph.forward_s[segments]), start < end)
    seconds = np.where(forwards, graph.forward_s[segments], graph.backward_s[segments])
    part = np.abs(end - start)
    usable = np.isfinite(seconds) & graph.connected[segments]
    tail, head, segments, start, end = (column[usable] for column in (tail, head, segments, start, end))
    milliseconds = np.rint(1000 * seconds[usable] * part[usable])
    centimetres = np.rint(100 * graph.length_m[segments] * part[usable])
    cost = milliseconds * _LENGTH_UNIT + centimetres
    order = np.lexsort((cost, head, tail))
    tail, head = tail[order], head[order]
    best = np.ones(len(order), bool)
    best[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    kept = order[best]
    return Arcs(
        first=np.searchsorted(tail[best], np.arange(junctions + 2 * count + 1)).astype(np.int32),
        head=head[best].astype(np.int32),
        cost=cost[kept],
        segment=segments[kept].astype(np.int64),
        start=start[kept],
        end=end[kept],
    )


def _pairs_on_one_segment(segment: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All ordered pairs of different places that lie on the same segment, as two index arrays."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, at in enumerate(segment.tolist()):
        places[at].append(place)
    pairs = [(i, j) for group in places.values() for i in group for j in group if i != j]
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]
