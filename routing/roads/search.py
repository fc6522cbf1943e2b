"""Shortest paths over arcs and turns, by two engines that find the same: contraction hierarchies, and Dijkstra.

Both minimise milliseconds, and in a second search :data:`WEIGHT` times the milliseconds plus the decimetres. Where
the second, less the first so many times, is the length: that of a path at most its length / 100 ms slower than the
fastest. One such search cannot give both numbers, since the hierarchies add 31 bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from routing.roads.turns import Turns

try:
    import routingkit_cch as kit
except ImportError:  # no wheel for this kind of machine
    kit = None

WEIGHT = 100
"""Weight of a millisecond beside a decimetre: a kilometre counts as much as a tenth of a second."""

LONGEST_H = (2**31 - 1) / WEIGHT / 3_600_000
"""Paths longer than this (5.9 hours) do not fit into the hierarchies' numbers and count as none."""

_CHUNK_ENTRIES = 4_000_000
"""Distances that Dijkstra's algorithm holds at once (32 MB)."""

End = tuple[int, int, int]
"""A node to begin or to end at, and the milliseconds and decimetres before or after it."""


_Weigh = Callable[[int, int], int]


class Search(Protocol):
    """Finds costs and paths between nodes."""

    def costs(
        self, sources: Sequence[Sequence[End]], targets: Sequence[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """From each source (several ends of which the best counts) to each target node.

        Returns
        -------
        tuple[NDArray[np.float64], NDArray[np.float64]]
            Milliseconds, and the weighted sums, (sources, targets) each; infinite where no path leads.
        """
        ...

    def path(self, source: Sequence[End], target: Sequence[End]) -> tuple[int, list[int]] | None:
        """The smallest weighted sum from a source to a target, and the nodes of the path; None = no path."""
        ...


def search_on(turns: Turns) -> Search:
    """The faster engine that this machine has."""
    return Dijkstra(turns) if kit is None else Hierarchies(turns)


def edge_costs(turns: Turns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Milliseconds and weighted sums of the edges."""
    arc = turns.node_arc[turns.tail]
    milliseconds = turns.arc_ms[arc] + turns.turn_ms
    return milliseconds, WEIGHT * milliseconds + turns.arc_dm[arc]


class Hierarchies:
    """Customizable contraction hierarchies (Dibbelt, Strasser & Wagner 2016), by RoutingKit."""

    def __init__(self, turns: Turns) -> None:
        if kit is None:
            raise RuntimeError("routingkit-cch is not installed")
        self._kit = kit
        tail, head = turns.tail.tolist(), turns.head.tolist()
        lon, lat = turns.begin[turns.node_arc].T.tolist()
        order = self._kit.compute_order_inertial(turns.nodes, tail, head, lat, lon)
        hierarchy = self._kit.CCH(order, tail, head, False)
        self._metrics = [self._kit.CCHMetric(hierarchy, weights.tolist()) for weights in edge_costs(turns)]

    def costs(
        self, sources: Sequence[Sequence[End]], targets: Sequence[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """See :class:`Search`."""
        found = np.full((2, len(sources), len(targets)), np.inf)
        if targets:
            for metric, weigh, rows in zip(self._metrics, (_time, _weighted), found, strict=True):
                query = self._kit.CCHOneToMany(metric, list(targets))
                for row, source in zip(rows, sources, strict=True):
                    if source:
                        row[:] = query.distances_from_multi([(node, weigh(ms, dm)) for node, ms, dm in source])
        found[np.isnan(found)] = np.inf
        return found[0], found[1]

    def path(self, source: Sequence[End], target: Sequence[End]) -> tuple[int, list[int]] | None:
        """See :class:`Search`."""
        if not source or not target:
            return None
        ends = ([(node, _weighted(ms, dm)) for node, ms, dm in end] for end in (source, target))
        found = self._kit.CCHQuery(self._metrics[1]).run_multi(*ends)
        return None if found.distance is None else (found.distance, found.node_path)


class Dijkstra:
    """Dijkstra's algorithm by scipy: slower, and everywhere at hand. The hierarchies are tested against it."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._costs = edge_costs(turns)

    def costs(
        self, sources: Sequence[Sequence[End]], targets: Sequence[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """See :class:`Search`."""
        found = np.full((2, len(sources), len(targets)), np.inf)
        rows = max(1, _CHUNK_ENTRIES // (self._turns.nodes + 1))
        for first in range(0, len(sources), rows):
            part = sources[first : first + rows]
            for costs, weigh, result in zip(self._costs, (_time, _weighted), found, strict=True):
                graph, at = self._with_sources(costs, part, weigh)
                result[first : first + rows] = dijkstra(graph, indices=at)[:, list(targets)]
        found -= 1  # each source's ends are one more away, since scipy takes an edge of length 0 for none
        return found[0], found[1]

    def path(self, source: Sequence[End], target: Sequence[End]) -> tuple[int, list[int]] | None:
        """See :class:`Search`."""
        graph, at = self._with_sources(self._costs[1], [source], _weighted)
        costs, before = dijkstra(graph, indices=at, return_predecessors=True)
        reached = [(costs[0, node] - 1 + _weighted(ms, dm), node) for node, ms, dm in target]
        best, node = min(reached, default=(np.inf, -1))
        if not np.isfinite(best):
            return None
        nodes: list[int] = []
        while node != at[0]:
            nodes.append(node)
            node = int(before[0, node])
        return round(best), nodes[::-1]

    def _with_sources(
        self, costs: NDArray[np.int64], sources: Sequence[Sequence[End]], weigh: _Weigh
    ) -> tuple[csr_array, NDArray[np.int64]]:
        turns = self._turns
        extra = [(turns.nodes + i, node, 1 + weigh(ms, dm)) for i, ends in enumerate(sources) for node, ms, dm in ends]
        best: dict[tuple[int, int], int] = {}
        for tail, head, cost in extra:
            best[tail, head] = min(cost, best.get((tail, head), cost))
        added = np.array([(tail, head, cost) for (tail, head), cost in best.items()], np.int64).reshape(-1, 3)
        size = turns.nodes + len(sources)
        tails, heads = np.concatenate([turns.tail, added[:, 0]]), np.concatenate([turns.head, added[:, 1]])
        values = np.concatenate([costs, added[:, 2]]).astype(np.float64)
        graph = coo_array((values, (tails, heads)), shape=(size, size))
        return csr_array(graph), turns.nodes + np.arange(len(sources))


def _time(ms: int, dm: int) -> int:
    del dm
    return ms


def _weighted(ms: int, dm: int) -> int:
    return WEIGHT * ms + dm
