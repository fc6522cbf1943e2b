"""OpenStreetMap extract to road graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
import osmium.filter
import osmium.io
import osmium.osm
from numpy.typing import NDArray

from domain.errors import InvalidInput
from routing.roads.graph import TURNING_CIRCLE, Bans, RoadGraph, lengths_m
from routing.roads.restrictions import Arcs, Chain, Restriction, forbidden_chains, read_restrictions
from routing.roads.simplify import Stretch, Way, stretches
from routing.roads.truck import NO_LIMITS, ROAD_CLASSES, Barrier, barrier, judge
from routing.roads.turns import connected_segments

Progress = Callable[[str], None]
"""Told in a few words what begins, now that it does."""

ALWAYS = (-1.0,) * len(NO_LIMITS)
"""Limits that every truck exceeds: a rule that does not depend on its size."""

TURNING_PLACES = frozenset({"turning_circle", "turning_loop", "mini_roundabout"})


@dataclass
class _Extract:
    """What an extract holds for trucks."""

    ways: list[Way] = field(default_factory=list)
    barriers: dict[int, Barrier] = field(default_factory=dict)
    turning: set[int] = field(default_factory=set)
    rules: list[Restriction] = field(default_factory=list)


def read_graph(extract: bytes, name: str, *, progress: Progress = lambda _: None) -> RoadGraph:
    """Read the streets that trucks may drive from an OpenStreetMap extract.

    Parameters
    ----------
    extract
        The content of an ``.osm.pbf`` or ``.osm`` (XML) file; which of them is told by its first bytes.
    name
        Where it comes from, for error messages and plans.
    progress
        Called at the beginning of each part of the work.

    Raises
    ------
    InvalidInput
        When it is no OpenStreetMap extract, is damaged, or holds no drivable street.
    """
    progress("reading the extract")
    found = _read(extract, name)
    progress(f"cutting {len(found.ways):,} ways at {len(found.barriers):,} barriers and their junctions")
    ends = _ends_of_via_ways(found)
    via_nodes = {rule.via_node for rule in found.rules if rule.via_node is not None}
    kept = frozenset({*found.barriers, *via_nodes, *(node for nodes in ends.values() for node in nodes)})
    pieces = stretches(found.ways, kept=kept)
    if not pieces:
        raise InvalidInput(
            "the extract holds no street that a truck may drive",
            where=name,
            remedy="check that it covers the municipality",
        )
    progress(f"laying {len(found.rules):,} turn restrictions on {len(pieces):,} segments")
    return build_graph(pieces, name, bans=_bans(found, pieces, ends), turning=frozenset(found.turning))


def _read(extract: bytes, name: str) -> _Extract:
    remedy = "give an extract as .osm.pbf or .osm, for example from https://download.geofabrik.de"
    if not extract:
        raise InvalidInput("the extract is empty", where=name, remedy=remedy)
    file_format = "osm" if extract.lstrip()[:1] == b"<" else "osm.pbf"
    found = _Extract()
    keys = osmium.filter.KeyFilter("highway", "barrier", "route", "type")
    try:
        entities = osmium.FileProcessor(osmium.io.FileBuffer(extract, file_format)).with_locations()
        for entity in entities.with_filter(keys):
            if isinstance(entity, osmium.osm.Node):
                _read_node(entity, found)
            elif isinstance(entity, osmium.osm.Way):
                _read_way(entity, found)
            elif isinstance(entity, osmium.osm.Relation):
                members = [(member.type, member.ref, member.role) for member in entity.members]
                found.rules += read_restrictions(dict(entity.tags), members)
    except RuntimeError as error:
        what = f"this is no readable OpenStreetMap extract ({error})"
        raise InvalidInput(what, where=name, remedy=remedy) from error
    return found


def _read_node(node: osmium.osm.Node, found: _Extract) -> None:
    tags = dict(node.tags)
    if (stops := barrier(tags)) is not None:
        found.barriers[node.id] = stops
    if tags.get("highway") in TURNING_PLACES:
        found.turning.add(node.id)


def _read_way(way: osmium.osm.Way, found: _Extract) -> None:
    if (drivable := judge(dict(way.tags))) is None:
        return
    # Where an extract was cut, nodes beyond its edge are missing: the way goes on behind the gap.
    for inside, run in groupby(way.nodes, key=lambda node: node.location.valid()):
        nodes = [(node.ref, (node.lon, node.lat)) for node in run] if inside else []
        if len(nodes) > 1:
            refs, points = [ref for ref, _ in nodes], [point for _, point in nodes]
            # Boarding is waited for once, not once on every piece behind a gap.
            found.ways.append(Way(way.id, refs, points, drivable))
            drivable = replace(drivable, wait_s=0.0)


def _ends_of_via_ways(found: _Extract) -> dict[int, set[int]]:
    """The first and last nodes of the ways that stand in the middle of a restriction."""
    middles = {way for rule in found.rules for way in rule.via_ways}
    ends: dict[int, set[int]] = {}
    for way in found.ways:
        if way.id in middles:
            ends.setdefault(way.id, set()).update((way.nodes[0], way.nodes[-1]))
    return ends


def _bans(found: _Extract, pieces: Sequence[Stretch], ends: dict[int, set[int]]) -> Bans:
    arcs = Arcs(pieces)
    rows: dict[tuple[Chain, int, tuple[float, ...]], None] = {}
    for rule in found.rules:
        for chain in forbidden_chains(rule, arcs, ends):
            rows[chain, rule.kinds, ALWAYS] = None
    for node, stops in found.barriers.items():
        for arrival in arcs.into.get(node, ()):
            for departure in arcs.out_of(node):
                if departure != arrival ^ 1:
                    if stops.kinds:
                        rows[(arrival, departure), stops.kinds, ALWAYS] = None
                    if stops.limits != NO_LIMITS:
                        rows[(arrival, departure), 3, stops.limits] = None
    return Bans.of(list(rows))


def build_graph(
    pieces: Sequence[Stretch], name: str, *, bans: Bans, turning: frozenset[int] = frozenset()
) -> RoadGraph:
    """Number the junctions and lay the stretches out in arrays; ``turning`` are nodes where a truck turns easily."""
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
    wait = np.array([piece.drivable.wait_s for piece in pieces])
    graph = RoadGraph(
        name=name,
        segment_from=ends[:, 0],
        segment_to=ends[:, 1],
        length_m=lengths,
        forward_s=_seconds(lengths, forward) + wait,
        backward_s=_seconds(lengths, backward) + wait,
        shape_start=np.concatenate([[0], np.cumsum([len(shape) for shape in shapes])]).astype(np.int32),
        shape=np.concatenate(shapes),
        road_class=np.array([ROAD_CLASSES.index(piece.drivable.road_class) for piece in pieces], np.uint8),
        name_index=np.array(name_index, np.int32),
        names=tuple(names),
        connected=np.ones(len(pieces), bool),
        stoppable=np.array([piece.drivable.stoppable for piece in pieces]),
        access=np.array([piece.drivable.access for piece in pieces], np.uint8),
        destination=np.array([piece.drivable.destination for piece in pieces]),
        roundabout=np.array([piece.drivable.roundabout for piece in pieces]),
        limits=np.array([piece.drivable.limits for piece in pieces], np.float32),
        junction_kind=np.array([TURNING_CIRCLE if node in turning else 0 for node in nodes], np.uint8),
        bans=bans,
    )
    return replace(graph, connected=connected_segments(graph))


def _seconds(lengths: NDArray[np.float64], speeds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(lengths, speeds, out=np.full(len(lengths), np.inf), where=speeds > 0)
