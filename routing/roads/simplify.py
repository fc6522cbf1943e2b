"""From ways to segments: cut where streets meet, joined where nothing changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from routing.roads.truck import Drivable


@dataclass(frozen=True, slots=True)
class Way:
    """A drivable way: its number, and its nodes in order, each with longitude and latitude in degrees."""

    id: int
    nodes: Sequence[int]
    points: Sequence[tuple[float, float]]
    drivable: Drivable


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of street between two nodes; ``points`` run from ``start`` to ``end``.

    ``start_way`` and ``end_way`` number the ways that it begins and ends with: joined stretches may cover several.
    """

    start: int
    end: int
    points: tuple[tuple[float, float], ...]
    drivable: Drivable
    start_way: int
    end_way: int

    def reversed(self) -> Stretch:
        """The same stretch from its other end."""
        turned = self.drivable.reversed()
        return Stretch(self.end, self.start, self.points[::-1], turned, self.end_way, self.start_way)


def stretches(ways: Iterable[Way], *, kept: frozenset[int] = frozenset()) -> list[Stretch]:
    """Cut ways into stretches between junctions; intermediate nodes stay as geometry.

    Where exactly two stretches of the same kind (name, class, speeds, directions, limits) meet, they become one,
    except at the nodes to be ``kept``: there stands a barrier, or a turn restriction needs the ways apart.
    """
    return _join(_cut(list(ways), kept), kept)


def _cut(ways: Sequence[Way], kept: frozenset[int]) -> list[Stretch]:
    uses = Counter(node for way in ways for node in way.nodes)
    pieces: list[Stretch] = []
    for way in ways:
        last = len(way.nodes) - 1
        cuts = [i for i, node in enumerate(way.nodes) if i in (0, last) or uses[node] > 1 or node in kept]
        for i, j in pairwise(cuts):
            points = tuple(way.points[i : j + 1])
            if any(point != points[0] for point in points):
                pieces.append(Stretch(way.nodes[i], way.nodes[j], points, way.drivable, way.id, way.id))
    return pieces


def _join(pieces: list[Stretch], kept: frozenset[int]) -> list[Stretch]:
    """Join at every node where just two stretches of the same kind end."""
    alive: dict[int, Stretch] = dict(enumerate(pieces))
    ends: defaultdict[int, list[int]] = defaultdict(list)
    for key, piece in alive.items():
        ends[piece.start].append(key)
        ends[piece.end].append(key)
    for node, keys in ends.items():
        if node in kept or len(keys) != 2 or keys[0] == keys[1]:
            continue
        first, second = (alive[key] for key in keys)
        first = first if first.end == node else first.reversed()
        second = second if second.start == node else second.reversed()
        if first.drivable != second.drivable:
            continue
        joined, dropped = keys
        points = first.points + second.points[1:]
        alive[joined] = Stretch(first.start, second.end, points, first.drivable, first.start_way, second.end_way)
        del alive[dropped]
        ends[second.end] = [joined if key == dropped else key for key in ends[second.end]]
    return list(alive.values())
